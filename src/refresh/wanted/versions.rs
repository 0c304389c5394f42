//! The versions under which derived documents and annotations are stored.

use crate::meaning::MeaningTable;
use crate::store::DerivedVersions;
use crate::{annotate, extract};

/// The versions that an extracted document depends on.
pub(in crate::refresh) fn document_versions() -> String {
    format!("x{}", extract::VERSION)
}

/// The versions that an annotation depends on: also those of the vocabulary and of the table of word vectors.
pub(in crate::refresh) fn annotation_versions(
    vocabulary: &str,
    table: Option<&MeaningTable>,
) -> String {
    let table = table.map(MeaningTable::version).unwrap_or_default();
    format!("x{}a{}v{vocabulary}m{table}", extract::VERSION, annotate::VERSION)
}

/// The versions of documents and annotations, for a version of the vocabulary and a table of word vectors.
pub(in crate::refresh) fn versions(
    vocabulary: &str,
    table: Option<&MeaningTable>,
) -> DerivedVersions {
    let (documents, annotations) = (document_versions(), annotation_versions(vocabulary, table));
    DerivedVersions { documents, annotations }
}
