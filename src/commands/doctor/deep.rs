//! Checks whether the files of the generations and the rows of the store are undamaged.

use std::path::Path;

use super::check::{CheckState, DoctorCheck, READABLE};
use crate::catalogue;
use crate::commands::output;
use crate::config::Config;
use crate::disk;
use crate::generation::damage::IndexDamage;
use crate::generation::{folders, open};
use crate::printable::shell;
use crate::refresh;
use crate::store::{SourcesToFetch, StoreAudit, StoreTable};

/// A check names at most this many damaged files, or sources and paths with damaged rows. Further ones are only
/// counted.
const NAMED: usize = 5;

/// Checks every file of all generations in `index` against its checksum: the current generation and the older ones that
/// are kept. Reads all files.
pub(super) fn checksums(index: &Path) -> DoctorCheck {
    // Without this check, a folder that can't be listed would look like a folder without generations.
    if let Err(error) = disk::list(&index.join("generations"))
        && !error.is_missing()
    {
        return DoctorCheck::new("checksums", CheckState::Ill, error.to_string()).hint(READABLE);
    }
    let numbers = folders::numbers(index);
    let current = folders::current(index).ok().flatten();
    let mut files = 0;
    let mut damaged: Vec<(u64, IndexDamage)> = Vec::new();
    for number in &numbers {
        files += folders::manifest(index, *number).map_or(0, |manifest| manifest.files.len());
        damaged.extend(open::examine(index, *number).into_iter().map(|damage| (*number, damage)));
    }
    let Some((_, first)) = damaged.first() else {
        let (files, generations) =
            (output::count(files, "file"), output::count(numbers.len(), "generation"));
        let says = format!("{files} of {generations} are as they were written");
        return DoctorCheck::new("checksums", CheckState::Well, says);
    };
    let hint = first.remedy(index);
    // Older generations are used only if the current one is damaged.
    let is_shown = damaged.iter().any(|(number, _)| Some(*number) == current);
    let state = if is_shown { CheckState::Ill } else { CheckState::Weak };
    let named: Vec<String> = damaged.iter().take(NAMED).map(|(_, d)| d.to_string()).collect();
    let rest = damaged.len() - named.len();
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    DoctorCheck::new("checksums", state, format!("{}{rest}", named.join("; "))).hint(hint)
}

/// Decodes every row of the store, and compares each stored file with the hash that is its key. `None` if there is no
/// store. A store that can't be opened fails the check.
pub(super) fn rows(config: &Config) -> Option<DoctorCheck> {
    if !config.index.join("library.db").is_file() {
        return None;
    }
    let audit = match refresh::audit(config) {
        Ok(audit) => audit,
        Err(error) => {
            let check = DoctorCheck::new("rows", CheckState::Ill, error.to_string());
            // Other errors contain what to do.
            return Some(if error.is_denied() { check.hint(READABLE) } else { check });
        }
    };
    let rows = output::count(audit.rows, "row");
    if audit.damaged.is_empty() && audit.missing.is_empty() {
        let says = format!("{rows} of library.db are as they were written");
        return Some(DoctorCheck::new("rows", CheckState::Well, says));
    }
    let state = if audit.damaged.is_empty() { CheckState::Weak } else { CheckState::Ill };
    let says = format!("of {rows} of library.db {}", found(&audit));
    Some(DoctorCheck::new("rows", state, says).hint(remedy(config, &audit)))
}

/// What is damaged, as text: the number of damaged rows of each kind, and the sources and paths of the first ones.
fn found(audit: &StoreAudit) -> String {
    let kinds = [
        (StoreTable::Blobs, "stored file"),
        (StoreTable::Documents, "document"),
        (StoreTable::Annotations, "annotation"),
        (StoreTable::Files, "path"),
        (StoreTable::Sources, "source"),
        (StoreTable::Links, "cited address"),
        (StoreTable::Papers, "cited paper"),
        (StoreTable::ThreadStates, "thread state"),
    ];
    let counts = kinds.iter().map(|(table, noun)| (audit.count(*table), *noun));
    let counts = counts.filter(|(count, _)| *count > 0);
    let mut found: Vec<String> = counts.map(|(count, noun)| output::count(count, noun)).collect();
    if found.is_empty() {
        found.push("none".to_owned());
    }
    let mut places: Vec<String> = Vec::new();
    let damaged = audit.damaged.iter().map(|row| (row.source.as_ref(), row.path.as_ref()));
    let missing = audit.missing.iter().map(|lost| (Some(&lost.source), Some(&lost.path)));
    for (source, path) in damaged.chain(missing) {
        let place = [source, path].into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
        let place = place.join(" ");
        if !place.is_empty() && !places.contains(&place) {
            places.push(place);
        }
    }
    let rest = places.len().saturating_sub(NAMED);
    places.truncate(NAMED);
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    let waiting = match audit.missing.len() {
        0 => String::new(),
        waiting => format!(", and {} to be fetched again", output::count(waiting, "stored file")),
    };
    format!("{} damaged{waiting}: {}{rest}", found.join(", "), places.join("; "))
}

/// A hint with the command that replaces the damaged rows in `audit`. The command fetches only the affected sources if
/// all of them are known and they are at most `NAMED`. Else it fetches all sources.
fn remedy(config: &Config, audit: &StoreAudit) -> String {
    let SourcesToFetch { mut sources, is_complete } = audit.to_fetch();
    if let Ok(catalogue) = catalogue::load(&config.sources) {
        // Sources that the catalogue no longer lists are removed with the next generation.
        sources.retain(|id| catalogue.get(id).is_some());
    }
    let full = || {
        "`cairn refresh --full` removes the damaged rows and fetches every source again".to_owned()
    };
    if !is_complete || sources.len() > NAMED {
        return full();
    }
    if sources.is_empty() {
        return "`cairn refresh --offline` removes the damaged rows and derives them again"
            .to_owned();
    }
    let words = ["refresh", "--full", "--"].into_iter().chain(sources.iter().map(String::as_str));
    let command = shell::cairn(&words.collect::<Vec<_>>());
    command.map_or_else(full, |line| {
        format!("`{line}` removes the damaged rows and fetches their sources again")
    })
}
