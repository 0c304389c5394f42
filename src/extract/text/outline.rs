//! Finds the headings of a plain text: its title, underlined lines, and lines in capitals or with a section number.

use super::line::TextLine;
use crate::extract::pattern::patterns;
use crate::extract::words::words;

/// The shortest underline, and the longest underlined title in characters.
const LEAST_LINE: usize = 3;
const LONGEST_TITLE: usize = 100;
/// The maximum number of words of a title, and of another heading.
const TITLE_WORDS: usize = 14;
const HEADING_WORDS: usize = 10;
/// A title, or a heading in capitals, has at least this many letters.
const LEAST_LETTERS: usize = 4;
/// The maximum number of metadata lines below the title.
const METADATA_LINES: usize = 10;
/// The level of the deepest headings. Headings that would be deeper get this level too.
const DEEPEST: usize = 6;

patterns! {
    /// `2.1 Scope`, `3. Results`: the number and the words.
    NUMBERED = r"^(\d{1,2}(?:\.\d{1,2}){0,4})[.)]?\s+(\S.*)$";
    /// `A. CHECKS`, `B) EXCEPTIONS`.
    LETTERED = r"^[A-Z][.)]\s+(\S.*)$";
    /// `Version: 2`, `Last updated: May`.
    METADATA = r"^[A-Z][\w-]*(?: [\w-]+){0,2}:\s+\S";
    /// Text in parentheses, including the parentheses.
    BRACKETS = r"\([^()]*\)";
}

/// What a line of a plain text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineRole {
    Text,
    /// A heading of this level.
    Heading(u8),
    /// A line that underlines a title or separates parts.
    Rule,
}

/// The role of each of `lines`. O(length).
pub(super) fn roles(lines: &[TextLine]) -> Vec<LineRole> {
    let mut roles: Vec<LineRole> = vec![LineRole::Text; lines.len()];
    let metadata = title_block(lines);
    if metadata > 0 {
        roles[0] = LineRole::Heading(1);
    }
    let capitals = lines.iter().filter(|line| is_capitals(line.text)).count();
    // If at least half of the lines are in capitals, capitals mark no headings.
    let by_capitals = capitals * 2 < lines.len().max(1);
    let mut has_parts = false;
    for at in 0..lines.len() {
        if roles[at] != LineRole::Text || at < metadata {
            continue;
        }
        if is_rule(lines[at].text) {
            roles[at] = LineRole::Rule;
        } else if let Some(level) =
            lines.get(at + 1).and_then(|under| underlined(&lines[at], under))
        {
            roles[at] = LineRole::Heading(level);
            roles[at + 1] = LineRole::Rule;
        } else if let Some(depth) = depth(lines, at, &roles, by_capitals) {
            has_parts |= depth == HeadingDepth::Part;
            let level = match depth {
                HeadingDepth::Part => 2,
                HeadingDepth::Numbered(depth) => 1 + usize::from(has_parts) + depth,
                HeadingDepth::Lettered => 3 + usize::from(has_parts),
            };
            roles[at] = LineRole::Heading(u8::try_from(level.min(DEEPEST)).unwrap_or(6));
        }
    }
    roles
}

/// How deep a heading is, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeadingDepth {
    /// A line in capitals.
    Part,
    /// A line with a number of this many parts.
    Numbered(usize),
    /// A line in capitals that begins with a letter as its number, such as `A.`.
    Lettered,
}

fn depth(
    lines: &[TextLine],
    at: usize,
    roles: &[LineRole],
    by_capitals: bool,
) -> Option<HeadingDepth> {
    let line = &lines[at];
    let before = at.checked_sub(1).map(|before| &lines[before]);
    let follows_heading = at > 0 && roles[at - 1] != LineRole::Text;
    let ends = |line: &TextLine| line.text.ends_with(['.', '!', '?', ':']);
    let is_free = line.after_blank || follows_heading || before.is_none_or(ends);
    if !is_free || words(line.text) > HEADING_WORDS + 2 {
        return None;
    }
    if let Some(parts) = NUMBERED.captures(line.text) {
        let (number, title) = (parts.get(1)?.as_str(), parts.get(2)?.as_str());
        let depth = number.split('.').count();
        let is_heading =
            by_capitals && is_capitals(title) || is_section_title(lines, at, depth, title);
        return is_heading.then_some(HeadingDepth::Numbered(depth));
    }
    if !by_capitals {
        return None;
    }
    if let Some(title) = LETTERED.captures(line.text).and_then(|parts| parts.get(1)) {
        return is_capitals(title.as_str()).then_some(HeadingDepth::Lettered);
    }
    (line.indent == 0 && is_capitals(line.text)).then_some(HeadingDepth::Part)
}

/// Whether `title`, the text after a number of `depth` parts in the line `at`, is a heading: short, after a blank line,
/// and not an item of a numbered list. If `depth` is 1, a blank line must also follow.
fn is_section_title(lines: &[TextLine], at: usize, depth: usize, title: &str) -> bool {
    let line = &lines[at];
    let is_item = |other: Option<&TextLine>| {
        let number = other.and_then(|other| NUMBERED.captures(other.text));
        number.is_some_and(|parts| parts[1].split('.').count() == depth)
    };
    let neighbours = is_item(lines.get(at + 1)) || at > 0 && is_item(lines.get(at - 1));
    line.after_blank
        && (line.before_blank || depth > 1)
        && title.starts_with(char::is_uppercase)
        && !title.ends_with(['.', ',', ';', ':', '?', '!'])
        && title
            .split_whitespace()
            .any(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 2)
        && words(title) <= HEADING_WORDS
        && !neighbours
}

/// Whether `text` is a few words in capitals. Text in parentheses is ignored.
fn is_capitals(text: &str) -> bool {
    let outside = BRACKETS.replace_all(text.trim_end_matches(':'), "");
    let letters = outside.chars().filter(|c| c.is_alphabetic()).count();
    let signs = outside.chars().filter(|c| !c.is_whitespace()).count();
    letters >= LEAST_LETTERS
        && letters * 10 >= signs * 8
        && !outside.chars().any(char::is_lowercase)
        && outside.chars().any(char::is_uppercase)
        && words(&outside) <= HEADING_WORDS
}

/// The number of lines of the title and the metadata below it; 0 if the text begins without a title.
fn title_block(lines: &[TextLine]) -> usize {
    let Some(title) = lines.first() else { return 0 };
    let is_title = words(title.text) <= TITLE_WORDS
        && title.text.chars().count() <= LONGEST_TITLE
        && title.text.starts_with(char::is_alphanumeric)
        && title.text.chars().filter(|c| c.is_alphabetic()).count() >= LEAST_LETTERS
        && !title.text.ends_with(['.', ',', ';', ':', '?', '!'])
        && !title.text.contains("://");
    // A text of one or two lines needs no title.
    if !is_title || lines.len() < 3 {
        return 0;
    }
    if title.before_blank {
        return 1;
    }
    let metadata = lines[1..].iter().take(METADATA_LINES + 1);
    let mut count = 1;
    for line in metadata {
        if is_rule(line.text) && count > 1 {
            return count;
        }
        if !METADATA.is_match(line.text) {
            return 0;
        }
        count += 1;
        if line.before_blank {
            return count;
        }
    }
    0
}

/// Whether `text` is a rule: one mark, such as `=`, repeated at least [`LEAST_LINE`] times.
fn is_rule(text: &str) -> bool {
    let Some(mark) = text.chars().next() else { return false };
    "=-~*#_─".contains(mark)
        && text.chars().all(|c| c == mark)
        && text.chars().count() >= LEAST_LINE
}

/// The level of the title `line`; `None` if the line `under` doesn't underline it.
fn underlined(line: &TextLine, under: &TextLine) -> Option<u8> {
    let is_title =
        line.text.chars().count() <= LONGEST_TITLE && line.text.chars().any(char::is_alphanumeric);
    if line.before_blank || !is_title || !is_rule(under.text) {
        return None;
    }
    match under.text.chars().next()? {
        '=' | '#' => Some(1),
        '-' | '~' | '*' => Some(2),
        _ => None,
    }
}
