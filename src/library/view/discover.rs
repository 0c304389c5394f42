//! The objects of `cairn sources discover`.

use schemars::JsonSchema;
use serde::Serialize;

use super::EvidenceView;

/// Repositories that the catalogue lacks.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct DiscoverView {
    /// The candidates, the best first.
    pub candidates: Vec<CandidateView>,
    /// The number of candidates without the limit.
    pub candidates_total: usize,
    /// Dropped repositories with the reasons, at most as many as the limit. Those that were dropped while GitHub was
    /// queried come first; the others follow, the best first.
    pub dropped: Vec<DroppedView>,
    /// The number of dropped repositories without the limit.
    pub dropped_total: usize,
    /// Whether GitHub was queried.
    pub github_asked: bool,
    /// The number of sources in the catalogue.
    pub sources_total: usize,
    /// The number of sources that were never fetched; their citations are missing.
    pub sources_unfetched: usize,
    /// Queries to GitHub that were not made, and why.
    pub notes: Vec<String>,
}

/// A repository that may belong in the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CandidateView {
    /// `owner/name` in lower case.
    pub repo: String,
    /// `owner/name` as GitHub spells it, if its search found the repository; else in the most frequent spelling of the
    /// sources.
    pub spelling: String,
    pub url: String,
    /// The most frequent title in links to its front page; its name if there is none.
    pub title: String,
    /// The number of independent voices that cite it. Its owner does not count.
    pub cited_by: usize,
    /// Whether it is known only from the URL of a site on GitHub Pages, so that its name is a guess.
    pub is_guess: bool,
    /// The other repositories (`owner/name`) that the cited site may belong to; empty unless the name is a guess.
    pub others: Vec<String>,
    /// A cited page of the repository's site, if the repository's name was only guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// All sources that cite it.
    pub sources: Vec<String>,
    /// Slugs of the topics that are mentioned with it, the most frequent first. Topics of its README follow. At most
    /// five.
    pub topics: Vec<String>,
    pub reads_as: ReadsAs,
    /// The score by which candidates are sorted. It depends on how many voices cite the repository, whether it reads as
    /// study material, and how relevant its topics are, among other things.
    pub score: f64,
    /// At most three sentences about it, each by a different voice and at most 300 characters long.
    pub evidence: Vec<EvidenceView>,
    /// GitHub's data about it, if GitHub's search found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github: Option<GitHubView>,
    /// Its entry for `catalogue.toml`; commented out if it is not ready to paste.
    pub entry: String,
    /// Whether `entry` is ready to paste: the name is certain, and the reason (`why`) is written. If not, the user must
    /// check the entry first.
    pub is_ready: bool,
}

/// GitHub's data about a repository.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GitHubView {
    pub description: Option<String>,
    pub stars: u64,
    /// The SPDX id of the licence.
    pub licence: Option<String>,
    /// The day of the last push, `YYYY-MM-DD`.
    pub pushed_at: Option<String>,
    pub archived: bool,
    /// The number of different topics per thousand words of its README; `None` if the README was not read.
    pub topics_per_thousand_words: Option<f64>,
}

/// What kind of repository it is, judged by its name, its description and the words around its citations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReadsAs {
    /// Something to read: a course, a book, notes, questions.
    Study,
    /// A list of links or papers without explanations.
    List,
    /// The words indicate neither study material nor software, or they indicate both equally.
    Unclear,
    /// Software or data.
    Tool,
}

/// Why a repository was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// Only its own author cites it.
    OwnAuthor,
    /// A source of the same name cites it.
    Namesake,
    /// Its URL is dead.
    Dead,
    /// A fork or a mirror.
    Copy,
    /// It contains, links to or offers copies of commercial books.
    BookCopies,
    /// The policy refuses it.
    Refused,
}

/// A repository that was dropped, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DroppedView {
    pub repo: String,
    pub reason: DropReason,
    /// The reason in words.
    pub why: String,
}
