//! The fences of code blocks.

/// The backticks or tildes that open a code block on the line `trimmed`; `None` if it opens none.
pub(super) fn fence(trimmed: &str) -> Option<&str> {
    let first = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == first).count();
    let is_fence = length >= 3 && !(first == '`' && trimmed[length..].contains('`'));
    is_fence.then(|| &trimmed[..length])
}
