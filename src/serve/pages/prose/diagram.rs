//! Diagrams in Mermaid's language: what they say as a list, and their source.

use maud::{Markup, html};

use crate::extract::diagram_lines;

/// The diagram with the source `code`.
pub(super) fn diagram(code: &str) -> Markup {
    let lines = diagram_lines(code);
    html! {
        figure.diagram {
            figcaption { "Diagram" }
            @if !lines.is_empty() {
                ul { @for line in lines.lines() { li { (line) } } }
            }
            details {
                summary { "Its source" }
                pre tabindex="0" { code { (code) } }
            }
        }
    }
}
