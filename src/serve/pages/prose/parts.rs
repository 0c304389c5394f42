//! Cuts a document into parts that can be rendered one after another, each in bounded time.
//!
//! Most documents are one part. A longer one is cut at a heading, or else at a paragraph or list item, but never inside
//! a fenced block.

/// The maximum bytes of a part, if it can be cut. comrak takes some tenths of a second for the worst text of this length.
pub(super) const LONGEST: usize = 48 * 1_024;

/// A part of a document's Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DocumentPart<'a> {
    /// The number of its first line in the document, 1-based.
    pub line: u32,
    pub content: &'a str,
    /// The first two lines of the table in whose middle the part begins; empty for other parts.
    pub head: &'a str,
}

/// How well a document can be cut before a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum CutRank {
    /// Inside a block.
    Never,
    /// Between two rows of a table, whose first lines are repeated.
    Row,
    /// Between two items of a list.
    Item,
    /// Between two blocks.
    Block,
    /// Before a heading.
    Heading,
}

/// A line before which the document can be cut.
#[derive(Clone, Copy, Debug)]
struct CutPlace<'a> {
    /// Where it begins, in bytes.
    at: usize,
    line: u32,
    /// The first lines of the table to which the line belongs.
    head: &'a str,
}

/// The parts of `markdown`, in its order, each with at most `longest` bytes if it can be cut. O(length).
pub(super) fn cut(markdown: &str, longest: usize) -> Vec<DocumentPart<'_>> {
    let mut parts = Vec::new();
    let mut begin = CutPlace { at: 0, line: 1, head: "" };
    // The last place of each rank, better ranks first.
    let mut places: [Option<CutPlace>; 4] = [None; 4];
    let mut scanner = LineScanner::default();
    let (mut at, mut line) = (0, 1);
    for text in markdown.split_inclusive('\n') {
        let rank = scanner.rank(text);
        let head = scanner.table.head(markdown, rank);
        if rank != CutRank::Never && at > begin.at {
            places[CutRank::Heading as usize - rank as usize] = Some(CutPlace { at, line, head });
        }
        at += text.len();
        line += 1;
        if at - begin.at > longest
            && let Some(place) = places.into_iter().flatten().next()
        {
            let markdown = &markdown[begin.at..place.at];
            parts.push(DocumentPart { line: begin.line, content: markdown, head: begin.head });
            begin = place;
            places.iter_mut().for_each(|known| *known = known.filter(|known| known.at > place.at));
        }
    }
    let markdown = &markdown[begin.at..];
    parts.push(DocumentPart { line: begin.line, content: markdown, head: begin.head });
    parts
}

/// Reads a document line by line.
#[derive(Default)]
struct LineScanner<'a> {
    /// The marks that opened the current fenced block.
    fence: Option<&'a str>,
    /// Whether the line is inside a comment of HTML.
    is_comment: bool,
    after_blank: bool,
    table: TableScanner,
}

/// Finds the rows of tables.
#[derive(Default)]
struct TableScanner {
    /// Where the current line begins, in bytes.
    at: usize,
    /// Where the line before it begins, if it has cells.
    row: Option<usize>,
    /// Where the first two lines of the current table begin and end.
    head: Option<(usize, usize)>,
}

impl TableScanner {
    /// Reads `line`. Returns whether it is a row below the first two lines of a table.
    fn is_row(&mut self, line: &str) -> bool {
        let begin = self.at;
        self.at += line.len();
        let trimmed = line.trim();
        let before = std::mem::replace(&mut self.row, trimmed.contains('|').then_some(begin));
        if !trimmed.contains('|') {
            self.head = None;
            return false;
        }
        let is_delimiter = trimmed.contains('-') && trimmed.bytes().all(|b| b"|-: ".contains(&b));
        if let Some(before) = before.filter(|_| is_delimiter && self.head.is_none()) {
            self.head = Some((before, self.at));
            return false;
        }
        self.head.is_some()
    }

    /// The first lines of the table around a place with this `rank`.
    fn head<'a>(&self, markdown: &'a str, rank: CutRank) -> &'a str {
        let head = self.head.filter(|_| rank == CutRank::Row);
        head.map_or("", |(begin, end)| &markdown[begin..end])
    }
}

impl<'a> LineScanner<'a> {
    /// How well the document can be cut before `line`.
    fn rank(&mut self, line: &'a str) -> CutRank {
        let after_blank = std::mem::replace(&mut self.after_blank, line.trim().is_empty());
        let trimmed = line.trim_start();
        if self.fence.is_some() || self.is_comment {
            self.table.is_row("");
            self.table.at += line.len();
        }
        if let Some(mark) = self.fence {
            let is_end = trimmed.starts_with(mark)
                && trimmed.trim_end().bytes().all(|byte| mark.as_bytes()[0] == byte);
            self.fence = self.fence.filter(|_| !is_end);
            return CutRank::Never;
        }
        if self.is_comment {
            self.is_comment = !line.contains("-->");
            return CutRank::Never;
        }
        let is_row = self.table.is_row(line);
        let rank = match line.as_bytes().first() {
            Some(b'|') if is_row => CutRank::Row,
            None | Some(b' ' | b'\t' | b'\r' | b'\n') => CutRank::Never,
            Some(b'#') if is_heading(line) => CutRank::Heading,
            Some(b'-' | b'*' | b'+') if line[1..].starts_with(' ') => CutRank::Item,
            Some(b'|' | b'>' | b'<' | b'=') if !after_blank => CutRank::Never,
            Some(_) if after_blank => CutRank::Block,
            Some(_) => CutRank::Never,
        };
        self.fence = fence(trimmed);
        self.is_comment = trimmed.starts_with("<!--") && !trimmed.contains("-->");
        rank
    }
}

fn is_heading(line: &str) -> bool {
    let rest = line.trim_start_matches('#');
    line.len() - rest.len() <= 6 && rest.starts_with([' ', '\t'])
}

/// The backticks or tildes at the start of `line`, if they open a fenced block.
fn fence(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let marks = &line[..line.len() - rest.len()];
    (marks.len() >= 3 && !(mark == '`' && rest.contains('`'))).then_some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markdown: &str, longest: usize) -> Vec<&str> {
        let parts = cut(markdown, longest);
        assert_eq!(parts.iter().map(|part| part.content).collect::<String>(), markdown);
        for part in &parts {
            let at = part.content.as_ptr() as usize - markdown.as_ptr() as usize;
            assert_eq!(part.line as usize, markdown[..at].matches('\n').count() + 1);
        }
        parts.into_iter().map(|part| part.content).collect()
    }

    #[test]
    fn a_short_document_is_one_part() {
        assert_eq!(texts("# A\n\n## B\n", 100), ["# A\n\n## B\n"]);
        assert_eq!(texts("", 100), [""]);
    }

    #[test]
    fn headings_are_the_best_places_then_blocks_then_items() {
        let text = "# A\n\none\n\ntwo\n## B\n\nthree\n\nfour\n";
        assert_eq!(texts(text, 24), ["# A\n\none\n\ntwo\n", "## B\n\nthree\n\nfour\n"]);
        assert_eq!(texts("one\n\ntwo\nx\n\nthree\n", 10), ["one\n\n", "two\nx\n\n", "three\n"]);
        assert_eq!(
            texts("- one\n- two\n  x\n- three\n", 12),
            ["- one\n", "- two\n  x\n", "- three\n"]
        );
    }

    #[test]
    fn a_long_table_is_cut_between_rows_and_its_head_is_repeated() {
        let table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nEnd.\n";
        let parts = cut(table, 35);
        assert_eq!(parts[1].head, "| a | b |\n|---|---|\n");
        assert_eq!((parts[1].content, parts[1].line), ("| 3 | 4 |\n\nEnd.\n", 4));
        assert_eq!(parts[0].head, "");
        texts(table, 20);
    }

    #[test]
    fn blocks_are_not_cut() {
        let code = "```sh\n# no heading\n\n- no item\n```\n";
        assert_eq!(texts(code, 5), [code]);
        assert_eq!(texts(&format!("a\n\n{code}# B\n"), 5), ["a\n\n", code, "# B\n"]);
        let comment = "<!-- \n# no heading\n\nx -->\n";
        assert_eq!(texts(comment, 5), [comment]);
        let table = "| a | b |\n|---|---|\n| 1 | 2 |\n";
        assert_eq!(texts(table, 100), [table]);
        let long = "word ".repeat(50);
        assert_eq!(texts(&long, 5), [&long]);
    }
}
