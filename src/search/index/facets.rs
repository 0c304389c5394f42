//! Stores the facet values of each section, and counts how often each value occurs among the best matches.
//!
//! tantivy decodes column values one by one, and decodes a dictionary block for each name. Therefore, all values are
//! read when the index is opened, and are kept in memory section by section. Counting a match then touches one cache
//! line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;
use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;

use super::field::FilterField;

/// The fields whose values are counted. [`FacetValues::count`] returns them in this order. The first must be the
/// source: see [`FacetValues::source_of`].
const FIELDS: [FacetField; 5] =
    [FacetField::Source, FacetField::Topic, FacetField::Step, FacetField::Kind, FacetField::Lang];
/// The maximum number of values that are returned for one facet.
const VALUES: usize = 30;

/// A field whose values are counted. The variants are in alphabetical order, like the keys in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FacetField {
    Kind,
    Lang,
    Source,
    Step,
    Topic,
}

impl FacetField {
    /// The filter that selects one value of the field.
    pub fn filter(self) -> FilterField {
        match self {
            FacetField::Kind => FilterField::Kind,
            FacetField::Lang => FilterField::Lang,
            FacetField::Source => FilterField::Source,
            FacetField::Step => FilterField::Step,
            FacetField::Topic => FilterField::Topic,
        }
    }

    /// The field's name, in the index and in queries.
    pub fn name(self) -> &'static str {
        self.filter().name()
    }
}

/// A field with its most common values and their counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    pub field: FacetField,
    pub values: Vec<CountedValue>,
}

/// A value of a facet field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedValue {
    pub value: String,
    /// The number of counted sections that have this value.
    pub count: u64,
}

/// The facet values of all sections, as numbers.
#[derive(Default)]
pub(in crate::search) struct FacetValues {
    /// The name of each value. The index is the value's number. The values of one field have consecutive numbers, in
    /// alphabetical order.
    names: Vec<String>,
    /// For each field of [`FIELDS`], in the same order: the range of the numbers of its values.
    fields: Vec<Range<usize>>,
    /// For each section: the index of its first value in `values`. The last entry is the length of `values`.
    begins: Vec<u32>,
    /// The numbers of the values of all sections, section by section.
    values: Vec<u16>,
}

impl FacetValues {
    /// Reads the values of all sections of `segments`. O(sections + values). Numbers have 16 bits: values beyond the
    /// first 65,536 are left out.
    pub fn read(segments: &[SegmentReader]) -> tantivy::Result<FacetValues> {
        let mut read = FacetValues { begins: vec![0], ..FacetValues::default() };
        let columns = segments.iter().map(columns).collect::<tantivy::Result<Vec<_>>>()?;
        let mut numbers: Vec<BTreeMap<String, u16>> = Vec::new();
        for field in 0..FIELDS.len() {
            let names: BTreeSet<&String> =
                columns.iter().flat_map(|fields| &fields[field].names).collect();
            let from = read.names.len();
            let numbered = names.into_iter().zip(from..);
            let kept =
                numbered.map_while(|(name, at)| Some((name.clone(), u16::try_from(at).ok()?)));
            numbers.push(kept.collect());
            read.names.extend(numbers[field].keys().cloned());
            read.fields.push(from..read.names.len());
        }
        for (segment, columns) in segments.iter().zip(&columns) {
            let renumbered: Vec<Vec<Option<u16>>> = columns
                .iter()
                .zip(&numbers)
                .map(|(column, of)| column.names.iter().map(|name| of.get(name).copied()).collect())
                .collect();
            for doc in 0..segment.max_doc() {
                for (column, numbers) in columns.iter().zip(&renumbered) {
                    let ords =
                        column.column.iter().flat_map(|column| column.ords().values_for_doc(doc));
                    let number = |ord| numbers.get(usize::try_from(ord).ok()?).copied().flatten();
                    read.values.extend(ords.filter_map(number));
                }
                read.begins.push(u32::try_from(read.values.len()).unwrap_or(u32::MAX));
            }
        }
        Ok(read)
    }

    /// The language codes of all sections.
    pub fn languages(&self) -> &[String] {
        let place = FIELDS.iter().position(|field| *field == FacetField::Lang);
        place.and_then(|at| self.names.get(self.fields.get(at)?.clone())).unwrap_or_default()
    }

    /// The number that identifies the source `id` in this index; `None` if the source has no sections.
    pub fn source(&self, id: &str) -> Option<usize> {
        let sources = self.names.get(self.fields.first()?.clone())?;
        sources.binary_search_by(|name| name.as_str().cmp(id)).ok()
    }

    /// The id of the source with this number; `None` if there is no such source.
    pub fn source_name(&self, number: usize) -> Option<&str> {
        let sources = self.names.get(self.fields.first()?.clone())?;
        sources.get(number).map(String::as_str)
    }

    /// The number of sources that have sections.
    pub fn sources(&self) -> usize {
        self.fields.first().map_or(0, Range::len)
    }

    /// The number that identifies the source of `section`. It is the first value of the section, because the source is
    /// the first of [`FIELDS`]. `None` if the source has no number.
    pub fn source_of(&self, section: u32) -> Option<usize> {
        let first = self.of(section).first().map(|value| usize::from(*value))?;
        (first < self.sources()).then_some(first)
    }

    /// Counts the values of `sections`. Returns the most common values of each field. O(sections · values per section).
    pub fn count(&self, sections: impl Iterator<Item = u32>) -> Vec<FacetCounts> {
        let mut counts = vec![0_u64; self.names.len()];
        for section in sections {
            self.of(section).iter().for_each(|value| counts[usize::from(*value)] += 1);
        }
        let facets = FIELDS.into_iter().zip(&self.fields).map(|(field, numbers)| {
            let held = numbers.clone().filter(|number| counts[*number] > 0);
            // The most common values come first. Equally common values are sorted by name, because the numbers are in
            // the order of the names.
            let mut values: Vec<(u64, usize)> =
                held.map(|number| (u64::MAX - counts[number], number)).collect();
            if values.len() > VALUES {
                values.select_nth_unstable(VALUES);
                values.truncate(VALUES);
            }
            values.sort_unstable();
            let named = values
                .into_iter()
                .map(|(_, at)| CountedValue { value: self.names[at].clone(), count: counts[at] });
            FacetCounts { field, values: named.collect() }
        });
        facets.collect()
    }

    /// The numbers of the values of `section`.
    fn of(&self, section: u32) -> &[u16] {
        let at = section as usize;
        let (Some(from), Some(to)) = (self.begins.get(at), self.begins.get(at + 1)) else {
            return &[];
        };
        self.values.get(*from as usize..*to as usize).unwrap_or_default()
    }
}

/// The column of a field in a segment, and the names of its values.
struct FacetColumn {
    column: Option<StrColumn>,
    names: Vec<String>,
}

/// The columns of [`FIELDS`].
fn columns(segment: &SegmentReader) -> tantivy::Result<Vec<FacetColumn>> {
    let read = |field: &FacetField| {
        let column = segment.fast_fields().str(field.name())?;
        let mut names = Vec::new();
        if let Some(column) = &column {
            for ord in 0..column.num_terms() {
                let mut name = String::new();
                column.ord_to_str(ord as u64, &mut name)?;
                names.push(name);
            }
        }
        Ok(FacetColumn { column, names })
    };
    FIELDS.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of two sections, both of the source "a". The second section has 40 topics. The first section has only
    /// the last of these topics.
    fn values() -> FacetValues {
        let topics = (0..40).map(|at| format!("topic-{at:02}"));
        let names: Vec<String> = std::iter::once("a".to_owned()).chain(topics).collect();
        let first = [0, 40];
        let second: Vec<u16> = (0..=40).collect();
        FacetValues {
            names,
            fields: vec![0..1, 1..41, 41..41, 41..41, 41..41],
            begins: vec![0, 2, 43],
            values: [&first[..], &second[..]].concat(),
        }
    }

    fn counted(value: &str, count: u64) -> CountedValue {
        CountedValue { value: value.into(), count }
    }

    #[test]
    fn the_commonest_values_come_first_then_by_name_and_the_rest_is_left_out() {
        let facets = values().count([0, 1].into_iter());
        assert_eq!(
            facets[0],
            FacetCounts { field: FacetField::Source, values: vec![counted("a", 2)] }
        );
        let topics = &facets[1].values;
        assert_eq!(topics.len(), VALUES);
        assert_eq!(topics[0], counted("topic-39", 2));
        assert_eq!(topics[1..3], [counted("topic-00", 1), counted("topic-01", 1)]);
    }

    #[test]
    fn only_values_of_the_matches_are_counted() {
        let facets = values().count([0].into_iter());
        assert_eq!(facets[1].values, [counted("topic-39", 1)]);
        assert!(facets[2..].iter().all(|facet| facet.values.is_empty()));
        assert!(values().count([7].into_iter()).iter().all(|facet| facet.values.is_empty()));
    }

    #[test]
    fn a_source_is_found_by_its_number_and_its_number_by_its_id() {
        let values = values();
        assert_eq!((values.source("a"), values.source_name(0)), (Some(0), Some("a")));
        assert_eq!((values.source("b"), values.source_name(1)), (None, None));
        assert_eq!(values.source_of(1), Some(0));
    }

    #[test]
    fn the_values_of_an_index_are_read_field_by_field_with_all_topics_of_a_section() {
        use crate::annotate::Salience;
        use crate::search::fixture::{fixture, record};
        use crate::search::index::record::TopicMention;
        let mention = |topic: &str| TopicMention {
            topic: topic.into(),
            label: topic.into(),
            salience: Salience::Main,
        };
        let mut records = [record("A", "a"), record("B", "b")];
        records[0].mentions = vec![mention("drift"), mention("bias")];
        records[1].source = "bob/lists".into();
        records[1].language = Some("sv".into());
        let fixture = fixture(records);
        let opened = &fixture.searcher.index.opened;
        let values = &opened.values;
        assert_eq!(values.languages(), ["en", "sv"]);
        assert_eq!(
            (values.source("ann/notes"), values.source_name(1)),
            (Some(0), Some("bob/lists"))
        );
        let first = (0..2).find(|section| opened.id(*section).0 == 0).unwrap();
        assert_eq!(values.source_of(first), Some(0));
        let facets = values.count([first].into_iter());
        assert_eq!(facets[1].values, [counted("bias", 1), counted("drift", 1)]);
        assert_eq!(facets[4].values, [counted("en", 1)]);
    }
}
