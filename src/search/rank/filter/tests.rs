//! Tests which sections of a small index pass which filters.

use super::*;
use crate::catalogue::Shown;
use crate::search::fixture::{fixture, record};
use crate::search::index::record::SectionRecord;

#[test]
fn a_section_passes_with_one_wanted_value_and_without_any_excluded_one() {
    let filter = |value: &str, excluded| {
        let filter = Filter::new(FilterField::Path, value).unwrap();
        Filter { excluded, ..filter }
    };
    let other = Filter::new(FilterField::Kind, "note").unwrap();
    let filters = [filter("Docs", false), filter("src", false), filter("old", true), other];
    let values = FilterValues::of(FilterField::Path, &filters);
    let admits = |path: &str| values.admits(|value| path.contains(value));
    assert_eq!(["docs/a", "src/a", "lib/a"].map(admits), [true, true, false]);
    assert!(!admits("docs/old/a"));
    let excluded = FilterValues::of(FilterField::Path, &filters[2..]);
    assert!(excluded.admits(|value| "lib/a".contains(value)), "no value is wanted");
}

#[test]
fn a_source_name_is_compared_whole_and_case_insensitively() {
    let mut source = IndexedSource { id: "Ann/Notes".into(), ..IndexedSource::default() };
    let belongs =
        |source: &IndexedSource, names: [&str; 4]| names.map(|name| belongs_to(source, name));
    assert_eq!(belongs(&source, ["ann", "notes", "note", "nn"]), [true, true, false, false]);
    source.id = "course".into();
    source.names.login = Some("Zoe".into());
    source.names.name = "ML".into();
    assert_eq!(belongs(&source, ["zoe", "ml", "zo", "ann"]), [true, true, false, false]);
}

#[test]
fn values_of_one_field_are_alternatives_and_all_fields_are_required() {
    let mut records = [record("A", "a"), record("B", "b"), record("C", "c")];
    records[1].language = Some("sv".into());
    records[1].steps = vec!["data-collection".into()];
    records[2].source = "bob/lists".into();
    records[2].language = Some("sv".into());
    let fixture = fixture(records);
    let searcher = &fixture.searcher;
    let budget = Budget::unlimited();
    let filters = FilterEvaluator {
        opened: &searcher.index.opened,
        vocabulary: &fixture.vocabulary,
        labels: &searcher.index.labels,
        sources: &searcher.index.sources,
        budget: &budget,
    };
    let passing = |text: &str| -> Vec<u64> {
        let typed = crate::search::query::parse(text).filters;
        let Some(allowed) = filters.allowed(&typed).unwrap() else { return vec![99] };
        let mut ids: Vec<u64> =
            allowed.iter().map(|section| searcher.index.opened.id(section).0).collect();
        ids.sort_unstable();
        ids
    };
    for (text, wanted) in [
        ("", &[99][..]),
        ("lang:swe", &[1, 2]),
        ("lang:en lang:sv", &[0, 1, 2]),
        ("-lang:SWE", &[0]),
        ("lang:sv source:bob", &[2]),
        ("lang:sv -source:bob", &[1]),
        ("step:\"data collection\"", &[1]),
        ("source:nobody", &[]),
        ("-source:nobody", &[0, 1, 2]),
    ] {
        assert_eq!(passing(text), wanted, "{text}");
    }
}

/// The numbers of the `records` that pass the filters typed in `query`. The source `ann/notes` has the MIT licence.
fn passing(records: &[SectionRecord], query: &str) -> Vec<u32> {
    let fixture = fixture(records.iter().cloned());
    let index = &fixture.searcher.index;
    let filters = FilterEvaluator {
        opened: &index.opened,
        vocabulary: &fixture.vocabulary,
        labels: &index.labels,
        sources: &index.sources,
        budget: &Budget::unlimited(),
    };
    let typed = crate::search::query::parse(query).filters;
    filters.allowed(&typed).unwrap().unwrap().iter().collect()
}

#[test]
fn all_values_of_has_are_required() {
    let of = |code: &str, text: &str| SectionRecord { code: code.into(), ..record("A", text) };
    let table = "a | b\nc | d";
    let records = [of("x = 1", "a"), of("", table), of("x = 1", table)];
    assert_eq!(passing(&records, "has:code has:table"), [2]);
    assert_eq!(passing(&records, "has:table -has:code"), [1]);
}

#[test]
fn a_documents_own_licence_overrides_that_of_its_source() {
    let of = |own: Option<&str>, source: &str| SectionRecord {
        source: source.into(),
        licence: own.map(|licence| (licence.to_owned(), Shown::Full)),
        ..record("A", "a")
    };
    let (ann, bob) = ("ann/notes", "bob/lists");
    let records = [of(None, ann), of(Some("Apache-2.0"), ann), of(Some("MIT"), bob), of(None, bob)];
    assert_eq!(passing(&records, "licence:mit"), [0, 2]);
    assert_eq!(passing(&records, "-licence:mit"), [1, 3]);
}

#[test]
fn since_excludes_older_and_undated_sections() {
    let of =
        |date: Option<&str>| SectionRecord { date: date.map(str::to_owned), ..record("A", "a") };
    let records = [of(Some("2024-12-31")), of(Some("2025-01-01")), of(None)];
    assert_eq!(passing(&records, "since:2025"), [1]);
    assert_eq!(passing(&records, "-since:2025"), [0, 2]);
}
