//! Recognises documents that are lists of links.

use crate::extract::Section;
use crate::extract::words::words;

/// Whether a document with these sections is a list of links: it has at least 20 links, and the texts of its links make
/// up at least 30 % of its words.
pub(in crate::extract) fn is_list(sections: &[Section]) -> bool {
    let links: usize = sections.iter().map(|section| section.links.len()).sum();
    if links < 20 {
        return false;
    }
    let linked: usize = sections.iter().flat_map(|s| &s.links).map(|link| words(&link.text)).sum();
    let total: usize = sections.iter().map(|section| words(&section.text)).sum();
    linked * 10 >= total * 3
}
