//! Excalidraw drawings that Obsidian keeps in Markdown files: only the text of their labels is for readers.

/// A key in the front matter of files that contain a drawing.
const KEY: &str = "excalidraw-plugin:";
/// The number of bytes at the start of a file in which [`KEY`] is searched for.
const HEAD: usize = 4096;

/// Whether `text` is such a drawing.
pub(super) fn is_drawing(text: &str) -> bool {
    text.starts_with("---") && text[..text.floor_char_boundary(HEAD)].contains(KEY)
}

/// `text` with nothing but its front matter and its labels; other lines are blank. O(length).
pub(super) fn labels(text: &str) -> String {
    let mut marks = 0;
    let mut in_labels = false;
    let mut kept = Vec::new();
    for line in text.split('\n') {
        let is_mark = line.trim_end() == "---";
        marks += usize::from(is_mark);
        let is_heading = line.starts_with('#');
        if is_heading || line.starts_with("%%") {
            in_labels = line.trim_start_matches('#').trim() == "Text Elements";
        }
        let is_matter = marks < 2 || marks == 2 && is_mark;
        kept.push(if is_matter || in_labels && !is_heading { line } else { "" });
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_drawing_in_markdown_the_labels_are_kept() {
        let text = "---\nexcalidraw-plugin: parsed\ntags: [x]\n---\n==Switch to the drawing view==\n\n# Excalidraw Data\n## Text Elements\nUser request ^a1\n\nRanker ^b2\n\n%%\n## Drawing\n```json\n{}\n```\n%%";
        assert!(is_drawing(text));
        let plain = labels(text);
        assert_eq!(
            plain.trim_end(),
            "---\nexcalidraw-plugin: parsed\ntags: [x]\n---\n\n\n\n\nUser request ^a1\n\nRanker ^b2"
        );
        assert_eq!(plain.lines().count(), text.lines().count() - 1);
    }
}
