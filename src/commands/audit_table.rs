//! The tables of an audit. Each line has at most 100 characters.

use super::output;
use crate::library::view::SectionsAuditView;
use crate::printable::escape;

/// The width of the printed lines, in characters.
pub(super) const WIDTH: usize = 100;

/// The header of a table: the columns `before`, the columns of the shares, and the columns `after`. Each column is
/// given by its name and its width in characters.
pub(super) fn header(before: &[(&str, usize)], after: &[(&str, usize)]) -> String {
    let shares = [
        ("susp", 5),
        ("code", 5),
        ("nums", 5),
        ("rows", 5),
        ("tiny", 5),
        ("side", 5),
        ("TeX", 4),
        ("dup", 4),
        ("t/kw", 5),
    ];
    let all = before.iter().chain(&shares).chain(after);
    all.map(|(name, width)| format!("{name:>width$}")).collect()
}

/// The cells of one row in the order of [`header`].
pub(super) fn cells(
    before: &[(String, usize)],
    total: &SectionsAuditView,
    after: &[(String, usize)],
) -> String {
    let shares = &total.shares;
    let side = shares.navigation + shares.boilerplate + shares.off_topic;
    let whole = |share: f64, width: usize| (format!("{share:.0}"), width);
    let shares = [
        whole(shares.suspect, 5),
        whole(shares.code, 5),
        whole(shares.numbers, 5),
        whole(shares.rows, 5),
        whole(shares.tiny, 5),
        whole(side, 5),
        whole(shares.tex, 4),
        whole(shares.copies, 4),
        whole(total.topics_per_thousand_words, 5),
    ];
    let all = before.iter().chain(&shares).chain(after);
    all.map(|(cell, width)| format!("{cell:>width$}")).collect()
}

/// Prints a row of a table: `name` and `cells`.
pub(super) fn print_row(name: &str, cells: &str) -> anyhow::Result<()> {
    row(name, cells).iter().try_for_each(|line| output::line(line))
}

/// The lines of a row. A `name` that does not fit is on a line of its own, so that it can be copied whole.
fn row(name: &str, cells: &str) -> Vec<String> {
    let room = WIDTH.saturating_sub(cells.len());
    match name.chars().count() < room {
        true => vec![format!("{name:<room$}{cells}")],
        false => vec![name.to_owned(), format!("{:room$}{cells}", "")],
    }
}

/// `text`, escaped. If it has more than `room` characters, an ellipsis replaces its middle, because the beginning and
/// the end of a path contain the most information.
pub(super) fn shortened(text: &str, room: usize) -> String {
    let text = escape(text);
    let length = text.chars().count();
    if length <= room {
        return text.into_owned();
    }
    let end = room.saturating_sub(1) / 2;
    let begin = room.saturating_sub(1) - end;
    let head: String = text.chars().take(begin).collect();
    let tail: String = text.chars().skip(length - end).collect();
    format!("{head}…{tail}")
}

/// `number`, shortened with a unit: `950`, `12k`, `3.4M`.
pub(super) fn short(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{}k", (number + 500) / 1_000),
        _ => format!("{:.1}M", number as f64 / 1e6),
    }
}

/// `bytes` with a unit, such as `1.2 MB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", (bytes + 500) / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_fit_is_whole_on_its_own_line_and_columns_stay_aligned() {
        let cells = header(&[("docs", 5), ("sect.", 7), ("words", 6)], &[("out", 6)]);
        let name = "engineer/a-curated-list-of-case-studies-of-system-design";
        let lines = row(name, &cells);
        assert_eq!(lines[0], name);
        assert_eq!(lines[1].trim_start(), cells.trim_start());
        let short = row("a/b", &cells);
        assert_eq!((short.len(), &short[0][WIDTH - cells.len()..]), (1, &*cells));
        assert!(lines.iter().chain(&short).all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn a_long_path_is_shortened_in_the_middle() {
        assert_eq!(shortened("docs/old/notes.md", 9), "docs…s.md");
        assert_eq!(shortened("a.md", 9), "a.md");
    }

    #[test]
    fn sizes_have_few_digits() {
        assert_eq!([950, 12_499, 1_250_000].map(short), ["950", "12k", "1.2M"]);
        assert_eq!([7, 1_499, 12_340_000].map(size), ["7 B", "1 kB", "12.3 MB"]);
    }
}
