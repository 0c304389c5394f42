//! Updates tantivy's index from the store, and publishes it in a generation.
//!
//! The index shows which documents it contains: each section has the key and version of its document as fast fields.
//! tantivy commits atomically, so the next refresh can continue after a refresh that was killed at any point. The
//! checksum of `meta.json` is stored beside it, so that damage is detected ([`SearchIndexWriter::examine`]).

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::MmapDirectory;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::schema::document::TantivyDocument;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Term};

use crate::disk::{self, DiskError, DiskOperation};
use crate::meaning::MeaningTable;
use crate::search::index::directory::ReadOnlyDirectory;
use crate::search::index::document::DocumentBuilder;
use crate::search::index::error::{SearchError, guarded};
use crate::search::index::record::SectionRecord;
use crate::search::index::schema::{self, IndexSchema};
use crate::search::index::section::{SectionId, first_u64};
use crate::search::index::spool::{FinishedSpool, SectionSpool, SpooledSection};
use crate::search::index::values::{IndexForm, SectionValues};
use crate::search::index::waiting::{WaitingDocument, WaitingDocuments};

/// The writer writes a segment when it has filled this many bytes of memory.
const WRITER_BYTES: usize = 64_000_000;
/// The size in bytes, before compression, of a block of the document store: about two sections. It is small because
/// reading a hit decompresses a whole block.
const BLOCK_BYTES: usize = 8_192;
/// tantivy's file that lists the segments.
const META: &str = "meta.json";
/// tantivy's file that lists the files that tantivy manages.
const MANAGED: &str = ".managed.json";
/// The file with the checksum that `meta.json` had after the last commit.
const CHECKSUM: &str = "meta.blake3";

/// The key of the document `path` in `source`.
pub fn document_key(source: &str, path: &str) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(source.as_bytes()).update(b"\0").update(path.as_bytes());
    first_u64(&hash.finalize())
}

/// What happens to the texts of deleted sections when the index is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletedTexts {
    /// They may stay in the segments, where no search finds them, until tantivy merges these.
    MayStay,
    /// Every segment with deleted sections is written again without them.
    Erased,
}

/// Writes the index.
pub struct SearchIndexWriter {
    folder: PathBuf,
    index: Index,
    writer: IndexWriter<WaitingDocument>,
    waiting: WaitingDocuments,
    builder: DocumentBuilder,
    changed: bool,
    form: IndexForm,
    /// Takes the sections that are added, for another engine.
    spool: Option<SectionSpool>,
    /// The keys of the documents that were removed.
    removed: Vec<u64>,
}

/// What a commit changed.
pub struct Committed {
    /// The size of the segment files in bytes.
    pub bytes: u64,
    /// The changes for the other engine; `None` if there is none.
    pub changes: Option<IndexChanges>,
}

/// The documents that a commit removed, and the sections that it added.
pub struct IndexChanges {
    pub(in crate::search) removed: Vec<u64>,
    pub(in crate::search) added: FinishedSpool,
}

impl SearchIndexWriter {
    /// Checks that the index in `folder` is intact: all segments can be opened, and `meta.json` is as the last commit
    /// wrote it. `Err` also if its schema is not the current one. Takes tantivy's lock for reading. O(sections).
    pub fn examine(folder: &Path) -> Result<(), SearchError> {
        let damaged = || SearchError::Damaged(folder.to_owned());
        let written =
            String::from_utf8(disk::read(&folder.join(CHECKSUM))?).map_err(|_| damaged())?;
        let meta = disk::read(&folder.join(META))?;
        // This file lists the files that tantivy manages. Without it, tantivy would never delete any file.
        disk::read(&folder.join(MANAGED))?;
        if blake3::hash(&meta).to_hex().as_str() != written.trim() {
            return Err(damaged());
        }
        guarded(
            || SearchError::Damaged(folder.to_owned()),
            || {
                let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
                let index = Index::open(directory)?;
                schema::check(&index)?;
                schema::register(&index);
                versions(&index).map(drop)
            },
        )
    }

    /// Opens the index in `folder`. Creates the index if there is none. Deletes and recreates it if it can't be opened
    /// or if its schema is not the current one.
    ///
    /// `table` makes the vectors of the sections that are added; without it, they get none. All sections of an index
    /// must be added with the same table: the versions of documents depend on it.
    ///
    /// Takes tantivy's lock for writing. The lock is released when the process ends, even if it is killed.
    pub fn open(
        folder: &Path,
        table: Option<Arc<MeaningTable>>,
    ) -> Result<SearchIndexWriter, SearchError> {
        disk::create_folder(folder)?;
        let IndexSchema { schema, fields } = schema::schema();
        let open = || -> Result<Index, tantivy::TantivyError> {
            let settings = IndexSettings { docstore_blocksize: BLOCK_BYTES, ..Default::default() };
            let builder = Index::builder().schema(schema.clone()).settings(settings);
            let index = builder.open_or_create(MmapDirectory::open(folder)?)?;
            schema::check(&index)?;
            Ok(index)
        };
        let index = match open() {
            Ok(index) => index,
            Err(error) => {
                tracing::info!(%error, "the search index is rebuilt");
                disk::remove_folder(folder)?;
                disk::create_folder(folder)?;
                open()?
            }
        };
        schema::register(&index);
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        Ok(SearchIndexWriter {
            folder: folder.to_owned(),
            index,
            writer,
            waiting: WaitingDocuments::default(),
            builder: DocumentBuilder::new(fields, table),
            changed: false,
            form: IndexForm::Whole,
            spool: None,
            removed: Vec::new(),
        })
    }

    /// Also writes the added sections to `spool`, for another engine. This index gets the given `form`: all sections of
    /// an index must be added in the same one.
    pub fn with_engine(self, form: IndexForm, spool: SectionSpool) -> SearchIndexWriter {
        SearchIndexWriter { form, spool: Some(spool), ..self }
    }

    /// Makes the writer's folder `folder` from the published index in `published`, so that the next commit continues
    /// from there. Files become hard links, or copies if that fails. O(files).
    pub fn seed(published: &Path, folder: &Path) -> Result<(), SearchError> {
        disk::create_folder(folder)?;
        let unreadable = |cause| DiskError::new(DiskOperation::Read, published, cause);
        let mut managed = vec![META.to_owned()];
        for entry in fs::read_dir(published).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == META {
                continue;
            }
            let target = folder.join(&name);
            fs::hard_link(entry.path(), &target)
                .or_else(|_| fs::copy(entry.path(), &target).map(drop))
                .map_err(|cause| DiskError::new(DiskOperation::Write, &target, cause))?;
            managed.push(name);
        }
        let meta = disk::read(&published.join(META))?;
        disk::write(&folder.join(META), &meta)?;
        disk::write(&folder.join(CHECKSUM), blake3::hash(&meta).to_hex().as_bytes())?;
        let managed = serde_json::to_vec(&managed).unwrap_or_default();
        Ok(disk::write(&folder.join(MANAGED), &managed)?)
    }

    /// The version of each document in the index, by its key. O(sections).
    pub fn indexed(&self) -> Result<HashMap<u64, u64>, SearchError> {
        versions(&self.index)
    }

    /// The same for the published index in `folder`; empty if it can't be read.
    pub fn indexed_in(folder: &Path) -> HashMap<u64, u64> {
        let read = || {
            let index = Index::open(ReadOnlyDirectory::open(folder)?)?;
            schema::check(&index)?;
            schema::register(&index);
            versions(&index)
        };
        guarded(|| SearchError::Damaged(folder.to_owned()), read).unwrap_or_default()
    }

    /// Removes the sections of the document `key`.
    pub fn remove(&mut self, key: u64) {
        self.writer.delete_term(Term::from_field_u64(self.builder.fields.document, key));
        self.removed.push(key);
        self.changed = true;
    }

    /// Adds the sections of the document `key`. Its earlier sections must have been removed.
    pub fn add(
        &mut self,
        key: u64,
        version: u64,
        sections: Vec<(SectionId, SectionRecord)>,
    ) -> Result<(), SearchError> {
        self.changed = true;
        for (id, record) in sections {
            let document = self.builder.document(key, version, id, record)?;
            let document = self.spooled(id, key, document)?;
            self.writer.add_document(self.waiting.admit(document))?;
        }
        Ok(())
    }

    /// Spools `document`, the section `id` of the document `key`, if there is another engine. Returns what this index
    /// gets of it.
    fn spooled(
        &mut self,
        id: SectionId,
        key: u64,
        document: TantivyDocument,
    ) -> Result<TantivyDocument, SearchError> {
        let Some(spool) = &mut self.spool else { return Ok(document) };
        let values = SectionValues::of(&document);
        let section = SpooledSection { id: id.0, document: key, values };
        spool.add(&section)?;
        Ok(match self.form {
            IndexForm::Whole => document,
            IndexForm::Outline => section.values.into_outline(&self.builder.fields).into_document(),
        })
    }

    /// Commits all changes, and publishes the index in the folder `into`. `deleted` says what happens to the texts of
    /// deleted sections. Erasing them costs as much as writing their segments.
    ///
    /// Segment files are immutable, so they are hard-linked, or copied if that fails; only `meta.json` is written.
    pub fn commit(mut self, into: &Path, deleted: DeletedTexts) -> Result<Committed, SearchError> {
        if self.changed {
            let mut commit = self.writer.prepare_commit()?;
            if let Some(table) = &self.builder.table {
                commit.set_payload(&table.version());
            }
            commit.commit()?;
        }
        let SearchIndexWriter { folder: from, index, writer, spool, removed, .. } = self;
        writer.wait_merging_threads()?;
        if deleted == DeletedTexts::Erased {
            erase(&index)?;
        }
        let meta = disk::read(&from.join(META))?;
        disk::replace(&from.join(CHECKSUM), blake3::hash(&meta).to_hex().as_bytes())?;
        disk::create_folder(into)?;
        let mut bytes = 0;
        for file in index.load_metas()?.list_segment_files() {
            let source = from.join(&file);
            // Not every listed file exists: which files a segment has depends on its fields and deletions.
            let Ok(metadata) = fs::metadata(&source) else { continue };
            let target = into.join(&file);
            if fs::hard_link(&source, &target).is_err() {
                fs::copy(&source, &target)
                    .map_err(|cause| DiskError::new(DiskOperation::Write, &target, cause))?;
            }
            bytes += metadata.len();
        }
        // Writes a new file, because a copy would keep the permissions of tantivy's file. These may let only the owner
        // read it.
        disk::write(&into.join(META), &meta)?;
        let added = spool.map(SectionSpool::finish).transpose()?;
        Ok(Committed { bytes, changes: added.map(|added| IndexChanges { removed, added }) })
    }

    /// Deletes files that no commit refers to, such as those of a failed run.
    pub fn collect_garbage(self) -> Result<(), SearchError> {
        self.writer.garbage_collect_files().wait()?;
        Ok(())
    }
}

/// Writes every segment of `index` that has deleted sections again, without them.
fn erase(index: &Index) -> Result<(), SearchError> {
    let mut writer: IndexWriter<WaitingDocument> =
        index.writer_with_num_threads(1, WRITER_BYTES)?;
    // Each segment is written once, and by this function only.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for segment in index.searchable_segment_metas()? {
        if segment.has_deletes() {
            writer.merge(&[segment.id()]).wait()?;
        }
    }
    writer.garbage_collect_files().wait()?;
    Ok(writer.wait_merging_threads()?)
}

/// The version of each document in `index`, by its key. O(sections).
fn versions(index: &Index) -> Result<HashMap<u64, u64>, SearchError> {
    let reader: IndexReader =
        index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let searcher = reader.searcher();
    let mut indexed = HashMap::new();
    for segment in searcher.segment_readers() {
        let documents = segment.fast_fields().u64("document")?;
        let versions = segment.fast_fields().u64("version")?;
        for doc in segment.doc_ids_alive() {
            if let (Some(document), Some(version)) = (documents.first(doc), versions.first(doc)) {
                indexed.insert(document, version);
            }
        }
    }
    Ok(indexed)
}
