//! Reads a formula and writes its readable form.

use super::commands::{Meaning, meaning};
use super::write::FormulaText;

/// Groups nested deeper than this are read as if they had no braces.
const DEEPEST: usize = 24;

/// The readable form of the formula `tex`, without delimiters, on one line. O(length).
///
/// ```
/// # use cairn::extract::readable_formula;
/// let tex = r"w_i = \frac{1}{p(\text{examined} \mid \text{position})}";
/// assert_eq!(readable_formula(tex), "w_i = 1 / p(examined | position)");
/// ```
pub fn readable_formula(tex: &str) -> String {
    let mut reader = FormulaReader { rest: tex, depth: 0 };
    let mut text = FormulaText::default();
    // A closing brace without an opening one ends `group_end` early; the rest of the formula is read in the next round.
    while !reader.rest.is_empty() {
        text.append(&reader.group_end(Closing::Brace, Layout::Line));
    }
    text.finish()
}

/// What ends the part of a formula that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Brace,
    Bracket,
    /// `\end{…}`
    Environment,
}

/// How cells and rows are separated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Cells align the parts of one formula.
    Line,
    /// Cells are entries.
    Matrix,
}

struct FormulaReader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> FormulaReader<'a> {
    /// Reads up to and including `closing`, or up to the end of the formula.
    fn group_end(&mut self, closing: Closing, layout: Layout) -> FormulaText {
        let mut text = FormulaText::default();
        while let Some(c) = self.rest.chars().next() {
            let from = self.rest;
            self.rest = &from[c.len_utf8()..];
            match c {
                '}' if closing == Closing::Brace => break,
                ']' if closing == Closing::Bracket => break,
                '\\' => {
                    if self.command(&mut text, layout) == Flow::Ends {
                        break;
                    }
                }
                '{' => {
                    let inner = self.nested(Closing::Brace, layout);
                    text.append(&inner);
                }
                '_' | '^' => {
                    let script = self.argument();
                    text.script(c, script);
                }
                '&' if self.entity(&mut text) => {}
                '&' if layout == Layout::Matrix => text.separator(", "),
                '}' | '$' | '&' => {}
                '~' => text.space(),
                c if c.is_whitespace() => text.space(),
                c => text.push(c),
            }
        }
        text
    }

    /// Reads a nested part. If it is nested too deeply, reads nothing, so that the caller reads its content as if it
    /// had no braces.
    fn nested(&mut self, closing: Closing, layout: Layout) -> FormulaText {
        if self.depth >= DEEPEST {
            return FormulaText::default();
        }
        self.depth += 1;
        let text = self.group_end(closing, layout);
        self.depth -= 1;
        text
    }

    /// Reads the argument of a command or script: a group, a command or one character. Font commands before it are
    /// skipped: the index of `x_\textrm{h}` is `h`.
    fn argument(&mut self) -> FormulaText {
        self.skip_fonts();
        let mut text = FormulaText::default();
        let Some(c) = self.rest.chars().next() else { return text };
        self.rest = &self.rest[c.len_utf8()..];
        match c {
            '{' => return self.nested(Closing::Brace, Layout::Line),
            '\\' if self.depth < DEEPEST => {
                self.depth += 1;
                self.command(&mut text, Layout::Line);
                self.depth -= 1;
            }
            '\\' | '}' | '&' | '$' => {}
            c => text.push(c),
        }
        text
    }

    /// Reads the rest of `&lt;` or `&gt;`, which formulas in HTML have. Returns false if it is something else.
    fn entity(&mut self, text: &mut FormulaText) -> bool {
        let signs = [("lt;", "<"), ("gt;", ">")];
        let find = |(name, sign)| self.rest.strip_prefix(name).map(|rest| (rest, sign));
        let Some((rest, sign)) = signs.into_iter().find_map(find) else { return false };
        self.rest = rest;
        text.relation(sign);
        true
    }

    /// Skips white space and layout commands.
    fn skip_fonts(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(rest) = self.rest.strip_prefix('\\') else { return };
            let mut ahead = FormulaReader { rest, depth: self.depth };
            if meaning(ahead.name()) != Meaning::Layout {
                return;
            }
            self.rest = ahead.rest;
        }
    }

    /// Reads the argument in brackets, if there is one.
    fn option(&mut self) -> Option<FormulaText> {
        self.rest = self.rest.strip_prefix('[')?;
        Some(self.nested(Closing::Bracket, Layout::Line))
    }

    /// Reads the name of a command: letters with an optional star, or one other character.
    fn name(&mut self) -> &'a str {
        let letters = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let length = match letters {
            0 => self.rest.chars().next().map_or(0, char::len_utf8),
            letters => letters,
        };
        let (name, rest) = self.rest.split_at(length);
        self.rest = if letters > 0 { rest.strip_prefix('*').unwrap_or(rest) } else { rest };
        name
    }

    /// Reads the command whose backslash was just read and writes its readable form.
    fn command(&mut self, text: &mut FormulaText, layout: Layout) -> Flow {
        let name = self.name();
        match meaning(name) {
            Meaning::Symbol(symbol) => text.symbol(symbol),
            Meaning::Prefix(sign) => {
                text.symbol(sign);
                self.rest = self.rest.trim_start();
            }
            Meaning::Relation(sign) => text.relation(sign),
            Meaning::Word => text.word(name),
            Meaning::Space => text.space(),
            Meaning::Layout => self.rest = self.rest.trim_start(),
            Meaning::LayoutWithArgument => {
                self.argument();
            }
            Meaning::Delimiter => {
                let rest = self.rest.trim_start();
                self.rest = rest.strip_prefix('.').unwrap_or(rest);
            }
            Meaning::Begin => self.environment(text),
            Meaning::End => {
                self.argument();
                return Flow::Ends;
            }
            Meaning::Row => {
                self.option();
                text.separator(if layout == Layout::Matrix { "; " } else { ", " });
            }
            with_arguments => self.arguments_of(with_arguments, text),
        }
        Flow::Continues
    }

    /// Reads the arguments of a command that means `meaning` and writes their readable form.
    fn arguments_of(&mut self, meaning: Meaning, text: &mut FormulaText) {
        match meaning {
            Meaning::Accent(mark) => text.accented(mark, self.argument()),
            Meaning::Fraction => {
                let (above, below) = (self.argument(), self.argument());
                text.fraction(above, below, self.is_at_factor());
            }
            Meaning::Binomial => {
                let (above, below) = (self.argument(), self.argument());
                text.call("binom", &[above, below]);
            }
            Meaning::Root => match self.option() {
                Some(degree) => {
                    let of = self.argument();
                    text.call("root", &[degree, of]);
                }
                None => text.call("sqrt", &[self.argument()]),
            },
            script @ (Meaning::Above | Meaning::Below) => {
                let (above, base) = (self.argument(), self.argument());
                text.append(&base);
                text.script(if script == Meaning::Above { '^' } else { '_' }, above);
            }
            Meaning::Arrow(sign) => {
                text.relation(sign);
                text.append(&self.argument().in_parentheses());
                text.space();
            }
            Meaning::Modulus => {
                text.space();
                text.symbol("(mod ");
                text.append(&self.argument());
                text.symbol(")");
            }
            Meaning::Tag => {
                text.space();
                text.append(&self.argument().in_parentheses());
            }
            // `command` handles all other meanings itself.
            _ => {}
        }
    }

    /// Reads an environment whose `\begin` was just read.
    fn environment(&mut self, text: &mut FormulaText) {
        let name = self.argument().finish();
        let is_array = matches!(name.as_str(), "array" | "tabular");
        if is_array {
            self.argument();
        }
        let is_cases = name.contains("cases");
        let is_matrix = is_array || is_cases || name.ends_with("matrix");
        let layout = if is_matrix { Layout::Matrix } else { Layout::Line };
        let inner = self.nested(Closing::Environment, layout);
        match (is_cases, is_matrix) {
            (true, _) => text.append(&inner.between('{', '}')),
            (_, true) => text.append(&inner.between('[', ']')),
            _ => text.append(&inner),
        }
    }

    /// Whether the rest begins with a factor of the term that was just read.
    fn is_at_factor(&self) -> bool {
        let rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '~');
        match rest.chars().next() {
            None => false,
            Some('\\') => {
                let mut ahead = FormulaReader { rest: &rest[1..], depth: self.depth };
                match meaning(ahead.name()) {
                    Meaning::Relation(_) | Meaning::Row | Meaning::End => false,
                    Meaning::Delimiter => ahead.rest.trim_start().starts_with(['(', '[']),
                    _ => true,
                }
            }
            Some(c) => c.is_alphanumeric() || matches!(c, '(' | '{' | '[' | '^' | '_'),
        }
    }
}

/// Whether the part of the formula that contains a command goes on after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continues,
    Ends,
}
