//! The marks of inline markup.

/// The offset of the end mark of the literal at the start of `rest`, which starts with `run` backticks.
pub(super) fn literal_end(rest: &str, run: usize) -> Option<usize> {
    let mut from = run.max(3);
    while let Some(at) = rest.get(from..)?.find("``") {
        let start = from + at;
        let marks = rest.get(start..)?;
        let length = marks.len() - marks.trim_start_matches('`').len();
        let spaced = rest.get(..start)?.ends_with(char::is_whitespace);
        if !spaced && !marks.get(length..)?.starts_with(char::is_alphanumeric) {
            return Some(start + length - 2);
        }
        from = start + length;
    }
    None
}

/// The offset of the backtick that ends the interpreted text `inner`; escaped ones don't count.
pub(super) fn tick_end(inner: &str) -> Option<usize> {
    let mut escaped = false;
    inner.bytes().position(|b| {
        let end = b == b'`' && !escaped;
        escaped = b == b'\\' && !escaped;
        end
    })
}

/// The name of the role at the start of `rest`: `:name:`.
pub(super) fn role_name(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix(':')?;
    let end =
        inner.bytes().take(48).take_while(|b| b.is_ascii_alphanumeric() || b":-_.+".contains(b));
    let name = inner.get(..end.count())?;
    let name = name.get(..name.rfind(':')?)?;
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}
