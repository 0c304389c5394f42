//! The options of a run, how it is stopped, and the events that it reports.

use tokio_util::sync::CancellationToken;

use crate::generation::run::SourceResult;

/// Cancels a run. The run then ends cleanly within two seconds, and the next run continues its work.
pub type RefreshStop = CancellationToken;

/// The options of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshOptions {
    /// Ids of the sources to fetch; empty means all.
    pub only: Vec<String>,
    pub network: FetchMode,
    /// The maximum number of sources that are fetched at the same time; `None` means the configured number.
    pub jobs: Option<usize>,
    /// Whether to check cited links and to fetch the metadata of cited papers.
    pub check_links: bool,
    /// What to do if documents would be lost because their sources could not be read.
    pub on_loss: OnLoss,
    /// Whether the search engine's own copy is written again.
    pub rebuild: EngineRebuild,
    /// A new generation gets a number above this one.
    pub above: u64,
}

/// What a run writes to a search engine that keeps a copy of the sections, such as an OpenSearch cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineRebuild {
    /// Changes; everything only if its copy is lost or of an earlier format.
    #[default]
    IfNeeded,
    /// A new copy of everything beside the old one.
    Always,
}

/// Where a run may take files from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FetchMode {
    /// Conditional requests: fetch the sources that have changed.
    #[default]
    Conditional,
    /// Fetch every source, changed or not.
    Full,
    /// Fetch only folders on this machine. A server does this at its first start, before it fetches anything over the
    /// network.
    FoldersOnly,
    /// Fetch nothing: use only what is in the store.
    Offline,
}

/// Progress of a run.
#[derive(Clone, Debug)]
pub enum RefreshEvent<'a> {
    /// The number of sources that are to be fetched.
    Fetching(usize),
    /// A source has been fetched.
    Fetched(&'a SourceResult),
    /// The number of lists of threads that are to be fetched. A list is the discussions or the issues of one source.
    Listing(usize),
    /// One list of the source with this id has been fetched.
    Listed(&'a str),
    /// The number of documents that are to be extracted and annotated.
    Reading(usize),
    /// This many more documents are done.
    Read(usize),
    /// The index and the graph are being built.
    Building,
    /// The number of papers whose metadata is to be fetched.
    FetchingPapers(usize),
    /// The metadata of this many more papers was requested.
    FetchedPapers(usize),
    /// The number of cited links that are to be checked.
    Looking(usize),
    /// One link has been checked.
    Looked,
}

/// What a run does if documents would be lost because their sources could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLoss {
    /// Publish nothing.
    #[default]
    Refuse,
    /// Publish anyway: `--accept-loss`.
    Accept,
}
