//! The Markdown of a section, for the API.

use std::collections::{HashMap, HashSet};

use super::Address;
use super::html::fragment;

/// The text of the HTML fragment `html`, without tags. O(length).
pub fn text_of(html: &str) -> String {
    fragment::read(html).text
}

/// The maximum bytes of one section's Markdown. A longer section is shown as plain text.
const MOST_BYTES: usize = 100_000;
/// The maximum bytes of the definitions that are appended to one section's Markdown. Further definitions are left out.
const MOST_DEFINED: usize = 8_000;
/// The maximum number of definitions collected from one file.
const MOST_DEFINITIONS: usize = 10_000;

/// The Markdown of the section at `address` in a document with the text `markdown` ([`super::reading`]). Empty if the
/// address has no lines, and if they have more than `MOST_BYTES`.
///
/// The lines are followed by the link definitions (`[1]: https://…`) that they use and that are elsewhere in the
/// document. O(length of the document).
pub fn of_section(markdown: &str, address: Address) -> String {
    match address {
        Address::Lines(first, last) => {
            let lines = lines_of(markdown, first, last);
            if lines.len() > MOST_BYTES {
                return String::new();
            }
            match LinkDefinitions::of(markdown).used(lines) {
                Some(used) => format!("{lines}\n\n{used}"),
                None => lines.to_owned(),
            }
        }
        _ => String::new(),
    }
}

/// The definitions of links and footnotes in a document.
pub struct LinkDefinitions<'a> {
    /// Lines such as `[1]: https://…`, by their lower-cased label.
    lines: HashMap<String, &'a str>,
}

impl<'a> LinkDefinitions<'a> {
    /// The definitions in `markdown`, at most `MOST_DEFINITIONS`. O(length).
    pub fn of(markdown: &'a str) -> LinkDefinitions<'a> {
        let mut lines = HashMap::new();
        for line in markdown.split_inclusive('\n') {
            let defined =
                line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]:"));
            let is_usual = line.len() <= MOST_DEFINED && lines.len() < MOST_DEFINITIONS;
            if let Some((label, _)) = defined.filter(|_| is_usual) {
                lines.insert(label.to_lowercase(), line.trim_end_matches(['\r', '\n']));
            }
        }
        LinkDefinitions { lines }
    }

    /// The definitions that `part` uses and does not contain, each in a block of its own, with at most `MOST_DEFINED` bytes. `None` if
    /// it uses none. O(length of `part`).
    pub fn used(&self, part: &str) -> Option<String> {
        let mut used: Vec<&str> = part
            .split('[')
            .skip(1)
            .filter_map(|rest| self.lines.get(&rest.split_once(']')?.0.to_lowercase()))
            .copied()
            .collect();
        used.sort_unstable();
        used.dedup();
        // A set, because searching the part for each definition would take quadratic time in a part that consists of
        // definitions.
        let own: HashSet<&str> = part.lines().collect();
        let mut room = MOST_DEFINED;
        used.retain(|definition| {
            let is_kept = !own.contains(definition) && definition.len() + 1 < room;
            room -= if is_kept { definition.len() + 2 } else { 0 };
            is_kept
        });
        (!used.is_empty()).then(|| used.join("\n\n"))
    }
}

/// The lines of `markdown` from `first` to `last`, 1-based and inclusive, without the last line break.
fn lines_of(markdown: &str, first: u32, last: u32) -> &str {
    let count = (last.saturating_sub(first) as usize).saturating_add(1);
    let mut begins = markdown.split_inclusive('\n').scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    });
    let begin = match first {
        0 | 1 => 0,
        _ => begins.nth(first as usize - 2).unwrap_or(markdown.len()),
    };
    let end = begins.nth(count - 1).unwrap_or(markdown.len());
    markdown[begin..end].trim_end_matches(['\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_its_own_lines_and_the_definitions_that_they_use() {
        let text = "# A\n\nSee [the paper][1] and [Two].\n\n# B\n\nOther.\n\n[1]: https://a.org\n[two]: https://b.org\n[3]: https://c.org\n";
        let at = |first, last| of_section(text, Address::Lines(first, last));
        let first =
            "# A\n\nSee [the paper][1] and [Two].\n\n[1]: https://a.org\n\n[two]: https://b.org";
        assert_eq!(at(1, 3), first);
        assert_eq!(at(5, 7), "# B\n\nOther.");
        assert_eq!(at(40, 90), "");
        assert_eq!(of_section("a", Address::Cell(1)), "");
    }

    #[test]
    fn a_section_with_too_much_text_or_too_many_definitions_is_bounded() {
        let definitions: String =
            (0..5_000).map(|at| format!("[{at}]: https://a.org/{at}\n")).collect();
        let used: String = (0..5_000).map(|at| format!("[{at}] ")).collect();
        let text = format!("{used}\n\n{definitions}");
        let markup = of_section(&text, Address::Lines(1, 1));
        assert!(markup.len() < used.len() + MOST_DEFINED + 10, "{}", markup.len());
        let long = "word ".repeat(MOST_BYTES);
        assert_eq!(of_section(&long, Address::Lines(1, 1)), "");
    }
}
