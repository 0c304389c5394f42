//! Understands a query: which topics its words name, corrections, completions, and which words are filler.
//!
//! Understanding only adds matches. A typed word is always searched for, and what it is also read as has a lower
//! weight, so a section that contains all typed words is always found. Each step can be switched off. The answer reports
//! what each step did, so that the user can see and undo it. The steps, in order: labels of the vocabulary, longest
//! first; completion of the last word; spelling, then labels again if a correction changed a word; source names
//! ([`namer`](super::namer)); filler. A word that names a source is otherwise handled like any other word.

use super::filler;
use super::labels::{Labels, Named};
use super::namer::Namer;
use super::names::{Preference, SourceIndex};
use super::spelling::{Slip, Speller};
use super::understood::{
    Correction, LastWord, PreferredSources, Understanding, Understood, UnderstoodTopic,
};
use crate::search::index::error::SearchError;
use crate::search::index::lexicon::Lexicon;
use crate::search::query::grammar::{Node, Query};
use crate::vocabulary::{Vocabulary, label};

/// Labels of one topic that are told.
const MOST_ALTERNATIVES: usize = 6;
/// A shorter beginning says nothing of the word; a submitted one has to be longer.
const SHORTEST_PREFIX: usize = 2;
const SHORTEST_SUBMITTED: usize = 3;
/// A shorter name is an acronym spelt out or a term of its own.
const SHORTEST_PARAPHRASE: usize = 3;
/// Words that half a word is completed to.
const COMPLETIONS: usize = 12;
/// A submitted word is taken for half a word only if a longer one is used so many times as often.
const FAR_COMMONER: u32 = 20;

/// A unit of the query with all that it is read as.
#[derive(Debug)]
pub(in crate::search) struct Meaning<'q> {
    pub node: &'q Node,
    /// Its topics, by place, and whether they are surely meant.
    pub topics: Vec<(usize, bool)>,
    /// Words that it may be the beginning of.
    pub completions: Vec<String>,
    /// Words that it was meant to be.
    pub spelt: Vec<String>,
    /// It says what kind of thing is wanted rather than what it is about.
    pub is_aside: bool,
    /// The preference of the reading that it is a word of.
    pub preference: Option<usize>,
}

/// Words of the query that together name topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct Name {
    /// As typed, or as read where they were typed wrong.
    pub words: String,
    /// By place, and whether they are surely meant.
    pub topics: Vec<(usize, bool)>,
    /// Whether they are several and none is of what the topics are mostly called: then it is not the words
    /// that find what is said of them.
    pub is_paraphrase: bool,
}

/// What a query means.
#[derive(Debug)]
pub(in crate::search) struct Reading<'q> {
    pub understood: Understood,
    /// Unit by unit, without filler.
    pub meanings: Vec<Meaning<'q>>,
    /// The names of more than one word.
    pub names: Vec<Name>,
    pub preferences: Vec<Preference>,
}

impl<'q> Meaning<'q> {
    fn of(node: &'q Node) -> Meaning<'q> {
        Meaning {
            node,
            topics: vec![],
            completions: vec![],
            spelt: vec![],
            is_aside: false,
            preference: None,
        }
    }
}

/// What understanding needs to know.
pub(in crate::search) struct Interpreter<'a> {
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    pub sources: &'a SourceIndex,
    pub lexicon: &'a Lexicon<'a>,
}

/// A query being understood.
struct Draft<'q> {
    meanings: Vec<Meaning<'q>>,
    /// By unit: the word, lower case, if it is one.
    words: Vec<Option<String>>,
    names: Vec<Name>,
    preferences: Vec<Preference>,
    understood: Understood,
}

impl Interpreter<'_> {
    /// What `query` means, unit by unit, without its filler.
    pub fn understand<'q>(
        &self,
        query: &'q Query,
        how: Understanding,
        last: LastWord,
    ) -> Result<Reading<'q>, SearchError> {
        let word = |node: &'q Node| match node {
            Node::Word(word) => Some(word.trim_end_matches(filler::ENDS).to_lowercase()),
            _ => None,
        };
        let mut draft = Draft {
            meanings: query.units.iter().map(Meaning::of).collect(),
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
            let named = self.labels.named(&words, self.vocabulary);
            for named in named {
                let span = named.at..named.at + named.length;
                for (word, taken) in draft.words[span.clone()].iter().zip(&mut taken[span]) {
                    // The name as a whole stands for the filler in it ("users with no history").
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
        let Draft { meanings, names, preferences, understood, .. } = draft;
        Ok(Reading { understood, meanings, names, preferences })
    }

    /// Takes down which sources words of the draft name.
    fn prefer(&self, draft: &mut Draft) -> Result<(), SearchError> {
        let namer = Namer { sources: self.sources, labels: self.labels, lexicon: self.lexicon };
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

    /// Takes down that `named` words of the draft name a topic, corrected to `read` where they are.
    fn name(&self, named: &Named, read: Option<&str>, draft: &mut Draft) {
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
            draft.names.push(Name { words, topics, is_paraphrase });
        }
        for topic in &named.topics {
            for meaning in &mut draft.meanings[named.at..named.at + named.length] {
                meaning.topics.push((*topic, named.is_sure));
            }
            self.tell(*topic, read.unwrap_or(&typed), &mut draft.understood);
        }
    }

    /// Whether a word of `words` is one of the preferred label of `topic`.
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

    /// Completes the last word, if it is being typed or is no word by itself.
    fn complete(
        &self,
        last: LastWord,
        taken: &mut [bool],
        how: Understanding,
        draft: &mut Draft,
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

    /// Reads words that were typed wrong as what was meant.
    fn spell(
        &self,
        taken: &mut [bool],
        how: Understanding,
        draft: &mut Draft,
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
        for named in self.labels.named(&words, self.vocabulary) {
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

impl Draft<'_> {
    fn correct(&mut self, units: std::ops::Range<usize>, typed: &str, reading: &Slip) {
        for meaning in &mut self.meanings[units] {
            meaning.spelt.push(reading.words.clone());
        }
        self.understood
            .corrections
            .push(Correction { typed: typed.to_owned(), read_as: reading.words.clone() });
    }
}

/// Leaves of the corrections of `understood` those that lead to something, if anything was `found`: their words
/// stand in sections that are shown, or name a topic. Words of the index that only deleted sections hold do not.
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

/// Leaves of the draft what says something; words in `taken` are part of something understood.
fn leave_filler(draft: &mut Draft, taken: &[bool]) {
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
        // Nothing but filler ("what is it"): then it is what is searched for.
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
