//! A citation: what one link says about its target.

use serde::{Deserialize, Serialize};

use super::kind::UrlKind;
use super::title;
use crate::annotate::LinkTopics;
use crate::extract::Link;

/// The weight that a citation adds to a topic of the resource if the link's text names the topic.
const ANCHOR: u32 = 6;
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

/// The text of a link, which may be a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinkTitle<'a> {
    pub text: &'a str,
    /// Its key, if it identifies a work.
    pub key: Option<u64>,
}

/// A citation: what a section says about the target of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation<'a> {
    pub url: &'a str,
    pub(super) facts: UrlFacts,
    /// The text of the link, if it may be a title.
    #[serde(borrow)]
    pub(super) title: Option<LinkTitle<'a>>,
    pub(super) sentence: &'a str,
    /// Whether the link's text or its sentence describes the target.
    pub(super) is_telling: bool,
    /// The topics that the link may be about, each with its weight.
    pub(super) topics: Vec<(u32, u32)>,
}

impl<'a> Citation<'a> {
    /// The citation by `link`. `cited` contains the topics that the link may be about. O(length).
    pub fn of(link: &'a Link, cited: &LinkTopics) -> Citation<'a> {
        let LinkTopics { anchor, sentence, heading } = cited;
        let named = [(anchor, ANCHOR), (sentence, SENTENCE), (heading, HEADING)];
        let topics = named.into_iter().flat_map(|(topics, weight)| {
            let weighted = move |topic: &u32| (*topic, weight);
            topics.iter().map(weighted)
        });
        let text = link.text.trim();
        Citation {
            url: &link.url,
            facts: UrlFacts::of(&link.url),
            title: title::is_title(text).then(|| LinkTitle { text, key: title::key_hash(text) }),
            sentence: &link.sentence,
            is_telling: title::says_something(&link.text, &link.sentence),
            topics: topics.collect(),
        }
    }
}
