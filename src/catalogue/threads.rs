//! The keys `discussions` and `issues` of a catalogue entry: which threads of a repository are read in addition to its
//! files. Both are off by default.

use toml::de::DeValue;

use super::fields::{DataFile, TableFields};
use crate::problem::Faults;

/// The maximum number of labels of one entry.
const MOST_LABELS: usize = 20;
/// The longest label that GitHub allows, in characters.
const LONGEST_LABEL: usize = 50;
const ISSUES: &str = "`issues` must be true, false, or a table such as { labels = [\"question\"] }";

/// Which threads of a repository are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadSelection {
    pub discussions: bool,
    pub issues: IssueSelection,
}

/// Which issues of a repository are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IssueSelection {
    #[default]
    None,
    All,
    /// Issues with at least one of these labels (case-insensitive).
    Labelled(Vec<String>),
}

impl ThreadSelection {
    /// Whether any threads are read.
    pub fn any(&self) -> bool {
        self.discussions || self.issues != IssueSelection::None
    }
}

impl IssueSelection {
    /// Whether an issue with `labels` is read.
    pub fn includes(&self, labels: &[String]) -> bool {
        match self {
            IssueSelection::None => false,
            IssueSelection::All => true,
            IssueSelection::Labelled(wanted) => wanted
                .iter()
                .any(|wanted| labels.iter().any(|own| own.to_lowercase() == wanted.to_lowercase())),
        }
    }
}

/// Reads the keys `discussions` and `issues` of the entry `fields`. Adds a fault for each of these keys in an entry
/// without `repo`, and for each invalid value.
pub(super) fn read(
    file: &DataFile,
    fields: &mut TableFields,
    faults: &mut Faults,
) -> ThreadSelection {
    let discussions = fields.value("discussions");
    let issues = fields.value("issues");
    let has_repo = fields.value("repo").is_some();
    for (key, value) in [("discussions", &discussions), ("issues", &issues)] {
        if let Some((line, _)) = value
            && !has_repo
        {
            faults.push(file.name, *line, format!("`{key}` needs `repo`: only GitHub has them"));
        }
    }
    let discussions = discussions.is_some_and(|(line, value)| {
        value.as_bool().unwrap_or_else(|| {
            faults.push(file.name, line, "`discussions` must be true or false");
            false
        })
    });
    let issues = issues.map(|(line, value)| read_issues(file, line, value, faults));
    ThreadSelection { discussions, issues: issues.unwrap_or_default() }
}

fn read_issues(
    file: &DataFile,
    line: usize,
    value: &DeValue,
    faults: &mut Faults,
) -> IssueSelection {
    if let Some(all) = value.as_bool() {
        return if all { IssueSelection::All } else { IssueSelection::None };
    }
    let Some(table) = value.as_table() else {
        faults.push(file.name, line, ISSUES);
        return IssueSelection::None;
    };
    let mut fields = TableFields::new(file, table, line);
    let before = faults.0.len();
    let labels = fields.strings("labels", faults);
    fields.finish(faults);
    if faults.0.len() == before && !(1..=MOST_LABELS).contains(&labels.len()) {
        let message = format!("`labels` must name between one and {MOST_LABELS} labels");
        faults.push(file.name, line, message);
    }
    for (line, label) in &labels {
        // A comma separates labels in GitHub's URLs.
        if !(1..=LONGEST_LABEL).contains(&label.chars().count()) || label.contains(',') {
            let message = format!(
                "{label:?} is not a label: 1 to {LONGEST_LABEL} characters without a comma"
            );
            faults.push(file.name, *line, message);
        }
    }
    IssueSelection::Labelled(labels.into_iter().map(|(_, label)| label).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse;

    fn threads(keys: &str) -> ThreadSelection {
        let text = format!("[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\n{keys}\n");
        parse("c.toml", &text).unwrap().sources[0].threads.clone()
    }

    #[test]
    fn threads_are_off_unless_the_entry_asks_for_them() {
        assert!(!threads("").any());
        assert!(!threads("discussions = false\nissues = false").any());
        let both = threads("discussions = true\nissues = true");
        assert_eq!(both, ThreadSelection { discussions: true, issues: IssueSelection::All });
        let ThreadSelection { discussions, issues } =
            threads("issues = { labels = [\"question\", \"FAQ\"] }");
        assert!(!discussions);
        let labels = |labels: &[&str]| labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        assert!(issues.includes(&labels(&["bug", "faq"])), "case-insensitive");
        assert!(!issues.includes(&labels(&["bug"])));
        assert!(
            IssueSelection::All.includes(&[]) && !IssueSelection::None.includes(&labels(&["faq"]))
        );
    }

    #[test]
    fn each_fault_of_these_keys_is_reported_with_its_line() {
        let text = r#"
[[source]]
folder = "notes"
why = "a folder has no threads"
discussions = true
issues = true

[[source]]
repo = "a/b"
why = "values of other types"
discussions = "yes"
issues = 3

[[source]]
repo = "a/c"
why = "labels"
issues = { labels = [] }

[[source]]
repo = "a/d"
why = "labels"
issues = { labels = ["a,b", 7], state = "open" }

[[source]]
repo = "a/e"
why = "no labels at all"
issues = {}
"#;
        let faults = parse("c.toml", text).unwrap_err().0;
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [5, 6, 11, 12, 17, 22, 22, 22, 27], "{faults:#?}");
    }
}
