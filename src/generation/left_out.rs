//! A summary of the files that a source has and the generation leaves out, by reason.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::refusal::{FileRefusal, LeftOutReason};

/// The maximum number of rules of one reason that have a group of their own. The files of all further rules are counted
/// in one group without a rule.
const MOST_RULES: usize = 8;
/// The maximum number of paths that a group lists as examples.
const MOST_EXAMPLES: usize = 3;

/// Files that are left out for the same reason, by the same rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOutGroup {
    pub reason: LeftOutReason,
    /// The glob that matches them, or their extension if the reason is the format or the licence. `None` if the reason
    /// has no rule, or if the files of several rules are counted together.
    pub rule: Option<String>,
    pub files: usize,
    pub bytes: u64,
    /// The alphabetically first paths of these files; at most three. If several rules are counted together, only paths
    /// of the first of them.
    pub examples: Vec<String>,
}

/// Collects the groups of one source. Holds one group for each rule, and for each extension of its files.
#[derive(Debug, Default)]
pub(crate) struct LeftOutFiles {
    groups: BTreeMap<(LeftOutReason, Option<String>), LeftOutGroup>,
}

impl LeftOutFiles {
    /// Adds the file at `path` of `bytes` bytes. The order in which files are added does not matter.
    pub fn add(&mut self, refusal: FileRefusal, path: &str, bytes: u64) {
        let FileRefusal { reason, rule } = refusal;
        let group =
            self.groups.entry((reason, rule)).or_insert_with_key(|(reason, rule)| LeftOutGroup {
                reason: *reason,
                rule: rule.clone(),
                files: 0,
                bytes: 0,
                examples: Vec::new(),
            });
        group.files += 1;
        group.bytes += bytes;
        let at = group.examples.partition_point(|known| known.as_str() < path);
        if at < MOST_EXAMPLES {
            group.examples.insert(at, path.to_owned());
            group.examples.truncate(MOST_EXAMPLES);
        }
    }

    /// The number of files that are left out for `reason`.
    pub fn files_for(&self, reason: LeftOutReason) -> usize {
        let groups = self.groups.values().filter(|group| group.reason == reason);
        groups.map(|group| group.files).sum()
    }

    /// The groups, sorted by reason. The groups of one reason are sorted by their number of files, the largest first,
    /// except that the group of all further rules comes last. There are at most [`MOST_RULES`] + 1 groups for each
    /// reason.
    pub fn finish(self) -> Vec<LeftOutGroup> {
        let mut groups: Vec<LeftOutGroup> = self.groups.into_values().collect();
        // The sort is stable; groups with equally many files stay in the order of their rules.
        groups.sort_by_key(|group| (group.reason, std::cmp::Reverse(group.files)));
        let mut kept: Vec<LeftOutGroup> = Vec::new();
        let mut of_reason = 0;
        for mut group in groups {
            let is_same = kept.last().is_some_and(|last| last.reason == group.reason);
            of_reason = if is_same { of_reason + 1 } else { 1 };
            match kept.last_mut().filter(|_| of_reason > MOST_RULES + 1) {
                Some(rest) => {
                    rest.files += group.files;
                    rest.bytes += group.bytes;
                }
                None => {
                    if of_reason > MOST_RULES {
                        group.rule = None;
                    }
                    kept.push(group);
                }
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_by_reason_and_rule_and_rare_rules_together() {
        let mut files = LeftOutFiles::default();
        for number in (0..5).rev() {
            let exclude = FileRefusal::by(LeftOutReason::Exclude, "old/**");
            files.add(exclude, &format!("old/{number}.md"), 10);
        }
        for extension in 0..20 {
            for file in 0..=extension {
                let format = FileRefusal::by(LeftOutReason::Format, format!("x{extension:02}"));
                files.add(format, &format!("{file}.x{extension:02}"), 1);
            }
        }
        let groups = files.finish();
        let formats: Vec<_> = groups.iter().filter(|g| g.reason == LeftOutReason::Format).collect();
        assert_eq!(formats.len(), MOST_RULES + 1);
        assert_eq!((formats[0].rule.as_deref(), formats[0].files), (Some("x19"), 20));
        assert_eq!((formats[8].rule.as_deref(), formats[8].files), (None, (1..=12).sum::<usize>()));
        assert_eq!(formats.iter().map(|group| group.files).sum::<usize>(), (1..=20).sum::<usize>());
        let exclude = groups.last().unwrap();
        assert_eq!((exclude.files, exclude.bytes), (5, 50));
        assert_eq!(exclude.examples, ["old/0.md", "old/1.md", "old/2.md"]);
    }
}
