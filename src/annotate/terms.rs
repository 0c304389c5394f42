//! Extracts terms that several independent voices use and that the vocabulary lacks.
//!
//! Candidates are phrases that authors emphasise: headings, link texts, and the words at the beginning of a line that
//! end with a colon or come before a dash. They are ranked by C-value (K. Frantzi, S. Ananiadou and H. Mima, "Automatic
//! recognition of multi-word terms", International Journal on Digital Libraries 3(2), 2000) over all texts, and by the
//! number of voices. The C-value of a phrase is high if the phrase is frequent, also outside of longer terms. The
//! module reads and writes no files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};

use crate::catalogue::Voice;
use crate::extract::labelled_cells;
use crate::extract::sentences::sentences;
use crate::vocabulary::common_words::CommonWord;
use crate::vocabulary::folded::{FoldedText, fence};
use crate::vocabulary::label::{self, Token};
use crate::vocabulary::label_index::LabelIndex;
use crate::vocabulary::plain;

/// The maximum number of words in a term. Longer phrases are skipped, because they are usually sentences.
const MOST_WORDS: usize = 4;
/// The minimum number of independent voices that use a term. A phrase that fewer voices use is skipped, because it may
/// be a personal habit.
const LEAST_VOICES: usize = 3;
/// At most this many uses by one voice are counted, so that one author can't establish a term.
const MOST_OF_A_VOICE: u32 = 20;
/// The maximum number of sentences that are kept as evidence for a term, each from a different voice.
const MOST_EVIDENCE: usize = 3;
/// The maximum length of a sentence that is kept as evidence, in characters.
const EVIDENCE_CHARS: usize = 200;

/// The parts of a section that terms are extracted from.
#[derive(Clone, Debug)]
pub struct TermPassage<'a> {
    pub source: &'a str,
    pub voice: Voice,
    pub path: &'a str,
    pub headings: &'a [String],
    pub text: &'a str,
    pub anchors: &'a [String],
    /// Slugs of the topics that the section is about.
    pub topics: Vec<&'a str>,
}

/// A term that the vocabulary may lack.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingTerm {
    /// The most common spelling of the term. `spellings` contains the others.
    pub label: String,
    pub spellings: Vec<String>,
    pub c_value: f64,
    /// The number of independent voices that use the term.
    pub voices: usize,
    /// The slugs of the topics that are most characteristic of the sections with this term. They suggest under which
    /// topic the term belongs in the vocabulary.
    pub near: Vec<String>,
    /// Sentences that use the term, each from a different voice.
    pub evidence: Vec<TermEvidence>,
}

/// A sentence that uses a term, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct TermEvidence {
    pub sentence: String,
    pub source: String,
    pub path: String,
}

/// At most `limit` terms of `passages` that are not among `labels`. Terms with a high C-value and many voices come
/// first.
///
/// Takes time in O(length of all texts), and memory for all candidates.
pub fn terms(passages: &[TermPassage], labels: &LabelIndex, limit: usize) -> Vec<MissingTerm> {
    let mut candidates = TermCandidates::default();
    for passage in passages {
        let last = passage.headings.last().map(String::as_str);
        let lead_ins = passage.text.lines().filter_map(lead_in);
        let anchors = passage.anchors.iter().map(String::as_str);
        for wording in last.into_iter().chain(anchors).chain(lead_ins) {
            candidates.add(wording, labels);
        }
    }
    let Some(automaton) = candidates.automaton() else { return Vec::new() };
    for passage in passages {
        candidates.count(&automaton, passage);
    }
    candidates.finish(limit)
}

/// The words before the first colon in `line`, or before the first dash if there is no colon. The colon must have a
/// space after it, the dash on both sides. List markers at the beginning are ignored. `None` if there is neither, or if
/// the words are too many for a term.
fn lead_in(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['-', '*', ' ', '•']);
    let (before, _) = line.split_once(": ").or_else(|| line.split_once(" – "))?;
    (before.split_whitespace().count() <= MOST_WORDS).then_some(before)
}

/// A phrase that may be a term.
#[derive(Debug, Default)]
struct TermCandidate {
    words: usize,
    spellings: BTreeMap<String, u32>,
    /// The number of uses by each independent voice.
    voices: BTreeMap<Voice, u32>,
    near: BTreeMap<String, u32>,
    evidence: Vec<TermEvidence>,
}

#[derive(Default)]
struct TermCandidates {
    patterns: Vec<String>,
    all: Vec<TermCandidate>,
    places: HashMap<String, usize>,
    /// The number of passages about each topic.
    totals: HashMap<String, u32>,
}

impl TermCandidates {
    /// Adds `wording` as a candidate if it has the form of a term and is not among `labels`.
    fn add(&mut self, wording: &str, labels: &LabelIndex) {
        let tokens = label::tokens(wording);
        if !is_term(wording, &tokens, labels) {
            return;
        }
        let pattern = fence(tokens.iter().map(|token| token.normal.as_str()));
        let next = self.all.len();
        let place = *self.places.entry(pattern.clone()).or_insert(next);
        if place == next {
            self.patterns.push(pattern);
            self.all.push(TermCandidate { words: tokens.len(), ..TermCandidate::default() });
        }
        let spelling = wording[tokens[0].start..tokens[tokens.len() - 1].end].to_owned();
        *self.all[place].spellings.entry(spelling).or_insert(0) += 1;
    }

    fn automaton(&self) -> Option<DoubleArrayAhoCorasick<u32>> {
        DoubleArrayAhoCorasickBuilder::new().build(&self.patterns).ok()
    }

    /// Counts the uses of the candidates in `passage`.
    fn count(&mut self, automaton: &DoubleArrayAhoCorasick<u32>, passage: &TermPassage) {
        for topic in &passage.topics {
            *self.totals.entry((*topic).to_owned()).or_insert(0) += 1;
        }
        let heading = passage.headings.last().map_or("", String::as_str);
        let sentences = passage.text.lines().flat_map(sentences).map(|(_, sentence)| sentence);
        for sentence in sentences.chain([heading]) {
            let haystack = FoldedText::of(sentence).folded;
            for hit in automaton.find_overlapping_iter(&haystack) {
                let candidate = &mut self.all[hit.value() as usize];
                if candidate.is_meant(sentence) {
                    candidate.used(passage, sentence);
                }
            }
        }
    }

    /// At most `limit` of the candidates that enough voices use and that have a positive C-value. They are sorted by a
    /// weight that grows with the C-value and the number of voices, the highest weight first.
    fn finish(self, limit: usize) -> Vec<MissingTerm> {
        let frequency: Vec<u32> = self.all.iter().map(TermCandidate::frequency).collect();
        let (mut inside, mut holders) = (vec![0_u32; self.all.len()], vec![0_u32; self.all.len()]);
        for (at, pattern) in self.patterns.iter().enumerate().filter(|(at, _)| frequency[*at] > 0) {
            for part in parts(pattern).filter_map(|part| self.places.get(part)) {
                inside[*part] += frequency[at];
                holders[*part] += 1;
            }
        }
        let mut terms: Vec<MissingTerm> = Vec::new();
        for (at, candidate) in self.all.into_iter().enumerate() {
            let nested = f64::from(inside[at]) / f64::from(holders[at].max(1));
            // With log2(words), one-word terms would have a C-value of 0: log2(words + 1) is the usual remedy.
            let c_value =
                (candidate.words as f64 + 1.0).log2() * (f64::from(frequency[at]) - nested);
            if candidate.voices.len() >= LEAST_VOICES && c_value > 0.0 {
                terms.push(candidate.term(c_value, &self.totals));
            }
        }
        let weight = |term: &MissingTerm| term.c_value * (term.voices as f64).ln_1p();
        terms.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.label.cmp(&b.label)));
        terms.truncate(limit);
        terms
    }
}

impl TermCandidate {
    /// Whether `sentence`, which contains the candidate's words, refers to the candidate. A candidate of one word is a
    /// name or an acronym, so the sentence must contain one of its spellings exactly.
    fn is_meant(&self, sentence: &str) -> bool {
        self.words > 1 || self.spellings.keys().any(|spelling| sentence.contains(spelling))
    }

    fn used(&mut self, passage: &TermPassage, sentence: &str) {
        let uses = self.voices.entry(passage.voice.clone()).or_insert(0);
        *uses += 1;
        let is_first = *uses == 1;
        for topic in &passage.topics {
            *self.near.entry((*topic).to_owned()).or_insert(0) += 1;
        }
        let sentence = sentence.trim();
        let is_readable = sentence.split_whitespace().count() >= 5
            && sentence.chars().count() <= EVIDENCE_CHARS
            && !sentence.contains(" | ")
            && labelled_cells(sentence).is_none();
        if is_first && is_readable && self.evidence.len() < MOST_EVIDENCE {
            self.evidence.push(TermEvidence {
                sentence: sentence.to_owned(),
                source: passage.source.to_owned(),
                path: passage.path.to_owned(),
            });
        }
    }

    fn frequency(&self) -> u32 {
        self.voices.values().map(|uses| (*uses).min(MOST_OF_A_VOICE)).sum()
    }

    fn term(self, c_value: f64, totals: &HashMap<String, u32>) -> MissingTerm {
        let mut spellings: Vec<(String, u32)> = self.spellings.into_iter().collect();
        // Of equally common spellings, the one with the fewest capitals is the label.
        let capitals = |text: &str| text.chars().filter(|c| c.is_uppercase()).count();
        spellings.sort_by_key(|(text, count)| (std::cmp::Reverse(*count), capitals(text)));
        let mut names = spellings.into_iter().map(|(text, _)| text);
        let label = names.next().unwrap_or_default();
        let mut keys = BTreeSet::from([label.to_lowercase()]);
        let others = names.filter(|text| keys.insert(text.to_lowercase())).collect();
        let mut near: Vec<(String, u32)> = self.near.into_iter().collect();
        // Topics that many passages are about weigh less: they are weak hints at where this term belongs.
        let tie = |(topic, count): &(String, u32)| {
            let total = totals.get(topic).copied().unwrap_or(1).max(1);
            f64::from(*count) / f64::from(total).sqrt()
        };
        near.sort_by(|a, b| tie(b).total_cmp(&tie(a)).then(a.0.cmp(&b.0)));
        MissingTerm {
            label,
            spellings: others,
            c_value,
            voices: self.voices.len(),
            near: near.into_iter().take(3).map(|(topic, _)| topic).collect(),
            evidence: self.evidence,
        }
    }
}

/// Whether `word`, in its normal form, is a function word or a general word. No term begins or ends with such a word.
fn is_common(word: &str) -> bool {
    CommonWord::Function.includes(word) || CommonWord::General.includes(word)
}

/// Whether `wording` may be a term that is not among `labels`. It must consist of one to four words in ASCII. None of
/// them may be a function word, a number or a single character. The first and the last may not be general words. No
/// sequence of two or more of its words may be a known label. A single word must not be a known label or plain English,
/// and must have more than two characters and at least two capitals, like names and acronyms.
fn is_term(wording: &str, tokens: &[Token], labels: &LabelIndex) -> bool {
    let words: Vec<&str> = tokens.iter().map(|token| token.normal.as_str()).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if words.len() > MOST_WORDS || !wording.is_ascii() || is_common(last) || is_common(first) {
        return false;
    }
    let is_word = |word: &&str| word.len() > 1 && word.chars().any(|c| c.is_ascii_alphabetic());
    if !words.iter().all(|word| is_word(word) && !CommonWord::Function.includes(word)) {
        return false;
    }
    let is_known = |part: &[&str]| !labels.topics(&part.join(" ")).is_empty();
    if words.len() == 1 {
        let capitals = wording.chars().filter(|c| c.is_ascii_uppercase()).count();
        return capitals >= 2
            && words[0].len() > 2
            && !plain::is_plain(words[0])
            && !is_known(&words);
    }
    let spans = (1..=words.len()).flat_map(|length| words.windows(length));
    !spans.into_iter().any(|part| (part.len() > 1 || part.len() == words.len()) && is_known(part))
}

/// All sequences of adjacent words in `pattern`, except the whole pattern. In `pattern` and in the result, each word is
/// between marks (see [`fence`]).
fn parts(pattern: &str) -> impl Iterator<Item = &str> {
    let ends: Vec<usize> = pattern.match_indices('\u{2}').map(|(at, _)| at + 1).collect();
    let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).collect();
    let count = ends.len();
    let spans = (0..count).flat_map(move |from| (from + 1..=count).map(move |to| (from, to)));
    let spans: Vec<(usize, usize)> = spans
        .filter(|(from, to)| to - from < count)
        .map(|(from, to)| (starts[from], ends[to - 1]))
        .collect();
    spans.into_iter().map(move |(from, to)| &pattern[from..to])
}

#[cfg(test)]
mod tests;
