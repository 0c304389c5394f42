//! What the characters that a page shows mean in text.

/// Whether a gap between `text` and `shown` is one between words, by the characters on both sides.
pub(super) fn are_words(text: &str, shown: &str) -> bool {
    let ends = |c: char| c.is_lowercase() || matches!(c, '.' | ',' | ';' | ':' | ')' | '”');
    let is_letter = shown.starts_with(char::is_alphabetic);
    let opens = shown.starts_with(['(', '“']);
    is_letter && text.ends_with(|c: char| ends(c) || c.is_alphanumeric())
        || opens && text.ends_with(ends)
}

/// Whether `c` is a character with a meaning, not one that stands for a glyph without a Unicode mapping.
pub(super) fn is_mapped(c: char) -> bool {
    !(c.is_control() || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}'))
}

/// Appends `shown` with ligatures as letters and control characters as spaces, without soft hyphens,
/// replacement characters and private-use characters.
pub(super) fn push_plain(text: &mut String, shown: &str) {
    for c in shown.chars() {
        match c {
            'ﬀ' => text.push_str("ff"),
            'ﬁ' => text.push_str("fi"),
            'ﬂ' => text.push_str("fl"),
            'ﬃ' => text.push_str("ffi"),
            'ﬄ' => text.push_str("ffl"),
            '\u{ad}' | '\u{fffd}' => {}
            // Symbol fonts map their glyphs here; their meaning is unknown.
            '\u{e000}'..='\u{f8ff}' => {}
            c if c.is_control() => text.push(' '),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_gap_is_a_space_between_words_but_not_in_a_formula() {
        for (text, shown) in [("purely", "a"), ("vans,", "w"), ("plans", "(")] {
            assert!(are_words(text, shown), "{text} {shown}");
        }
        for (text, shown) in [("P", "("), ("x", "·"), ("W", "|"), (".", ".")] {
            assert!(!are_words(text, shown), "{text} {shown}");
        }
    }
}
