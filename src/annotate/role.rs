//! Determines the role of a section: content, code, navigation, boilerplate or off-topic.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{SectionNotes, SectionRole};
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
/// Headings of sections that are about the repository itself, not about its subject.
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
const LICENCE_PHRASES: [&str; 5] = [
    "permission is hereby granted, free of charge",
    "is licensed under a creative commons",
    "this work is licensed under",
    "this project is licensed under",
    "the software is provided \"as is\"",
];
/// A text with a licence phrase is a licence notice if it has at most `4 * NOTICE_WORDS` words. A longer text has other
/// content too.
const NOTICE_WORDS: usize = 60;
/// Words of link texts such as "Slides" or "Source code", which contain no information without the linked page. A
/// section that consists only of links with such words is navigation.
const LINK_LABELS: [&str; 44] = [
    "and",
    "article",
    "code",
    "colab",
    "course",
    "demo",
    "discord",
    "download",
    "exercise",
    "exercises",
    "github",
    "here",
    "homework",
    "in",
    "link",
    "linkedin",
    "links",
    "material",
    "materials",
    "next",
    "notebook",
    "notebooks",
    "open",
    "page",
    "pdf",
    "previous",
    "read",
    "recording",
    "repo",
    "run",
    "see",
    "slack",
    "slide",
    "slides",
    "solution",
    "solutions",
    "source",
    "the",
    "tutorial",
    "video",
    "videos",
    "view",
    "watch",
    "youtube",
];
/// A section is navigation if at least this percentage of its words is in links to the same repository.
const INNER_PERCENT: usize = 70;
/// The maximum number of words of prose in a section that counts as code.
const INTRODUCTION_WORDS: usize = 20;
/// The maximum number of words of prose in a section that counts as code, if the section is a further part of a long
/// listing. Such a part repeats the sentence before the listing.
const REPEATED_WORDS: usize = 50;
/// The minimum number of words of code for each word of prose in a section that counts as code.
const CODE_RATIO: usize = 4;
/// Words that are common in texts on machine learning and software, besides the vocabulary's labels. A document is
/// on topic if this list contains at least one in `FIELD_SHARE` of its words.
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
/// This many sections before a section, and this many after it, count as its neighbours.
const NEIGHBOURS: usize = 3;

/// The role of `section`, determined without its document. So it is never `SectionRole::OffTopic`: [`mark_off_topic`]
/// assigns that role.
pub(super) fn of(section: &Section) -> SectionRole {
    let is_in = |names: &HashSet<String>, heading: &String| names.contains(&label::key(heading));
    if section.subject().last().is_some_and(|own| is_in(&NAVIGATION_KEYS, own))
        || is_mostly_inner_links(section)
        || is_link_labels(section)
    {
        return SectionRole::Navigation;
    }
    if section.subject().iter().any(|heading| is_in(&BOILERPLATE_KEYS, heading))
        || is_notice(section)
    {
        return SectionRole::Boilerplate;
    }
    if is_listing(section) { SectionRole::Code } else { SectionRole::Content }
}

/// Whether `section` consists of code with at most a short introduction.
fn is_listing(section: &Section) -> bool {
    let (prose, code) = (words(&section.text), words(&section.code));
    // A further part of a listing repeats the sentence before the listing.
    let most = if section.chunk > 0 { REPEATED_WORDS } else { INTRODUCTION_WORDS };
    code > 0 && section.links.is_empty() && prose <= most && code >= prose * CODE_RATIO
}

/// The label keys of [`NAVIGATION`], with which headings are compared.
static NAVIGATION_KEYS: LazyLock<HashSet<String>> =
    LazyLock::new(|| NAVIGATION.into_iter().map(label::key).collect());
/// The label keys of [`BOILERPLATE`], with which headings are compared.
static BOILERPLATE_KEYS: LazyLock<HashSet<String>> =
    LazyLock::new(|| BOILERPLATE.into_iter().map(label::key).collect());

/// Whether `section` consists mainly of links to its own repository: it has no code, and these links contain at least
/// three words and at least [`INNER_PERCENT`] of all words.
fn is_mostly_inner_links(section: &Section) -> bool {
    let inner = section.inner as usize;
    section.code.is_empty() && inner >= 3 && inner * 100 >= words(&section.text) * INNER_PERCENT
}

/// Whether `section` has links, no code, and no text except common words of link texts ([`LINK_LABELS`]).
fn is_link_labels(section: &Section) -> bool {
    let has_links = section.inner > 0 || !section.links.is_empty();
    let mut words = section.text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let is_label = |word: &str| LINK_LABELS.contains(&word.to_lowercase().as_str());
    has_links && section.code.is_empty() && words.all(is_label)
}

/// Whether `section` is a licence notice and little else.
fn is_notice(section: &Section) -> bool {
    let text = section.text.to_lowercase();
    LICENCE_PHRASES.iter().any(|words| text.contains(words)) && words(&text) <= NOTICE_WORDS * 4
}

/// Marks the off-topic sections of `document`: sections of content or code that have text, name no topic, and have no
/// neighbour that names one.
///
/// Marks nothing if more than a quarter of the sections name a topic, or if the document has enough words of the field
/// (`FIELD`). Documents in languages other than English are skipped, because the vocabulary may lack labels in those
/// languages.
pub(super) fn mark_off_topic(
    document: &Document,
    language: Option<&str>,
    notes: &mut [SectionNotes],
) {
    if language.is_some_and(|language| language != "en") {
        return;
    }
    let named: Vec<bool> = notes.iter().map(|notes| !notes.mentions.is_empty()).collect();
    let with_topics = named.iter().filter(|named| **named).count();
    if with_topics * 4 > named.len() || is_on_topic(document) {
        return;
    }
    for (at, notes) in notes.iter_mut().enumerate() {
        let neighbours = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(named.len());
        let is_prose = document.sections.get(at).is_some_and(|section| !section.text.is_empty());
        if notes.role.has_content() && is_prose && !named[neighbours].contains(&true) {
            notes.role = SectionRole::OffTopic;
        }
    }
}

/// Whether `FIELD` contains at least one in `FIELD_SHARE` of the words of `document`.
fn is_on_topic(document: &Document) -> bool {
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
mod tests;
