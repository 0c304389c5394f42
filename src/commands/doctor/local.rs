//! Checks of this machine: data files, folders, index, store, lock, disk.

use std::path::Path;

use anyhow::Context;

use super::check::{CheckState, DoctorCheck, READABLE};
use super::runs::{budget, last_run};
use crate::catalogue::{self, Origin};
use crate::commands::output;
use crate::config::Config;
use crate::crawl::CrawlError;
use crate::crawl::folder::{canonical, opened, root_of};
use crate::disk::{self, DiskError};
use crate::generation::damage::IndexDamage;
use crate::generation::replica::ReplicaMark;
use crate::generation::{folders, lock};
use crate::library::Library;
use crate::problem::{Problem, chain};
use crate::refresh::no_token;
use crate::serve;
use crate::store::Store;
use crate::vocabulary;

/// The hint for faults in the data files.
const FAULTS: &str = "`cairn sources check` lists every fault";
/// If fewer bytes are free on the disk, the check's result is `Weak`, because a refresh may fail.
const FEW_BYTES: u64 = 1_000_000_000;
/// If fewer bytes are free on the disk, the check's result is `Ill`, because a refresh will fail.
const NO_BYTES: u64 = 100_000_000;

/// The checks of this machine. For a replica, without those of the sources and the store, which it does not use.
pub(super) fn checks(config: &Config) -> Vec<DoctorCheck> {
    let index = &config.index;
    let (disk, lock) = (disk(index), locked(config));
    let mut checks = vec![DoctorCheck::of("data files", data_files(config), FAULTS)];
    checks.extend(settings(config));
    // An index that this account may not read counts as no replica: the checks of its parts say so.
    let mark = match ReplicaMark::read(index) {
        Err(damage) if damage.is_denied() => Ok(None),
        mark => mark,
    };
    match mark {
        Ok(None) => {
            checks.push(folders(config));
            checks.push(writable(index));
            checks.extend(threads(config));
            checks.extend(disk);
            checks.extend([
                lock,
                store(config),
                generation(config),
                last_run(config),
                budget(config),
            ]);
        }
        mark => {
            checks.push(writable(index));
            checks.extend(disk);
            checks.extend([lock, replica(mark), generation(config)]);
        }
    }
    checks
}

/// The settings that `serve` would refuse.
fn settings(config: &Config) -> Vec<DoctorCheck> {
    let ill = |state, error: &anyhow::Error| DoctorCheck::new("settings", state, chain(error));
    let url = serve::check_url(config)
        .err()
        .map(|error| ill(CheckState::Ill, &error).hint("until then, `cairn serve` does not start"));
    // Another account may well serve the index.
    let token = config.clone().with_admin_token().err().map(|error| {
        ill(CheckState::Weak, &error).hint("only `cairn serve` needs the admin token")
    });
    let github = config
        .github_token()
        .err()
        .map(|error| ill(CheckState::Ill, &error).hint("until then, no refresh fetches anything"));
    url.into_iter().chain(token).chain(github).collect()
}

fn data_files(config: &Config) -> anyhow::Result<String> {
    let catalogue = catalogue::load(&config.sources)?;
    catalogue::policy::load(&config.sources)?;
    let vocabulary = vocabulary::load(&config.sources)?;
    let (sources, topics) = (catalogue.sources.len(), vocabulary.topics.len());
    let (sources, topics) = (output::count(sources, "source"), output::count(topics, "topic"));
    Ok(format!("{}: {sources}, {topics}", config.sources.name_of("")))
}

fn folders(config: &Config) -> DoctorCheck {
    let result = readable_folders(config);
    let hint = match &result {
        Err(error) if error.is::<DiskError>() => READABLE.to_owned(),
        Err(error) => error.downcast_ref().and_then(CrawlError::hint).unwrap_or(FAULTS.to_owned()),
        Ok(_) => String::new(),
    };
    DoctorCheck::of("folders", result, &hint)
}

/// The number of local folders. `Err` for the first one that can't be read.
fn readable_folders(config: &Config) -> anyhow::Result<String> {
    let catalogue = catalogue::load(&config.sources)?;
    let mut found = 0;
    for source in &catalogue.sources {
        let Origin::Folder { path } = &source.origin else { continue };
        let Some(root) = root_of(&config.sources, source.list, path.as_ref()) else { continue };
        let root = opened(&root, &canonical(&config.index))
            .map_err(|cause| CrawlError::Folder { path: root.display().to_string(), cause })
            .with_context(|| source.id.to_string())?;
        disk::list(&root).with_context(|| source.id.to_string())?;
        found += 1;
    }
    Ok(output::count(found, "local folder"))
}

/// Checks whether the discussions and issues that the catalogue requests can be read. `None` if it requests none.
fn threads(config: &Config) -> Option<DoctorCheck> {
    let catalogue = catalogue::load(&config.sources).ok()?;
    let asking = catalogue.sources.iter().filter(|source| source.threads.any()).count();
    if asking == 0 {
        return None;
    }
    // A token that can't be read has a check of its own.
    if config.github_token().ok()?.is_some() {
        let sources = output::count(asking, "source");
        let says = format!("{sources} with discussions or issues, and a token to read them");
        return Some(DoctorCheck::new("threads", CheckState::Well, says));
    }
    let Problem { message, hint, .. } = no_token(asking);
    Some(DoctorCheck::new("threads", CheckState::Weak, message).hint(hint.unwrap_or_default()))
}

fn writable(index: &Path) -> DoctorCheck {
    let shown = index.display();
    if let Err(error) = disk::list(index)
        && !error.is_missing()
    {
        return DoctorCheck::new("index", CheckState::Ill, error.to_string()).hint(READABLE);
    }
    match (index.exists(), disk::is_writable(index)) {
        (false, _) => {
            let says = format!("{shown} does not exist yet; the first refresh creates it");
            DoctorCheck::new("index", CheckState::Well, says)
        }
        (true, true) => DoctorCheck::new("index", CheckState::Well, shown.to_string()),
        (true, false) => {
            let says = format!("{shown} can't be written: it can be searched, not refreshed");
            DoctorCheck::new("index", CheckState::Weak, says)
                .hint("if it is to be refreshed here, run Cairn as its owner, or name another with --index")
        }
    }
}

/// Checks the free disk space for the index folder. `None` if the system does not report it.
fn disk(index: &Path) -> Option<DoctorCheck> {
    let there = index.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let free = disk::free_bytes(if there.as_os_str().is_empty() { Path::new(".") } else { there })?;
    let state = match free {
        ..NO_BYTES => CheckState::Ill,
        NO_BYTES..FEW_BYTES => CheckState::Weak,
        _ => CheckState::Well,
    };
    let check = DoctorCheck::new("disk", state, format!("{:.1} GB free", free as f64 / 1e9));
    Some(if state == CheckState::Well {
        check
    } else {
        check.hint("a refresh of the whole catalogue needs about a gigabyte; free some space")
    })
}

fn locked(config: &Config) -> DoctorCheck {
    let result = lock::holder(&config.index).map(|holder| match holder {
        Some(holder) => format!("a refresh is under way ({holder})"),
        None => "free".to_owned(),
    });
    let cause = result.as_ref().err().and_then(|error| error.downcast_ref());
    let hint = match cause.is_some_and(DiskError::is_denied) {
        true => READABLE,
        false => "the file system of the index folder must support locks",
    };
    DoctorCheck::of("lock", result, hint)
}

fn store(config: &Config) -> DoctorCheck {
    let path = config.index.join("library.db");
    let is_there = match disk::is_there(&path) {
        Ok(is_there) => is_there,
        Err(error) => {
            return DoctorCheck::new("store", CheckState::Ill, error.to_string()).hint(READABLE);
        }
    };
    let is_served = !matches!(folders::current(&config.index), Ok(None));
    if !is_there {
        return match is_served {
            false => {
                DoctorCheck::new("store", CheckState::Well, "none yet; the first refresh makes it")
            }
            true => DoctorCheck::new(
                "store",
                CheckState::Weak,
                "library.db is missing; the generation can still be served",
            )
            .hint("`cairn refresh` fetches every source again"),
        };
    }
    if let Err(error) = Store::examine(&path) {
        let check = DoctorCheck::new("store", CheckState::Ill, error.to_string());
        return if error.is_denied() { check.hint(READABLE) } else { check };
    }
    let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    DoctorCheck::new(
        "store",
        CheckState::Well,
        format!("library.db is whole, {:.1} MB", bytes as f64 / 1e6),
    )
}

/// Checks where the generations of a replica come from.
fn replica(mark: Result<Option<ReplicaMark>, IndexDamage>) -> DoctorCheck {
    let hint = "`cairn pull SOURCE` writes it again";
    match mark {
        Err(damage) => DoctorCheck::new("replica", CheckState::Ill, damage.to_string()).hint(hint),
        Ok(mark) => {
            let ReplicaMark { source, pulled_at, .. } = mark.unwrap_or_default();
            match pulled_at {
                Some(at) => {
                    let says = format!("of {source}; the generation was pulled {at}");
                    DoctorCheck::new("replica", CheckState::Well, says)
                }
                None => {
                    let says = format!("of {source}; nothing was pulled yet");
                    DoctorCheck::new("replica", CheckState::Weak, says)
                        .hint("`cairn pull` says why not")
                }
            }
        }
    }
}

fn generation(config: &Config) -> DoctorCheck {
    match Library::open(config) {
        Ok(Some(library)) => {
            let manifest = &library.manifest;
            let documents = output::count(manifest.counts.documents, "document");
            let says = format!("{} of {}: {documents}", manifest.generation, manifest.built_at);
            match folders::current(&config.index) {
                Err(damage) => {
                    let remedy = damage.remedy(&config.index);
                    DoctorCheck::new(
                        "generation",
                        CheckState::Weak,
                        format!("{damage}; in use: {says}"),
                    )
                    .hint(remedy)
                }
                Ok(_) => DoctorCheck::new("generation", CheckState::Well, says),
            }
        }
        Ok(None) => DoctorCheck::new("generation", CheckState::Ill, "there is none yet")
            .hint("`cairn refresh` builds the first"),
        // The error message contains the remedy.
        Err(error) => DoctorCheck::new("generation", CheckState::Ill, chain(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigOverrides, load};

    #[test]
    fn a_source_that_is_a_file_needs_the_name_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("file", "x");
        write("catalogue.toml", "[[source]]\nfolder = \"file\"\nid = \"mine\"\nwhy = \"x\"\n");
        let sources = Some(folder.path().to_owned());
        let index = Some(folder.path().join("index"));
        let config = load(&ConfigOverrides { sources, index, ..Default::default() }).unwrap();
        let check = folders(&config);
        assert!(check.says.contains("it is not a folder"), "{}", check.says);
        assert!(check.hint.unwrap().starts_with("name a folder"));
        write("catalogue.toml", "[[source]]\nwhi = \"x\"\n");
        assert!(folders(&config).hint.unwrap().contains("sources check"));
    }
}
