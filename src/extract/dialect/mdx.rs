//! MDX: removes imports, exports and the tags of components; the contents of components are kept.

use std::borrow::Cow;

use crate::extract::pattern::patterns;

patterns! {
    /// An expression that is a name with dots. A name without dots may be a placeholder in prose, so it is not matched.
    NAME = r"\{[A-Za-z_]\w*(?:\.\w+)+\}";
}

/// The state of reading an MDX file, line by line.
#[derive(Default)]
pub(super) struct Mdx {
    /// Whether the line is in an `import` or `export`, which ends at a blank line.
    in_module: bool,
    /// The number of open components.
    depth: usize,
    /// The number of open braces in the component's tag that is being read, which may span lines. `None` outside of
    /// tags.
    in_tag: Option<usize>,
}

impl Mdx {
    /// Whether a component is open: its contents may be indented by any amount.
    pub fn is_inside(&self) -> bool {
        self.depth > 0
    }

    /// The line without imports, exports and component tags. Inside components, it loses its indentation.
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

    /// Appends `rest` to `kept` up to the next component tag or comment. Returns the text after the tag's `<` or after
    /// the comment; empty if there is neither.
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

    /// Skips the rest of the open tag at the start of `rest`. Returns the text after the tag; empty if the tag
    /// continues on the next line.
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

/// Whether `name`, the text after a `<`, starts with a component's name, such as `Tabs` or `Callout`. Names in
/// capitals, such as `MASK>`, are ordinary text.
fn is_component(name: &str) -> bool {
    let word: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '.').collect();
    let after = name[word.len()..].chars().next();
    word.chars().any(|c| c.is_ascii_lowercase()) && after.is_none_or(|c| " \t/>\n".contains(c))
}

/// `text` with "…" instead of expressions that are only a name: `{meta.minutes}`.
fn without_expressions(text: &str) -> Cow<'_, str> {
    NAME.replace_all(text, "…")
}
