//! The versions under which derived documents and annotations are stored.

use crate::store::DerivedVersions;
use crate::{annotate, extract};

/// The versions that an extracted document depends on.
pub(in crate::refresh) fn document_versions() -> String {
    format!("x{}", extract::VERSION)
}

/// The versions that an annotation depends on.
pub(in crate::refresh) fn annotation_versions(vocabulary_version: &str) -> String {
    format!("x{}a{}v{vocabulary_version}", extract::VERSION, annotate::VERSION)
}

/// The versions of documents and annotations, for a version of the vocabulary.
pub(in crate::refresh) fn versions(vocabulary_version: &str) -> DerivedVersions {
    let (documents, annotations) = (document_versions(), annotation_versions(vocabulary_version));
    DerivedVersions { documents, annotations }
}
