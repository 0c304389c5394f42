//! Front matter: the YAML between `---` lines at the start of a file.
//!
//! Its size and nesting are checked before it is parsed: the parser's time is quadratic in the nesting
//! depth, and an alias repeats everything its anchor contains.

use serde_yaml_ng::Value;

use crate::problem::{Problem, Stage};

/// Keys that hold the date when a page was written or last changed, in order of preference.
const DATES: [&str; 6] = ["date", "updated", "last_updated", "lastmod", "published", "created"];
/// Keys of the licence, in order of preference.
const LICENCES: [&str; 4] = ["license", "licence", "spdx", "SPDX-License-Identifier"];
/// The maximum number of tags that are kept for one file. Further tags are dropped.
const MOST_TAGS: usize = 30;
/// The maximum bytes of front matter that is parsed as YAML. Real front matter is far smaller.
const MOST_BYTES: usize = 64 * 1024;
/// The maximum nesting depth of front matter that is parsed as YAML. Real front matter is far less deep.
const MOST_LEVELS: usize = 64;
/// The number of lines at the start of a file in which an SPDX header is searched for.
const HEAD_LINES: usize = 10;

/// Those values of the front matter that Cairn uses; `None` or empty if they are missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    pub title: Option<String>,
    /// The question that the file answers, as in a collection of frequent questions.
    pub question: Option<String>,
    /// The date when the file was written or last changed, `YYYY-MM-DD`.
    pub date: Option<String>,
    pub tags: Vec<String>,
    /// The SPDX id of the file's licence.
    pub licence: Option<String>,
    /// Whether the author asks not to be indexed: `cairn: noindex` or `robots: noindex`.
    pub is_private: bool,
}

/// Reads `block`, delimiters included. O(length).
///
/// Invalid YAML, usually an unquoted colon in a title, is read line by line. It is a problem only if no title and no
/// question is found in this way. Front matter that exceeds a limit is read line by line too, and is always a problem.
pub(super) fn read(block: &str, problems: &mut Vec<Problem>) -> FrontMatter {
    let inner = block.trim().trim_start_matches("---").trim_end_matches("---");
    if let Some(refusal) = refusal(inner) {
        let message =
            format!("the front matter {refusal}; only its plain `key: value` lines are read");
        problems.push(Problem::new(Stage::Extract, message));
        return by_lines(inner);
    }
    match serde_yaml_ng::from_str::<Value>(inner) {
        Ok(value) => {
            let get = |key: &str| value.get(key).and_then(scalar).filter(|text| !text.is_empty());
            let list = |key: &str| value.get(key).map(strings).unwrap_or_default();
            from(get, [list("tags"), list("keywords")].concat())
        }
        Err(error) => {
            let matter = by_lines(inner);
            if matter.title.is_none() && matter.question.is_none() {
                let message = format!("the front matter is no YAML: {error}");
                problems.push(Problem::new(Stage::Extract, message));
            }
            matter
        }
    }
}

/// Why the YAML `text` must not be parsed, as the end of a sentence that begins with "the front matter". `None` if it
/// can be parsed. O(length).
fn refusal(text: &str) -> Option<String> {
    if text.len() > MOST_BYTES {
        return Some(format!("is longer than {} KB", MOST_BYTES / 1024));
    }
    if flow_levels(text) + block_levels(text) > MOST_LEVELS {
        return Some(format!("nests deeper than {MOST_LEVELS} levels"));
    }
    let has = |mark: char| {
        text.split([' ', '\t', '\n', '[', '{', ',']).any(|word| word.starts_with(mark))
    };
    (has('&') && has('*')).then(|| "repeats itself by aliases".to_owned())
}

/// The maximum number of brackets and braces open at once. Those in quoted strings count too.
fn flow_levels(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// The maximum number of indentation levels open at once. One line may open several: `- - a`.
fn block_levels(text: &str) -> usize {
    let (mut columns, mut most) = (Vec::new(), 0);
    for line in text.lines() {
        let mut rest = line;
        loop {
            let trimmed = rest.trim_start();
            if trimmed.is_empty() {
                break;
            }
            let column = line.len() - trimmed.len();
            while columns.last().is_some_and(|above| *above >= column) {
                columns.pop();
            }
            columns.push(column);
            most = most.max(columns.len());
            let item = trimmed.strip_prefix(['-', '?', ':']);
            let Some(item) = item.filter(|item| item.starts_with([' ', '\t'])) else { break };
            rest = item;
        }
    }
    most
}

/// Builds the front matter from `tags` and from the values that `get` returns by key.
fn from(get: impl Fn(&str) -> Option<String>, mut tags: Vec<String>) -> FrontMatter {
    tags.dedup();
    tags.truncate(MOST_TAGS);
    FrontMatter {
        title: get("title"),
        question: get("question"),
        date: DATES.iter().filter_map(|key| get(key)).find_map(|date| day(&date)),
        tags,
        licence: LICENCES.iter().filter_map(|key| get(key)).find_map(|said| spdx_id(&said)),
        is_private: ["cairn", "robots"]
            .iter()
            .filter_map(|key| get(key))
            .any(|said| is_noindex(&said)),
    }
}

fn by_lines(text: &str) -> FrontMatter {
    let get = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        let value = line.trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    };
    from(get, Vec::new())
}

/// The SPDX id that the `SPDX-License-Identifier` in the first lines of `text` names; `None` if there is none, or if
/// the SPDX list does not contain it.
pub(super) fn spdx_header(text: &str) -> Option<String> {
    let mut head = text.lines().take(HEAD_LINES);
    let said = head.find_map(|line| line.split_once("SPDX-License-Identifier:"))?.1;
    spdx_id(said.trim().trim_end_matches("-->").trim_end_matches("*/"))
}

/// The SPDX id of the licence that the text `said` names, as the SPDX list spells it. `None` if the list does not
/// contain it.
fn spdx_id(said: &str) -> Option<String> {
    let said = said.trim();
    let exact = spdx::license_id(said).or_else(|| Some(spdx::imprecise_license_id(said)?.0));
    exact.map(|id| id.name.to_owned())
}

/// The strings of a list, or of a comma-separated string.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(items) => items.iter().filter_map(scalar).collect(),
        other => scalar(other)
            .map(|line| line.split(',').map(|tag| tag.trim().to_owned()).collect())
            .unwrap_or_default(),
    }
}

/// Whether `said`, a robots directive or a list such as `noindex, nofollow`, forbids indexing.
pub(super) fn is_noindex(said: &str) -> bool {
    said.split(',').any(|word| matches!(word.trim().to_lowercase().as_str(), "noindex" | "none"))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn day(date: &str) -> Option<String> {
    let day = date.get(..10)?;
    chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_and_date_are_read_and_faults_are_problems() {
        let mut problems = Vec::new();
        let read = |text: &str, problems: &mut Vec<Problem>| read(text, problems);
        let matter = read("---\ntitle: \"A: b\"\ndate: 2024-03-02T10:00:00Z\n---\n", &mut problems);
        assert_eq!(matter.title.as_deref(), Some("A: b"));
        assert_eq!(matter.date.as_deref(), Some("2024-03-02"));
        assert!(problems.is_empty());
        let matter = read("---\ntitle: One: two\ndate: 2024-01-02\n---\n", &mut problems);
        assert_eq!(matter.title.as_deref(), Some("One: two"));
        assert_eq!(matter.date.as_deref(), Some("2024-01-02"));
        assert!(problems.is_empty());
        for private in
            ["cairn: noindex", "robots: \"NOINDEX, nofollow\"", "a: b: c\ncairn: noindex"]
        {
            let matter = format!("---\ntitle: x\n{private}\n---\n");
            assert!(read(&matter, &mut Vec::new()).is_private, "{private}");
        }
        assert!(!read("---\ncairn: yes\n---\n", &mut Vec::new()).is_private);
        read("---\nname: [a\n---\n", &mut problems);
        assert_eq!(problems.len(), 1);
        let matter = "---\ntags: [ads, \"#ranking\"]\nlicense: mit\nupdated: 2023-05-06\n---\n";
        let matter = read(matter, &mut Vec::new());
        assert_eq!(matter.tags, ["ads", "#ranking"]);
        assert_eq!(matter.licence.as_deref(), Some("MIT"));
        assert_eq!(matter.date.as_deref(), Some("2023-05-06"));
        assert_eq!(read("---\nlicense: mine\n---\n", &mut Vec::new()).licence, None);
    }

    /// The title that is read from `matter`, and the last problem's message.
    fn title_and_problem(matter: &str) -> (Option<String>, String) {
        let mut problems = Vec::new();
        let matter = read(&format!("---\n{matter}\n---\n"), &mut problems);
        (matter.title, problems.pop().map(|problem| problem.message).unwrap_or_default())
    }

    #[test]
    fn a_front_matter_of_a_hundred_thousand_braces_is_refused_at_once() {
        let begun = std::time::Instant::now();
        for (repeated, says) in [
            ("{".repeat(100_000), "longer than 64 KB"),
            ("{".repeat(65_000), "deeper than 64 levels"),
            ("[".repeat(30_000), "deeper than 64 levels"),
            ("{a: ".repeat(10_000), "deeper than 64 levels"),
            ("- ".repeat(30_000), "deeper than 64 levels"),
            ("? ".repeat(30_000), "deeper than 64 levels"),
            (
                (0..300).map(|at| format!("{}a:\n", " ".repeat(at))).collect(),
                "deeper than 64 levels",
            ),
        ] {
            let (title, problem) = title_and_problem(&format!("title: Kept\nx:\n{repeated}"));
            assert!(problem.contains(says), "{problem}");
            assert_eq!(title.as_deref(), Some("Kept"), "plain lines are read all the same");
            let (_, problem) = title_and_problem(&repeated);
            assert!(problem.contains(says), "{problem}");
        }
        assert!(begun.elapsed().as_secs() < 10, "it took minutes when it was parsed");
    }

    #[test]
    fn aliases_are_not_expanded() {
        let laughs: String = (1..30)
            .map(|at| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(9)))
            .collect();
        let (_, problem) = title_and_problem(&format!("a0: &a0 [ha]\n{laughs}"));
        assert!(problem.contains("repeats itself by aliases"), "{problem}");
        for honest in ["title: R&D *now*", "title: \"a & b\"", "title: x\nglob: '*.md'"] {
            let (title, problem) = title_and_problem(honest);
            assert!(title.is_some() && problem.is_empty(), "{honest}: {problem}");
        }
    }

    #[test]
    fn ordinary_front_matter_is_within_the_limits() {
        let nested =
            "format:\n  html:\n    code:\n      - a: 1\n        b: [x, {y: z}]\n".repeat(200);
        let (title, problem) =
            title_and_problem(&format!("title: Kept\n{}", &nested[..nested.len() / 200]));
        assert_eq!((title.as_deref(), problem.as_str()), (Some("Kept"), ""));
        assert_eq!(block_levels(&nested), 5);
        assert_eq!(block_levels("- - - a\n- b\n"), 4);
        assert_eq!(flow_levels("[a, {b: [c]}]"), 3);
    }

    #[test]
    fn spdx_headers_are_read_at_the_head_only() {
        let header = "<!-- SPDX-License-Identifier: CC-BY-ND-4.0 -->\n# A\n";
        assert_eq!(spdx_header(header).as_deref(), Some("CC-BY-ND-4.0"));
        assert_eq!(spdx_header(&format!("{}{header}", "\n".repeat(20))), None);
    }
}
