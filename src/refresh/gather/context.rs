//! The arguments that the steps of fetching share.

use tokio::runtime::Runtime;

use crate::catalogue::Source;
use crate::config::Config;
use crate::crawl::Crawler;
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::options::{RefreshOptions, RefreshStop};

/// What one run fetches, and under which settings.
#[derive(Clone, Copy)]
pub(in crate::refresh) struct FetchRun<'a> {
    pub config: &'a Config,
    pub inputs: &'a RefreshInputs,
    pub options: &'a RefreshOptions,
    /// The sources to fetch.
    pub chosen: &'a [&'a Source],
    pub stop: &'a RefreshStop,
}

/// The network access of one run.
#[derive(Clone, Copy)]
pub(in crate::refresh) struct FetchNetwork<'a> {
    pub runtime: &'a Runtime,
    pub crawler: &'a Crawler,
}
