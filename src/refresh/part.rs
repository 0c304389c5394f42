//! What of a source is in a generation in the making, and how much of it may be.

use crate::annotate::copies::BUCKET;
use crate::catalogue::Source;
use crate::problem::{Problem, Stage};

/// What of a source is in the generation so far.
#[derive(Default)]
pub(super) struct Part {
    pub documents: usize,
    pub sections: usize,
    text_bytes: u64,
    /// Whether it holds more text than the policy allows.
    is_full: bool,
    pub problems: Vec<Problem>,
    /// Sections whose near-copies may not be found, and the file of the first.
    crowded: usize,
    crowded_at: Option<String>,
}

impl Part {
    /// Whether the document at `path` with so many bytes of text is still within `most`; the first
    /// that is not is told.
    pub fn takes(&mut self, source: &Source, path: &str, bytes: u64, most: u64) -> bool {
        let fits = !self.is_full && self.text_bytes + bytes <= most;
        if !fits && !self.is_full {
            self.is_full = true;
            let message =
                format!("more than {most} bytes of text; this file and more are left out");
            let problem = Problem::new(Stage::Extract, message).of_source(&source.id.0).at(path);
            self.problems.push(problem.hint("`include` in catalogue.toml takes less of it"));
        }
        self.text_bytes += if fits { bytes } else { 0 };
        fits
    }

    /// Counts `sections` of the file `path` that were not put into every bucket that they belong to.
    pub fn crowd(&mut self, path: &str, sections: usize) {
        if sections > 0 {
            self.crowded += sections;
            self.crowded_at.get_or_insert_with(|| path.to_owned());
        }
    }

    /// All problems of `source`.
    pub fn finish(mut self, source: &Source) -> Vec<Problem> {
        if let Some(path) = self.crowded_at {
            let message = format!(
                "{} sections, here and in other files, resemble more than {BUCKET} others: copies of them may not be folded",
                self.crowded
            );
            let problem = Problem::new(Stage::Annotate, message).of_source(&source.id.0).at(path);
            self.problems
                .push(problem.hint("`exclude` in catalogue.toml leaves out generated files"));
        }
        self.problems
    }
}
