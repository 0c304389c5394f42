//! Understands a query: which topics its words name, corrections, completions, and which words are filler.
//!
//! Understanding only adds matches. Every typed word except filler is searched for, and its other readings have a lower
//! weight, so a section that contains all typed words is always found. Each step can be switched off. The response
//! reports what each step did, so that the user can see and undo it. The steps, in order: labels of the vocabulary,
//! longest first; completion of the last word; spelling, then labels again if a correction changed a word; source names
//! ([`namer`](super::namer)); filler. A word that names a source is otherwise handled like any other word.

use super::filler;
use super::labels::{Labels, NamedTopics};
use super::namer::SourceNamer;
use super::names::{Preference, SourceIndex};
use super::spelling::{Speller, SpellingCorrection};
use super::understood::{
    Correction, LastWord, PreferredSources, Understanding, Understood, UnderstoodTopic,
};
use crate::search::index::error::SearchError;
use crate::search::index::lexicon::Lexicon;
use crate::search::query::grammar::{Node, Query};
use crate::vocabulary::{Vocabulary, label};

/// The most other labels of one topic that are reported.
const MOST_ALTERNATIVES: usize = 6;
/// The minimum length of a prefix that is completed, in characters: while it is typed, and in a submitted query.
const SHORTEST_PREFIX: usize = 2;
const SHORTEST_SUBMITTED: usize = 3;
/// The minimum number of words of a paraphrase. Shorter names are usually acronyms spelled out, or terms.
const SHORTEST_PARAPHRASE: usize = 3;
/// The most words that a prefix is completed to.
const COMPLETIONS: usize = 12;
/// A submitted word is completed only if it occurs in at most this many sections, and a longer word that begins with
/// it occurs in more than this many times as many sections.
const FAR_COMMONER: u32 = 20;

/// A unit of the query with all its readings.
#[derive(Debug)]
pub(in crate::search) struct UnitMeaning<'q> {
    pub node: &'q Node,
    /// The topics that it names, as indices in the vocabulary, each with whether it is certainly meant.
    pub topics: Vec<(usize, bool)>,
    /// Words that it may be a prefix of.
    pub completions: Vec<String>,
    /// Its spelling corrections.
    pub spelt: Vec<String>,
    /// It asks for a kind of material (links) instead of naming a subject.
    pub is_aside: bool,
    /// If it belongs to the name of a source: the index in `QueryReading::preferences`.
    pub preference: Option<usize>,
}

/// Words of the query that together name topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct QueryName {
    /// As typed, with corrections.
    pub words: String,
    /// Indices in the vocabulary, each with whether the topic is certainly meant.
    pub topics: Vec<(usize, bool)>,
    /// Whether there are at least `SHORTEST_PARAPHRASE` words and none of them is in the preferred label of any of the
    /// topics. Then the topic finds relevant sections, and the words alone do not.
    pub is_paraphrase: bool,
}

/// An understood query.
#[derive(Debug)]
pub(in crate::search) struct QueryReading<'q> {
    pub understood: Understood,
    /// One per unit, without filler.
    pub meanings: Vec<UnitMeaning<'q>>,
    /// The names of more than one word.
    pub names: Vec<QueryName>,
    pub preferences: Vec<Preference>,
}

impl<'q> UnitMeaning<'q> {
    fn of(node: &'q Node) -> UnitMeaning<'q> {
        UnitMeaning {
            node,
            topics: vec![],
            completions: vec![],
            spelt: vec![],
            is_aside: false,
            preference: None,
        }
    }
}

/// The data that understanding a query needs.
pub(in crate::search) struct Interpreter<'a> {
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    pub sources: &'a SourceIndex,
    pub lexicon: &'a Lexicon<'a>,
}

/// A query while it is being understood.
struct QueryDraft<'q> {
    meanings: Vec<UnitMeaning<'q>>,
    /// By unit: the word in lower case, if the unit is a word.
    words: Vec<Option<String>>,
    names: Vec<QueryName>,
    preferences: Vec<Preference>,
    understood: Understood,
}

impl Interpreter<'_> {
    /// Understands `query`. `how` selects the steps; `last` says whether its last word may be unfinished.
    pub fn understand<'q>(
        &self,
        query: &'q Query,
        how: Understanding,
        last: LastWord,
    ) -> Result<QueryReading<'q>, SearchError> {
        let word = |node: &'q Node| match node {
            Node::Word(word) => Some(word.trim_end_matches(filler::ENDS).to_lowercase()),
            _ => None,
        };
        let mut draft = QueryDraft {
            meanings: query.units.iter().map(UnitMeaning::of).collect(),
            words: query.units.iter().map(word).collect(),
            names: Vec::new(),
            preferences: Vec::new(),
            understood: Understood {
                filters: query.filters.clone(),
                dropped: query.dropped.clone(),
                ..Understood::default()
            },
        };
        let mut taken = vec![false; query.units.len()];
        if how.labels {
            let words: Vec<Option<&str>> = draft.words.iter().map(Option::as_deref).collect();
            let named = self.labels.named(&words);
            for named in named {
                let span = named.at..named.at + named.length;
                for (word, taken) in draft.words[span.clone()].iter().zip(&mut taken[span]) {
                    // Filler inside a name ("users with no history") may still be left out: the whole name is also
                    // looked up.
                    let is_filler = word.as_deref().is_some_and(filler::is_filler);
                    *taken = named.length == 1 || !is_filler;
                }
                self.name(&named, None, &mut draft);
            }
        }
        if how.completion {
            self.complete(last, &mut taken, how, &mut draft)?;
        }
        if how.spelling {
            self.spell(&mut taken, how, &mut draft)?;
        }
        if how.names {
            self.prefer(&mut draft)?;
        }
        if how.filler {
            leave_filler(&mut draft, &taken);
        }
        let QueryDraft { meanings, names, preferences, understood, .. } = draft;
        Ok(QueryReading { understood, meanings, names, preferences })
    }

    /// Records which sources the words of the draft name.
    fn prefer(&self, draft: &mut QueryDraft) -> Result<(), SearchError> {
        let namer =
            SourceNamer { sources: self.sources, labels: self.labels, lexicon: self.lexicon };
        for named in namer.named(&draft.words)? {
            let span = named.at..named.at + named.length;
            for meaning in &mut draft.meanings[span.clone()] {
                meaning.preference = Some(draft.preferences.len());
            }
            draft.preferences.push(named.preference);
            let words: Vec<&str> = draft.words[span].iter().flatten().map(String::as_str).collect();
            let preferred = PreferredSources { words: words.join(" "), sources: named.ids };
            draft.understood.preferred.push(preferred);
        }
        Ok(())
    }

    /// Records that the `named` words of the draft name topics. `read` is their corrected form, if they were corrected.
    fn name(&self, named: &NamedTopics, read: Option<&str>, draft: &mut QueryDraft) {
        let typed: Vec<&str> = draft.meanings[named.at..named.at + named.length]
            .iter()
            .map(|meaning| match meaning.node {
                Node::Word(word) => word.as_str(),
                _ => "",
            })
            .collect();
        let typed = typed.join(" ");
        if named.length > 1 {
            let topics = named.topics.iter().map(|topic| (*topic, named.is_sure)).collect();
            let words = read.unwrap_or(&typed).to_owned();
            let is_paraphrase = named.length >= SHORTEST_PARAPHRASE
                && !named.topics.iter().any(|topic| self.shares_word(*topic, &words));
            draft.names.push(QueryName { words, topics, is_paraphrase });
        }
        for topic in &named.topics {
            for meaning in &mut draft.meanings[named.at..named.at + named.length] {
                meaning.topics.push((*topic, named.is_sure));
            }
            self.tell(*topic, read.unwrap_or(&typed), &mut draft.understood);
        }
    }

    /// Whether `words` and the preferred label of `topic` have a word in common.
    fn shares_word(&self, topic: usize, words: &str) -> bool {
        let preferred = label::key(&self.vocabulary.topics[topic].pref_label);
        label::key(words).split(' ').any(|word| preferred.split(' ').any(|own| own == word))
    }

    fn tell(&self, topic: usize, words: &str, understood: &mut Understood) {
        let id = self.vocabulary.topics[topic].slug.0.clone();
        let own = label::key(words);
        let others = self.labels.of(topic, self.vocabulary).written.iter();
        let others = others.filter(|(key, _)| *key != own).map(|(_, label)| label.clone());
        let also: Vec<String> = others.take(MOST_ALTERNATIVES).collect();
        if !understood.topics.iter().any(|known| known.id == id) {
            understood.topics.push(UnderstoodTopic { id, words: words.to_owned(), also });
        }
    }

    /// Completes the last word if it is unfinished, or if it is submitted and looks like a prefix of a much commoner
    /// word.
    fn complete(
        &self,
        last: LastWord,
        taken: &mut [bool],
        how: Understanding,
        draft: &mut QueryDraft,
    ) -> Result<(), SearchError> {
        let Some(at) = draft.words.len().checked_sub(1) else { return Ok(()) };
        let Some(word) = draft.words[at].clone() else { return Ok(()) };
        let is_typed = last == LastWord::Unfinished;
        let least = if is_typed { SHORTEST_PREFIX } else { SHORTEST_SUBMITTED };
        let is_begin = word.chars().count() >= least && word.chars().all(char::is_alphanumeric);
        if !is_begin || (taken[at] && !is_typed) {
            return Ok(());
        }
        let held = if is_typed { 0 } else { self.lexicon.held(&word)? };
        if held > FAR_COMMONER {
            return Ok(());
        }
        let mut known = self.lexicon.beginning(&word, COMPLETIONS)?;
        if !is_typed {
            let held = self.lexicon.held_in_any_form(&word)?;
            let is_half = known.first().is_some_and(|best| best.held > held * FAR_COMMONER);
            if held > FAR_COMMONER || !is_half {
                return Ok(());
            }
            known.retain(|known| known.held > held);
        }
        if how.labels {
            let from = draft.words.iter().rposition(Option::is_none).map_or(0, |at| at + 1);
            let run: Vec<&str> = draft.words[from..].iter().flatten().map(String::as_str).collect();
            for topic in self.labels.begun(&run) {
                draft.meanings[at].topics.push((topic, false));
                self.tell(topic, &run.join(" "), &mut draft.understood);
            }
        }
        taken[at] |= !known.is_empty();
        let completions: Vec<String> = known.into_iter().map(|known| known.word).collect();
        draft.understood.completions.clone_from(&completions);
        draft.meanings[at].completions = completions;
        Ok(())
    }

    /// Corrects misspelled words, then looks for labels among the corrected words.
    fn spell(
        &self,
        taken: &mut [bool],
        how: Understanding,
        draft: &mut QueryDraft,
    ) -> Result<(), SearchError> {
        let speller = Speller { lexicon: self.lexicon, labels: self.labels };
        let mut read: Vec<Option<String>> = draft.words.clone();
        let mut changed = vec![false; read.len()];
        for at in 0..draft.words.len() {
            let Some(word) = draft.words[at].clone() else { continue };
            if taken[at] || filler::is_filler(&word) {
                continue;
            }
            let next = draft.words.get(at + 1).cloned().flatten();
            if let Some(next) = next.filter(|_| !taken[at + 1])
                && let Some(joined) = speller.join(&word, &next)?
            {
                draft.correct(at..at + 2, &format!("{word} {next}"), &joined);
                (taken[at], taken[at + 1]) = (true, true);
            } else if let Some(reading) = speller.correct(&word)? {
                draft.correct(at..at + 1, &word, &reading);
                read[at] = Some(reading.words);
                (taken[at], changed[at]) = (true, true);
            }
        }
        if !how.labels || !changed.contains(&true) {
            return Ok(());
        }
        let words: Vec<Option<&str>> = read.iter().map(Option::as_deref).collect();
        for named in self.labels.named(&words) {
            let span = named.at..named.at + named.length;
            if changed[span.clone()].contains(&true) {
                taken[span.clone()].fill(true);
                let read: Vec<&str> = words[span].iter().flatten().copied().collect();
                self.name(&named, Some(&read.join(" ")), draft);
            }
        }
        Ok(())
    }
}

impl QueryDraft<'_> {
    fn correct(
        &mut self,
        units: std::ops::Range<usize>,
        typed: &str,
        reading: &SpellingCorrection,
    ) {
        for meaning in &mut self.meanings[units] {
            meaning.spelt.push(reading.words.clone());
        }
        self.understood
            .corrections
            .push(Correction { typed: typed.to_owned(), read_as: reading.words.clone() });
    }
}

/// Keeps only the corrections whose words all occur in sections that are shown, or name a topic; none if `found`, the
/// number of matches, is 0. (A word of the index may occur only in deleted sections or folded copies.)
pub(in crate::search) fn keep_what_finds(
    understood: &mut Understood,
    found: usize,
    lexicon: &Lexicon,
) -> Result<(), SearchError> {
    let mut kept = Vec::new();
    for correction in std::mem::take(&mut understood.corrections) {
        let is_named = || {
            let mut topics = understood.topics.iter();
            topics.any(|topic| topic.words.contains(&correction.read_as))
        };
        let is_shown = |word: &str| lexicon.is_shown(word);
        let mut words = correction.read_as.split(' ');
        if found > 0
            && (is_named() || words.try_fold(true, |all, w| is_shown(w).map(|is| all && is))?)
        {
            kept.push(correction);
        }
    }
    understood.corrections = kept;
    Ok(())
}

/// Removes filler from the draft, except words marked in `taken`, which are part of something understood. Marks the
/// words that ask for links.
fn leave_filler(draft: &mut QueryDraft, taken: &[bool]) {
    let is_filler: Vec<bool> = draft
        .words
        .iter()
        .zip(taken)
        .map(|(word, taken)| !taken && word.as_deref().is_some_and(filler::is_filler))
        .collect();
    let words: Vec<&str> = draft.words.iter().map(|w| w.as_deref().unwrap_or_default()).collect();
    let asides = filler::asking_for_links(&words);
    let says = |at: usize| !is_filler[at] && !asides.contains(&at);
    if !(0..words.len()).any(says) {
        // The query is all filler ("what is it"): then the filler is searched for.
        return;
    }
    for at in asides.iter().copied().filter(|at| !is_filler[*at]) {
        draft.understood.asks_for_links.push(words[at].to_owned());
        draft.meanings[at].is_aside = true;
    }
    let left_out = words.iter().zip(&is_filler).filter(|(_, is_filler)| **is_filler);
    draft.understood.filler = left_out.map(|(word, _)| (*word).to_owned()).collect();
    let mut is_filler = is_filler.into_iter();
    draft.meanings.retain(|_| !is_filler.next().unwrap_or(false));
}
