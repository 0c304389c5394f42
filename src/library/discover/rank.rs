//! Orders candidates by the rule of [`super`].

use std::cmp::Ordering;
use std::collections::HashSet;

use super::cited::{Citation, CitedRepository};
use super::found::SearchedRepository;
use super::readme::ReadmeContent;
use super::repository::RepositoryName;
use super::words::{WordSigns, is_of_purpose};
use crate::catalogue::{Policy, Shown};
use crate::library::view::ReadsAs;

/// Points for a sign of study material in the repository's name, in a link text or remark, and for each voice in the
/// context of the link.
const STUDY_IN_NAME: f64 = 4.0;
const STUDY_IN_LINK: f64 = 3.0;
const STUDY_IN_SENTENCE: f64 = 0.5;
/// Points if people read it as a site.
const READ_AS_SITE: f64 = 2.0;
/// Points for a sign of software or data in the name, and for each voice in the context of the link. Its description
/// counts as one voice.
const TOOL_IN_NAME: f64 = 2.0;
const TOOL_IN_SENTENCE: f64 = 1.0;
/// Points if it is cited in a list of data sets.
const AMONG_DATA: f64 = 3.0;
/// The most voices that count by their sentences, and by their number.
const MOST_VOICES: usize = 3;
const MOST_COUNTED: usize = 5;
/// Without any signs, fit is the first divided by the second: a twentieth.
const UNSAID: (f64, f64) = (0.1, 2.0);
/// Multiplier for bare lists of links and papers.
const LIST: f64 = 0.25;
/// Multiplier for software and data.
const RUN: f64 = 0.5;
/// Multipliers if only the URL of a site is known, and if only the name is known.
const GUESS: f64 = 0.75;
const NAME_ONLY: f64 = 0.75;
/// Relevance without any topic; what a topic or a word of the catalogue's purpose adds; and the most that further
/// topics add.
const LEAST_RELEVANCE: f64 = 0.5;
const OF_OUR_FIELD: f64 = 0.3;
const MOST_OF_TOPICS: f64 = 0.4;
/// The most topics mentioned with it, and the most per thousand words of its README, that add to its relevance.
const TOPICS_BESIDE: f64 = 5.0;
const TOPICS_PER_THOUSAND: f64 = 20.0;
/// A shorter README counts as one with this many words.
const LEAST_WORDS: usize = 300;
/// What a word of the catalogue's purpose in the name, a link or the description adds.
const PURPOSE: f64 = 0.3;
/// The number of voices that a repository counts as if only the search has found it.
const UNCITED: f64 = 0.5;
/// What each tenfold of stars adds; only the first five count.
const STARS: f64 = 0.1;
const MOST_STARS: f64 = 5.0;
/// Multipliers for a repository without a push for [`STALE_SECONDS`] (two years), and for one of which only excerpts
/// may be shown.
const STALE: f64 = 0.8;
const STALE_SECONDS: i64 = 2 * 365 * 24 * 60 * 60;
const EXCERPTS: f64 = 0.9;

/// A repository that may belong in the catalogue: cited, found, or both.
#[derive(Clone, Debug)]
pub(super) struct CandidateRepository {
    pub repository: RepositoryName,
    pub cited: Option<CitedRepository>,
    pub found: Option<SearchedRepository>,
}

/// The rating of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CandidateRating {
    pub score: f64,
    pub reads_as: ReadsAs,
}

impl CandidateRepository {
    /// The number of independent voices that cite it.
    pub fn independent(&self) -> usize {
        self.cited.as_ref().map_or(0, CitedRepository::independent)
    }

    /// Whether it is cited with `topic`, or was found by the search for it.
    pub fn is_about(&self, topic: Option<u32>) -> bool {
        let Some(topic) = topic else { return true };
        let is_beside = |cited: &CitedRepository| cited.topics.contains_key(&topic);
        self.found.is_some() || self.cited.as_ref().is_some_and(is_beside)
    }

    /// Whether only the URL of a site is known, so that its name is a guess.
    pub fn is_guess(&self) -> bool {
        self.found.is_none() && self.cited.as_ref().is_some_and(|cited| !cited.is_named)
    }

    /// Whether it is in `known`, or one of its alternatives is.
    pub fn is_known(&self, known: &HashSet<RepositoryName>) -> bool {
        let mut others = self.cited.iter().flat_map(|cited| &cited.others);
        known.contains(&self.repository) || (self.is_guess() && others.any(|r| known.contains(r)))
    }

    /// Other possible `owner/name`, if its name is a guess.
    pub fn others(&self) -> Vec<String> {
        let others = self.cited.iter().filter(|_| self.is_guess()).flat_map(|cited| &cited.others);
        others.map(RepositoryName::to_string).collect()
    }

    fn citations(&self) -> impl Iterator<Item = &Citation> {
        self.cited.iter().flat_map(CitedRepository::citations)
    }

    fn description(&self) -> &str {
        let metadata = self.found.as_ref().map(|found| &found.about.metadata);
        metadata.and_then(|metadata| metadata.description.as_deref()).unwrap_or_default()
    }

    fn topics(&self) -> usize {
        self.cited.as_ref().map_or(0, |cited| cited.topics.len())
    }
}

/// `candidates`, the best first; `now` is a Unix time in seconds.
pub(super) fn ranked(
    candidates: Vec<CandidateRepository>,
    policy: &Policy,
    now: i64,
) -> Vec<(CandidateRating, CandidateRepository)> {
    let rated = candidates.into_iter().map(|c| (rating(&c, policy, now), c));
    let mut ranked: Vec<(CandidateRating, CandidateRepository)> = rated.collect();
    ranked.sort_by(|(a, one), (b, two)| {
        let size = |candidate: &CandidateRepository| (candidate.independent(), candidate.topics());
        b.score
            .total_cmp(&a.score)
            .then_with(|| size(two).cmp(&size(one)))
            .then_with(|| one.repository.cmp(&two.repository))
    });
    ranked
}

fn rating(candidate: &CandidateRepository, policy: &Policy, now: i64) -> CandidateRating {
    let signs = signs(candidate);
    let fit = (signs.study + UNSAID.0) / (signs.study + signs.tool + UNSAID.1);
    let reads_as = match signs.study.total_cmp(&signs.tool) {
        _ if signs.is_bare_list => ReadsAs::List,
        Ordering::Greater => ReadsAs::Study,
        Ordering::Less => ReadsAs::Tool,
        Ordering::Equal => ReadsAs::Unclear,
    };
    let form = match reads_as {
        ReadsAs::Study | ReadsAs::Unclear => 1.0,
        ReadsAs::List => LIST,
        ReadsAs::Tool => RUN,
    };
    let voices = match candidate.independent() {
        0 if candidate.found.is_some() => UNCITED,
        // Only its own author cites it: such candidates are only compared with each other.
        voices => voices.clamp(1, MOST_COUNTED) as f64,
    };
    let is_name_only = candidate.found.is_none()
        && candidate.cited.as_ref().is_some_and(CitedRepository::is_known_by_name_alone);
    let certainty = match (candidate.is_guess(), is_name_only) {
        (true, _) => GUESS,
        (false, true) => NAME_ONLY,
        (false, false) => 1.0,
    };
    let standing = candidate.found.as_ref().map_or(1.0, |found| standing(found, policy, now));
    let score = voices * fit * form * certainty * relevance(candidate) * standing;
    CandidateRating { score, reads_as }
}

fn points_if(condition: bool, points: f64) -> f64 {
    if condition { points } else { 0.0 }
}

/// What the words about a candidate call it, in points.
struct SignPoints {
    study: f64,
    tool: f64,
    /// Whether it is called a list, and nobody says that it explains what it lists.
    is_bare_list: bool,
}

fn signs(candidate: &CandidateRepository) -> SignPoints {
    let name = WordSigns::of_name(&candidate.repository.name);
    let described = WordSigns::of(candidate.description());
    let own = candidate.citations().fold(described, |all, citation| all.or(citation.own));
    let voices = |is: &dyn Fn(&WordSigns) -> bool| {
        let said = candidate.citations().filter(|citation| is(&citation.near)).count();
        said.min(MOST_VOICES) as f64
    };
    let cited = candidate.cited.as_ref();
    let is_list = name.list || own.list;
    let study = points_if(name.study || name.list, STUDY_IN_NAME)
        + points_if(own.study || own.list, STUDY_IN_LINK)
        + points_if(cited.is_some_and(CitedRepository::is_read_as_site), READ_AS_SITE)
        + STUDY_IN_SENTENCE * voices(&|signs| signs.study);
    let tool = points_if(name.tool, TOOL_IN_NAME)
        + points_if(cited.is_some_and(|cited| cited.is_among_data), AMONG_DATA)
        + points_if(own.tool, TOOL_IN_SENTENCE)
        + TOOL_IN_SENTENCE * voices(&|signs| signs.tool);
    SignPoints { study, tool, is_bare_list: is_list && !name.explains && !own.explains }
}

/// How close it is to the catalogue's field.
fn relevance(candidate: &CandidateRepository) -> f64 {
    let beside = candidate.topics() as f64 / TOPICS_BESIDE;
    let readme = candidate.found.as_ref().and_then(|found| found.readme.as_ref());
    let within = readme.map_or(0.0, |readme| per_thousand(readme) / TOPICS_PER_THOUSAND);
    let is_of_purpose = is_of_purpose(&candidate.repository.name)
        || is_of_purpose(candidate.description())
        || candidate.citations().any(|citation| is_of_purpose(&citation.text));
    let topics = beside.max(within).min(1.0);
    LEAST_RELEVANCE
        + points_if(is_of_purpose || topics > 0.0, OF_OUR_FIELD)
        + MOST_OF_TOPICS * topics
        + points_if(is_of_purpose, PURPOSE)
}

/// Different topics per thousand words of `readme`.
pub(super) fn per_thousand(readme: &ReadmeContent) -> f64 {
    1_000.0 * readme.topics.len() as f64 / readme.words.max(LEAST_WORDS) as f64
}

/// The multiplier for stars, freshness and licence.
fn standing(found: &SearchedRepository, policy: &Policy, now: i64) -> f64 {
    let metadata = &found.about.metadata;
    let stars = (1.0 + metadata.stars as f64).log10().min(MOST_STARS);
    let is_stale = metadata.pushed_at.is_some_and(|pushed| now - pushed > STALE_SECONDS);
    let is_full = policy.shown(metadata.licence.as_deref()) == Shown::Full;
    (1.0 + STARS * stars)
        * if is_stale { STALE } else { 1.0 }
        * if is_full { 1.0 } else { EXCERPTS }
}
