//! Recognises plain-text files without content for readers: package lists, saved web pages, pictures made of
//! characters, files for tests, small tables and very short files. `data` recognises other files of data.

use std::fmt;

use crate::extract::pattern::patterns;
use crate::extract::words::words;

/// A file with fewer words than this is left out.
const LEAST_WORDS: usize = 4;
/// A file is a package list if at least this percentage of its lines, without comments, name or install a package.
const PACKAGE_PERCENT: usize = 60;
/// A picture, or a table of values, has at least this many lines. Each line of a table has the same number of
/// separators, at least `TABLE_SEPARATORS`.
const TABLE_LINES: usize = 4;
const TABLE_SEPARATORS: usize = 2;

patterns! {
    /// A requirement of pip (PEP 508) with a version, an option of pip, or a command that installs packages.
    PACKAGE = r"(?x)^(?:
        [A-Za-z0-9][\w.-]*(?:\[[\w,\ .-]*\])?\s*(?:[=<>!~]=|[<>@])\s*\S
        | --?(?:index-url|extra-index-url|find-links|hash|e|r|c|f|i)\b
        | (?:sudo\ )?(?:brew|pip3?|apt|apt-get|conda|npm|yarn)\ (?:install|add)\b
        | install\.packages\(
    )";
    /// The URL of a page and, on the same line, the beginning of the page's text: after a space, or directly after the
    /// URL if it begins with a capitalised word.
    PAGE_ADDRESS = r"^https?://\S+[^\s/]*(?:#|[a-z/])(?: |[A-Z][a-z]+ )\S";
    /// The first words of test data: it calls itself a sample, or begins with "lorem ipsum".
    TEST_TEXT = r"(?i)^(?:this is (?:a|an|the|some) (?:sample|test|dummy|placeholder) (?:document|file|text)\b|lorem ipsum\b)";
}

/// A plain-text file that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentlessText {
    Packages,
    WebPage,
    Picture,
    TestData,
    Table,
    Short,
}

impl fmt::Display for ContentlessText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ContentlessText::Packages => "a list of packages, not prose",
            ContentlessText::WebPage => "a saved web page without its structure",
            ContentlessText::Picture => "a picture made of characters, not prose",
            ContentlessText::TestData => "sample text for tests",
            ContentlessText::Table => "a table of values, not prose",
            ContentlessText::Short => "fewer than 4 words",
        })
    }
}

/// Why the file `text` has no content; `None` if it may have some. O(length).
pub(super) fn contentless(text: &str) -> Option<ContentlessText> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let first = lines.first()?;
    if PAGE_ADDRESS.is_match(first) {
        Some(ContentlessText::WebPage)
    } else if TEST_TEXT.is_match(first) {
        Some(ContentlessText::TestData)
    } else if is_picture(&lines) {
        Some(ContentlessText::Picture)
    } else if are_packages(&lines) {
        Some(ContentlessText::Packages)
    } else if is_table(&lines) {
        Some(ContentlessText::Table)
    } else {
        (words(text) < LEAST_WORDS).then_some(ContentlessText::Short)
    }
}

fn are_packages(lines: &[&str]) -> bool {
    let is_comment = |line: &&&str| line.starts_with('#') || line.starts_with("--");
    let others: Vec<&&str> = lines.iter().filter(|line| !is_comment(line)).collect();
    let packages = others.iter().filter(|line| PACKAGE.is_match(line)).count();
    packages > 0 && packages * 100 >= others.len() * PACKAGE_PERCENT
}

/// Whether most characters of several lines are neither letters nor digits.
fn is_picture(lines: &[&str]) -> bool {
    let (mut all, mut signs) = (0_usize, 0_usize);
    for c in lines.iter().flat_map(|line| line.chars()).filter(|c| !c.is_whitespace()) {
        all += 1;
        signs += usize::from(!c.is_alphanumeric());
    }
    lines.len() >= TABLE_LINES && signs * 10 > all * 6
}

/// Whether the lines are rows of values separated by commas, semicolons or tabs, without spaces.
fn is_table(lines: &[&str]) -> bool {
    let count = |line: &&str| line.matches([',', ';', '\t']).count();
    let Some(first) = lines.first().map(count) else { return false };
    let is_row = |line: &&str| count(line) == first && !line.contains(' ');
    lines.len() >= TABLE_LINES && first >= TABLE_SEPARATORS && lines.iter().all(is_row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::extract;

    #[test]
    fn files_without_content_are_left_out_with_the_reason() {
        let files = [
            (
                "# made by a tool\nvans==1.2\n    # via -r base.in\nparcels[all]>=2.0\n",
                ContentlessText::Packages,
            ),
            ("brew install vans\napt-get install parcels\n", ContentlessText::Packages),
            (
                "https://example.org/docs/vans# The vans\n\nRead about the vans here.\n",
                ContentlessText::WebPage,
            ),
            (
                "https://example.org/vansBook a van for tomorrow.\n\nIt is easy.\n",
                ContentlessText::WebPage,
            ),
            ("██╗ ██╗\n██║ ██║\n██║ ██║\n╚═╝ ╚═╝\n", ContentlessText::Picture),
            (
                "This is a sample document for the test of the reader.\n\nMore of it.\n",
                ContentlessText::TestData,
            ),
            ("a,b,value\n0,0,0.5\n0,1,0.7\n1,1,2.5\n", ContentlessText::Table),
            ("hello vans!", ContentlessText::Short),
        ];
        for (text, kind) in files {
            let extracted = extract("txt", text.as_bytes());
            assert!(extracted.document.is_none(), "{text}");
            assert_eq!(extracted.problems[0].message, format!("left out: {kind}"), "{text}");
        }
    }

    #[test]
    fn notes_about_packages_and_pages_are_kept() {
        for text in [
            "Install the reader first:\n\npip install reader\n\nIt reads the parcels of one day.\n",
            "https://example.org/talk\n\nNotes of the talk about vans and parcels.\n",
            "Vans drive, parcels wait, and owners call.\nThe depot opens at 8, closes at 5, and sleeps.\n",
        ] {
            assert_eq!(contentless(text), None, "{text}");
        }
    }
}
