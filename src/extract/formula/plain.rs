//! Finds formulas in text that is not Markdown, such as that of HTML pages and Anki cards, and replaces them with their
//! readable form.

use super::delimiters::{DelimiterScan, Notation};
use super::read::readable_formula;
use crate::extract::sections::BlockFormula;

/// A text in which formulas have their readable form.
pub(in crate::extract) struct ReadableText {
    pub text: String,
    /// The formulas, in the order of the text.
    pub formulas: Vec<BlockFormula>,
    /// The byte offset in the original text at which each formula ends, closing delimiter included.
    ends: Vec<usize>,
}

/// `text` with its formulas in their readable form; `None` if it has none. O(length).
pub(in crate::extract) fn readable_text(text: &str) -> Option<ReadableText> {
    if !text.contains(['$', '\\']) {
        return None;
    }
    let (mut formulas, mut ends) = (Vec::new(), Vec::new());
    let mut readable = String::with_capacity(text.len());
    let mut scan = DelimiterScan::new(text, Notation::Plain);
    let mut at = 0;
    while let Some(step) = scan.step() {
        at += step.length;
        let Some(formula) = step.formula else {
            readable.push_str(&text[at - step.length..at]);
            continue;
        };
        let from = readable.len();
        readable.push_str(&readable_formula(formula.tex));
        formulas
            .push(BlockFormula { range: from..readable.len(), tex: formula.tex.trim().to_owned() });
        ends.push(at);
    }
    (!formulas.is_empty()).then_some(ReadableText { text: readable, formulas, ends })
}

impl ReadableText {
    /// The offset in the readable text that corresponds to the byte `offset` of the original text. For a byte inside a
    /// formula, the start of the formula.
    pub fn offset(&self, offset: usize) -> usize {
        let passed = self.ends.partition_point(|end| *end <= offset);
        let (old, new) = match passed.checked_sub(1) {
            Some(last) => (self.ends[last], self.formulas[last].range.end),
            None => (0, 0),
        };
        let next = self.formulas.get(passed).map_or(self.text.len(), |next| next.range.start);
        (new + (offset - old)).min(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_pages_and_cards_become_readable_and_money_stays() {
        let text = "The rate \\(\\eta\\) and $x_i$ cost $5 or $ 6, \\[a = \\frac{1}{n}\\] $$\\sigma^2$$ end";
        let readable = readable_text(text).unwrap();
        assert_eq!(readable.text, "The rate η and x_i cost $5 or $ 6, a = 1 / n σ^2 end");
        let tex: Vec<&str> = readable.formulas.iter().map(|formula| formula.tex.as_str()).collect();
        assert_eq!(tex, ["\\eta", "x_i", "a = \\frac{1}{n}", "\\sigma^2"]);
        let ranges = readable.formulas.iter().map(|formula| &readable.text[formula.range.clone()]);
        assert_eq!(ranges.collect::<Vec<_>>(), ["η", "x_i", "a = 1 / n", "σ^2"]);
        for word in ["The", "cost", "end"] {
            let moved = readable.offset(text.find(word).unwrap());
            assert!(readable.text[moved..].starts_with(word), "{word}");
        }
        assert!(readable_text("It costs $5, or $10 for two; C:\\temp and $HOME/$USER").is_none());
    }
}
