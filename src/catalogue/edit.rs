//! Adds and removes entries in the text of a catalogue without changing its other comments, order and spacing.

use super::{Catalogue, parse};
use crate::problem::Faults;

/// An entry to add.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// `owner/name`.
    pub repo: &'a str,
    pub why: &'a str,
    pub author: Option<&'a str>,
}

/// `text` with `entry` appended. `name` is how faults name the file.
///
/// `Err` holds the faults of the result: the repository is not of the form owner/name or is already in the catalogue,
/// the reason is empty, or the author is not a name.
pub fn added(name: &str, text: &str, entry: NewEntry) -> Result<String, Faults> {
    let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let longer = format!("{text}{end}{gap}{}", entry.text());
    parse(name, &longer).map(|_| longer)
}

impl NewEntry<'_> {
    /// The entry in the catalogue's format.
    ///
    /// ```
    /// use cairn::catalogue::edit::NewEntry;
    /// let entry = NewEntry { repo: "ann/notes", why: "Notes", author: None };
    /// assert_eq!(entry.text(), "[[source]]\nrepo = \"ann/notes\"\nwhy = \"Notes\"\n");
    /// ```
    pub fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.trim().to_owned()).to_string();
        let author = self.author.map(|author| format!("author = {}\n", quoted(author)));
        let (repo, why) = (quoted(self.repo), quoted(self.why));
        format!("[[source]]\nrepo = {repo}\nwhy = {why}\n{}", author.unwrap_or_default())
    }
}

/// `text`, the source of `catalogue`, without the entry `id`; `None` if there is no such entry.
///
/// Comments above the entry stay, because they may also refer to the entries that follow.
pub fn removed(text: &str, catalogue: &Catalogue, id: &str) -> Option<String> {
    let entry = catalogue.get(id)?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = entry.line - 1;
    let next = catalogue.sources.iter().map(|source| source.line).filter(|line| *line > entry.line);
    let mut last = next.min().map_or(lines.len(), |line| line - 1);
    // Comments and blank lines between the entry's keys and the next entry belong to the next entry.
    let belongs_to_next = |line: &str| line.trim().is_empty() || line.starts_with('#');
    while last > first + 1 && belongs_to_next(lines[last - 1]) {
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
    fn adding_an_entry_appends_it_and_changes_nothing_else() {
        let added = |text, repo, why, author| added("c", text, NewEntry { repo, why, author });
        let longer = added(TEXT, "e/f", "say \"why\"", Some(" Ann \"B.\" ")).unwrap();
        assert!(longer.starts_with(TEXT));
        let catalogue = parse("c", &longer).unwrap();
        let entry = catalogue.get("e/f").unwrap();
        assert_eq!((&*entry.why, entry.author.as_deref()), ("say \"why\"", Some("Ann \"B.\"")));
        assert!(added(TEXT, "A/B", "again", None).is_err(), "taken");
        assert!(added(TEXT, "nonsense", "x", None).is_err());
        assert!(added(TEXT, "e/f", "", None).is_err(), "without a reason");
        assert!(added(TEXT, "e/f", "x", Some("?")).is_err(), "not a name");
        assert_eq!(
            added("", "e/f", "x", None).unwrap(),
            "[[source]]\nrepo = \"e/f\"\nwhy = \"x\"\n"
        );
    }

    #[test]
    fn removing_an_entry_keeps_the_comments() {
        let catalogue = parse("c", TEXT).unwrap();
        let first = removed(TEXT, &catalogue, "A/b").unwrap();
        assert_eq!(first, "# Head\n\n# Group\n\n[[source]]\nrepo = \"c/d\"\nwhy = \"two\"\n");
        let second = removed(TEXT, &catalogue, "c/d").unwrap();
        assert_eq!(
            second,
            "# Head\n\n[[source]]\nrepo = \"a/b\" # first\nwhy = \"one\"\n\n# Group\n\n"
        );
        assert_eq!(removed(TEXT, &catalogue, "x/y"), None);
        let entry = NewEntry { repo: "e/f", why: "x", author: None };
        let longer = added("c", TEXT, entry).unwrap();
        let back = removed(&longer, &parse("c", &longer).unwrap(), "e/f").unwrap();
        assert_eq!(back.trim_end(), TEXT.trim_end());
    }
}
