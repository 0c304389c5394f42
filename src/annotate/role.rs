//! Determines the role of a section: content, navigation, boilerplate or off-topic.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Role, SectionNotes};
use crate::extract::words::words;
use crate::extract::{Document, Section};
use crate::vocabulary::label;

/// Headings of navigation sections.
const NAVIGATION: [&str; 10] = [
    "table of contents",
    "contents",
    "toc",
    "navigation",
    "quick navigation",
    "quick links",
    "on this page",
    "in this section",
    "site map",
    "table of content",
];
/// Headings of sections about the repository.
const BOILERPLATE: [&str; 30] = [
    "license",
    "licence",
    "licensing",
    "license and copyright",
    "copyright",
    "disclaimer",
    "contributing",
    "contribution",
    "contributions",
    "contribute",
    "how to contribute",
    "contribution guidelines",
    "contributing guidelines",
    "contributors",
    "code of conduct",
    "star history",
    "stargazers",
    "acknowledgements",
    "acknowledgments",
    "acknowledgement",
    "acknowledgment",
    "citation",
    "citing",
    "cite",
    "cite this",
    "how to cite",
    "about the author",
    "changelog",
    "sponsors",
    "support this project",
];
/// Phrases that identify licence notices.
const LICENCE_WORDS: [&str; 5] = [
    "permission is hereby granted, free of charge",
    "is licensed under a creative commons",
    "this work is licensed under",
    "this project is licensed under",
    "the software is provided \"as is\"",
];
/// A licence notice has at most four times this many words; a longer text has other content too.
const NOTICE_WORDS: usize = 60;
/// Minimum percentage of words in links to the same repository that makes a section navigation.
const INNER_PERCENT: usize = 70;
/// Words that are common in texts on machine learning and software, besides the vocabulary's labels. A document is
/// on topic if at least one in `FIELD_SHARE` of its words is one of these.
const FIELD: [&str; 64] = [
    "algorithm",
    "algorithms",
    "api",
    "apis",
    "architecture",
    "backend",
    "batch",
    "cache",
    "classifier",
    "cluster",
    "code",
    "compute",
    "computing",
    "container",
    "cpu",
    "data",
    "database",
    "databases",
    "dataset",
    "datasets",
    "debug",
    "debugging",
    "deploy",
    "deployment",
    "distributed",
    "distribution",
    "engineering",
    "equation",
    "error",
    "errors",
    "function",
    "functions",
    "gpu",
    "gpus",
    "gradient",
    "graph",
    "interview",
    "latency",
    "learning",
    "linear",
    "loss",
    "matrix",
    "memory",
    "metric",
    "metrics",
    "ml",
    "model",
    "models",
    "network",
    "networks",
    "neural",
    "nodes",
    "optimization",
    "parameters",
    "pipeline",
    "probability",
    "python",
    "queries",
    "query",
    "server",
    "software",
    "system",
    "systems",
    "training",
];
const FIELD_SHARE: usize = 100;
/// The number of sections before and after a section that count as its neighbours.
const ROUND: usize = 3;

/// The role of `section` without regard to its document: never `Role::OffTopic`.
pub(super) fn of(section: &Section) -> Role {
    let is_in = |names: &HashSet<String>, heading: &String| names.contains(&label::key(heading));
    if section.subject().last().is_some_and(|own| is_in(&LEADING, own)) || leads_on(section) {
        return Role::Navigation;
    }
    if section.subject().iter().any(|heading| is_in(&SPEAKING, heading)) || is_notice(section) {
        return Role::Boilerplate;
    }
    Role::Content
}

/// The keys of [`NAVIGATION`] and [`BOILERPLATE`].
static LEADING: LazyLock<HashSet<String>> =
    LazyLock::new(|| NAVIGATION.into_iter().map(label::key).collect());
static SPEAKING: LazyLock<HashSet<String>> =
    LazyLock::new(|| BOILERPLATE.into_iter().map(label::key).collect());

fn leads_on(section: &Section) -> bool {
    let inner = section.inner as usize;
    section.code.is_empty() && inner >= 3 && inner * 100 >= words(&section.text) * INNER_PERCENT
}

fn is_notice(section: &Section) -> bool {
    let text = section.text.to_lowercase();
    LICENCE_WORDS.iter().any(|words| text.contains(words)) && words(&text) <= NOTICE_WORDS * 4
}

/// Marks the off-topic sections of `document`: content sections without a topic whose neighbours have none either.
/// Only in documents where at most a quarter of the sections has a topic and few words are of the field (`FIELD`).
/// Documents in other languages than English are skipped, because the vocabulary may lack labels in them.
pub(super) fn mark_off_topic(
    document: &Document,
    language: Option<&str>,
    notes: &mut [SectionNotes],
) {
    if language.is_some_and(|language| language != "en") {
        return;
    }
    let named: Vec<bool> = notes.iter().map(|notes| !notes.mentions.is_empty()).collect();
    let share = named.iter().filter(|named| **named).count() * 4;
    if share > named.len() || speaks_of_the_field(document) {
        return;
    }
    for (at, notes) in notes.iter_mut().enumerate() {
        let round = at.saturating_sub(ROUND)..(at + ROUND + 1).min(named.len());
        let is_prose = document.sections.get(at).is_some_and(|section| !section.text.is_empty());
        if notes.role == Role::Content && is_prose && !named[round].contains(&true) {
            notes.role = Role::OffTopic;
        }
    }
}

fn speaks_of_the_field(document: &Document) -> bool {
    let (mut all, mut of_field) = (0, 0);
    for section in &document.sections {
        let headings = section.subject().last().map_or("", String::as_str);
        for word in section.text.split(|c: char| !c.is_alphanumeric()).chain(headings.split(' ')) {
            all += usize::from(!word.is_empty());
            of_field += usize::from(FIELD.contains(&word.to_lowercase().as_str()));
        }
    }
    of_field * FIELD_SHARE >= all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(markdown: &str) -> Vec<Role> {
        let vocabulary = crate::vocabulary::load(&crate::config::DataFiles::Compiled).unwrap();
        let tagger = crate::annotate::Tagger::new(&vocabulary);
        let document = crate::extract::extract("md", markdown.as_bytes()).document.unwrap();
        let annotation = crate::annotate::annotate(&document, &tagger);
        annotation.sections.iter().map(|notes| notes.role).collect()
    }

    #[test]
    fn navigation_and_boilerplate_are_told_from_content() {
        assert_eq!(
            roles(
                "# Guide\n\nA feature store keeps features for models to read.\n\n## Contents\n\n- [One](a.md)\n- see the words of it\n\n## Chapters\n\n- [Data leakage and splits](b.md)\n- [Model serving at scale](c.md)\n\n## License 📄\n\nThis project is licensed under the terms of MIT.\n"
            ),
            [Role::Content, Role::Navigation, Role::Navigation, Role::Boilerplate]
        );
    }

    #[test]
    fn what_speaks_of_something_else_is_off_topic() {
        let soup = "# Onion soup\n\nSlice four onions and brown them slowly in butter until sweet.\n\n## Bread\n\nToast the slices on both sides, and rub them with garlic before serving it hot.\n";
        assert_eq!(roles(soup)[0], Role::OffTopic);
        let maths = "# Sets\n\nThe union of two sets is the smallest set that holds both of them.\n\n## Maps\n\nA function maps each element of one set to one of another one.\n";
        assert!(!roles(maths).contains(&Role::OffTopic), "the field at large");
        let near = format!("{soup}\n## Serving\n\nA feature store and model serving are topics.\n");
        assert!(!roles(&near).contains(&Role::OffTopic));
    }
}
