//! `.cairnignore`: the files that the author of a source asks to leave out.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::catalogue::SourceId;
use crate::store::{Store, StoreError, StoredFile};

/// The path of the file in its source. Its lines have the form of `.gitignore`.
pub(in crate::refresh) const PATH: &str = ".cairnignore";
/// The maximum number of lines that are read. Further lines are skipped.
const MOST_LINES: usize = 1_000;
/// The maximum length of a line in bytes. A longer line is skipped, because each line becomes a pattern that is matched
/// against every path.
const LONGEST_LINE: usize = 1_000;

/// The patterns of one source's `.cairnignore`.
#[derive(Default)]
pub(in crate::refresh) struct CairnIgnore {
    patterns: Option<Gitignore>,
    /// Whether lines were skipped because a line is too long or because the file has too many lines.
    pub is_truncated: bool,
}

/// Whether the `.cairnignore` of `source` exists, but its content is damaged and was not fetched again yet. In this
/// case nothing of the source may be indexed.
pub(in crate::refresh) fn is_unknown(source: &SourceId, store: &Store) -> Result<bool, StoreError> {
    store.lacks_blob_of(source, PATH)
}

impl CairnIgnore {
    /// Reads the patterns from `store`; `files` are all files of the source. Invalid lines are skipped. Without a
    /// `.cairnignore` there are no patterns.
    pub fn read(files: &[StoredFile], store: &Store) -> Result<CairnIgnore, StoreError> {
        let Some(file) = files.iter().find(|file| file.path == PATH) else {
            return Ok(CairnIgnore::default());
        };
        let bytes = store.blob(&file.blob)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let is_short = |line: &&str| line.len() <= LONGEST_LINE;
        let kept = text.lines().take(MOST_LINES).filter(is_short);
        let is_truncated = kept.clone().count() < text.lines().count();
        let mut builder = GitignoreBuilder::new("");
        for line in kept {
            if let Err(error) = builder.add_line(None, line) {
                tracing::debug!(line, %error, "skipped an invalid line of {PATH}");
            }
        }
        Ok(CairnIgnore { patterns: builder.build().ok(), is_truncated })
    }

    /// Whether the file `path`, or a folder that contains it, is to be left out.
    pub fn leaves_out(&self, path: &str) -> bool {
        let patterns = self.patterns.as_ref();
        patterns.is_some_and(|p| p.matched_path_or_any_parents(path, false).is_ignore())
    }
}
