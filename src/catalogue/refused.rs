//! Repositories that the policy refuses because they are copies of books or of paid courses.

use super::fields::{DataFile, TableFields};
use super::repository::repository;
use crate::problem::Faults;

/// A refused repository and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRepository {
    /// `owner/name`.
    pub repo: String,
    pub why: String,
}

/// The repositories at `refused` in the top level of a policy; none if the key is missing. Adds all faults to `faults`.
pub(super) fn read(
    file: &DataFile,
    root: &mut TableFields,
    faults: &mut Faults,
) -> Vec<RefusedRepository> {
    let mut refused = Vec::new();
    for mut fields in root.tables("refused", faults) {
        let line = fields.line;
        let repo = fields.string("repo", faults).map(|(_, repo)| repo);
        let why = fields.string("why", faults).map(|(_, why)| why);
        fields.finish(faults);
        match (repo, why) {
            (Some(repo), _) if repository(&repo).is_none() => {
                let message = format!("`repo` {repo:?} is not of the form owner/name");
                faults.push(file.name, line, message);
            }
            (Some(repo), Some(why)) if !why.trim().is_empty() => {
                refused.push(RefusedRepository { repo, why });
            }
            _ => {
                let message = "a refused repository has `repo` and `why`, one line on the reason";
                faults.push(file.name, line, message);
            }
        }
    }
    refused
}
