//! Writes Graphviz's format DOT: topics and their edges. Lines are thicker for heavier edges. They are dashed for edges
//! that were found in texts and are not stated in the vocabulary.

use std::io::{self, Write};

use super::part::{ExportEdge, ExportPart, reasons};
use crate::graph::Why;
use crate::printable::strip;

pub(super) fn write(part: &ExportPart, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "graph cairn {{")?;
    writeln!(out, "  graph [overlap=false, splines=true];")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];")?;
    for topic in part.topics {
        let label = &part.graph.vocabulary.topics[*topic].pref_label;
        writeln!(out, "  {} [label={}];", quoted(part.slug(*topic)), quoted(label))?;
    }
    for ExportEdge { ends: [a, b], edge } in part.edges() {
        let style = if edge.why == [Why::CoMention] { "dashed" } else { "solid" };
        writeln!(
            out,
            "  {} -- {} [style={style}, penwidth={:.2}, tooltip={}];",
            quoted(part.slug(a)),
            quoted(part.slug(b)),
            0.5 + 2.0 * edge.weight,
            quoted(&reasons(edge)),
        )?;
    }
    writeln!(out, "}}")
}

/// `text` as a quoted string of DOT, in which only quotes and backslashes need an escape.
fn quoted(text: &str) -> String {
    format!("\"{}\"", strip(text).replace('\\', "\\\\").replace('"', "\\\""))
}
