//! Detects the licence of a source by the texts of its licence files, because badges and file names are often wrong.

use std::sync::LazyLock;

use spdx::detection::scan::Scanner;
use spdx::detection::{Store, TextData};

use crate::catalogue::LicenceFile;

/// Minimum similarity of a match (the Dice coefficient of the bigrams of both texts).
const LEAST_SCORE: f32 = 0.8;

/// At most this many bytes of a text are compared, from its beginning. All licences of the SPDX list are shorter.
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
fn detect(text: &str) -> Option<String> {
    let store = TEXTS.as_ref()?;
    let scanner = Scanner::new(store).confidence_threshold(LEAST_SCORE).optimize(true);
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    let found = scanner.scan(&TextData::new(text)).license?;
    Some(found.name.to_owned())
}

/// The maximum number of licence files of one source that are compared. Further ones are ignored: if a source has so
/// many, they are usually licences of other projects.
const MOST_FILES: usize = 8;

/// Collects the texts of a source's licence files: at most [`MOST_FILES`] files, and [`MOST_BYTES`] bytes of each.
#[derive(Debug, Default)]
pub struct LicenceTexts {
    texts: Vec<(LicenceFile, String)>,
}

impl LicenceTexts {
    /// Adds the file at `path` if its name shows that it contains a licence for the source's texts (see
    /// [`LicenceFile::of`]). Ignores files after the first `MOST_FILES`.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        let Some(kind) = LicenceFile::of(path).filter(|_| self.texts.len() < MOST_FILES) else {
            return;
        };
        let bytes = &bytes[..bytes.len().min(MOST_BYTES)];
        self.texts.push((kind, String::from_utf8_lossy(bytes).into_owned()));
    }

    /// The SPDX id of the licence of the source's texts. If the source has files of several kinds, only those of the
    /// kind that comes first in [`LicenceFile`] are considered. `None` if there is no licence file, if the text of a
    /// considered file is not recognised, or if these files have different licences: with a guess, Cairn could show
    /// more of a text than its author allows.
    ///
    /// Takes some milliseconds for each file.
    pub fn licence(&self) -> Option<String> {
        let deciding = self.texts.iter().map(|(kind, _)| *kind).min()?;
        let texts = self.texts.iter().filter(|(kind, _)| *kind == deciding);
        let mut licences = texts.map(|(_, text)| detect(text));
        let first = licences.next()??;
        licences.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_recognised_in_files_of_the_usual_names() {
        let mit = include_str!("../../LICENSE-MIT");
        for name in ["LICENSE", "LICENCE.txt", "LICENSE.md", "LICENSE-MIT", "LICENSE-CONTENT"] {
            assert_eq!(licence(&[(name, mit)]).as_deref(), Some("MIT"), "{name}");
        }
        for name in ["LICENSE-CODE", "docs/LICENSE", "MIT.md"] {
            assert_eq!(licence(&[(name, mit)]), None, "{name}");
        }
    }

    #[test]
    fn of_several_licences_only_that_of_the_texts_counts() {
        let mit = include_str!("../../LICENSE-MIT");
        let apache = include_str!("../../LICENSE-APACHE");
        let own = "All rights reserved, ask me first.";
        for (files, expected) in [
            // `LICENSE-CODE` is ignored, because it does not cover the texts.
            ([("LICENSE", apache), ("LICENSE-CODE", mit)], Some("Apache-2.0")),
            ([("LICENSE-CODE", mit), ("LICENSE", own)], None),
            ([("LICENSE", mit), ("LICENSE-docs", apache)], Some("Apache-2.0")),
            ([("LICENSE", mit), ("LICENSE-docs", own)], None),
            // `LICENSE` covers the whole source. If its text is not recognised, `LICENSE-MIT` does not replace it.
            ([("LICENSE", own), ("LICENSE-MIT", mit)], None),
            // It is not known which of the two licences applies to the texts.
            ([("LICENSE-MIT", mit), ("LICENSE-APACHE", apache)], None),
            ([("LICENSE", mit), ("LICENSE.md", apache)], None),
            ([("LICENSE-MIT", mit), ("LICENSE-MIT.txt", mit)], Some("MIT")),
        ] {
            assert_eq!(licence(&files).as_deref(), expected, "{:?}", files.map(|(name, _)| name));
        }
    }

    fn licence(files: &[(&str, &str)]) -> Option<String> {
        let mut texts = LicenceTexts::default();
        for (name, text) in files {
            texts.add(name, text.as_bytes());
        }
        texts.licence()
    }

    #[test]
    fn licence_texts_are_recognised_and_other_text_is_not() {
        let mit = include_str!("../../LICENSE-MIT");
        let apache = include_str!("../../LICENSE-APACHE");
        assert_eq!(detect(mit).as_deref(), Some("MIT"));
        assert_eq!(detect(apache).as_deref(), Some("Apache-2.0"));
        assert_eq!(detect("All rights reserved, ask me first."), None);
    }
}
