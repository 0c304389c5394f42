//! The policy: formats, limits, the files that are never indexed, the repositories that are refused, and the licences that
//! allow showing whole sections.
//!
//! The policy is read from `sources/policy.toml`. [`super::rights`] applies its rules for showing texts.

use super::Shown;
use super::builtin::extends_builtin;
use super::fields::{DataFile, TableFields, globs, load_file};
use super::refused::{self, RefusedRepository};
use crate::config::DataFiles;
use crate::problem::Faults;

/// The title page of a file consists of its title, its first heading, and this many words of its text.
const OPENING_WORDS: usize = 25;
/// If a title page contains one of these words, the text is about a book, not a copy of it.
const ABOUT: [&str; 8] =
    ["notes", "summary", "review", "summaries", "cheatsheet", "cheat", "answers", "course"];

/// Limits on the content of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyLimits {
    /// The maximum number of entries of an archive.
    pub entries: u64,
    /// The maximum number of files that are read.
    pub files: u64,
    /// The maximum total size of the files that are read, in bytes.
    pub kept_bytes: u64,
    /// The maximum total size of the indexed text, in bytes.
    pub text_bytes: u64,
    /// The maximum size of one file, in bytes. A larger file is left out and reported as a problem.
    pub file_bytes: u64,
    /// The maximum size of a compressed archive, in bytes.
    pub download_bytes: u64,
    /// The maximum size of an unpacked archive, in bytes, including files that are left out.
    pub archive_bytes: u64,
    /// The maximum number of components of a path.
    pub path_depth: u64,
}

/// The content of `policy.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The extensions of the files that are read, lower-cased.
    pub formats: Vec<String>,
    /// Globs of files that may be quizzes in JSON. They are read although JSON is not among `formats`.
    pub quizzes: Vec<String>,
    /// Globs of the files that are never indexed, in any source.
    pub exclude: Vec<String>,
    /// The GitHub logins of people whose posts in discussions and issues are left out.
    pub opted_out: Vec<String>,
    /// The repositories that must not be sources.
    pub refused: Vec<RefusedRepository>,
    pub limits: PolicyLimits,
    /// The SPDX ids of licences that allow showing whole sections.
    pub full: Vec<String>,
    /// The extensions of files that are read only if the licence of their source is in `full`, lower-cased.
    pub open_only: Vec<String>,
    /// The maximum length of an excerpt, in characters. If the licence is not in `full`, only an excerpt is shown.
    pub excerpt_chars: usize,
    /// The titles of commercial books whose copies are refused, lower-cased.
    pub books: Vec<String>,
    /// The extensions of files that can be copies of books, lower-cased. [`Policy::is_book_copy`] and
    /// [`Policy::is_book`] decide whether such a file is a copy.
    pub book_formats: Vec<String>,
}

impl Policy {
    /// How much of a text may be shown. `licence` is the SPDX id of its licence. Only an excerpt may be shown if there
    /// is no licence, or if it is not in `full`.
    pub fn shown(&self, licence: Option<&str>) -> Shown {
        let listed = |id: &str| self.full.iter().any(|full| full.eq_ignore_ascii_case(id));
        match licence {
            Some(id) if listed(id) => Shown::Full,
            _ => Shown::Excerpt,
        }
    }

    /// The reason why the repository `name` (`owner/name`, case-insensitive) is refused; `None` if it is not. O(refused).
    pub fn refusal(&self, name: &str) -> Option<&str> {
        let refused = self.refused.iter().find(|refused| refused.repo.eq_ignore_ascii_case(name));
        refused.map(|refused| refused.why.as_str())
    }

    /// Whether `path` names a copy of a commercial book: its extension is one of the book formats, and its name contains a
    /// listed title.
    pub fn is_book_copy(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let has =
            |format: &String| name.strip_suffix(format).is_some_and(|stem| stem.ends_with('.'));
        self.book_formats.iter().any(has) && self.names_book(&plain(&name))
    }

    /// Whether a file in the format `format` that begins with `title`, `heading` and `text` is a copy of a commercial
    /// book. It is one if `format` is one of the book formats, and the title page contains a listed title and none of
    /// the words in `ABOUT`, which mark a text about a book.
    pub fn is_book(&self, format: &str, title: Option<&str>, heading: &str, text: &str) -> bool {
        let words = text.split_whitespace().take(OPENING_WORDS);
        let opening = format!("{} {heading} ", title.unwrap_or_default());
        let opening = plain(&(opening + &words.collect::<Vec<_>>().join(" ")).to_lowercase());
        let is_about = ABOUT.iter().any(|word| opening.split(' ').any(|own| own == *word));
        self.book_formats.iter().any(|known| known == format)
            && !is_about
            && self.names_book(&opening)
    }

    /// Whether `text`, the name or description of a repository, offers a copy of a commercial book: it contains a
    /// listed title, and one of the book formats or the word "ebook" or "ebooks".
    pub fn offers_book(&self, text: &str) -> bool {
        let words = plain(&text.to_lowercase());
        let is_format = |word: &str| {
            matches!(word, "ebook" | "ebooks") || self.book_formats.iter().any(|own| own == word)
        };
        words.split(' ').any(is_format) && self.names_book(&words)
    }

    fn names_book(&self, words: &str) -> bool {
        let padded = format!(" {words} ");
        self.books.iter().any(|book| padded.contains(&format!(" {} ", plain(book))))
    }
}

/// The words of `text`, separated by single spaces.
fn plain(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    kept.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The policy in the data files `sources`. If `sources` has no policy and its catalogue extends the list inside the
/// program, returns the policy inside the program. Reads up to two files. `Err` contains all faults.
pub fn load(sources: &DataFiles) -> Result<Policy, Faults> {
    let is_missing = matches!(sources.read("policy.toml"), Ok(None));
    let sources =
        if is_missing && extends_builtin(sources) { &DataFiles::Compiled } else { sources };
    load_file(sources, "policy.toml", parse)
}

/// Parses `text` as a policy. `name` is the name of the file in faults. `Err` contains all faults.
pub fn parse(name: &str, text: &str) -> Result<Policy, Faults> {
    let mut faults = Faults::default();
    let file = DataFile { name, text };
    let document = file.document(&mut faults);
    let mut root = TableFields::new(&file, document.get_ref(), 1);
    let formats = lower(root.some_strings("formats", &mut faults));
    let quizzes = globs(&file, &mut root, "quizzes", &mut faults);
    let exclude = globs(&file, &mut root, "exclude", &mut faults);
    let opted_out = logins(&file, &mut root, &mut faults);
    let refused = refused::read(&file, &mut root, &mut faults);
    let limits = root.table("limits", &mut faults).map(|fields| limits(fields, &mut faults));
    let rights = root.table("rights", &mut faults).map(|fields| rights(&file, fields, &mut faults));
    let books = root.table("books", &mut faults).map(|mut fields| {
        let titles = lower(fields.strings("titles", &mut faults));
        let formats = lower(fields.strings("formats", &mut faults));
        fields.finish(&mut faults);
        (titles, formats)
    });
    root.finish(&mut faults);
    let (Some(limits), Some((full, open_only, excerpt_chars)), Some((books, book_formats))) =
        (limits, rights, books)
    else {
        return Err(faults);
    };
    faults.or(Policy {
        formats,
        quizzes,
        exclude,
        opted_out,
        refused,
        limits,
        full,
        open_only,
        excerpt_chars,
        books,
        book_formats,
    })
}

/// The logins at the key `opted_out`; empty if the key is missing. Adds a fault for each invalid login.
fn logins(file: &DataFile, root: &mut TableFields, faults: &mut Faults) -> Vec<String> {
    let logins = root.strings("opted_out", faults);
    for (line, login) in &logins {
        // The logins of bots end in `[bot]`.
        let name = login.strip_suffix("[bot]").unwrap_or(login);
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            let message = format!("{login:?} is not a GitHub login such as \"octocat\"");
            faults.push(file.name, *line, message);
        }
    }
    logins.into_iter().map(|(_, login)| login).collect()
}

fn limits(mut fields: TableFields, faults: &mut Faults) -> PolicyLimits {
    let limits = PolicyLimits {
        entries: fields.number("entries", faults),
        files: fields.number("files", faults),
        kept_bytes: fields.number("kept_bytes", faults),
        text_bytes: fields.number("text_bytes", faults),
        file_bytes: fields.number("file_bytes", faults),
        download_bytes: fields.number("download_bytes", faults),
        archive_bytes: fields.number("archive_bytes", faults),
        path_depth: fields.number("path_depth", faults),
    };
    fields.finish(faults);
    limits
}

fn rights(
    file: &DataFile,
    mut fields: TableFields,
    faults: &mut Faults,
) -> (Vec<String>, Vec<String>, usize) {
    let open_only = lower(fields.strings("open_only", faults));
    let full = fields.strings("full", faults);
    for (line, id) in &full {
        if spdx::license_id(id).is_none() {
            faults.push(file.name, *line, format!("{id:?} is not an SPDX id such as MIT"));
        }
    }
    let excerpt_chars = usize::try_from(fields.number("excerpt_chars", faults)).unwrap_or(300);
    fields.finish(faults);
    (full.into_iter().map(|(_, id)| id).collect(), open_only, excerpt_chars)
}

fn lower(strings: Vec<(usize, String)>) -> Vec<String> {
    strings.into_iter().map(|(_, text)| text.to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_follow_the_licence() {
        let policy = load(&DataFiles::Compiled).unwrap();
        assert_eq!(policy.shown(Some("MIT")), Shown::Full);
        assert_eq!(policy.shown(Some("CC-BY-NC-SA-4.0")), Shown::Full);
        assert_eq!(policy.shown(Some("CC-BY-ND-4.0")), Shown::Excerpt);
        assert_eq!(policy.shown(None), Shown::Excerpt);
    }

    #[test]
    fn copies_of_books_are_distinguished_from_notes_about_them() {
        let policy = load(&DataFiles::Compiled).unwrap();
        assert!(policy.is_book_copy("books/System-Design-Interview_by_Alex-Xu.pdf"));
        assert!(!policy.is_book_copy("notes/system-design-interview.md"));
        let page = |text| policy.is_book("pdf", None, "", text);
        assert!(page("Designing Machine Learning Systems An Iterative Process by A. Author"));
        assert!(!page("My notes on Designing Machine Learning Systems"));
        assert!(!page("A talk about serving that says much before Designing Data"));
        assert!(policy.offers_book("Designing-Machine-Learning-Systems-PDF"));
        assert!(!policy.offers_book("Notes on Designing Machine Learning Systems"));
        assert!(!policy.is_book("md", Some("Designing Machine Learning Systems"), "", ""));
    }

    #[test]
    fn a_policy_without_formats_is_a_fault() {
        let shipped = String::from_utf8(DataFiles::Compiled.read("policy.toml").unwrap().unwrap());
        let shipped = shipped.unwrap();
        let line = shipped.lines().position(|line| line.starts_with("formats")).unwrap();
        let renamed = shipped.replacen("formats", "exclude_too", 1);
        let faults = parse("p.toml", &renamed).unwrap_err().0;
        let missing = faults.iter().find(|fault| fault.message.contains("`formats` is missing"));
        assert_eq!(missing.map(|fault| fault.line), Some(1), "{faults:#?}");
        let end = shipped[shipped.find("formats").unwrap()..].find(']').unwrap();
        let begin = shipped.find("formats").unwrap();
        let empty = format!("{}formats = [{}", &shipped[..begin], &shipped[begin + end..]);
        let faults = parse("p.toml", &empty).unwrap_err().0;
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert_eq!(faults[0].line, line + 1);
        assert!(faults[0].message.contains("`formats` is empty"), "{faults:#?}");
    }

    #[test]
    fn every_fault_of_the_policy_is_reported() {
        let faults = parse("p.toml", "formats = [1]\nfoo = 2\n[limits]\nentries = -1\n");
        let faults = faults.unwrap_err().0;
        assert!(faults.len() >= 3, "{faults:#?}");
    }
}
