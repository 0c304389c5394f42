//! Tables of pandas as text. Wide ones are printed in several blocks of columns, one below the other.

/// The maximum width of a table whose blocks are put next to each other, in bytes.
const MOST_WIDTH: usize = 160;

/// The table `plain`, as pandas prints it, with its blocks of columns next to each other. If that is too wide, only the
/// first block is returned, with an ellipsis at the end of each line.
pub(super) fn unwrapped(plain: &str) -> String {
    let lines: Vec<&str> = plain.trim_matches('\n').lines().collect();
    let Some(wrapped) = lines.first().and_then(|line| line.strip_suffix('\\')) else {
        return lines.join("\n");
    };
    let blocks: Vec<Vec<&str>> = lines
        .split(|line| line.trim().is_empty())
        .filter(|block| !block.is_empty())
        .map(<[&str]>::to_vec)
        .collect();
    let Some((first, others)) = blocks.split_first() else { return String::new() };
    let others = || others.iter().filter(|block| block.len() == first.len());
    // The labels of the rows are repeated in each block, left-aligned.
    let label = |line: &&&str| line.split(' ').next().map_or(0, str::len);
    let labels = first.iter().skip(1).map(|line| label(&line)).max().unwrap_or(0);
    let is_char = |line: &&str| line.is_char_boundary(labels.min(line.len()));
    let width = wrapped.len() + others().map(|block| block[0].len()).sum::<usize>();
    let is_narrow = width <= MOST_WIDTH && others().flatten().all(is_char);
    let rows = first.iter().enumerate().map(|(at, line)| {
        let mut row = match line.strip_suffix('\\') {
            Some(header) => format!("{header} "),
            None => (*line).to_owned(),
        };
        if !is_narrow {
            row.truncate(row.trim_end().len());
            return row + " …";
        }
        for block in others() {
            let line = block[at].replace('\\', " ");
            row.push_str(line.get(labels..).unwrap_or_default());
        }
        row
    });
    rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn blocks_of_columns_stand_next_to_each_other() {
        let table = "     van  load  \\\n0      1    20   \n10     2    30   \n\n    depot  \n0   north  \n10  south  ";
        assert_eq!(
            unwrapped(table),
            "     van  load     depot\n0      1    20     north\n10     2    30     south"
        );
        assert_eq!(unwrapped("   van\n0    1"), "   van\n0    1");
    }

    #[test]
    fn a_table_that_is_too_wide_keeps_its_first_columns() {
        let wide =
            format!("   van  \\\n0    1   \n\n   {}\n0  {}", "d".repeat(170), "e".repeat(170));
        assert_eq!(unwrapped(&wide), "   van …\n0    1 …");
    }

    #[test]
    fn broken_tables_do_not_panic() {
        for table in ["\\", "\\\n\n\n", "a \\\nb\n\n", "é \\\nü\n\né\nü", "a \\\n\nb\nc"] {
            unwrapped(table);
        }
    }
}
