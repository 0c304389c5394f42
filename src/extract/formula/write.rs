//! Builds the readable form of a formula: separates words, and writes no two spaces in a row.

use unicode_normalization::UnicodeNormalization;

#[derive(Default)]
pub(super) struct FormulaText {
    text: String,
    /// The separation between what was written last and what is written next.
    gap: Gap,
}

/// The space between what was written last and what is written next.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Gap {
    #[default]
    None,
    /// A space if both sides are letters or digits.
    BetweenWords,
    Space,
}

impl FormulaText {
    /// Writes a character of the formula.
    pub fn push(&mut self, c: char) {
        self.before(c);
        self.text.push(c);
    }

    /// Puts a space between what was written and what is written next. At the start and end of the formula, no space is
    /// written.
    pub fn space(&mut self) {
        self.gap = Gap::Space;
    }

    /// Writes a letter or sign.
    pub fn symbol(&mut self, symbol: &str) {
        symbol.chars().for_each(|c| self.push(c));
    }

    /// Writes `sign` with a space on both sides.
    pub fn relation(&mut self, sign: &str) {
        self.space();
        self.symbol(sign);
        self.space();
    }

    /// Writes `word`. Between the word and a letter or digit next to it, there will be a space.
    pub fn word(&mut self, word: &str) {
        self.gap = self.gap.max_with(Gap::BetweenWords);
        self.symbol(word);
        self.gap = Gap::BetweenWords;
    }

    /// Writes `mark`, such as `, `, directly after what was written. Writes only a space if nothing was written before,
    /// or if that ends with a comma, semicolon or full stop.
    pub fn separator(&mut self, mark: &str) {
        if !self.text.is_empty() && !self.text.ends_with([',', ';', '.']) {
            self.text.push_str(mark.trim_end());
        }
        self.space();
    }

    /// Writes `other` behind what was written.
    pub fn append(&mut self, other: &FormulaText) {
        if let Some(first) = other.text.chars().next() {
            self.before(first);
            self.text.push_str(&other.text);
        }
        self.gap = self.gap.max_with(other.gap);
    }

    /// Writes an index (`mark` is `_`) or an exponent (`^`).
    pub fn script(&mut self, mark: char, script: FormulaText) {
        let script = script.finish();
        self.gap = Gap::None;
        match script.as_str() {
            "" => {}
            primes if primes.chars().all(|c| matches!(c, '′' | '\'')) => {
                primes.chars().for_each(|_| self.text.push('′'));
            }
            "∘" if mark == '^' => self.text.push('°'),
            script
                if script.chars().all(char::is_alphanumeric)
                    || is_one_character(script)
                    || is_in_parentheses(script) =>
            {
                self.text.push(mark);
                self.text.push_str(script);
            }
            script => {
                self.text.push(mark);
                self.text.push('(');
                self.text.push_str(script);
                self.text.push(')');
            }
        }
        self.gap = Gap::BetweenWords;
    }

    /// Writes `above / below`, or only `above` if `below` is empty. Each of them is in parentheses if it is more than
    /// one factor. The whole fraction is in parentheses if there is a factor directly before it or, as `is_factor`
    /// states, directly after it.
    pub fn fraction(&mut self, above: FormulaText, below: FormulaText, is_factor: bool) {
        if below.text.trim().is_empty() {
            return self.append(&above);
        }
        let fraction = format!("{} / {}", above.as_factor(), below.as_factor());
        let last = self.text.chars().next_back();
        let follows_factor =
            last.is_some_and(|c| c.is_alphanumeric() || matches!(c, ')' | ']' | '}'));
        if follows_factor || is_factor {
            if follows_factor {
                self.space();
            }
            self.symbol(&format!("({fraction})"));
            self.space();
        } else {
            self.symbol(&fraction);
            self.gap = Gap::BetweenWords;
        }
    }

    /// Writes `name(argument, argument)`.
    pub fn call(&mut self, name: &str, arguments: &[FormulaText]) {
        self.word(name);
        self.gap = Gap::None;
        let arguments: Vec<&str> = arguments.iter().map(|argument| argument.text.trim()).collect();
        self.symbol(&format!("({})", arguments.join(", ")));
    }

    /// Writes `base` with the combining `mark` on its letter if it is one letter, perhaps with an index or exponent.
    /// Otherwise writes `base` without the mark.
    pub fn accented(&mut self, mark: char, base: FormulaText) {
        let base = base.finish();
        let first = base.chars().next().map_or(0, char::len_utf8);
        let (letter, behind) = base.split_at(first);
        let accented = match behind.is_empty() || behind.starts_with(['_', '^']) {
            true if !letter.is_empty() => format!("{letter}{mark}{behind}").nfc().collect(),
            _ => base,
        };
        self.symbol(&accented);
    }

    pub fn in_parentheses(self) -> FormulaText {
        self.between('(', ')')
    }

    /// The text between the brackets `open` and `close`; empty if the text is empty.
    pub fn between(self, open: char, close: char) -> FormulaText {
        let text = self.finish();
        match text.is_empty() {
            true => FormulaText::default(),
            false => FormulaText { text: format!("{open}{text}{close}"), gap: Gap::None },
        }
    }

    pub fn finish(self) -> String {
        match self.text.trim() {
            text if text.len() == self.text.len() => self.text,
            text => text.to_owned(),
        }
    }

    /// The text, in parentheses if there is an operator or a space outside of its brackets.
    fn as_factor(&self) -> String {
        let text = self.text.trim();
        let mut depth = 0_u32;
        let is_compound = text.chars().any(|c| {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && (c.is_whitespace() || matches!(c, '+' | '-' | '−' | '/' | '*' | '='))
        });
        if is_compound { format!("({text})") } else { text.to_owned() }
    }

    /// Writes the gap before `next`.
    fn before(&mut self, next: char) {
        let last = self.text.chars().next_back();
        let has_space = match (self.gap, last) {
            (Gap::None, _) | (_, None) => false,
            (Gap::BetweenWords, Some(last)) => last.is_alphanumeric() && next.is_alphanumeric(),
            (Gap::Space, Some(last)) => !last.is_whitespace(),
        };
        if has_space {
            self.text.push(' ');
        }
        self.gap = Gap::None;
    }
}

impl Gap {
    fn max_with(self, other: Gap) -> Gap {
        match (self, other) {
            (Gap::Space, _) | (_, Gap::Space) => Gap::Space,
            (Gap::BetweenWords, _) | (_, Gap::BetweenWords) => Gap::BetweenWords,
            _ => Gap::None,
        }
    }
}

/// Whether `text` is one group in parentheses.
fn is_in_parentheses(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.is_some_and(|inner| !inner.contains(['(', ')']))
}

fn is_one_character(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some() && characters.next().is_none()
}
