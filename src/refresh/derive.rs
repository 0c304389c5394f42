//! Extracts and annotates what is not known yet under the present versions.
//!
//! Work is keyed by content: a file that only moved, and one that two repositories share, are read
//! once. Two threads read while this one writes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use super::reader::Reader;
use super::wanted::Item;
use super::{Event, Inputs, Stop};
use crate::annotate::{self, Annotation, Tagger, annotate};
use crate::crawl::BlobId;
use crate::extract::{self, Extracted};
use crate::problem::{Problem, Stage};
use crate::store::{DerivedKey, Store};

/// Documents that are read between two writes, and their bytes.
const BATCH: usize = 64;
const BATCH_BYTES: u64 = 8_000_000;

/// The versions that an extracted document depends on.
pub(super) fn document_versions() -> String {
    format!("x{}", extract::VERSION)
}

/// The versions that an annotation depends on.
pub(super) fn annotation_versions(vocabulary_version: &str) -> String {
    format!("x{}a{}v{vocabulary_version}", extract::VERSION, annotate::VERSION)
}

/// Reads what of `items` is not known yet, until `stop`; returns how many documents were extracted. `program` is
/// the program's own file, for the children that read.
pub(super) fn derive(
    (inputs, items): (&Inputs, &[Item]),
    store: &mut Store,
    (program, stop): (Option<&Path>, &Stop),
    told: &mut dyn FnMut(Event),
) -> anyhow::Result<usize> {
    let documents = document_versions();
    let annotations = annotation_versions(&inputs.vocabulary.version);
    let missing = missing(items, store, &annotations)?;
    if missing.is_empty() {
        return Ok(0);
    }
    told(Event::Reading(missing.len()));
    let tagger = Tagger::new(&inputs.vocabulary);
    let mut readers = [Reader::new(program), Reader::new(program)];
    let mut extracted = 0;
    for batch in batches(&missing) {
        if stop.is_cancelled() {
            break;
        }
        let mut work = Vec::new();
        for Missing { blob, format, .. } in batch {
            let key = DerivedKey { blob, format, versions: &documents };
            let known = store.document(&key)?;
            // A blob that is missing went with a source that was dropped meanwhile.
            let bytes =
                if known.is_none() { store.blob(blob)?.unwrap_or_default() } else { Vec::new() };
            extracted += usize::from(known.is_none());
            work.push(Work { blob, format, known, bytes });
        }
        let done = read_all(work, &tagger, &mut readers, stop);
        let new_documents: Vec<_> = done
            .iter()
            .filter(|done| done.is_new)
            .map(|done| (key_of(done, &documents), &done.extracted))
            .collect();
        let new_annotations: Vec<_> =
            done.iter().map(|done| (key_of(done, &annotations), &done.annotation)).collect();
        store.put_derived(&new_documents, &new_annotations)?;
        told(Event::Read(batch.len()));
    }
    Ok(extracted)
}

fn key_of<'a>(done: &Done<'a>, versions: &'a str) -> DerivedKey<'a> {
    DerivedKey { blob: done.blob, format: done.format, versions }
}

/// Blob and format of each file that has no annotation under the present versions.
/// A blob that is to be read as a format.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Missing {
    blob: BlobId,
    format: String,
    length: u64,
}

fn missing(items: &[Item], store: &Store, versions: &str) -> anyhow::Result<Vec<Missing>> {
    let known = store.annotated(versions)?;
    let mut missing = BTreeSet::new();
    for item in items {
        let key = (item.blob.clone(), item.format.clone());
        if !known.contains(&key) {
            let (blob, format) = key;
            missing.insert(Missing { blob, format, length: item.length });
        }
    }
    Ok(missing.into_iter().collect())
}

/// `missing` in parts of which each can be held in memory.
fn batches(missing: &[Missing]) -> Vec<&[Missing]> {
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

struct Work<'a> {
    blob: &'a BlobId,
    format: &'a str,
    known: Option<Extracted>,
    bytes: Vec<u8>,
}

struct Done<'a> {
    blob: &'a BlobId,
    format: &'a str,
    is_new: bool,
    extracted: Extracted,
    annotation: Annotation,
}

/// Does the work on two threads, each with its reader; the order of the answers is that of the work.
fn read_all<'a>(
    work: Vec<Work<'a>>,
    tagger: &Tagger,
    readers: &mut [Reader],
    stop: &Stop,
) -> Vec<Done<'a>> {
    let count = work.len();
    let queue = Mutex::new(work.into_iter().enumerate());
    let done: Mutex<Vec<(usize, Done)>> = Mutex::new(Vec::with_capacity(count));
    let take = || queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    std::thread::scope(|scope| {
        for reader in readers {
            scope.spawn(|| {
                while let Some((at, work)) = take().filter(|_| !stop.is_cancelled()) {
                    let read = read_one(work, tagger, reader);
                    done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((at, read));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, done)| done).collect()
}

fn read_one<'a>(work: Work<'a>, tagger: &Tagger, reader: &mut Reader) -> Done<'a> {
    let Work { blob, format, known, bytes } = work;
    let is_new = known.is_none();
    let mut extracted = known.unwrap_or_else(|| reader.read(format, &bytes));
    let tag = || extracted.document.as_ref().map(|document| annotate(document, tagger));
    // No text is known that makes the tagger panic; should one come, it must not end the run.
    let annotation = std::panic::catch_unwind(std::panic::AssertUnwindSafe(tag));
    let annotation = annotation.unwrap_or_else(|_| {
        let problem = Problem::new(Stage::Annotate, "the tagger failed on this file");
        extracted.problems.push(problem.hint("please report it, with the file"));
        None
    });
    Done { blob, format, is_new, extracted, annotation: annotation.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_in_number_and_bytes() {
        let missing = |length: u64| Missing { blob: BlobId::of(b""), format: "md".into(), length };
        let sizes = |lengths: &[u64]| -> Vec<usize> {
            let all: Vec<Missing> = lengths.iter().map(|length| missing(*length)).collect();
            batches(&all).iter().map(|batch| batch.len()).collect()
        };
        assert_eq!(sizes(&[1; 130]), [64, 64, 2]);
        assert_eq!(sizes(&[16_000_000, 1, 5_000_000, 2_000_000, 4_000_000]), [1, 3, 1]);
    }
}
