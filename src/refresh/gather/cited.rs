//! The resources that the current generation cites.

use crate::annotate::resources::CitedResource;
use crate::config::Config;
use crate::generation::folders;
use crate::graph::Graph;

/// The resources of the current generation, most cited first; none if there is no generation.
pub(super) fn resources(config: &Config) -> anyhow::Result<Vec<CitedResource>> {
    let Some(number) = folders::current(&config.index)? else { return Ok(Vec::new()) };
    let graph = Graph::read(&folders::folder(&config.index, number).join("graph.bin"))?;
    Ok(graph.resources)
}
