//! PDF: the text of its pages, by where the characters stand.
//!
//! pdf-extract runs the pages' programs and says which character stands where; this puts them
//! together: lines, paragraphs, and headings, which are the lines in larger type. What repeats at
//! the head or foot of most pages is left out. pdf-extract panics on broken files, so that each page
//! is read behind a guard; memory and time are the caller's to limit.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::content::Content;
use pdf_extract::{
    Dictionary, Document as Pdf, MediaBox, Object, ObjectId, OutputDev, OutputError, Transform,
    output_doc_page,
};

use unicode_normalization::UnicodeNormalization;

use super::lines::{Line, unfold};
use super::sections::{SectionBuilder, Unit};
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// A gap wider than this share of the type's size is a space.
const SPACE: f64 = 0.18;
/// How wide a character counts whose font does not say, as a share of its size.
const NO_WIDTH: f64 = 0.6;
/// Pages that are read of one file.
const MOST_PAGES: usize = 1_500;

/// The document that the PDF `bytes` is.
pub(super) fn read(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Document> {
    let mut tell = |message: String| problems.push(Problem::new(Stage::Extract, message));
    let pdf = match catch_unwind(|| open(bytes).map(without_drawings)) {
        Ok(Ok(pdf)) => pdf,
        Ok(Err(message)) => {
            tell(message);
            return None;
        }
        Err(_) => {
            tell("a PDF that is broken beyond reading".to_owned());
            return None;
        }
    };
    let numbers: Vec<u32> = pdf.get_pages().into_keys().collect();
    let mut pages = Vec::new();
    let mut broken = Vec::new();
    for number in numbers.iter().copied().take(MOST_PAGES) {
        match page(&pdf, number) {
            Some(lines) => pages.push((number, lines)),
            None => broken.push(number.to_string()),
        }
    }
    if numbers.len() > MOST_PAGES {
        tell(format!("of its {} pages the first {MOST_PAGES} are read", numbers.len()));
    }
    if !broken.is_empty() {
        broken.truncate(20);
        tell(format!("pages that can't be read: {}", broken.join(", ")));
    }
    let has_text = pages.iter().any(|(_, lines)| !lines.is_empty());
    if !has_text {
        if broken.is_empty() {
            tell("a PDF without text: scanned, or all pictures".to_owned());
        }
        return None;
    }
    let mut builder = SectionBuilder::new(Unit::Pages);
    let first = unfold(&pages, &mut builder);
    let title = info(&pdf).or(first);
    Some(Document {
        title,
        kind: DocumentKind::Paper,
        sections: builder.finish(),
        ..Document::default()
    })
}

/// The file's objects; `Err` says why they can't be had.
fn open(bytes: &[u8]) -> Result<Pdf, String> {
    let mut pdf = Pdf::load_mem(bytes).map_err(|error| format!("a PDF that is broken: {error}"))?;
    // Files that anybody may read are sometimes encrypted with an empty password.
    if pdf.is_encrypted() && pdf.decrypt("").is_err() {
        return Err("a PDF that is encrypted".to_owned());
    }
    Ok(pdf)
}

/// `pdf` without what its pages draw: only text is wanted, and it is drawings that are mostly broken.
fn without_drawings(mut pdf: Pdf) -> Pdf {
    let pages: Vec<ObjectId> = pdf.page_iter().take(MOST_PAGES).collect();
    for id in pages {
        if let Ok(content) = pdf.get_and_decode_page_content(id)
            && let Ok(bare) = bare(content).encode()
        {
            // A page whose program can't be replaced keeps the one it has.
            let _ = pdf.change_page_content(id, bare);
        }
    }
    for object in pdf.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        let kind = stream.dict.get(b"Subtype").and_then(Object::as_name);
        let kind = kind.unwrap_or_default().to_vec();
        // pdf-extract would run a picture's bytes as a program.
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

/// A program without the operators that draw paths and shadings (ISO 32000-1, tables 59 to 61 and 77).
fn bare(mut content: Content) -> Content {
    const DRAWING: [&str; 22] = [
        "m", "l", "c", "v", "y", "h", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n",
        "W", "W*", "sh", "d0", "d1",
    ];
    content.operations.retain(|operation| !DRAWING.contains(&operation.operator.as_str()));
    content
}

/// The lines of one page, or `None` if it can't be read.
fn page(pdf: &Pdf, number: u32) -> Option<Vec<Line>> {
    let read = AssertUnwindSafe(|| {
        let mut page = Page::default();
        output_doc_page(pdf, &mut page, number).map(|()| page.finish())
    });
    catch_unwind(read).ok()?.ok()
}

/// The title that the file gives itself, if it looks like one.
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

/// Puts the characters of a page together to lines.
#[derive(Default)]
struct Page {
    /// The page's height: PDF counts from below.
    height: f64,
    lines: Vec<Line>,
    line: Line,
    /// Where the last character ended.
    end: f64,
    /// Whether the next character is the first of what the page's program shows at once.
    begins: bool,
    /// Characters of each size in the line.
    sizes: HashMap<u32, usize>,
}

impl Page {
    fn finish(mut self) -> Vec<Line> {
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

impl OutputDev for Page {
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
        // The side of the square that a character of this size covers on the page.
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
        // Tenths of a point: sizes come out of products of matrices.
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

/// Appends `shown` with ligatures as letters and without what is no character.
fn push_plain(text: &mut String, shown: &str) {
    for c in shown.chars() {
        match c {
            'ﬀ' => text.push_str("ff"),
            'ﬁ' => text.push_str("fi"),
            'ﬂ' => text.push_str("fl"),
            'ﬃ' => text.push_str("ffi"),
            'ﬄ' => text.push_str("ffl"),
            '\u{ad}' | '\u{fffd}' => {}
            // What a font of signs maps into the private use area can't be read.
            '\u{e000}'..='\u{f8ff}' => {}
            c if c.is_control() => text.push(' '),
            c => text.push(c),
        }
    }
}

/// Whether `c` is an Arabic letter in the shape that it has in its place in a word.
fn is_shaped(c: char) -> bool {
    matches!(c, '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// A line of Arabic script, which stands in the file as it is seen, from left to right and in shapes,
/// as it is written: letters in the order of reading, words of other scripts and numbers as they are.
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
