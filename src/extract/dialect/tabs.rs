//! Tabs of MDX, Docusaurus and GitBook (`<Tabs>`, `{% tabs %}`). The label of a tab becomes a line before its content.
//! If a tab other than the first of its group contains only code, it is left out: it shows the same in another language
//! or for another tool.

use super::fence::fence;
use super::titles;
use crate::extract::pattern::patterns;

patterns! {
    GROUP = r"^\s*(?:<Tabs\b|\{%-?\s*tabs\b)";
    TAB = r"^\s*(?:<(?:TabItem|Tab)(?:\s[^<>]*)?>|\{%-?\s*tab\b[^%]*%\})\s*$";
    END = r"</(?:TabItem|Tab)>|\{%-?\s*endtab\s*-?%\}";
    LABEL = r#"\b(?:label|title|name)=\{?["']([^"'<>]*)["']"#;
    /// The labels of all tabs of a group, in the tag that starts the group.
    LABELS = r"items=\{\[(.*?)\]\}";
    QUOTED = r#"'([^']*)'|"([^"]*)""#;
}

/// Whether `text` may contain tabs of one of these formats.
pub(super) fn has_tabs(text: &str) -> bool {
    ["<Tab", "{% tab", "{%- tab", "{%tab"].iter().any(|mark| text.contains(mark))
}

/// `text` with labelled tabs. The label of a tab follows the tag if the tag is a component, and replaces the tag if it
/// is a GitBook tag. Tabs that are left out become blank lines. The number of lines doesn't change. O(length).
pub(super) fn labelled(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut plain: Vec<String> = Vec::with_capacity(lines.len());
    let mut labels: Vec<String> = Vec::new();
    let mut seen = 0;
    let mut code: Option<&str> = None;
    let mut ends = EndFinder { lines: &lines, found: 0 };
    while let Some(line) = lines.get(plain.len()) {
        let at = plain.len();
        let trimmed = line.trim();
        match (code, fence(trimmed)) {
            (Some(open), _) if trimmed.starts_with(open) => code = None,
            (None, Some(mark)) => code = Some(mark),
            _ => {}
        }
        if code.is_none() && GROUP.is_match(line) {
            labels = labels_of(line);
            seen = 0;
        }
        if code.is_some() || !TAB.is_match(line) {
            plain.push((*line).to_owned());
            continue;
        }
        let end = ends.after(at);
        if seen > 0 && end.is_some_and(|end| is_code_only(&lines[at + 1..end])) {
            plain.resize(end.map_or(at, |end| end + 1), String::new());
        } else {
            let own = LABEL.captures(line).map(|found| found[1].to_owned());
            let label = titles::lead(&own.or(labels.get(seen).cloned()).unwrap_or_default());
            // The tag of a component stays: the reader of MDX counts open components.
            let tag = if trimmed.starts_with('<') { trimmed } else { "" };
            plain.push(format!("{tag}{label}"));
        }
        seen += 1;
    }
    plain.join("\n")
}

/// Finds the ends of tabs; each line is read once.
struct EndFinder<'a> {
    lines: &'a [&'a str],
    /// The index of the end of a tab that was found last; the number of lines if the search reached the end of the
    /// text.
    found: usize,
}

impl EndFinder<'_> {
    /// The index of the first line after line `at` that ends a tab.
    fn after(&mut self, at: usize) -> Option<usize> {
        if self.found <= at {
            let end = self.lines[at + 1..].iter().position(|line| END.is_match(line));
            self.found = end.map_or(self.lines.len(), |end| at + 1 + end);
        }
        (self.found < self.lines.len()).then_some(self.found)
    }
}

/// The labels in `line`, the tag that starts a group; empty if it has none.
fn labels_of(line: &str) -> Vec<String> {
    let Some(labels) = LABELS.captures(line) else { return Vec::new() };
    let label = |found: regex::Captures| {
        let label = found.get(1).or(found.get(2));
        label.map(|label| label.as_str().to_owned())
    };
    QUOTED.captures_iter(&labels[1]).filter_map(label).collect()
}

/// Whether `lines`, the content of a tab, contain fenced code, and otherwise only blank lines.
pub(super) fn is_code_only(lines: &[&str]) -> bool {
    let mut code: Option<&str> = None;
    let mut has_code = false;
    for trimmed in lines.iter().map(|line| line.trim()) {
        match (code, fence(trimmed)) {
            (Some(open), _) if trimmed.starts_with(open) => code = None,
            (None, Some(mark)) => code = Some(mark),
            (None, None) if !trimmed.is_empty() => return false,
            _ => {}
        }
        has_code |= code.is_some();
    }
    has_code
}

#[cfg(test)]
mod tests {
    use super::labelled;

    #[test]
    fn tabs_of_components_have_labels_and_one_variant_of_code() {
        let text = "<Tabs>\n<TabItem label=\"Go\" value=\"go\">\n\n```go\nx := 1\n```\n\n</TabItem>\n<TabItem label=\"C\">\n\n```c\nint x;\n```\n\n</TabItem>\n</Tabs>\nOn.";
        let plain = labelled(text);
        assert!(plain.contains("value=\"go\">Go:\n\n```go"), "{plain}");
        assert!(!plain.contains("int x") && plain.ends_with("</Tabs>\nOn."), "{plain}");
        assert_eq!(plain.lines().count(), text.lines().count());
        let text = "<Tabs items={['One', \"Two\"]}>\n<Tab>\n\nWords.\n</Tab>\n<Tab>\nMore words.\n</Tab>\n</Tabs>";
        assert_eq!(
            labelled(text),
            "<Tabs items={['One', \"Two\"]}>\n<Tab>One:\n\nWords.\n</Tab>\n<Tab>Two:\nMore words.\n</Tab>\n</Tabs>"
        );
    }

    #[test]
    fn tabs_of_gitbook_have_labels_and_tabs_in_code_are_kept() {
        let text = "{% tabs %}\n{% tab title=\"AWS\" %}\nUse S3.\n{% endtab %}\n{% tab title=\"GCP\" %}\n```\ngs\n```\n{% endtab %}\n{% endtabs %}";
        assert_eq!(
            labelled(text),
            "{% tabs %}\nAWS:\nUse S3.\n{% endtab %}\n\n\n\n\n\n{% endtabs %}"
        );
        let text = "```\n<Tab>\n<Tab>\n```\nx";
        assert_eq!(labelled(text), text);
    }
}
