//! Mermaid diagrams as lines of text: the edges of flow charts, the messages of sequences, and the labels of the others.

use std::collections::{HashMap, HashSet};

use crate::extract::limits;
use crate::extract::pattern::patterns;

/// The maximum number of lines that are written for a diagram.
const MOST_LINES: usize = 80;
/// The maximum length of a line; the rest of a longer line is ignored.
const LONGEST_LINE: usize = 1000;

patterns! {
    /// `A[Label]`, `B(Label)`, `C{Label}`, `|on an arrow|`, `"quoted"`.
    LABEL = r#""([^"\n]+)"|\[+[(/\\]?([^\[\]"\n]+?)[)/\\]?\]+|\(+([^()"\n]+)\)+|\{+([^{}"\n]+)\}+|\|([^|"\n]+)\|"#;
    /// `title Words`, `participant A as Words`, `section Words`, `subgraph Words`.
    SAID = r"^\s*(?:\S+\s*(?:--?>>?|--?[x)]|<<--?>>)\s*[+-]?\S+\s*:|title:?|section|subgraph|(?:participant|actor)\s+\S+\s+as|[Nn]ote\s+[^:]+:)\s+(.+)$";
    /// The first line of a diagram with edges between nodes.
    FLOW = r"^\s*(?:flowchart|graph|stateDiagram(?:-v2)?)\b";
    /// A node at the start of a text: `A`, `A["Label"]`, `A(Label):::class`.
    NODE = r#"^\s*([\p{L}\p{N}_]+(?:[.-][\p{L}\p{N}_]+)*)(?:\s*(?:[\[({>]+[/\\]?"([^"]+)"[/\\]?[\])}]+|\[+[(/\\]?([^\[\]"]+?)[)/\\]?\]+|\(+\[?([^()\[\]"]+?)\]?\)+|\{+([^{}"]+?)\}+))?(?::::\w+)?\s*"#;
    /// An arrow at the start of a text, with its label: `-- label -->`, `-->|label|`.
    ARROW = r#"^<?(?:(?:--|==|-\.)\s*"?([^-=.|>"\s][^|>"]*?)"?\s*(?:--+|==+|\.+-)[>xo]?|(?:--+|==+|-\.+-)[>xo]?\s*(?:\|\s*"?([^|"]*?)"?\s*\|)?)\s*"#;
    /// A message of a sequence: sender, receiver and text.
    MESSAGE = r"^\s*([^\s:]+?)\s*(?:--?>>?|--?[x)]|<<--?>>)\s*[+-]?([^\s:]+)\s*:\s*(.+)$";
    /// The name of a participant in a sequence.
    PARTICIPANT = r"^\s*(?:participant|actor)\s+(\S+)\s+as\s+(.+)$";
}

/// The diagram `text` as lines: `A → B: label` for each edge or message, and labels that no edge has. O(length).
pub fn lines(text: &str) -> String {
    let source = || {
        let lines = text.lines().map(|line| limits::cut(line, LONGEST_LINE));
        lines.filter(|line| !line.trim_start().starts_with("%%"))
    };
    let lines = match source().any(|line| FLOW.is_match(line)) {
        true => flow(source()),
        false => sequence(source()),
    };
    let readable = lines.iter().filter(|line| line.chars().any(char::is_alphabetic));
    let readable: Vec<String> = readable.take(MOST_LINES).map(|line| without_tags(line)).collect();
    readable.join("\n")
}

fn without_tags(line: &str) -> String {
    line.replace("<br/>", " ").replace("<br />", " ").replace("<br>", " ")
}

/// A line of a flow chart.
enum FlowLine<'a> {
    /// The edges of a line with arrows. An arrow between two groups of nodes is one edge for each pair of nodes.
    Nodes(Vec<FlowEdge<'a>>),
    /// A node alone.
    Node(&'a str),
    Other(String),
}

/// An edge between two nodes.
struct FlowEdge<'a> {
    from: &'a str,
    to: &'a str,
    label: &'a str,
}

fn flow<'a>(source: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut lines = Vec::new();
    for line in source.filter(|line| !FLOW.is_match(line)) {
        lines.push(flow_line(line, &mut names));
    }
    let edges = || {
        lines.iter().flat_map(|line| match line {
            FlowLine::Nodes(edges) => &edges[..],
            _ => &[],
        })
    };
    let connected: HashSet<&str> = edges().flat_map(|edge| [edge.from, edge.to]).collect();
    let name = |node: &'a str| names.get(node).copied().unwrap_or(node);
    let mut written = Vec::new();
    for line in &lines {
        match line {
            FlowLine::Nodes(edges) => written.extend(edges.iter().map(|edge| {
                let ends = format!("{} → {}", name(edge.from), name(edge.to));
                if edge.label.is_empty() { ends } else { format!("{ends}: {}", edge.label) }
            })),
            FlowLine::Node(node) if !connected.contains(node) && names.contains_key(node) => {
                written.push(name(node).to_owned());
            }
            FlowLine::Node(_) => {}
            FlowLine::Other(labels) => written.push(labels.clone()),
        }
        if written.len() > MOST_LINES {
            break;
        }
    }
    written
}

/// Reads `line` of a flow chart and adds the labels of its nodes to `names`.
fn flow_line<'a>(line: &'a str, names: &mut HashMap<&'a str, &'a str>) -> FlowLine<'a> {
    if line.trim_start().starts_with("subgraph ") {
        return FlowLine::Other(labels(line));
    }
    let mut rest = line;
    let mut from = nodes(&mut rest, names);
    let first = from.first().copied();
    let mut edges = Vec::new();
    while let Some(arrow) = ARROW.captures(rest) {
        let label = arrow.get(1).or(arrow.get(2)).map_or("", |label| label.as_str());
        rest = &rest[arrow[0].len()..];
        let to = nodes(&mut rest, names);
        let label = match rest.strip_prefix(':') {
            Some(said) if label.is_empty() => said,
            _ => label,
        };
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
        let pairs = pairs.take(MOST_LINES.saturating_sub(edges.len()));
        edges.extend(pairs.map(|(from, to)| FlowEdge { from, to, label: label.trim() }));
        from = to;
    }
    match first {
        Some(node) if edges.is_empty() && rest.trim_matches([' ', ';']).is_empty() => {
            FlowLine::Node(node)
        }
        _ if edges.is_empty() => FlowLine::Other(labels(line)),
        _ => FlowLine::Nodes(edges),
    }
}

/// Takes the nodes at the start of `rest`, which are separated by `&`, and adds their labels to `names`.
fn nodes<'a>(rest: &mut &'a str, names: &mut HashMap<&'a str, &'a str>) -> Vec<&'a str> {
    let mut nodes = Vec::new();
    while let Some(found) = NODE.captures(rest) {
        let id = found.get(1).map_or("", |id| id.as_str());
        if let Some(label) = found.iter().skip(2).flatten().next() {
            names.insert(id, label.as_str().trim());
        }
        nodes.push(id);
        *rest = &rest[found[0].len()..];
        match rest.strip_prefix('&') {
            Some(after) => *rest = after,
            None => break,
        }
    }
    nodes
}

/// The messages of a sequence diagram, and the labels in lines of other diagrams.
fn sequence<'a>(source: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut lines = Vec::new();
    for line in source {
        if let Some(found) = PARTICIPANT.captures(line)
            && let (Some(id), Some(name)) = (found.get(1), found.get(2))
        {
            names.insert(id.as_str(), name.as_str().trim());
        } else if let Some(found) = MESSAGE.captures(line) {
            let name = |id: usize| names.get(&found[id]).copied().unwrap_or(&found[id]).to_owned();
            lines.push(format!("{} → {}: {}", name(1), name(2), found[3].trim()));
        } else {
            lines.push(labels(line));
        }
    }
    lines
}

/// The labels in `line`.
fn labels(line: &str) -> String {
    let found: Vec<&str> = LABEL
        .captures_iter(line)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .map(|found| found.as_str().trim())
        .collect();
    match SAID.captures(line).and_then(|found| found.get(1)) {
        Some(said) if found.is_empty() => said.as_str().trim().to_owned(),
        _ => found.join(" → "),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, lines};

    #[test]
    fn edges_of_flow_charts_are_written_with_the_labels_of_their_nodes() {
        let text = "flowchart LR\n  A[User request] -->|top 500| B(Ranker)\n  %% note\n  B --> C & E -- late --> F((Bell))\n  subgraph Online path\n  D{\"Cache hit?<br/>yes\"}\n  end\n  style A fill:#fff\n  C[Cache]\n";
        assert_eq!(
            lines(text),
            "User request → Ranker: top 500\nRanker → Cache\nRanker → E\nCache → Bell: late\nE → Bell: late\nOnline path\nCache hit? yes"
        );
        let states = "stateDiagram-v2\n  [*] --> Parked\n  Parked --> Driving: key turned\n";
        assert_eq!(lines(states), "Parked → Driving: key turned");
    }

    #[test]
    fn messages_of_sequences_name_sender_and_receiver() {
        let text = "sequenceDiagram\n  participant A as App server\n  A->>B: ask for candidates\n  B-->>A: 500 of them\n  Note over A: cached\n";
        assert_eq!(
            lines(text),
            "App server → B: ask for candidates\nB → App server: 500 of them\ncached"
        );
    }

    #[test]
    fn a_diagram_with_many_edges_is_bounded() {
        for part in ["A --> B\n", "A & B & C & D --> A & B & C & D ", "A[\"", "A -- "] {
            let text = format!("graph TD\n{}", part.repeat(20_000));
            assert!(lines(&text).lines().count() <= MOST_LINES, "{part:?}");
        }
    }
}
