//! Dive into Deep Learning (d2l) has some blocks once for each framework: code that begins with `#@tab pytorch` or
//! `%%tab pytorch`, and text between `:begin_tab:` and `:end_tab:`. Of neighbouring blocks for different frameworks,
//! only one is kept.

use std::ops::Range;

use super::fence::fence;

/// The framework whose blocks are kept if the file has any, because most readers know it. In other files, the blocks of
/// the first framework in the file are kept.
const PREFERRED: &str = "pytorch";
/// A block with this instead of a framework's name is for all frameworks.
const ALL: &str = "all";

/// A block for some frameworks, but not for all.
struct VariantBlock<'a> {
    lines: Range<usize>,
    frameworks: Vec<&'a str>,
    is_code: bool,
}

/// Whether `text` may contain such blocks.
pub(super) fn has_variants(text: &str) -> bool {
    ["#@tab", "%%tab", ":begin_tab:"].iter().any(|mark| text.contains(mark))
}

/// `text` with one block kept of each group of neighbouring variants: the one for the framework that is chosen as
/// [`PREFERRED`] describes, or the first if there is none. The other blocks of the group become blank lines. O(length).
pub(super) fn without_variants(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let blocks = blocks(&lines);
    let prefers = |block: &VariantBlock| block.frameworks.contains(&PREFERRED);
    let first = blocks.first().and_then(|block| block.frameworks.first());
    let chosen = if blocks.iter().any(prefers) { PREFERRED } else { first.copied().unwrap_or(ALL) };
    let mut from = 0;
    while from < blocks.len() {
        let next = |at: &usize| !belongs(&lines, &blocks[from..*at], &blocks[*at]);
        let to = (from + 1..blocks.len()).find(next).unwrap_or(blocks.len());
        let group = &blocks[from..to];
        let kept = group.iter().position(|block| block.frameworks.contains(&chosen)).unwrap_or(0);
        for (_, block) in group.iter().enumerate().filter(|(index, _)| *index != kept) {
            lines[block.lines.clone()].fill("");
        }
        from = to;
    }
    lines.join("\n")
}

/// Whether `block` is another variant of the blocks in `group`: it follows them directly, and is for other frameworks.
fn belongs(lines: &[&str], group: &[VariantBlock], block: &VariantBlock) -> bool {
    group.last().is_some_and(|last| {
        last.is_code == block.is_code
            && lines[last.lines.end..block.lines.start].iter().all(|line| line.trim().is_empty())
    }) && !group
        .iter()
        .any(|other| other.frameworks.iter().any(|own| block.frameworks.contains(own)))
}

fn blocks<'a>(lines: &[&'a str]) -> Vec<VariantBlock<'a>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let trimmed = lines[at].trim();
        let block = match (fence(trimmed), trimmed.strip_prefix(":begin_tab:")) {
            (Some(mark), _) => {
                let end = end(lines, at, |line| line == mark);
                let named = lines.get(at + 1).and_then(|line| frameworks(line.trim()));
                Some((end, named, true))
            }
            (None, Some(names)) => {
                Some((end(lines, at, |line| line == ":end_tab:"), Some(names), false))
            }
            (None, None) => None,
        };
        let Some((end, named, is_code)) = block else {
            at += 1;
            continue;
        };
        if let Some(names) = named.filter(|names| names.trim() != ALL) {
            let split = names.split([',', ' ', '`']).map(str::trim);
            let frameworks = split.filter(|name| !name.is_empty()).collect();
            blocks.push(VariantBlock { lines: at..end, frameworks, is_code });
        }
        at = end;
    }
    blocks
}

/// The index of the line after the block that starts at line `at`. `is_end` recognises the last line of the block;
/// without such a line, the block ends with the text.
fn end(lines: &[&str], at: usize, is_end: impl Fn(&str) -> bool) -> usize {
    let end = lines[at + 1..].iter().position(|line| is_end(line.trim()));
    end.map_or(lines.len(), |end| at + 2 + end)
}

/// The names of frameworks in `line`, the first line of a code block; `None` if it has no tab mark.
fn frameworks(line: &str) -> Option<&str> {
    ["#@tab", "%%tab", "# @tab"].iter().find_map(|mark| line.strip_prefix(mark))
}

#[cfg(test)]
mod tests {
    use super::without_variants;

    #[test]
    fn one_of_the_framework_variants_of_d2l_is_kept() {
        let text = "```{.python .input}\n#@tab mxnet\na\n```\n\n```{.python .input}\n#@tab pytorch\nb\n```\n\nThen.\n\n```{.python .input}\n#@tab mxnet\nc\n```\n```{.python .input}\n%%tab all\nd\n```\n:begin_tab:`mxnet`\ne\n:end_tab:\n:begin_tab:`pytorch, jax`\nf\n:end_tab:\n";
        let plain = without_variants(text);
        assert_eq!(plain.lines().count(), text.lines().count());
        let kept: String = plain.lines().filter(|line| line.len() == 1).collect();
        assert_eq!(kept, "bcdf");
    }
}
