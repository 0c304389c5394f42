//! How one topic leads to another: the shortest chains of explained edges, found by Yen's algorithm (J. Y. Yen,
//! "Finding the k shortest loopless paths in a network", Management Science 17(11), 1971).

use pathfinding::prelude::yen;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Edge, Graph};

/// The cost of each further edge, since longer chains are harder to follow; as much as a weight of 1/e.
const HOP: f64 = 1.0;
/// The cost of going through a topic with e times the usual number of edges, since everything is close to a hub.
const HUB: f64 = 0.5;
/// Costs are whole thousandths, so that sums are exact.
const SCALE: f64 = 1000.0;
/// Longer chains explain nothing.
const MOST_HOPS: usize = 6;

/// One edge of a chain, in its direction.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'a> {
    /// Places in the vocabulary.
    pub from: usize,
    pub to: usize,
    pub edge: &'a Edge,
}

/// At most `count` chains from `from` to `to` (places in the vocabulary), the best first. Chains never go through
/// fields of knowledge, and rarely through hubs. Empty if every chain has more than six edges, or if `from` equals
/// `to`. O(count · length · edges · log topics).
pub fn paths(graph: &Graph, from: usize, to: usize, count: usize) -> Vec<Vec<Hop<'_>>> {
    let nodes = graph.topics.node_count();
    if from >= nodes || to >= nodes || from == to {
        return Vec::new();
    }
    let goal = NodeIndex::new(to);
    let costs = costs(graph, goal);
    let next = |node: &NodeIndex| costs[node.index()].iter().copied();
    let found = yen(&NodeIndex::new(from), next, |node| *node == goal, count);
    let chains = found.into_iter().filter(|(chain, _)| chain.len() <= MOST_HOPS + 1);
    chains.map(|(chain, _)| hops(graph, &chain)).collect()
}

/// For each topic, the cost of going to each of its neighbours on the way to `goal`.
fn costs(graph: &Graph, goal: NodeIndex) -> Vec<Vec<(NodeIndex, u32)>> {
    let nodes = graph.topics.node_count();
    let mut degrees = vec![0_u32; nodes];
    for edge in graph.topics.edge_references() {
        degrees[edge.source().index()] += 1;
        degrees[edge.target().index()] += 1;
    }
    let usual = (2 * graph.topics.edge_count() / nodes.max(1)).max(1) as f64;
    let mut costs = vec![Vec::new(); nodes];
    for edge in graph.topics.edge_references() {
        let tie = HOP - f64::from(edge.weight().weight).ln();
        for (from, to) in [(edge.source(), edge.target()), (edge.target(), edge.source())] {
            if to != goal && graph.vocabulary.topics[to.index()].top {
                continue;
            }
            let crowd = (f64::from(degrees[to.index()]) / usual).ln().max(0.0);
            let hub = if to == goal { 0.0 } else { HUB * crowd };
            // A cost is below 2^32 thousandths, because weights are above 1e-9 and degrees below 2^32.
            costs[from.index()].push((to, ((tie + hub) * SCALE) as u32));
        }
    }
    costs
}

fn hops<'a>(graph: &'a Graph, chain: &[NodeIndex]) -> Vec<Hop<'a>> {
    let pairs = chain.windows(2).filter_map(|pair| {
        let edge = graph.topics.find_edge(pair[0], pair[1])?;
        let (from, to) = (pair[0].index(), pair[1].index());
        Some(Hop { from, to, edge: &graph.topics[edge] })
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use crate::graph::build::GraphBuilder;
    use crate::vocabulary;

    #[test]
    fn chains_connect_the_ends_without_fields_or_loops() {
        let graph =
            GraphBuilder::new(vocabulary::load(&Sources::Compiled).unwrap()).finish(Vec::new());
        let at = |slug: &str| graph.vocabulary.position(slug).unwrap();
        let (from, to) = (at("position-bias"), at("feature-store"));
        let found = paths(&graph, from, to, 3);
        assert_eq!(found.len(), 3);
        for chain in &found {
            assert_eq!((chain[0].from, chain[chain.len() - 1].to), (from, to));
            assert!(chain.windows(2).all(|pair| pair[0].to == pair[1].from));
            let mut through: Vec<usize> = chain.iter().map(|hop| hop.to).collect();
            assert!(chain.iter().all(|hop| !graph.vocabulary.topics[hop.to].top));
            assert!(chain.iter().all(|hop| !hop.edge.why.is_empty()));
            through.sort_unstable();
            through.dedup();
            assert_eq!(through.len(), chain.len());
        }
        assert!(paths(&graph, from, from, 3).is_empty());
        assert!(paths(&graph, from, usize::MAX, 3).is_empty());
    }
}
