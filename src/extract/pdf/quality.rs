//! Detects pages whose text can't be read well: it would be indexed as nonsense.

use std::fmt;

use super::formula::is_formula;
use super::fragments::FragmentPage;
use crate::extract::lines::{PdfLine, PdfPage};
use crate::extract::words::words;

/// The minimum number of characters, words or lines from which a share is computed.
const LEAST_CHARACTERS: usize = 20;
const LEAST_WORDS: usize = 25;
const LEAST_LINES: usize = 14;
/// The average words in each line of a page below which its lines are labels, not text.
const LABEL_WORDS: f64 = 1.9;

/// The minimum number of entries of a table of contents.
const LEAST_ENTRIES: usize = 4;
/// A table of contents may have several entries on one line. It then has at least [`MANY_ENTRIES`] page numbers, and on
/// average at most [`ENTRY_WORDS`] words for each of them.
const MANY_ENTRIES: usize = 12;
const ENTRY_WORDS: usize = 12;
/// The minimum number of lines with only a number.
const LEAST_NUMBERS: usize = 4;
/// A sentence has at least this many words. A file of one page without a sentence is a figure if the page doesn't have
/// the size of a sheet of paper, or if it has fewer than [`LEAST_LONG`] lines of at least [`LONG_LINE`] words.
const SENTENCE_WORDS: usize = 3;
const LONG_LINE: usize = 7;
const LEAST_LONG: usize = 4;

/// Why the text of a page is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UnreadablePage {
    /// The content stream or a font can't be interpreted.
    Broken,
    /// Many characters have no Unicode character.
    Unmapped,
    /// The letters form no words: the font's mapping is wrong.
    Garbled,
    /// Most words are single characters: a scattered formula, or letters with wide spaces.
    SingleCharacters,
    /// Short texts at unrelated positions: the labels of a diagram.
    Scattered,
    /// Much of the text is Arabic or Hebrew, whose columns and formulas would be read in the wrong order.
    RightToLeft,
    /// A table of contents or a list of figures.
    Contents,
    /// Numbers on lines of their own: the axes of a chart, or cells of a table whose rows aren't known.
    LooseNumbers,
}

impl fmt::Display for UnreadablePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UnreadablePage::Broken => "broken",
            UnreadablePage::Unmapped => "characters without a Unicode mapping",
            UnreadablePage::Garbled => "letters that form no words",
            UnreadablePage::SingleCharacters => "mostly single characters",
            UnreadablePage::Scattered => "scattered labels",
            UnreadablePage::RightToLeft => "text from right to left",
            UnreadablePage::Contents => "a table of contents",
            UnreadablePage::LooseNumbers => "numbers without their rows",
        })
    }
}

/// Why `page` with `lines` can't be read well; `None` if it can. O(characters).
pub(super) fn unreadable(page: &FragmentPage, lines: &[PdfLine]) -> Option<UnreadablePage> {
    if page.shown >= LEAST_CHARACTERS && page.unmapped * 5 > page.shown {
        return Some(UnreadablePage::Unmapped);
    }
    if is_right_to_left(lines) {
        return Some(UnreadablePage::RightToLeft);
    }
    if are_contents(lines) {
        return Some(UnreadablePage::Contents);
    }
    if are_loose_numbers(lines) {
        return Some(UnreadablePage::LooseNumbers);
    }
    if is_garbled(lines) {
        return Some(UnreadablePage::Garbled);
    }
    if are_single_characters(lines) {
        return Some(UnreadablePage::SingleCharacters);
    }
    is_scattered(lines).then_some(UnreadablePage::Scattered)
}

/// Whether most of the longer Latin words have no vowel.
fn is_garbled(lines: &[PdfLine]) -> bool {
    let is_vowel = |c: char| "aeiouyAEIOUY".contains(c);
    let [mut all, mut garbled] = [0, 0];
    for word in lines.iter().flat_map(|line| line.text.split_whitespace()) {
        let is_latin = word.len() >= 4 && word.chars().all(|c| c.is_ascii_graphic());
        let is_acronym = word.chars().all(|c| !c.is_ascii_lowercase());
        let has_letters = word.chars().filter(char::is_ascii_alphabetic).count() * 2 > word.len();
        if is_latin && (!is_acronym || !has_letters) {
            all += 1;
            garbled += usize::from(
                !word.contains(is_vowel) && !word.contains(|c: char| c.is_ascii_digit()),
            );
        }
    }
    all >= LEAST_WORDS && garbled * 2 > all
}

/// Whether much of the text is in a script that runs from right to left.
fn is_right_to_left(lines: &[PdfLine]) -> bool {
    let is_turned = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    let (mut all, mut turned) = (0_usize, 0_usize);
    for c in lines.iter().flat_map(|line| line.text.chars()).filter(|c| c.is_alphabetic()) {
        all += 1;
        turned += usize::from(is_turned(c));
    }
    turned >= LEAST_CHARACTERS && turned * 8 > all
}

/// Whether many lines are entries of a table of contents: they have dots before the page number, or page numbers that
/// rarely decrease from entry to entry.
fn are_contents(lines: &[PdfLine]) -> bool {
    let leaders = lines.iter().filter(|line| is_contents_entry(&line.text)).count();
    if leaders >= LEAST_ENTRIES && leaders * 10 >= lines.len() * 3 {
        return true;
    }
    if are_run_together(lines) {
        return true;
    }
    let numbers = lines.iter().flat_map(|line| {
        let of_row = line.text.rsplit_once(": ").filter(|_| line.is_row).map(|(_, number)| number);
        let is_number = |word: &&str| (1..=4).contains(&word.len()) && word.parse::<u16>().is_ok();
        let alone = line.text.split(' ').all(|word| is_number(&word)).then_some(line.text.as_str());
        let words = alone.or(of_row).unwrap_or_default().split(' ');
        words.filter(is_number).filter_map(|word| word.parse::<u16>().ok())
    });
    let numbers: Vec<u16> = numbers.collect();
    let rising = numbers.windows(2).filter(|pair| pair[0] <= pair[1]).count();
    numbers.len() >= 2 * LEAST_ENTRIES
        && numbers.len() * 3 >= lines.len()
        && rising * 10 >= numbers.len() * 8
}

/// Whether the lines are a table of contents with several entries per line: they have many numbers, which rarely
/// decrease.
fn are_run_together(lines: &[PdfLine]) -> bool {
    let words = lines.iter().filter(|line| !line.is_code).flat_map(|line| line.text.split(' '));
    let (mut count, mut numbers) = (0_usize, Vec::new());
    for word in words {
        count += 1;
        if word.len() <= 4 {
            numbers.extend(word.parse::<u16>().ok());
        }
    }
    let rising = numbers.windows(2).filter(|pair| pair[0] <= pair[1]).count();
    numbers.len() >= MANY_ENTRIES
        && numbers.len() * ENTRY_WORDS >= count
        && rising * 10 >= numbers.len() * 8
}

/// Whether many lines are only a number that belongs to no row.
fn are_loose_numbers(lines: &[PdfLine]) -> bool {
    let is_number = |line: &&PdfLine| {
        let text = line.text.trim();
        !line.is_row
            && !line.is_code
            && text.contains(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || ".,-−+%$ ".contains(c))
    };
    let numbers = lines.iter().filter(is_number).count();
    numbers >= LEAST_NUMBERS && numbers * 4 >= lines.len()
}

/// Whether `text` has the dots of an entry of a table of contents.
pub(super) fn is_contents_entry(text: &str) -> bool {
    [". . . . ", ".......", "· · · · ", "……"].iter().any(|dots| text.contains(dots))
}

/// Whether the only page of a file is a figure: it has no sentences, and it has few long lines or isn't a sheet of
/// paper.
pub(super) fn is_figure(page: &PdfPage) -> bool {
    let ends = |text: &str| text.ends_with(['.', '!', '?', '。']) && !text.ends_with("..");
    let is_sentence = |line: &&PdfLine| ends(&line.text) && words(&line.text) >= SENTENCE_WORDS;
    let is_long = |line: &&PdfLine| words(&line.text) >= LONG_LINE;
    let sentences = page.lines.iter().filter(is_sentence).count();
    let long = page.lines.iter().filter(is_long).count();
    let has_text = !page.lines.is_empty();
    has_text && sentences == 0 && (long < LEAST_LONG || !is_paper(page))
}

/// Whether `page` has the size of a sheet of paper, not that of a cropped drawing.
fn is_paper(page: &PdfPage) -> bool {
    const SHEETS: [[f64; 2]; 6] = [
        [595.0, 842.0],
        [612.0, 792.0],
        [612.0, 1008.0],
        [842.0, 1191.0],
        [792.0, 1224.0],
        [420.0, 595.0],
    ];
    let (short, long) = (page.width.min(page.height), page.width.max(page.height));
    SHEETS.iter().any(|sheet| (short - sheet[0]).abs() < 4.0 && (long - sheet[1]).abs() < 4.0)
}

fn are_single_characters(lines: &[PdfLine]) -> bool {
    let words = lines.iter().flat_map(|line| line.text.split_whitespace());
    let letters = words.filter(|word| word.contains(char::is_alphabetic));
    let (all, single) = letters.fold((0, 0), |(all, single), word| {
        let is_single = word.chars().nth(1).is_none() && word.is_ascii();
        (all + 1, single + usize::from(is_single))
    });
    all >= LEAST_WORDS && single * 2 > all
}

/// Whether the lines have fewer than two words on average, and most of them begin at a position at which no
/// neighbouring line begins.
fn is_scattered(lines: &[PdfLine]) -> bool {
    let texts: Vec<&PdfLine> = lines
        .iter()
        .filter(|line| !line.is_row && !line.is_code && !is_formula(&line.text))
        .collect();
    if texts.len() < LEAST_LINES {
        return false;
    }
    let total: usize = texts.iter().map(|line| words(&line.text)).sum();
    let is_near = |a: &PdfLine, b: &PdfLine| (a.x - b.x).abs() < 0.5 * a.size;
    let aligned = texts.windows(3).filter(|three| {
        let [first, second, third] = three else { return false };
        is_near(first, second) || is_near(second, third) || is_near(first, third)
    });
    (total as f64) < LABEL_WORDS * texts.len() as f64 && aligned.count() * 2 < texts.len()
}
