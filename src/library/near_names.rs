//! Names that a reader may have meant: topics, case studies and sources whose names are similar to a given one.

use super::Library;
use super::view::{NearName, UnknownSource, UnknownValue};
use crate::extract::DocumentKind;
use crate::search::{Filter, FilterField};
use crate::vocabulary::Topic;

/// The maximum number of names that are suggested.
const MOST: usize = 5;
/// A name is suggested only if its similarity (Jaro-Winkler, from 0 to 1) to the given one is at least this.
const LEAST_SIMILARITY: f64 = 0.84;
/// A longer name has no similar names.
const LONGEST: usize = 80;

impl Library {
    /// The topics with a label similar to `name`, the most similar first, at most `MOST`. O(labels): about 3 ms.
    pub fn topics_like(&self, name: &str) -> Vec<NearName> {
        nearest_topics(name, "/topics/", self.graph.vocabulary.topics.iter())
    }

    /// The case studies with a label similar to `name`, the most similar first, at most `MOST`.
    pub fn cases_like(&self, name: &str) -> Vec<NearName> {
        let topics = &self.graph.vocabulary.topics;
        let cases = self.graph.cases.iter().filter_map(|case| topics.get(case.topic as usize));
        nearest_topics(name, "/cases/", cases)
    }

    /// The sources with an id similar to `name`, as links to their pages.
    pub fn near_sources(&self, name: &str) -> Vec<NearName> {
        let link = |id: &str| NearName { name: id.to_owned(), url: format!("/sources/{id}") };
        self.sources_like(name).into_iter().map(link).collect()
    }

    /// The filters of a search that name no source, with the ids of similar sources.
    pub(super) fn unknown_sources(&self, filters: &[Filter]) -> Vec<UnknownSource> {
        let of_source = |filter: &&Filter| filter.field == FilterField::Source;
        let is_unknown = |filter: &&Filter| {
            let is = |name: &str| name.eq_ignore_ascii_case(&filter.value);
            let mut sources = self.manifest.sources.iter();
            !sources.any(|source| is(&source.id) || source.id.split('/').any(is))
        };
        let unknown = filters.iter().filter(of_source).filter(is_unknown);
        let near = |value: &str| self.sources_like(value).into_iter().map(str::to_owned).collect();
        let mut names: Vec<&str> = unknown.map(|filter| filter.value.as_str()).collect();
        // A filter beside the query also counts as one of the query.
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .map(|name| UnknownSource { name: name.to_owned(), near: near(name) })
            .collect()
    }

    /// The filters of a search that name no topic, step or kind. For a topic, with the names of similar topics; for the
    /// others, with all values that exist. At most [`MOST`], because each topic costs a pass over the labels.
    pub(super) fn unknown_values(&self, filters: &[Filter]) -> Vec<UnknownValue> {
        let mut unknown: Vec<UnknownValue> = Vec::new();
        for Filter { field, value, .. } in filters {
            let is_listed =
                unknown.iter().any(|known| known.field == *field && known.value == *value);
            if !is_listed
                && unknown.len() < MOST
                && let Some(near) = self.meant(*field, value)
            {
                unknown.push(UnknownValue { field: *field, value: value.clone(), near });
            }
        }
        unknown
    }

    /// What `value` of `field` may have meant; `None` if the value exists, or if `field` has no list of values.
    fn meant(&self, field: FilterField, value: &str) -> Option<Vec<String>> {
        let all: Vec<&str> = match field {
            FilterField::Topic if self.find_topic(value).is_some() => return None,
            FilterField::Topic => {
                return Some(self.topics_like(value).into_iter().map(|near| near.name).collect());
            }
            FilterField::Step => {
                self.graph.vocabulary.steps.iter().map(|step| step.slug.as_str()).collect()
            }
            FilterField::Kind => DocumentKind::ALL.map(DocumentKind::as_str).to_vec(),
            _ => return None,
        };
        let value = value.replace(' ', "-");
        let exists = all.iter().any(|known| known.eq_ignore_ascii_case(&value));
        (!exists).then(|| all.into_iter().map(str::to_owned).collect())
    }
}

/// Those of `topics` with a label similar to `name`, as links to their pages in `folder`.
fn nearest_topics<'a>(
    name: &str,
    folder: &str,
    topics: impl Iterator<Item = &'a Topic>,
) -> Vec<NearName> {
    let candidate = |topic: &'a Topic| {
        let labels = topic.alt_labels.iter().map(String::as_str);
        let names = labels.chain([topic.pref_label.as_str(), topic.slug.0.as_str()]);
        let url = format!("{folder}{}", topic.slug.0);
        (NearName { name: topic.pref_label.clone(), url }, names.collect())
    };
    nearest(name, topics.map(candidate))
}

/// Of `candidates`, each with its names, those with a name similar to `name`; the most similar first.
fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = (NearName, Vec<&'a str>)>,
) -> Vec<NearName> {
    let wanted = plain(name);
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let similarity = |names: &[&str]| {
        let of = |known: &&str| strsim::jaro_winkler(&plain(known), &wanted);
        names.iter().map(of).fold(0.0, f64::max)
    };
    let mut alike: Vec<(f64, NearName)> = candidates
        .map(|(near, names)| (similarity(&names), near))
        .filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
        .collect();
    alike.sort_by(|(one, _), (two, _)| two.total_cmp(one));
    alike.into_iter().map(|(_, near)| near).take(MOST).collect()
}

/// `name` in lower case, with spaces instead of hyphens.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', '_'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_come_first_and_others_are_left_out() {
        let near = |name: &str| NearName { name: name.to_owned(), url: String::new() };
        let names = ["position bias", "positive class", "recall"];
        let found = |wanted: &str| {
            let found = nearest(wanted, names.iter().map(|name| (near(name), vec![*name])));
            found.into_iter().map(|near| near.name).collect::<Vec<_>>()
        };
        assert_eq!(found("Positon-bias")[0], "position bias");
        assert_eq!(found("recal"), ["recall"]);
        assert_eq!(found("quokka"), [""; 0]);
        assert_eq!(found(&"recall ".repeat(20)), [""; 0]);
    }
}
