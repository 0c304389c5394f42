//! Detects the licence of a LICENSE file by its text, because badges and file names are often wrong.

use std::sync::LazyLock;

use spdx::detection::scan::Scanner;
use spdx::detection::{Store, TextData};

/// Minimum similarity of a match (the Dice coefficient of the bigrams of both texts).
const LEAST_SCORE: f32 = 0.8;

/// Bytes of a text that are compared; the longest licence of the SPDX list has fewer.
const MOST_BYTES: usize = 128 * 1024;

/// The licence texts of the SPDX list, unpacked at first use (about 0.1 s).
static TEXTS: LazyLock<Option<Store>> = LazyLock::new(|| {
    Store::load_inline()
        .map_err(|error| tracing::error!(%error, "no licence texts to compare with"))
        .ok()
});

/// The SPDX id of the licence that `text` is or contains; `None` if no known licence matches.
///
/// Compares with all texts of the SPDX list, which takes some milliseconds.
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
    fn licence_texts_are_recognised_and_other_text_is_not() {
        let mit = include_str!("../../LICENSE-MIT");
        let apache = include_str!("../../LICENSE-APACHE");
        assert_eq!(super::detect(mit).as_deref(), Some("MIT"));
        assert_eq!(super::detect(apache).as_deref(), Some("Apache-2.0"));
        assert_eq!(super::detect("All rights reserved, ask me first."), None);
    }
}
