//! A guide to a case study as Markdown: every excerpt with its source and licence.

use super::view::{CaseView, HitView, StepView};
use crate::graph::Coverage;
use crate::printable::{strip, strip_body};

/// The guide `view` as Markdown. `home` is the base URL of this server, such as `http://127.0.0.1:7878`.
pub fn guide(view: &CaseView, home: &str) -> String {
    let mut parts = vec![format!("# {}", capitalised(&view.label)), view.definition.clone()];
    if !view.whole.is_empty() {
        let items = view.whole.iter().map(|document| {
            let title = escaped(&document.title);
            let source = escaped(&document.source);
            format!(
                "- [{title}]({}), {source}: {} of 8 steps",
                absolute(home, &document.url),
                document.steps
            )
        });
        let list: Vec<String> = items.collect();
        parts.push(format!("Whole answers:\n\n{}", list.join("\n")));
    }
    for (at, step) in view.steps.iter().enumerate() {
        parts.push(heading(at, step));
        parts.extend(step.passages.iter().map(|hit| quote(hit, home)));
    }
    parts.join("\n\n")
}

fn heading(at: usize, step: &StepView) -> String {
    let said = match step.cell.coverage {
        Coverage::Strong => format!("Well covered, by {}.", authors(step)),
        Coverage::Thin => format!("Thinly covered, by {}.", authors(step)),
        Coverage::Empty if step.passages.is_empty() => "No source covers this step.".to_owned(),
        Coverage::Empty => "Only Cairn's own note covers this step.".to_owned(),
    };
    format!("## {}. {}\n\n{said}", at + 1, step.label)
}

fn authors(step: &StepView) -> String {
    match step.cell.said_by {
        1 => "1 author".to_owned(),
        many => format!("{many} authors"),
    }
}

/// The excerpt as a block quote, with its source, headings and licence.
fn quote(hit: &HitView, home: &str) -> String {
    let passage = &hit.passage;
    let lines = strip_body(&hit.snippet.text);
    let lines: Vec<String> = lines.lines().map(|line| format!("> {line}")).collect();
    let licence = passage.licence.as_deref().unwrap_or("no licence known");
    let trail = escaped(&passage.trail());
    let posted = passage.posted.as_ref().map(|posted| format!("{posted}, ")).unwrap_or_default();
    let quoted = lines.join("\n");
    format!(
        "{quoted}\n>\n> [{}: {trail}]({}) ({posted}{licence})",
        escaped(&passage.source),
        absolute(home, &passage.url)
    )
}

fn absolute(home: &str, url: &str) -> String {
    if url.starts_with('/') { format!("{home}{url}") } else { url.to_owned() }
}

/// `text` as a link text: on one line, with brackets escaped.
fn escaped(text: &str) -> String {
    strip(text).replace('[', "\\[").replace(']', "\\]")
}

/// `text` with a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_titles() {
        assert_eq!(capitalised("video recommendation"), "Video recommendation");
        assert_eq!(capitalised(""), "");
        assert_eq!(escaped("a [b]"), "a \\[b\\]");
    }
}
