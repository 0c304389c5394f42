//! The one claim of a flash card: a sentence or two of a passage.

use std::ops::Range;

use crate::extract::sentences::sentences;

/// The maximum number of characters of a claim.
pub(in crate::library) const CLAIM: usize = 300;
/// A shorter sentence, in characters, makes no claim.
const SHORTEST: usize = 40;
/// Words that give a reason or decide.
const REASONS: [&str; 9] = [
    " because ",
    " since ",
    " so that ",
    " therefore ",
    " instead ",
    " rather than ",
    " which means ",
    " to avoid ",
    " trade-off",
];

/// The byte range of the claim of `text`: the first sentence with a reason or a number, otherwise the first one that is
/// long enough, and the sentence after it if there is room. `None` if no line has such a sentence. O(length).
pub(in crate::library) fn claim(text: &str) -> Option<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let own = sentences(line).map(|(at, sentence)| trimmed(line, at..at + sentence.len()));
        found.extend(own.map(|range| from + range.start..from + range.end));
        from += line.len();
    }
    let is_claim = |range: &&Range<usize>| is_claim(&text[(*range).clone()]);
    let best = found.iter().filter(is_claim).find(|range| gives_reason(&text[(*range).clone()]));
    let first = best.or_else(|| found.iter().find(is_claim))?;
    let next = found.iter().find(|next| next.start >= first.end);
    let fits = |next: &&Range<usize>| {
        let both = &text[first.start..next.end];
        !both.contains('\n') && both.chars().count() <= CLAIM && is_claim(next)
    };
    Some(first.start..next.filter(fits).map_or(first.end, |next| next.end))
}

/// `range` of `line` without blanks around it, and without the mark of a list item.
fn trimmed(line: &str, range: Range<usize>) -> Range<usize> {
    let part = &line[range.clone()];
    let inner = part.trim_start().trim_start_matches("- ").trim_start();
    let start = range.end - inner.len();
    start..start + inner.trim_end().len()
}

/// Whether `sentence` states something in one sentence: it is long enough, ends like a sentence, and is no question.
fn is_claim(sentence: &str) -> bool {
    let length = sentence.chars().count();
    let is_row = sentence.matches("; ").count() > 0 && sentence.matches(": ").count() > 1;
    (SHORTEST..=CLAIM).contains(&length)
        && sentence.ends_with(['.', '!', '。', ')', '”'])
        && sentence.starts_with(char::is_alphanumeric)
        && !is_row
}

fn gives_reason(sentence: &str) -> bool {
    let has_number = || sentence.bytes().any(|byte| byte.is_ascii_digit());
    REASONS.iter().any(|reason| sentence.contains(reason)) || has_number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_a_sentence_with_a_reason_or_the_first_long_one() {
        let of = |text: &str| claim(text).map(|range| text[range].to_owned());
        let text = "Data\n- How large is it?\n- The team has a deep look at all of its sources.\n- Labels arrive late because chargebacks take weeks. Plan for it early, with a held-out sample.\n";
        assert_eq!(
            of(text).as_deref(),
            Some(
                "Labels arrive late because chargebacks take weeks. Plan for it early, with a held-out sample."
            )
        );
        let plain = "Short. The team has a deep look at all of its sources.\nModel: A; AUC: 0.8\n";
        assert_eq!(of(plain).as_deref(), Some("The team has a deep look at all of its sources."));
        assert_eq!(of("Model: Teacher of a student; AUC: 0.80; Latency: 20 ms."), None);
        assert_eq!(of(""), None);
    }
}
