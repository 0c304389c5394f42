//! List items as text: each begins with a mark, `- ` or its number.

/// The number of bytes of the indentation and the mark at the start of the list item `text`; 0 if `text` starts with no
/// mark.
fn mark(text: &str) -> usize {
    let rest = text.trim_start();
    let indent = text.len() - rest.len();
    if rest.starts_with("- ") {
        return indent + 2;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=4).contains(&digits)
        && (rest[digits..].starts_with(". ") || rest[digits..].starts_with(") "));
    if is_number { indent + digits + 2 } else { 0 }
}

/// Whether `text` is a list item.
pub(super) fn is_item(text: &str) -> bool {
    mark(text) > 0
}

/// `text` without the mark if it is a list item; any other text unchanged. Evidence and sentences are shown in this
/// form.
pub fn without_mark(text: &str) -> &str {
    &text[mark(text)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_bullets_and_numbers_are_recognised_and_removed() {
        for (item, text) in [("- a", "a"), ("12. b", "b"), ("  3) c", "c")] {
            assert!(is_item(item), "{item}");
            assert_eq!(without_mark(item), text);
        }
        for other in ["2024 was a year", "-1", "", "3.5 is a number", "20240. x"] {
            assert!(!is_item(other), "{other}");
            assert_eq!(without_mark(other), other);
        }
    }
}
