//! Which of the stored files of a source are indexed: those that the rules want, that are no copy of
//! a book, and that their authors do not ask to leave out.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Inputs, selection};
use crate::catalogue::Source;
use crate::problem::{Problem, Stage};
use crate::store::{Store, StoredFile};

/// The file by which an author asks to be left out, in the form of `.gitignore`.
const ASKING: &str = ".cairnignore";

/// The files of a source that are indexed, in order of path, and what kept others out.
pub(super) struct Wanted {
    pub files: Vec<StoredFile>,
    pub problems: Vec<Problem>,
}

/// The files of `source` in `store` that are to be indexed under the rules as they are now.
pub(super) fn wanted(inputs: &Inputs, source: &Source, store: &Store) -> anyhow::Result<Wanted> {
    let selection = selection(inputs, source);
    let mut files = store.files(&source.id)?;
    let asked = asked(&files, store)?;
    let mut problems = Vec::new();
    let mut left_out = 0;
    files.retain(|file| {
        if inputs.policy.is_book_copy(&file.path) {
            let message = "a copy of a commercial book, by its name: never indexed";
            problems.push(Problem::new(Stage::Catalogue, message).at(&file.path));
            return false;
        }
        let is_taken = selection.takes(&file.path, file.length);
        let is_left_out = is_taken
            && asked.as_ref().is_some_and(|asked| {
                asked.matched_path_or_any_parents(&file.path, false).is_ignore()
            });
        left_out += usize::from(is_left_out);
        is_taken && !is_left_out
    });
    if left_out > 0 {
        let message = format!("asks that {left_out} of its files be left out, and so they are");
        problems.push(Problem::new(Stage::Catalogue, message).at(ASKING));
    }
    for problem in &mut problems {
        problem.source = Some(source.id.0.clone());
    }
    Ok(Wanted { files, problems })
}

/// What the source's author asks to leave out. Lines that make no sense are passed over.
fn asked(files: &[StoredFile], store: &Store) -> anyhow::Result<Option<Gitignore>> {
    let Some(file) = files.iter().find(|file| file.path == ASKING) else { return Ok(None) };
    let bytes = store.blob(&file.blob)?.unwrap_or_default();
    let mut builder = GitignoreBuilder::new("");
    for line in String::from_utf8_lossy(&bytes).lines() {
        if let Err(error) = builder.add_line(None, line) {
            tracing::debug!(line, %error, "a line of {ASKING} makes no sense");
        }
    }
    Ok(builder.build().ok())
}
