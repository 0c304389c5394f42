//! Evaluates filters: finds the sections that pass them.
//!
//! For paths and licences, one pass over the dictionary compares every value with all filters of the field. Dates are
//! compared section by section. The values of other fields are looked up. O(sections + different paths + postings of
//! the values that match).

use std::collections::HashSet;

use tantivy::Term;
use tantivy::schema::{Field, IndexRecordOption};

use crate::annotate::language_code;
use crate::catalogue::names::SourceNames;
use crate::catalogue::repository;
use crate::extract::DocumentKind;
use crate::search::index::budget::Budget;
use crate::search::index::day::day_number;
use crate::search::index::error::SearchError;
use crate::search::index::field::{Filter, FilterField};
use crate::search::index::opened::{IndexSegment, OpenedIndex};
use crate::search::index::postings::{each_block, each_term};
use crate::search::index::record::IndexedSource;
use crate::search::index::section_set::SectionSet;
use crate::search::query::understand::labels::Labels;
use crate::vocabulary::Vocabulary;

/// The data that evaluating filters needs.
pub(in crate::search) struct FilterEvaluator<'a> {
    pub opened: &'a OpenedIndex,
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    pub sources: &'a [IndexedSource],
    pub budget: &'a Budget,
}

/// The values of all filters of one field, in lower case.
pub(in crate::search) struct FilterValues {
    pub wanted: Vec<String>,
    pub excluded: Vec<String>,
}

impl FilterValues {
    pub fn of(field: FilterField, filters: &[Filter]) -> FilterValues {
        let values = |excluded: bool| {
            let own = filters.iter().filter(|f| f.field == field && f.excluded == excluded);
            own.map(|filter| filter.value.to_lowercase()).collect()
        };
        FilterValues { wanted: values(false), excluded: values(true) }
    }

    /// Whether a section passes. `fits` returns whether the section has a given value. The section must have one of the
    /// wanted values, if there are any, and none of the excluded values.
    pub fn admits(&self, fits: impl Fn(&str) -> bool) -> bool {
        (self.wanted.is_empty() || self.wanted.iter().any(|value| fits(value)))
            && !self.excluded.iter().any(|value| fits(value))
    }
}

impl FilterEvaluator<'_> {
    /// The sections that pass all `filters`; `None` if there are no filters.
    ///
    /// A section has only one source, path, language and so on. So it must have one of the values that the filters of
    /// such a field ask for, and none of those that they exclude. But a section may have many values of `topic` and
    /// `has`, so it must pass all filters of these fields. It must also pass all filters of `since`.
    pub fn allowed(&self, filters: &[Filter]) -> Result<Option<SectionSet>, SearchError> {
        if filters.is_empty() {
            return Ok(None);
        }
        let mut allowed = SectionSet::all(self.opened.len());
        for field in FilterField::ALL {
            if !filters.iter().any(|filter| filter.field == field) {
                continue;
            }
            let values = FilterValues::of(field, filters);
            match field {
                FilterField::Topic | FilterField::Has | FilterField::Since => {
                    for value in &values.wanted {
                        self.keep(&mut allowed, &self.fitting(field, value)?, true)?;
                    }
                    for value in &values.excluded {
                        self.keep(&mut allowed, &self.fitting(field, value)?, false)?;
                    }
                }
                _ => self.keep(&mut allowed, &self.passing(field, &values)?, true)?,
            }
        }
        Ok(Some(allowed))
    }

    /// Removes sections from `allowed`: if `wanted`, those that are not in `fits`; otherwise, those that are in `fits`.
    pub fn keep(
        &self,
        allowed: &mut SectionSet,
        fits: &SectionSet,
        wanted: bool,
    ) -> Result<(), SearchError> {
        // 64 sections are one unit of work.
        self.budget.spend(allowed.sections() / 64)?;
        allowed.keep(fits, wanted);
        Ok(())
    }

    /// The sections that pass `values`. `field` is a field in which a section has only one value.
    fn passing(
        &self,
        field: FilterField,
        values: &FilterValues,
    ) -> Result<SectionSet, SearchError> {
        match field {
            FilterField::Source => self.in_sources(values),
            FilterField::Licence => self.licensed(values),
            FilterField::Path => self.in_paths(values),
            FilterField::Step => self.having(self.opened.fields.step, values),
            FilterField::Kind => self.having(self.opened.fields.kind, values),
            _ => self.having(self.opened.fields.language, values),
        }
    }

    /// The sections whose value of `field` passes `values`.
    fn having(&self, field: Field, values: &FilterValues) -> Result<SectionSet, SearchError> {
        let mut passing = self.all_or_none(values.wanted.is_empty());
        let marked = values.wanted.iter().map(|value| (value, true));
        for (value, mark) in marked.chain(values.excluded.iter().map(|value| (value, false))) {
            let value = match field {
                _ if field == self.opened.fields.step => step_name(value),
                _ if field == self.opened.fields.language => language_code(value),
                _ => value.clone(),
            };
            self.mark(&Term::from_field_text(field, &value), mark, &mut passing)?;
        }
        Ok(passing)
    }

    /// The sections that match `value` in `field`, which must be `topic`, `has` or `since`.
    fn fitting(&self, field: FilterField, value: &str) -> Result<SectionSet, SearchError> {
        let fields = self.opened.fields;
        let term = match field {
            FilterField::Since => return self.since(day_number(value).unwrap_or(0)),
            FilterField::Topic => Term::from_field_text(fields.topic, self.topic(value)),
            _ => Term::from_field_text(fields.has, value),
        };
        self.holding(&term)
    }

    /// The slug of the topic that `value` names; `value` itself if it names none.
    pub fn topic<'v>(&'v self, value: &'v str) -> &'v str {
        let topics = self.labels.index.topics(value);
        topics.first().map_or(value, |at| self.vocabulary.topics[*at].slug.0.as_str())
    }

    /// The sections whose path passes, by one pass over the paths of the index.
    fn in_paths(&self, values: &FilterValues) -> Result<SectionSet, SearchError> {
        let mut passing = SectionSet::none(self.opened.len());
        for segment in &self.opened.segments {
            let passes = |path: &str| {
                let path = path.to_lowercase();
                values.admits(|value| path.contains(value)).then_some(true)
            };
            let terms = segment.reader.inverted_index(self.opened.fields.path)?;
            each_term(&terms, self.budget, passes, |docs, mark| {
                set(&mut passing, segment, docs, mark);
            })?;
        }
        Ok(passing)
    }

    /// The sections of the sources whose id, owner or repository name passes. O(sources · values).
    fn in_sources(&self, values: &FilterValues) -> Result<SectionSet, SearchError> {
        let passing = self.passing_sources(values);
        self.of_sources(values.wanted.is_empty(), |source| passing.contains(&*source.id))
    }

    /// The ids of the sources whose id, owner or repository name passes. O(sources · values).
    pub fn passing_sources(&self, values: &FilterValues) -> HashSet<&str> {
        let ids: HashSet<String> =
            self.sources.iter().map(|source| source.id.to_lowercase()).collect();
        let passes = |source: &&IndexedSource| {
            values.admits(|value| match ids.contains(value) {
                true => source.id.to_lowercase() == value,
                false => belongs_to(source, value),
            })
        };
        self.sources.iter().filter(passes).map(|source| source.id.as_str()).collect()
    }

    /// The sections of the sources for which `fits` returns true. Sections of unknown sources pass if `others` is true.
    fn of_sources(
        &self,
        others: bool,
        fits: impl Fn(&IndexedSource) -> bool,
    ) -> Result<SectionSet, SearchError> {
        let mut passing = self.all_or_none(others);
        for source in self.sources {
            let passes = fits(source);
            if passes != others {
                let term = Term::from_field_text(self.opened.fields.source, &source.id);
                self.mark(&term, passes, &mut passing)?;
            }
        }
        Ok(passing)
    }

    /// The sections whose licence passes. A section has the licence of its document or, if the document has none of its
    /// own, the licence of its source. Threads have no licence. Sections without a licence pass unless a filter asks
    /// for one.
    fn licensed(&self, values: &FilterValues) -> Result<SectionSet, SearchError> {
        let passes = |licence: &str| values.admits(|value| licence.starts_with(value));
        let none = values.admits(|_| false);
        let mut passing = self.of_sources(none, |source| source_is_licensed(source, values))?;
        for segment in &self.opened.segments {
            let terms = segment.reader.inverted_index(self.opened.fields.licence)?;
            let mark = |licence: &str| Some(passes(licence));
            each_term(&terms, self.budget, mark, |docs, passes| {
                set(&mut passing, segment, docs, passes);
            })?;
        }
        let kind = DocumentKind::Discussion.as_str();
        self.mark(&Term::from_field_text(self.opened.fields.kind, kind), none, &mut passing)?;
        Ok(passing)
    }

    fn since(&self, day: u64) -> Result<SectionSet, SearchError> {
        self.budget.spend(self.opened.len())?;
        let segments = self.opened.segments.iter();
        let fits = segments.flat_map(|segment| {
            let date = |doc| segment.dates.as_ref().and_then(|dates| dates.first(doc));
            let docs = 0..segment.reader.max_doc();
            docs.map(move |doc| date(doc).is_some_and(|date| date >= day))
        });
        Ok(fits.collect())
    }

    fn all_or_none(&self, all: bool) -> SectionSet {
        let sections = self.opened.len();
        if all { SectionSet::all(sections) } else { SectionSet::none(sections) }
    }

    /// The sections that contain `term`.
    fn holding(&self, term: &Term) -> Result<SectionSet, SearchError> {
        let mut fits = SectionSet::none(self.opened.len());
        self.mark(term, true, &mut fits)?;
        Ok(fits)
    }

    /// Sets `sections` to `mark` for every section that contains `term`.
    fn mark(&self, term: &Term, mark: bool, sections: &mut SectionSet) -> Result<(), SearchError> {
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

/// The name of the step that `value` means.
pub(in crate::search) fn step_name(value: &str) -> String {
    value.replace(' ', "-")
}

/// Whether the licence of `source` passes `values`.
pub(in crate::search) fn source_is_licensed(source: &IndexedSource, values: &FilterValues) -> bool {
    let licence = source.licence.as_ref().map(|licence| licence.to_lowercase());
    match licence {
        Some(licence) => values.admits(|value| licence.starts_with(value)),
        None => values.admits(|_| false),
    }
}

/// Whether `name` (lower-case) is the owner of `source` or the name of its repository.
fn belongs_to(source: &IndexedSource, name: &str) -> bool {
    let SourceNames { login, name: own, .. } = &source.names;
    let (owner, repository) = repository(&source.id).unzip();
    let names = [login.as_deref(), Some(own), owner, repository];
    names.into_iter().flatten().any(|known| known.to_lowercase() == name)
}

/// Sets `sections` to `mark` for the documents `docs` of `segment`.
fn set(sections: &mut SectionSet, segment: &IndexSegment, docs: &[u32], mark: bool) {
    docs.iter().for_each(|doc| sections.set(segment.base + doc, mark));
}

#[cfg(test)]
mod tests;
