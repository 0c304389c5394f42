//! The catalogue: which repositories and folders are gathered, what of each, and why.
//!
//! Read from `sources/catalogue.toml`. Unknown keys are faults; every fault is reported at once
//! with its line. [`policy`] says what is never indexed and what may be shown, [`edit`] adds and
//! removes entries, [`voice`] says which sources count as one voice.

pub mod edit;
mod fields;
pub mod names;
mod origin;
pub mod policy;
pub mod selection;
mod threads;
mod visibility;
pub mod voice;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::Sources;
use crate::problem::Faults;
use fields::{DataFile, Fields};
use names::LONGEST_NAME;
pub use origin::{Origin, OriginKind};
pub use policy::{Policy, Shown};
pub use selection::{Rules, Selection};
pub use threads::{Issues, Threads};
pub use visibility::Visibility;
pub use voice::{Voice, Voices};

/// The catalogue's name for a source; never changed by what GitHub does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub String);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: SourceId,
    pub origin: Origin,
    /// Globs over paths inside the source; empty means the policy's formats.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// The source of which this one is a fork: its copies fold under the original.
    pub fork_of: Option<SourceId>,
    pub visibility: Visibility,
    /// An SPDX id that overrides what the LICENSE file says.
    pub licence: Option<String>,
    /// The language of its text (ISO 639-1), where detection would guess wrong.
    pub language: Option<String>,
    /// Which of its discussions and issues are read, too.
    pub threads: Threads,
    /// Who wrote it, as people search for it.
    pub author: Option<String>,
    /// One line on why it is here.
    pub why: String,
    /// The entry's line in the file, and that of its `repo`, for messages.
    pub line: usize,
    pub repo_line: usize,
}

/// All sources, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub sources: Vec<Source>,
}

impl Catalogue {
    /// The source named `id`, in any case of letters. O(sources).
    pub fn get(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id.0.eq_ignore_ascii_case(id))
    }
}

/// The catalogue of `sources`. Reads one file. `Err` holds every fault found; in a catalogue that was merely found,
/// a folder outside is one.
pub fn load(sources: &Sources) -> Result<Catalogue, Faults> {
    let catalogue = load_file(sources, "catalogue.toml", parse)?;
    let mut faults = Faults::default();
    let name = sources.name_of("catalogue.toml");
    for source in &catalogue.sources {
        if let Origin::Folder { path } = &source.origin
            && !sources.allows(Path::new(path))
        {
            let folder = sources.name_of("");
            faults.push(&name, source.line, format!(
                "`folder` {path:?} is outside the current folder, in which this catalogue was found; if you trust it, \
                 name it with --sources {folder}"
            ));
        }
    }
    faults.or(catalogue)
}

/// What `parse` makes of the file `path` and its text; a fault if it can't be read.
fn load_file<T>(
    sources: &Sources,
    path: &str,
    parse: impl Fn(&str, &str) -> Result<T, Faults>,
) -> Result<T, Faults> {
    let name = sources.name_of(path);
    let text = match sources.read(path) {
        Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned()),
        Ok(None) => Err("the file does not exist".to_owned()),
        Err(error) => Err(format!("{error:#}")),
    };
    match text {
        Ok(text) => parse(&name, &text),
        Err(message) => {
            let mut faults = Faults::default();
            faults.push(&name, 1, message);
            Err(faults)
        }
    }
}

/// The catalogue that `text` holds; `name` is how faults name the file. O(length).
pub fn parse(name: &str, text: &str) -> Result<Catalogue, Faults> {
    let mut faults = Faults::default();
    let file = DataFile { name, text };
    let document = file.document(&mut faults);
    let mut root = Fields::new(&file, document.get_ref(), 1);
    let mut sources = Vec::new();
    if let Some((line, value)) = root.value("source") {
        match value.as_array() {
            Some(entries) => {
                for entry in entries.iter() {
                    let line = file.line(entry.span());
                    match entry.get_ref().as_table() {
                        Some(table) => sources.extend(read_source(
                            &file,
                            Fields::new(&file, table, line),
                            &mut faults,
                        )),
                        None => faults.push(name, line, "each source is a [[source]] table"),
                    }
                }
            }
            None => faults.push(name, line, "sources are written as [[source]] tables"),
        }
    }
    root.finish(&mut faults);
    check_ids(&file, &sources, &mut faults);
    faults.or(Catalogue { sources })
}

fn read_source(file: &DataFile, mut fields: Fields, faults: &mut Faults) -> Option<Source> {
    let line = fields.line;
    let before = faults.0.len();
    let origin = read_origin(file, &mut fields, faults);
    let id = fields.string("id", faults);
    let why = fields.string("why", faults);
    match &why {
        Some((line, text)) if text.trim().is_empty() || text.contains('\n') => {
            faults.push(file.name, *line, "`why` must be one line that says why it is here");
        }
        Some(_) => {}
        None => faults.push(file.name, line, "`why` is missing: one line on why it is here"),
    }
    let include = globs(file, &mut fields, "include", faults);
    let exclude = globs(file, &mut fields, "exclude", faults);
    let fork_of = fields.string("fork_of", faults).map(|(_, id)| SourceId(id));
    let visibility = visibility::read(file, &mut fields, faults);
    let licence = read_licence(file, &mut fields, faults);
    let language = fields.string("language", faults).map(|(_, code)| code);
    let threads = threads::read(file, &mut fields, faults);
    let author = read_author(file, &mut fields, faults);
    let repo_line = fields.value("repo").map_or(line, |(line, _)| line);
    fields.finish(faults);
    if faults.0.len() > before {
        return None;
    }
    let origin = origin?;
    let id = id.map_or_else(|| default_id(&origin), |(_, id)| id);
    let why = why?.1;
    Some(Source {
        id: SourceId(id),
        origin,
        include,
        exclude,
        fork_of,
        visibility,
        licence,
        language,
        threads,
        author,
        why,
        line,
        repo_line,
    })
}

fn read_licence(file: &DataFile, fields: &mut Fields, faults: &mut Faults) -> Option<String> {
    let (line, id) = fields.string("licence", faults)?;
    if spdx::license_id(&id).is_none() {
        faults.push(file.name, line, format!("`licence` {id:?} is no SPDX id such as MIT"));
    }
    Some(id)
}

fn read_author(file: &DataFile, fields: &mut Fields, faults: &mut Faults) -> Option<String> {
    let (line, author) = fields.string("author", faults)?;
    let is_name = author.chars().any(char::is_alphabetic)
        && !author.chars().any(char::is_control)
        && author.chars().nth(LONGEST_NAME).is_none();
    if !is_name {
        let message = format!("`author` must be a name of at most {LONGEST_NAME} characters");
        faults.push(file.name, line, message);
    }
    Some(author.trim().to_owned())
}

fn read_origin(file: &DataFile, fields: &mut Fields, faults: &mut Faults) -> Option<Origin> {
    let repo = fields.string("repo", faults);
    let archive = fields.string("archive", faults);
    let folder = fields.string("folder", faults);
    if [&repo, &archive, &folder].into_iter().flatten().count() != 1 {
        let message = "a source has exactly one of `repo`, `archive` and `folder`";
        faults.push(file.name, fields.line, message);
        return None;
    }
    if let Some((line, repo)) = repo {
        if let Some((owner, name)) = repository(&repo) {
            return Some(Origin::GitHub { owner: owner.to_owned(), name: name.to_owned() });
        }
        faults.push(file.name, line, format!("`repo` {repo:?} is not of the form owner/name"));
        return None;
    }
    if let Some((line, url)) = archive {
        let parsed = url::Url::parse(&url).ok();
        let parsed = parsed.filter(|url| matches!(url.scheme(), "http" | "https"));
        match parsed {
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                faults.push(file.name, line, "`archive` holds a password, which would be shown");
            }
            Some(_) => return Some(Origin::Archive { url }),
            None => {
                faults.push(file.name, line, format!("`archive` {url:?} is no http(s) address"));
            }
        }
        return None;
    }
    folder.map(|(_, path)| Origin::Folder { path })
}

/// The owner and the name in `owner/name`, if `text` is that.
///
/// ```
/// use cairn::catalogue::repository;
/// assert_eq!(repository("ann/notes"), Some(("ann", "notes")));
/// assert_eq!(repository("ann/notes/issues"), None);
/// ```
pub fn repository(text: &str) -> Option<(&str, &str)> {
    let (owner, name) = text.split_once('/')?;
    (is_github_name(owner) && is_github_name(name)).then_some((owner, name))
}

/// GitHub's own rule for owners and repositories: letters, digits, `-`, `_` and `.`.
pub(crate) fn is_github_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn default_id(origin: &Origin) -> String {
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    match origin {
        Origin::GitHub { owner, name } => format!("{owner}/{name}"),
        Origin::Folder { path } => last(path),
        Origin::Archive { url } => last(url).trim_end_matches(".tar.gz").to_owned(),
    }
}

fn globs(
    file: &DataFile,
    fields: &mut Fields,
    key: &'static str,
    faults: &mut Faults,
) -> Vec<String> {
    let globs = fields.strings(key, faults);
    for (line, glob) in &globs {
        if let Err(error) = globset::Glob::new(glob) {
            faults.push(file.name, *line, format!("`{key}`: {error}"));
        }
    }
    globs.into_iter().map(|(_, glob)| glob).collect()
}

fn check_ids(file: &DataFile, sources: &[Source], faults: &mut Faults) {
    let mut lines: HashMap<String, usize> = HashMap::new();
    for source in sources {
        if let Some(first) = lines.insert(source.id.0.to_lowercase(), source.line) {
            let message = format!("the id {:?} is taken by line {first} already", source.id.0);
            faults.push(file.name, source.line, message);
        }
    }
    for source in sources {
        let Some(original) = &source.fork_of else { continue };
        if original == &source.id || !lines.contains_key(&original.0.to_lowercase()) {
            let message = format!("`fork_of` names {original}, which is no other source here");
            faults.push(file.name, source.line, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_reported_at_once_with_its_line() {
        let text = r#"
[[source]]
repo = "no-slash"
why = "x"

[[source]]
repo = "a/b"
include = ["[", 3]
wy = "typo"

[[source]]
repo = "a/c"
why = "fine"
fork_of = "x/y"

[[source]]
repo = "A/C"
why = "again"
licence = "MITT"

[[source]]
archive = "https://me:secret@git.example/x.tar.gz"
why = "holds a password"

[[source]]
repo = "a/d"
why = "by nobody"
author = "??"

[[source]]
repo = "a/e"
why = "by too many"
author = "LONG"
"#
        .replace("LONG", &"x".repeat(LONGEST_NAME + 1));
        let text = text.as_str();
        let faults = parse("c.toml", text).unwrap_err().0;
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [3, 6, 8, 8, 9, 11, 19, 22, 28, 33], "{faults:#?}");
        assert!(faults.iter().all(|fault| !fault.message.contains("secret")), "{faults:#?}");
    }

    #[test]
    fn a_key_that_is_known_is_listed_once() {
        let text = "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\nwy = \"typo\"\n";
        let faults = parse("c.toml", text).unwrap_err().0;
        assert_eq!(faults[0].message.matches("repo").count(), 1, "{faults:#?}");
    }

    #[test]
    fn an_entry_takes_its_id_from_its_origin() {
        let text = "[[source]]\nfolder = \"my/notes\"\nwhy = \"mine\"\n";
        let catalogue = parse("c.toml", text).unwrap();
        assert_eq!(catalogue.sources[0].id.0, "notes");
        assert!(catalogue.get("NOTES").is_some());
    }
}
