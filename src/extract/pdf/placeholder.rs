//! Replaces formulas that can't be written by "(formula)", if the text around them can be understood.

use super::formula::is_garbled;

/// What stands for a formula.
const PLACEHOLDER: &str = "(formula)";
/// Marks between a formula and the words before it.
const MARKS: [&str; 4] = ["-", "–", "—", ":"];
/// Text with a placeholder has at least this many words of prose.
const LEAST_PROSE: usize = 5;
/// The maximum number of placeholders in a paragraph.
const MOST: usize = 2;

/// `text` as it can be shown: itself if its formulas are readable, otherwise with [`PLACEHOLDER`] for each run of
/// symbols that is not. `None` if too little prose is left, or if there are too many such formulas. O(length).
pub(super) fn written(text: &str) -> Option<String> {
    if !is_garbled(text) {
        return Some(text.to_owned());
    }
    let words: Vec<&str> = text.split(' ').collect();
    let mut parts: Vec<String> = Vec::new();
    let (mut placeholders, mut prose) = (0, 0);
    let mut at = 0;
    while at < words.len() {
        let count = words[at..].iter().take_while(|word| !is_prose(word)).count();
        if count == 0 || MARKS.contains(&words[at]) {
            prose += usize::from(count == 0);
            parts.push(words[at].to_owned());
            at += 1;
            continue;
        }
        let run = words[at..at + count].join(" ");
        if is_garbled(&run) || is_garbled(&format!(" {run} ")) {
            placeholders += 1;
            parts.push(format!("{PLACEHOLDER}{}", mark_behind(&run)));
        } else {
            parts.push(run);
        }
        at += count;
    }
    let written = parts.join(" ");
    let is_readable = prose >= LEAST_PROSE && (1..=MOST).contains(&placeholders);
    (is_readable && !is_garbled(&written)).then_some(written)
}

/// The punctuation mark at the end of `run`, if it has one.
fn mark_behind(run: &str) -> &'static str {
    let mut marks = [".", ",", ";"].into_iter();
    marks.find(|mark| run.ends_with(mark)).unwrap_or_default()
}

/// Whether `word` is a word of a sentence, not a part of a formula.
fn is_prose(word: &str) -> bool {
    const FUNCTIONS: [&str; 16] = [
        "log", "exp", "max", "min", "argmax", "argmin", "arg", "sin", "cos", "tanh", "var", "cov",
        "det", "tr", "sgn", "dx",
    ];
    let bare = word.trim_matches(|c: char| ".,:;!?()«»“”\"'’–".contains(c));
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    let others = bare.chars().any(|c| !(c.is_alphabetic() || "-’'".contains(c)));
    let is_small = bare.chars().skip(1).all(|c| !c.is_uppercase());
    letters >= 2
        && !others
        && (is_small || letters >= 3)
        && !FUNCTIONS.contains(&bare.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_formula_is_replaced_and_its_words_are_kept() {
        let text = "- Load of a van – The load is given by µ = ∑^1^m x, which grows in winter.";
        let expected = "- Load of a van – The load is given by (formula), which grows in winter.";
        assert_eq!(written(text).as_deref(), Some(expected));
        let readable = "The load is x_i^2 in winter.";
        assert_eq!(written(readable).as_deref(), Some(readable));
    }

    #[test]
    fn a_paragraph_without_enough_words_is_left_out() {
        assert_eq!(written("v′ = ∑^1^m x"), None);
        assert_eq!(written("Load: µ = ∑^1^m x"), None);
    }
}
