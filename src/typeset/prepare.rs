//! Changes a formula so that the renderer can read it: commands and environments that it does not know get the names
//! of those that it knows ([`commands`](super::commands)), and signs inside text are escaped. Formulas with commands
//! that must not reach the renderer are refused.

use super::commands::{Change, Environment, change, environment, takes_text};
use super::tokens::TexToken;

/// The formula uses a command that it may not use.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused;

/// `tokens` as the renderer can read them. O(tokens).
pub(super) fn prepared<'a>(tokens: &[TexToken<'a>]) -> Result<Vec<TexToken<'a>>, Refused> {
    let mut preparation = Preparation { rest: tokens, written: Vec::new(), groups: Vec::new() };
    let mut next = NextGroup::default();
    while let Some((token, rest)) = preparation.rest.split_first() {
        preparation.rest = rest;
        next = match token {
            TexToken::Word(name) => preparation.word(name)?,
            TexToken::Char('{') => preparation.open(next),
            TexToken::Char('}') => preparation.close(),
            TexToken::Char('$') => preparation.dollar(),
            TexToken::Char(c) => preparation.character(*c),
            TexToken::Sign(_) => preparation.keep(*token),
            // A space is neither written at the start of an argument nor ends the wait for it.
            TexToken::Space if next.is_awaited() => next,
            TexToken::Space => preparation.keep(*token),
        };
    }
    Ok(preparation.written)
}

/// What the next group is, as the command before it says.
#[derive(Clone, Copy, Default)]
struct NextGroup {
    is_text: bool,
    /// The command that is written after the group.
    closing: Option<Closing>,
}

#[derive(Clone, Copy)]
enum Closing {
    Word(&'static str),
    Char(char),
}

impl NextGroup {
    fn is_awaited(self) -> bool {
        self.is_text || self.closing.is_some()
    }
}

/// An open group.
#[derive(Clone, Copy)]
struct Group {
    /// Whether characters in it are text at the moment. A dollar sign in text starts and ends a formula.
    is_text: bool,
    closing: Option<Closing>,
}

struct Preparation<'t, 'a> {
    rest: &'t [TexToken<'a>],
    written: Vec<TexToken<'a>>,
    groups: Vec<Group>,
}

impl<'a> Preparation<'_, 'a> {
    fn is_text(&self) -> bool {
        self.groups.last().is_some_and(|group| group.is_text)
    }

    fn keep(&mut self, token: TexToken<'a>) -> NextGroup {
        self.written.push(token);
        NextGroup::default()
    }

    fn open(&mut self, next: NextGroup) -> NextGroup {
        let is_text = next.is_text || self.is_text();
        self.groups.push(Group { is_text, closing: next.closing });
        self.keep(TexToken::Char('{'))
    }

    fn close(&mut self) -> NextGroup {
        self.written.push(TexToken::Char('}'));
        match self.groups.pop().and_then(|group| group.closing) {
            Some(Closing::Word(name)) => self.written.push(TexToken::Word(name)),
            Some(Closing::Char(c)) => self.written.push(TexToken::Char(c)),
            None => {}
        }
        NextGroup::default()
    }

    fn dollar(&mut self) -> NextGroup {
        match self.groups.last_mut() {
            Some(group) => group.is_text = !group.is_text,
            // Outside of text, a dollar sign is an amount of money.
            None => return self.keep(TexToken::Sign('$')),
        }
        self.keep(TexToken::Char('$'))
    }

    fn character(&mut self, c: char) -> NextGroup {
        match c {
            '#' => self.keep(TexToken::Sign(c)),
            '_' | '&' if self.is_text() => self.keep(TexToken::Sign(c)),
            '^' if self.is_text() => self.keep(TexToken::Word("textasciicircum")),
            _ => self.keep(TexToken::Char(c)),
        }
    }

    fn word(&mut self, name: &'a str) -> Result<NextGroup, Refused> {
        match change(name) {
            Change::Limits => self.limits(name),
            // Before another command, the renderer would refuse it.
            Change::Class if matches!(self.rest.first(), Some(TexToken::Word(_))) => {}
            Change::Class => return Ok(self.command(name)),
            Change::Refuse => return Err(Refused),
            Change::Keep => return Ok(self.command(name)),
            Change::Rename(name) => return Ok(self.command(name)),
            Change::Begin => self.begin(),
            Change::End => self.end(),
            Change::Function => self.function(name),
            Change::Between(open, close) => {
                self.written.push(TexToken::Word(open));
                return Ok(NextGroup { is_text: false, closing: Some(Closing::Word(close)) });
            }
            Change::Drop(arguments) => self.drop_arguments(arguments),
            Change::DropBeforeText(arguments) => {
                self.drop_arguments(arguments);
                return Ok(self.command("text"));
            }
            Change::Tag => return Ok(self.tag()),
        }
        Ok(NextGroup::default())
    }

    fn command(&mut self, name: &'a str) -> NextGroup {
        self.written.push(TexToken::Word(name));
        NextGroup { is_text: takes_text(name), closing: None }
    }

    fn function(&mut self, name: &'a str) {
        self.written.push(TexToken::Word("operatorname"));
        self.written.push(TexToken::Char('{'));
        self.written.extend(name.chars().map(TexToken::Char));
        self.written.push(TexToken::Char('}'));
    }

    /// Writes `\limits` before the `_` or `^` that authors sometimes write before it.
    fn limits(&mut self, name: &'a str) {
        let is_late = matches!(self.written.last(), Some(TexToken::Char('_' | '^')));
        let script = self.written.pop_if(|_| is_late);
        self.written.push(TexToken::Word(name));
        self.written.extend(script);
    }

    /// Writes `\tag{1}` as `\qquad (\text{1})`, and `\tag*{1}` without the brackets.
    fn tag(&mut self) -> NextGroup {
        self.written.push(TexToken::Word("qquad"));
        let mut closing = None;
        match self.rest.strip_prefix(&[TexToken::Char('*')]) {
            Some(rest) => self.rest = rest,
            None => {
                self.written.push(TexToken::Char('('));
                closing = Some(Closing::Char(')'));
            }
        }
        self.written.push(TexToken::Word("text"));
        NextGroup { is_text: true, closing }
    }

    fn begin(&mut self) {
        let Some(name) = self.argument_name() else {
            self.written.push(TexToken::Word("begin"));
            return;
        };
        match environment(&name) {
            Environment::Keep => self.written.push(TexToken::Word("begin")),
            Environment::Group => {
                self.skip_argument();
                self.written.push(TexToken::Char('{'));
            }
            Environment::As { name, columns } => {
                self.skip_argument();
                self.written.push(TexToken::Word("begin"));
                self.argument(name);
                if !columns.is_empty() {
                    self.argument(columns);
                }
            }
        }
    }

    fn end(&mut self) {
        let new = self.argument_name().map_or(Environment::Keep, |name| environment(&name));
        match new {
            Environment::Keep => self.written.push(TexToken::Word("end")),
            Environment::Group => {
                self.skip_argument();
                self.written.push(TexToken::Char('}'));
            }
            Environment::As { name, .. } => {
                self.skip_argument();
                self.written.push(TexToken::Word("end"));
                self.argument(name);
            }
        }
    }

    fn argument(&mut self, text: &'static str) {
        self.written.push(TexToken::Char('{'));
        self.written.extend(text.chars().map(TexToken::Char));
        self.written.push(TexToken::Char('}'));
    }

    /// The text of the argument in braces that comes next; `None` if something else comes.
    fn argument_name(&self) -> Option<String> {
        let (TexToken::Char('{'), rest) = self.rest.split_first()? else { return None };
        let end = rest.iter().take(LONGEST_NAME).position(|token| *token == TexToken::Char('}'))?;
        let character = |token: &TexToken| match token {
            TexToken::Char(c) => Some(*c),
            _ => None,
        };
        rest[..end].iter().map(character).collect()
    }

    /// Skips an optional argument and this many arguments. An argument that is not closed extends to the end.
    fn drop_arguments(&mut self, arguments: usize) {
        if arguments > 0 && self.rest.first() == Some(&TexToken::Char('[')) {
            let end = self.rest.iter().position(|token| *token == TexToken::Char(']'));
            self.rest = end.map_or(&[], |end| &self.rest[end + 1..]);
        }
        for _ in 0..arguments {
            self.skip_argument();
        }
    }

    /// Skips spaces, and then a group or one token.
    fn skip_argument(&mut self) {
        let mut depth = 0_usize;
        while let Some((token, rest)) = self.rest.split_first() {
            match token {
                // The end of the group around the command.
                TexToken::Char('}') if depth == 0 => return,
                TexToken::Char('{') => depth += 1,
                TexToken::Char('}') => depth -= 1,
                _ => {}
            }
            self.rest = rest;
            if depth == 0 && *token != TexToken::Space {
                return;
            }
        }
    }
}

/// The maximum characters of the name of an environment.
const LONGEST_NAME: usize = 24;
