//! Selects the stored files and threads that are indexed. A file is indexed if the rules select it, it is not a copy of
//! a commercial book, the licence allows it, and the author has not excluded it with `.cairnignore`. A thread is
//! indexed if the catalogue requests it and the rules don't exclude it.

use std::collections::BTreeMap;

use super::cairnignore::{self, CairnIgnore, PATH};
use super::inputs::{RefreshInputs, by_preference, selection};
use super::item::{THREAD, WantedItem};
use super::licence::licence;
use super::options::RefreshStop;
use super::{chapters, threads};
use crate::catalogue::refusal::{FileRefusal, LeftOutReason};
use crate::catalogue::selection::{Selection, format_of};
use crate::catalogue::{Shown, Source};
use crate::crawl::LeftOut;
use crate::extract::chapters::is_table;
use crate::generation::left_out::{LeftOutFiles, LeftOutGroup};
use crate::problem::{Problem, Stage};
use crate::store::{Store, StoredFile};

/// The items to index, in order of preference, and the reasons why other files are left out.
#[derive(Default)]
pub(in crate::refresh) struct WantedItems<'a> {
    pub items: Vec<WantedItem<'a>>,
    pub problems: Vec<Problem>,
    /// The files that the rules leave out, by the ids of the sources. A source has no entry if it is not known which
    /// files were left out when it was fetched.
    pub left_out: BTreeMap<String, Vec<LeftOutGroup>>,
}

/// Selects the items of `store` under the current rules. If `stop` is cancelled, the result is incomplete and must not
/// be built into a generation.
pub(in crate::refresh) fn wanted<'a>(
    inputs: &'a RefreshInputs,
    store: &Store,
    stop: &RefreshStop,
) -> anyhow::Result<WantedItems<'a>> {
    let mut wanted = WantedItems::default();
    for source in by_preference(&inputs.catalogue) {
        if stop.is_cancelled() {
            break;
        }
        wanted.add(inputs, source, store)?;
    }
    Ok(wanted)
}

impl<'a> WantedItems<'a> {
    /// Adds the files and threads of `source`. If its `.cairnignore` is damaged, adds only a problem.
    fn add(
        &mut self,
        inputs: &RefreshInputs,
        source: &'a Source,
        store: &Store,
    ) -> anyhow::Result<()> {
        if cairnignore::is_unknown(&source.id, store)? {
            let message = "the stored copy is damaged, so no file of the source is indexed";
            let problem = Problem::new(Stage::Crawl, message).of_source(&source.id.0).at(PATH);
            self.problems.push(problem.hint("`cairn refresh` fetches it again"));
            return Ok(());
        }
        let selection = selection(inputs, source);
        let files = store.files(&source.id)?;
        let ignored = CairnIgnore::read(&files, store)?;
        if ignored.is_truncated {
            self.report(source, PATH, "too long: its first lines are applied, the rest is ignored");
        }
        let tables: Vec<StoredFile> = files
            .iter()
            .filter(|file| is_table(&file.path) && !ignored.leaves_out(&file.path))
            .cloned()
            .collect();
        let first = self.items.len();
        let mut left_out = LeftOutFiles::default();
        self.files(inputs, source, files, &selection, &ignored, &mut left_out, store)?;
        if let Some(table) = chapters::mark(&mut self.items[first..], &tables, store)? {
            self.report(
                source,
                &table,
                "the table of chapters is too long; only its beginning is read",
            );
        }
        self.report_left_out(source, &left_out, inputs);
        self.summarize_left_out(source, left_out, &selection, store)?;
        self.threads(source, &selection, store)
    }

    /// Adds those of `files` that are indexed to the items, and those that the rules leave out to `left_out`. Reports
    /// copies of commercial books.
    fn files(
        &mut self,
        inputs: &RefreshInputs,
        source: &'a Source,
        files: Vec<StoredFile>,
        selection: &Selection,
        ignored: &CairnIgnore,
        left_out: &mut LeftOutFiles,
        store: &Store,
    ) -> anyhow::Result<()> {
        let licence = licence(source, &store.source(&source.id)?);
        let is_open = inputs.policy.shown(licence.as_deref()) == Shown::Full;
        for file in files {
            if selection.is_book_copy(&file.path) {
                let message = "a copy of a commercial book, by its name: never indexed";
                self.report(source, &file.path, message);
                continue;
            }
            let format = format_of(&file.path);
            let refusal = selection.refusal(&file.path, file.length).or_else(|| {
                if ignored.leaves_out(&file.path) {
                    Some(FileRefusal::of(LeftOutReason::Cairnignore))
                } else if !is_open && inputs.policy.open_only.contains(&format) {
                    Some(FileRefusal::by(LeftOutReason::Licence, &*format))
                } else {
                    None
                }
            });
            match refusal {
                Some(refusal) if !Selection::always(&file.path) => {
                    left_out.add(refusal, &file.path, file.length);
                }
                Some(_) => {}
                None => self.items.push(WantedItem::of_file(source, file, format)),
            }
        }
        Ok(())
    }

    /// Reports how many files of `source` are left out because of its licence and its `.cairnignore`.
    fn report_left_out(
        &mut self,
        source: &Source,
        left_out: &LeftOutFiles,
        inputs: &RefreshInputs,
    ) {
        let closed = left_out.files_for(LeftOutReason::Licence);
        if closed > 0 {
            let formats = inputs.policy.open_only.join(", ");
            let message = format!(
                "{} left out ({formats}): such files are read under open licences only",
                files_are(closed)
            );
            let problem = Problem::new(Stage::Catalogue, message).of_source(&source.id.0);
            self.problems
                .push(problem.hint("set `licence` in the entry if the source has an open licence"));
        }
        let opted_out = left_out.files_for(LeftOutReason::Cairnignore);
        if opted_out > 0 {
            let message = format!("{} left out, as this file asks", files_are(opted_out));
            self.report(source, PATH, &message);
        }
    }

    /// Adds to `left_out`, which has only stored files so far, the files that were left out when `source` was fetched.
    /// Keeps the result as the summary of the source. There is no summary if it is not known which files were left out.
    fn summarize_left_out(
        &mut self,
        source: &Source,
        mut left_out: LeftOutFiles,
        selection: &Selection,
        store: &Store,
    ) -> anyhow::Result<()> {
        let Some(unfetched) = store.left_out(&source.id)? else { return Ok(()) };
        for LeftOut { path, size } in unfetched {
            let refusal = selection.refusal(&path, size);
            let refusal = refusal.unwrap_or_else(|| FileRefusal::of(LeftOutReason::NotFetched));
            left_out.add(refusal, &path, size);
        }
        self.left_out.insert(source.id.0.clone(), left_out.finish());
        Ok(())
    }

    /// Adds the threads of `source` that the catalogue requests and does not exclude.
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
            self.items.push(WantedItem {
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

    /// Removes the items for which `is_lost` is true, because nothing usable of them is stored. Reports each.
    pub fn leave_lost(&mut self, is_lost: impl Fn(&WantedItem) -> bool) {
        let (lost, items) = std::mem::take(&mut self.items).into_iter().partition(is_lost);
        self.items = items;
        let lost: Vec<WantedItem> = lost;
        self.problems.extend(lost.into_iter().map(|item| {
            let message = "its stored content is damaged; it is left out until it is fetched again";
            let problem = Problem::new(Stage::Crawl, message).of_source(&item.source.id.0);
            problem.at(item.path).hint("`cairn refresh` fetches its source again")
        }));
    }

    fn report(&mut self, source: &Source, path: &str, message: &str) {
        let problem = Problem::new(Stage::Catalogue, message);
        self.problems.push(problem.of_source(&source.id.0).at(path));
    }
}

/// `count` files as the subject of a sentence, with its verb.
fn files_are(count: usize) -> String {
    match count {
        1 => "1 file is".to_owned(),
        _ => format!("{count} files are"),
    }
}
