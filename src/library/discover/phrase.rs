//! Makes readable phrases from link texts and the sentences around them: quotations to print, and remarks about a
//! link's target.

use crate::extract::labelled_cells;
use crate::printable::strip;

/// Characters that separate a title from the text after it, or that truncation leaves at the end of a text.
const SEPARATORS: [char; 17] =
    ['|', '-', '–', '—', ':', ',', ';', '(', '[', '{', '/', '&', '=', '>', '*', '·', '•'];
/// Verbs that follow the title in sentences that describe a work.
const SAYING: [&str; 22] = [
    "are",
    "collects",
    "contains",
    "covers",
    "describes",
    "explains",
    "gives",
    "has",
    "helps",
    "includes",
    "introduces",
    "is",
    "lists",
    "offers",
    "presents",
    "provides",
    "shows",
    "summarises",
    "summarizes",
    "teaches",
    "walks",
    "was",
];
const ARTICLES: [&str; 3] = ["the ", "an ", "a "];
/// If fewer words than this follow the title, the sentence says no more than the title.
const LEAST_WORDS: usize = 3;
/// A table row describes its first cell if another cell has at least this many words. [`LinkRemark::line`] compares
/// this many words with the title.
const LEAST_CELL_WORDS: usize = 4;

/// What a sentence says about the work that it links to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LinkRemark {
    /// The text after the title.
    AfterTitle(String),
    /// A sentence that contains the work's name.
    Sentence(String),
}

impl LinkRemark {
    pub fn text(&self) -> &str {
        match self {
            LinkRemark::AfterTitle(text) | LinkRemark::Sentence(text) => text,
        }
    }

    /// The remark that `sentence` makes about the target of the link with the text `text`. `None` if the sentence is
    /// about something else, or says no more than the link. O(length).
    pub fn of(text: &str, sentence: &str) -> Option<LinkRemark> {
        let text = tidy(text);
        if sentence.contains('|') {
            return row(&text, sentence.split('|'));
        }
        if let Some(cells) = labelled_cells(sentence) {
            return row(&text, cells.into_iter());
        }
        let line = tidy(sentence);
        let rest = after(&line, &text)?;
        let said = rest.trim_start_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(&c));
        let said = if rest.trim_start().starts_with('(') {
            said.trim_end_matches(['.', ' ']).trim_end_matches(')')
        } else {
            said
        };
        if word_count(said) < LEAST_WORDS {
            return None;
        }
        let is_separated = rest.trim_start().starts_with(SEPARATORS);
        match (is_separated, after(said, &text)) {
            // The sentence repeats the title, as in "X - X is a …".
            (true, Some(_)) => Some(LinkRemark::Sentence(said.to_owned())),
            (true, None) => Some(LinkRemark::AfterTitle(said.to_owned())),
            (false, _) if starts_with_verb(said) => Some(LinkRemark::Sentence(line)),
            (false, _) => None,
        }
    }

    /// The remark as one line about the work `title`. A whole sentence stays as it is. `title` is put before a text
    /// that followed it; if `title` already contains the first words of that text, the line is only `title`. O(length).
    pub fn line(&self, title: &str) -> String {
        let rest = match self {
            LinkRemark::Sentence(sentence) => return sentence.clone(),
            LinkRemark::AfterTitle(rest) => rest,
        };
        let opening = rest.split_whitespace().take(LEAST_CELL_WORDS).collect::<Vec<_>>().join(" ");
        let is_repeated = title.to_lowercase().contains(&opening.to_lowercase());
        if is_repeated { title.to_owned() } else { format!("{title}: {rest}") }
    }
}

/// `text` on one line. Removes control characters, the short codes of emojis (`:star:`), the text after an unclosed
/// bracket, and dangling punctuation at the beginning and the end. Replaces the pipes between table cells by hyphens.
/// O(length).
pub fn tidy(text: &str) -> String {
    let text = strip(text);
    let words = text.split_whitespace().filter(|word| !is_emoji_code(word));
    let line = words.collect::<Vec<_>>().join(" ");
    let cells = line.split('|').map(str::trim).filter(|cell| !cell.is_empty());
    let line = cells.collect::<Vec<_>>().join(" - ");
    let is_open = |open: char, close: char| {
        let at = line.rfind(open)?;
        (!line[at..].contains(close)).then_some(at)
    };
    let end = [is_open('(', ')'), is_open('[', ']')].into_iter().flatten().min();
    let line = match end {
        // Text after an unclosed bracket is usually a truncated URL.
        Some(at) if at > 0 => &line[..at],
        _ => &line,
    };
    let is_dangling = |c: char| c.is_whitespace() || (SEPARATORS.contains(&c) && c != '*');
    let opens = |c: char| is_dangling(c) && !matches!(c, '(' | '[' | '{');
    line.trim_start_matches(opens).trim_end_matches(is_dangling).to_owned()
}

/// Whether `title` is one word that is unrelated to `name`, such as "RAW". O(length).
pub(super) fn is_stray_word(title: &str, name: &str) -> bool {
    let is_one_word = !title.contains(char::is_whitespace);
    let (title, name) = (folded(title), folded(name));
    is_one_word && !name.contains(&title) && !title.contains(&name)
}

/// The letters and digits of `text` in lower case.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether `title` only repeats `name`, with or without `owner`. False for a title with separate words, because it is
/// easier to read than the name. O(length).
pub(super) fn is_only_name(title: &str, owner: &str, name: &str) -> bool {
    let folded_title = folded(title);
    let is_name = folded_title == folded(name) || folded_title == folded(&format!("{owner}{name}"));
    is_name && !title.contains(char::is_whitespace)
}

/// The text after `title`, if `line` starts with `title` or with an article and `title`, in any case, and no letter or
/// digit follows. Else `None`; also `None` if `title` has fewer than two letters and digits.
fn after<'a>(line: &'a str, title: &str) -> Option<&'a str> {
    if title.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return None;
    }
    let starts = ARTICLES.iter().filter_map(|article| {
        let head = line.get(..article.len())?;
        head.eq_ignore_ascii_case(article).then(|| &line[article.len()..])
    });
    let length = title.chars().count();
    let title = title.to_lowercase();
    [line].into_iter().chain(starts).find_map(|line| {
        let end = line.char_indices().nth(length).map_or(line.len(), |(at, _)| at);
        let is_title = line[..end].to_lowercase() == title;
        let rest = &line[end..];
        (is_title && !rest.starts_with(char::is_alphanumeric)).then_some(rest)
    })
}

/// The remark in the table row `cells`: the first other cell that describes the first cell. `None` if there is no such
/// cell, or if the first cell does not contain `text`, the text of the link.
fn row<'a>(text: &str, cells: impl Iterator<Item = &'a str>) -> Option<LinkRemark> {
    let mut cells = cells.map(tidy).filter(|cell| !cell.is_empty());
    let name = cells.next()?;
    let is_linked = name.to_lowercase().contains(&text.to_lowercase());
    let is_description =
        |cell: &String| word_count(cell) >= LEAST_CELL_WORDS && !cell.contains("://");
    let says = cells.find(is_description).filter(|_| is_linked)?;
    if text.is_empty() {
        return (word_count(&name) > 0).then(|| LinkRemark::Sentence(format!("{name}: {says}")));
    }
    let is_named_again = after(&says, text).is_some();
    Some(if is_named_again { LinkRemark::Sentence(says) } else { LinkRemark::AfterTitle(says) })
}

/// Whether `word` is the short code of an emoji: `:star:`.
fn is_emoji_code(word: &str) -> bool {
    let code = word.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    code.is_some_and(|code| !code.is_empty() && code.chars().all(is_part))
}

fn starts_with_verb(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    SAYING.contains(&first.as_str())
}

/// The number of words of `text` that contain a letter and are not URLs.
fn word_count(text: &str) -> usize {
    let words = text.split_whitespace();
    words.filter(|word| word.chars().any(char::is_alphabetic) && !word.contains("://")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_have_no_pipes_and_no_dangling_punctuation() {
        for (text, tidied) in [
            ("A post | Spotify | ranking | 2014 |", "A post - Spotify - ranking - 2014"),
            ("we found it - an open library (https:", "we found it - an open library"),
            ("- A title -", "A title"),
            ("A title :white_check_mark:", "A title"),
            ("(in part) a list [PDF]", "(in part) a list [PDF]"),
            ("a\nb\u{202e} c", "a b c"),
            ("|", ""),
        ] {
            assert_eq!(tidy(text), tidied, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_a_remark_only_if_it_says_what_its_link_leads_to() {
        let after = |text: &str| Some(LinkRemark::AfterTitle(text.to_owned()));
        let sentence = |text: &str| Some(LinkRemark::Sentence(text.to_owned()));
        for (text, whole, remark) in [
            ("Ann's kit", "Ann's kit - Lectures on ranking.", after("Lectures on ranking.")),
            (
                "Kit",
                "The kit contains scripts for sums.",
                sentence("The kit contains scripts for sums."),
            ),
            ("Kit", "Kit - Kit is a list of kits.", sentence("Kit is a list of kits.")),
            ("Kit", "Kit | The guide to all kits |", after("The guide to all kits")),
            ("Kit", "Kit (notes on all kits)", after("notes on all kits")),
            ("", "Kit | The guide to all kits |", sentence("Kit: The guide to all kits")),
            ("Kit", "Kit by Ann", None),
            ("Kit", "Kits are for builders of kits", None),
            ("Kit", "Kit breaks on large inputs again", None),
            ("Kit", "Forked from Ann's kit, which is old", None),
            ("Kit", "Kit | 2014 | ranking | Spotify", None),
            ("Kit", "Tuning | Lessons on how to tune with Kit |", None),
        ] {
            assert_eq!(LinkRemark::of(text, whole), remark, "{whole}");
        }
    }

    #[test]
    fn a_line_does_not_repeat_the_title() {
        let remark = LinkRemark::AfterTitle("Robust speech at scale again".into());
        assert_eq!(remark.line("Kit"), "Kit: Robust speech at scale again");
        assert_eq!(remark.line("Kit: robust speech at scale"), "Kit: robust speech at scale");
    }

    #[test]
    fn an_owner_and_a_name_are_no_title() {
        for title in ["ann/ml-notes", "ML-Notes", "ml_notes"] {
            assert!(is_only_name(title, "ann", "ml-notes"), "{title}");
        }
        assert!(is_stray_word("RAW", "ml-notes") && !is_stray_word("Notes", "ml-notes"));
        assert!(!is_stray_word("On learning", "ml-notes"), "two words");
        assert!(!is_only_name("Notes on ML", "ann", "ml-notes"));
        assert!(!is_only_name("ML Notes", "ann", "ml-notes"), "its words can be read");
    }
}
