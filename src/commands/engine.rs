//! `cairn engine`: what an OpenSearch cluster has of the index.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::Exit;
use super::output;
use super::refresh::{self, RefreshArguments};
use crate::config::{Config, SearchEngine};
use crate::generation::checksums::SEARCH;
use crate::generation::folders;
use crate::generation::manifest::ClusterCopy;
use crate::search::ClusterSections;
use crate::search::cluster::Cluster;
use crate::search::opensearch::check::EngineCheck;

/// The maximum number of sources that are listed.
const LISTED: usize = 20;

#[derive(Debug, Args)]
pub(super) struct EngineArguments {
    #[command(subcommand)]
    action: EngineAction,
}

#[derive(Debug, Subcommand)]
enum EngineAction {
    /// Compare what the cluster has with the current generation: counts and checksums, source by source
    Check,
    /// Write everything into a new index of the cluster beside the old one, then use the new one
    Rebuild,
}

pub(super) fn run(
    config: &Config,
    arguments: &EngineArguments,
    quiet: bool,
) -> anyhow::Result<Exit> {
    let SearchEngine::OpenSearch(settings) = &config.search.engine else {
        bail!(
            "no other engine is set; set engine = \"opensearch\" and urls under [search] in cairn.toml"
        );
    };
    match arguments.action {
        EngineAction::Check => check(config, Arc::new(Cluster::new(settings)?)),
        EngineAction::Rebuild => refresh::run(config, RefreshArguments::rebuilding(), quiet),
    }
}

fn check(config: &Config, cluster: Arc<Cluster>) -> anyhow::Result<Exit> {
    let Some(number) = folders::current(&config.index)? else {
        bail!("there is no index yet; `cairn refresh` builds one");
    };
    let manifest = folders::manifest(&config.index, number)?;
    let Some(ClusterCopy { index, .. }) = manifest.cluster else {
        bail!("the cluster has nothing of generation {number}; `cairn refresh` writes it");
    };
    let folder = folders::folder(&config.index, number);
    let sections = ClusterSections::new(cluster, index.clone(), number);
    let check = compare(&sections, &folder)?;
    let EngineCheck { sources, sections, differences } = &check;
    if differences.is_empty() {
        output::line(&format!(
            "{index} has all {sections} sections of generation {number}, from {sources} sources"
        ))?;
        return Ok(Exit::Done);
    }
    for difference in differences.iter().take(LISTED) {
        let (found, expected) = (difference.found.sections, difference.expected.sections);
        let what = match found == expected {
            true => format!("{found} sections, but not the right ones"),
            false => format!("{found} sections instead of {expected}"),
        };
        output::line(&format!("{}: {what}", difference.source))?;
    }
    let differing = differences.len();
    bail!(
        "{index} differs in {differing} of {sources} sources; `cairn engine rebuild` writes it again"
    )
}

fn compare(sections: &ClusterSections, folder: &Path) -> anyhow::Result<EngineCheck> {
    sections.compare(&folder.join(SEARCH)).context("the cluster can't be compared")
}
