//! Parts of a document that are no text for its readers: bibliographies and tables of contents.

use crate::extract::pattern::patterns;

patterns! {
    /// The heading of a bibliography.
    BIBLIOGRAPHY = r"(?i)^[\d.\s]*(?:bibliography|references|literature|works cited|bibliographie|références|literatur(?:verzeichnis)?|bibliografía|referencias|参考文献)\W*$";
    /// The heading of a table of contents.
    CONTENTS = r"(?i)^[\d.\s]*(?:table of contents|contents|inhalt(?:sverzeichnis)?|sommaire|table des matières|目录)\W*$";
}

/// A part of a document that is left out, up to the next heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOutPart {
    Bibliography,
    /// A table of contents. Sentences below its heading are kept.
    Contents,
}

impl LeftOutPart {
    /// The part that `heading` begins.
    pub fn of(heading: &str) -> Option<LeftOutPart> {
        if BIBLIOGRAPHY.is_match(heading) {
            return Some(LeftOutPart::Bibliography);
        }
        CONTENTS.is_match(heading).then_some(LeftOutPart::Contents)
    }

    /// Whether `paragraph` belongs to this part.
    pub fn has(self, paragraph: &str) -> bool {
        self == LeftOutPart::Bibliography || !paragraph.ends_with(['.', '!', '?', '。'])
    }
}
