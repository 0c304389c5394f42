//! The sentences of all sections that name several topics. They are kept in a few long tables, because most of them are
//! only counted.

use super::Evidence;
use super::place::SectionPlace;
use super::sentence::SaidSentence;
use crate::extract::Address;

/// The sentences, in the order in which they were added.
#[derive(Default)]
pub(super) struct SaidSentences {
    sentences: Vec<KeptSentence>,
    /// The topics of the sentences, one after another.
    topics: Vec<u32>,
    /// How likely the sentences that are evidence state the relations of their pairs, one after another.
    relations: Vec<Option<i16>>,
    /// The sentences, one after another.
    texts: String,
    documents: Vec<SaidDocument>,
}

/// Where a sentence is, and what is kept of it.
#[derive(Clone, Copy)]
struct KeptSentence {
    voice: u32,
    /// The index of its document.
    document: u32,
    address: Address,
    section: u64,
    /// Where its topics end in the table of topics. They begin where those of the sentence before end.
    topics_end: usize,
    /// Where its relations end in the table of relations.
    relations_end: usize,
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
    /// How likely it states the relation of each pair; empty if it is no evidence for any.
    relations: &'a [Option<i16>],
}

/// Two topics of a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct SaidPair {
    /// The vocabulary indices of the topics, the smaller one first.
    pub topics: (u32, u32),
    /// How likely the sentence states their relation: log odds in hundredths.
    pub relation: i16,
}

impl CountedSentence<'_> {
    /// The pairs of its topics.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let topics = self.topics.iter().enumerate();
        topics.flat_map(|(at, one)| self.topics[at + 1..].iter().map(|other| (*one, *other)))
    }

    /// The pairs of its topics for which it is evidence.
    pub fn related(&self) -> impl Iterator<Item = SaidPair> {
        let pairs = self.pairs().zip(self.relations);
        pairs.filter_map(|(topics, relation)| Some(SaidPair { topics, relation: (*relation)? }))
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
        self.topics.extend(said.topics());
        self.relations.extend(said.relations());
        self.texts.push_str(said.sentence);
        self.sentences.push(KeptSentence {
            voice,
            document: u32::try_from(self.documents.len() - 1).unwrap_or(u32::MAX),
            address: place.address,
            section: place.section,
            topics_end: self.topics.len(),
            relations_end: self.relations.len(),
            text_end: self.texts.len(),
        });
    }

    /// All sentences, in the order in which they were added.
    pub fn counted(&self) -> impl Iterator<Item = CountedSentence<'_>> {
        let (mut topics, mut relations) = (0, 0);
        (0..).zip(&self.sentences).map(move |(at, kept)| {
            let named = std::mem::replace(&mut topics, kept.topics_end)..kept.topics_end;
            let said = std::mem::replace(&mut relations, kept.relations_end)..kept.relations_end;
            let (topics, relations) = (&self.topics[named], &self.relations[said]);
            CountedSentence { at, voice: kept.voice, topics, relations }
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
