//! Where a snippet begins and ends: at sentences, and not inside a formula or a table.

use super::line_kind::{LineKind, line_at, line_kind};
use super::matches::TextMatch;

/// The maximum number of characters of a snippet, unless its first sentence is long.
pub(super) const WIDTH: usize = 260;
/// How far before the first match a snippet may begin inside a sentence, in characters.
pub(super) const LEAD: usize = 90;
/// How far before the first match a snippet may begin with the start of a sentence, in characters.
const REACH: usize = 200;
/// If a formula or table would be cut, the snippet ends before it, unless it would then have fewer bytes than this.
const LEAST: usize = 80;
/// Signs that end a clause.
const CLAUSES: [&str; 5] = [", ", "; ", ": ", " – ", " — "];

/// The byte offset where a snippet that contains `at` begins: the start of a sentence or line if one is near, otherwise
/// that of a clause or word. Formulas and rows of tables that end before `first`, the first match, are left out.
pub(super) fn start(text: &str, at: usize, first: usize) -> usize {
    let before = |chars: usize| text[..at].char_indices().rev().nth(chars - 1).map(|(at, _)| at);
    let sentence = match before(REACH) {
        Some(back) => borders(&text[..at], back).last(),
        None => Some(borders(&text[..at], 0).last().unwrap_or(0)),
    };
    let inside = || {
        let back = before(LEAD).unwrap_or(0);
        let lead = &text[back..at];
        let clause = CLAUSES.iter().filter_map(|sign| Some(lead.rfind(sign)? + sign.len())).max();
        let word = || {
            lead.char_indices().find(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8())
        };
        clause.or_else(word).map_or(at, |found| back + found)
    };
    let from = sentence.unwrap_or_else(inside);
    let pieces = borders(&text[..first.max(from)], from);
    let mut piece = from;
    pieces.fold(from, |kept, next| {
        let kind = line_kind(&text[piece..next]);
        piece = next;
        if kind == LineKind::Prose { kept } else { next }
    })
}

/// The byte offset where a snippet that begins at `from` ends: after a sentence or line if the snippet is then long
/// enough and shows the `matches` that fit in it, otherwise after a clause or word. `first` is its first match.
pub(super) fn end(text: &str, from: usize, first: usize, matches: &[TextMatch]) -> usize {
    let behind = |chars: usize| text[from..].char_indices().nth(chars).map(|(at, _)| from + at);
    let lead = text[from..first].chars().count();
    let width = WIDTH.max(lead + WIDTH - LEAD);
    let Some(limit) = behind(width) else { return text.len() };
    let shown = matches.iter().filter(|found| from <= found.start && found.end <= limit);
    let needed = shown.map(|found| found.end).max().unwrap_or(from);
    let least = behind(width * 3 / 5).unwrap_or(limit).max(needed);
    let rest = &text[least..limit];
    let clause =
        || CLAUSES.iter().filter_map(|sign| rest.rfind(sign)).max().map(|at| least + at + 1);
    let space = || text[needed..limit].rfind(char::is_whitespace).map(|at| needed + at);
    let end = borders(&text[..limit], least).last().or_else(clause).or_else(space);
    let end = end.filter(|end| *end > from).unwrap_or(limit);
    before_cut(text, from, end)
}

/// `end`, or an offset before the formula or table that a snippet from `from` to `end` would cut. A formula that would
/// leave too little is kept whole; a table is then cut between its rows.
fn before_cut(text: &str, from: usize, end: usize) -> usize {
    let is_prose = |at: usize| line_kind(&text[line_at(text, at)]) == LineKind::Prose;
    let line = line_at(text, end);
    let mut kept = end;
    if line.start < end && end < line.end && !is_prose(end) {
        let is_left = line.start >= from + LEAST;
        let is_near = line.end <= end + LEAST;
        kept = if is_left {
            line.start
        } else if is_near {
            line.end
        } else {
            end
        };
    }
    let is_row = |at: usize| line_kind(&text[line_at(text, at)]) == LineKind::Row;
    if kept < text.len() && text[..kept].ends_with('\n') && is_row(kept) {
        let mut table = kept;
        while table > from + LEAST && is_row(table - 1) {
            table = line_at(text, table - 1).start;
        }
        kept = if table >= from + LEAST { table } else { kept };
    }
    kept
}

/// The byte offsets after `from` where a new sentence or line of `text` begins.
pub(super) fn borders(text: &str, from: usize) -> impl Iterator<Item = usize> {
    text[from..].char_indices().filter_map(move |(at, c)| {
        let behind = from + at + c.len_utf8();
        let rest = &text[behind..];
        match c {
            '\n' => Some(behind),
            '。' | '！' | '？' => Some(behind),
            '.' | '!' | '?' if !is_short(&text[..behind - 1]) => {
                // A closing quotation mark or parenthesis belongs to the sentence.
                let closing = rest.chars().next().filter(|c| matches!(c, '"' | '”' | '’' | ')'));
                let behind = behind + closing.map_or(0, char::len_utf8);
                text[behind..].starts_with(' ').then_some(behind + 1)
            }
            _ => None,
        }
    })
}

/// Whether a full stop after `text` would belong to an abbreviation: `text` ends with one letter, "e.g", "vs" or
/// similar.
fn is_short(text: &str) -> bool {
    let word = text.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    word.chars().count() < 2
        || matches!(word, "e.g" | "i.e" | "vs" | "al" | "etc" | "cf" | "Fig" | "Dr" | "approx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_stop_of_an_abbreviation_does_not_end_a_sentence() {
        let at = |text: &str| borders(text, 0).collect::<Vec<_>>();
        assert_eq!(at("Smith et al. e.g. A. x vs. y"), [0; 0]);
        assert_eq!(at("One. Two!\nThree。四"), [5, 10, 18]);
        assert_eq!(at("It is a \"zebra.\" Since then (or so.) it"), [17, 37]);
    }

    #[test]
    fn a_long_sentence_is_shown_from_its_start_and_a_longer_one_from_a_clause() {
        let text =
            |words: usize| format!("Before. The {}and, in the end, bias.", "long ".repeat(words));
        let shown =
            |text: &str| text[start(text, text.find("bias").unwrap(), text.len())..].to_owned();
        assert!(shown(&text(30)).starts_with("The long"));
        assert_eq!(shown(&text(60)), "bias.");
    }

    #[test]
    fn a_snippet_ends_before_the_formula_or_table_that_it_would_cut() {
        let prose =
            "This sentence says how the two of them differ, and the next line has the details.\n";
        let formula = format!("L = {}w_0", "α_i x_i + ".repeat(30));
        let row = "Model: Teacher; AUC: 0.80\n".repeat(9);
        for cut in [&formula, &row] {
            let text = format!("{prose}{cut}\nThe end.");
            assert_eq!(end(&text, 0, 0, &[]), prose.len(), "{cut}");
        }
        let only_rows = end(&row, 0, 0, &[]);
        assert!(only_rows > 100 && row[..only_rows].ends_with('\n'), "{only_rows}");
    }
}
