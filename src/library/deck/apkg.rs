//! Anki's package: a zip archive with an SQLite database of schema 11, which every version of Anki imports. Tables
//! and fields follow Anki's source code (rslib, storage/schema11.sql).

use std::collections::HashSet;
use std::io::{Cursor, Write};

use rusqlite::{Connection, MAIN_DB, params};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::FlashCard;
use crate::printable::strip;

/// The version of the database schema.
const VERSION: i64 = 11;
/// The id of the note type, the same in all exports.
const MODEL: i64 = 1_767_000_000_000;
/// The creation time of all rows (Unix, seconds). It is a constant, so that the same cards give the same bytes.
const MADE: i64 = 1_767_225_600;
/// The lowest id of a note or deck. Anki's ids are creation times in milliseconds since 1970.
const FIRST_ID: i64 = 1_500_000_000_000;
/// The number of different ids: the milliseconds of 2,000 days.
const SPAN: u64 = 172_800_000_000;

const TABLES: &str = "
create table col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
  ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
  models text not null, decks text not null, dconf text not null, tags text not null);
create table notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
  usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
  flags integer not null, data text not null);
create table cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
  mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null,
  ivl integer not null, factor integer not null, reps integer not null, lapses integer not null,
  left integer not null, odue integer not null, odid integer not null, flags integer not null, data text not null);
create table revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
  ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null, type integer not null);
create table graves (usn integer not null, oid integer not null, type integer not null);
create index ix_notes_csum on notes (csum);
create index ix_cards_nid on cards (nid);
create index ix_cards_sched on cards (did, queue, due);
";

const STYLE: &str = ".card { font: 18px/1.5 sans-serif; max-width: 40em; margin: 0 auto; text-align: left; }\n\
    small { color: #777; }";

/// The package with `cards` in the deck `name`; `::` separates a deck from its parent. O(length).
///
/// `Err` if SQLite or the archive fails, which only a lack of memory should cause.
pub fn apkg(name: &str, cards: &[FlashCard]) -> anyhow::Result<Vec<u8>> {
    let database = Connection::open_in_memory()?;
    database.execute_batch(TABLES)?;
    let name = strip(name);
    let deck = number(&name);
    let collection = params![
        1,
        MADE,
        MADE * 1000,
        MADE * 1000,
        VERSION,
        0,
        0,
        0,
        json!({ "nextPos": 1, "curDeck": deck }).to_string(),
        json!({ MODEL.to_string(): model(deck) }).to_string(),
        json!({ "1": in_decks(1, "Default"), deck.to_string(): in_decks(deck, &name) }).to_string(),
        json!({ "1": settings() }).to_string(),
        "{}",
    ];
    database.execute("insert into col values (?,?,?,?,?,?,?,?,?,?,?,?,?)", collection)?;
    let mut taken = HashSet::new();
    for (card, place) in cards.iter().zip(1_i64..) {
        let mut id = number(&card.id);
        while !taken.insert(id) {
            id += 1;
        }
        insert(&database, card, id, deck, place)?;
    }
    let bytes = database.serialize(MAIN_DB)?;
    archive(&bytes)
}

/// Inserts `card` as a note, with one card of Anki for this note.
fn insert(
    database: &Connection,
    card: &FlashCard,
    id: i64,
    deck: i64,
    place: i64,
) -> rusqlite::Result<()> {
    let fields = card.fields();
    let joined = fields.join("\u{1f}");
    let tags = format!(" {} ", card.tags());
    let note = params![
        id,
        card.guid(),
        MODEL,
        MADE,
        -1,
        tags,
        joined,
        fields[0],
        checksum(&card.front),
        0,
        ""
    ];
    database.execute("insert into notes values (?,?,?,?,?,?,?,?,?,?,?)", note)?;
    let row = params![id, id, deck, 0, MADE, -1, 0, 0, place, 0, 0, 0, 0, 0, 0, 0, 0, ""];
    database.execute("insert into cards values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", row)?;
    Ok(())
}

/// The id for `name`; the same name always has the same id.
fn number(name: &str) -> i64 {
    let hash = blake3::hash(name.as_bytes());
    let number = hash.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
    FIRST_ID + i64::try_from(number % SPAN).unwrap_or(0)
}

/// The first four bytes of the SHA-1 of `first`, as a number. Anki uses it to find notes with the same first field.
fn checksum(first: &str) -> i64 {
    let hash = Sha1::digest(first.as_bytes());
    hash.first_chunk().map_or(0, |first| i64::from(u32::from_be_bytes(*first)))
}

/// The note type: front, back, source.
fn model(deck: i64) -> Value {
    let field = |(place, name): (usize, &str)| json!({ "name": name, "ord": place, "font": "Arial", "size": 20, "media": [], "rtl": false, "sticky": false });
    let fields: Vec<Value> =
        ["Front", "Back", "Source"].into_iter().enumerate().map(field).collect();
    json!({
        "id": MODEL, "name": "Cairn", "type": 0, "mod": MADE, "usn": -1, "sortf": 0, "did": deck,
        "flds": fields, "css": STYLE, "latexPre": "", "latexPost": "", "tags": [], "vers": [],
        "req": [[0, "any", [0]]],
        "tmpls": [{
            "name": "Card 1", "ord": 0, "did": null, "bqfmt": "", "bafmt": "", "qfmt": "{{Front}}",
            "afmt": "{{FrontSide}}<hr id=answer>{{Back}}<p><small>{{Source}}</small>"
        }]
    })
}

fn in_decks(id: i64, name: &str) -> Value {
    json!({
        "id": id, "name": name, "mod": MADE, "usn": -1, "desc": "", "dyn": 0, "conf": 1, "collapsed": false,
        "extendNew": 10, "extendRev": 50, "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0],
        "timeToday": [0, 0]
    })
}

/// Anki's default settings for a new deck.
fn settings() -> Value {
    json!({
        "id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "autoplay": true, "timer": 0, "replayq": true,
        "new": { "delays": [1, 10], "ints": [1, 4, 7], "initialFactor": 2500, "order": 1, "perDay": 20, "bury": true },
        "rev": { "perDay": 200, "ease4": 1.3, "fuzz": 0.05, "ivlFct": 1, "maxIvl": 36500, "bury": true },
        "lapse": { "delays": [10], "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 0 }
    })
}

fn archive(collection: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    archive.start_file("collection.anki2", options)?;
    archive.write_all(collection)?;
    archive.start_file("media", options)?;
    archive.write_all(b"{}")?;
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::super::card::tests::card;
    use super::*;

    #[test]
    fn a_package_can_be_read_back_and_is_deterministic() {
        let cards = [card("a", "Position bias: what is it?"), card("b", "A & B?")];
        let bytes = apkg("Cairn::Bias", &cards).unwrap();
        assert_eq!(bytes, apkg("Cairn::Bias", &cards).unwrap());
        let read = crate::extract::extract("apkg", &bytes);
        let document = read.document.unwrap();
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        assert_eq!(document.sections.len(), 2);
        assert_eq!(document.sections[1].headings, ["A & B?"]);
        assert!(document.sections[0].text.contains("- a <b>"), "{:?}", document.sections[0].text);
        assert_eq!(document.sections[0].tags, ["position-bias", "cairn"]);
    }

    #[test]
    fn ids_differ_and_have_the_length_of_anki_ids() {
        let (first, second) = (number("a"), number("b"));
        assert_ne!(first, second);
        assert!([first, second].iter().all(|id| id.to_string().len() == 13));
        assert!(checksum("Front") > 0);
    }
}
