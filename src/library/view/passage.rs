//! Passages, and the response to a search.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::{AboutSource, CaseLink, ResourceView, TopicLink};
use crate::catalogue::Shown;
use crate::catalogue::rights::{Showable, show};
use crate::extract::{Address, DocumentKind, PostByline};
use crate::search::{FacetField, FilterField, Snippet, TopicMention, Understood};

/// The position of a passage in its document. Exactly one field is set; for the question of a thread, none is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceView {
    /// First and last line, 1-based, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<(u32, u32)>,
    /// The number of the notebook's cell, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<u32>,
    /// The number of the PDF's page, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The number of the card in its deck, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<u32>,
    /// GitHub's id of the comment, in a thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<u64>,
}

impl From<Address> for PlaceView {
    fn from(address: Address) -> PlaceView {
        let place = PlaceView::default();
        match address {
            Address::Lines(first, last) => PlaceView { lines: Some((first, last)), ..place },
            Address::Cell(cell) => PlaceView { cell: Some(cell), ..place },
            Address::Page(page) => PlaceView { page: Some(page), ..place },
            Address::Card(card) => PlaceView { card: Some(card), ..place },
            Address::Question => place,
            Address::Comment(id) => PlaceView { comment: Some(id.get()), ..place },
        }
    }
}

/// Formats the position as it is printed after the file's name: `:12`, `:12-40`, `, cell 3`, `, page 2`, `, card 7` or
/// `, comment 34`; nothing for the question of a thread.
impl fmt::Display for PlaceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceView { lines: Some((first, last)), .. } if first == last => write!(f, ":{first}"),
            PlaceView { lines: Some((first, last)), .. } => write!(f, ":{first}-{last}"),
            PlaceView { cell: Some(cell), .. } => write!(f, ", cell {cell}"),
            PlaceView { page: Some(page), .. } => write!(f, ", page {page}"),
            PlaceView { card: Some(card), .. } => write!(f, ", card {card}"),
            PlaceView { comment: Some(id), .. } => write!(f, ", comment {id}"),
            _ => Ok(()),
        }
    }
}

/// The response to a search.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SearchView {
    pub query: QueryView,
    /// The number of sections that match, at most 10,000.
    pub total: usize,
    /// Whether all sections that match were counted. If not, there are more than `total`.
    pub total_is_exact: bool,
    /// The number of strong matches among the best 1,000: their own heading has most of the query, or they are about the
    /// topics that it names. Absent if the query has no words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strong: Option<usize>,
    /// The number of further matches among the best 1,000 that mention all of the query. The others have some of its
    /// words. Absent if the query has no words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<usize>,
    /// The number of further sections that do not match but are near in meaning. They are among the hits.
    pub near: usize,
    /// The number of results that the facets count: at most the best 1,000.
    pub counted: usize,
    /// The duration of the search, in microseconds.
    pub took_us: u64,
    /// Whether the embedded engine answered, because the OpenSearch cluster that is set can't be used. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
    /// The case study that the query asks for. Only in the response with the first hits of a query without filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseLink>,
    /// Cited papers, at most three. The title, authors and abstract of each together contain all words of the query,
    /// except words that only ask, such as "how do I". Only in the response with the first hits of a query without
    /// filters. Absent if there are no such papers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<ResourceView>,
    pub hits: Vec<HitView>,
    pub facets: BTreeMap<FacetField, Vec<FacetValue>>,
}

/// A query and how it was understood.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QueryView {
    pub text: String,
    pub understood: Understood,
    pub corrected: Option<String>,
    /// Slugs of the topics that the query names.
    pub topics: Vec<String>,
    /// The two topics that the query asks to compare; absent if it asks for no comparison.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<TopicLink>,
    /// The filters that name no source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_sources: Vec<UnknownSource>,
    /// The filters that name no topic, step or kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_values: Vec<UnknownValue>,
}

/// A filter whose value does not exist, so that no passage has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownValue {
    pub field: FilterField,
    /// The typed value.
    pub value: String,
    /// Topics with similar names, the most similar first; all values of the field for steps and kinds.
    pub near: Vec<String>,
}

/// A filter that names no source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownSource {
    /// The typed name.
    pub name: String,
    /// The ids of sources with similar names, the most similar first.
    pub near: Vec<String>,
}

/// A value of a facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
}

/// A passage without its text: a section as it appears in results.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PassageView {
    pub id: String,
    /// The id of its document.
    pub document: String,
    pub source: String,
    pub path: String,
    #[serde(flatten)]
    pub place: PlaceView,
    pub headings: Vec<String>,
    pub title: String,
    /// The URL of the passage at its source: of the exact lines, if possible. For a local folder, the URL of the
    /// section on this server.
    pub url: String,
    /// The topics that it is about; if it is not about any topic, some topics that it mentions.
    pub topics: Vec<String>,
    /// The step of a design answer that it serves best.
    pub step: Option<String>,
    /// All steps that it serves, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    pub kind: DocumentKind,
    pub lang: Option<String>,
    /// The licence of its text; `None` if it is not known. Always `None` for a thread, whatever licence its repository
    /// has.
    pub licence: Option<String>,
    /// Who posted it and when, if it belongs to a thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted: Option<PostByline>,
    /// The author's own tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether the source no longer exists, so that the URL may be dead.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// GitHub's data about its source.
    #[serde(skip_serializing_if = "AboutSource::is_empty")]
    pub about: AboutSource,
}

impl PassageView {
    /// The headings of the passage, or its title if it has none.
    pub fn trail(&self) -> String {
        if self.headings.is_empty() { self.title.clone() } else { self.headings.join(" › ") }
    }

    /// The attribution of the passage: source, headings, author of the post, and licence.
    pub fn credit(&self) -> String {
        let licence = self.licence.as_deref().unwrap_or("no licence known");
        let posted = self.posted.as_ref().map(|posted| format!(", {posted}")).unwrap_or_default();
        format!("{}: {}{posted} ({licence})", self.source, self.trail())
    }
}

/// A passage that a search found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HitView {
    #[serde(flatten)]
    pub passage: PassageView,
    pub snippet: SnippetView,
    pub score: f32,
    /// Whether the passage was found by its meaning alone: it does not match the words. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_meaning: bool,
    pub duplicates: Vec<DuplicateView>,
}

/// An excerpt of a section's text, with the ranges to highlight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Snippet")]
pub struct SnippetView {
    pub text: Showable,
    /// Start and end of each match in `text`, in Unicode scalar values, ascending, without overlap.
    pub highlights: Vec<(usize, usize)>,
    /// Whether it is code, with its line breaks. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_code: bool,
}

impl SnippetView {
    /// As much of `snippet` as `shown` allows. If `shown` allows only an excerpt, this is at most `excerpt_chars`
    /// characters. Ranges that extend beyond the end of the remaining text are shortened, and ranges after it are
    /// removed.
    pub fn of(snippet: Snippet, shown: Shown, excerpt_chars: usize) -> SnippetView {
        let Snippet { text, mut highlights, is_code } = snippet;
        let length = text.chars().count();
        let text = show(text, shown, excerpt_chars);
        let left = text.chars().count();
        // The last character of a truncated text is the ellipsis, which is no part of a match.
        let end = if left == length { left } else { left.saturating_sub(1) };
        highlights.retain(|(from, _)| *from < end);
        highlights.iter_mut().for_each(|(_, to)| *to = end.min(*to));
        SnippetView { text, highlights, is_code }
    }
}

/// A copy of a hit in another place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DuplicateView {
    pub source: String,
    pub path: String,
    pub url: String,
}

/// A whole section, as far as rights allow.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SectionView {
    #[serde(flatten)]
    pub passage: PassageView,
    pub shown: Shown,
    pub text: Showable,
    pub code: Showable,
    /// The author's Markdown, if it may be shown in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<Showable>,
    pub mentions: Vec<TopicMention>,
    pub links: Vec<LinkView>,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// At most five passages of other authors that say something similar, nearest first.
    pub related: Vec<PassageView>,
}

/// An outbound link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Link")]
pub struct LinkView {
    /// The canonical URL.
    pub url: String,
    /// The link text.
    pub text: String,
    /// The sentence or list item that contains the link, at most 300 characters.
    pub sentence: Showable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_no_longer_than_an_excerpt_and_its_ranges_stay_inside() {
        let text = "ads bias of ranked clicks";
        let of = |shown, chars| {
            let highlights = vec![(0, 3), (4, 8), (12, 18), (19, 25)];
            let view = SnippetView::of(
                Snippet { text: text.into(), highlights, is_code: false },
                shown,
                chars,
            );
            (view.text.to_string(), view.highlights)
        };
        let whole = (text.to_owned(), vec![(0, 3), (4, 8), (12, 18), (19, 25)]);
        assert_eq!(of(Shown::Full, 10), whole);
        assert_eq!(of(Shown::Excerpt, 25), whole);
        assert_eq!(
            of(Shown::Excerpt, 20),
            ("ads bias of ranked…".into(), vec![(0, 3), (4, 8), (12, 18)])
        );
        assert_eq!(of(Shown::Excerpt, 7), ("ads…".into(), vec![(0, 3)]));
        assert_eq!(of(Shown::Excerpt, 0), ("…".into(), vec![]));
        let one_word =
            Snippet { text: "clickthrough".into(), highlights: vec![(0, 12)], is_code: false };
        let view = SnippetView::of(one_word, Shown::Excerpt, 6);
        assert_eq!((&*view.text, view.highlights), ("click…", vec![(0, 5)]));
    }
}
