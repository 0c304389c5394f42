//! Reads Anki decks. Each note becomes a section: its first field is the heading, and its tags are kept.
//!
//! An `.anki2` file is a collection, an SQLite database. An `.apkg` file is a zip archive that contains a collection
//! under one of three names. The database is opened in memory, read-only. Fields are HTML with cloze marks.

use std::io::{Cursor, Read};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB};

use super::html::{fragment, page};
use super::limits::MOST_SECTIONS;
use super::pattern::patterns;
use super::sections::{SectionBuilder, SpanUnit};
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// The maximum bytes of the collection in an archive, after decompression. An archive with a larger one is not read.
/// Pictures and sound are separate files, which don't count.
const MOST_BYTES: u64 = 48_000_000;
/// The possible file names of the collection in an archive, newest format first. If an archive has a newer format,
/// `collection.anki2` contains only a note that asks the user to update Anki.
const NAMES: [&str; 3] = ["collection.anki21b", "collection.anki21", "collection.anki2"];
/// The separator between the fields of a note.
const BETWEEN: char = '\u{1f}';
/// The level of the heading of each note.
const LEVEL: u8 = 1;
/// The maximum characters of a heading. If a note's first field is longer, the heading is truncated, and the text
/// contains the whole field.
const LONGEST_HEADING: usize = 160;

/// Reads the `.apkg` archive `bytes`. If it can't be read, returns `None` and adds a problem.
pub(super) fn read_package(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Document> {
    match collection(bytes) {
        Ok(database) => read_collection(&database, problems),
        Err(message) => {
            problems.push(Problem::new(Stage::Extract, format!("not an Anki deck: {message}")));
            None
        }
    }
}

/// Reads the collection `bytes`, an SQLite database. If it can't be read, returns `None` and adds a problem.
pub(super) fn read_collection(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Document> {
    let read = open(bytes).and_then(|database| Ok((title(&database), notes(&database)?)));
    match read {
        Ok((title, notes)) => Some(document(title, notes)),
        Err(error) => {
            let message = format!("the deck's collection can't be read: {error}");
            problems.push(Problem::new(Stage::Extract, message));
            None
        }
    }
}

/// Returns the collection in the archive `bytes`, decompressed. `Err` is a message for readers.
fn collection(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    for name in NAMES {
        let Ok(file) = archive.by_name(name) else { continue };
        let mut packed = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut packed).map_err(|e| e.to_string())?;
        let database = if name.ends_with('b') { unpacked(&packed)? } else { packed };
        if database.len() as u64 > MOST_BYTES {
            return Err(format!("its collection is longer than {MOST_BYTES} bytes"));
        }
        return Ok(database);
    }
    Err("the archive contains no collection".to_owned())
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut database = Vec::new();
    let decoder = zstd::Decoder::new(packed).map_err(|e| e.to_string())?;
    decoder.take(MOST_BYTES + 1).read_to_end(&mut database).map_err(|e| e.to_string())?;
    Ok(database)
}

/// Opens the database in memory, read-only, with its schema untrusted.
fn open(bytes: &[u8]) -> rusqlite::Result<Connection> {
    let mut database = Connection::open_in_memory()?;
    database.deserialize_read_exact(MAIN_DB, bytes, bytes.len(), true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    Ok(database)
}

patterns! {
    /// `{{c1::hidden words::a hint}}`; only the hidden words are kept as text.
    CLOZE = r"\{\{c\d+::(.*?)(?:::[^{}]*)?\}\}";
}

/// A note: its fields and its tags.
struct AnkiNote {
    fields: Vec<String>,
    tags: Vec<String>,
}

fn notes(database: &Connection) -> rusqlite::Result<Vec<AnkiNote>> {
    // A view named `notes` could be a query that never ends; a table can't.
    let is_table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'notes'";
    if database.query_row(is_table, [], |row| row.get::<_, i64>(0))? == 0 {
        return Err(rusqlite::Error::InvalidColumnName("notes".to_owned()));
    }
    let mut statement = database.prepare("SELECT flds, tags FROM notes ORDER BY id LIMIT ?1")?;
    let most = i64::try_from(MOST_SECTIONS).unwrap_or(i64::MAX);
    let rows = statement.query_map([most], |row| {
        let text = |at: usize| -> rusqlite::Result<String> {
            Ok(String::from_utf8_lossy(row.get_ref(at)?.as_bytes()?).into_owned())
        };
        let tags = text(1)?.split_whitespace().map(str::to_owned).collect();
        let fields = text(0)?;
        let bare = CLOZE.replace_all(&fields, "$1");
        Ok(AnkiNote { fields: bare.split(BETWEEN).map(str::to_owned).collect(), tags })
    })?;
    rows.collect()
}

/// The name of the top-level deck if the names of all decks other than Anki's `Default` start with it, else `None`.
fn title(database: &Connection) -> Option<String> {
    let old = || -> Option<Vec<String>> {
        let json: String =
            database.query_row("SELECT decks FROM col", [], |row| row.get(0)).ok()?;
        let decks: serde_json::Value = serde_json::from_str(&json).ok()?;
        let name = |deck: &serde_json::Value| Some(deck.get("name")?.as_str()?.to_owned());
        Some(decks.as_object()?.values().filter_map(name).collect())
    };
    let new = || -> Option<Vec<String>> {
        let mut statement = database.prepare("SELECT name FROM decks").ok()?;
        let names = statement.query_map([], |row| row.get::<_, String>(0)).ok()?;
        Some(names.filter_map(Result::ok).collect())
    };
    let mut names = old().filter(|names| !names.is_empty()).or_else(new).unwrap_or_default();
    names.retain(|name| name != "Default");
    names.sort();
    // Subdecks are named `Top::Sub`, or with U+001F as the separator.
    let top = names.first()?.split(['\u{1f}']).next()?.split("::").next()?.to_owned();
    names.iter().all(|name| name.starts_with(&top)).then_some(top)
}

fn document(title: Option<String>, notes: Vec<AnkiNote>) -> Document {
    let mut builder = SectionBuilder::new(SpanUnit::Cards);
    for (at, note) in notes.into_iter().enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let first = note.fields.first().map(|field| fragment::read(field).text).unwrap_or_default();
        let heading: String = first.replace('\n', " ").chars().take(LONGEST_HEADING).collect();
        let heading = if heading.trim().is_empty() { format!("Card {number}") } else { heading };
        builder.heading(LEVEL, heading.trim(), None, number);
        builder.tags(note.tags);
        // If the heading contains the whole question, the text does not repeat it.
        let is_whole = note.fields.len() > 1 && first.chars().count() <= LONGEST_HEADING;
        for field in note.fields.iter().skip(usize::from(is_whole)) {
            page::read_field(field, number, &mut builder);
        }
    }
    Document { title, kind: DocumentKind::Deck, sections: builder.finish(), ..Document::default() }
}
