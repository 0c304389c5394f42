//! Makes untrusted text safe to print: it can't move a terminal's cursor, hide or reorder other text, start a new line,
//! or run as a command.
//!
//! One function ([`PrintEffect::of`]) decides which characters are dangerous. What happens to them depends on the
//! destination of the text:
//!
//! | goes to | function | dangerous characters | line breaks, tabs | joiners |
//! |---|---|---|---|---|
//! | a terminal or a log: paths, headings, titles, names, messages | [`escape`] | escaped | escaped | escaped |
//! | a terminal: body text, such as a section or a table | [`escape_body`] | escaped | kept | kept |
//! | a terminal: JSON | [`escape_json`] | escaped as JSON does | kept | escaped |
//! | feeds and exports: one field, such as a title | [`strip`] | removed | become spaces | kept |
//! | feeds and exports: body text | [`strip_body`] | removed | kept | kept |
//! | a snippet, before one of the above | [`blanks_as_spaces`] | control characters become spaces | become spaces | kept |
//! | a shell: a command for the user to paste | [`shell::command`] | no command | no command | no command |
//!
//! Joiners (ZWJ, ZWNJ) are invisible but part of ordinary text: emoji, Persian and the scripts of India need them. They
//! are kept in body text and in exports. In a name they are escaped, because two different names could look alike.

pub mod log;
pub(crate) mod marks;
pub mod shell;
pub mod time;

use std::borrow::Cow;
use std::fmt::Write;

/// The effect of a character when it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PrintEffect {
    /// The character is visible and has no other effect.
    Plain,
    /// A line break or a tab.
    Layout,
    /// ZWNJ or ZWJ.
    Joiner,
    /// The character controls the terminal, is invisible, or changes the order of the text around it.
    Dangerous,
}

impl PrintEffect {
    /// The effect of `c`.
    ///
    /// These characters are dangerous:
    ///
    /// - the control characters C0, DEL and C1 (general category Cc), except line feed and tab,
    /// - the line and paragraph separators (Zl, Zp),
    /// - the bidirectional formatting characters (Unicode Standard Annex 9, table 4),
    /// - the other invisible characters (Unicode's property Default_Ignorable_Code_Point), except joiners and the
    ///   variation selectors, which emoji and Mongolian need,
    /// - the two noncharacters that XML 1.0 forbids (section 2.2).
    fn of(c: char) -> PrintEffect {
        match c {
            '\n' | '\t' => PrintEffect::Layout,
            '\u{200c}' | '\u{200d}' => PrintEffect::Joiner,
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => PrintEffect::Dangerous,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{3164}' => PrintEffect::Dangerous,
            '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{ffa0}' => {
                PrintEffect::Dangerous
            }
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' => {
                PrintEffect::Dangerous
            }
            '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' => {
                PrintEffect::Dangerous
            }
            '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => {
                PrintEffect::Dangerous
            }
            '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}' => PrintEffect::Dangerous,
            _ => PrintEffect::Plain,
        }
    }
}

/// `text` on one line: dangerous characters, joiners, line breaks and tabs are escaped like `\n` or `\u{1b}`.
/// O(length); copies the text only if something is escaped.
///
/// ```
/// use cairn::printable::escape;
/// assert_eq!(escape("naïve 推薦"), "naïve 推薦");
/// assert_eq!(escape("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    replace(text, |effect| effect != PrintEffect::Plain, write_escaped)
}

/// `text` with dangerous characters escaped like `\u{1b}`. Line breaks, tabs and joiners are kept. O(length).
pub fn escape_body(text: &str) -> Cow<'_, str> {
    replace(text, |effect| effect == PrintEffect::Dangerous, write_escaped)
}

/// The JSON text `json` with dangerous characters and joiners escaped like `\u001b`. Its value does not change, because
/// JSON has such characters only in strings. O(length).
pub fn escape_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |effect| matches!(effect, PrintEffect::Dangerous | PrintEffect::Joiner);
    replace(json, is_escaped, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String can't fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// `text` as one field of a feed or an export: dangerous characters are removed, line breaks and tabs become spaces.
/// The result is allowed in XML 1.0. O(length).
pub fn strip(text: &str) -> Cow<'_, str> {
    let is_changed = |effect| matches!(effect, PrintEffect::Dangerous | PrintEffect::Layout);
    replace(text, is_changed, |c, out| {
        if PrintEffect::of(c) == PrintEffect::Layout {
            out.push(' ');
        }
    })
}

/// `text` as body text of a feed or an export: dangerous characters are removed. The result is allowed in XML 1.0.
/// O(length).
pub fn strip_body(text: &str) -> Cow<'_, str> {
    replace(text, |effect| effect == PrintEffect::Dangerous, |_, _| {})
}

/// Whether `c` separates words as a space does: whitespace or a control character (Cc).
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// The characters of `text`, with each blank one replaced by a space. The number of characters does not change, so
/// character offsets stay valid.
pub(crate) fn blanks_as_spaces(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if is_blank(c) { ' ' } else { c })
}

/// Whether `text` can be printed on one line without a change.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| PrintEffect::of(c) == PrintEffect::Plain)
}

/// `text` in which each character for whose effect `is_changed` returns true is replaced by what `write` writes.
/// Borrows `text` if there is no such character.
fn replace(
    text: &str,
    is_changed: impl Fn(PrintEffect) -> bool,
    write: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    let Some(first) = text.find(|c| is_changed(PrintEffect::of(c))) else {
        return Cow::Borrowed(text);
    };
    let (clean, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(clean);
    for c in rest.chars() {
        if is_changed(PrintEffect::of(c)) { write(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Writes `c` as an escape of a Rust string: `\n`, `\r`, `\t`, or a form like `\u{1b}`.
fn write_escaped(c: char, out: &mut String) {
    match c {
        '\n' | '\r' | '\t' => out.extend(c.escape_default()),
        c => out.extend(c.escape_unicode()),
    }
}

/// `number` with commas as thousands separators.
///
/// ```
/// assert_eq!(cairn::printable::thousands(1_234_567), "1,234,567");
/// ```
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dangerous characters, one of each kind: ESC, BEL, DEL, C1 CSI, RLO, isolate, zero-width space, BOM, line
    /// separator, tag.
    const DANGEROUS: &str =
        "\u{1b}\u{7}\u{7f}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{e0041}";

    #[test]
    fn text_without_dangerous_characters_is_not_copied() {
        for text in ["", "Ranking", "naïve café", "推薦システム", "سلام", "⚠️ 1 % 🙂"]
        {
            for function in [escape, escape_body, escape_json, strip, strip_body] {
                assert!(matches!(function(text), Cow::Borrowed(same) if same == text), "{text}");
            }
        }
    }

    #[test]
    fn each_dangerous_character_is_escaped_or_removed() {
        let shown =
            "\\u{1b}\\u{7}\\u{7f}\\u{9b}\\u{202e}\\u{2066}\\u{200b}\\u{feff}\\u{2028}\\u{e0041}";
        assert_eq!(escape(DANGEROUS), shown);
        assert_eq!(escape_body(DANGEROUS), shown);
        assert_eq!(strip(&format!("a{DANGEROUS}b\u{ffff}")), "ab");
        assert_eq!(strip_body(&format!("a{DANGEROUS}b\u{ffff}")), "ab");
    }

    #[test]
    fn lines_and_joiners_stay_in_body_text_only() {
        let text = "a\tb\nc\u{200d}d\r";
        assert_eq!(escape(text), "a\\tb\\nc\\u{200d}d\\r");
        assert_eq!(escape_body(text), "a\tb\nc\u{200d}d\\r");
        assert_eq!(strip(text), "a b c\u{200d}d");
        assert_eq!(strip_body(text), "a\tb\nc\u{200d}d");
    }

    #[test]
    fn blank_characters_become_as_many_spaces() {
        let spaced: String = blanks_as_spaces("é\n\t\u{1b}\u{a0}\u{2028}b\u{202e}").collect();
        assert_eq!(spaced, "é     b\u{202e}");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({ "title": format!("x{DANGEROUS}\u{200d}\n") });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let escaped = escape_json(&json);
        assert!(escaped.is_ascii(), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
