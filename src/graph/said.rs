//! The sentences of all sections that name several topics. They are kept in a few long tables, because most of them are
//! only counted.

use super::Evidence;
use super::place::SectionPlace;
use super::sentence::{LEAST, NamePlace, SaidSentence, relation};
use crate::extract::Address;

/// The sentences, in the order in which they were added.
#[derive(Default)]
pub(super) struct SaidSentences {
    sentences: Vec<KeptSentence>,
    /// The topics of the sentences, one after another.
    topics: Vec<u32>,
    /// The places of the topics' names, in the same order.
    places: Vec<NamePlace>,
    /// The sentences, one after another.
    texts: String,
    documents: Vec<SaidDocument>,
}

/// Where a sentence is, and what is kept of it.
#[derive(Clone, Copy)]
struct KeptSentence {
    statement: i32,
    verbs: u64,
    voice: u32,
    /// The index of its document.
    document: u32,
    address: Address,
    section: u64,
    /// Where its topics end in the table of topics. They begin where those of the sentence before end.
    topics_end: usize,
    /// Where its text ends in the table of texts.
    text_end: usize,
}

/// A document with sentences.
struct SaidDocument {
    source: String,
    path: String,
}

/// A sentence with what decides whether it becomes evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountedSentence<'a> {
    /// The index of the sentence.
    pub at: u32,
    /// The index of its voice.
    pub voice: u32,
    /// The vocabulary indices of its topics, ascending, without duplicates.
    pub topics: &'a [u32],
    places: &'a [NamePlace],
    statement: i32,
    verbs: u64,
}

/// Two topics of a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct SaidPair {
    /// The vocabulary indices of the topics, the smaller one first.
    pub topics: (u32, u32),
    /// How likely the sentence states their relation: log odds in hundredths. `None` if the same words name both.
    pub relation: Option<i32>,
}

impl CountedSentence<'_> {
    /// The pairs of its topics.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let topics = self.topics.iter().enumerate();
        topics.flat_map(|(at, one)| self.topics[at + 1..].iter().map(|other| (*one, *other)))
    }

    /// The pairs of its topics, with how likely it states their relations.
    pub fn related(&self) -> impl Iterator<Item = SaidPair> {
        let named = || self.topics.iter().zip(self.places);
        named().enumerate().flat_map(move |(at, (one, place))| {
            named().skip(at + 1).map(|(other, other_place)| SaidPair {
                topics: (*one, *other),
                relation: relation(self.statement, self.verbs, *place, *other_place),
            })
        })
    }
}

impl SaidSentences {
    /// Adds the sentence `said` of the section at `place`, whose voice has the number `voice`.
    pub fn add(&mut self, said: &SaidSentence, place: SectionPlace, voice: u32) {
        let last = self.documents.last();
        if last.is_none_or(|last| last.path != place.path || last.source != place.source) {
            let (source, path) = (place.source.to_owned(), place.path.to_owned());
            self.documents.push(SaidDocument { source, path });
        }
        let first = self.places.len();
        self.topics.extend(said.topics());
        self.places.extend(said.places());
        // Most sentences are only counted: nobody needs their text.
        if is_evidence(said, &self.places[first..]) {
            self.texts.push_str(said.sentence);
        }
        self.sentences.push(KeptSentence {
            statement: said.statement(),
            verbs: said.verbs(),
            voice,
            document: u32::try_from(self.documents.len() - 1).unwrap_or(u32::MAX),
            address: place.address,
            section: place.section,
            topics_end: self.topics.len(),
            text_end: self.texts.len(),
        });
    }

    /// All sentences, in the order in which they were added.
    pub fn counted(&self) -> impl Iterator<Item = CountedSentence<'_>> {
        let mut start = 0;
        (0..).zip(&self.sentences).map(move |(at, kept)| {
            let from = std::mem::replace(&mut start, kept.topics_end);
            let named = from..kept.topics_end;
            let (topics, places) = (&self.topics[named.clone()], &self.places[named]);
            let KeptSentence { statement, verbs, voice, .. } = *kept;
            CountedSentence { at, voice, topics, places, statement, verbs }
        })
    }

    /// The text of the sentence number `at`; empty if it can't be evidence.
    pub fn text(&self, at: u32) -> &str {
        let at = at as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.sentences[before].text_end);
        &self.texts[start..self.sentences[at].text_end]
    }

    /// The source and the path of the document that contains the sentence number `at`.
    pub fn document(&self, at: u32) -> (&str, &str) {
        let SaidDocument { source, path } =
            &self.documents[self.sentences[at as usize].document as usize];
        (source, path)
    }

    /// The sentence number `at` as evidence.
    pub fn evidence(&self, at: u32) -> Evidence {
        let KeptSentence { address, section, .. } = self.sentences[at as usize];
        let (source, path) = self.document(at);
        Evidence {
            sentence: self.text(at).to_owned(),
            source: source.to_owned(),
            path: path.to_owned(),
            address,
            section,
        }
    }
}

/// Whether `said` may be evidence for two of its topics, whose names are at `places`.
fn is_evidence(said: &SaidSentence, places: &[NamePlace]) -> bool {
    let mut pairs = places
        .iter()
        .enumerate()
        .flat_map(|(at, one)| places[at + 1..].iter().map(move |other| (*one, *other)));
    pairs.any(|(one, other)| {
        let relation = relation(said.statement(), said.verbs(), one, other);
        relation.is_some_and(|relation| relation >= LEAST)
    })
}
