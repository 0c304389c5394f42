//! Parses a GraphQL request: one operation with its variables filled in, and its fragments
//! (GraphQL specification of October 2021, section 2). Directives are not supported.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The selection of the operation (the last one, if there are several), with every variable replaced by its
/// value.
pub struct Document {
    pub selection: Vec<Selection>,
    fragments: HashMap<String, Fragment>,
}

pub enum Selection {
    Field(Field),
    Inline(Fragment),
    Spread(String),
}

pub struct Fragment {
    on: Option<String>,
    selection: Vec<Selection>,
}

pub struct Field {
    /// The name in the response: the alias, if there is one.
    pub key: String,
    pub name: String,
    pub arguments: Map<String, Value>,
    pub selection: Vec<Selection>,
}

/// Interfaces: as a fragment's type condition, they match every type.
const INTERFACES: [&str; 5] = ["Actor", "Node", "RepositoryOwner", "Comment", "Votable"];

impl Document {
    /// Parses `query`. The error is a message similar to GitHub's.
    pub fn parse(query: &str, variables: &Map<String, Value>) -> Result<Document, String> {
        let tokens = tokens(query)?;
        let mut parser = Parser { tokens, at: 0, variables: variables.clone() };
        let mut document = Document { selection: Vec::new(), fragments: HashMap::new() };
        while let Some(token) = parser.peek().cloned() {
            match token {
                Token::Mark('{') => document.selection = parser.selection()?,
                Token::Name(word) if word == "query" => {
                    parser.at += 1;
                    parser.operation_head()?;
                    document.selection = parser.selection()?;
                }
                Token::Name(word) if word == "fragment" => {
                    parser.at += 1;
                    let name = parser.name()?;
                    let fragment = parser.fragment()?;
                    document.fragments.insert(name, fragment);
                }
                other => return Err(unexpected(Some(&other))),
            }
        }
        Ok(document)
    }

    /// The fields that `selection` requests of an object of the type `kind`, including those in fragments. An empty
    /// `kind` matches all fragments.
    pub fn fields<'a>(&'a self, kind: &str, selection: &'a [Selection]) -> Vec<&'a Field> {
        let mut fields = Vec::new();
        for part in selection {
            let fragment = match part {
                Selection::Field(field) => {
                    fields.push(field);
                    continue;
                }
                Selection::Inline(fragment) => Some(fragment),
                Selection::Spread(name) => self.fragments.get(name),
            };
            let fragment = fragment.filter(|fragment| match fragment.on.as_deref() {
                Some(on) => on == kind || kind.is_empty() || INTERFACES.contains(&on),
                None => true,
            });
            fields.extend(
                fragment.map(|one| self.fields(kind, &one.selection)).into_iter().flatten(),
            );
        }
        fields
    }
}

#[derive(Clone, Debug)]
enum Token {
    Name(String),
    Literal(Value),
    Spread,
    Mark(char),
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    variables: Map<String, Value>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn skip(&mut self, mark: char) -> bool {
        let found = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), String> {
        if self.skip(mark) { Ok(()) } else { Err(unexpected(self.peek())) }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Name(name)) => Ok(name),
            other => Err(unexpected(other.as_ref())),
        }
    }

    /// Skips an operation's name and reads its variables. Missing ones get their default.
    fn operation_head(&mut self) -> Result<(), String> {
        if matches!(self.peek(), Some(Token::Name(_))) {
            self.at += 1;
        }
        if !self.skip('(') {
            return Ok(());
        }
        while !self.skip(')') {
            self.expect('$')?;
            let name = self.name()?;
            self.expect(':')?;
            let list = self.skip('[');
            let kind = self.name()?;
            let mut required = self.skip('!');
            if list {
                self.expect(']')?;
                required = self.skip('!');
            }
            let default = if self.skip('=') { Some(self.value()?) } else { None };
            let given = self.variables.get(&name).is_some_and(|value| !value.is_null());
            if let (false, Some(default)) = (given, default) {
                self.variables.insert(name, default);
            } else if required && !given {
                return Err(format!("Variable ${name} of type {kind}! was provided invalid value"));
            }
        }
        Ok(())
    }

    fn fragment(&mut self) -> Result<Fragment, String> {
        let on = match self.peek() {
            Some(Token::Name(word)) if word == "on" => {
                self.at += 1;
                Some(self.name()?)
            }
            _ => None,
        };
        Ok(Fragment { on, selection: self.selection()? })
    }

    fn selection(&mut self) -> Result<Vec<Selection>, String> {
        self.expect('{')?;
        let mut parts = Vec::new();
        while !self.skip('}') {
            if !matches!(self.peek(), Some(Token::Spread)) {
                parts.push(Selection::Field(self.field()?));
                continue;
            }
            self.at += 1;
            parts.push(match self.peek() {
                Some(Token::Name(name)) if name != "on" => Selection::Spread(self.name()?),
                _ => Selection::Inline(self.fragment()?),
            });
        }
        Ok(parts)
    }

    fn field(&mut self) -> Result<Field, String> {
        let key = self.name()?;
        let name = if self.skip(':') { self.name()? } else { key.clone() };
        let arguments = if self.skip('(') { self.pairs(')')? } else { Map::new() };
        let open = matches!(self.peek(), Some(Token::Mark('{')));
        let selection = if open { self.selection()? } else { Vec::new() };
        Ok(Field { key, name, arguments, selection })
    }

    fn pairs(&mut self, end: char) -> Result<Map<String, Value>, String> {
        let mut pairs = Map::new();
        while !self.skip(end) {
            let name = self.name()?;
            self.expect(':')?;
            pairs.insert(name, self.value()?);
        }
        Ok(pairs)
    }

    fn value(&mut self) -> Result<Value, String> {
        Ok(match self.next() {
            Some(Token::Literal(value)) => value,
            Some(Token::Name(word)) => match word.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                _ => Value::String(word),
            },
            Some(Token::Mark('$')) => {
                let name = self.name()?;
                self.variables.get(&name).cloned().unwrap_or_default()
            }
            Some(Token::Mark('{')) => Value::Object(self.pairs('}')?),
            Some(Token::Mark('[')) => {
                let mut items = Vec::new();
                while !self.skip(']') {
                    items.push(self.value()?);
                }
                Value::Array(items)
            }
            other => return Err(unexpected(other.as_ref())),
        })
    }
}

fn unexpected(token: Option<&Token>) -> String {
    match token {
        Some(token) => format!("Parse error on {token:?}"),
        None => "Unexpected end of document".to_owned(),
    }
}

fn tokens(query: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start_matches('\u{feff}');
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = match first {
            ',' => 1,
            _ if first.is_whitespace() => first.len_utf8(),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let mut read = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
                let value = read.next().and_then(Result::ok).ok_or("Unterminated string")?;
                tokens.push(Token::Literal(value));
                read.byte_offset()
            }
            '.' if rest.starts_with("...") => {
                tokens.push(Token::Spread);
                3
            }
            '-' | '0'..='9' => {
                let is_number = |c: char| is_word(c) || matches!(c, '-' | '+' | '.');
                let end = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
                let number = serde_json::from_str(&rest[..end]);
                tokens.push(Token::Literal(number.map_err(|_| "Expected NUMBER".to_owned())?));
                end
            }
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                tokens.push(Token::Name(rest[..end].to_owned()));
                end
            }
            _ => {
                tokens.push(Token::Mark(first));
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    Ok(tokens)
}
