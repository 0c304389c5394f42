//! The share of one source in a generation under construction, and its limits.

use crate::annotate::copies::BUCKET;
use crate::catalogue::{Source, SourceId};
use crate::generation::left_out::LeftOutGroup;
use crate::problem::{Problem, Stage};

/// A document with more bytes of text than this is large. Such documents are usually generated.
const LARGE: u64 = 256_000;

/// What the generation contains of one source so far.
#[derive(Default)]
pub(in crate::refresh) struct SourceShare {
    pub documents: usize,
    pub sections: usize,
    pub problems: Vec<Problem>,
    /// The title of its README.
    pub title: Option<String>,
    /// The files that the rules leave out, by reason; `None` if they are not known.
    pub left_out: Option<Vec<LeftOutGroup>>,
    /// How much text was taken from documents of more than `LARGE` bytes.
    large: TextShare,
    /// How much text was taken from the other documents.
    usual: TextShare,
    /// The number of sections whose near-copies may not be found.
    crowded: usize,
    /// The path of the first file with such a section.
    crowded_at: Option<String>,
}

/// How much text was taken from one class of a source's documents: the large ones, or the others.
#[derive(Default)]
struct TextShare {
    bytes: u64,
    /// Whether a document did not fit. After that, no further documents of this class are taken, so that the generation
    /// contains the beginning of the source and not a selection of small documents.
    is_full: bool,
}

impl SourceShare {
    /// Adds the document at `path` with `bytes` bytes of text if it fits, and returns whether it did. All documents of
    /// the source together may have `most` bytes of text, and the large ones together half of that, so that a few
    /// hostile files can't displace the documents that people wrote. Reports the first large document and the first
    /// other document that do not fit.
    pub fn takes(&mut self, source: &SourceId, path: &str, bytes: u64, most: u64) -> bool {
        let all = self.large.bytes + self.usual.bytes + bytes;
        let is_large = bytes > LARGE;
        let share = if is_large { &mut self.large } else { &mut self.usual };
        let fits = all <= most && !(is_large && share.bytes + bytes > most / 2);
        if fits && !share.is_full {
            share.bytes += bytes;
            return true;
        }
        if !std::mem::replace(&mut share.is_full, true) {
            let message = match is_large {
                true => format!(
                    "documents of more than {LARGE} bytes each have more than {} bytes of text together; this file and further large ones are left out",
                    most / 2
                ),
                false => format!(
                    "the source has more than {most} bytes of text; this file and further ones are left out"
                ),
            };
            let problem = Problem::new(Stage::Extract, message).of_source(&source.0).at(path);
            self.problems.push(problem.hint("select fewer files with `include` in catalogue.toml"));
        }
        false
    }

    /// Sets the source's title to `title` if the document at `path` is the README in the top folder. The first README
    /// counts.
    pub fn set_title(&mut self, path: &str, title: Option<&str>) {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        if self.title.is_none() && stem.eq_ignore_ascii_case("readme") {
            self.title = title.map(str::to_owned);
        }
    }

    /// Counts `sections` sections of the file `path` whose near-copies may not be found, because a bucket had its
    /// [`BUCKET`] representatives already.
    pub fn add_crowded(&mut self, path: &str, sections: usize) {
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
                .push(problem.hint("leave out generated files with `exclude` in catalogue.toml"));
        }
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_documents_leave_room_for_the_others_of_their_source() {
        let mut share = SourceShare::default();
        let source = SourceId("a/b".into());
        let mut takes = |path: &str, bytes| share.takes(&source, path, bytes, 10_000_000);
        let taken = (0..9).filter(|_| takes("large.md", 2_000_000)).count();
        assert_eq!(taken, 2, "half of the limit");
        assert!(!takes("large.md", LARGE + 1), "the beginning, not a selection by size");
        let taken = (0..99).filter(|_| takes("usual.md", 100_000)).count();
        assert_eq!(taken, 60, "all that is left");
        assert!(!takes("usual.md", 1));
        let paths: Vec<_> = share.problems.iter().map(|p| p.path.clone().unwrap()).collect();
        assert_eq!(paths, ["large.md", "usual.md"], "each is reported once");
    }

    #[test]
    fn a_source_takes_its_title_from_the_readme_at_its_top() {
        let mut share = SourceShare::default();
        for (path, title) in [
            ("docs/README.md", "Below"),
            ("notes.md", "Notes"),
            ("README.zh.md", "Translated"),
            ("Readme.rst", "Ours"),
            ("readme.txt", "Another"),
        ] {
            share.set_title(path, Some(title));
        }
        assert_eq!(share.title.as_deref(), Some("Ours"));
    }
}
