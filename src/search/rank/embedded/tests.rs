//! Tests the candidates for units of a query in small indexes, and compares them with those of a plain reference.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::*;
use crate::annotate::Salience;
use crate::search::fixture::{SearchFixture, fixture, record};
use crate::search::index::record::{SectionRecord, TopicMention};
use crate::search::rank::match_counts::MatchCounts;
use crate::search::rank::matches::MatchRanking;
use crate::search::rank::plan::{Alternative, Alternatives, Plan, PlanPart, PlanUnit};
use crate::search::rank::walk::COUNTED;
use tantivy::postings::Postings;

fn stem(text: &str) -> Alternative {
    Alternative::as_typed(PlanPart::Stem(text.into()))
}

fn unit(parts: Alternatives) -> PlanUnit {
    PlanUnit {
        parts,
        weight: 1.0,
        is_required: false,
        is_extra: false,
        stem: None,
        preference: None,
    }
}

/// The candidates for `units`, without the rules that depend on how many there are.
fn matches(fixture: &SearchFixture, units: Vec<PlanUnit>, is_relaxed: bool) -> Candidates {
    let index = &fixture.searcher.index;
    let budget = Budget::unlimited();
    let plan = Plan { units, ..Plan::default() };
    let tables = (&index.levels, &WEIGHTS);
    let segments = units::open(&plan.units, &[], &index.opened, tables, &budget).unwrap();
    let values = units::values(&plan.units, &segments, &index.opened, &WEIGHTS, &budget).unwrap();
    let ranking = MatchRanking {
        opened: &index.opened,
        plan: &plan,
        values: &values,
        preferred: None,
        conditions: &MatchConditions::default(),
        budget: &budget,
    };
    ranking.rank(segments, is_relaxed).unwrap().1
}

/// The scores of the sections of `fixture` for one unit with the alternatives `parts`, by section id; 0 for sections
/// that don't match.
fn scores(fixture: &SearchFixture, parts: Alternatives) -> Vec<f32> {
    let opened = &fixture.searcher.index.opened;
    let mut scores = vec![0.0; opened.len()];
    for ranked in matches(fixture, vec![unit(parts)], false).best {
        scores[opened.id(ranked.section).0 as usize] = ranked.score;
    }
    scores
}

#[test]
fn a_word_counts_most_in_the_heading_then_above_it_then_in_the_body() {
    let nothing = "Nothing to see in this. ".repeat(20);
    let mut above = record("Other", &nothing);
    above.headings = vec!["Apples".into(), "Other".into()];
    let fixture = fixture([
        record("Apples", &nothing),
        above,
        record("Other", &format!("Apples. {nothing}")),
        record("Other", &nothing),
    ]);
    let scores = scores(&fixture, vec![stem("appl")]);
    assert!(scores[0] > scores[1] && scores[1] > scores[2] && scores[2] > 0.0, "{scores:?}");
    assert_eq!(scores[3], 0.0);
}

#[test]
fn two_alternatives_once_each_score_like_one_alternative_twice() {
    let fixture = fixture([
        record("One", "ctr and ctr here"),
        record("Two", "ctr and rate here"),
        record("Three", "ctr and other here"),
    ]);
    let scores = scores(&fixture, vec![stem("ctr"), stem("rate")]);
    assert!((scores[0] / scores[1] - 1.0).abs() < 0.1, "levels are rounded: {scores:?}");
    assert!(scores[0] > scores[2] && scores[0] < 2.0 * scores[2], "{scores:?}");
}

#[test]
fn a_rare_word_weighs_more_than_a_common_one() {
    let text = |at| if at == 0 { "common and rare" } else { "common and other" };
    let fixture = fixture((0..9).map(|at| record("Note", text(at))));
    let [common, rare] = ["common", "rare"].map(|word| scores(&fixture, vec![stem(word)])[0]);
    assert!(rare > 10.0 * common, "{rare} {common}");
}

#[test]
fn a_group_needs_all_its_words_and_a_phrase_their_order() {
    let fixture = fixture([
        record("One", "red hot iron"),
        record("Two", "hot red iron"),
        record("Three", "red iron"),
    ]);
    let held = |part: PlanPart| -> Vec<bool> {
        let scores = scores(&fixture, vec![Alternative::as_typed(part)]);
        scores.into_iter().map(|score| score > 0.0).collect()
    };
    let all = PlanPart::All(vec![vec![stem("red")], vec![stem("hot")]]);
    assert_eq!(held(all), [true, true, false]);
    assert_eq!(held(PlanPart::Phrase(vec!["red".into(), "hot".into()])), [true, false, false]);
    let parts = vec![stem("red")];
    let words = vec!["hot".into()];
    assert_eq!(held(PlanPart::Exact { parts, words }), [true, true, false]);
}

/// The ids of the sections of the given texts that match `words`, best first. The last word is required if
/// `is_required`.
fn ranked(texts: &[&str], words: &[&str], is_required: bool, is_relaxed: bool) -> Vec<u64> {
    let fixture = fixture(texts.iter().map(|text| record("Note", text)));
    let unit = |(number, word): (usize, &&str)| PlanUnit {
        is_required: is_required && number == words.len(),
        stem: Some((*word).into()),
        ..unit(vec![stem(word)])
    };
    let found = matches(&fixture, (1..).zip(words).map(unit).collect(), is_relaxed);
    assert_eq!((found.total, found.total_is_exact), (found.best.len(), true));
    let opened = &fixture.searcher.index.opened;
    found.best.iter().map(|ranked| opened.id(ranked.section).0).collect()
}

#[test]
fn a_match_contains_half_of_the_query_unless_the_search_is_relaxed() {
    let texts = ["red and hot iron", "red and hot", "iron", "red and nothing", "none"];
    let words = ["red", "hot", "iron"];
    assert_eq!(ranked(&texts, &words, false, false), [0, 1]);
    let mut relaxed = ranked(&texts, &words, false, true);
    assert_eq!(relaxed[..2], [0, 1]);
    relaxed.sort_unstable();
    assert_eq!(relaxed, [0, 1, 2, 3]);
}

#[test]
fn a_match_contains_every_required_unit_unless_the_search_is_relaxed() {
    let texts = ["red hot iron", "red hot"];
    let words = ["red", "hot", "iron"];
    assert_eq!(ranked(&texts, &words, true, false), [0]);
    assert_eq!(ranked(&texts, &words, true, true), [0, 1]);
}

#[test]
fn of_two_sections_with_the_same_words_the_one_with_neighbouring_words_is_better() {
    let texts = ["red and a very long way to hot", "and a very long way to red hot"];
    assert_eq!(ranked(&texts, &["red", "hot"], false, false), [1, 0]);
}

/// The sections that match the stems `words`, and their scores without the bonuses of the second pass, computed section
/// by section.
fn reference(fixture: &SearchFixture, words: &[&str]) -> Vec<Ranked> {
    let index = &fixture.searcher.index;
    let opened = &index.opened;
    let mut frequencies = vec![vec![0.0; opened.len()]; words.len()];
    for (word, frequencies) in words.iter().zip(&mut frequencies) {
        let term = Term::from_field_text(opened.fields.stems, word);
        for segment in &opened.segments {
            let option = IndexRecordOption::WithFreqs;
            let Some(mut found) = segment.stems.read_postings(&term, option).unwrap() else {
                continue;
            };
            while found.doc() != TERMINATED {
                let level = found.term_freq() as usize;
                frequencies[(segment.base + found.doc()) as usize] =
                    index.levels.frequencies[level];
                found.advance();
            }
        }
    }
    let idfs: Vec<f32> = frequencies
        .iter()
        .map(|of| opened.rarity(of.iter().filter(|frequency| **frequency > 0.0).count()))
        .collect();
    let values: Vec<u32> = idfs.iter().map(|idf| (idf * 1000.0) as u32 + 1).collect();
    let total: u32 = values.iter().sum();
    let of_section = |section: usize| {
        let held = (0..words.len()).filter(|word| frequencies[*word][section] > 0.0);
        let share = held.clone().map(|word| values[word]).sum::<u32>() as f32 / total as f32;
        let score: f32 = held.map(|w| idfs[w] * WEIGHTS.saturated(frequencies[w][section])).sum();
        let score = score * share.powf(WEIGHTS.coverage) * opened.priors[section];
        (share >= WEIGHTS.least_share)
            .then_some(Ranked::matching(u32::try_from(section).unwrap(), score))
    };
    let mut found: Vec<Ranked> = (0..opened.len()).filter_map(of_section).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.section.cmp(&b.section)));
    found
}

/// Sections over several windows, whose words have very different frequencies.
fn large() -> SearchFixture {
    let mut dice = fastrand::Rng::with_seed(11);
    let words = ["the", "of", "data", "model", "rank", "bias", "drift", "zebra"];
    let text = |dice: &mut fastrand::Rng| -> String {
        let length = dice.usize(3..30);
        let word = |dice: &mut fastrand::Rng| words[dice.usize(..8) * dice.usize(..8) / 8];
        (0..length).map(|_| word(dice)).collect::<Vec<_>>().join(" ")
    };
    fixture((0..13_000).map(|_| record("Note", &text(&mut dice))).collect::<Vec<_>>())
}

#[test]
fn walking_finds_what_a_reference_finds_whatever_it_skips() {
    let fixture = large();
    for words in [
        &["zebra"][..],
        &["the"],
        &["the", "zebra"],
        &["data", "model"],
        &["the", "of", "bias"],
        &["rank", "drift", "zebra", "the"],
        &["the", "of", "data", "model", "rank", "bias", "drift"],
        &["missing", "zebra"],
    ] {
        let wanted = reference(&fixture, words);
        let units = words.iter().map(|word| unit(vec![stem(word)])).collect();
        let found = matches(&fixture, units, false);
        assert_eq!(found.total, wanted.len().min(COUNTED), "{words:?}");
        assert_eq!(found.total_is_exact, wanted.len() < COUNTED, "{words:?}");
        // The second pass adds to the scores of the first hundred only.
        let sections = |ranked: &[Ranked]| -> Vec<u32> {
            let first = ranked.len().min(100);
            let mut sections: Vec<u32> = ranked[..first].iter().map(|r| r.section).collect();
            sections.sort_unstable();
            sections.extend(ranked[first..].iter().take(900).map(|ranked| ranked.section));
            sections
        };
        assert_eq!(sections(&found.best), sections(&wanted), "{words:?}");
    }
}

#[test]
fn the_sections_with_a_unit_are_counted_exactly_if_few_and_estimated_if_many() {
    let fixture = large();
    let index = &fixture.searcher.index;
    let budget = Budget::unlimited();
    let opened = &index.opened;
    let count = |words: &[&str]| {
        let units = [unit(words.iter().map(|word| stem(word)).collect())];
        let tables = (&index.levels, &WEIGHTS);
        let segments = units::open(&units, &[], opened, tables, &budget).unwrap();
        units::values(&units, &segments, opened, &WEIGHTS, &budget).unwrap()[0].idf
    };
    let exact = |words: &[&str]| {
        let holds = |section: u32| {
            let text = opened.stored(section).unwrap().text().to_owned();
            text.split(' ').any(|word| words.contains(&word))
        };
        opened.rarity((0..13_000).filter(|section| holds(*section)).count())
    };
    for words in [&["zebra"][..], &["zebra", "missing"], &["bias", "drift"], &["the", "data"]] {
        let (found, wanted) = (count(words), exact(words));
        assert!((found - wanted).abs() < 0.25, "{words:?}: {found} {wanted}");
    }
}

#[test]
fn a_match_is_strong_if_its_heading_or_its_topics_have_most_of_the_query() {
    let text = "The bias of the position is one of many things in this text.";
    let about = |salience| TopicMention {
        topic: "position-bias".into(),
        label: "position bias".into(),
        salience,
    };
    let mentioning = |heading: &str, salience| SectionRecord {
        mentions: vec![about(salience)],
        ..record(heading, text)
    };
    let fixture = fixture([
        record("The bias of a position", text),
        mentioning("Clicks", Salience::Main),
        mentioning("Rankings", Salience::Mentioned),
        record("Bias", text),
        record("Other things", text),
    ]);
    let topic = || Alternative { part: PlanPart::Topic("position-bias".into()), weight: 0.7 };
    let units = |words: &[&str]| -> Vec<PlanUnit> {
        words.iter().map(|word| unit(vec![stem(word), topic()])).collect()
    };
    let found = matches(&fixture, units(&["posit", "bias"]), false);
    let counts = |strong, mentions| Some(MatchCounts { strong, mentions });
    assert_eq!((found.total, found.counts), (5, counts(2, 3)));
    let found = matches(&fixture, vec![unit(vec![stem("bias")])], false);
    assert_eq!((found.total, found.counts), (5, counts(2, 3)), "the headings with the word");
}
