//! Parses the entries of a catalogue.

use std::collections::HashMap;

use super::fields::{DataFile, TableFields, globs};
use super::names::LONGEST_NAME;
use super::repository::repository;
use super::{Origin, Source, SourceId, SourceList, SourceStanding, threads, visibility};
use crate::printable::strip;
use crate::problem::Faults;

/// Reads the entries at the top-level key `source` of the catalogue `file`. `list` is the list that the entries belong
/// to. Entries with a fault are left out. Adds all faults to `faults`.
pub(super) fn read_entries(
    file: &DataFile,
    root: &mut TableFields,
    list: SourceList,
    faults: &mut Faults,
) -> Vec<Source> {
    let tables = root.tables("source", faults);
    let sources: Vec<Source> =
        tables.into_iter().filter_map(|table| read_source(file, table, list, faults)).collect();
    check_ids(file, &sources, faults);
    sources
}

fn read_source(
    file: &DataFile,
    mut fields: TableFields,
    list: SourceList,
    faults: &mut Faults,
) -> Option<Source> {
    let line = fields.line;
    let before = faults.0.len();
    let origin = read_origin(file, &mut fields, faults);
    let id = fields.string("id", faults);
    let why = read_why(file, &mut fields, faults);
    let include = globs(file, &mut fields, "include", faults);
    let exclude = globs(file, &mut fields, "exclude", faults);
    let fork_of = fields.string("fork_of", faults).map(|(_, id)| SourceId(id));
    let visibility = visibility::read(file, &mut fields, faults);
    let licence = read_licence(file, &mut fields, faults);
    let language = fields.string("language", faults).map(|(_, code)| code);
    let threads = threads::read(file, &mut fields, faults);
    let author = read_author(file, &mut fields, faults);
    let standing = read_standing(&mut fields, faults);
    let repo_line = fields.value("repo").map_or(line, |(line, _)| line);
    fields.finish(faults);
    if faults.0.len() > before {
        return None;
    }
    let origin = origin?;
    let id = id.map_or_else(|| default_id(&origin), |(_, id)| id);
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
        standing,
        why: why?,
        list,
        line,
        repo_line,
    })
}

/// The text at the key `why`. Adds a fault if the key is missing, or if the text is empty or has several lines.
fn read_why(file: &DataFile, fields: &mut TableFields, faults: &mut Faults) -> Option<String> {
    let Some((line, why)) = fields.string("why", faults) else {
        faults.push(file.name, fields.line, "`why` is missing: one line on why it is here");
        return None;
    };
    if why.trim().is_empty() || why.contains('\n') {
        faults.push(file.name, line, "`why` must be one line on why the source is here");
    }
    Some(why)
}

fn read_licence(file: &DataFile, fields: &mut TableFields, faults: &mut Faults) -> Option<String> {
    let (line, id) = fields.string("licence", faults)?;
    if spdx::license_id(&id).is_none() {
        faults.push(file.name, line, format!("`licence` {id:?} is not an SPDX id such as MIT"));
    }
    Some(id)
}

fn read_author(file: &DataFile, fields: &mut TableFields, faults: &mut Faults) -> Option<String> {
    let (line, author) = fields.string("author", faults)?;
    let is_name = author.chars().any(char::is_alphabetic)
        && strip(&author) == author
        && author.chars().nth(LONGEST_NAME).is_none();
    if !is_name {
        let message = format!("`author` must be a name of at most {LONGEST_NAME} characters");
        faults.push(file.name, line, message);
    }
    Some(author.trim().to_owned())
}

fn read_standing(fields: &mut TableFields, faults: &mut Faults) -> SourceStanding {
    match fields.boolean("stale", faults) {
        Some((_, true)) => SourceStanding::Stale,
        Some((_, false)) | None => SourceStanding::Current,
    }
}

fn read_origin(file: &DataFile, fields: &mut TableFields, faults: &mut Faults) -> Option<Origin> {
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
                faults.push(
                    file.name,
                    line,
                    "`archive` contains a password, which would be published",
                );
            }
            Some(_) => return Some(Origin::Archive { url }),
            None => {
                faults.push(file.name, line, format!("`archive` {url:?} is not an http(s) URL"));
            }
        }
        return None;
    }
    folder.map(|(_, path)| Origin::Folder { path })
}

fn default_id(origin: &Origin) -> String {
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    match origin {
        Origin::GitHub { owner, name } => format!("{owner}/{name}"),
        Origin::Folder { path } => last(path),
        Origin::Archive { url } => last(url).trim_end_matches(".tar.gz").to_owned(),
    }
}

fn check_ids(file: &DataFile, sources: &[Source], faults: &mut Faults) {
    let mut lines: HashMap<String, usize> = HashMap::new();
    for source in sources {
        if let Some(first) = lines.insert(source.id.0.to_lowercase(), source.line) {
            let message = format!("the id {:?} is already used in line {first}", source.id.0);
            faults.push(file.name, source.line, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse;

    #[test]
    fn all_faults_are_reported_together_with_their_lines() {
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
why = "contains a password"

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
    fn an_author_whose_name_hides_or_reorders_characters_is_a_fault() {
        let faults = |author: &str| {
            let text = format!("[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\nauthor = \"{author}\"\n");
            parse("c.toml", &text).err().map_or(0, |faults| faults.0.len())
        };
        for hidden in ["Ann\u{202e}nnA", "Ann\u{200b}", "An\u{ad}n", "Ann\u{2028}B", "Ann\\u001b"] {
            assert_eq!(faults(hidden), 1, "{hidden:?}");
        }
        for name in ["Åsa Ek", "推薦", "\u{646}\u{200c}\u{647}"] {
            assert_eq!(faults(name), 0, "{name}");
        }
    }

    #[test]
    fn each_known_key_is_listed_once() {
        let text = "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\nwy = \"typo\"\n";
        let faults = parse("c.toml", text).unwrap_err().0;
        assert_eq!(faults[0].message.matches("repo").count(), 1, "{faults:#?}");
    }

    #[test]
    fn an_entry_is_stale_only_if_it_says_so() {
        let standing = |more: &str| {
            let text = format!("[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\n{more}\n");
            parse("c.toml", &text).map(|catalogue| catalogue.sources[0].standing)
        };
        assert_eq!(standing("stale = true").unwrap(), SourceStanding::Stale);
        assert_eq!(standing("stale = false").unwrap(), SourceStanding::Current);
        assert_eq!(standing("").unwrap(), SourceStanding::Current);
        assert_eq!(standing("stale = \"yes\"").unwrap_err().0[0].line, 4);
    }

    #[test]
    fn an_entry_takes_its_id_from_its_origin() {
        let text = "[[source]]\nfolder = \"my/notes\"\nwhy = \"mine\"\n";
        let catalogue = parse("c.toml", text).unwrap();
        assert_eq!(catalogue.sources[0].id.0, "notes");
        assert!(catalogue.get("NOTES").is_some());
    }
}
