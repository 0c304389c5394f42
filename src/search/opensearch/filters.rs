//! Filters as clauses of OpenSearch's query language. They select the same sections as [`FilterEvaluator::allowed`].

use serde_json::{Value, json};

use crate::annotate::language_code;
use crate::extract::DocumentKind;
use crate::search::index::day::day_number;
use crate::search::index::field::{Filter, FilterField};
use crate::search::opensearch::clauses::{any, term};
use crate::search::opensearch::mapping::field;
use crate::search::rank::filter::{FilterEvaluator, FilterValues, source_is_licensed, step_name};

/// The clauses that a section must fulfil to pass `filters`.
pub(in crate::search) fn clauses(evaluator: &FilterEvaluator, filters: &[Filter]) -> Vec<Value> {
    let mut clauses = Vec::new();
    for field in FilterField::ALL {
        if !filters.iter().any(|filter| filter.field == field) {
            continue;
        }
        let values = FilterValues::of(field, filters);
        match field {
            FilterField::Topic | FilterField::Has | FilterField::Since => {
                let one = |value: &String| single(evaluator, field, value);
                clauses.extend(values.wanted.iter().map(one));
                clauses.extend(values.excluded.iter().map(|value| not(one(value))));
            }
            FilterField::Source => clauses.push(sources(evaluator, &values)),
            FilterField::Licence => clauses.push(licensed(evaluator, &values)),
            _ => clauses.extend(of_values(&values, |value| value_of(field, value))),
        }
    }
    clauses
}

fn not(clause: Value) -> Value {
    json!({"bool": {"must_not": [clause]}})
}

/// A section that has one of the wanted values, if there are any, and none of the excluded ones.
fn of_values(values: &FilterValues, clause: impl Fn(&str) -> Value) -> Vec<Value> {
    let mut clauses = Vec::new();
    if !values.wanted.is_empty() {
        clauses.push(any(values.wanted.iter().map(|value| clause(value)).collect()));
    }
    clauses.extend(values.excluded.iter().map(|value| not(clause(value))));
    clauses
}

/// A section with `value` in `field`, a field in which it has only one value.
fn value_of(field: FilterField, value: &str) -> Value {
    match field {
        FilterField::Path => {
            json!({"wildcard": {field::PATH: {"value": format!("*{}*", literal(value))}}})
        }
        FilterField::Step => term(field::STEP, &step_name(value)),
        FilterField::Kind => term(field::KIND, value),
        _ => term(field::LANGUAGE, &language_code(value)),
    }
}

/// A section with `value` in `field`, which must be `topic`, `has` or `since`.
fn single(evaluator: &FilterEvaluator, field: FilterField, value: &str) -> Value {
    match field {
        FilterField::Since => {
            json!({"range": {field::DATE: {"gte": day_number(value).unwrap_or(0)}}})
        }
        FilterField::Topic => term(field::TOPIC, evaluator.topic(value)),
        _ => term(field::HAS, value),
    }
}

/// `value` with the signs that `wildcard` interprets escaped.
fn literal(value: &str) -> String {
    let escaped = |c: char| if matches!(c, '*' | '?' | '\\') { vec!['\\', c] } else { vec![c] };
    value.chars().flat_map(escaped).collect()
}

/// A section of a source that passes. Sections of unknown sources pass unless a filter asks for a source.
fn sources(evaluator: &FilterEvaluator, values: &FilterValues) -> Value {
    let passing = evaluator.passing_sources(values);
    match values.wanted.is_empty() {
        true => {
            let ids = evaluator.sources.iter().map(|source| source.id.as_str());
            not(of_sources(ids.filter(|id| !passing.contains(id)).collect()))
        }
        false => of_sources(passing.into_iter().collect()),
    }
}

fn of_sources(mut ids: Vec<&str>) -> Value {
    ids.sort_unstable();
    json!({"terms": {field::SOURCE: ids}})
}

/// A section whose own licence passes, or without one and of a source whose licence passes. Threads have none.
fn licensed(evaluator: &FilterEvaluator, values: &FilterValues) -> Value {
    let none = values.admits(|_| false);
    let thread = || term(field::KIND, DocumentKind::Discussion.as_str());
    let has_own = || json!({"exists": {"field": field::LICENCE}});
    let prefix = |value: &str| json!({"prefix": {field::LICENCE: {"value": value}}});
    let own = of_values(values, prefix);
    let ids = |passes: bool| {
        let sources = evaluator.sources.iter();
        let sources = sources.filter(|source| source_is_licensed(source, values) == passes);
        of_sources(sources.map(|source| source.id.as_str()).collect())
    };
    // Sections of unknown sources pass if those without a licence do.
    let of_source = if none { not(ids(false)) } else { ids(true) };
    let mut with_own = vec![has_own(), not(thread())];
    with_own.extend(own);
    let mut ways = vec![
        json!({"bool": {"filter": with_own}}),
        json!({"bool": {"filter": [of_source], "must_not": [has_own(), thread()]}}),
    ];
    if none {
        ways.push(thread());
    }
    any(ways)
}
