//! The policy: formats, limits, what is never indexed, and which licences may be shown whole.
//!
//! Read from `sources/policy.toml`. [`Rights`] say how much of a text may be shown, and [`show`] is the one function that
//! cuts it; every reader of the library obeys them.

use std::borrow::Cow;

use super::fields::{DataFile, Fields, globs, load_file};
use crate::config::Sources;
use crate::problem::Faults;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Words of a file's opening that make its title page.
const OPENING_WORDS: usize = 25;
/// Words by which a text says that it is about a book, not a copy of it.
const ABOUT: [&str; 8] =
    ["notes", "summary", "review", "summaries", "cheatsheet", "cheat", "answers", "course"];

/// How much of a source's text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Whole sections, with attribution.
    Full,
    /// A short excerpt with the link.
    Excerpt,
}

/// What somebody else may do with the text of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// A licence: what that of the document itself allows, and what that of its source does.
    Licence { own: Option<Shown>, source: Option<Shown> },
    /// None: people posted it in a thread. The repository's licence is not theirs.
    Posted,
}

impl Rights {
    /// How much of the text may be shown: as its own licence allows, else its source's. Without one, and of what was
    /// posted whatever licence there is, an excerpt.
    ///
    /// ```
    /// use cairn::catalogue::{Shown, policy::Rights};
    /// let source = Some(Shown::Full);
    /// assert_eq!(Rights::Licence { own: None, source }.shown(), Shown::Full);
    /// assert_eq!(Rights::Posted.shown(), Shown::Excerpt);
    /// ```
    pub fn shown(self) -> Shown {
        match self {
            Rights::Licence { own, source } => own.or(source).unwrap_or(Shown::Excerpt),
            Rights::Posted => Shown::Excerpt,
        }
    }
}

/// Bounds on what one source may bring in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of one archive that are looked at.
    pub entries: u64,
    /// Files of one source that are read, and their bytes.
    pub files: u64,
    pub kept_bytes: u64,
    /// Bytes of text of one source that are indexed.
    pub text_bytes: u64,
    /// Bytes of one file; a larger one is left out with a problem.
    pub file_bytes: u64,
    /// Bytes of one archive, compressed.
    pub download_bytes: u64,
    /// Bytes of one archive, unpacked, kept or not.
    pub archive_bytes: u64,
    /// Folders above a file.
    pub path_depth: u64,
}

/// What `policy.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Lower-case extensions of the files that are read.
    pub formats: Vec<String>,
    /// Globs of what is never indexed, in any source.
    pub exclude: Vec<String>,
    /// GitHub's logins of those whose posts in discussions and issues are left out.
    pub opted_out: Vec<String>,
    pub limits: Limits,
    /// SPDX ids under which whole sections may be shown.
    pub full: Vec<String>,
    /// Lower-case extensions of files that are read under those licences only.
    pub open_only: Vec<String>,
    /// The longest excerpt elsewhere, in characters.
    pub excerpt_chars: usize,
    /// Lower-case titles of commercial books whose copies are refused.
    pub books: Vec<String>,
    /// Lower-case extensions in which copies of books come.
    pub book_formats: Vec<String>,
}

impl Policy {
    /// How much of a text under the SPDX id `licence` may be shown; no licence means an excerpt.
    pub fn shown(&self, licence: Option<&str>) -> Shown {
        let listed = |id: &str| self.full.iter().any(|full| full.eq_ignore_ascii_case(id));
        match licence {
            Some(id) if listed(id) => Shown::Full,
            _ => Shown::Excerpt,
        }
    }

    /// Whether `path` names a copy of a commercial book: one of its formats and a listed title.
    pub fn is_book_copy(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let is_format =
            self.book_formats.iter().any(|format| name.ends_with(&format!(".{format}")));
        is_format && self.names_book(&plain(&name))
    }

    /// Whether a file of `format` that opens with these title, heading and text is such a copy: its
    /// title page names one of the titles, and not as what it is about.
    pub fn is_book(
        &self,
        format: &str,
        (title, heading, text): (Option<&str>, &str, &str),
    ) -> bool {
        let words = text.split_whitespace().take(OPENING_WORDS);
        let opening = format!("{} {heading} ", title.unwrap_or_default());
        let opening = plain(&(opening + &words.collect::<Vec<_>>().join(" ")).to_lowercase());
        let is_about = ABOUT.iter().any(|word| opening.split(' ').any(|own| own == *word));
        self.book_formats.iter().any(|known| known == format)
            && !is_about
            && self.names_book(&opening)
    }

    /// Whether `text`, what a repository is called or says of itself, offers a copy of a commercial book: it names a
    /// listed title and one of the formats in which copies come.
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

/// `text` as words with a space between.
fn plain(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    kept.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` as far as `shown` allows: whole, or its first `excerpt_chars` characters, cut at a word.
///
/// The one function that says how much of a text may be shown; every reader of the library obeys it.
///
/// ```
/// use cairn::catalogue::{Shown, policy::show};
/// let long = "word ".repeat(200);
/// assert_eq!(show(&long, Shown::Full, 300), long);
/// assert!(show(&long, Shown::Excerpt, 300).chars().count() <= 300);
/// ```
pub fn show(text: &str, shown: Shown, excerpt_chars: usize) -> Cow<'_, str> {
    if shown == Shown::Full || text.chars().nth(excerpt_chars).is_none() {
        return Cow::Borrowed(text);
    }
    let last = excerpt_chars.saturating_sub(1);
    let end = text.char_indices().nth(last).map_or(text.len(), |(at, _)| at);
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    Cow::Owned(format!("{}…", text[..cut].trim_end()))
}

/// The policy of `sources`. Reads one file. `Err` holds every fault found.
pub fn load(sources: &Sources) -> Result<Policy, Faults> {
    load_file(sources, "policy.toml", parse)
}

/// The policy that `text` holds; `name` is how faults name the file.
pub fn parse(name: &str, text: &str) -> Result<Policy, Faults> {
    let mut faults = Faults::default();
    let file = DataFile { name, text };
    let document = file.document(&mut faults);
    let mut root = Fields::new(&file, document.get_ref(), 1);
    let formats = lower(root.some_strings("formats", &mut faults));
    let exclude = globs(&file, &mut root, "exclude", &mut faults);
    let opted_out = logins(&file, &mut root, &mut faults);
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
        exclude,
        opted_out,
        limits,
        full,
        open_only,
        excerpt_chars,
        books,
        book_formats,
    })
}

/// The logins at `opted_out`, which may be missing; a fault for each that is none.
fn logins(file: &DataFile, root: &mut Fields, faults: &mut Faults) -> Vec<String> {
    let logins = root.strings("opted_out", faults);
    for (line, login) in &logins {
        // Those of bots end in `[bot]`.
        let name = login.strip_suffix("[bot]").unwrap_or(login);
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            let message = format!("{login:?} is no login at GitHub, such as \"octocat\"");
            faults.push(file.name, *line, message);
        }
    }
    logins.into_iter().map(|(_, login)| login).collect()
}

fn limits(mut fields: Fields, faults: &mut Faults) -> Limits {
    let limits = Limits {
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
    mut fields: Fields,
    faults: &mut Faults,
) -> (Vec<String>, Vec<String>, usize) {
    let open_only = lower(fields.strings("open_only", faults));
    let full = fields.strings("full", faults);
    for (line, id) in &full {
        if spdx::license_id(id).is_none() {
            faults.push(file.name, *line, format!("{id:?} is no SPDX id such as MIT"));
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
        let policy = load(&Sources::Compiled).unwrap();
        assert_eq!(policy.shown(Some("MIT")), Shown::Full);
        assert_eq!(policy.shown(Some("CC-BY-NC-SA-4.0")), Shown::Full);
        assert_eq!(policy.shown(Some("CC-BY-ND-4.0")), Shown::Excerpt);
        assert_eq!(policy.shown(None), Shown::Excerpt);
    }

    #[test]
    fn a_document_goes_before_its_source_and_a_thread_has_no_licence() {
        let of = |own, source| Rights::Licence { own, source }.shown();
        assert_eq!(of(Some(Shown::Excerpt), Some(Shown::Full)), Shown::Excerpt);
        assert_eq!(of(Some(Shown::Full), Some(Shown::Excerpt)), Shown::Full);
        assert_eq!(of(None, Some(Shown::Full)), Shown::Full);
        assert_eq!(of(None, None), Shown::Excerpt);
        assert_eq!(Rights::Posted.shown(), Shown::Excerpt);
    }

    #[test]
    fn copies_of_books_are_told_from_notes_about_them() {
        let policy = load(&Sources::Compiled).unwrap();
        assert!(policy.is_book_copy("books/System-Design-Interview_by_Alex-Xu.pdf"));
        assert!(!policy.is_book_copy("notes/system-design-interview.md"));
        let page = |text| policy.is_book("pdf", (None, "", text));
        assert!(page("Designing Machine Learning Systems An Iterative Process by A. Author"));
        assert!(!page("My notes on Designing Machine Learning Systems"));
        assert!(!page("A talk about serving that says much before Designing Data"));
        assert!(policy.offers_book("Designing-Machine-Learning-Systems-PDF"));
        assert!(!policy.offers_book("Notes on Designing Machine Learning Systems"));
        assert!(!policy.is_book("md", (Some("Designing Machine Learning Systems"), "", "")));
    }

    #[test]
    fn a_policy_that_reads_no_format_is_a_fault() {
        let shipped = String::from_utf8(Sources::Compiled.read("policy.toml").unwrap().unwrap());
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
        assert!(faults[0].message.contains("`formats` names nothing"), "{faults:#?}");
    }

    #[test]
    fn every_fault_of_the_policy_is_reported() {
        let faults = parse("p.toml", "formats = [1]\nfoo = 2\n[limits]\nentries = -1\n");
        let faults = faults.unwrap_err().0;
        assert!(faults.len() >= 3, "{faults:#?}");
    }
}
