//! Understands a query: finds the topics that its words name, corrects and completes words, and recognises filler.
//!
//! Understanding only adds matches. Every typed word except filler is searched for, and its other readings have a lower
//! weight, so a section that contains all typed words is always found. Each step can be switched off. The response
//! reports what each step did, so that the user can see and undo it. The steps, in order: labels of the vocabulary,
//! longest first; completion of the last word; spelling, then labels again if a correction changed a word; source names
//! ([`namer`](super::namer)); filler. A word that names a source is otherwise handled like any other word.

use super::draft::QueryDraft;
use super::filler;
use super::labels::{BegunLabels, Labels, NamedTopics};
use super::namer::SourceNamer;
use super::names::SourceIndex;
use super::reading::{MeantTopic, QueryName, QueryReading};
use super::spelling::Speller;
use super::understood::{LastWord, PreferredSources, Understanding, Understood, UnderstoodTopic};
use crate::search::index::error::SearchError;
use crate::search::index::lexicon::{KnownWord, Lexicon};
use crate::search::query::grammar::{Node, Query};
use crate::vocabulary::{Vocabulary, label};

/// The maximum number of other labels that are reported for one topic.
const MOST_ALTERNATIVES: usize = 6;
/// An unfinished last word is completed only if it has at least this many characters.
const SHORTEST_PREFIX: usize = 2;
/// The last word of a submitted query is completed only if it has at least this many characters.
const SHORTEST_SUBMITTED: usize = 3;
/// The minimum number of words of a paraphrase, a label that shares no word with the topic's preferred label
/// (`QueryName::is_paraphrase`). Shorter names are usually spelled-out acronyms or technical terms.
const SHORTEST_PARAPHRASE: usize = 3;
/// A prefix is completed to at most this many words.
const COMPLETIONS: usize = 12;
/// A submitted word is completed only if it is rare and a completion is far more common: at most this many sections
/// contain the word, and more than this many times as many sections contain its most common completion.
const FAR_COMMONER: u32 = 20;

/// The data that understanding a query needs.
pub(in crate::search) struct Interpreter<'a> {
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    pub sources: &'a SourceIndex,
    pub lexicon: &'a Lexicon<'a>,
}

impl Interpreter<'_> {
    /// Understands `query`. `how` selects the steps. `last` is whether the last word of the query may be unfinished.
    pub fn understand<'q>(
        &self,
        query: &'q Query,
        how: Understanding,
        last: LastWord,
    ) -> Result<QueryReading<'q>, SearchError> {
        let mut draft = QueryDraft::of(query);
        if how.labels {
            self.find_labels(&mut draft);
        }
        if how.completion {
            self.complete(last, how, &mut draft)?;
        }
        if how.spelling {
            self.spell(last, how, &mut draft)?;
        }
        if how.names {
            self.prefer(&mut draft)?;
        }
        if how.filler {
            draft.ask();
            draft.leave_filler();
        }
        Ok(draft.into_reading())
    }

    /// Finds the labels of topics among the words of the draft.
    fn find_labels(&self, draft: &mut QueryDraft) {
        let words: Vec<Option<&str>> = draft.words.iter().map(Option::as_deref).collect();
        for named in self.labels.named(&words) {
            for at in named.at..named.at + named.length {
                // Filler inside a name ("users with no history") may still be left out: the whole name is also
                // looked up.
                let is_filler = draft.words[at].as_deref().is_some_and(filler::is_filler);
                draft.taken[at] = named.length == 1 || !is_filler;
            }
            self.name(&named, None, draft);
        }
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

    /// Records that the `named` words of the draft name topics. `corrected` is their corrected form, if they were
    /// corrected.
    fn name(&self, named: &NamedTopics, corrected: Option<&str>, draft: &mut QueryDraft) {
        let units = named.at..named.at + named.length;
        let typed: Vec<&str> = draft.meanings[units.clone()]
            .iter()
            .map(|meaning| match meaning.node {
                Node::Word(word) => word.as_str(),
                _ => "",
            })
            .collect();
        let words = corrected.map_or_else(|| typed.join(" "), str::to_owned);
        let is_sure = named.is_sure;
        let topics: Vec<MeantTopic> =
            named.topics.iter().map(|topic| MeantTopic { topic: *topic, is_sure }).collect();
        for topic in &topics {
            for meaning in &mut draft.meanings[units.clone()] {
                meaning.topics.push(*topic);
            }
            self.report_topic(topic.topic, &words, &mut draft.understood);
        }
        if named.length > 1 {
            let is_paraphrase = named.length >= SHORTEST_PARAPHRASE
                && !named.topics.iter().any(|topic| self.shares_word(*topic, &words));
            draft.names.push(QueryName { words, topics, is_paraphrase });
        }
    }

    /// Whether `words` and the preferred label of `topic` have a word in common.
    fn shares_word(&self, topic: usize, words: &str) -> bool {
        let preferred = label::key(&self.vocabulary.topics[topic].pref_label);
        label::key(words).split(' ').any(|word| preferred.split(' ').any(|own| own == word))
    }

    /// Reports that `words` name `topic`, unless the topic has already been reported.
    fn report_topic(&self, topic: usize, words: &str, understood: &mut Understood) {
        let id = self.vocabulary.topics[topic].slug.0.clone();
        let own = label::key(words);
        let others = self.labels.of(topic, self.vocabulary).written.iter();
        let others = others.filter(|label| label.key != own).map(|label| label.text.clone());
        let also: Vec<String> = others.take(MOST_ALTERNATIVES).collect();
        if !understood.topics.iter().any(|known| known.id == id) {
            understood.topics.push(UnderstoodTopic { id, words: words.to_owned(), also });
        }
    }

    /// Completes the last word of the draft if the user is still typing it. Completes a submitted word only if it is
    /// probably a prefix of a much more common word.
    fn complete(
        &self,
        last: LastWord,
        how: Understanding,
        draft: &mut QueryDraft,
    ) -> Result<(), SearchError> {
        let Some(at) = draft.words.len().checked_sub(1) else { return Ok(()) };
        let Some(word) = draft.words[at].clone() else { return Ok(()) };
        let is_unfinished = last == LastWord::Unfinished;
        if is_unfinished && how.labels {
            self.complete_label(&draft.words.clone(), draft);
        }
        let least = if is_unfinished { SHORTEST_PREFIX } else { SHORTEST_SUBMITTED };
        let is_prefix = word.chars().count() >= least && word.chars().all(char::is_alphanumeric);
        if !is_prefix || (draft.taken[at] && !is_unfinished) {
            return Ok(());
        }
        let completions = match last {
            LastWord::Unfinished => Some(self.lexicon.beginning(&word, COMPLETIONS)?),
            LastWord::Whole => self.completions_of_submitted(&word)?,
        };
        let Some(completions) = completions else { return Ok(()) };
        if how.labels && !is_unfinished {
            self.complete_label(&draft.words.clone(), draft);
        }
        draft.taken[at] |= !completions.is_empty();
        let completions: Vec<String> = completions.into_iter().map(|known| known.word).collect();
        draft.understood.completions.clone_from(&completions);
        draft.meanings[at].completions.extend(completions);
        Ok(())
    }

    /// The words that begin with `word` and are more common than it. `None` if `word` itself is common, or if no such
    /// word is much more common.
    fn completions_of_submitted(&self, word: &str) -> Result<Option<Vec<KnownWord>>, SearchError> {
        let as_typed = self.lexicon.held(word)?;
        if as_typed > FAR_COMMONER {
            return Ok(None);
        }
        let mut known = self.lexicon.beginning(word, COMPLETIONS)?;
        // If no section contains the word as typed, it is only the beginning of a word. Then words with the same stem
        // are not counted: "dri" is the stem of "dry".
        let held = if as_typed == 0 { 0 } else { self.lexicon.held_in_any_form(word)? };
        let is_half = known.first().is_some_and(|best| best.held > held * FAR_COMMONER);
        if held > FAR_COMMONER || !is_half {
            return Ok(None);
        }
        known.retain(|known| known.held > held);
        Ok(Some(known))
    }

    /// Finds the topics that have a label beginning with the last of `words`, and adds them to the units of these words
    /// in the draft. A single word must be long enough to be completed.
    fn complete_label(&self, words: &[Option<String>], draft: &mut QueryDraft) {
        let from = words.iter().rposition(Option::is_none).map_or(0, |at| at + 1);
        let run: Vec<&str> = words[from..].iter().flatten().map(String::as_str).collect();
        if matches!(run[..], [word] if word.chars().count() < SHORTEST_PREFIX) {
            return;
        }
        let Some(BegunLabels { from: begin, topics, last_words }) = self.labels.begun(&run) else {
            return;
        };
        // Several words that begin a label are hardly there by chance. But if they are a whole label, that is what they
        // mean, and a longer label is only a guess.
        let is_whole = draft.taken.last().is_some_and(|taken| *taken);
        let is_sure = run.len() - begin > 1 && !is_whole;
        let first = if is_sure { from + begin } else { words.len() - 1 };
        let topics: Vec<MeantTopic> =
            topics.into_iter().map(|topic| MeantTopic { topic, is_sure }).collect();
        let words = run[begin..].join(" ");
        for topic in &topics {
            for meaning in &mut draft.meanings[first..] {
                meaning.topics.push(*topic);
            }
            self.report_topic(topic.topic, &words, &mut draft.understood);
        }
        if is_sure {
            if let Some(last) = draft.meanings.last_mut() {
                last.completions.extend(last_words);
            }
            draft.names.push(QueryName { words, topics, is_paraphrase: false });
        }
    }

    /// Corrects misspelled words, then looks for labels that contain a corrected word, if `how` selects labels. If the
    /// last word is unfinished, these are also labels that begin with the corrected words.
    fn spell(
        &self,
        last: LastWord,
        how: Understanding,
        draft: &mut QueryDraft,
    ) -> Result<(), SearchError> {
        let speller = Speller { lexicon: self.lexicon, labels: self.labels };
        let mut read: Vec<Option<String>> = draft.words.clone();
        let mut changed = vec![false; read.len()];
        for at in 0..draft.words.len() {
            let Some(word) = draft.words[at].clone() else { continue };
            if draft.taken[at] || filler::is_filler(&word) {
                continue;
            }
            let next = draft.words.get(at + 1).cloned().flatten();
            if let Some(next) = next.filter(|_| !draft.taken[at + 1])
                && let Some(joined) = speller.join(&word, &next)?
            {
                draft.correct(at..at + 2, &format!("{word} {next}"), &joined);
            } else if let Some(correction) = speller.correct(&word)? {
                draft.correct(at..at + 1, &word, &correction);
                read[at] = Some(correction);
                changed[at] = true;
            }
        }
        if how.labels && changed.contains(&true) {
            self.find_corrected_labels(&read, &changed, draft);
            if last == LastWord::Unfinished && read.last().is_some_and(Option::is_some) {
                self.complete_label(&read, draft);
            }
        }
        Ok(())
    }

    /// Finds labels of topics in `read`, the words after correction; two words that were joined are still separate
    /// there. Skips labels that contain no corrected word: `changed` says for each word whether it was corrected.
    fn find_corrected_labels(
        &self,
        read: &[Option<String>],
        changed: &[bool],
        draft: &mut QueryDraft,
    ) {
        let words: Vec<Option<&str>> = read.iter().map(Option::as_deref).collect();
        for named in self.labels.named(&words) {
            let span = named.at..named.at + named.length;
            if changed[span.clone()].contains(&true) {
                draft.taken[span.clone()].fill(true);
                let corrected: Vec<&str> = words[span].iter().flatten().copied().collect();
                self.name(&named, Some(&corrected.join(" ")), draft);
            }
        }
    }
}

/// Keeps a correction only if it is part of words that name a topic, or if each of its words occurs in a section that
/// is shown. (A word of the index may occur only in deleted sections or folded copies.) Keeps no correction if `found`,
/// the number of matches, is 0.
pub(in crate::search) fn keep_useful_corrections(
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
