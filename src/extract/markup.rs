//! The Markdown of a section as its author wrote it, for showing it whole.

use std::collections::HashMap;

use super::html::fragment;
use super::{Address, decode, dialect};

/// The text of a piece of HTML, tags left out. O(length).
pub fn text_of(html: &str) -> String {
    fragment::read(html).text
}

/// A file's lines as plain Markdown, and what they define for links anywhere in it.
pub struct Markup {
    lines: Vec<String>,
    /// Lines such as `[1]: https://…`, by what stands in the brackets, in lower case.
    definitions: HashMap<String, String>,
}

impl Markup {
    /// The Markdown of the file `bytes` of `format`, a lower-case extension; `None` for formats that are none,
    /// and for reStructuredText, whose sections are read from another form. O(length).
    pub fn read(format: &str, bytes: &[u8]) -> Option<Markup> {
        if !matches!(format, "md" | "markdown" | "mdx" | "qmd" | "rmd") {
            return None;
        }
        let text = decode::decode(bytes, &mut Vec::new());
        let plain = dialect::plain(&text, format);
        let lines: Vec<String> = plain.lines().map(str::to_owned).collect();
        let definitions = lines.iter().filter_map(|line| {
            let (label, _) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
            Some((label.to_lowercase(), line.clone()))
        });
        Some(Markup { definitions: definitions.collect(), lines })
    }

    /// The lines at `address`, and behind them the definitions of labels that they use and that stand elsewhere in
    /// the file; empty for an address that is none of lines.
    pub fn at(&self, address: Address) -> String {
        let Address::Lines(first, last) = address else { return String::new() };
        let (from, to) = (first.max(1) as usize - 1, last as usize);
        let lines = self.lines.get(from..to.min(self.lines.len())).unwrap_or_default();
        let mut text = lines.join("\n");
        let mut used: Vec<&String> = text
            .split('[')
            .skip(1)
            .filter_map(|rest| self.definitions.get(&rest.split_once(']')?.0.to_lowercase()))
            .filter(|definition| !lines.contains(definition))
            .collect();
        used.sort_unstable();
        used.dedup();
        if !used.is_empty() {
            let used: Vec<&str> = used.into_iter().map(String::as_str).collect();
            text = format!("{text}\n\n{}", used.join("\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_its_own_lines_and_the_definitions_that_they_use() {
        let text = "# A\n\nSee [the paper][1] and [Two].\n\n# B\n\nOther.\n\n[1]: https://a.org\n[two]: https://b.org\n[3]: https://c.org\n";
        let markup = Markup::read("md", text.as_bytes()).unwrap();
        let first =
            "# A\n\nSee [the paper][1] and [Two].\n\n[1]: https://a.org\n[two]: https://b.org";
        assert_eq!(markup.at(Address::Lines(1, 3)), first);
        assert_eq!(markup.at(Address::Lines(5, 7)), "# B\n\nOther.");
        assert_eq!(markup.at(Address::Lines(40, 90)), "");
        assert_eq!(markup.at(Address::Cell(1)), "");
        assert!(Markup::read("ipynb", b"{}").is_none());
    }
}
