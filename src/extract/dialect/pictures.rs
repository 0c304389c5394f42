//! Pictures, and links to other files, as Markdown.

/// The picture at `path` with the text `alt`, as Markdown.
pub(super) fn picture(path: &str, alt: &str) -> String {
    let path: String = path.chars().filter(|c| !matches!(c, '<' | '>' | '\\')).collect();
    let alt: String = alt.chars().filter(|c| !matches!(c, '[' | ']' | '\\' | '`' | '<')).collect();
    format!("![{alt}](<{path}>)")
}

/// A link to the file at `path` with its name as text, as Markdown; `None` if `path` is empty.
pub(super) fn link_to_file(path: &str) -> Option<String> {
    let kept = |c: &char| !matches!(c, '<' | '>' | '[' | ']' | '\\' | '`');
    let path: String = path.chars().filter(kept).collect();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
    Some(format!("[`{name}`](<{path}>)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_path_or_text_ends_the_picture() {
        assert_eq!(link_to_file("../code/a.py").unwrap(), "[`a.py`](<../code/a.py>)");
        assert_eq!(link_to_file("code/"), None);
        assert_eq!(picture("a b.png", "A plot"), "![A plot](<a b.png>)");
        assert_eq!(picture("a>(b).png", "a](x) <b>"), "![a(x) b>](<a(b).png>)");
    }
}
