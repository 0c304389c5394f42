//! Orders what is cited by the rule of [`super`].

use std::cmp::Ordering;

use super::cited::Cited;
use super::words::{Signs, is_of_purpose};
use crate::library::view::ReadsAs;

/// What a sign of study material counts in a repository's name, in a link's words, and for each voice in what stands
/// round the link.
const STUDY_IN_NAME: f64 = 4.0;
const STUDY_IN_LINK: f64 = 2.0;
const STUDY_IN_SENTENCE: f64 = 0.5;
/// What it counts that several pages of it are read as a site.
const READ_AS_SITE: f64 = 2.0;
const PAGES_OF_A_SITE: usize = 2;
/// What a sign of software or data counts in a name, and for each voice in what stands round the link.
const TOOL_IN_NAME: f64 = 2.0;
const TOOL_IN_SENTENCE: f64 = 1.0;
/// What it counts that data sets are listed where it is cited.
const AMONG_DATA: f64 = 3.0;
/// So many voices count by their sentences.
const MOST_VOICES: usize = 3;
/// Where nothing is said, fit is the first by the second: a twentieth.
const UNSAID: (f64, f64) = (0.1, 2.0);
/// The relevance of what is cited beside no topic, how many topics count, and what each adds.
const LEAST_RELEVANCE: f64 = 0.5;
const MOST_TOPICS: usize = 5;
const TOPIC: f64 = 0.1;
/// What it adds that the name or a link has a word of what the catalogue is for.
const PURPOSE: f64 = 0.5;

/// How good a candidate is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rating {
    pub score: f64,
    pub reads_as: ReadsAs,
}

/// `cited`, the best first.
pub(super) fn ranked(cited: Vec<Cited>) -> Vec<(Rating, Cited)> {
    let mut ranked: Vec<(Rating, Cited)> = cited.into_iter().map(|c| (rating(&c), c)).collect();
    ranked.sort_by(|(a, one), (b, two)| {
        let size = |cited: &Cited| (cited.independent(), cited.topics.len());
        b.score
            .total_cmp(&a.score)
            .then_with(|| size(two).cmp(&size(one)))
            .then_with(|| one.repository.cmp(&two.repository))
    });
    ranked
}

fn rating(cited: &Cited) -> Rating {
    let name = Signs::of_name(&cited.repository.name);
    let voices = |is: &dyn Fn(&Signs) -> bool| {
        cited.citations().filter(|citation| is(&citation.signs)).count().min(MOST_VOICES) as f64
    };
    let when = |is: bool, points: f64| if is { points } else { 0.0 };
    let is_linked_so = cited.citations().any(|citation| Signs::of(&citation.text).study);
    let study = when(name.study, STUDY_IN_NAME)
        + when(is_linked_so, STUDY_IN_LINK)
        + when(cited.pages.len() >= PAGES_OF_A_SITE, READ_AS_SITE)
        + STUDY_IN_SENTENCE * voices(&|signs| signs.study);
    let tool = when(name.tool, TOOL_IN_NAME)
        + when(cited.is_among_data, AMONG_DATA)
        + TOOL_IN_SENTENCE * voices(&|signs| signs.tool);
    let fit = (study + UNSAID.0) / (study + tool + UNSAID.1);
    let is_of_purpose = is_of_purpose(&cited.repository.name)
        || cited.citations().any(|citation| is_of_purpose(&citation.text));
    let topics = cited.topics.len().min(MOST_TOPICS) as f64;
    let relevance = LEAST_RELEVANCE + TOPIC * topics + when(is_of_purpose, PURPOSE);
    // One voice, its own author's, where nobody else cites it: such candidates are only compared with each other.
    let voices = (1.0 + cited.independent().max(1) as f64).log2();
    let reads_as = match study.total_cmp(&tool) {
        Ordering::Greater => ReadsAs::Study,
        Ordering::Less => ReadsAs::Tool,
        Ordering::Equal => ReadsAs::Unclear,
    };
    Rating { score: voices * fit * relevance, reads_as }
}
