//! MDX: imports, exports and components, of which only what is in them is text.

use std::borrow::Cow;

use crate::extract::pattern::patterns;

patterns! {
    /// A name in braces, with dots in it: one without is as likely a placeholder in prose.
    NAME = r"\{[A-Za-z_]\w*(?:\.\w+)+\}";
}

/// Where in an MDX file the reader is.
#[derive(Default)]
pub(super) struct Mdx {
    /// In an `import` or `export`, which ends at a blank line.
    in_module: bool,
    /// Components that are open.
    depth: usize,
    /// In a component's tag that goes on over lines: braces that are open in it.
    in_tag: Option<usize>,
}

impl Mdx {
    /// Whether a component is open: what is in it may be indented as deep as it likes.
    pub fn is_inside(&self) -> bool {
        self.depth > 0
    }

    /// The line without imports and components; their contents stay.
    pub fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        let begins = |word: &str| line.starts_with(word);
        self.in_module =
            (self.in_module || begins("import ") || begins("export ")) && !line.trim().is_empty();
        if self.in_module {
            return Cow::Borrowed("");
        }
        let inside = self.depth > 0;
        if self.in_tag.is_none() && !line.contains(['<', '{']) {
            return Cow::Borrowed(if inside { line.trim_start() } else { line });
        }
        let mut kept = String::with_capacity(line.len());
        let mut rest = line;
        while !rest.is_empty() {
            rest = match self.in_tag {
                Some(_) => self.tag(rest),
                None => self.text(rest, &mut kept),
            };
        }
        let kept = if inside || self.depth > 0 { kept.trim_start().to_owned() } else { kept };
        Cow::Owned(kept)
    }

    /// Keeps `rest` up to the next component's tag; what follows that tag's name.
    fn text<'a>(&mut self, rest: &'a str, kept: &mut String) -> &'a str {
        let rest = rest.strip_prefix("<>").or(rest.strip_prefix("</>")).unwrap_or(rest);
        let opens = rest.match_indices('<').find(|(at, _)| {
            let name = rest[at + 1..].trim_start_matches('/');
            name.starts_with(|c: char| c.is_ascii_uppercase())
                && !name.starts_with("http")
                && is_component(name)
        });
        let comment =
            rest.find("{/*").map(|at| (at, rest[at..].find("*/}").map(|end| at + end + 3)));
        match (opens, comment) {
            (Some((at, _)), comment) if comment.is_none_or(|(other, _)| at < other) => {
                kept.push_str(&rest[..at]);
                let closes = rest[at + 1..].starts_with('/');
                if closes {
                    self.depth = self.depth.saturating_sub(1);
                } else {
                    self.depth += 1;
                }
                self.in_tag = Some(0);
                &rest[at + 1..]
            }
            (_, Some((at, Some(end)))) => {
                kept.push_str(&rest[..at]);
                &rest[end..]
            }
            _ => {
                kept.push_str(&without_expressions(rest));
                ""
            }
        }
    }

    /// What follows the tag that is open; the end of the line if it goes on.
    fn tag<'a>(&mut self, rest: &'a str) -> &'a str {
        let mut braces = self.in_tag.unwrap_or(0);
        let mut before = ' ';
        for (at, c) in rest.char_indices() {
            match c {
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                '>' if braces == 0 && before != '=' => {
                    if before == '/' {
                        self.depth = self.depth.saturating_sub(1);
                    }
                    self.in_tag = None;
                    return &rest[at + 1..];
                }
                _ => {}
            }
            before = c;
        }
        self.in_tag = Some(braces);
        ""
    }
}

/// Whether `name`, what follows a `<`, begins with a component's name: `Tabs`, `Callout`, but not
/// `MASK>` or `BEARER>`, which stand for themselves.
fn is_component(name: &str) -> bool {
    let word: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '.').collect();
    let after = name[word.len()..].chars().next();
    word.chars().any(|c| c.is_ascii_lowercase()) && after.is_none_or(|c| " \t/>\n".contains(c))
}

/// `text` without expressions that are a name only: `{meta.minutes}`.
fn without_expressions(text: &str) -> Cow<'_, str> {
    NAME.replace_all(text, "…")
}
