//! Filters. A filter has a field and the value that a section must have in this field or, if the filter is an
//! exclusion, must not have.
//!
//! A filter is typed in a query (`source:mercari`) or passed separately (a request parameter, a command option).
//! Filters of the second kind are never converted to query text, so nothing in the text can change or remove them.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::search::index::day::day_number;

/// The maximum number of different filters of one query; a query with more is rejected. Each filter costs a pass over
/// the sections that it selects.
pub const MOST_FILTERS: usize = 16;

/// The fields that a filter may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FilterField {
    /// The source's id. If no source has the value as its id, the value is the owner of a source or the name of its
    /// repository. Matches only whole names, case-insensitive.
    Source,
    /// A part of the path, case-insensitive.
    Path,
    /// The topic's slug or any of its names.
    Topic,
    Step,
    Kind,
    /// The language's code: `sv` or `swe`.
    Lang,
    /// The beginning of the licence's name.
    Licence,
    /// `code`, `table` or `links`.
    Has,
    /// The earliest date, for example `2025-01-31`; month and day may be left out.
    Since,
}

impl FilterField {
    /// All fields.
    pub const ALL: [FilterField; 9] = [
        FilterField::Source,
        FilterField::Path,
        FilterField::Topic,
        FilterField::Step,
        FilterField::Kind,
        FilterField::Lang,
        FilterField::Licence,
        FilterField::Has,
        FilterField::Since,
    ];

    /// The field's name as typed in queries.
    pub fn name(self) -> &'static str {
        match self {
            FilterField::Source => "source",
            FilterField::Path => "path",
            FilterField::Topic => "topic",
            FilterField::Step => "step",
            FilterField::Kind => "kind",
            FilterField::Lang => "lang",
            FilterField::Licence => "licence",
            FilterField::Has => "has",
            FilterField::Since => "since",
        }
    }

    /// The field with this name or alias, case-insensitive.
    pub fn named(name: &str) -> Option<FilterField> {
        let name = match &*name.to_ascii_lowercase() {
            "license" => "licence".to_owned(),
            "language" => "lang".to_owned(),
            "repo" => "source".to_owned(),
            other => other.to_owned(),
        };
        FilterField::ALL.into_iter().find(|field| field.name() == name)
    }
}

impl fmt::Display for FilterField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A filter: `field:value`, or `-field:value` if it is `excluded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Filter {
    pub field: FilterField,
    pub value: String,
    pub excluded: bool,
}

impl Filter {
    /// The filter for sections that have `value` in `field`. `Err` describes what is wrong with the value or which
    /// values are valid.
    ///
    /// ```
    /// use cairn::search::query::{Filter, FilterField};
    /// assert_eq!(Filter::new(FilterField::Source, " a\"b ").unwrap().value, "a\"b");
    /// assert!(Filter::new(FilterField::Since, "soon").is_err());
    /// ```
    pub fn new(field: FilterField, value: &str) -> Result<Filter, &'static str> {
        let value = value.trim();
        let wrong = match field {
            _ if value.is_empty() => Some("no value"),
            FilterField::Has if !matches!(&*value.to_lowercase(), "code" | "table" | "links") => {
                Some("code, table or links")
            }
            FilterField::Since if day_number(value).is_none() => {
                Some("not a date; example: since:2025-01")
            }
            _ => None,
        };
        match wrong {
            Some(why) => Err(why),
            None => Ok(Filter { field, value: value.to_owned(), excluded: false }),
        }
    }

    /// One filter for each pair of `given` that has a valid value. Other pairs are skipped, such as those with the
    /// blank values that an empty form sends.
    pub fn all<'a>(given: impl IntoIterator<Item = (FilterField, Option<&'a str>)>) -> Vec<Filter> {
        given.into_iter().filter_map(|(field, value)| Filter::new(field, value?).ok()).collect()
    }

    /// Whether `other` is the same filter: values are compared case-insensitively.
    fn equals(&self, other: &Filter) -> bool {
        self.field == other.field
            && self.excluded == other.excluded
            && self.value.to_lowercase() == other.value.to_lowercase()
    }
}

/// `filters` without duplicates, in their order. O(filters²). This is fast enough, because a query text is too short
/// for more than a few hundred filters.
pub(in crate::search) fn distinct(filters: impl IntoIterator<Item = Filter>) -> Vec<Filter> {
    let mut kept: Vec<Filter> = Vec::new();
    for filter in filters {
        if !kept.iter().any(|known| known.equals(&filter)) {
            kept.push(filter);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_that_differ_only_in_case_count_once() {
        let filter = |value| Filter::new(FilterField::Path, value).unwrap();
        let kept = distinct(vec![filter("Docs"), filter("docs"), filter("src"), filter(" docs ")]);
        assert_eq!(kept, [filter("Docs"), filter("src")]);
        let not = Filter { excluded: true, ..filter("docs") };
        assert_eq!(distinct(vec![filter("docs"), not]).len(), 2);
    }

    #[test]
    fn names_of_fields_are_those_of_the_api() {
        for field in FilterField::ALL {
            assert_eq!(FilterField::named(field.name()), Some(field));
            assert_eq!(serde_json::to_value(field).unwrap(), field.name());
        }
        assert_eq!(FilterField::named("Repo"), Some(FilterField::Source));
        assert_eq!(FilterField::named("x"), None);
    }
}
