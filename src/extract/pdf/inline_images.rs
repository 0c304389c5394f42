//! Removes inline images from a content stream: many of them can't be parsed, and then the text behind them is lost.

/// `content` without its inline images, from each operator `BI` to its `EI` (ISO 32000-1, 8.9.7). An image without an
/// end is kept. O(length).
pub(super) fn without(content: Vec<u8>) -> Vec<u8> {
    let mut rest = &content[..];
    let mut kept: Option<Vec<u8>> = None;
    while let Some(image) = next(rest) {
        let Some(end) = end(&rest[image..]) else { break };
        kept.get_or_insert_default().extend_from_slice(&rest[..image]);
        rest = &rest[image + end..];
    }
    match kept {
        Some(mut kept) => {
            kept.extend_from_slice(rest);
            kept
        }
        None => content,
    }
}

/// The position of the first operator `BI` in `content`, outside strings.
fn next(content: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = content.get(at) {
        match byte {
            b'\\' if depth > 0 => at += 1,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'B' if depth == 0 && is_operator(content, at, *b"BI") => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The end of the operator `EI` that ends the image at the start of `content`.
fn end(content: &[u8]) -> Option<usize> {
    let data = (2..content.len()).find(|at| is_operator(content, *at, *b"ID"))?;
    let end = (data + 3..content.len()).find(|at| is_operator(content, *at, *b"EI"))?;
    Some(end + 2)
}

/// Whether `content` has `operator` at `at`, with white space or an end on both sides, or a name behind it.
fn is_operator(content: &[u8], at: usize, operator: [u8; 2]) -> bool {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let before = at.checked_sub(1).and_then(|before| content.get(before));
    let behind = content.get(at + 2);
    content[at..].starts_with(&operator)
        && before.is_none_or(is_space)
        && behind.is_none_or(|byte| is_space(byte) || *byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> String {
        String::from_utf8(without(content.as_bytes().to_vec())).unwrap()
    }

    #[test]
    fn images_are_removed_and_strings_are_kept() {
        let image = "BI /IM true /W 1 /H 1 ID \u{1} EI";
        assert_eq!(text(&format!("q {image} Q (a) Tj {image}")), "q  Q (a) Tj ");
        let shown = "(a \\) BI x ID y EI) Tj";
        assert_eq!(text(shown), shown);
        assert_eq!(text("BI /W 1 ID x"), "BI /W 1 ID x");
    }

    #[test]
    fn many_images_without_an_end_take_linear_time() {
        let content = "BI ID ".repeat(200_000);
        assert_eq!(text(&content), content);
    }
}
