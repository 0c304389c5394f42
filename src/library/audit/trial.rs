//! Tries a repository: fetches it into a temporary index, and shows what it would add to the open index.

use std::collections::HashSet;

use anyhow::{Context, bail};

use super::compare::compare;
use crate::catalogue::edit::NewEntry;
use crate::catalogue::{Catalogue, Source};
use crate::config::Config;
use crate::generation::contents::GenerationContents;
use crate::library::Library;
use crate::library::view::{FilesView, LicenceOrigin, TrialView};
use crate::refresh::{self, RefreshEvent, RefreshOptions, RefreshStop};
use crate::store::{SourceRow, Store};

/// If neither the request nor the repository's description gives a reason, the suggested entry gets this text as the
/// reason.
const NO_WHY: &str = "TODO: one line on what is in it and who wants it";

/// A repository to try.
#[derive(Clone, Debug)]
pub struct TrialRequest {
    /// The catalogue entry to try.
    pub source: Source,
    /// The id of the source, if the catalogue already has the repository. The sections of that source in the open index
    /// are not compared with those of the repository.
    pub known_as: Option<String>,
    /// The reason for the entry; `None` means the repository's description.
    pub why: Option<String>,
}

/// Fetches the repository of `request`, indexes it in a temporary folder, and compares it with the open index of
/// `config`. Changes neither that index nor the catalogue.
///
/// Documents are read as in a refresh, with the same limits and child processes; `on_event` receives the progress.
/// Discussions and issues are not fetched. `Err` if the repository can't be fetched, if `stop` is cancelled, or if the
/// temporary folder can't be written. It needs disk space for the files of the repository and for their index.
pub fn try_source(
    config: &Config,
    request: &TrialRequest,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<TrialView> {
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let trial = Config { index: folder.path().join("index"), ..config.clone() };
    let mut source = request.source.clone();
    // A trial has no other source that `fork_of` could name, and it fetches no threads.
    (source.fork_of, source.threads) = (None, Default::default());
    let catalogue = Catalogue { sources: vec![source.clone()], unknown: Vec::new() };
    let options = RefreshOptions::default();
    let summary = refresh::run_catalogue(&trial, catalogue, &options, stop, on_event)?;
    if summary.run.stopped {
        bail!("stopped; nothing was added");
    }
    if let Some(error) = summary.run.sources.iter().find_map(|result| result.error.as_ref()) {
        bail!("{error}; nothing was added");
    }
    let library = Library::open(&trial)?.context("the repository could not be indexed")?;
    let store = Store::open(&trial.index.join("library.db"))?;
    let files = TrialFiles::read(&library, &store, &source)?;
    let row = store.source(&source.id)?;
    drop(store);
    let view = view(&library, request, row, files, summary.run.traffic.bytes)?;
    let index = Library::open(config).unwrap_or_else(|error| {
        tracing::warn!("nothing to compare with: {error:#}");
        None
    });
    let compared = index.map(|index| compare(&library, &index, request.known_as.as_deref()));
    Ok(TrialView { compared: compared.transpose()?, ..view })
}

/// The numbers and sizes of a repository's files: `all` files, if they are known, and the `taken` files, which are
/// indexed.
struct TrialFiles {
    all: Option<FilesView>,
    taken: FilesView,
}

impl TrialFiles {
    /// Counts the files of `source`. Reads the lists of its files from `store`, and the list of its documents from
    /// `library`.
    fn read(library: &Library, store: &Store, source: &Source) -> anyhow::Result<TrialFiles> {
        let files = store.files(&source.id)?;
        let contents = GenerationContents::read(&library.folder.join("contents.bin"))?;
        let documents: HashSet<&str> =
            contents.sources.values().flatten().map(|document| &*document.path).collect();
        let sum = |lengths: &mut dyn Iterator<Item = u64>| {
            lengths.fold(FilesView::default(), |sum, length| FilesView {
                files: sum.files + 1,
                bytes: sum.bytes + length,
            })
        };
        let taken = files.iter().filter(|file| documents.contains(&*file.path));
        let stored = files.iter().map(|file| file.length);
        let all = store
            .left_out(&source.id)?
            .map(|left_out| sum(&mut stored.chain(left_out.iter().map(|file| file.size))));
        Ok(TrialFiles { all, taken: sum(&mut taken.map(|file| file.length)) })
    }
}

/// The trial's result without the comparison. `row` is the stored data of the source.
fn view(
    library: &Library,
    request: &TrialRequest,
    row: SourceRow,
    files: TrialFiles,
    downloaded_bytes: u64,
) -> anyhow::Result<TrialView> {
    let state = library.manifest.sources.first().context("the index has no source")?;
    let audit = library.audit(Some(&state.id))?.and_then(|audit| audit.sources.into_iter().next());
    let metadata = row.metadata.as_ref();
    let full_name = metadata.and_then(|metadata| metadata.full_name.clone());
    let repo = full_name.or_else(|| state.moved_to.clone()).unwrap_or_else(|| state.origin.clone());
    let why = request.why.as_deref().or(state.description.as_deref()).unwrap_or(NO_WHY);
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    let entry = || {
        let entry = NewEntry { repo: &repo, why: &why, author: state.author.as_deref() };
        format!("{}{}", entry.text(), globs(&request.source))
    };
    Ok(TrialView {
        known_as: request.known_as.clone(),
        description: state.description.clone(),
        stars: state.stars,
        archived: state.archived,
        licence: state.licence.clone(),
        licence_from: licence_origin(&request.source, &row),
        shown: state.shown,
        all: files.all,
        taken: files.taken,
        downloaded_bytes,
        audit: audit.context("the index has no source")?,
        compared: None,
        entry: request.known_as.is_none().then(entry),
        repo,
    })
}

/// Where the licence of `source` is stated; `None` if it is not stated anywhere.
fn licence_origin(source: &Source, row: &SourceRow) -> Option<LicenceOrigin> {
    let of_github = row.metadata.as_ref().and_then(|metadata| metadata.licence.as_ref());
    match (&source.licence, &row.licence, of_github) {
        (Some(_), ..) => Some(LicenceOrigin::Entry),
        (None, Some(_), _) => Some(LicenceOrigin::File),
        (None, None, Some(_)) => Some(LicenceOrigin::GitHub),
        (None, None, None) => None,
    }
}

/// The lines for `include` and `exclude` in the entry of `source`.
fn globs(source: &Source) -> String {
    let list = |key: &str, globs: &[String]| {
        let quoted = globs.iter().map(|glob| toml::Value::String(glob.clone()).to_string());
        let quoted = quoted.collect::<Vec<_>>().join(", ");
        if globs.is_empty() { String::new() } else { format!("{key} = [{quoted}]\n") }
    };
    format!("{}{}", list("include", &source.include), list("exclude", &source.exclude))
}
