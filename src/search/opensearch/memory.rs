//! A small index of the candidates that the cluster returned, in memory, so that the code of the embedded engine ranks
//! them.

use std::collections::HashSet;
use std::path::Path;

use tantivy::directory::RamDirectory;
use tantivy::{Index, IndexSettings, TantivyDocument};

use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::schema::{self, IndexSchema};

/// The memory with which tantivy's writer begins, in bytes. It allocates more if it needs more.
const BEGINNING: usize = 1_000_000;

/// An index of these `documents`, numbered in their order. `all_sections` is the number of sections that
/// the rarity of words refers to. O(tokens of the sections).
pub(in crate::search) fn open(
    documents: Vec<TantivyDocument>,
    all_sections: usize,
) -> Result<OpenedIndex, SearchError> {
    let IndexSchema { schema, .. } = schema::schema();
    let settings = IndexSettings {
        docstore_compression: tantivy::store::Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    let builder = Index::builder().schema(schema).settings(settings);
    let builder = builder.tokenizers(schema::tokenizers());
    let mut writer = builder
        .single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), BEGINNING)?;
    for document in documents {
        writer.add_document(document)?;
    }
    let index = writer.finalize()?;
    let mut opened = OpenedIndex::of(&index, Path::new("memory"), &HashSet::new())?;
    opened.all_sections = all_sections;
    Ok(opened)
}
