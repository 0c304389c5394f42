//! The lines of a plain text.

/// A line with text.
pub(super) struct TextLine<'a> {
    /// 1-based.
    pub number: u32,
    /// The length of the white space before its text, in bytes.
    pub indent: usize,
    /// Without spaces at its ends.
    pub text: &'a str,
    /// `after_blank`: whether the line before this one is blank or doesn't exist. `before_blank`: whether the line
    /// after it is blank or doesn't exist.
    pub after_blank: bool,
    pub before_blank: bool,
}

/// The lines of `text` that are not blank. O(length).
pub(super) fn lines_of(text: &str) -> Vec<TextLine<'_>> {
    let mut lines: Vec<TextLine> = Vec::new();
    let mut after_blank = true;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            lines.last_mut().into_iter().for_each(|line| line.before_blank = true);
            after_blank = true;
            continue;
        }
        lines.push(TextLine {
            number: u32::try_from(at + 1).unwrap_or(u32::MAX),
            indent: line.len() - line.trim_start().len(),
            text: trimmed,
            after_blank,
            before_blank: false,
        });
        after_blank = false;
    }
    lines.last_mut().into_iter().for_each(|line| line.before_blank = true);
    lines
}
