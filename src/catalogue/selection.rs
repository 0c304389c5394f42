//! Selects the files of a source by the rules of the policy and of the source's catalogue entry.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::refusal::{FileRefusal, LeftOutReason};
use super::{LicenceFile, Policy, Source};

/// The names of tables of chapters that are no documents: those of Jupyter Book, MkDocs and Quarto.
const BOOK_TABLES: [&str; 6] =
    ["_toc.yml", "_toc.yaml", "mkdocs.yml", "mkdocs.yaml", "_quarto.yml", "_quarto.yaml"];
/// A table of chapters in a path with more components is not fetched.
const BOOK_DEPTH: u64 = 3;

/// The policy's compiled rules, the base of each source's [`Selection`]. Compiling takes about a millisecond; clones share
/// the result.
#[derive(Clone, Debug)]
pub struct SelectionRules {
    policy: Arc<Policy>,
    quizzes: Arc<RuleGlobs>,
    exclude: Arc<RuleGlobs>,
    /// Hash of the policy's settings that determine which files are fetched.
    hash: blake3::Hasher,
}

impl SelectionRules {
    /// The rules of `policy`.
    pub fn new(policy: &Policy) -> SelectionRules {
        let mut hash = blake3::Hasher::new();
        let bar = ["|".to_owned()];
        let formats = policy.formats.iter().chain(&policy.quizzes);
        for part in formats.chain(&bar).chain(&policy.exclude) {
            hash.update(part.as_bytes()).update(b"\0");
        }
        for table in BOOK_TABLES {
            hash.update(table.as_bytes()).update(b"\0");
        }
        for limit in [policy.limits.file_bytes, policy.limits.path_depth] {
            hash.update(&limit.to_le_bytes());
        }
        SelectionRules {
            quizzes: Arc::new(RuleGlobs::new(&policy.quizzes)),
            exclude: Arc::new(RuleGlobs::new(&policy.exclude)),
            policy: Arc::new(policy.clone()),
            hash,
        }
    }

    /// The selection for `source`. It combines these rules with those of the source's catalogue entry.
    ///
    /// Invalid globs match nothing; they were reported as faults when the catalogue was read.
    pub fn of(&self, source: &Source) -> Selection {
        let mut hash = self.hash.clone();
        for part in source.include.iter().chain(["|".to_owned()].iter()).chain(&source.exclude) {
            hash.update(part.as_bytes()).update(b"\0");
        }
        let own = |globs: &[String]| (!globs.is_empty()).then(|| RuleGlobs::new(globs));
        Selection {
            rules: self.clone(),
            include: own(&source.include),
            exclude: own(&source.exclude),
            fingerprint: hash.finalize().to_hex()[..16].to_owned(),
        }
    }
}

/// A source's compiled include and exclude rules.
#[derive(Clone, Debug)]
pub struct Selection {
    rules: SelectionRules,
    include: Option<RuleGlobs>,
    exclude: Option<RuleGlobs>,
    fingerprint: String,
}

impl Selection {
    /// Whether the file at `path` (inside the source, `/`-separated) is indexed.
    pub fn selects(&self, path: &str) -> bool {
        let is_in = |globs: &RuleGlobs| globs.is_match(path);
        self.is_read(path)
            && self.include.as_ref().is_none_or(is_in)
            && !self.exclude.as_ref().is_some_and(is_in)
            && !is_in(&self.rules.exclude)
    }

    /// Whether files like the one at `path` are read: the policy's formats include its format, or its name is that of a
    /// quiz.
    fn is_read(&self, path: &str) -> bool {
        let formats = &self.rules.policy.formats;
        formats.contains(&format_of(path)) || self.rules.quizzes.is_match(path)
    }

    /// Whether the entry's `exclude` matches the thread at `path`, such as `discussions/12`. The entry's `include` and the
    /// policy's rules apply to files only.
    pub fn excludes_thread(&self, path: &str) -> bool {
        self.exclude.as_ref().is_some_and(|globs| globs.is_match(path))
    }

    /// Whether the file at `path` with `size` bytes is indexed: it is selected, and is within the policy's limits.
    pub fn takes(&self, path: &str, size: u64) -> bool {
        let limits = &self.rules.policy.limits;
        size <= limits.file_bytes && components(path) <= limits.path_depth && self.selects(path)
    }

    /// The rule that leaves out the file at `path` with `size` bytes, and the reason. `None` if no rule does.
    pub fn refusal(&self, path: &str, size: u64) -> Option<FileRefusal> {
        let limits = &self.rules.policy.limits;
        if !self.is_read(path) {
            return Some(FileRefusal::by(LeftOutReason::Format, format_of(path)));
        }
        if let Some(glob) = self.rules.exclude.first_match(path) {
            return Some(FileRefusal::by(LeftOutReason::Policy, glob));
        }
        if let Some(glob) = self.exclude.as_ref().and_then(|exclude| exclude.first_match(path)) {
            return Some(FileRefusal::by(LeftOutReason::Exclude, glob));
        }
        let reason = if self.include.as_ref().is_some_and(|include| !include.is_match(path)) {
            LeftOutReason::Include
        } else if size > limits.file_bytes {
            LeftOutReason::Size
        } else if components(path) > limits.path_depth {
            LeftOutReason::Depth
        } else {
            return None;
        };
        Some(FileRefusal::of(reason))
    }

    /// Whether `path` names a copy of a commercial book, which is never fetched.
    pub fn is_book_copy(&self, path: &str) -> bool {
        self.rules.policy.is_book_copy(path)
    }

    /// Whether the file at `path` is always fetched although it is not a document: licence texts, `NOTICE` and
    /// `.cairnignore` in the source's top folder, and tables of chapters.
    pub fn always(path: &str) -> bool {
        LicenceFile::of(path).is_some()
            || top_stem(path) == "NOTICE"
            || path == ".cairnignore"
            || is_book_table(path)
    }

    /// A hash of the rules. If it changes, a snapshot fetched under the old rules may lack files.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// Whether `path` is a table of chapters of a book that is no document itself, and not deep in the source.
fn is_book_table(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    BOOK_TABLES.contains(&name) && components(path) <= BOOK_DEPTH
}

/// The part before the first dot of the name of the top-level file `path`, in upper case; empty for a file in a folder.
fn top_stem(path: &str) -> String {
    let name = if path.contains('/') { "" } else { path };
    name.split('.').next().unwrap_or_default().to_ascii_uppercase()
}

/// The lower-cased extension of `path`; empty if there is none.
pub fn format_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// The number of components of `path`.
fn components(path: &str) -> u64 {
    path.split('/').count() as u64
}

/// Compiled globs with their texts. Invalid globs match nothing.
#[derive(Clone, Debug)]
struct RuleGlobs {
    set: GlobSet,
    /// The text of each glob of `set`.
    texts: Vec<String>,
}

impl RuleGlobs {
    fn new(globs: &[String]) -> RuleGlobs {
        let mut builder = GlobSetBuilder::new();
        let mut texts = Vec::new();
        for text in globs {
            let built =
                GlobBuilder::new(text).case_insensitive(true).literal_separator(true).build();
            if let Ok(glob) = built {
                builder.add(glob);
                texts.push(text.clone());
            }
        }
        RuleGlobs { set: builder.build().unwrap_or_else(|_| GlobSet::empty()), texts }
    }

    fn is_match(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// The text of the first glob that matches `path`.
    fn first_match(&self, path: &str) -> Option<&str> {
        self.set.matches(path).first().and_then(|at| self.texts.get(*at)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{parse, policy};
    use crate::config::DataFiles;

    #[test]
    fn the_excludes_of_the_policy_and_of_the_entry_both_apply() {
        let policy = policy::load(&DataFiles::Compiled).unwrap();
        let text = "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\nexclude = [\"translations/**\", \"*-zh.md\"]\n";
        let catalogue = parse("c", text).unwrap();
        let selection = SelectionRules::new(&policy).of(&catalogue.sources[0]);
        for kept in
            ["README.md", "a/b/C.MD", "deep/notes.ipynb", "my_book/a.md", "a/questions.json"]
        {
            assert!(selection.selects(kept), "{kept}");
            assert_eq!(selection.refusal(kept, 100), None, "{kept}");
        }
        for left in [
            "_book/a.md",
            "x/node_modules/y/README.md",
            ".github/PULL_REQUEST_TEMPLATE.md",
            "CONTRIBUTING.md",
            "docs/code_of_conduct.md",
            "translations/fr/a.md",
            "README-zh.md",
            "a.png",
            "package.json",
            "LICENSE",
            "app/requirements.txt",
            "site/index.md",
        ] {
            assert!(!selection.selects(left), "{left}");
        }
        assert!(Selection::always("LICENSE") && Selection::always("license.md"));
        assert!(!Selection::always("docs/LICENSE"));
        assert!(Selection::always("docs/book/_toc.yml") && !Selection::always("a/b/c/mkdocs.yml"));
    }

    #[test]
    fn a_refusal_names_the_rule_that_leaves_a_file_out() {
        let policy = policy::load(&DataFiles::Compiled).unwrap();
        let text = "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\ninclude = [\"docs/**\"]\nexclude = [\"*.txt\", \"docs/old/**\"]\n";
        let catalogue = parse("c", text).unwrap();
        let selection = SelectionRules::new(&policy).of(&catalogue.sources[0]);
        let deep = format!("docs/{}a.md", "x/".repeat(30));
        let by = |reason, rule: &str| Some(FileRefusal::by(reason, rule));
        let of = |reason| Some(FileRefusal::of(reason));
        for (path, size, expected) in [
            ("docs/a.md", 1, None),
            ("docs/old/a.md", 1, by(LeftOutReason::Exclude, "docs/old/**")),
            ("docs/old/A.PNG", 1, by(LeftOutReason::Format, "png")),
            ("Makefile", 1, by(LeftOutReason::Format, "")),
            ("docs/vendor/a.md", 1, by(LeftOutReason::Policy, "**/vendor/**")),
            ("src/a.md", 1, of(LeftOutReason::Include)),
            ("docs/a.md", u64::MAX, of(LeftOutReason::Size)),
            (&deep, 1, of(LeftOutReason::Depth)),
        ] {
            assert_eq!(selection.refusal(path, size), expected, "{path}");
            assert_eq!(selection.takes(path, size), expected.is_none(), "{path}");
        }
    }
}
