//! Parses a query: words, `"phrases"`, `-not`, `OR`, `(groups)`, `field:value`.
//!
//! Parsing never fails. Text that can't be parsed is read as words, and what is ignored is reported in
//! [`Query::dropped`]. O(length).

use schemars::JsonSchema;
use serde::Serialize;

use crate::search::query::lexer::{Lexer, Token};

use crate::search::index::field::{Filter, FilterField};

/// The maximum number of characters of a query; the rest is ignored.
pub(in crate::search) const MOST_CHARS: usize = 1_000;
/// The maximum number of units of a query. A unit is a word, phrase or group at the top level. The same maximum applies
/// to the units of one group, to the alternatives of one `OR`, and to the excluded units of a query. The rest is
/// ignored, because more units make a search slower but not better.
pub(in crate::search) const MOST_UNITS: usize = 24;
/// The maximum number of words of a query; the rest is ignored. Words in groups and phrases and excluded words count
/// too. This limits the work of a search: every word is looked up, even if the query repeats a word or a group.
const MOST_WORDS: usize = 32;
/// The maximum nesting depth of groups. The parentheses of deeper groups are ignored.
const DEEPEST: usize = 4;

const OPEN_QUOTE: &str = "\" (no closing quotation mark; read up to the end)";
const OR_BEFORE_NO_WORD: &str = "OR (followed by a filter or an excluded word)";

/// A node of a parsed query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Node {
    Word(String),
    Phrase(String),
    /// A group: all of these must match.
    All(Vec<Node>),
    /// Alternatives joined by `OR`: one of these must match.
    Any(Vec<Node>),
}

/// A parsed query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Query {
    pub units: Vec<Node>,
    /// A hit contains none of these.
    pub excluded: Vec<Node>,
    pub filters: Vec<Filter>,
    /// Descriptions of the parts of the text that were ignored, for the user.
    pub dropped: Vec<String>,
}

/// Parses `text`.
///
/// ```
/// use cairn::search::query::{Node, parse};
/// let query = parse("ranking \"position bias\" -ads source:mercari");
/// assert_eq!(query.units.len(), 2);
/// assert_eq!(query.excluded, [Node::Word("ads".into())]);
/// assert_eq!(query.filters[0].value, "mercari");
/// ```
pub fn parse(text: &str) -> Query {
    let mut query = Query::default();
    let mut read = text;
    if let Some((at, _)) = text.char_indices().nth(MOST_CHARS) {
        read = &text[..at];
        query.dropped.push(format!("the text after the first {MOST_CHARS} characters"));
    }
    let mut reader = Reader {
        lexer: Lexer::new(read),
        query,
        depth: 0,
        ignored: 0,
        words: MOST_WORDS,
        is_cut: false,
    };
    let mut units = reader.group();
    if units.len() > MOST_UNITS {
        reader.drop(&format!("all words after the first {MOST_UNITS}"));
        units.truncate(MOST_UNITS);
    } else if reader.is_cut {
        reader.drop(&format!("all words after the first {MOST_WORDS}"));
    }
    let mut query = reader.query;
    if query.excluded.len() > MOST_UNITS {
        query.dropped.push(format!("all excluded words after the first {MOST_UNITS}"));
        query.excluded.truncate(MOST_UNITS);
    }
    query.units = units;
    query
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    query: Query,
    depth: usize,
    /// The number of ignored opening parentheses whose closing parentheses have not been read yet.
    ignored: usize,
    /// The number of words that may still be read.
    words: usize,
    /// Whether words were left out.
    is_cut: bool,
}

/// The operators that were read since the last unit or filter.
#[derive(Default)]
struct PendingOperators {
    or: bool,
    not: bool,
}

impl Reader<'_> {
    /// Reads the units up to the end of the group or of the text. Stores excluded units and filters in the query.
    fn group(&mut self) -> Vec<Node> {
        let mut units: Vec<Node> = Vec::new();
        let mut before = PendingOperators::default();
        while let Some(token) = self.lexer.next() {
            match token {
                Token::Close if self.ignored > 0 => self.ignored -= 1,
                Token::Close if self.depth > 0 => {
                    self.end(before);
                    return units;
                }
                Token::Or if units.is_empty() => self.drop("OR (nothing before it)"),
                Token::Or => before.or = true,
                Token::Not => before.not = true,
                Token::Field { field, value, is_open } => {
                    if is_open {
                        self.drop(OPEN_QUOTE);
                    }
                    let before = std::mem::take(&mut before);
                    if before.or {
                        self.drop(OR_BEFORE_NO_WORD);
                    }
                    self.filter(field, value, before.not);
                }
                other => {
                    if let Some(node) = self.node(other) {
                        self.add(node, std::mem::take(&mut before), &mut units);
                    }
                }
            }
        }
        if self.depth > 0 {
            self.drop("( (the parenthesis is not closed)");
        }
        self.end(before);
        units
    }

    /// Adds `node` to `units` or to the excluded units of the query. `before` are the operators before the node.
    fn add(&mut self, node: Node, before: PendingOperators, units: &mut Vec<Node>) {
        match before {
            PendingOperators { or, not: true } => {
                if or {
                    self.drop(OR_BEFORE_NO_WORD);
                }
                self.query.excluded.push(node);
            }
            PendingOperators { or: true, not: false } => self.join(units, node),
            PendingOperators { or: false, not: false } => units.push(node),
        }
    }

    /// Reads the node that begins with `token`; `None` if there is nothing to look for.
    fn node(&mut self, token: Token) -> Option<Node> {
        match token {
            Token::Open => self.inner(),
            Token::Word(word) => self.atom(word).map(|word| Node::Word(word.to_owned())),
            Token::Phrase { text, is_open } => {
                if is_open {
                    self.drop(OPEN_QUOTE);
                }
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.atom(&words).map(|words| Node::Phrase(words.to_owned()))
            }
            _ => {
                self.drop(") (no parenthesis was opened)");
                None
            }
        }
    }

    /// Reports operators without an operand at the end of a group or of the text.
    fn end(&mut self, before: PendingOperators) {
        if before.or {
            self.drop("OR (nothing after it)");
        }
        if before.not {
            self.drop("NOT (nothing after it)");
        }
    }

    /// Reads a group after its opening parenthesis. A group of one unit is read as that unit. `None` if the group is
    /// empty. Also `None` if the group is nested too deep: then only its parentheses are ignored, and its content is
    /// read as part of the outer group.
    fn inner(&mut self) -> Option<Node> {
        if self.depth == DEEPEST {
            self.drop("( (too many groups in groups)");
            self.ignored += 1;
            return None;
        }
        self.depth += 1;
        let mut units = self.group();
        self.depth -= 1;
        if units.len() > MOST_UNITS {
            self.drop(&format!("all words of a group after the first {MOST_UNITS}"));
            units.truncate(MOST_UNITS);
        }
        match units.len() {
            0 | 1 => units.pop(),
            _ => Some(Node::All(units)),
        }
    }

    /// `text` without the words beyond the word limit; `None` if no word is left or if `text` has no letter or digit.
    fn atom<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if !text.chars().any(char::is_alphanumeric) {
            if !text.is_empty() {
                self.drop(&format!("{text} (no letter or digit)"));
            }
            return None;
        }
        let mut end = 0;
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let counts = usize::from(word.chars().any(char::is_alphanumeric));
            let Some(left) = self.words.checked_sub(counts) else {
                self.is_cut = true;
                break;
            };
            self.words = left;
            end += word.len();
        }
        let read = text[..end].trim_end();
        (!read.is_empty()).then_some(read)
    }

    fn filter(&mut self, field: FilterField, value: &str, excluded: bool) {
        match Filter::new(field, value) {
            Err(why) => self.drop(&format!("{field}:{} ({why})", value.trim())),
            Ok(filter) => self.query.filters.push(Filter { excluded, ..filter }),
        }
    }

    /// Replaces the last of `units` with a node that has two alternatives: that unit and `node`. In a chain of `OR`,
    /// adds `node` to the alternatives that were read before, up to the maximum number.
    fn join(&mut self, units: &mut Vec<Node>, node: Node) {
        let mut any = match units.pop() {
            Some(Node::Any(any)) => any,
            before => before.into_iter().collect(),
        };
        if any.len() < MOST_UNITS {
            any.push(node);
        } else {
            self.drop(&format!("all alternatives after the first {MOST_UNITS}"));
        }
        units.push(Node::Any(any));
    }

    fn drop(&mut self, what: &str) {
        if !self.query.dropped.iter().any(|known| known == what) {
            self.query.dropped.push(what.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
