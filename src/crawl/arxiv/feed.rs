//! Parses the Atom feed in a response of arXiv's API.
//!
//! The feed is hostile input. A document type definition is an error, so a feed can't define entities: it can only use
//! the five that XML predefines. The depth, the number of entries, and the length of each field are limited. Parsing
//! takes O(length) and does not recurse.

use quick_xml::events::{BytesRef, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use serde::{Deserialize, Serialize};

use super::ArxivId;
use crate::printable;

const ATOM: Namespace = Namespace("http://www.w3.org/2005/Atom");
const OPEN_SEARCH: Namespace = Namespace("http://a9.com/-/spec/opensearch/1.1/");

/// The maximum nesting depth of elements; a deeper feed is an error. arXiv's feeds have four levels.
const DEEPEST: usize = 16;
/// The maximum number of entries of a feed; more are an error.
const MOST_ENTRIES: usize = 1_000;
/// The maximum number of bytes that are read of a field; the rest of the field is ignored.
const MOST_FIELD_BYTES: usize = 16_000;
/// The maximum length of a title, in characters; a longer one is truncated.
const MOST_TITLE: usize = 400;
/// The maximum length of an author's name, in characters; a longer one is truncated.
const MOST_NAME: usize = 100;
/// The maximum length of an abstract, in characters; a longer one is truncated.
const MOST_ABSTRACT: usize = 4_000;
/// The maximum number of authors of a paper; further authors are discarded.
const MOST_AUTHORS: usize = 40;
/// The path in the `<id>` of an entry that reports an error.
const ERROR: &str = "/api/errors";
/// The text before the identifier in the `<id>` of an entry that reports a malformed identifier.
const MALFORMED: &str = "incorrect_id_format_for_";

/// The metadata of a paper. arXiv publishes metadata under CC0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperMetadata {
    pub title: String,
    /// The names of the authors, in the order of authorship; at most [`MOST_AUTHORS`].
    pub authors: Vec<String>,
    /// The year of the first version; `None` if the feed has no valid year.
    pub year: Option<u16>,
    pub abstract_text: String,
}

/// Why a feed can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("it is not well-formed XML: {0}")]
    Malformed(String),
    #[error("it is truncated")]
    Truncated,
    #[error("it contains a document type definition, which is never read")]
    DocumentType,
    #[error("its elements are nested too deeply")]
    TooDeep,
    #[error("it has more than {MOST_ENTRIES} entries")]
    TooManyEntries,
    #[error("it is not an Atom feed")]
    NotAtom,
    /// The API reports an error as an entry, with status 200 or 400.
    #[error("the API reports: {message}")]
    Reported {
        message: String,
        /// The identifier that the API reports as malformed, if the error is about an identifier.
        malformed: Option<String>,
    },
}

/// A parsed feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PaperFeed {
    pub papers: Vec<(ArxivId, PaperMetadata)>,
    /// The number of results of the request, as the API reports it; `None` if it is missing or invalid.
    pub total: Option<usize>,
}

/// The papers in `xml`, a response of arXiv's API. Skips entries without a usable identifier or title. O(length).
/// `Err` if `xml` is not a valid Atom feed, exceeds a limit of this module, or reports an error.
pub fn read_feed(xml: &str) -> Result<Vec<(ArxivId, PaperMetadata)>, FeedError> {
    parse(xml).map(|feed| feed.papers)
}

/// Parses the feed `xml`. Skips entries without a usable identifier or title.
pub(super) fn parse(xml: &str) -> Result<PaperFeed, FeedError> {
    let mut reader = NsReader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut parser = FeedParser::default();
    loop {
        let malformed = |error: &dyn std::fmt::Display| FeedError::Malformed(error.to_string());
        let (namespace, event) = reader.read_resolved_event().map_err(|error| malformed(&error))?;
        match event {
            Event::Start(element) => {
                parser.open(FeedElement::of(&namespace, element.local_name().into_inner()))?;
            }
            Event::End(_) => parser.close()?,
            Event::Text(text) => parser.text(&text.xml10_content()),
            Event::CData(text) => parser.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let mut buffer = [0; 4];
                parser.text(resolve(&reference)?.encode_utf8(&mut buffer));
            }
            Event::DocType(_) => return Err(FeedError::DocumentType),
            Event::Eof => return parser.finish(),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// The character for `reference`, a numeric reference or one of XML's five entities. `Err` for any other entity.
fn resolve(reference: &BytesRef) -> Result<char, FeedError> {
    let numeric = reference.resolve_char_ref();
    if let Some(c) = numeric.map_err(|error| FeedError::Malformed(error.to_string()))? {
        return Ok(c);
    }
    Ok(match &**reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        other => return Err(FeedError::Malformed(format!("unknown entity {other:?}"))),
    })
}

/// The kind of an element in the feed. Elements that the parser does not use are [`FeedElement::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FeedElement {
    Feed,
    Entry,
    Id,
    Title,
    Summary,
    Published,
    Author,
    Name,
    TotalResults,
    Other,
}

impl FeedElement {
    fn of(namespace: &ResolveResult, name: &str) -> FeedElement {
        match (namespace, name) {
            (ResolveResult::Bound(OPEN_SEARCH), "totalResults") => FeedElement::TotalResults,
            (ResolveResult::Bound(ATOM), name) => match name {
                "feed" => FeedElement::Feed,
                "entry" => FeedElement::Entry,
                "id" => FeedElement::Id,
                "title" => FeedElement::Title,
                "summary" => FeedElement::Summary,
                "published" => FeedElement::Published,
                "author" => FeedElement::Author,
                "name" => FeedElement::Name,
                _ => FeedElement::Other,
            },
            _ => FeedElement::Other,
        }
    }
}

/// The entry under construction.
#[derive(Default)]
struct EntryDraft {
    id: String,
    published: String,
    paper: PaperMetadata,
}

#[derive(Default)]
struct FeedParser {
    /// The elements that are open at the current position, the outermost first.
    open: Vec<FeedElement>,
    /// The text since the last start tag or end tag.
    text: String,
    entry: EntryDraft,
    entries: usize,
    feed: PaperFeed,
    reported: Option<FeedError>,
    is_atom: bool,
}

impl FeedParser {
    fn open(&mut self, element: FeedElement) -> Result<(), FeedError> {
        match self.open.len() {
            0 if element != FeedElement::Feed || self.is_atom => return Err(FeedError::NotAtom),
            0 => self.is_atom = true,
            DEEPEST.. => return Err(FeedError::TooDeep),
            _ => {}
        }
        if element == FeedElement::Entry {
            self.entry = EntryDraft::default();
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return Err(FeedError::TooManyEntries);
            }
        }
        self.open.push(element);
        self.text.clear();
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let room = MOST_FIELD_BYTES.saturating_sub(self.text.len());
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
    }

    fn close(&mut self) -> Result<(), FeedError> {
        use FeedElement::{Author, Entry, Feed, Id, Name, Published, Summary, Title, TotalResults};
        let text = std::mem::take(&mut self.text);
        let paper = &mut self.entry.paper;
        match self.open[..] {
            [Feed, TotalResults] => self.feed.total = text.trim().parse().ok(),
            [Feed, Entry, Id] => self.entry.id = text.trim().to_owned(),
            [Feed, Entry, Title] => paper.title = line(&text, MOST_TITLE),
            [Feed, Entry, Summary] => paper.abstract_text = line(&text, MOST_ABSTRACT),
            [Feed, Entry, Published] => self.entry.published = text.trim().to_owned(),
            [Feed, Entry, Author, Name] if paper.authors.len() < MOST_AUTHORS => {
                let name = line(&text, MOST_NAME);
                paper.authors.extend((!name.is_empty()).then_some(name));
            }
            [Feed, Entry] => self.close_entry(),
            _ => {}
        }
        self.open.pop();
        Ok(())
    }

    fn close_entry(&mut self) {
        let EntryDraft { id, published, mut paper } = std::mem::take(&mut self.entry);
        if id.contains(ERROR) {
            let malformed = id.split_once(MALFORMED).map(|(_, id)| id.to_owned());
            let message = paper.abstract_text;
            self.reported.get_or_insert(FeedError::Reported { message, malformed });
            return;
        }
        paper.year = year(&published);
        if let Some(id) = ArxivId::of_url(&id)
            && !paper.title.is_empty()
        {
            self.feed.papers.push((id, paper));
        }
    }

    fn finish(self) -> Result<PaperFeed, FeedError> {
        match self.reported {
            _ if !self.is_atom => Err(FeedError::NotAtom),
            _ if !self.open.is_empty() => Err(FeedError::Truncated),
            Some(error) => Err(error),
            None => Ok(self.feed),
        }
    }
}

/// The first `most` characters of `text`, after removing control characters and joining its words with single spaces.
fn line(text: &str, most: usize) -> String {
    let text = printable::strip(text);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(most).collect()
}

/// The year at the start of the RFC 3339 timestamp `published`. `None` if there is no year, or if it is before 1991,
/// when arXiv began, or after 2100.
fn year(published: &str) -> Option<u16> {
    published.get(..4)?.parse().ok().filter(|year| (1991..=2100).contains(year))
}

#[cfg(test)]
mod tests;
