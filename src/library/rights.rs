//! The rights of sections: how much of a text may be shown, and its licence.

use super::Library;
use crate::catalogue::Shown;
use crate::catalogue::rights::{Rights, Showable, show};
use crate::extract::DocumentKind;
use crate::search::SectionRecord;

impl Library {
    /// `sentence` as an excerpt, even if the licence of its document would allow more: that licence is not stored with
    /// the sentence.
    pub(super) fn quote(&self, sentence: &str) -> Showable {
        show(sentence, Shown::Excerpt, self.manifest.excerpt_chars)
    }

    /// How much of a section may be shown.
    pub(super) fn shown(&self, record: &SectionRecord) -> Shown {
        let rights = match record.kind {
            DocumentKind::Discussion => Rights::Posted,
            _ => Rights::Licence {
                own: record.licence.as_ref().map(|(_, shown)| *shown),
                source: self.manifest.source(&record.source).map(|state| state.shown),
            },
        };
        rights.shown()
    }

    /// The licence of a section: its document's own, else its source's; `None` for posts of threads.
    pub(super) fn licence(&self, record: &SectionRecord) -> Option<String> {
        if record.kind == DocumentKind::Discussion {
            return None;
        }
        let own = record.licence.as_ref().map(|(own, _)| own.clone());
        own.or_else(|| self.manifest.source(&record.source)?.licence.clone())
    }
}
