//! Tests the scores of sections of a small index, for one unit at a time.

use super::*;
use crate::search::fixture::{SearchFixture, fixture, record};
use crate::search::rank::weights::WEIGHTS;

fn stem(text: &str) -> Alternative {
    Alternative::as_typed(PlanPart::Stem(text.into()))
}

/// Scores the sections of `fixture` for one unit with the alternatives `parts`. Returns the scores, by section id, and
/// the value of the unit.
fn scores(fixture: &SearchFixture, parts: Alternatives) -> (Vec<f32>, u32) {
    let opened = &fixture.searcher.index.opened;
    let budget = Budget::unlimited();
    let mut board = Board::default();
    board.reset(opened.len());
    let unit = PlanUnit {
        parts,
        weight: 1.0,
        is_required: false,
        is_extra: false,
        stem: None,
        preference: None,
    };
    let scorer = Scorer::new(opened, &WEIGHTS, &budget);
    let value = scorer.add(&unit, 0, None, &mut board).unwrap();
    let mut scores = vec![0.0; opened.len()];
    for section in 0..opened.len() {
        let id = opened.id(u32::try_from(section).unwrap()).0;
        scores[usize::try_from(id).unwrap()] = board.cells[section].score;
    }
    (scores, value)
}

#[test]
fn a_word_counts_most_in_the_heading_then_above_it_then_in_the_body() {
    let mut above = record("Other", "Nothing to see in this.");
    above.headings = vec!["Apples".into(), "Other".into()];
    let fixture = fixture([
        record("Apples", "Nothing to see in this."),
        above,
        record("Other", "Apples to see in this."),
        record("Other", "Nothing to see in this."),
    ]);
    let (scores, _) = scores(&fixture, vec![stem("appl")]);
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
    let (scores, _) = scores(&fixture, vec![stem("ctr"), stem("rate")]);
    assert!((scores[0] - scores[1]).abs() < 1e-6, "{scores:?}");
    assert!(scores[0] > scores[2] && scores[0] < 2.0 * scores[2], "{scores:?}");
}

#[test]
fn a_rare_word_weighs_more_than_a_common_one() {
    let fixture =
        fixture((0..9).map(|at| {
            record("Note", if at == 0 { "common and rare" } else { "common and other" })
        }));
    let (_, common) = scores(&fixture, vec![stem("common")]);
    let (_, rare) = scores(&fixture, vec![stem("rare")]);
    assert!(rare > 10 * common, "{rare} {common}");
}

#[test]
fn a_group_needs_all_its_words_and_a_phrase_their_order() {
    let fixture = fixture([
        record("One", "red hot iron"),
        record("Two", "hot red iron"),
        record("Three", "red iron"),
    ]);
    let held = |part: PlanPart| -> Vec<bool> {
        scores(&fixture, vec![Alternative::as_typed(part)])
            .0
            .into_iter()
            .map(|score| score > 0.0)
            .collect()
    };
    let all = PlanPart::All(vec![vec![stem("red")], vec![stem("hot")]]);
    assert_eq!(held(all), [true, true, false]);
    assert_eq!(held(PlanPart::Phrase(vec!["red".into(), "hot".into()])), [true, false, false]);
}

#[test]
fn an_intersection_keeps_sections_of_both_lists_with_the_sum_of_their_frequencies() {
    let of = |(section, frequency)| SectionFrequency { section, frequency };
    let a = [(1, 1.0), (4, 2.0), (9, 1.0)].map(of);
    let b = [(0, 1.0), (4, 0.5), (9, 3.0)].map(of);
    assert_eq!(intersection(&a, &b), [(4, 2.5), (9, 4.0)].map(of));
    assert_eq!(intersection(&a, &[]), []);
}
