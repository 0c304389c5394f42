//! Extracts and annotates the documents that are not stored under the current versions.
//!
//! Work is keyed by content: a file that was moved, or that two repositories share, is read once. Two threads read
//! while the calling thread writes the results to the store. The total size of the documents that wait to be written is
//! limited.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};

use super::budget::ReadBudgets;
use super::reader::DocumentReader;
use crate::annotate::{Annotation, Tagger, annotate};
use crate::crawl::BlobId;
use crate::extract::{Document, Extracted};
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::options::{RefreshEvent, RefreshStop};
use crate::refresh::wanted::versions::versions;
use crate::store::{DerivedKey, DerivedVersions, Store};

/// The maximum number of files in a batch. One batch is in memory at a time.
const BATCH: usize = 64;
/// The maximum size of a batch, in bytes. A larger file is a batch of its own. Results that wait to be written are
/// written as soon as their text reaches this size.
const BATCH_BYTES: u64 = 8_000_000;

/// The result of deriving.
#[derive(Default)]
pub(in crate::refresh) struct DeriveResult {
    /// The number of documents that were extracted.
    pub extracted: usize,
    /// The blob and format of each document for which the store has neither the file's bytes nor the extracted
    /// document.
    pub lost: HashSet<(BlobId, String)>,
}

/// Extracts and annotates those of `items` that are not stored yet, until `stop` is cancelled. `program` is the path of
/// this program, which child processes run to read documents; without it, documents are read in this process.
pub(in crate::refresh) fn derive(
    inputs: &RefreshInputs,
    items: &[WantedItem],
    program: Option<&Path>,
    store: &mut Store,
    stop: &RefreshStop,
    on_event: &mut dyn FnMut(RefreshEvent),
) -> anyhow::Result<DeriveResult> {
    let versions = versions(&inputs.vocabulary.version, inputs.meaning.as_deref());
    let missing = missing(items, store, &versions.annotations)?;
    let mut derived = DeriveResult::default();
    if missing.is_empty() {
        return Ok(derived);
    }
    on_event(RefreshEvent::Reading(missing.len()));
    let tagger = Tagger::with_meaning(&inputs.vocabulary, inputs.meaning.clone());
    let budgets = ReadBudgets::default();
    let mut readers = [(); 2].map(|()| DocumentReader::new(program, &budgets, stop));
    for batch in batches(&missing) {
        if stop.is_cancelled() {
            break;
        }
        let work = load(batch, &versions, store, &mut derived.lost)?;
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        read_all(work, &tagger, &mut readers, stop, &mut |done| {
            derived.extracted += usize::from(done.is_new);
            bytes += done.extracted.document.as_ref().map_or(0, Document::bytes) as u64;
            waiting.push(done);
            if bytes < BATCH_BYTES {
                return Ok(());
            }
            bytes = 0;
            write(&std::mem::take(&mut waiting), &versions, store)
        })?;
        write(&waiting, &versions, store)?;
        on_event(RefreshEvent::Read(batch.len()));
    }
    Ok(derived)
}

/// Loads each document of `batch` from the store: the extracted document or, if there is none, the bytes of the file.
/// If the store has neither, adds the document to `lost`.
fn load<'a>(
    batch: &'a [MissingDocument],
    versions: &DerivedVersions,
    store: &Store,
    lost: &mut HashSet<(BlobId, String)>,
) -> anyhow::Result<Vec<DocumentWork<'a>>> {
    let mut work = Vec::new();
    for MissingDocument { blob, format, source, .. } in batch {
        let key = DerivedKey { blob, format, versions: &versions.documents };
        let known = store.document(&key)?;
        let bytes = if known.is_none() { store.blob(blob)? } else { Some(Vec::new()) };
        let Some(bytes) = bytes else {
            lost.insert((blob.clone(), format.clone()));
            continue;
        };
        work.push(DocumentWork { blob, format, source, known, bytes });
    }
    Ok(work)
}

fn write(
    done: &[DerivedDocument],
    versions: &DerivedVersions,
    store: &mut Store,
) -> anyhow::Result<()> {
    let new_documents: Vec<_> = done
        .iter()
        .filter(|done| done.is_new)
        .map(|done| (key_of(done, &versions.documents), &done.extracted))
        .collect();
    let new_annotations: Vec<_> =
        done.iter().map(|done| (key_of(done, &versions.annotations), &done.annotation)).collect();
    Ok(store.put_derived(&new_documents, &new_annotations)?)
}

fn key_of<'a>(done: &DerivedDocument<'a>, versions: &'a str) -> DerivedKey<'a> {
    DerivedKey { blob: done.blob, format: done.format, versions }
}

/// A blob that is to be read as one format, and the first source that has it.
struct MissingDocument {
    blob: BlobId,
    format: String,
    source: String,
    length: u64,
}

/// Those of `items` that have no annotation under `versions`, deduplicated.
fn missing(
    items: &[WantedItem],
    store: &Store,
    versions: &str,
) -> anyhow::Result<Vec<MissingDocument>> {
    let known = store.annotated(versions)?;
    let mut missing = BTreeMap::new();
    for item in items {
        let key = (item.blob.clone(), item.format.clone());
        if !known.contains(&key) {
            missing.entry(key).or_insert((&item.source.id.0, item.length));
        }
    }
    let missing = missing.into_iter().map(|((blob, format), (source, length))| MissingDocument {
        blob,
        format,
        source: source.clone(),
        length,
    });
    Ok(missing.collect())
}

/// Splits `missing` into batches that each fit into memory.
fn batches(missing: &[MissingDocument]) -> Vec<&[MissingDocument]> {
    let mut batches = Vec::new();
    let (mut first, mut bytes) = (0, 0);
    for (at, work) in missing.iter().enumerate() {
        if at > first && (at - first == BATCH || bytes + work.length > BATCH_BYTES) {
            batches.push(&missing[first..at]);
            (first, bytes) = (at, 0);
        }
        bytes += work.length;
    }
    batches.push(&missing[first..]);
    batches
}

/// A document that is to be annotated. If `known` is `None`, it is extracted from `bytes` first.
struct DocumentWork<'a> {
    blob: &'a BlobId,
    format: &'a str,
    source: &'a str,
    known: Option<Extracted>,
    bytes: Vec<u8>,
}

/// An extracted and annotated document.
struct DerivedDocument<'a> {
    blob: &'a BlobId,
    format: &'a str,
    /// Whether it was extracted in this run.
    is_new: bool,
    extracted: Extracted,
    annotation: Annotation,
}

/// Does `work` with one thread for each of `readers`, and passes each result to `take` as soon as it is ready. Results
/// are not queued. Returns the first `Err` of `take`.
fn read_all<'a>(
    work: Vec<DocumentWork<'a>>,
    tagger: &Tagger,
    readers: &mut [DocumentReader],
    stop: &RefreshStop,
    take: &mut dyn FnMut(DerivedDocument<'a>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let queue = Mutex::new(work.into_iter());
    let (sender, results) = sync_channel(0);
    std::thread::scope(|scope| {
        for reader in readers {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || read_some(queue, tagger, reader, stop, &sender));
        }
        drop(sender);
        // `results` is moved in here: if `take` fails, it is dropped and the threads end.
        for done in results {
            take(done)?;
        }
        Ok(())
    })
}

/// Takes work from `queue` until it is empty, `stop` is cancelled, or the receiver is dropped.
fn read_some<'a>(
    queue: &Mutex<impl Iterator<Item = DocumentWork<'a>>>,
    tagger: &Tagger,
    reader: &mut DocumentReader,
    stop: &RefreshStop,
    results: &SyncSender<DerivedDocument<'a>>,
) {
    let next = || queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    while let Some(work) = next().filter(|_| !stop.is_cancelled()) {
        let Some(done) = read_one(work, tagger, reader) else { return };
        if results.send(done).is_err() {
            return;
        }
    }
}

/// Extracts and annotates one document; `None` if the run was stopped.
fn read_one<'a>(
    work: DocumentWork<'a>,
    tagger: &Tagger,
    reader: &mut DocumentReader,
) -> Option<DerivedDocument<'a>> {
    let DocumentWork { blob, format, source, known, bytes } = work;
    let is_new = known.is_none();
    let mut extracted = match known {
        Some(known) => known,
        None => reader.read(source, format, &bytes)?,
    };
    let tag = || extracted.document.as_ref().map(|document| annotate(document, tagger));
    // No text is known that makes the tagger panic. If there is one, it must not end the run.
    let annotation = std::panic::catch_unwind(std::panic::AssertUnwindSafe(tag));
    let annotation = annotation.unwrap_or_else(|_| {
        let problem = Problem::new(Stage::Annotate, "the tagger failed on this file");
        extracted.problems.push(problem.hint("please report it, with the file"));
        None
    });
    Some(DerivedDocument {
        blob,
        format,
        is_new,
        extracted,
        annotation: annotation.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_in_number_and_bytes() {
        let missing = |length: u64| MissingDocument {
            blob: BlobId::of(b""),
            format: "md".into(),
            source: "a/b".into(),
            length,
        };
        let sizes = |lengths: &[u64]| -> Vec<usize> {
            let all: Vec<MissingDocument> = lengths.iter().map(|length| missing(*length)).collect();
            batches(&all).iter().map(|batch| batch.len()).collect()
        };
        assert_eq!(sizes(&[1; 130]), [64, 64, 2]);
        assert_eq!(sizes(&[16_000_000, 1, 5_000_000, 2_000_000, 4_000_000]), [1, 3, 1]);
    }
}
