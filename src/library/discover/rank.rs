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

/// Points for a sign of study material in the repository's name.
const STUDY_IN_NAME: f64 = 4.0;
/// Points for a sign of study material in a link text, a remark or the description.
const STUDY_IN_LINK: f64 = 3.0;
/// Points for each voice with a sign of study material in the sentence or heading around its link.
const STUDY_IN_SENTENCE: f64 = 0.5;
/// Points if people read the repository as a site.
const READ_AS_SITE: f64 = 2.0;
/// Points for a sign of software or data in the name.
const TOOL_IN_NAME: f64 = 2.0;
/// Points for each voice with a sign of software or data in the sentence or heading around its link. Link texts,
/// remarks and the description together count as one more voice.
const TOOL_IN_SENTENCE: f64 = 1.0;
/// Points if the repository is cited in a list of data sets.
const AMONG_DATA: f64 = 3.0;
/// The maximum number of voices that count for the signs around their links.
const MOST_VOICES: usize = 3;
/// The maximum number of voices that count in the factor `voices` of the score.
const MOST_COUNTED: usize = 5;
/// The two values that are added to the numerator and to the denominator of `fit`. Without any signs, `fit` is a
/// twentieth.
const UNSAID: (f64, f64) = (0.1, 2.0);
/// Multiplier for bare lists of links and papers.
const LIST: f64 = 0.25;
/// Multiplier for software and data.
const RUN: f64 = 0.5;
/// Multiplier if only the URL of a site is known.
const GUESS: f64 = 0.75;
/// Multiplier if only the name is known.
const NAME_ONLY: f64 = 0.75;
/// The relevance of a repository without topics and without words of the catalogue's purpose.
const LEAST_RELEVANCE: f64 = 0.5;
/// Added to the relevance if there is a topic or a word of the catalogue's purpose.
const OF_OUR_FIELD: f64 = 0.3;
/// The maximum that the number of topics adds to the relevance.
const MOST_OF_TOPICS: f64 = 0.4;
/// If more topics than this are mentioned with the repository, the further ones add nothing to the relevance.
const TOPICS_BESIDE: f64 = 5.0;
/// If a README mentions more topics per thousand words than this, the further ones add nothing to the relevance.
const TOPICS_PER_THOUSAND: f64 = 20.0;
/// A README with fewer words than this counts as if it had this many words.
const LEAST_WORDS: usize = 300;
/// Added to the relevance for a word of the catalogue's purpose in the name, a link text or the description.
const PURPOSE: f64 = 0.3;
/// The factor `voices` of a repository that only GitHub's search has found.
const UNCITED: f64 = 0.5;
/// Added to the factor `standing` for each power of ten in the number of stars.
const STARS: f64 = 0.1;
/// The maximum power of ten that counts: more stars add nothing to the factor `standing`.
const MOST_STARS: f64 = 5.0;
/// Multiplier for a repository without a push for [`STALE_SECONDS`].
const STALE: f64 = 0.8;
/// A repository is stale if the last push was longer ago than this, in seconds: two years.
const STALE_SECONDS: i64 = 2 * 365 * 24 * 60 * 60;
/// Multiplier for a repository of which only excerpts may be shown.
const EXCERPTS: f64 = 0.9;

/// A repository that may belong in the catalogue, because sources cite it, GitHub's search has found it, or both.
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

    /// Whether it is cited with `topic` (a vocabulary index) or was found by the search on GitHub. True if `topic` is
    /// `None`.
    pub fn is_about(&self, topic: Option<u32>) -> bool {
        let Some(topic) = topic else { return true };
        let is_beside = |cited: &CitedRepository| cited.topics.contains_key(&topic);
        self.found.is_some() || self.cited.as_ref().is_some_and(is_beside)
    }

    /// Whether only the URL of its site is known, so that its name is a guess.
    pub fn is_guess(&self) -> bool {
        self.found.is_none() && self.cited.as_ref().is_some_and(|cited| !cited.is_named)
    }

    /// Whether it is in `known`. If its name is a guess, it is enough that one of the alternatives is in `known`.
    pub fn is_known(&self, known: &HashSet<RepositoryName>) -> bool {
        let mut others = self.cited.iter().flat_map(|cited| &cited.others);
        known.contains(&self.repository) || (self.is_guess() && others.any(|r| known.contains(r)))
    }

    /// The other repositories (`owner/name`) that the cited site may belong to; empty unless the name is a guess.
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

/// Rates `candidates` and sorts them, the best first. `now` is a Unix time in seconds.
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
        // If `voices` is 0 here, only the repository's own author cites it. It will be dropped, so its score only
        // affects the order of the dropped repositories.
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

/// Points for what the words about a candidate indicate: study material, and software or data.
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

/// The factor `relevance` of the score: how close the repository is to the catalogue's subject.
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

/// The number of different topics per thousand words of `readme`.
pub(super) fn per_thousand(readme: &ReadmeContent) -> f64 {
    1_000.0 * readme.topics.len() as f64 / readme.words.max(LEAST_WORDS) as f64
}

/// The factor `standing` of the score, from the stars, the last push and the licence.
fn standing(found: &SearchedRepository, policy: &Policy, now: i64) -> f64 {
    let metadata = &found.about.metadata;
    let stars = (1.0 + metadata.stars as f64).log10().min(MOST_STARS);
    let is_stale = metadata.pushed_at.is_some_and(|pushed| now - pushed > STALE_SECONDS);
    let is_full = policy.shown(metadata.licence.as_deref()) == Shown::Full;
    (1.0 + STARS * stars)
        * if is_stale { STALE } else { 1.0 }
        * if is_full { 1.0 } else { EXCERPTS }
}
