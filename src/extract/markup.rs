//! The original Markdown of sections. Pages use it to show a section in full.

use std::collections::{HashMap, HashSet};

use super::html::fragment;
use super::{Address, decode, dialect};

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

/// The Markdown of each section at `addresses` in the file `bytes`; `format` is a lower-case extension. `None` for
/// formats other than Markdown. reStructuredText also gives `None`, because its sections come from a conversion.
///
/// A section gets the lines of its address that no earlier section has. They are followed by the link definitions
/// (`[1]: https://…`) that these lines use and that are elsewhere in the file. The Markdown is empty if all of the
/// section's lines are in the section before it, or if the section after it has the same lines: then both are parts of
/// one block. So the total is at most the length of the file plus [`MOST_DEFINED`] per section. O(length).
pub fn of_sections(format: &str, bytes: &[u8], addresses: &[Address]) -> Option<Vec<String>> {
    if !matches!(format, "md" | "markdown" | "mdx" | "qmd" | "rmd") {
        return None;
    }
    let text = decode::decode(bytes, &mut Vec::new());
    let plain = dialect::plain(&text, format);
    let file = MarkdownFile::of(&plain);
    let places: Vec<Option<(u32, u32)>> = addresses.iter().map(|address| lines(*address)).collect();
    let mut taken = 0;
    let mut markup = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let Some((first, last)) = *place else {
            markup.push(String::new());
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| places[before]);
        let is_inside = before.is_some_and(|before| before.0 <= first && last <= before.1);
        if is_inside || places.get(at + 1) == Some(place) {
            markup.push(String::new());
            continue;
        }
        markup.push(file.at(first.max(taken + 1), last));
        taken = taken.max(last);
    }
    Some(markup)
}

fn lines(address: Address) -> Option<(u32, u32)> {
    match address {
        Address::Lines(first, last) => Some((first.max(1), last)),
        _ => None,
    }
}

/// A file as plain Markdown, with its link definitions.
struct MarkdownFile<'a> {
    text: &'a str,
    /// The byte offset of the start of each line.
    begins: Vec<u32>,
    /// Lines such as `[1]: https://…`, by their lower-cased label.
    definitions: HashMap<String, &'a str>,
}

impl<'a> MarkdownFile<'a> {
    fn of(text: &'a str) -> MarkdownFile<'a> {
        let mut file = MarkdownFile { text, begins: Vec::new(), definitions: HashMap::new() };
        let mut from = 0;
        for line in text.split_inclusive('\n') {
            file.begins.push(u32::try_from(from).unwrap_or(u32::MAX));
            from += line.len();
            let defined =
                line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]:"));
            let is_usual = line.len() <= MOST_DEFINED && file.definitions.len() < MOST_DEFINITIONS;
            if let Some((label, _)) = defined.filter(|_| is_usual) {
                file.definitions.insert(label.to_lowercase(), line.trim_end_matches(['\r', '\n']));
            }
        }
        file
    }

    /// The lines from `first` to `last`, 1-based and inclusive, followed by the definitions that they use.
    /// Empty if the lines have more than `MOST_BYTES`.
    fn at(&self, first: u32, last: u32) -> String {
        let begin = |line: u32| self.begins.get(line as usize).map(|at| *at as usize);
        let end = begin(last).unwrap_or(self.text.len());
        let lines = begin(first - 1).and_then(|begin| self.text.get(begin..end.max(begin)));
        let lines = lines.unwrap_or_default();
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        let lines = lines.strip_suffix('\r').unwrap_or(lines);
        if lines.len() > MOST_BYTES {
            return String::new();
        }
        let mut used: Vec<&str> = lines
            .split('[')
            .skip(1)
            .filter_map(|rest| self.definitions.get(&rest.split_once(']')?.0.to_lowercase()))
            .copied()
            .collect();
        used.sort_unstable();
        used.dedup();
        // A set, because searching the section for each definition would take quadratic time in a section
        // that consists of definitions.
        let own: HashSet<&str> = lines.lines().collect();
        let mut room = MOST_DEFINED;
        used.retain(|definition| {
            let is_kept = !own.contains(definition) && definition.len() < room;
            room -= if is_kept { definition.len() + 1 } else { 0 };
            is_kept
        });
        let mut text = lines.replace("\r\n", "\n");
        if !used.is_empty() {
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
        let at = |lines: &[(u32, u32)]| {
            let addresses: Vec<Address> =
                lines.iter().map(|(first, last)| Address::Lines(*first, *last)).collect();
            of_sections("md", text.as_bytes(), &addresses).unwrap()
        };
        let first =
            "# A\n\nSee [the paper][1] and [Two].\n\n[1]: https://a.org\n[two]: https://b.org";
        assert_eq!(at(&[(1, 3), (5, 7)]), [first, "# B\n\nOther."]);
        assert_eq!(at(&[(40, 90)]), [""]);
        assert_eq!(of_sections("md", b"a", &[Address::Cell(1)]).unwrap(), [""]);
        assert!(of_sections("ipynb", b"{}", &[]).is_none());
    }

    #[test]
    fn no_line_is_kept_twice() {
        let at = |lines: &[(u32, u32)]| {
            let addresses: Vec<Address> =
                lines.iter().map(|(first, last)| Address::Lines(*first, *last)).collect();
            of_sections("md", b"one\ntwo\nthree\nfour\n", &addresses).unwrap()
        };
        assert_eq!(at(&[(1, 2), (2, 3), (4, 4)]), ["one\ntwo", "three", "four"]);
        assert_eq!(at(&[(1, 3), (1, 3), (4, 4)]), ["", "", "four"], "parts of one block");
        assert_eq!(at(&[(1, 1), (1, 3)]), ["one", "two\nthree"]);
        assert_eq!(at(&[(1, 1), (1, 1), (1, 2)]), ["", "", "one\ntwo"], "none is lost");
        assert_eq!(at(&[(1, 4), (2, 2)]), ["one\ntwo\nthree\nfour", ""]);
    }

    #[test]
    fn a_section_with_too_much_text_or_too_many_definitions_is_bounded() {
        let definitions: String =
            (0..5_000).map(|at| format!("[{at}]: https://a.org/{at}\n")).collect();
        let used: String = (0..5_000).map(|at| format!("[{at}] ")).collect();
        let text = format!("{used}\n\n{definitions}");
        let markup = of_sections("md", text.as_bytes(), &[Address::Lines(1, 1)]).unwrap();
        assert!(markup[0].len() < used.len() + MOST_DEFINED + 10, "{}", markup[0].len());
        let long = "word ".repeat(MOST_BYTES);
        let markup = of_sections("md", long.as_bytes(), &[Address::Lines(1, 1)]).unwrap();
        assert_eq!(markup, [""]);
    }
}
