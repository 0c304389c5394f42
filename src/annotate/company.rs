//! Evaluates the rules of labels that are also plain English: capitals, headings only, other words close by.

use memchr::memmem::Finder;

use super::folded::{Folded, fenced, finder};
use crate::vocabulary::LabelRule;
use crate::vocabulary::label;

/// A [`LabelRule`], with its words folded in the same way as texts.
pub(super) struct Rule {
    /// The label as written, without trailing "s".
    written: String,
    near: Vec<Finder<'static>>,
    capitals: bool,
    heading_only: bool,
}

impl Rule {
    pub fn new(rule: &LabelRule) -> Rule {
        Rule {
            written: rule.label.trim_end_matches('s').to_owned(),
            near: rule.near.iter().map(|near| finder(near)).collect(),
            capitals: rule.capitals,
            heading_only: rule.heading_only,
        }
    }

    /// Whether the label counts where it is `written` like this. `folded` is the folded text around it, in the same
    /// sentence or heading; `trail` has the headings above.
    pub fn allows(&self, written: &str, folded: &[u8], trail: &Trail, in_heading: bool) -> bool {
        if self.heading_only && !in_heading {
            return false;
        }
        if self.capitals && written.trim_end_matches('s') != self.written {
            return false;
        }
        let is_near = |near: &Finder| near.find(folded).is_some() || near.find(&trail.0).is_some();
        self.near.is_empty() || self.near.iter().any(is_near)
    }
}

/// The headings above a text, folded and cut to [`MOST_TRAIL`] bytes.
pub(super) struct Trail(Vec<u8>);

/// Limits the work for malformed documents; real headings are shorter, even together.
const MOST_TRAIL: usize = 4_000;

impl Trail {
    pub fn of<'a>(headings: impl IntoIterator<Item = &'a str>) -> Trail {
        let folded = headings.into_iter().map(|heading| fenced(&label::tokens(heading)));
        // The line feed prevents a match that spans two headings: no word contains it.
        Trail::cut(folded.collect::<Vec<_>>().join("\n"))
    }

    /// These headings and the first [`MOST_TRAIL`] characters of `text`, the text below them.
    pub fn with(&self, text: &str) -> Trail {
        let end = text.char_indices().nth(MOST_TRAIL).map_or(text.len(), |(at, _)| at);
        let below = Folded::of(&text[..end]).text;
        Trail([&self.0, b"\n".as_slice(), below.as_bytes()].concat())
    }

    fn cut(folded: String) -> Trail {
        let mut bytes = folded.into_bytes();
        bytes.truncate(MOST_TRAIL);
        Trail(bytes)
    }
}
