//! Which of the stored files and threads of a source are indexed. Files: those that the rules want, that are no
//! copy of a book, that their licence lets be read, and that their authors do not ask to leave out. Threads: those
//! that the catalogue asks for.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::chapters::{self, Chapter};
use super::describe::licence;
use super::{Inputs, Stop, by_preference, selection, threads};
use crate::catalogue::selection::{Selection, format_of};
use crate::catalogue::{Shown, Source, SourceId};
use crate::crawl::BlobId;
use crate::problem::{Problem, Stage};
use crate::store::{Store, StoreError, StoredFile};

/// The file by which an author asks to be left out, in the form of `.gitignore`.
const ASKING: &str = ".cairnignore";
/// Lines of it that are read, and the longest: each becomes a pattern that every path is compared with.
const MOST_LINES: usize = 1_000;
const LONGEST_LINE: usize = 1_000;

/// The format of threads; no file has it, for no extension is so called.
pub(super) const THREAD: &str = "thread";

/// A file or thread that belongs into the generation.
pub(super) struct Item<'a> {
    pub source: &'a Source,
    pub path: String,
    pub blob: BlobId,
    pub format: String,
    /// Bytes.
    pub length: u64,
    /// When it came to the store, in seconds since 1970.
    pub first_seen: i64,
    /// Whether its bytes are in the store.
    pub is_stored: bool,
    /// What the source's table of chapters says of it.
    pub chapter: Option<Chapter>,
}

impl Item<'_> {
    /// The day on which it came to the store, such as `2026-03-01`.
    pub fn first_day(&self) -> String {
        let day = chrono::DateTime::from_timestamp(self.first_seen, 0).unwrap_or_default();
        day.date_naive().to_string()
    }
}

/// What is to be indexed, in order of preference, and what kept other files out.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    pub items: Vec<Item<'a>>,
    pub problems: Vec<Problem>,
}

/// What is to be indexed of `store` under the rules as they are now. Less of it after `stop`: nothing may
/// be built of that.
pub(super) fn wanted<'a>(
    inputs: &'a Inputs,
    store: &Store,
    stop: &Stop,
) -> anyhow::Result<Wanted<'a>> {
    let mut wanted = Wanted::default();
    for source in by_preference(&inputs.catalogue) {
        if stop.is_cancelled() {
            break;
        }
        wanted.add(inputs, source, store)?;
    }
    Ok(wanted)
}

/// Whether it is not known what the author of `source` asks to leave out: the file is damaged and not fetched yet.
/// Then nothing of it may be indexed.
pub(super) fn is_asking_unknown(source: &SourceId, store: &Store) -> Result<bool, StoreError> {
    let is_unknown = |file: &StoredFile| file.path == ASKING && !file.is_stored;
    Ok(store.lacks_blobs(source)? && store.files(source)?.iter().any(is_unknown))
}

impl<'a> Wanted<'a> {
    fn add(&mut self, inputs: &Inputs, source: &'a Source, store: &Store) -> anyhow::Result<()> {
        if is_asking_unknown(&source.id, store)? {
            let message = "what its author asks to leave out is damaged: nothing of it is indexed";
            let problem = Problem::new(Stage::Crawl, message).of_source(&source.id.0).at(ASKING);
            self.problems.push(problem.hint("`cairn refresh` fetches it again"));
            return Ok(());
        }
        let selection = selection(inputs, source);
        let files = store.files(&source.id)?;
        let asked = self.asked(source, &files, store)?;
        let licence = licence(source, &store.source(&source.id)?);
        let is_open = inputs.policy.shown(licence.as_deref()) == Shown::Full;
        let (mut left_out, mut closed) = (0, 0);
        let first = self.items.len();
        for StoredFile { path, blob, length, first_seen, is_stored } in files {
            if selection.is_book_copy(&path) {
                self.tell(source, &path, "a copy of a commercial book, by its name: never indexed");
            } else if selection.takes(&path, length) {
                let asks =
                    |asked: &Gitignore| asked.matched_path_or_any_parents(&path, false).is_ignore();
                let format = format_of(&path);
                if asked.as_ref().is_some_and(asks) {
                    left_out += 1;
                } else if !is_open && inputs.policy.open_only.contains(&format) {
                    closed += 1;
                } else {
                    let chapter = None;
                    self.items.push(Item {
                        source,
                        path,
                        blob,
                        format,
                        length,
                        first_seen,
                        is_stored,
                        chapter,
                    });
                }
            }
        }
        if let Some(table) = chapters::mark(&mut self.items[first..], store)? {
            self.tell(source, &table, "a table of chapters too long to be read whole");
        }
        self.tell_of_left_out(source, (left_out, closed), inputs);
        self.threads(source, &selection, store)
    }

    /// Tells how many files of `source` are left out: as its author asks, and under closed licences.
    fn tell_of_left_out(
        &mut self,
        source: &Source,
        (left_out, closed): (usize, usize),
        inputs: &Inputs,
    ) {
        if closed > 0 {
            let formats = inputs.policy.open_only.join(", ");
            let message = format!(
                "{closed} files ({formats}) are left out: such files are read under open licences only"
            );
            let problem = Problem::new(Stage::Catalogue, message).of_source(&source.id.0);
            self.problems.push(problem.hint("the source has no licence that allows more"));
        }
        if left_out > 0 {
            let message = format!("asks that {left_out} of its files be left out, and so they are");
            self.tell(source, ASKING, &message);
        }
    }

    /// Takes in the threads of `source` that the catalogue asks for and does not exclude.
    fn threads(
        &mut self,
        source: &'a Source,
        selection: &Selection,
        store: &Store,
    ) -> anyhow::Result<()> {
        if !source.threads.any() {
            return Ok(());
        }
        for thread in store.threads(&source.id)? {
            let path = thread.kind.path(thread.number);
            if !threads::is_wanted(source, &thread) || selection.excludes_thread(&path) {
                continue;
            }
            self.items.push(Item {
                source,
                path,
                blob: thread.blob,
                format: THREAD.to_owned(),
                length: thread.length,
                first_seen: thread.first_seen,
                is_stored: true,
                chapter: None,
            });
        }
        Ok(())
    }

    /// Leaves out the items of which `is_lost` says that nothing is stored.
    pub fn leave_lost(&mut self, is_lost: impl Fn(&Item) -> bool) {
        let (lost, items) = std::mem::take(&mut self.items).into_iter().partition(is_lost);
        self.items = items;
        let lost: Vec<Item> = lost;
        self.problems.extend(lost.into_iter().map(|item| {
            let message = "what was stored of it is damaged; it is left out until it is fetched";
            let problem = Problem::new(Stage::Crawl, message).of_source(&item.source.id.0);
            problem.at(item.path).hint("`cairn refresh` fetches its source again")
        }));
    }

    fn tell(&mut self, source: &Source, path: &str, message: &str) {
        let problem = Problem::new(Stage::Catalogue, message);
        self.problems.push(problem.of_source(&source.id.0).at(path));
    }

    /// What the author of `source` asks to leave out. Lines that make no sense are passed over.
    fn asked(
        &mut self,
        source: &Source,
        files: &[StoredFile],
        store: &Store,
    ) -> anyhow::Result<Option<Gitignore>> {
        let Some(file) = files.iter().find(|file| file.path == ASKING) else {
            return Ok(None);
        };
        let bytes = store.blob(&file.blob)?.unwrap_or_default();
        let mut builder = GitignoreBuilder::new("");
        let text = String::from_utf8_lossy(&bytes);
        let is_usual = |line: &&str| line.len() <= LONGEST_LINE;
        let kept = text.lines().take(MOST_LINES).filter(is_usual);
        if kept.clone().count() < text.lines().count() {
            self.tell(source, ASKING, "too long: its first lines are obeyed, the rest is not read");
        }
        for line in kept {
            if let Err(error) = builder.add_line(None, line) {
                tracing::debug!(line, %error, "a line of {ASKING} makes no sense");
            }
        }
        Ok(builder.build().ok())
    }
}
