//! Pictures as Markdown.

/// The picture at `path` with the text `alt`, as Markdown.
pub(super) fn picture(path: &str, alt: &str) -> String {
    let path: String = path.chars().filter(|c| !matches!(c, '<' | '>' | '\\')).collect();
    let alt: String = alt.chars().filter(|c| !matches!(c, '[' | ']' | '\\' | '`' | '<')).collect();
    format!("![{alt}](<{path}>)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_path_or_text_ends_the_picture() {
        assert_eq!(picture("a b.png", "A plot"), "![A plot](<a b.png>)");
        assert_eq!(picture("a>(b).png", "a](x) <b>"), "![a(x) b>](<a(b).png>)");
    }
}
