//! Whether the files of the generations are still as they were written.

use std::path::Path;

use super::{Check, State};
use crate::commands::output;
use crate::generation::damage::Damage;
use crate::generation::{folders, open};

/// Damaged files that are named.
const NAMED: usize = 5;

/// Compares the checksum of every file of the current generation of `index` and of those kept besides. Reads all
/// of them.
pub(super) fn checksums(index: &Path) -> Check {
    let numbers = folders::numbers(index);
    let current = folders::current(index).ok().flatten();
    let mut files = 0;
    let mut damaged: Vec<(u64, Damage)> = Vec::new();
    for number in &numbers {
        files += folders::manifest(index, *number).map_or(0, |manifest| manifest.files.len());
        damaged.extend(open::examine(index, *number).into_iter().map(|damage| (*number, damage)));
    }
    let Some((_, first)) = damaged.first() else {
        let (files, generations) =
            (output::count(files, "file"), output::count(numbers.len(), "generation"));
        let says = format!("{files} of {generations} are as they were written");
        return Check::new("checksums", State::Well, says);
    };
    let hint = first.remedy(index);
    // What is kept besides is shown only if the current generation is lost.
    let is_shown = damaged.iter().any(|(number, _)| Some(*number) == current);
    let state = if is_shown { State::Ill } else { State::Weak };
    let named: Vec<String> = damaged.iter().take(NAMED).map(|(_, d)| d.to_string()).collect();
    let rest = damaged.len() - named.len();
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    Check::new("checksums", state, format!("{}{rest}", named.join("; "))).hint(hint)
}
