//! The Markdown for roles, references and literals.

use super::names::{RstNames, web};

/// A link to a web address; for other addresses, only the text.
pub(super) fn link(text: &str, address: &str) -> String {
    let text = label(text);
    if !web(address) {
        return text;
    }
    format!("[{}](<{address}>)", if balanced(&text) { text } else { bracketless(&text) })
}

fn balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    text.bytes().all(|b| {
        match b {
            b'[' => depth += 1,
            b']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
        true
    }) && depth == 0
}

fn bracketless(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]")
}

/// `text` on one line, without parsing markup in it; tags are escaped.
pub(super) fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|next| next.is_whitespace()) => {
                chars.next();
            }
            '\n' => out.push(' '),
            '<' if chars
                .peek()
                .is_some_and(|&n| n.is_ascii_alphabetic() || n == '/' || n == '!') =>
            {
                out.push_str("\\<");
            }
            c => out.push(c),
        }
    }
    out
}

/// Interpreted text without a role: emphasis, or a link if it contains a URL (a forgotten underscore).
pub(super) fn emphasis(content: &str) -> String {
    if let Some((text, address)) = embedded(content).filter(|(_, address)| web(address)) {
        return link(if text.is_empty() { address } else { text }, address);
    }
    let text = label(content);
    if text.is_empty() || text.contains('*') { text } else { format!("*{text}*") }
}

/// A code span, with more backticks around it than any run of backticks in it.
pub(super) fn code(content: &str) -> String {
    let text = content.replace('\n', " ");
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let marks = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{marks}{space}{text}{space}{marks}")
}

/// The length of the longest run of backticks in `text`.
pub(super) fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// The Markdown for the reference `` `content`_ `` or, if `anonymous`, `` `content`__ ``.
pub(super) fn reference(content: &str, anonymous: bool, names: &mut RstNames) -> String {
    if let Some((text, target)) = embedded(content) {
        let LinkTarget { address: target, rest } = split(target);
        let text = if text.is_empty() { target.as_str() } else { text };
        if let Some(name) = target.strip_suffix('_').filter(|_| !web(&target)) {
            return link(text, &names.target(name).unwrap_or_default());
        }
        if !anonymous && web(&target) {
            names.learn(text, &target);
        }
        return format!("{}{rest}", link(text, &target));
    }
    let address = if anonymous { names.anonymous() } else { names.target(content) };
    address.map_or_else(|| label(content), |address| link(content, &address))
}

/// The target of an embedded link.
struct LinkTarget {
    address: String,
    /// Text to write after the link.
    rest: String,
}

/// Splits `target` into an address and the text after it. If a web address on one line is followed by a space, its author
/// closed the link too late, and the rest is text. Any other target is an address as a whole.
fn split(target: &str) -> LinkTarget {
    let (address, rest) = match target.split_once(' ') {
        Some((address, rest)) if web(address) && !target.contains('\n') => {
            let balanced = address.contains('(') || !address.ends_with(')');
            (if balanced { address } else { address.trim_end_matches(')') }, label(rest))
        }
        _ => (target, String::new()),
    };
    let address: String = address.split_whitespace().collect();
    // The closing bracket that the text lacks was cut off with the address.
    let lacking = rest.matches('(').count() > rest.matches(')').count();
    let close = if lacking { ")" } else { "" };
    let rest = if rest.is_empty() { rest } else { format!(" {rest}{close}") };
    LinkTarget { address: address.replace("\\_", "_"), rest }
}

/// The parts of `text <target>`, if `content` has this form.
fn embedded(content: &str) -> Option<(&str, &str)> {
    let inner = content.trim_end().strip_suffix('>')?;
    let (text, target) = inner.rsplit_once('<')?;
    let apart = text.is_empty() || text.ends_with(char::is_whitespace);
    (apart && !target.is_empty()).then_some((text.trim(), target))
}

/// The Markdown for the role `` :name:`content` ``.
pub(super) fn role(name: &str, content: &str) -> String {
    let last = name.rsplit(':').next().unwrap_or(name);
    match last {
        "math" => math(content),
        "ref" | "doc" | "numref" | "eq" | "any" | "download" | "keyword" => place(content),
        _ if name.contains("cite") => String::new(),
        "sub" | "subscript" => script('_', content),
        "sup" | "superscript" => script('^', content),
        "strong" => format!("**{}**", label(content)),
        "emphasis" | "title" | "title-reference" | "t" | "dfn" => emphasis(content),
        "term" | "abbr" | "guilabel" | "menuselection" => words(content),
        "pep" => format!("PEP {}", words(content)),
        "rfc" => format!("RFC {}", words(content)),
        _ => code(object(content)),
    }
}

/// A formula on one line. Markdown allows no space between the dollar signs and the formula.
fn math(content: &str) -> String {
    let formula = content.split_whitespace().collect::<Vec<_>>().join(" ");
    if formula.is_empty() { formula } else { format!("${formula}$") }
}

/// The text of a reference to a place in the documents. A bare label is not readable, so "…" replaces it, and the
/// sentence has no gap.
fn place(content: &str) -> String {
    match embedded(content) {
        Some((text, _)) => label(text),
        None if content.trim().contains(char::is_whitespace) => label(content),
        None => "…".to_owned(),
    }
}

fn words(content: &str) -> String {
    label(embedded(content).map_or(content, |(text, _)| text))
}

/// The name in a role such as `func`; after `~`, only the last part of a dotted name.
fn object(content: &str) -> &str {
    let name = embedded(content).map_or(content, |(text, _)| text).trim();
    match name.strip_prefix('~') {
        Some(path) => path.rsplit('.').next().unwrap_or(path),
        None => name.strip_prefix('!').unwrap_or(name),
    }
}

fn script(mark: char, content: &str) -> String {
    let text = label(content);
    if text.chars().all(char::is_alphanumeric) {
        format!("{mark}{text}")
    } else {
        format!("{mark}({text})")
    }
}
