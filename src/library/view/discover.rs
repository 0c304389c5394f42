//! The objects of `cairn sources discover`.

use schemars::JsonSchema;
use serde::Serialize;

use super::EvidenceView;

/// Repositories that the catalogue lacks.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct DiscoverView {
    /// The best first.
    pub candidates: Vec<CandidateView>,
    /// How many there are, whatever the limit.
    pub candidates_total: usize,
    /// Those that were left out, with the reason, the best first; at most as many as the limit.
    pub dropped: Vec<DroppedView>,
    /// How many were left out, whatever the limit.
    pub dropped_total: usize,
    /// Whether GitHub was asked.
    pub github_asked: bool,
    /// Sources of the catalogue, and those of which no file is fetched yet, whose citations are missing.
    pub sources_total: usize,
    pub sources_unfetched: usize,
    /// What GitHub was not asked, and why.
    pub notes: Vec<String>,
}

/// A repository that the catalogue may want.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CandidateView {
    /// `owner/name` in lower case.
    pub repo: String,
    /// `owner/name` as most who write it spell it.
    pub spelling: String,
    pub url: String,
    /// The title that most links to its front page have, else its name.
    pub title: String,
    /// Independent voices that cite it; its own owner is none.
    pub cited_by: usize,
    /// Whether only the address of a site on GitHub Pages names it, so that the repository may be called otherwise.
    pub is_guess: bool,
    /// `owner/name` of the other repositories that it may be, if it is a guess.
    pub others: Vec<String>,
    /// A cited page of its site, if it is a guess.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// All sources that cite it.
    pub sources: Vec<String>,
    /// Slugs of the topics that it is cited beside, the most named first.
    pub topics: Vec<String>,
    pub reads_as: ReadsAs,
    /// What the order follows: how many voices cite it, whether it reads as study material, how near our field it is.
    pub score: f64,
    /// What sources say of it, at most 300 characters each, one sentence a voice.
    pub evidence: Vec<EvidenceView>,
    /// What GitHub says of it, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github: Option<GitHubView>,
    /// Its entry for `catalogue.toml`, ready to paste; commented out where it is not ready.
    pub entry: String,
    /// Whether its name is sure and its `why` is written: what is not ready needs the reader first.
    pub is_ready: bool,
}

/// What GitHub says of a repository.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GitHubView {
    pub description: Option<String>,
    pub stars: u64,
    /// SPDX id.
    pub licence: Option<String>,
    /// The day of the last push, `YYYY-MM-DD`.
    pub pushed_at: Option<String>,
    pub archived: bool,
    /// How many different topics a thousand words of its README name; `None` where that was not read.
    pub topics_per_thousand_words: Option<f64>,
}

/// What the words of those who cite a repository call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReadsAs {
    /// Something to read: a course, a book, notes, questions.
    Study,
    /// A list of links or papers that explains none of them.
    List,
    /// As much one as the other, or neither.
    Unclear,
    /// Something to run, or data.
    Tool,
}

/// Why a repository was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// Only its own author cites it, who is no independent voice.
    OwnAuthor,
    /// A source of the same name cites it.
    Namesake,
    /// Its address leads nowhere.
    Dead,
    /// A fork or a mirror.
    Copy,
    /// It holds copies of commercial books.
    BookCopies,
}

/// A repository that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DroppedView {
    pub repo: String,
    pub reason: DropReason,
    /// The reason in words.
    pub why: String,
}
