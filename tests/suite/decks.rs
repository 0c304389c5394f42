//! Builds Anki decks for tests.

use std::io::{Cursor, Write};

/// An Anki collection with `notes`, each with its fields and its tags.
pub fn collection(notes: &[(&[&str], &str)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.anki2");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE col (id INTEGER, decks TEXT);
             INSERT INTO col VALUES (1, '{\"1\": {\"name\": \"Default\"}, \"7\": {\"name\": \"ML design\"}}');
             CREATE TABLE notes (id INTEGER PRIMARY KEY, tags TEXT, flds TEXT);",
        )
        .unwrap();
    for (fields, tags) in notes {
        let row = (*tags, fields.join("\u{1f}"));
        database.execute("INSERT INTO notes (tags, flds) VALUES (?1, ?2)", row).unwrap();
    }
    drop(database);
    std::fs::read(path).unwrap()
}

/// An `.apkg` file with `collection` under this `name`.
pub fn package(name: &str, collection: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(collection).unwrap();
    archive.finish().unwrap().into_inner()
}
