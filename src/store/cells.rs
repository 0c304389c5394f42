//! Reads values of rows that may be damaged: a value that can't be read is `None`, not an error.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;

/// The bytes of the value in column `at`, if it is a text or a blob; else no bytes.
pub(super) fn bytes<'r>(row: &'r Row, at: usize) -> &'r [u8] {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes,
        _ => &[],
    }
}

/// The value in column `at`, if it is a text in valid UTF-8.
pub(super) fn text<'r>(row: &'r Row, at: usize) -> Option<&'r str> {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The value in column `at`, if it is an integer.
pub(super) fn integer(row: &Row, at: usize) -> Option<i64> {
    row.get_ref(at).ok()?.as_i64().ok()
}

/// The decompressed value in column `at`; `None` if it can't be decompressed.
pub(super) fn unpacked(row: &Row, at: usize) -> Option<Vec<u8>> {
    zstd::stream::decode_all(bytes(row, at)).ok()
}

/// `Some` if the derived `row` is intact: it can be decompressed and, if its versions are `versions`, also decoded.
pub(super) fn decoded<T: DeserializeOwned>(row: &Row, versions: &str) -> Option<()> {
    let plain = unpacked(row, 3)?;
    match text(row, 2)? == versions {
        true => postcard::from_bytes::<T>(&plain).ok().map(|_| ()),
        false => Some(()),
    }
}
