//! The labels of SVG figures: their text elements.

/// Elements of a figure whose text is for readers. `foreignobject` contains HTML.
const LABELS: [&[u8]; 2] = [b"text", b"foreignobject"];

/// The state of reading a figure.
#[derive(Default)]
pub(super) struct FigureReader {
    /// The number of open `<svg>` elements.
    figures: usize,
    /// The number of open labels in them.
    labels: usize,
    /// The byte offset in the text where the open label starts.
    start: usize,
    has_labels: bool,
}

impl FigureReader {
    pub fn is_inside(&self) -> bool {
        self.figures > 0
    }

    /// Whether text at the current position is inside a figure but in none of its labels.
    pub fn is_silent(&self) -> bool {
        self.figures > 0 && self.labels == 0
    }

    pub fn start(&mut self, name: &[u8], is_closed: bool, text: &mut String) {
        if is_closed {
            return;
        }
        if name == b"svg" {
            self.figures += 1;
        } else if self.figures > 0 && LABELS.contains(&name) {
            if self.labels == 0 {
                line(text);
                self.start = text.len();
                self.has_labels = true;
            }
            self.labels += 1;
        } else if self.labels > 0 && !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }

    /// Handles an end tag. A label without letters, such as a number on an axis, is removed.
    pub fn end(&mut self, name: &[u8], text: &mut String) {
        if name == b"svg" {
            self.figures = self.figures.saturating_sub(1);
            self.labels = 0;
            // A figure without labels may be an icon inside a line.
            if std::mem::take(&mut self.has_labels) {
                line(text);
            }
        } else if self.labels > 0 && LABELS.contains(&name) {
            self.labels -= 1;
            let label = text.get(self.start..).unwrap_or_default();
            if self.labels == 0 && !label.contains(char::is_alphabetic) {
                text.truncate(self.start);
            }
        }
    }
}

/// Ends the line of `text`.
fn line(text: &mut String) {
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
}
