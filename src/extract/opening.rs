//! The opening of a section's Markdown, for an excerpt that is rendered: whole blocks, never the half of a code block, a
//! formula or the head of a table.

/// The mark of omitted text.
const ELLIPSIS: &str = "…";

/// A block of Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKind {
    Heading,
    /// A fenced block or a formula: shown as a whole or not at all.
    Whole,
    Table,
    /// A paragraph or a list.
    Lines,
}

/// The first blocks of `markdown` with at most `most` bytes, without headings at its beginning; later ones are bold. If even the first block
/// is longer, its first lines. An ellipsis marks omitted text. Empty if nothing fits. O(length).
pub fn opening(markdown: &str, most: usize) -> String {
    let mut shown = String::new();
    let (mut is_cut, mut is_inside) = (false, false);
    for (kind, block) in blocks(markdown) {
        let bold = match kind {
            BlockKind::Heading if shown.is_empty() => continue,
            // A short section that was joined to the one above: its heading would be too large in an excerpt.
            BlockKind::Heading => Some(format!("**{}**", block.trim_matches(['#', ' ', '*']))),
            _ => None,
        };
        let block = bold.as_deref().unwrap_or(block);
        if shown.len() + block.len() <= most {
            shown.push_str(block);
            shown.push_str("\n\n");
            continue;
        }
        is_cut = true;
        let part = lines(kind, block, most.saturating_sub(shown.len()));
        let part = part.unwrap_or_default();
        if kind == BlockKind::Whole && shown.is_empty() {
            continue;
        }
        is_inside = part.is_inside;
        shown.push_str(&part.text);
        break;
    }
    let shown = shown.trim_end();
    match shown {
        "" => String::new(),
        shown if !is_cut => shown.to_owned(),
        shown if is_inside => format!("{shown} {ELLIPSIS}"),
        shown => format!("{shown}\n\n{ELLIPSIS}"),
    }
}

/// The beginning of a block.
#[derive(Debug, Default, PartialEq, Eq)]
struct BlockPart {
    text: String,
    /// Whether it ends inside a sentence.
    is_inside: bool,
}

impl BlockPart {
    /// `text`, which goes on in the block, up to the end of its last whole sentence if that keeps at least half of it.
    fn inside(text: &str) -> BlockPart {
        let whole = whole_sentences(text);
        BlockPart { text: whole.to_owned(), is_inside: whole.len() == text.len() }
    }
}

/// The first lines of `block` with at most `most` bytes. `None` of a table if its first row does not fit, and of a block
/// that is shown as a whole or not at all.
fn lines(kind: BlockKind, block: &str, most: usize) -> Option<BlockPart> {
    let least = match kind {
        BlockKind::Heading | BlockKind::Whole => return None,
        BlockKind::Table => 3,
        BlockKind::Lines => 1,
    };
    let mut kept = Vec::new();
    let mut bytes = 0;
    let mut next = None;
    for line in block.lines() {
        bytes += line.len() + 1;
        if bytes > most {
            next = Some(line);
            break;
        }
        kept.push(line);
    }
    if kept.len() >= least {
        let text = kept.join("\n");
        let goes_on = kind == BlockKind::Lines && next.is_some_and(|next| !begins_item(next));
        return Some(match goes_on {
            true => BlockPart::inside(&text),
            false => BlockPart { text, is_inside: false },
        });
    }
    if kind != BlockKind::Lines {
        return None;
    }
    // One long line: its first words.
    let end = block.floor_char_boundary(most.min(block.len()));
    let end = block[..end].rfind(' ').unwrap_or(0);
    let words = &block[..end];
    // A formula or a code span that is cut would show its marks.
    let cut = ['$', '`'].iter().filter(|mark| words.matches(**mark).count() % 2 == 1);
    let end = cut.filter_map(|mark| words.rfind(*mark)).min().unwrap_or(end);
    Some(BlockPart::inside(words[..end].trim_end()))
}

/// Whether `line` begins an item of a list or a quote.
fn begins_item(line: &str) -> bool {
    line.trim_start().starts_with(|c: char| "-*+>•".contains(c) || c.is_ascii_digit())
}

/// `text` up to the end of its last whole sentence if that keeps at least half of it, otherwise all of it.
fn whole_sentences(text: &str) -> &str {
    let ends_sentence = |(at, c): &(usize, char)| {
        let rest = &text[at + c.len_utf8()..];
        matches!(c, '.' | '!' | '?' | '。') && rest.chars().next().is_none_or(char::is_whitespace)
    };
    let last = text.char_indices().rev().find(ends_sentence);
    let end = last.map_or(0, |(at, c)| at + c.len_utf8());
    if end * 2 >= text.len() { &text[..end] } else { text }
}

/// The blocks of `markdown`, in its order.
fn blocks(markdown: &str) -> Vec<(BlockKind, &str)> {
    let mut blocks = Vec::new();
    let mut begin: Option<(usize, BlockKind)> = None;
    let mut end_mark: Option<&str> = None;
    let mut at = 0;
    for line in markdown.split_inclusive('\n') {
        let trimmed = line.trim();
        let here = at;
        at += line.len();
        if let Some(mark) = end_mark {
            let is_first = begin.is_some_and(|(begin, _)| begin == here);
            if !is_first && trimmed.ends_with(mark) {
                end_mark = None;
                blocks
                    .extend(begin.take().map(|(from, kind)| (kind, markdown[from..at].trim_end())));
            }
            continue;
        }
        let kind = kind_of(line);
        let continues =
            begin.is_some_and(|(_, open)| open == BlockKind::Lines || open == BlockKind::Table);
        let begins = matches!(kind, Some(BlockKind::Heading | BlockKind::Whole)) || !continues;
        if trimmed.is_empty() || begins {
            blocks.extend(begin.take().map(|(from, kind)| (kind, markdown[from..here].trim_end())));
        }
        let Some(kind) = kind else { continue };
        if begins {
            begin = Some((here, kind));
        }
        if kind == BlockKind::Whole {
            end_mark = whole_mark(trimmed);
            if end_mark.is_none() {
                blocks
                    .extend(begin.take().map(|(from, kind)| (kind, markdown[from..at].trim_end())));
            }
        }
    }
    blocks.extend(begin.map(|(from, kind)| (kind, markdown[from..].trim_end())));
    blocks
}

/// The kind of a block that begins with `line`; `None` if the line is blank.
fn kind_of(line: &str) -> Option<BlockKind> {
    let trimmed = line.trim();
    Some(match trimmed.chars().next()? {
        '#' => BlockKind::Heading,
        '|' => BlockKind::Table,
        _ if ["```", "~~~", "$$"].iter().any(|mark| trimmed.starts_with(mark)) => BlockKind::Whole,
        _ => BlockKind::Lines,
    })
}

/// The mark that ends the block that the line `trimmed` opens; `None` if the line contains the whole block.
fn whole_mark(trimmed: &str) -> Option<&'static str> {
    let mark = ["```", "~~~", "$$"].into_iter().find(|mark| trimmed.starts_with(mark))?;
    let is_closed = mark == "$$" && trimmed.len() > 4 && trimmed.ends_with("$$");
    (!is_closed).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_ends_with_a_sentence() {
        let text = "One sentence is here. Another one is so long\nthat it goes on (in brackets,\nand so on).\n";
        assert_eq!(
            opening(text, 80),
            "One sentence is here. Another one is so long\nthat it goes on (in brackets, …"
        );
        let text = "One sentence is here, and it is long enough. Another\none is cut.\n";
        assert_eq!(opening(text, 60), "One sentence is here, and it is long enough.\n\n…");
        assert_eq!(opening("- one, two\n- three, four\n", 14), "- one, two\n\n…");
    }

    #[test]
    fn whole_blocks_are_shown_without_the_heading() {
        let text = "## A\n\nOne line.\n\n- a\n- b\n\n```py\nx\n\ny\n```\n\n| a |\n|---|\n| 1 |\n";
        assert_eq!(opening(text, 400), text.strip_prefix("## A\n\n").unwrap().trim_end());
        assert_eq!(opening(text, 24), "One line.\n\n- a\n- b\n\n…");
        assert_eq!(opening(text, 30), "One line.\n\n- a\n- b\n\n…", "no half of the code");
        assert_eq!(opening("# A\n\n# B\n", 9), "");
        assert_eq!(opening("One.\n\n## B\n\nTwo.\n", 90), "One.\n\n**B**\n\nTwo.");
    }

    #[test]
    fn long_blocks_are_cut_between_lines_and_formulas_and_code_never() {
        assert_eq!(opening("- one\n- two\n- three\n", 13), "- one\n- two\n\n…");
        assert_eq!(opening("one two three four\n", 12), "one two …");
        assert_eq!(opening("so $a + b$ is c\n", 9), "so …");
        assert_eq!(opening("$$\na\n\nb\n$$\n\nWords.\n", 8), "Words.\n\n…");
        assert_eq!(opening("$$ a $$\n\nWords.\n", 40), "$$ a $$\n\nWords.");
        assert_eq!(opening("| a |\n|---|\n| 1 |\n| 2 |\n", 19), "| a |\n|---|\n| 1 |\n\n…");
        assert_eq!(opening("| a |\n|---|\n| 1 |\n| 2 |\n", 13), "");
    }
}
