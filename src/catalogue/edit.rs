//! Adds and removes entries in the text of a catalogue. The other entries, their comments and their order stay
//! unchanged.
//!
//! In a catalogue that extends the list inside the program, removing a source of that list writes its id to `without`, and
//! adding it again removes the id from there.

use std::ops::Range;

use super::fields::DataFile;
use super::{Catalogue, Source, SourceList, parse};
use crate::problem::Faults;

/// An entry to add.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// `owner/name`.
    pub repo: &'a str,
    pub why: &'a str,
    pub author: Option<&'a str>,
}

/// The source of `catalogue` that is the repository `repo`, or has its id.
pub fn known<'a>(catalogue: &'a Catalogue, repo: &str) -> Option<&'a Source> {
    catalogue.sources.iter().find(|source| {
        let repository = source.origin.repository();
        let mut names = [Some(&source.id.0), repository.as_ref()].into_iter().flatten();
        names.any(|name| name.eq_ignore_ascii_case(repo))
    })
}

/// Returns `text` with `entry` appended. If `without` switches off the source for this repository, removes the source's
/// id from `without` instead. `name` is the name of the file in faults.
///
/// `Err` contains the faults, for example: the repository is not of the form owner/name or is already in the catalogue,
/// the reason is empty, or the author is not a name.
pub fn added(name: &str, text: &str, entry: NewEntry) -> Result<String, Faults> {
    let current = parse(name, text)?;
    if let Some(known) = known(&current, entry.repo) {
        let mut faults = Faults::default();
        let (list, line) = match known.list {
            SourceList::Own => ("the catalogue", known.line),
            SourceList::Builtin => ("the list inside the program", 1),
        };
        faults.push(name, line, format!("{list} already has {}", known.id));
        return Err(faults);
    }
    if let Some(shorter) = switched_on(text, entry.repo)
        && known(&parse(name, &shorter)?, entry.repo).is_some()
    {
        return Ok(shorter);
    }
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

/// Removes the entry `id` from `text`, the text of `catalogue`, and returns the new text. If the entry is a source of
/// the list inside the program, adds its id to `without` instead. `None` if there is no such entry.
///
/// Comments above the entry stay, because they may also refer to the entries below it.
pub fn removed(text: &str, catalogue: &Catalogue, id: &str) -> Option<String> {
    let entry = catalogue.get(id)?;
    if entry.list == SourceList::Builtin {
        return Some(switched_off(text, &entry.id.0));
    }
    let own = catalogue.sources.iter().filter(|source| source.list == SourceList::Own);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = entry.line - 1;
    let next = own.map(|source| source.line).filter(|line| *line > entry.line);
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

/// `text` with `id` inserted as the first item of `without`.
fn switched_off(text: &str, id: &str) -> String {
    let id = toml::Value::String(id.to_owned()).to_string();
    let without = |document: &toml::de::DeTable| document.get("without").map(toml::Spanned::span);
    if let Some(array) = root(text, without) {
        // Inserts the id after the opening bracket, on its own line if the other items are on their own lines.
        let (before, rest) = text.split_at(array.start + 1);
        let comma = if rest.trim_start().starts_with(']') { "" } else { "," };
        let indent = if rest.starts_with('\n') { "\n    " } else { "" };
        let gap = if comma == "," && indent.is_empty() { " " } else { "" };
        return format!("{before}{indent}{id}{comma}{gap}{rest}");
    }
    let extends = |document: &toml::de::DeTable| document.get("extends").map(toml::Spanned::span);
    let at = root(text, extends).map_or(0, |value| {
        text[value.end..].find('\n').map_or(text.len(), |end| value.end + end + 1)
    });
    let (before, rest) = text.split_at(at);
    let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{end}without = [{id}]\n{rest}")
}

/// `text` with `id` (case-insensitive) removed from `without`; `None` if `without` does not contain it.
fn switched_on(text: &str, id: &str) -> Option<String> {
    let item = root(text, |document| {
        let items = document.get("without")?.get_ref().as_array()?;
        let is_it = |value: &str| value.eq_ignore_ascii_case(id);
        items
            .iter()
            .find(|item| item.get_ref().as_str().is_some_and(is_it))
            .map(toml::Spanned::span)
    })?;
    let (before, rest) = (&text[..item.start], &text[item.end..]);
    let rest = rest.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    // If the item was alone on its line, remove the whole line.
    let is_alone = before.trim_end_matches([' ', '\t']).ends_with('\n');
    let line_end = rest.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n');
    Some(match line_end {
        Some(rest) if is_alone => format!("{}{rest}", before.trim_end_matches([' ', '\t'])),
        _ => format!("{before}{}", rest.trim_start_matches([' ', '\t'])),
    })
}

/// Parses `text` and returns the result of `find` for the top-level table: a byte range in `text`.
fn root(
    text: &str,
    find: impl Fn(&toml::de::DeTable) -> Option<Range<usize>>,
) -> Option<Range<usize>> {
    let file = DataFile { name: "", text };
    let document = file.document(&mut Faults::default());
    find(document.get_ref())
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
    #[test]
    fn removing_a_builtin_source_switches_it_off_and_adding_it_switches_it_on() {
        let own = "[[source]]\nrepo = \"ann/notes\"\nwhy = \"mine\"\n";
        for head in [
            "extends = \"builtin\" # ours too\n",
            "extends = \"builtin\"\nwithout = []\n",
            "extends = \"builtin\"\nwithout = [\"dair-ai/Prompt-Engineering-Guide\"] # long\n",
            "without = [\n    # too long\n    \"dair-ai/Prompt-Engineering-Guide\",\n]\nextends = \"builtin\"\n",
        ] {
            let text = format!("# mine\n{head}\n{own}");
            let off = removed(&text, &parse("c", &text).unwrap(), "D2L-ai/d2l-en").unwrap();
            let catalogue = parse("c", &off).unwrap();
            assert!(catalogue.get("d2l-ai/d2l-en").is_none(), "{off}");
            assert!(catalogue.get("ann/notes").is_some() && catalogue.unknown.is_empty(), "{off}");
            let entry = NewEntry { repo: "d2l-ai/D2L-en", why: "again", author: None };
            let on = added("c", &off, entry).unwrap();
            assert!(parse("c", &on).unwrap().get("d2l-ai/d2l-en").is_some(), "{on}");
            assert!(on.contains(own) && !on.contains("again"), "{on}");
            assert!(added("c", &on, entry).is_err(), "the list has it already: {on}");
        }
        let text = "extends = \"builtin\"\n[[source]]\nrepo = \"d2l-ai/d2l-en\"\nwhy = \"mine\"\n";
        let back = removed(text, &parse("c", text).unwrap(), "d2l-ai/d2l-en").unwrap();
        assert_eq!(back, "extends = \"builtin\"\n", "the builtin entry applies again");
    }
}
