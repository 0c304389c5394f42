//! Warnings about a vocabulary that passes all checks.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::{LabelRule, Topic, Vocabulary, label};

/// The minimum length, in bytes, of labels that are reported if they differ by one letter. Shorter ones, such as MAE
/// and MSE, are often distinct.
const SHORTEST: usize = 8;

/// A warning about the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The topic's only relation is to its field of knowledge.
    Orphan { topic: String },
    /// Two topics have labels that differ by one letter or in word order.
    NearDuplicate { topics: [String; 2], labels: [String; 2] },
    /// Texts that `other`, a label of the same topic, matches include `label`, so the topic does not need it.
    Redundant { topic: String, label: String, other: String },
    /// No section of the index mentions the topic.
    Unmentioned { topic: String },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Orphan { topic } => {
                write!(
                    f,
                    "topic:{topic} is related only to its field; is a related topic or a requirement missing?"
                )
            }
            Note::NearDuplicate { topics: [a, b], labels: [one, other] } => {
                write!(f, "topic:{a} and topic:{b} have nearly the same label: {one:?}, {other:?}")
            }
            Note::Redundant { topic, label, other } => {
                write!(f, "topic:{topic} needs no label {label:?}: {other:?} matches it")
            }
            Note::Unmentioned { topic } => {
                write!(
                    f,
                    "topic:{topic} is mentioned nowhere in the index: do texts use another name for it?"
                )
            }
        }
    }
}

/// All warnings, grouped by kind. `mentions` contains, for each topic, the number of sections that mention it; `None`
/// if no index with the same vocabulary is available. O(labels · labels in a group).
pub fn lint(vocabulary: &Vocabulary, mentions: Option<&[u32]>) -> Vec<Note> {
    let mut notes = orphans(vocabulary);
    notes.extend(near_duplicates(vocabulary));
    notes.extend(vocabulary.topics.iter().flat_map(redundant));
    let unmentioned = |at: usize| mentions.is_some_and(|mentions| mentions.get(at) == Some(&0));
    for (at, topic) in vocabulary.topics.iter().enumerate() {
        if unmentioned(at) && !topic.top {
            notes.push(Note::Unmentioned { topic: topic.slug.0.clone() });
        }
    }
    notes
}

fn orphans(vocabulary: &Vocabulary) -> Vec<Note> {
    let mut tied: HashSet<&str> = HashSet::new();
    for topic in &vocabulary.topics {
        let is_field = |slug: &str| vocabulary.topic(slug).is_some_and(|topic| topic.top);
        let broader =
            topic.broader.iter().map(|slug| slug.0.as_str()).filter(|slug| !is_field(slug));
        let related = topic.related.iter().map(|slug| slug.0.as_str());
        let requires = topic.requires.iter().map(|required| required.topic.0.as_str());
        for other in broader.chain(related).chain(requires) {
            tied.extend([other, topic.slug.0.as_str()]);
        }
    }
    let loose = vocabulary
        .topics
        .iter()
        .filter(|topic| !topic.top && !tied.contains(topic.slug.0.as_str()));
    loose.map(|topic| Note::Orphan { topic: topic.slug.0.clone() }).collect()
}

/// The labels of `topic` that another of its labels with the same rule matches. O(labels²).
fn redundant(topic: &Topic) -> Vec<Note> {
    let labels: Vec<&str> = topic.labels().collect();
    let limits = |label: &str| {
        let rule = topic.rule(label).cloned();
        rule.map(|rule| LabelRule { label: String::new(), ..rule })
    };
    let mut notes = Vec::new();
    for (at, label) in labels.iter().enumerate().skip(1) {
        let is_enough = |(other_at, other): &(usize, &&str)| {
            let matches = *other_at != at && label::matches(other, label);
            // Of two labels that match each other, the first is kept.
            let is_kept = *other_at < at || !label::matches(label, other);
            matches && is_kept && limits(other) == limits(label)
        };
        if let Some((_, other)) = labels.iter().enumerate().find(is_enough) {
            let (label, other) = ((*label).to_owned(), (*other).to_owned());
            notes.push(Note::Redundant { topic: topic.slug.0.clone(), label, other });
        }
    }
    notes
}

fn near_duplicates(vocabulary: &Vocabulary) -> Vec<Note> {
    let mut groups: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for (at, topic) in vocabulary.topics.iter().enumerate() {
        for text in topic.labels() {
            let key = label::key(text);
            let mut words: Vec<&str> = key.split(' ').collect();
            words.sort_unstable();
            // Only labels in the same group are compared. A group has labels with the same words in any order, or
            // labels with the same beginning and about the same length. Nearly all labels that differ by one letter
            // have the same beginning.
            groups.entry(words.join(" ")).or_default().push((at, text.to_owned()));
            let head: String = key.chars().take(SHORTEST / 2).collect();
            groups
                .entry(format!("{head}…{}", key.len() / 2))
                .or_default()
                .push((at, text.to_owned()));
        }
    }
    let mut seen = HashSet::new();
    let mut notes = Vec::new();
    for (group, labels) in &groups {
        for (at, (a, one)) in labels.iter().enumerate() {
            for (b, other) in &labels[at + 1..] {
                let is_near = !group.contains('…') || differ_by_a_letter(one, other);
                if a != b && is_near && one != other && seen.insert((*a.min(b), *a.max(b))) {
                    let slug = |at: usize| vocabulary.topics[at].slug.0.clone();
                    let (topics, labels) = ([slug(*a), slug(*b)], [one.clone(), other.clone()]);
                    notes.push(Note::NearDuplicate { topics, labels });
                }
            }
        }
    }
    notes
}

fn differ_by_a_letter(one: &str, other: &str) -> bool {
    let (one, other) = (label::key(one), label::key(other));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    one.len().min(other.len()) >= SHORTEST
        && digits(&one) == digits(&other)
        && strsim::osa_distance(&one, &other) == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary;

    #[test]
    fn orphans_near_duplicates_and_unmentioned_topics_are_told() {
        let topic = |slug: &str, label: &str, rest: &str| {
            format!(
                "topic:{slug} a skos:Concept ; skos:prefLabel \"{label}\" ; skos:definition \"d\" ; {rest} .\n"
            )
        };
        let text = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix topic: <urn:cairn:topic:> .\n@prefix scheme: <urn:cairn:scheme:> .\n"
            .to_owned()
            + &topic("top", "top", "skos:topConceptOf scheme:s")
            + &topic("a", "gradient boosting", "skos:broader topic:top ; skos:related topic:b")
            + &topic("b", "gradient boostings machine", "skos:broader topic:top")
            + &topic("c", "gradiant boosting", "skos:broader topic:top")
            + &topic("d", "boosting, gradient", "skos:broader topic:a");
        let vocabulary = vocabulary::parse(&[("v.ttl".into(), text)]).unwrap();
        let notes = lint(&vocabulary, Some(&[1, 0, 3, 4, 0]));
        let said: Vec<String> = notes.iter().map(Note::to_string).collect();
        let count = |word: &str| said.iter().filter(|note| note.contains(word)).count();
        assert_eq!(count("related only to its field"), 1, "{said:#?}");
        assert!(said[0].contains("topic:c"));
        assert_eq!(count("nearly the same"), 2, "{said:#?}");
        assert_eq!(count("mentioned nowhere"), 1);
        assert!(said.last().unwrap().contains("topic:b"));
        assert!(lint(&vocabulary, None).len() < notes.len());
    }

    #[test]
    fn labels_that_another_label_matches_are_redundant() {
        let text = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix cairn: <urn:cairn:schema:> .
@prefix topic: <urn:cairn:topic:> .\n@prefix scheme: <urn:cairn:scheme:> .
topic:a a skos:Concept ; skos:topConceptOf scheme:s ; skos:definition \"d\" ; skos:prefLabel \"k-means\" ;
    skos:altLabel \"kmeans\", \"k means\", \"K-Means\", \"normalised k-means\", \"normalized k means\",
        \"Lloyd\", \"Lloyds\" ;
    cairn:rule [ cairn:label \"Lloyd\" ; cairn:near \"cluster\" ] .
";
        let vocabulary = vocabulary::parse(&[("v.ttl".into(), text.into())]).unwrap();
        let mut found: Vec<String> = redundant(&vocabulary.topics[0])
            .into_iter()
            .map(|note| match note {
                Note::Redundant { label, .. } => label,
                other => panic!("{other:?}"),
            })
            .collect();
        found.sort();
        // The label with a rule and the label without one differ.
        assert_eq!(found, ["K-Means", "k means", "kmeans", "normalized k means"]);
    }
}
