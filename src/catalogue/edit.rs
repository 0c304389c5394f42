//! Adds and removes entries of a catalogue's text, keeping its comments, order and spacing.

use super::{Catalogue, parse};
use crate::problem::Faults;

/// `text` with an entry for the repository `repo` at its end.
///
/// `Err` holds the faults of the result: `repo` is not of the form owner/name, or is there already.
pub fn added(name: &str, text: &str, repo: &str, why: &str) -> Result<String, Faults> {
    let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let longer = format!("{text}{end}{gap}{}", entry(repo, why.trim()));
    parse(name, &longer).map(|_| longer)
}

/// The entry for the repository `repo`, as it stands in a catalogue. `why` is one line.
///
/// ```
/// use cairn::catalogue::edit::entry;
/// assert_eq!(entry("ann/notes", "Notes"), "[[source]]\nrepo = \"ann/notes\"\nwhy = \"Notes\"\n");
/// ```
pub fn entry(repo: &str, why: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    format!("[[source]]\nrepo = {}\nwhy = {}\n", quoted(repo), quoted(why))
}

/// `text`, which holds `catalogue`, without the entry named `id`; `None` if there is none.
///
/// Comments above the entry stay, for they may speak of those that follow.
pub fn removed(text: &str, catalogue: &Catalogue, id: &str) -> Option<String> {
    let entry = catalogue.get(id)?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = entry.line - 1;
    let next = catalogue.sources.iter().map(|source| source.line).filter(|line| *line > entry.line);
    let mut last = next.min().map_or(lines.len(), |line| line - 1);
    // What stands between the entry's keys and the next entry belongs to that one.
    let speaks_of_next = |line: &str| line.trim().is_empty() || line.starts_with('#');
    while last > first + 1 && speaks_of_next(lines[last - 1]) {
        last -= 1;
    }
    let blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    if blank(last) && (first == 0 || blank(first - 1)) {
        last += 1;
    }
    let kept = lines.iter().enumerate().filter(|(at, _)| *at < first || *at >= last);
    Some(kept.map(|(_, line)| *line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Head\n\n[[source]]\nrepo = \"a/b\" # first\nwhy = \"one\"\n\n# Group\n\n[[source]]\nrepo = \"c/d\"\nwhy = \"two\"\n";

    #[test]
    fn an_entry_is_added_at_the_end_and_the_rest_stays() {
        let longer = added("c", TEXT, "e/f", "say \"why\"").unwrap();
        assert!(longer.starts_with(TEXT));
        let catalogue = parse("c", &longer).unwrap();
        assert_eq!(catalogue.get("e/f").unwrap().why, "say \"why\"");
        assert!(added("c", TEXT, "A/B", "again").is_err(), "taken");
        assert!(added("c", TEXT, "nonsense", "x").is_err());
        assert!(added("c", TEXT, "e/f", "").is_err(), "without a reason");
        assert_eq!(
            added("c", "", "e/f", "x").unwrap(),
            "[[source]]\nrepo = \"e/f\"\nwhy = \"x\"\n"
        );
    }

    #[test]
    fn an_entry_is_removed_and_comments_stay() {
        let catalogue = parse("c", TEXT).unwrap();
        let first = removed(TEXT, &catalogue, "A/b").unwrap();
        assert_eq!(first, "# Head\n\n# Group\n\n[[source]]\nrepo = \"c/d\"\nwhy = \"two\"\n");
        let second = removed(TEXT, &catalogue, "c/d").unwrap();
        assert_eq!(
            second,
            "# Head\n\n[[source]]\nrepo = \"a/b\" # first\nwhy = \"one\"\n\n# Group\n\n"
        );
        assert_eq!(removed(TEXT, &catalogue, "x/y"), None);
        let longer = added("c", TEXT, "e/f", "x").unwrap();
        let back = removed(&longer, &parse("c", &longer).unwrap(), "e/f").unwrap();
        assert_eq!(back.trim_end(), TEXT.trim_end());
    }
}
