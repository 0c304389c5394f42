//! Evaluates filters: which sections pass them.
//!
//! Each field is evaluated once, however many filters name it. Paths and licences are compared with all filters of
//! their field in one pass over their dictionaries; values of other fields are looked up. O(sections + different paths
//! + postings of the values that match).

use tantivy::Term;
use tantivy::schema::{Field, IndexRecordOption};

use crate::extract::Kind;
use crate::search::index::budget::Budget;
use crate::search::index::day::day_number;
use crate::search::index::error::SearchError;
use crate::search::index::field::{Filter, FilterField};
use crate::search::index::opened::{Opened, Segment};
use crate::search::index::postings::{each_block, each_term};
use crate::search::index::record::IndexedSource;
use crate::search::query::understand::labels::Labels;
use crate::vocabulary::Vocabulary;

/// What filters need to know.
pub(in crate::search) struct Filters<'a> {
    pub opened: &'a Opened,
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    pub sources: &'a [IndexedSource],
    pub budget: &'a Budget,
}

/// Whether a section may be a hit, one value each.
pub(in crate::search) type Allowed = Vec<bool>;

/// The values that the filters of one field name, lower case.
struct Values {
    wanted: Vec<String>,
    excluded: Vec<String>,
}

impl Values {
    fn of(field: FilterField, filters: &[Filter]) -> Values {
        let values = |excluded: bool| {
            let own = filters.iter().filter(|f| f.field == field && f.excluded == excluded);
            own.map(|filter| filter.value.to_lowercase()).collect()
        };
        Values { wanted: values(false), excluded: values(true) }
    }

    /// Whether they leave what `fits` says the values of: one that is wanted, if any is, and none that is excluded.
    fn leave(&self, fits: impl Fn(&str) -> bool) -> bool {
        (self.wanted.is_empty() || self.wanted.iter().any(|value| fits(value)))
            && !self.excluded.iter().any(|value| fits(value))
    }
}

impl Filters<'_> {
    /// The sections that all `filters` leave; `None` where there are none.
    ///
    /// A section has one source, one path, one language: several values of such a field are alternatives.
    /// Of topics and of what it has it may have many: all are wanted.
    pub fn allowed(&self, filters: &[Filter]) -> Result<Option<Allowed>, SearchError> {
        if filters.is_empty() {
            return Ok(None);
        }
        let mut allowed = vec![true; self.opened.len()];
        for field in FilterField::ALL {
            if !filters.iter().any(|filter| filter.field == field) {
                continue;
            }
            let values = Values::of(field, filters);
            match field {
                FilterField::Topic | FilterField::Has | FilterField::Since => {
                    for value in &values.wanted {
                        self.keep(&mut allowed, &self.fitting(field, value)?, true)?;
                    }
                    for value in &values.excluded {
                        self.keep(&mut allowed, &self.fitting(field, value)?, false)?;
                    }
                }
                _ => self.keep(&mut allowed, &self.left_by(field, &values)?, true)?,
            }
        }
        Ok(Some(allowed))
    }

    /// Leaves of `allowed` the sections that are in `fits`, or those that are not.
    pub fn keep(
        &self,
        allowed: &mut Allowed,
        fits: &Allowed,
        wanted: bool,
    ) -> Result<(), SearchError> {
        // Bytes in a row: a word of them at a time.
        self.budget.spend(allowed.len() / 8)?;
        allowed.iter_mut().zip(fits).for_each(|(allowed, fits)| *allowed &= *fits == wanted);
        Ok(())
    }

    /// The sections that `values` leave of a `field` that a section has one value of.
    fn left_by(&self, field: FilterField, values: &Values) -> Result<Allowed, SearchError> {
        match field {
            FilterField::Source => self.of_sources(values.wanted.is_empty(), |id, _| {
                let id = id.to_lowercase();
                values.leave(|value| id.contains(value))
            }),
            FilterField::Licence => self.licensed(values),
            FilterField::Path => self.in_paths(values),
            FilterField::Step => self.having(self.opened.fields.step, values),
            FilterField::Kind => self.having(self.opened.fields.kind, values),
            _ => self.having(self.opened.fields.language, values),
        }
    }

    /// The sections whose one value of `field` is one of those that are left.
    fn having(&self, field: Field, values: &Values) -> Result<Allowed, SearchError> {
        let mut left = vec![values.wanted.is_empty(); self.opened.len()];
        let marked = values.wanted.iter().map(|value| (value, true));
        for (value, mark) in marked.chain(values.excluded.iter().map(|value| (value, false))) {
            let is_step = field == self.opened.fields.step;
            let value = if is_step { value.replace(' ', "-") } else { value.clone() };
            self.mark(&Term::from_field_text(field, &value), mark, &mut left)?;
        }
        Ok(left)
    }

    /// The sections that hold `value` in a `field` that they may hold many of.
    fn fitting(&self, field: FilterField, value: &str) -> Result<Allowed, SearchError> {
        let fields = self.opened.fields;
        let term = match field {
            FilterField::Since => return self.since(day_number(value).unwrap_or(0)),
            FilterField::Topic => {
                let topic = self.labels.topics(value).first();
                let slug = topic.map(|topic| self.vocabulary.topics[*topic].slug.0.as_str());
                Term::from_field_text(fields.topic, slug.unwrap_or(value))
            }
            _ => Term::from_field_text(fields.has, value),
        };
        self.holding(&term)
    }

    /// The sections whose path is left, by one pass over the paths of the index.
    fn in_paths(&self, values: &Values) -> Result<Allowed, SearchError> {
        let mut left = vec![false; self.opened.len()];
        for segment in &self.opened.segments {
            let is_left = |path: &str| {
                let path = path.to_lowercase();
                values.leave(|value| path.contains(value)).then_some(true)
            };
            let terms = segment.reader.inverted_index(self.opened.fields.path)?;
            each_term(&terms, self.budget, is_left, |docs, mark| {
                set(&mut left, segment, docs, mark);
            })?;
        }
        Ok(left)
    }

    /// The sections of the sources that `fits` says are left; `others` for those of sources that are not known.
    fn of_sources(
        &self,
        others: bool,
        fits: impl Fn(&str, Option<&str>) -> bool,
    ) -> Result<Allowed, SearchError> {
        let mut left = vec![others; self.opened.len()];
        for IndexedSource { id, licence, .. } in self.sources {
            let is_left = fits(id, licence.as_deref());
            if is_left != others {
                let term = Term::from_field_text(self.opened.fields.source, id);
                self.mark(&term, is_left, &mut left)?;
            }
        }
        Ok(left)
    }

    /// A document's own licence goes before its source's; threads have none.
    fn licensed(&self, values: &Values) -> Result<Allowed, SearchError> {
        let is_left = |licence: &str| values.leave(|value| licence.starts_with(value));
        let none = values.leave(|_| false);
        let mut left = self.of_sources(none, |_, licence| {
            licence.map_or(none, |licence| is_left(&licence.to_lowercase()))
        })?;
        for segment in &self.opened.segments {
            let terms = segment.reader.inverted_index(self.opened.fields.licence)?;
            let leave = |licence: &str| Some(is_left(licence));
            each_term(&terms, self.budget, leave, |docs, is_left| {
                set(&mut left, segment, docs, is_left);
            })?;
        }
        let kind = Kind::Discussion.as_str();
        self.mark(&Term::from_field_text(self.opened.fields.kind, kind), none, &mut left)?;
        Ok(left)
    }

    fn since(&self, day: u64) -> Result<Allowed, SearchError> {
        let mut fits = Vec::with_capacity(self.opened.len());
        self.budget.spend(self.opened.len())?;
        for segment in &self.opened.segments {
            for doc in 0..segment.reader.max_doc() {
                let date = segment.dates.as_ref().and_then(|dates| dates.first(doc));
                fits.push(date.is_some_and(|date| date >= day));
            }
        }
        Ok(fits)
    }

    /// The sections that hold `term`.
    pub fn holding(&self, term: &Term) -> Result<Allowed, SearchError> {
        let mut fits = vec![false; self.opened.len()];
        self.mark(term, true, &mut fits)?;
        Ok(fits)
    }

    /// Sets the sections that hold `term` to `mark`.
    fn mark(&self, term: &Term, mark: bool, sections: &mut Allowed) -> Result<(), SearchError> {
        let option = IndexRecordOption::Basic;
        for segment in &self.opened.segments {
            let terms = segment.reader.inverted_index(term.field())?;
            each_block(&terms, term, option, self.budget, |block| {
                set(sections, segment, block.docs(), mark);
            })?;
        }
        Ok(())
    }
}

/// Sets the documents `docs` of `segment` to `mark`.
fn set(sections: &mut Allowed, segment: &Segment, docs: &[u32], mark: bool) {
    docs.iter().for_each(|doc| sections[(segment.base + doc) as usize] = mark);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Shown;
    use crate::config::Sources;
    use crate::search::index::fixture::{record, written};
    use crate::search::index::record::{Copies, Record};
    use crate::search::query::parse;
    use crate::vocabulary;

    /// The sections of `records` that pass the filters typed in `query`; `None` if it has no filters.
    fn left(records: Vec<Record>, query: &str) -> Option<Vec<usize>> {
        let index = written(records);
        let opened = Opened::open(&index.folder, &Copies::default()).unwrap();
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let source = |id: &str, licence: Option<&str>| IndexedSource {
            id: id.into(),
            licence: licence.map(str::to_owned),
            ..IndexedSource::default()
        };
        let filters = Filters {
            opened: &opened,
            vocabulary: &vocabulary,
            labels: &Labels::new(&vocabulary),
            sources: &[source("ann/notes", Some("MIT")), source("bob/lists", None)],
            budget: &Budget::unlimited(),
        };
        let allowed = filters.allowed(&parse(query).filters).unwrap()?;
        Some((0..allowed.len()).filter(|at| allowed[*at]).collect())
    }

    #[test]
    fn values_of_a_field_with_one_value_are_alternatives_and_fields_are_combined() {
        let of = |language: &str, kind: Kind| {
            record("A", "a", |record| {
                record.language = Some(language.into());
                record.kind = kind;
            })
        };
        let records = || vec![of("en", Kind::Note), of("de", Kind::List), of("ja", Kind::Note)];
        assert_eq!(left(records(), "lang:en lang:ja"), Some(vec![0, 2]));
        assert_eq!(left(records(), "lang:de lang:ja kind:note"), Some(vec![2]));
        assert_eq!(left(records(), "-lang:en"), Some(vec![1, 2]));
        assert_eq!(left(records(), "lang:en -lang:en"), Some(vec![]));
        assert_eq!(left(records(), "lang:xx"), Some(vec![]));
        assert_eq!(left(records(), "a b"), None);
    }

    #[test]
    fn several_properties_are_all_required() {
        let of = |code: &str, text: &str| record("A", text, |record| record.code = code.into());
        let table = "a | b\nc | d";
        let records = || vec![of("x = 1", "a"), of("", table), of("x = 1", table)];
        assert_eq!(left(records(), "has:code has:table"), Some(vec![2]));
        assert_eq!(left(records(), "has:table -has:code"), Some(vec![1]));
    }

    #[test]
    fn a_documents_own_licence_overrides_that_of_its_source() {
        let of = |own: Option<&str>, source: &str| {
            record("A", "a", |record| {
                record.source = source.into();
                record.licence = own.map(|licence| (licence.to_owned(), Shown::Full));
            })
        };
        let records = || {
            vec![
                of(None, "ann/notes"),
                of(Some("Apache-2.0"), "ann/notes"),
                of(Some("MIT"), "bob/lists"),
                of(None, "bob/lists"),
            ]
        };
        assert_eq!(left(records(), "licence:mit"), Some(vec![0, 2]));
        assert_eq!(left(records(), "-licence:mit"), Some(vec![1, 3]));
    }

    #[test]
    fn since_leaves_out_older_and_undated_sections() {
        let of =
            |date: Option<&str>| record("A", "a", |record| record.date = date.map(str::to_owned));
        let records = || vec![of(Some("2024-12-31")), of(Some("2025-01-01")), of(None)];
        assert_eq!(left(records(), "since:2025"), Some(vec![1]));
        assert_eq!(left(records(), "-since:2025"), Some(vec![0, 2]));
    }

    #[test]
    fn a_path_filter_matches_any_part_in_any_case() {
        let of = |path: &str| record("A", "a", |record| record.path = path.into());
        let records = || vec![of("Docs/Ranking.md"), of("docs/other.md"), of("src/x.md")];
        assert_eq!(left(records(), "path:docs -path:RANKING"), Some(vec![1]));
        assert_eq!(left(records(), "path:.md"), Some(vec![0, 1, 2]));
    }
}
