//! PDF: the text of its pages, from the positions of the characters.
//!
//! pdf-extract interprets the pages' content streams, from which [`inline_images`] removes images, and reports the
//! position of every character. [`fragments`] collects the [`characters`], [`margins`] removes running heads and page
//! numbers, [`code`] finds code by its monospaced font, [`regions`] finds columns and reading order, and [`table`] reads
//! tables by rows. [`rows`], [`scripts`] and [`formula`] join text with its subscripts and fractions into lines.
//! [`quality`] detects pages that can't be read well. [`floats`] and [`align`] prepare text and code that go on over a
//! page border. [`unfold`] joins lines into [`paragraph`]s below the headings that [`headings`] and [`numbering`] find,
//! without the parts that [`left_out`] names; in slides, [`slides`] joins them below the titles. [`placeholder`] stands
//! in for formulas that can't be written, and [`blocks`] passes the paragraphs on. pdf-extract panics on broken files,
//! so panics are caught when a file is opened and when a page is read. The caller must limit memory and time.

mod align;
mod blocks;
mod characters;
mod code;
mod floats;
mod formula;
mod fragments;
mod headings;
mod inline_images;
mod left_out;
mod margins;
mod numbering;
mod paragraph;
mod placeholder;
mod quality;
mod regions;
mod rivers;
mod rows;
mod scripts;
mod slides;
mod table;
mod unfold;
mod zones;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::content::Content;
use pdf_extract::{Dictionary, Document as Pdf, Object, ObjectId, output_doc_page};
use unicode_normalization::UnicodeNormalization;

use self::fragments::{FragmentCollector, FragmentPage};
use self::left_out::LeftOutPart;
use self::quality::UnreadablePage;
use self::unfold::Unfolded;
use super::lines::{PdfLine, PdfPage, is_title};
use super::sections::{SectionBuilder, SpanUnit};
use super::words::words;
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// The maximum number of pages that are read from one file.
const MOST_PAGES: usize = 1_500;
/// The maximum number of pages that a problem lists for each reason.
const MOST_LISTED: usize = 20;

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
    let mut pages = read_pages(&pdf, problems)?;
    let mut builder = SectionBuilder::new(SpanUnit::Pages);
    let info = info(&pdf);
    let unfolded = match slides::are_slides(&pages) {
        true => slides::unfold_slides(&pages, &mut builder),
        false => {
            floats::settle(&mut pages);
            align::align(&mut pages);
            unfold::unfold(&pages, info.as_deref(), &mut builder)
        }
    };
    report_left_out(&unfolded, problems);
    // A title in the metadata that the first page doesn't show is often that of another file.
    let shown = unfolded.title;
    let is_title = !unfolded.shows_info && shown.as_ref().is_some_and(|title| words(title) > 1);
    let title = if is_title { shown.or(info) } else { info.or(shown) };
    Some(Document {
        title,
        kind: DocumentKind::Paper,
        sections: builder.finish(),
        ..Document::default()
    })
}

/// Adds the problems about what is left out of the pages that are read.
fn report_left_out(unfolded: &Unfolded, problems: &mut Vec<Problem>) {
    for (pages, what) in [
        (&unfolded.left_out, "paragraphs left out, because their formulas can't be written"),
        (&unfolded.lists, "bibliographies and tables of contents left out"),
    ] {
        let numbers: Vec<String> = pages.iter().take(MOST_LISTED).map(u32::to_string).collect();
        if !numbers.is_empty() {
            let message = format!("{what}: page {}", numbers.join(", "));
            problems.push(Problem::new(Stage::Extract, message));
        }
    }
}

/// The pages that can be read, at most [`MOST_PAGES`], with a problem about the others. `None`, with a problem, if none
/// has text, or if the file is one page that is only a figure.
fn read_pages(pdf: &Pdf, problems: &mut Vec<Problem>) -> Option<Vec<PdfPage>> {
    let mut report = |message: String| problems.push(Problem::new(Stage::Extract, message));
    let numbers: Vec<u32> = pdf.get_pages().into_keys().collect();
    let mut pages = Vec::new();
    let mut left_out: BTreeMap<UnreadablePage, Vec<u32>> = BTreeMap::new();
    for number in numbers.iter().copied().take(MOST_PAGES) {
        match page_fragments(pdf, number) {
            Some(page) => pages.push(page),
            None => left_out.entry(UnreadablePage::Broken).or_default().push(number),
        }
    }
    margins::clean(&mut pages);
    code::mark(&mut pages);
    let mut read = Vec::new();
    for page in pages {
        match read_page(page) {
            Ok(page) => read.push(page),
            Err((number, why)) => left_out.entry(why).or_default().push(number),
        }
    }
    if let ([page], [_]) = (&read[..], &numbers[..])
        && quality::is_figure(page)
    {
        report("left out: a figure, whose labels form no sentences".to_owned());
        return None;
    }
    if numbers.len() > MOST_PAGES {
        report(format!("of its {} pages the first {MOST_PAGES} are read", numbers.len()));
    }
    let has_text = read.iter().any(|page| !page.lines.is_empty());
    if !left_out.is_empty() {
        report(format!("pages left out: {}", listed(left_out)));
    } else if !has_text {
        report("a PDF without text: scanned, or all pictures".to_owned());
    }
    has_text.then_some(read)
}

/// The lines of `page` in reading order, or its number and why it is left out.
fn read_page(mut page: FragmentPage) -> Result<PdfPage, (u32, UnreadablePage)> {
    let mut lines = regions::order(std::mem::take(&mut page.fragments));
    for line in &mut lines {
        if line.text.chars().any(is_shaped) {
            line.text = unshaped(&line.text);
        }
    }
    match quality::unreadable(&page, &lines) {
        Some(UnreadablePage::Contents) if page.number == 1 && has_title(&lines) => {
            let FragmentPage { number, width, height, .. } = page;
            let largest = lines.iter().map(|line| line.size).fold(0.0, f64::max);
            lines.retain(|line| line.size >= largest);
            Ok(PdfPage { number, width, height, lines })
        }
        Some(why) => Err((page.number, why)),
        None => {
            let FragmentPage { number, width, height, .. } = page;
            Ok(PdfPage { number, width, height, lines })
        }
    }
}

/// Whether `lines`, those of a page with a table of contents, have one line in the largest type: the title.
fn has_title(lines: &[PdfLine]) -> bool {
    let largest = lines.iter().map(|line| line.size).fold(0.0, f64::max);
    let mut titles = lines.iter().filter(|line| line.size >= largest);
    let is_one = titles
        .next()
        .is_some_and(|line| is_title(&line.text) && LeftOutPart::of(&line.text).is_none());
    is_one && titles.next().is_none()
}

/// `3, 7 (broken); 4 (scattered labels)`, at most [`MOST_LISTED`] numbers for each reason.
fn listed(left_out: BTreeMap<UnreadablePage, Vec<u32>>) -> String {
    let reasons = left_out.into_iter().map(|(why, pages)| {
        let numbers: Vec<String> = pages.iter().take(MOST_LISTED).map(u32::to_string).collect();
        let more = match pages.len().saturating_sub(MOST_LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more} ({why})", numbers.join(", "))
    });
    reasons.collect::<Vec<_>>().join("; ")
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
        if let Ok(program) = pdf.get_page_content(id)
            && let Ok(content) = Content::decode(&inline_images::without(program))
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
            && let Ok(content) = Content::decode(&inline_images::without(program))
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

/// The fragments of one page, or `None` if it can't be read.
fn page_fragments(pdf: &Pdf, number: u32) -> Option<FragmentPage> {
    let read = AssertUnwindSafe(|| {
        let mut page = FragmentCollector::default();
        output_doc_page(pdf, &mut page, number).map(|()| page.finish(number))
    });
    catch_unwind(read).ok()?.ok()
}

/// The title in the file's metadata, unless it is very short, a file name, words joined by hyphens, or "Untitled".
fn info(pdf: &Pdf) -> Option<String> {
    let info = pdf.trailer.get(b"Info").ok()?;
    let info: &Dictionary = match info {
        Object::Reference(id) => pdf.get_dictionary(*id).ok()?,
        other => other.as_dict().ok()?,
    };
    let title = pdf_extract::decode_text_string(info.get(b"Title").ok()?).ok()?;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_file = title.rsplit_once('.').is_some_and(|(_, end)| (2..=4).contains(&end.len()));
    let is_slug = !title.contains(' ') && title.contains(['-', '_']);
    let is_title = title.chars().count() > 3 && !is_file && !is_slug && title != "Untitled";
    is_title.then_some(title)
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

#[cfg(test)]
mod tests;
