//! The labels of Mermaid diagrams: the text that is visible in the picture.

use crate::extract::pattern::patterns;

patterns! {
    /// `A[Label]`, `B(Label)`, `C{Label}`, `|on an arrow|`, `"quoted"`.
    LABEL = r#""([^"\n]+)"|\[+[(/\\]?([^\[\]"\n]+?)[)/\\]?\]+|\(+([^()"\n]+)\)+|\{+([^{}"\n]+)\}+|\|([^|"\n]+)\|"#;
    /// `A->>B: says`, `title Words`, `participant A as Words`, `section Words`, `subgraph Words`.
    SAID = r"^\s*(?:\S+\s*(?:--?>>?|--?[x)]|<<--?>>)\s*[+-]?\S+\s*:|title:?|section|subgraph|(?:participant|actor)\s+\S+\s+as|[Nn]ote\s+[^:]+:)\s+(.+)$";
}

/// The labels of the diagram `text`: one line for each of its lines that has labels. O(length).
pub(in crate::extract) fn labels(text: &str) -> String {
    let mut labels = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("%%")) {
        let found: Vec<&str> = LABEL
            .captures_iter(line)
            .filter_map(|found| found.iter().skip(1).flatten().next())
            .map(|found| found.as_str().trim())
            .collect();
        let line = match SAID.captures(line).and_then(|found| found.get(1)) {
            Some(said) if found.is_empty() => said.as_str().trim().to_owned(),
            _ => found.join(" → "),
        };
        if line.chars().any(char::is_alphabetic) {
            if !labels.is_empty() {
                labels.push('\n');
            }
            labels.push_str(&line.replace("<br/>", " ").replace("<br>", " "));
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_are_read_and_arrows_are_not() {
        let text = "flowchart LR\n  A[User request] -->|top 500| B(Ranker)\n  %% note\n  B --> C\n  subgraph Online path\n  D{\"Cache hit?<br/>yes\"}\n";
        assert_eq!(
            super::labels(text),
            "User request → top 500 → Ranker\nOnline path\nCache hit? yes"
        );
        let text = "sequenceDiagram\n  participant A as App server\n  A->>B: ask for candidates\n  Note over A: cached\n";
        assert_eq!(super::labels(text), "App server\nask for candidates\ncached");
    }
}
