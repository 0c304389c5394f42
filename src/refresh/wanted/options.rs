//! The options of a run, how it is stopped, and the events that it reports.

use tokio_util::sync::CancellationToken;

use crate::generation::run::SourceResult;

/// Asks a run to end: it does so cleanly within two seconds, and the next one goes on from there.
pub type Stop = CancellationToken;

/// What a run is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Ids of the sources to fetch; empty means all.
    pub only: Vec<String>,
    pub network: Network,
    /// Sources fetched at once; `None` means the configuration's.
    pub jobs: Option<usize>,
    /// Whether to look which cited addresses are dead.
    pub check_links: bool,
    /// What happens when documents would be lost that could not be read.
    pub on_loss: OnLoss,
}

/// Where a run may take files from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Ask whether a source is new, and fetch it if so.
    #[default]
    Conditional,
    /// Fetch every source, new or not.
    Full,
    /// Folders on this machine only: the first start, before anything is fetched.
    FoldersOnly,
    /// Nothing but what is stored.
    Offline,
}

/// What is told while a run goes on.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// How many sources are to be fetched.
    Fetching(usize),
    /// A source is done.
    Fetched(&'a SourceResult),
    /// How many lists of threads (the discussions or the issues of one source) are to be fetched.
    Listing(usize),
    /// One list of the source with this id is done.
    Listed(&'a str),
    /// How many documents are to be read.
    Reading(usize),
    /// So many more have been read.
    Read(usize),
    /// The index and the graph are built.
    Building,
    /// How many cited addresses are to be looked at.
    Looking(usize),
    /// One of them has been.
    Looked,
}

/// What a run does when it would lose documents that could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLoss {
    /// Publish nothing.
    #[default]
    Refuse,
    /// Publish anyway: `--accept-loss`.
    Accept,
}
