//! The formulas of a page, within its budget.

use std::cell::Cell;
use std::time::{Duration, Instant};

use maud::{Markup, PreEscaped};

use crate::typeset::{FormulaDisplay, Typesetter};

/// The maximum number of formulas of a page that are typeset. In about 200 repositories, one document has more.
const MOST: usize = 3_000;
/// The time budget for the formulas of a page. When it is spent, the others are shown as their source.
const BUDGET: Duration = Duration::from_secs(1);

/// Typesets the formulas of one page.
pub(super) struct PageFormulas<'a> {
    typesetter: &'a Typesetter,
    count: Cell<usize>,
    spent: Cell<Duration>,
}

impl<'a> PageFormulas<'a> {
    pub fn new(typesetter: &'a Typesetter) -> PageFormulas<'a> {
        PageFormulas { typesetter, count: Cell::new(0), spent: Cell::default() }
    }

    /// The formula `tex` as MathML; `None` if it can't be typeset, or if the page's budget is spent.
    pub fn typeset(&self, tex: &str, display: FormulaDisplay) -> Option<Markup> {
        if self.count.get() >= MOST || self.spent.get() >= BUDGET {
            return None;
        }
        self.count.set(self.count.get() + 1);
        let started = Instant::now();
        let typeset = self.typesetter.typeset(tex, display);
        self.spent.set(self.spent.get() + started.elapsed());
        match typeset {
            Ok(mathml) => Some(PreEscaped(mathml.as_str().to_owned())),
            Err(error) => {
                tracing::debug!("a formula is shown as its source: {error}");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_limited_number_of_formulas() {
        let typesetter = Typesetter::default();
        let page = PageFormulas::new(&typesetter);
        let typeset = |tex: &str| page.typeset(tex, FormulaDisplay::Inline).is_some();
        assert!(typeset("x") && !typeset("\\frac{"));
        assert!((2..MOST).all(|_| typeset("x")));
        assert!(!typeset("x"));
    }
}
