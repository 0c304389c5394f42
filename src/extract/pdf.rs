//! PDF: the text of its pages, from the positions of the characters.
//!
//! pdf-extract interprets the pages' content streams and reports the position of every character. This
//! module joins characters into lines; the module `lines` joins these into paragraphs and headings.
//! pdf-extract panics on broken files, so opening a file and reading each page catch panics. The caller
//! must limit memory and time.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::content::Content;
use pdf_extract::{
    Dictionary, Document as Pdf, MediaBox, Object, ObjectId, OutputDev, OutputError, Transform,
    output_doc_page,
};

use unicode_normalization::UnicodeNormalization;

use super::lines::{PdfLine, PdfPage, unfold};
use super::sections::{SectionBuilder, SpanUnit};
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// A gap wider than this share of the type size is a space.
const SPACE: f64 = 0.18;
/// The assumed width of a character if its font has none, as a share of the type size.
const NO_WIDTH: f64 = 0.6;
/// The maximum number of pages that are read from one file.
const MOST_PAGES: usize = 1_500;

/// Reads the PDF `bytes`. If it can't be read or has no text, returns `None` and adds a problem.
pub(super) fn read(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Document> {
    let opened = catch_unwind(|| open(bytes).map(without_drawings));
    let pdf = match opened.unwrap_or_else(|_| Err("a PDF that is broken beyond reading".to_owned()))
    {
        Ok(pdf) => pdf,
        Err(message) => {
            problems.push(Problem::new(Stage::Extract, message));
            return None;
        }
    };
    let pages = read_pages(&pdf, problems)?;
    let mut builder = SectionBuilder::new(SpanUnit::Pages);
    let first = unfold(&pages, &mut builder);
    let title = info(&pdf).or(first);
    Some(Document {
        title,
        kind: DocumentKind::Paper,
        sections: builder.finish(),
        ..Document::default()
    })
}

/// The pages that can be read, at most [`MOST_PAGES`], with problems about the others. `None` if none has text.
fn read_pages(pdf: &Pdf, problems: &mut Vec<Problem>) -> Option<Vec<PdfPage>> {
    let mut report = |message: String| problems.push(Problem::new(Stage::Extract, message));
    let numbers: Vec<u32> = pdf.get_pages().into_keys().collect();
    let mut pages = Vec::new();
    let mut broken = Vec::new();
    for number in numbers.iter().copied().take(MOST_PAGES) {
        match page_lines(pdf, number) {
            Some(lines) => pages.push(PdfPage { number, lines }),
            None => broken.push(number.to_string()),
        }
    }
    if numbers.len() > MOST_PAGES {
        report(format!("of its {} pages the first {MOST_PAGES} are read", numbers.len()));
    }
    if !broken.is_empty() {
        broken.truncate(20);
        report(format!("pages that can't be read: {}", broken.join(", ")));
    }
    let has_text = pages.iter().any(|page| !page.lines.is_empty());
    if !has_text && broken.is_empty() {
        report("a PDF without text: scanned, or all pictures".to_owned());
    }
    has_text.then_some(pages)
}

/// Parses the file, decrypting it with an empty password if needed. `Err` is the message of a problem.
fn open(bytes: &[u8]) -> Result<Pdf, String> {
    let mut pdf = Pdf::load_mem(bytes).map_err(|error| format!("a PDF that is broken: {error}"))?;
    // Public files are sometimes encrypted with an empty password.
    if pdf.is_encrypted() && pdf.decrypt("").is_err() {
        return Err("a PDF that is encrypted".to_owned());
    }
    Ok(pdf)
}

/// `pdf` without the drawings on its pages: only the text is needed, and most broken files have broken drawings.
fn without_drawings(mut pdf: Pdf) -> Pdf {
    let pages: Vec<ObjectId> = pdf.page_iter().take(MOST_PAGES).collect();
    for id in pages {
        if let Ok(content) = pdf.get_and_decode_page_content(id)
            && let Ok(bare) = bare(content).encode()
        {
            // If the content stream can't be replaced, the page keeps its own.
            let _ = pdf.change_page_content(id, bare);
        }
    }
    for object in pdf.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        let kind = stream.dict.get(b"Subtype").and_then(Object::as_name);
        let kind = kind.unwrap_or_default().to_vec();
        // pdf-extract would interpret an image's bytes as a content stream.
        if kind == b"Image" {
            stream.set_plain_content(Vec::new());
        } else if kind == b"Form"
            && let Ok(program) = stream.get_plain_content()
            && let Ok(content) = Content::decode(&program)
            && let Ok(bare) = bare(content).encode()
        {
            stream.set_plain_content(bare);
        }
    }
    pdf
}

/// `content` without the operators that draw paths and shadings (ISO 32000-1, tables 59 to 61 and 77).
fn bare(mut content: Content) -> Content {
    const DRAWING: [&str; 22] = [
        "m", "l", "c", "v", "y", "h", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n",
        "W", "W*", "sh", "d0", "d1",
    ];
    content.operations.retain(|operation| !DRAWING.contains(&operation.operator.as_str()));
    content
}

/// The lines of one page, or `None` if it can't be read.
fn page_lines(pdf: &Pdf, number: u32) -> Option<Vec<PdfLine>> {
    let read = AssertUnwindSafe(|| {
        let mut page = LineCollector::default();
        output_doc_page(pdf, &mut page, number).map(|()| page.finish())
    });
    catch_unwind(read).ok()?.ok()
}

/// The title in the file's metadata, unless it is very short, a file name or "Untitled".
fn info(pdf: &Pdf) -> Option<String> {
    let info = pdf.trailer.get(b"Info").ok()?;
    let info: &Dictionary = match info {
        Object::Reference(id) => pdf.get_dictionary(*id).ok()?,
        other => other.as_dict().ok()?,
    };
    let title = pdf_extract::decode_text_string(info.get(b"Title").ok()?).ok()?;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_file = title.rsplit_once('.').is_some_and(|(_, end)| (2..=4).contains(&end.len()));
    (title.chars().count() > 3 && !is_file && title != "Untitled").then_some(title)
}

/// Joins the characters of a page into lines.
#[derive(Default)]
struct LineCollector {
    /// The page's height in points: PDF measures from the bottom edge.
    height: f64,
    lines: Vec<PdfLine>,
    line: PdfLine,
    /// The right edge of the last character, in points.
    end: f64,
    /// Whether the next character is the first that a text-showing operation shows.
    begins: bool,
    /// The number of characters of each size in the line; sizes in tenths of a point.
    sizes: HashMap<u32, usize>,
}

impl LineCollector {
    fn finish(mut self) -> Vec<PdfLine> {
        self.close();
        self.lines
    }

    fn close(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        let most = self.sizes.drain().max_by_key(|(size, count)| (*count, *size));
        line.size = most.map_or(0.0, |(size, _)| f64::from(size) / 10.0);
        line.end = self.end;
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.text.chars().any(is_shaped) {
            line.text = unshaped(&line.text);
        }
        if !line.text.is_empty() {
            self.lines.push(line);
        }
    }
}

impl OutputDev for LineCollector {
    fn begin_page(
        &mut self,
        _: u32,
        media: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.height = media.ury - media.lly;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        shown: &str,
    ) -> Result<(), OutputError> {
        let (x, y) = (at.m31, self.height - at.m32);
        // The type size on the page: the side of a square of the font's size after the transformation has scaled it.
        let across = (at.m11 * font_size, at.m12 * font_size);
        let up = (at.m21 * font_size, at.m22 * font_size);
        let size = (across.0 * up.1 - across.1 * up.0).abs().sqrt();
        let is_off = (y - self.line.y).abs() > size * 0.6;
        let is_back = x < self.end - size * 4.0;
        if self.line.text.is_empty() {
            (self.line.y, self.line.x) = (y, x);
        } else if self.begins && (is_off || is_back) {
            self.close();
            (self.line.y, self.line.x) = (y, x);
        } else if x > self.end + size * SPACE {
            self.line.text.push(' ');
        }
        self.begins = false;
        push_plain(&mut self.line.text, shown);
        // Rounded to tenths of a point: matrix products give slightly different sizes for the same type.
        let tenths = (size * 10.0).round().clamp(0.0, 10_000.0);
        *self.sizes.entry(tenths as u32).or_insert(0) += shown.chars().count();
        let width = if width > 0.0 { width } else { NO_WIDTH };
        self.end = x + width * size;
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.begins = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Appends `shown` with ligatures as letters and control characters as spaces, without soft hyphens,
/// replacement characters and private-use characters.
fn push_plain(text: &mut String, shown: &str) {
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

/// Whether `c` is an Arabic presentation form: a letter in the shape for its position in a word.
fn is_shaped(c: char) -> bool {
    matches!(c, '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Converts a line of Arabic script from visual order (left to right, in presentation forms) to logical
/// order: the words reversed, the letters of Arabic words reversed and normalised (NFKC). Other words and
/// numbers keep their characters.
fn unshaped(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ').rev() {
        let is_arabic = word.chars().any(|c| is_shaped(c) || matches!(c, '\u{600}'..='\u{6ff}'));
        if is_arabic {
            words.push(
                word.chars().rev().flat_map(|c| c.to_string().nfkc().collect::<Vec<_>>()).collect(),
            );
        } else {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}
