//! A plan looks up each word by its stems. Guesses, such as corrections, are looked up with lower weights.

use super::*;
use crate::config::DataFiles;
use crate::search::query::parse;
use crate::search::rank::weights::WEIGHTS;
use tantivy::tokenizer::Language;

fn with_planner<T>(test: impl FnOnce(&Planner) -> T) -> T {
    let vocabulary = crate::vocabulary::load(&DataFiles::Compiled).unwrap();
    let labels = Labels::new(&vocabulary);
    let stemmers = [Language::English, Language::Swedish].map(analysis::stemmed);
    let (vocabulary, labels) = (&vocabulary, &labels);
    test(&Planner { vocabulary, labels, weights: &WEIGHTS, stemmers: &stemmers })
}

fn meaning(node: &Node) -> UnitMeaning<'_> {
    UnitMeaning {
        node,
        topics: vec![],
        completions: vec![],
        spelt: vec![],
        is_aside: false,
        is_optional: false,
        preference: None,
    }
}

fn reading(meanings: Vec<UnitMeaning<'_>>) -> QueryReading<'_> {
    QueryReading { understood: Default::default(), meanings, names: vec![], preferences: vec![] }
}

fn stem(text: &str) -> PlanPart {
    PlanPart::Stem(text.into())
}

fn typed<const N: usize>(parts: [PlanPart; N]) -> Alternatives {
    parts.map(Alternative::as_typed).into()
}

/// For each unit of the query `text`, in order: the alternatives by which it is looked up.
fn parts(text: &str) -> Vec<Alternatives> {
    let query = parse(text);
    with_planner(|planner| {
        let meanings = query.units.iter().map(meaning).collect();
        planner.plan(&reading(meanings)).units.into_iter().map(|unit| unit.parts).collect()
    })
}

#[test]
fn a_word_is_looked_up_by_its_stem_in_each_language_of_the_index_once() {
    assert_eq!(parts("model"), [typed([stem("model")])]);
    assert_eq!(parts("användare"), [typed([stem("anvandar"), stem("anvand")])]);
}

#[test]
fn a_word_with_joining_punctuation_is_looked_up_whole_and_in_pieces() {
    let pieces = PlanPart::Phrase(vec!["k".into(), "nn".into()]);
    assert_eq!(parts("k-NN"), [typed([stem("knn"), pieces])]);
    assert_eq!(parts("C++"), [typed([stem("c++")])], "a single C does not match");
}

#[test]
fn alternatives_share_a_unit_and_a_group_needs_one_of_each() {
    assert_eq!(parts("red OR green"), [typed([stem("red"), stem("green")])]);
    let all = PlanPart::All(vec![typed([stem("red")]), typed([stem("hot")])]);
    assert_eq!(parts("(red hot) OR blue"), [typed([all, stem("blue")])]);
}

#[test]
fn a_phrase_is_required_exactly_and_a_word_is_not() {
    let query = parse("\"ranked lists\" bias");
    with_planner(|planner| {
        let plan = planner.plan(&reading(query.units.iter().map(meaning).collect()));
        let required: Vec<bool> = plan.units.iter().map(|unit| unit.is_required).collect();
        assert_eq!(required, [true, false]);
        let [Alternative { part: PlanPart::Exact { parts, words }, weight }] =
            &plan.units[0].parts[..]
        else {
            panic!("{:?}", plan.units[0].parts);
        };
        assert_eq!((words.join(" "), *weight), ("ranked lists".to_owned(), 1.0));
        assert_eq!(parts[0].part, PlanPart::Phrase(vec!["rank".into(), "list".into()]));
    });
}

#[test]
fn completions_corrections_and_topics_weigh_less_than_the_typed_word() {
    let node = Node::Word("rankin".into());
    with_planner(|planner| {
        let mut guessed = meaning(&node);
        guessed.completions = vec!["ranking".into()];
        guessed.spelt = vec!["ranking".into(), "rank kin".into()];
        guessed.topics = vec![MeantTopic { topic: 0, is_sure: true }];
        let slug = planner.vocabulary.topics[0].slug.0.clone();
        let plan = planner.plan(&reading(vec![guessed]));
        let unit = &plan.units[0];
        let weight_of = |part: PlanPart| {
            let found = unit.parts.iter().find(|found| found.part == part);
            found.map(|found| found.weight)
        };
        assert_eq!(unit.parts[0], Alternative::as_typed(stem("rankin")));
        // The greater of two weights is kept.
        let greater = WEIGHTS.correction.max(WEIGHTS.completion);
        assert_eq!(weight_of(stem("rank")), Some(greater));
        let split = PlanPart::Phrase(vec!["rank".into(), "kin".into()]);
        assert_eq!(weight_of(split), Some(WEIGHTS.correction));
        assert_eq!(weight_of(PlanPart::Topic(slug)), Some(WEIGHTS.topic));
        assert_eq!(unit.stem.as_deref(), Some("rank"), "proximity uses the correction");
    });
}

#[test]
fn a_word_that_asks_for_links_is_optional() {
    let node = Node::Word("papers".into());
    with_planner(|planner| {
        let aside = UnitMeaning { is_aside: true, ..meaning(&node) };
        let plan = planner.plan(&reading(vec![aside]));
        assert!(plan.wants_links && plan.units[0].is_extra);
        assert_eq!(plan.units[0].weight, WEIGHTS.aside);
    });
}
