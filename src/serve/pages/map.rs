//! The map of a topic: a picture (SVG) of its neighbours.
//!
//! A topic's position depends on its relation to the topic in the middle, so the same topic always has the same map.
//! Broader topics are above the middle topic, narrower ones below it. Its prerequisites are on the left. Topics that
//! build on it, and related topics, are on the right. Each topic is a link that the keyboard can reach, and the page's
//! lists have the same content. If a group has more topics than fit, the map shows how many are missing.

use std::collections::HashSet;

use maud::{Markup, html};

use crate::library::view::{RelatedTopic, TopicDetail, TopicLink};

/// The maximum number of broader topics. Together with the other groups and the topic itself, the map has at most 36
/// topics.
const PARTS: usize = 3;
/// The maximum number of prerequisites.
const FIRST: usize = 8;
/// The maximum number of topics that build on the topic.
const NEXT: usize = 7;
/// The maximum number of narrower topics.
const KINDS: usize = 8;
/// The maximum number of related topics.
const NEAR: usize = 9;

/// The width of the picture. All sizes are in the picture's units, which are pixels if the picture is not scaled.
const WIDTH: i32 = 960;
/// The width of a topic's box.
const BOX: i32 = 236;
/// The height of a topic's box.
const TALL: i32 = 30;
/// The vertical distance from one row to the next.
const ROW: i32 = 38;
/// The x coordinate of the left edge of the left column.
const LEFT: i32 = 4;
/// The x coordinate of the left edge of the middle column.
const MIDDLE: i32 = (WIDTH - BOX) / 2;
/// The x coordinate of the left edge of the right column.
const RIGHT: i32 = WIDTH - BOX - 4;
/// The number of characters that fit into a box; a longer label is truncated.
const LETTERS: usize = 30;

/// A neighbour of the topic, which the map shows as a box in a column.
struct MapNode {
    id: String,
    label: String,
    /// Its relation to the topic. This is also the CSS class that colours its line.
    what: &'static str,
}

/// The neighbours that have the same relation to the topic: the first few, and the number of the others.
struct NeighbourGroup {
    title: &'static str,
    nodes: Vec<MapNode>,
    left_out: usize,
}

impl NeighbourGroup {
    fn new(
        title: &'static str,
        what: &'static str,
        all: impl Iterator<Item = (String, String)>,
        most: usize,
    ) -> NeighbourGroup {
        let mut nodes: Vec<MapNode> = all.map(|(id, label)| MapNode { id, label, what }).collect();
        let left_out = nodes.len().saturating_sub(most);
        nodes.truncate(most);
        NeighbourGroup { title, nodes, left_out }
    }

    /// The number of rows that the group occupies: one for its title and one for each node; 0 if it has no nodes.
    fn rows(&self) -> i32 {
        let nodes = i32::try_from(self.nodes.len()).unwrap_or(0);
        if nodes == 0 { 0 } else { nodes + 1 }
    }
}

/// The neighbours of a topic, grouped by relation.
struct Neighbours {
    above: NeighbourGroup,
    below: NeighbourGroup,
    left: NeighbourGroup,
    next: NeighbourGroup,
    near: NeighbourGroup,
}

impl Neighbours {
    /// Groups the neighbours. A topic with several relations is placed only in the first of its groups.
    fn of(detail: &TopicDetail, related: &[RelatedTopic]) -> Neighbours {
        let mut placed = HashSet::new();
        let mut group = |title, what, links: Vec<(String, String)>, most| {
            let fresh = links.into_iter().filter(|(id, _)| placed.insert(id.clone()));
            NeighbourGroup::new(title, what, fresh, most)
        };
        let links = |all: &[TopicLink]| -> Vec<(String, String)> {
            all.iter().map(|link| (link.id.clone(), link.label.clone())).collect()
        };
        let near = related.iter().map(|near| (near.id.clone(), near.label.clone())).collect();
        Neighbours {
            above: group("part of", "broader", links(&detail.broader), PARTS),
            below: group("kinds and parts", "narrower", links(&detail.narrower), KINDS),
            left: group("know first", "requires", links(&detail.requires), FIRST),
            next: group("builds on it", "required", links(&detail.required_by), NEXT),
            near: group("near", "near", near, NEAR),
        }
    }

    fn is_empty(&self) -> bool {
        let all = [&self.above, &self.below, &self.left, &self.next, &self.near];
        all.iter().all(|group| group.nodes.is_empty())
    }
}

/// The map of `detail`'s topic; empty if the topic has no neighbours.
pub(super) fn map(detail: &TopicDetail, related: &[RelatedTopic]) -> Markup {
    let all = Neighbours::of(detail, related);
    if all.is_empty() {
        return html! {};
    }
    let Neighbours { above, below, left, next, near } = &all;
    let (middle, right) = (above.rows() + 1 + below.rows(), next.rows() + near.rows());
    let height = middle.max(left.rows()).max(right) * ROW + 12;
    let start = |taken: i32| (height - taken * ROW) / 2;
    // The topic itself is in the middle column, below the broader topics.
    let own = start(middle) + above.rows() * ROW;
    let places = [
        (above, MIDDLE, start(middle)),
        (below, MIDDLE, own + ROW),
        (left, LEFT, start(left.rows())),
        (next, RIGHT, start(right)),
        (near, RIGHT, start(right) + next.rows() * ROW),
    ];
    let shown = places.into_iter().filter(|(group, _, _)| !group.nodes.is_empty());
    let drawn: Vec<_> = shown.map(|(group, x, y)| draw(group, x, y, own)).collect();
    let label = &detail.topic.label;
    html! {
        div.wide.map tabindex="0" role="region" aria-label="Map of the topic" {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } width=(WIDTH) height=(height) role="group"
                aria-label={ "Map of the topics around " (label) "; the lists below have the same content" } {
                @for (ties, _) in &drawn { (ties) }
                rect.own x=(MIDDLE) y=(own) width=(BOX) height=(TALL) rx="8" {}
                text.own x=(MIDDLE + BOX / 2) y=(own + 20) text-anchor="middle" { (short(label)) }
                @for (_, boxes) in &drawn { (boxes) }
            }
        }
    }
}

/// Returns two pieces of SVG: the lines of a group, and its title and boxes. The lines of all groups are drawn first.
fn draw(group: &NeighbourGroup, x: i32, y: i32, own: i32) -> (Markup, Markup) {
    let places = group.nodes.iter().zip(1..).map(|(node, row)| (node, y + row * ROW));
    let places: Vec<(&MapNode, i32)> = places.collect();
    let ties = html! {
        @for (node, top) in &places { path class={ "tie " (node.what) } d=(tie(x, *top, own)) {} }
    };
    let boxes = html! {
        text.title x=(x + 2) y=(y + ROW - 8) {
            (group.title) @if group.left_out > 0 { ", and " (group.left_out) " more" }
        }
        @for (node, top) in &places {
            a href={ "/topics/" (node.id) } {
                title { (node.label) }
                rect class=(node.what) x=(x) y=(top) width=(BOX) height=(TALL) rx="8" {}
                text x=(x + 12) y=(top + 20) { (short(&node.label)) }
            }
        }
    };
    (ties, boxes)
}

/// The SVG path of the line from the box at `x`, `top` to the box of the topic itself. `own` is the top of that box.
fn tie(x: i32, top: i32, own: i32) -> String {
    let (from, to) = (top + TALL / 2, own + TALL / 2);
    if x == MIDDLE {
        // Both boxes are in the middle column: the line passes the boxes between them on the left.
        let trunk = MIDDLE - 14;
        return format!("M{x} {from}H{trunk}V{to}H{x}");
    }
    let (begin, end) = if x < MIDDLE { (x + BOX, MIDDLE) } else { (x, MIDDLE + BOX) };
    let half = (begin + end) / 2;
    format!("M{begin} {from}C{half} {from} {half} {to} {end} {to}")
}

/// `label`, truncated if it does not fit.
fn short(label: &str) -> String {
    if label.chars().count() <= LETTERS {
        return label.to_owned();
    }
    label.chars().take(LETTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::view::TopicView;

    fn detail(narrower: usize) -> TopicDetail {
        let link = |n: usize| TopicLink {
            id: format!("t{n}"),
            label: format!("Topic {n} <b>"),
            why: None,
        };
        let topic = TopicView {
            id: "own".into(),
            label: "A label that is far too long for its box".into(),
            also: Vec::new(),
            steps: Vec::new(),
            definition: String::new(),
            mentions: 0,
        };
        TopicDetail {
            case: None,
            topic,
            broader: Vec::new(),
            narrower: (0..narrower).map(link).collect(),
            requires: Vec::new(),
            required_by: Vec::new(),
            passages: Vec::new(),
            resources: Vec::new(),
        }
    }

    #[test]
    fn the_map_of_a_hub_is_limited_and_says_so_and_labels_are_escaped() {
        let drawn = map(&detail(30), &[]).into_string();
        assert_eq!(drawn.matches("<a href=\"/topics/t").count(), KINDS);
        assert!(drawn.contains("and 22 more") && drawn.contains("Topic 3 &lt;b&gt;"), "{drawn}");
        assert_eq!(drawn, map(&detail(30), &[]).into_string(), "the same each time");
    }

    #[test]
    fn a_topic_without_neighbours_has_no_map() {
        assert_eq!(map(&detail(0), &[]).into_string(), "");
    }

    #[test]
    fn long_labels_are_truncated() {
        assert_eq!(short(&"x".repeat(60)).chars().count(), LETTERS);
        assert_eq!(short("short"), "short");
    }
}
