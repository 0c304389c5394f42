//! Limits how deeply a formula is nested. The renderer is recursive, and a stack that overflows ends the process, so
//! this is checked before, without recursion.
//!
//! What is counted is at least what the renderer nests, except for a small constant factor of some commands. The stack
//! of the renderer's threads has room for many times the limit.

use katex::KatexContext;

use super::tokens::TexToken;

/// The maximum depth. Of 13,000 different formulas in 32 repositories, none is deeper than 16. Some commands make the
/// renderer read or copy their content again, so its time grows with the depth, too.
const DEEPEST: usize = 32;

/// A part of a formula that is not complete at some token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Braces or a pair of delimiters.
    Group,
    /// An environment, whose cells end at `&` and `\\`.
    Environment,
    /// A command of which this many arguments are missing, also `^` and `_`.
    Arguments(usize),
    /// A command that applies to the rest of its group.
    Rest,
}

/// Whether `tokens` are nested deeper than the limit. O(tokens).
pub(super) fn is_deep(tokens: &[TexToken], context: &KatexContext) -> bool {
    let mut nesting = Nesting::default();
    let mut deepest = 0;
    for token in tokens {
        nesting.read(*token, context);
        deepest = deepest.max(nesting.open.len());
    }
    deepest > DEEPEST
}

#[derive(Default)]
struct Nesting {
    open: Vec<Open>,
}

impl Nesting {
    fn read(&mut self, token: TexToken, context: &KatexContext) {
        match token {
            TexToken::Space => {}
            TexToken::Char('{') | TexToken::Word("left" | "bgroup" | "begingroup") => {
                self.open.push(Open::Group);
            }
            TexToken::Word("begin") => self.open.push(Open::Environment),
            TexToken::Char('}') => self.close(Open::Group),
            TexToken::Word("right" | "egroup" | "endgroup") => self.close(Open::Group),
            TexToken::Word("end") => self.close(Open::Environment),
            TexToken::Char('^' | '_') => self.open.push(Open::Arguments(1)),
            TexToken::Char('&') | TexToken::Sign('\\') | TexToken::Word("cr") => self.end_cell(),
            TexToken::Word(name) if is_for_the_rest(name) => self.open.push(Open::Rest),
            TexToken::Word(name) => self.command(&format!("\\{name}"), context),
            TexToken::Sign(c) => self.command(&format!("\\{c}"), context),
            TexToken::Char(_) => self.complete(),
        }
    }

    fn command(&mut self, name: &str, context: &KatexContext) {
        match context.functions.get(name).map_or(0, |function| function.num_args) {
            0 => self.complete(),
            arguments => self.open.push(Open::Arguments(arguments)),
        }
    }

    /// Records that something is complete, which may complete the commands whose last argument it is.
    fn complete(&mut self) {
        while let Some(Open::Arguments(missing)) = self.open.last_mut() {
            *missing -= 1;
            if *missing > 0 {
                return;
            }
            self.open.pop();
        }
    }

    /// Closes the innermost group or environment, if it is a `kind`. If it is the other kind, the formula is wrong, and
    /// the renderer reads no further than this.
    fn close(&mut self, kind: Open) {
        let is_closable = |open: &Open| matches!(open, Open::Group | Open::Environment);
        match self.open.iter().rposition(is_closable) {
            Some(at) if self.open[at] == kind => self.open.truncate(at),
            _ => return,
        }
        self.complete();
    }

    /// Ends the cell of an environment.
    fn end_cell(&mut self) {
        let is_closable = |open: &Open| matches!(open, Open::Group | Open::Environment);
        if let Some(at) = self.open.iter().rposition(is_closable)
            && self.open[at] == Open::Environment
        {
            self.open.truncate(at + 1);
        }
    }
}

/// Whether the command applies to the rest of its group: sizes, styles, old fonts, and fractions between two parts.
fn is_for_the_rest(name: &str) -> bool {
    matches!(
        name,
        "above"
            | "atop"
            | "brace"
            | "brack"
            | "choose"
            | "over"
            | "color"
            | "middle"
            | "displaystyle"
            | "textstyle"
            | "scriptstyle"
            | "scriptscriptstyle"
            | "tiny"
            | "sixptsize"
            | "scriptsize"
            | "footnotesize"
            | "small"
            | "normalsize"
            | "large"
            | "Large"
            | "LARGE"
            | "huge"
            | "Huge"
            | "rm"
            | "sf"
            | "tt"
            | "bf"
            | "it"
            | "cal"
            | "mit"
    )
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn depth_limit_is_exceeded(tex: &str) -> bool {
        is_deep(&tokens(tex), &KatexContext::default())
    }

    #[test]
    fn what_is_inside_something_else_counts() {
        for unit in
            ["{", "\\sqrt", "\\frac1", "^", "\\left(", "\\large x", "a \\over", "\\begin{matrix}"]
        {
            assert!(depth_limit_is_exceeded(&format!("{unit} ").repeat(DEEPEST + 1)), "{unit}");
            assert!(!depth_limit_is_exceeded(&format!("{unit} ").repeat(DEEPEST / 2)), "{unit}");
        }
    }

    #[test]
    fn what_is_beside_something_else_does_not_count() {
        for unit in [
            "{x}",
            "\\sqrt x",
            "\\frac12",
            "x^2_1",
            "\\left(x\\right)",
            "{\\large x}",
            "\\alpha",
            "\\text{a}",
        ] {
            assert!(!depth_limit_is_exceeded(&format!("{unit} ").repeat(200)), "{unit}");
        }
        let rows = "\\displaystyle x & \\displaystyle y \\\\".repeat(100);
        assert!(!depth_limit_is_exceeded(&format!("\\begin{{array}}{{ll}}{rows}\\end{{array}}")));
    }
}
