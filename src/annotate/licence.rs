//! Which licence a LICENSE file is, by its text: badges and names lie.

use std::sync::LazyLock;

use spdx::detection::scan::Scanner;
use spdx::detection::{Store, TextData};

/// Texts less alike than this are no match (the Dice coefficient of their bigrams).
const LEAST_SCORE: f32 = 0.8;

/// Bytes of a text that are looked at; the longest licence of the list has fewer.
const MOST_BYTES: usize = 128 * 1024;

/// The known texts, unpacked at first use (about 0.1 s).
static TEXTS: LazyLock<Option<Store>> = LazyLock::new(|| {
    Store::load_inline()
        .map_err(|error| tracing::error!(%error, "no licence texts to compare with"))
        .ok()
});

/// The SPDX id of the licence that `text` is, or holds; `None` where it is none that is known.
///
/// Compares with all texts of the SPDX list, some milliseconds.
pub fn detect(text: &str) -> Option<String> {
    let store = TEXTS.as_ref()?;
    let scanner = Scanner::new(store).confidence_threshold(LEAST_SCORE).optimize(true);
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    let found = scanner.scan(&TextData::new(text)).license?;
    Some(found.name.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_told_apart_and_prose_is_none() {
        let mit = include_str!("../../LICENSE-MIT");
        let apache = include_str!("../../LICENSE-APACHE");
        assert_eq!(super::detect(mit).as_deref(), Some("MIT"));
        assert_eq!(super::detect(apache).as_deref(), Some("Apache-2.0"));
        assert_eq!(super::detect("All rights reserved, ask me first."), None);
    }
}
