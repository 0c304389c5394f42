//! Removes matches inside URLs, paths and identifiers. If matches cover a whole identifier, they become one match.

use std::ops::Range;

use super::matches::TextMatch;

/// A match is removed if a run of at least this many visible ASCII characters ends directly before it or begins at its
/// start. Such a long run is data, not words.
const LONGEST: usize = 200;

/// Keeps the `matches` (ascending) that are in prose. Matches that together cover a whole identifier become one match.
/// Removes the other matches.
pub(super) fn leave_out(text: &str, matches: &mut Vec<TextMatch>) {
    let mut kept: Vec<TextMatch> = Vec::with_capacity(matches.len());
    let mut at = 0;
    while at < matches.len() {
        let found = matches[at];
        let Some(range) = run(text, found) else {
            at += 1;
            continue;
        };
        let end = range.end;
        let count = matches[at..].iter().take_while(|other| other.start < end).count().max(1);
        let inside = &matches[at..at + count];
        let run = &text[range.clone()];
        if is_address(run) {
            kept.extend(inside.iter().filter(|found| found.end > end));
        } else if is_identifier(run) {
            kept.extend(whole(text, range, inside));
        } else {
            kept.extend(inside);
        }
        at += count;
    }
    *matches = kept;
}

/// The byte range of the run of visible ASCII characters around `found`; `None` if it is too long for a word.
fn run(text: &str, found: TextMatch) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let goes_on = |byte: &u8| byte.is_ascii_graphic();
    let before = bytes[..found.start].iter().rev().take(LONGEST).take_while(|b| goes_on(b)).count();
    let inside = bytes[found.start..].iter().take(LONGEST).take_while(|b| goes_on(b)).count();
    if before == LONGEST || inside == LONGEST {
        return None;
    }
    // A match without ASCII characters has no such run, so its own range is used.
    Some(found.start - before..found.start + inside.max(found.end - found.start))
}

fn is_address(run: &str) -> bool {
    let is_path = run.matches('/').count() > 0 && run.contains(['_', '.', '?', '=', '#']);
    run.contains("://") || run.contains("www.") || (is_path && has_inner_dot(run))
}

fn is_identifier(run: &str) -> bool {
    run.contains('_')
        || run.contains("::")
        || run.contains("()")
        || run.contains("->")
        || run.contains('=')
        || run.contains('\\')
        || has_inner_dot(run)
}

/// Whether `run` has a dot between two letters.
fn has_inner_dot(run: &str) -> bool {
    run.as_bytes().windows(3).any(|three| {
        three[1] == b'.' && three[0].is_ascii_alphabetic() && three[2].is_ascii_alphabetic()
    })
}

/// The identifier at `range` as one match, if the matches `inside` it cover all its letters and digits.
fn whole(text: &str, range: Range<usize>, inside: &[TextMatch]) -> Option<TextMatch> {
    let is_letter = |at: &usize| text.as_bytes()[*at].is_ascii_alphanumeric();
    let is_covered = |at: usize| inside.iter().any(|m| (m.start..m.end).contains(&at));
    let first = range.clone().find(is_letter)?;
    let last = range.rev().find(is_letter)?;
    let all = (first..=last).filter(is_letter).all(is_covered);
    let unit = inside.first()?.unit;
    all.then_some(TextMatch { start: first, end: last + 1, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes every occurrence of `word` in `text` a match, and returns the text of the matches that are kept.
    fn kept<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
        let found = text.match_indices(word);
        let mut matches: Vec<TextMatch> =
            found.map(|(start, _)| TextMatch { start, end: start + word.len(), unit: 0 }).collect();
        leave_out(text, &mut matches);
        matches.into_iter().map(|found| &text[found.start..found.end]).collect()
    }

    #[test]
    fn a_match_stays_in_prose_and_is_left_out_of_urls_and_paths() {
        assert_eq!(kept("a bias, (bias)", "bias"), ["bias", "bias"]);
        assert_eq!(kept("https://a.org/bias and docs/bias.md", "bias"), [""; 0]);
    }

    #[test]
    fn an_identifier_is_one_match_if_it_is_matched_whole() {
        assert_eq!(kept("bias_bias()", "bias"), ["bias_bias"]);
        assert_eq!(kept("my_bias = x.bias", "bias"), [""; 0]);
    }

    #[test]
    fn a_match_in_a_run_of_data_is_left_out() {
        let data = "x".repeat(LONGEST);
        assert_eq!(kept(&format!("{data}bias bias"), "bias"), ["bias"]);
    }
}
