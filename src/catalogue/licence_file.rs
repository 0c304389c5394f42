//! Decides by a file's name whether the file contains the licence of a source.

/// File extensions of text formats. They are stripped from a file name before the name is examined.
const TEXT_FORMATS: [&str; 6] = [".md", ".markdown", ".txt", ".rst", ".html", ".adoc"];
/// A licence file with one of these words in its name contains the licence of the repository's texts, not of its code.
const TEXTS: [&str; 8] =
    ["DOCS", "DOC", "DOCUMENTATION", "CONTENT", "CONTENTS", "TEXT", "BOOK", "PROSE"];
/// Words in the names of licences. A name may also contain numbers.
const LICENCES: [&str; 17] = [
    "MIT",
    "APACHE",
    "APACHE2",
    "BSD",
    "ISC",
    "CC",
    "CC0",
    "CCBY",
    "BY",
    "SA",
    "NC",
    "ND",
    "GPL",
    "LGPL",
    "AGPL",
    "MPL",
    "UNLICENSE",
];

/// The kinds of licence files in the top folder of a source, by what they cover. If a source has files of several
/// kinds, the first kind in this order determines its licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenceFile {
    /// The licence of the texts alone, such as `LICENSE-CONTENT`.
    Texts,
    /// The licence of the whole source: `LICENSE`, `LICENCE.md`, `COPYING`.
    Whole,
    /// The file's name contains the name of a licence, such as `LICENSE-MIT`. A source may have several such files.
    Named,
}

impl LicenceFile {
    /// The kind of the file at `path`. `None` if the file is not a licence of the source's texts, for example because
    /// it is in a folder or covers only a part of the source (`LICENSE-CODE`, `LICENSE-third-party`,
    /// `LICENSE-OPEN-SANS`).
    ///
    /// ```
    /// use cairn::catalogue::LicenceFile;
    /// assert_eq!(LicenceFile::of("LICENSE.md"), Some(LicenceFile::Whole));
    /// assert_eq!(LicenceFile::of("LICENSE-CC-BY-SA"), Some(LicenceFile::Named));
    /// assert_eq!(LicenceFile::of("LICENSE-CODE"), None);
    /// ```
    pub fn of(path: &str) -> Option<LicenceFile> {
        if path.contains('/') {
            return None;
        }
        let name = path.to_ascii_lowercase();
        let stem = TEXT_FORMATS.iter().find_map(|format| name.strip_suffix(format));
        let stem = stem.unwrap_or(&name).to_ascii_uppercase();
        let mut words = stem.split(['-', '_', '.', ' ']);
        let first = words.next().unwrap_or_default();
        if first == "UNLICENSE" {
            return words.next().is_none().then_some(LicenceFile::Whole);
        }
        if !matches!(first, "LICENSE" | "LICENCE" | "COPYING") {
            return None;
        }
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let is_number =
            |word: &str| word.trim_start_matches('V').bytes().all(|b| b.is_ascii_digit());
        let is_text = |word: &&str| TEXTS.contains(word);
        let is_licence = |word: &&str| LICENCES.contains(word) || is_number(word);
        match &words[..] {
            [] => Some(LicenceFile::Whole),
            words if !words.iter().all(|word| is_text(word) || is_licence(word)) => None,
            words if words.iter().any(is_text) => Some(LicenceFile::Texts),
            _ => Some(LicenceFile::Named),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_names_of_licence_files_are_recognised() {
        for (name, kind) in [
            ("LICENSE", LicenceFile::Whole),
            ("license", LicenceFile::Whole),
            ("LICENCE.txt", LicenceFile::Whole),
            ("License.rst", LicenceFile::Whole),
            ("COPYING", LicenceFile::Whole),
            ("UNLICENSE", LicenceFile::Whole),
            ("LICENSE-MIT", LicenceFile::Named),
            ("LICENSE_APACHE-2.0.txt", LicenceFile::Named),
            ("LICENSE.CC-BY-NC-SA-4.0.md", LicenceFile::Named),
            ("LICENSE-CC-BY-SA", LicenceFile::Named),
            ("LICENSE-docs", LicenceFile::Texts),
            ("LICENSE-CONTENT.md", LicenceFile::Texts),
            ("LICENSE-TEXT-CC-BY", LicenceFile::Texts),
        ] {
            assert_eq!(LicenceFile::of(name), Some(kind), "{name}");
        }
    }

    #[test]
    fn the_licence_of_a_part_is_not_that_of_the_texts() {
        for name in [
            "LICENSE-CODE",
            "LICENSE-CODE-MIT",
            "LICENSE.third-party.txt",
            "LICENSE-OPEN-SANS.txt",
            "OPEN-SANS-LICENSE.txt",
            "docs/LICENSE",
            "LICENSES/MIT.txt",
            "licenses.md",
            "licensing.md",
            "README.md",
        ] {
            assert_eq!(LicenceFile::of(name), None, "{name}");
        }
    }
}
