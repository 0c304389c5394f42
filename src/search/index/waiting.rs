//! Limits the memory of the documents that wait to be indexed.
//!
//! tantivy's thread indexes documents while further ones are made. Its queue is limited only by their number, ten
//! thousand, which would take hundreds of megabytes. So each document holds a permit until the thread takes it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::TantivyDocument;
use tantivy::schema::{Document, Value};

/// The maximum size of all waiting documents together, in bytes.
const MOST_BYTES: usize = 4_000_000;
/// After this time, a document is added although too many wait. tantivy then reports why none is taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// The size of a number in a document, with its address.
const NUMBER: usize = 16;

/// The documents that wait to be indexed.
#[derive(Clone, Default)]
pub(in crate::search) struct WaitingDocuments(Arc<WaitingBytes>);

#[derive(Default)]
struct WaitingBytes {
    bytes: Mutex<usize>,
    taken: Condvar,
}

impl WaitingDocuments {
    /// Lets `document` wait, as soon as those that wait already leave room for it. Blocks until then.
    pub fn admit(&self, document: TantivyDocument) -> WaitingDocument {
        let size = size(&document);
        let waiting = self.0.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |waiting: &mut usize| *waiting > 0 && *waiting + size > MOST_BYTES;
        let waited = self.0.taken.wait_timeout_while(waiting, PATIENCE, is_full);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *waiting += size;
        WaitingDocument { document, _permit: Permit { all: Arc::clone(&self.0), size } }
    }
}

/// About how many bytes of memory `document` takes.
fn size(document: &TantivyDocument) -> usize {
    let values = document.field_values();
    values.map(|(_, value)| NUMBER + value.as_str().map_or(0, str::len)).sum()
}

/// A document that waits to be indexed. It ceases to wait when it is dropped or becomes a [`TantivyDocument`].
pub(in crate::search) struct WaitingDocument {
    document: TantivyDocument,
    _permit: Permit,
}

struct Permit {
    all: Arc<WaitingBytes>,
    size: usize,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut waiting = self.all.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_sub(self.size);
        self.all.taken.notify_all();
    }
}

impl Document for WaitingDocument {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        self.document
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tantivy::schema::Field;

    use super::*;

    fn document(bytes: usize) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(Field::from_field_id(0), "x".repeat(bytes));
        document
    }

    #[test]
    fn documents_wait_until_others_are_taken() {
        let waiting = WaitingDocuments::default();
        let large = waiting.admit(document(MOST_BYTES));
        let other = waiting.clone();
        let adder = std::thread::spawn(move || {
            let begun = Instant::now();
            drop(other.admit(document(1)));
            begun.elapsed()
        });
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(large.into_tantivy_document().len(), 1);
        let waited = adder.join().unwrap();
        assert!(waited < PATIENCE / 2, "{waited:?}");
        assert_eq!(*waiting.0.bytes.lock().unwrap(), 0);
    }

    #[test]
    fn a_document_of_any_size_is_admitted_if_it_is_alone() {
        let waiting = WaitingDocuments::default();
        let large = waiting.admit(document(2 * MOST_BYTES));
        assert!(*waiting.0.bytes.lock().unwrap() > MOST_BYTES);
        drop(large);
    }
}
