//! Chooses the passage of a text that a snippet shows.

use super::matches::Match;

/// Characters of a snippet.
const WIDTH: usize = 260;
/// How far before the first match a snippet may begin, in characters.
const LEAD: usize = 90;

/// So many backslashes make a formula, which nobody reads as it is written.
const FORMULA: usize = 3;

/// The byte range to show: where most different units of the query stand, then most matches, rather in prose than
/// in formulas; it begins at the start of a sentence or line where one is near, and ends with one where that
/// leaves enough.
pub(super) fn window(text: &str, matches: &[Match]) -> (usize, usize) {
    let first = best(text, matches).map_or(0, |at| matches[at].start);
    // Near the end of the text there is more to show before the words than behind them.
    let latest = text.char_indices().rev().nth(WIDTH - LEAD - 1).map_or(0, |(at, _)| at);
    let from = start(text, first.min(latest));
    // What leads to the words is no formula, if there is a line or sentence behind that.
    let formula = text[from..first.max(from)].rfind('\\').map(|at| from + at);
    let behind = formula.and_then(|at| borders(&text[..first], at).next());
    let from = behind.unwrap_or(from);
    let end = text[from..].char_indices().nth(WIDTH).map_or(text.len(), |(at, _)| from + at);
    if end == text.len() {
        return (from, end);
    }
    let shown = matches.iter().filter(|found| from <= found.start && found.end <= end);
    let needed = shown.map(|found| found.end).max().unwrap_or(from);
    let least = text[from..].char_indices().nth(WIDTH * 3 / 5).map_or(end, |(at, _)| from + at);
    let border = borders(&text[..end], needed.max(least)).last();
    let space = || text[needed..end].rfind(char::is_whitespace).map(|at| needed + at);
    (from, border.or_else(space).filter(|at| *at > from).unwrap_or(end))
}

/// The match with which the best window begins.
fn best(text: &str, matches: &[Match]) -> Option<usize> {
    let mut best = None;
    for (at, first) in matches.iter().enumerate() {
        // Bytes stand for characters here: the window is cut to measure afterwards.
        let inside = matches[at..].iter().take_while(|m| m.end < first.start + WIDTH - LEAD);
        let (mut units, mut count) = (0_u64, 0);
        for found in inside {
            units |= 1 << found.unit.min(63);
            count += 1;
        }
        let end = (first.start + WIDTH - LEAD).min(text.len());
        let strokes = text.as_bytes()[first.start..end].iter().filter(|byte| **byte == b'\\');
        let formula = u32::from(strokes.count() >= FORMULA);
        let value = (units.count_ones().saturating_sub(formula), count.min(6));
        if best.is_none_or(|(known, _)| value > known) {
            best = Some((value, at));
        }
    }
    best.map(|(_, at)| at)
}

/// Where to begin so that `at` is shown: its sentence or line if that begins near, else a word.
fn start(text: &str, at: usize) -> usize {
    let back = text[..at].char_indices().rev().nth(LEAD - 1).map_or(0, |(at, _)| at);
    if back == 0 {
        return borders(&text[..at], 0).last().filter(|border| at - border < LEAD).unwrap_or(0);
    }
    let border = borders(&text[..at], back).last();
    let word = || {
        let space = text[back..at].find(char::is_whitespace)?;
        Some(back + space + text[back + space..].chars().next().map_or(1, char::len_utf8))
    };
    border.or_else(word).unwrap_or(at)
}

/// Where, from `from` on, a sentence or line of `text` ends and what comes next begins.
fn borders(text: &str, from: usize) -> impl Iterator<Item = usize> {
    text[from..].char_indices().filter_map(move |(at, c)| {
        let behind = from + at + c.len_utf8();
        let rest = &text[behind..];
        match c {
            '\n' => Some(behind),
            '。' | '！' | '？' => Some(behind),
            '.' | '!' | '?' if rest.starts_with(' ') && !is_short(&text[..behind - 1]) => {
                Some(behind + 1)
            }
            _ => None,
        }
    })
}

/// Whether `text` ends with something that a full stop shortens: one letter, "e.g", "vs", "al".
fn is_short(text: &str) -> bool {
    let word = text.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    word.chars().count() < 2
        || matches!(word, "e.g" | "i.e" | "vs" | "al" | "etc" | "cf" | "Fig" | "Dr" | "approx")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matches of `words` in `text`; each word is a unit.
    fn matches(text: &str, words: &[&str]) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        for (unit, word) in words.iter().enumerate() {
            let starts = text.match_indices(word).map(|(start, _)| start);
            found.extend(starts.map(|start| Match { start, end: start + word.len(), unit }));
        }
        found.sort_unstable();
        found
    }

    fn shown<'t>(text: &'t str, words: &[&str]) -> &'t str {
        let (from, to) = window(text, &matches(text, words));
        &text[from..to]
    }

    #[test]
    fn a_short_text_is_shown_whole_and_a_text_without_matches_from_its_start() {
        assert_eq!(shown("A bias. B.", &["bias"]), "A bias. B.");
        assert_eq!(shown("", &[]), "");
        let long = "Nothing matches here. ".repeat(40);
        let passage = shown(&long, &[]);
        assert!(long.starts_with(passage) && passage.ends_with(". "), "{passage}");
        assert!((WIDTH * 3 / 5..=WIDTH).contains(&passage.len()), "{passage}");
    }

    #[test]
    fn more_different_units_win_over_more_matches_of_one() {
        let filler = "Nothing of interest here. ".repeat(20);
        let text = format!("bias bias bias bias. {filler}Now position and bias. {filler}");
        assert!(shown(&text, &["position", "bias"]).contains("position and bias"));
        assert!(shown(&text, &["bias"]).starts_with("bias bias"));
    }

    #[test]
    fn an_abbreviation_does_not_end_a_sentence() {
        let filler = "Nothing of interest here. ".repeat(20);
        let text = format!("{filler}It helps, e.g. against bias, a lot. {filler}");
        assert!(shown(&text, &["bias"]).starts_with("It helps, e.g. against"));
    }

    #[test]
    fn the_window_is_cut_between_characters_of_any_width() {
        let text = "推荐".repeat(400);
        let found = [Match { start: 1_500, end: 1_506, unit: 0 }];
        let (from, to) = window(&text, &found);
        assert!(text.is_char_boundary(from) && text.is_char_boundary(to));
        assert!(from <= 1_500 && 1_506 <= to && text[from..to].chars().count() <= WIDTH);
    }
}
