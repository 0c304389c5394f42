//! Finds the cheapest chains of explained edges from one topic to another, by Yen's algorithm (J. Y. Yen, "Finding the
//! k shortest loopless paths in a network", Management Science 17(11), 1971).

use std::collections::{BTreeSet, HashSet};

use petgraph::algo::astar;
use petgraph::graph::{DiGraph, EdgeReference, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};

use super::{Edge, Graph};

/// The basic cost of each edge. It makes longer chains more expensive, because they are harder to follow. A low weight
/// increases the cost: an edge with a weight of 1/e costs twice as much as an edge with a weight of 1.
const HOP: f64 = 1.0;
/// The additional cost of a topic with e times the average number of edges. It makes chains avoid hubs, because every
/// topic is close to a hub.
const HUB: f64 = 0.5;
/// Costs are multiplied by this factor and truncated to whole numbers, so that sums are exact.
const SCALE: f64 = 1000.0;
/// The maximum number of edges in a chain. Longer chains are left out, because they explain nothing.
const MOST_HOPS: usize = 6;

/// The costs of going from one topic to another, in thousandths.
type PathCosts = DiGraph<(), u32>;

/// One edge of a chain, in its direction.
#[derive(Clone, Copy, Debug)]
pub struct PathHop<'a> {
    /// The vocabulary index of the topic where the edge begins.
    pub from: usize,
    /// The vocabulary index of the topic where the edge ends.
    pub to: usize,
    pub edge: &'a Edge,
}

/// The `count` cheapest chains from `from` to `to` (vocabulary indices), without those that have more than six edges;
/// the cheapest first. Chains never go through fields of knowledge, and rarely through hubs. Empty if `from` equals
/// `to`, or if an index is out of range. O(count · length · edges · log topics).
pub fn paths(graph: &Graph, from: usize, to: usize, count: usize) -> Vec<Vec<PathHop<'_>>> {
    let nodes = graph.topics.node_count();
    if from >= nodes || to >= nodes || from == to {
        return Vec::new();
    }
    let (from, goal) = (NodeIndex::new(from), NodeIndex::new(to));
    let found = shortest(&costs(graph, goal), from, goal, count);
    let chains = found.into_iter().filter(|chain| chain.nodes.len() <= MOST_HOPS + 1);
    chains.map(|chain| hops(graph, &chain.nodes)).collect()
}

/// A loopless chain of topics. Chains are ordered as in the result: by cost, then by length, then by topics.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TopicChain {
    /// The total cost of the edges, in thousandths.
    cost: u32,
    length: usize,
    nodes: Vec<NodeIndex>,
}

/// The `count` cheapest loopless chains from `from` to `to`, by Yen's algorithm. Each further chain begins like a chain
/// that was found before, up to some topic (the spur). It continues from the spur with an edge that no found chain with
/// the same beginning takes.
fn shortest(costs: &PathCosts, from: NodeIndex, to: NodeIndex, count: usize) -> Vec<TopicChain> {
    let mut found: Vec<TopicChain> = Vec::new();
    let mut candidates = BTreeSet::new();
    candidates.extend(detour(costs, &[from], to, &HashSet::new()));
    while found.len() < count
        && let Some(best) = candidates.pop_first()
    {
        found.push(best);
        let best = &found[found.len() - 1].nodes;
        for at in 1..best.len() {
            let root = &best[..at];
            let same_root = found.iter().filter(|chain| chain.nodes.starts_with(root));
            let taken = same_root.filter_map(|chain| chain.nodes.get(at).copied()).collect();
            candidates.extend(detour(costs, root, to, &taken));
        }
    }
    // Of equally cheap chains, the one found later may be the shorter one.
    found.sort_unstable();
    found
}

/// The cheapest chain to `to` that begins with `root` and does not continue with a topic in `taken`.
fn detour(
    costs: &PathCosts,
    root: &[NodeIndex],
    to: NodeIndex,
    taken: &HashSet<NodeIndex>,
) -> Option<TopicChain> {
    let spur = *root.last()?;
    let open = EdgeFiltered::from_fn(costs, |edge: EdgeReference<'_, u32>| {
        let is_taken = edge.source() == spur && taken.contains(&edge.target());
        !is_taken && !root.contains(&edge.target())
    });
    let (cost, rest) = astar(&open, spur, |node| node == to, |edge| *edge.weight(), |_| 0)?;
    let steps = root.windows(2).filter_map(|pair| costs.find_edge(pair[0], pair[1]));
    let cost = cost + steps.map(|edge| costs[edge]).sum::<u32>();
    let nodes = [root, &rest[1..]].concat();
    Some(TopicChain { cost, length: nodes.len(), nodes })
}

/// The cost of going from each topic to each of its neighbours, in a chain that ends at `goal`.
fn costs(graph: &Graph, goal: NodeIndex) -> PathCosts {
    let nodes = graph.topics.node_count();
    let mut degrees = vec![0_u32; nodes];
    for edge in graph.topics.edge_references() {
        degrees[edge.source().index()] += 1;
        degrees[edge.target().index()] += 1;
    }
    let usual = (2 * graph.topics.edge_count() / nodes.max(1)).max(1) as f64;
    let mut costs = PathCosts::with_capacity(nodes, 2 * graph.topics.edge_count());
    for _ in 0..nodes {
        costs.add_node(());
    }
    for edge in graph.topics.edge_references() {
        let tie = HOP - f64::from(edge.weight().weight).ln();
        for (from, to) in [(edge.source(), edge.target()), (edge.target(), edge.source())] {
            if to != goal && graph.vocabulary.topics[to.index()].top {
                continue;
            }
            let crowd = (f64::from(degrees[to.index()]) / usual).ln().max(0.0);
            let hub = if to == goal { 0.0 } else { HUB * crowd };
            // A cost is below 2^32 thousandths: weights are above 1e-9, degrees below 2^32.
            costs.add_edge(from, to, ((tie + hub) * SCALE) as u32);
        }
    }
    costs
}

fn hops<'a>(graph: &'a Graph, chain: &[NodeIndex]) -> Vec<PathHop<'a>> {
    let pairs = chain.windows(2).filter_map(|pair| {
        let edge = graph.topics.find_edge(pair[0], pair[1])?;
        let (from, to) = (pair[0].index(), pair[1].index());
        Some(PathHop { from, to, edge: &graph.topics[edge] })
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use std::hash::RandomState;

    use petgraph::algo::all_simple_paths;

    use super::*;
    use crate::config::DataFiles;
    use crate::graph::build::GraphBuilder;
    use crate::vocabulary;

    #[test]
    fn no_cheaper_chain_is_missed_where_several_cost_the_same() {
        let mut random = fastrand::Rng::with_seed(4);
        for _ in 0..200 {
            let mut costs = PathCosts::new();
            let nodes: Vec<NodeIndex> = (0..7).map(|_| costs.add_node(())).collect();
            for (from, to) in nodes.iter().flat_map(|a| nodes.iter().map(move |b| (*a, *b))) {
                if from != to && random.bool() {
                    costs.add_edge(from, to, random.u32(1..4));
                }
            }
            let (from, to) = (nodes[0], nodes[6]);
            let cost = |chain: Vec<NodeIndex>| -> u32 {
                let edges = chain.windows(2).map(|pair| costs.find_edge(pair[0], pair[1]).unwrap());
                edges.map(|edge| costs[edge]).sum()
            };
            let all = all_simple_paths::<Vec<_>, _, RandomState>(&costs, from, to, 0, None);
            let mut expected: Vec<u32> = all.map(cost).collect();
            expected.sort_unstable();
            expected.truncate(6);
            let found = shortest(&costs, from, to, 6);
            assert_eq!(found.iter().map(|chain| chain.cost).collect::<Vec<_>>(), expected);
            assert!(found.iter().all(|chain| cost(chain.nodes.clone()) == chain.cost));
            assert!(found.is_sorted());
        }
    }

    #[test]
    fn chains_connect_the_ends_without_fields_or_loops() {
        let graph =
            GraphBuilder::new(vocabulary::load(&DataFiles::Compiled).unwrap()).finish(Vec::new());
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
