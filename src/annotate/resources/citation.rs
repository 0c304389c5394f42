//! A citation: what one link says about its target. Most citations are only counted in a refresh, so what they say is
//! kept encoded until a resource is made of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::kind::UrlKind;
use super::title;
use crate::annotate::LinkTopics;
use crate::extract::Link;

/// The weight that a citation adds to a topic of the resource if the link's text names the topic.
pub(super) const ANCHOR: u32 = 6;
/// The weight that a citation adds to a topic of the resource if the sentence with the link names the topic.
const SENTENCE: u32 = 3;
/// The weight that a citation adds to a topic of the resource if the heading above the link names the topic.
const HEADING: u32 = 1;

/// What a URL says about its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UrlFacts {
    pub kind: UrlKind,
    /// The key of the title that the URL contains, if it contains one that identifies a work.
    pub title_key: Option<u64>,
}

impl UrlFacts {
    /// The facts of `url`. O(length).
    fn of(url: &str) -> UrlFacts {
        let title_key = title::from_url(url).and_then(|title| title::key_hash(&title));
        UrlFacts { kind: UrlKind::of(url), title_key }
    }
}

/// A title, from the text of a link or from its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinkTitle<'a> {
    pub text: &'a str,
    /// Its key, if it identifies a work.
    pub key: Option<u64>,
}

/// A citation: what a section says about the target of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation<'a> {
    /// A hash of the URL.
    #[serde(with = "postcard::fixint::le")]
    pub(super) url_hash: u64,
    /// A hash of everything that the citation says.
    #[serde(with = "postcard::fixint::le")]
    pub(super) hash: u64,
    /// Whether the link's text or its sentence describes the target.
    pub(super) is_telling: bool,
    /// The encoded [`CitationBody`].
    #[serde(borrow)]
    pub(super) body: Cow<'a, [u8]>,
}

/// What a citation says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CitationBody<'a> {
    #[serde(borrow)]
    pub head: CitationHead<'a>,
    pub sentence: &'a str,
    /// The year that the link's text or its sentence has in brackets.
    pub year: Option<u16>,
    /// The topics that the link may be about, each with its weight.
    pub topics: Vec<(u32, u32)>,
}

/// The beginning of a [`CitationBody`], which can be decoded alone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct CitationHead<'a> {
    pub url: &'a str,
    pub facts: UrlFacts,
    /// The title that the link's text or its sentence gives, if there is one.
    #[serde(borrow)]
    pub title: Option<LinkTitle<'a>>,
}

impl Citation<'_> {
    /// The citation by `link`. `cited` contains the topics that the link may be about. `None` if it can't be encoded.
    /// O(length).
    pub fn of(link: &Link, cited: &LinkTopics) -> Option<Citation<'static>> {
        let title = title::of_link(&link.text, &link.sentence);
        let LinkTopics { anchor, sentence, heading } = cited;
        let is_beside = title.is_some() && title::of_link(&link.text, "").is_none();
        // If the title is in the sentence, the sentence says what the link's text says otherwise.
        let of_sentence = if is_beside { ANCHOR } else { SENTENCE };
        let named = [(anchor, ANCHOR), (sentence, of_sentence), (heading, HEADING)];
        let topics = named.into_iter().flat_map(|(topics, weight)| {
            let weighted = move |topic: &u32| (*topic, weight);
            topics.iter().map(weighted)
        });
        let head = CitationHead {
            url: &link.url,
            facts: UrlFacts::of(&link.url),
            title: title.map(|text| LinkTitle { text, key: title::key_hash(text) }),
        };
        let year = title::year(&link.text).or_else(|| title::year(&link.sentence));
        let body = CitationBody { head, sentence: &link.sentence, year, topics: topics.collect() };
        let body = postcard::to_stdvec(&body).ok()?;
        let is_telling = title::says_something(&link.text, &link.sentence);
        let mut hash = blake3::Hasher::new();
        hash.update(&body).update(&[u8::from(is_telling)]);
        Some(Citation {
            url_hash: first_u64(&blake3::hash(link.url.as_bytes())),
            hash: first_u64(&hash.finalize()),
            is_telling,
            body: body.into(),
        })
    }
}

/// The first 64 bits of a hash.
pub(super) fn first_u64(hash: &blake3::Hash) -> u64 {
    hash.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
