//! `texts/` of a generation: the documents that may be shown in full, as their authors wrote them.
//!
//! A document's key decides in which file its text is. So a change of one document changes one file, and the next
//! generation shares the others with this one. A file begins with the length of its table (4 bytes, little-endian) and
//! the table; the compressed texts follow, each with a checksum. A reader decompresses one text at a time.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::extract::reading::ReadingText;

/// The folder of the files.
pub(crate) const TEXTS: &str = "texts";
/// The file in this folder with a hash of what each of the others is made of.
const HASHES: &str = "hashes.bin";
/// The version of the form of the files.
const VERSION: u32 = 1;
/// The average number of texts in a file is between this number and its double, unless there are very many.
const IN_A_FILE: usize = 64;
/// The maximum number of files.
const MOST_FILES: usize = 256;
/// The level of compression. Higher levels gain a tenth of the size and take several times as long.
const LEVEL: i32 = 3;
/// A table with more bytes is damaged.
const LONGEST_TABLE: usize = 64 * 1_024 * 1_024;
/// A text with more bytes is damaged.
const LONGEST_TEXT: usize = 64 * 1_024 * 1_024;

/// A document whose text belongs to a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WantedText {
    /// The key of the document.
    pub key: u64,
    /// A hash of everything that the text depends on.
    pub identity: u64,
    /// The index of the document's item.
    pub item: usize,
}

/// An entry of a file's table.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct TextEntry {
    key: u64,
    identity: u64,
    /// The length of the compressed text, in bytes.
    bytes: u32,
}

/// Writes the texts of the documents `wanted` into the folder `building`. `make` returns the text of an item; `None` if
/// it has none. `previous` is the folder of the previous generation, if it is intact: files and texts that did not change
/// are taken from there. The same texts give the same files.
pub(crate) fn write(
    building: &Path,
    mut wanted: Vec<WantedText>,
    previous: Option<&Path>,
    mut make: impl FnMut(usize) -> anyhow::Result<Option<ReadingText>>,
) -> anyhow::Result<()> {
    let folder = building.join(TEXTS);
    disk::create_folder(&folder)?;
    wanted.sort_unstable_by_key(|text| text.key);
    let files = divided(&wanted);
    let hashes: Vec<[u8; 32]> = files.iter().map(|texts| hash(texts)).collect();
    let previous = previous.map(|previous| previous.join(TEXTS));
    let known = previous.as_deref().map(known_hashes).unwrap_or_default();
    let texts = previous.as_deref().map(|folder| GenerationTexts::in_folder(folder.to_owned()));
    for (number, wanted) in files.iter().enumerate() {
        let path = folder.join(name(number));
        let is_known = known.len() == hashes.len() && known[number] == hashes[number];
        let same = previous.as_ref().filter(|_| is_known);
        if same.is_some_and(|previous| disk::share(&previous.join(name(number)), &path)) {
            continue;
        }
        // The same document is in the file of the same number unless the number of files changed.
        let before = texts.as_ref().filter(|_| known.len() == hashes.len());
        let before =
            before.and_then(|texts| OpenTexts::open(&texts.folder.join(name(number))).ok());
        write_file(&path, wanted, before, &mut make)?;
    }
    Ok(disk::write(&folder.join(HASHES), &postcard::to_stdvec(&hashes)?)?)
}

fn write_file(
    path: &Path,
    wanted: &[WantedText],
    mut before: Option<OpenTexts>,
    make: &mut impl FnMut(usize) -> anyhow::Result<Option<ReadingText>>,
) -> anyhow::Result<()> {
    let (mut table, mut body) = (Vec::new(), Vec::new());
    for text in wanted {
        let known = before.as_mut().and_then(|before| before.packed(text.key, Some(text.identity)));
        let packed = match known {
            // The previous file may have decayed since it was written.
            Some(packed) if unpacked(&packed).is_ok() => packed,
            _ => match make(text.item)? {
                Some(text) => packed(&text)?,
                None => continue,
            },
        };
        let bytes = u32::try_from(packed.len())?;
        table.push(TextEntry { key: text.key, identity: text.identity, bytes });
        body.extend(packed);
    }
    let table = postcard::to_stdvec(&table)?;
    let mut file = u32::try_from(table.len())?.to_le_bytes().to_vec();
    file.extend(table);
    file.extend(body);
    Ok(disk::write(path, &file)?)
}

/// `text` compressed, with a checksum.
fn packed(text: &ReadingText) -> anyhow::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    Ok(compressor.compress(&postcard::to_stdvec(text)?)?)
}

/// The text that is compressed in `packed`. `Err` if it is damaged.
fn unpacked(packed: &[u8]) -> anyhow::Result<ReadingText> {
    let bytes = zstd::bulk::decompress(packed, LONGEST_TEXT)?;
    Ok(postcard::from_bytes(&bytes)?)
}

/// The texts of each file.
fn divided(wanted: &[WantedText]) -> Vec<Vec<WantedText>> {
    let count = (wanted.len() / IN_A_FILE).clamp(1, MOST_FILES);
    // A power of two: when the number of texts grows, most changes do not change the number of files.
    let count = 1_usize << count.ilog2();
    let mut files = vec![Vec::new(); count];
    for text in wanted {
        files[file_of(text.key, count)].push(*text);
    }
    files
}

/// The number of the file with the document `key`, of `count` files.
fn file_of(key: u64, count: usize) -> usize {
    let [first, ..] = key.to_le_bytes();
    usize::from(first) % count
}

fn name(number: usize) -> String {
    format!("{number:03}.bin")
}

fn hash(texts: &[WantedText]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(&VERSION.to_le_bytes());
    for text in texts {
        hash.update(&text.key.to_le_bytes()).update(&text.identity.to_le_bytes());
    }
    *hash.finalize().as_bytes()
}

/// The hashes of the files in `folder`. Empty if they can't be read: the files are made again then.
fn known_hashes(folder: &Path) -> Vec<[u8; 32]> {
    let bytes = disk::read(&folder.join(HASHES)).unwrap_or_default();
    postcard::from_bytes(&bytes).unwrap_or_default()
}

/// The texts of an open generation.
#[derive(Clone, Debug)]
pub struct GenerationTexts {
    folder: PathBuf,
}

impl GenerationTexts {
    /// The texts of the generation in the folder `generation`. Reads nothing.
    pub fn of(generation: &Path) -> GenerationTexts {
        GenerationTexts::in_folder(generation.join(TEXTS))
    }

    fn in_folder(folder: PathBuf) -> GenerationTexts {
        GenerationTexts { folder }
    }

    /// The text of the document with the key `key`. `None` if the generation does not have it: because it may not be
    /// shown in full, because of its format, or because an earlier version of Cairn made the generation.
    ///
    /// Reads the table of a file, and one text. `Err` if a file can't be read or is damaged.
    pub fn read(&self, key: u64) -> anyhow::Result<Option<ReadingText>> {
        let count = known_hashes(&self.folder).len();
        if count == 0 {
            return Ok(None);
        }
        let path = self.folder.join(name(file_of(key, count)));
        let damaged = || format!("{} is damaged", path.display());
        let mut open = OpenTexts::open(&path)?;
        let Some(packed) = open.packed(key, None) else { return Ok(None) };
        Ok(Some(unpacked(&packed).with_context(damaged)?))
    }
}

/// An open file of texts.
struct OpenTexts {
    file: File,
    /// Sorted by key.
    table: Vec<TextEntry>,
    /// Where the first text begins.
    begin: u64,
}

impl OpenTexts {
    fn open(path: &Path) -> anyhow::Result<OpenTexts> {
        let read = || -> anyhow::Result<OpenTexts> {
            let mut file = File::open(path)?;
            let mut length = [0; 4];
            file.read_exact(&mut length)?;
            let length = u32::from_le_bytes(length) as usize;
            anyhow::ensure!(length <= LONGEST_TABLE, "its table is too long");
            let mut table = vec![0; length];
            file.read_exact(&mut table)?;
            Ok(OpenTexts { file, table: postcard::from_bytes(&table)?, begin: 4 + length as u64 })
        };
        read().with_context(|| format!("cannot read {}", path.display()))
    }

    /// The compressed text of the document `key`, if its identity is `identity` or that is not given. `None` if it is
    /// not in the file.
    fn packed(&mut self, key: u64, identity: Option<u64>) -> Option<Vec<u8>> {
        let at = self.table.binary_search_by_key(&key, |entry| entry.key).ok()?;
        let entry = self.table[at];
        if identity.is_some_and(|identity| identity != entry.identity) {
            return None;
        }
        let before: u64 = self.table[..at].iter().map(|entry| u64::from(entry.bytes)).sum();
        self.file.seek(SeekFrom::Start(self.begin + before)).ok()?;
        let mut packed = Vec::new();
        let read = (&mut self.file).take(u64::from(entry.bytes)).read_to_end(&mut packed).ok()?;
        (read as u64 == u64::from(entry.bytes)).then_some(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(count: usize, changed: Option<usize>) -> Vec<WantedText> {
        let key = |at: usize| crate::search::first_u64(&blake3::hash(&at.to_le_bytes()));
        let text = |item| WantedText {
            key: key(item),
            identity: if changed == Some(item) { 99 } else { 7 },
            item,
        };
        (0..count).map(text).collect()
    }

    fn text(item: usize) -> ReadingText {
        // Long enough for files to be shared, and not compressible.
        let words = (0..40).map(|word| blake3::hash(format!("{item} {word}").as_bytes()).to_hex());
        let markdown = words.map(|word| word.to_string()).collect();
        ReadingText { markdown, cells: Vec::new() }
    }

    #[test]
    fn texts_are_read_back_and_a_changed_one_changes_one_file() {
        let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let [one, two, clean] = folders.each_ref().map(|folder| folder.path());
        let count = 300;
        write(one, wanted(count, None), None, |item| Ok(Some(text(item)))).unwrap();
        let texts = GenerationTexts::of(one);
        for wanted in wanted(count, None) {
            assert_eq!(texts.read(wanted.key).unwrap(), Some(text(wanted.item)));
        }
        assert_eq!(texts.read(1).unwrap(), None);

        let mut made = Vec::new();
        let mut make = |item| {
            made.push(item);
            Ok(Some(ReadingText { markdown: "new".into(), ..text(item) }))
        };
        write(two, wanted(count, Some(5)), Some(one), &mut make).unwrap();
        assert_eq!(made, [5], "other texts are copied");
        let change = |item| {
            Ok(Some(if item == 5 {
                ReadingText { markdown: "new".into(), ..text(item) }
            } else {
                text(item)
            }))
        };
        write(clean, wanted(count, Some(5)), None, change).unwrap();
        let mut shared = 0;
        for number in 0..4 {
            let [one, two, clean] =
                [one, two, clean].map(|folder| folder.join(TEXTS).join(name(number)));
            assert_eq!(std::fs::read(&two).unwrap(), std::fs::read(&clean).unwrap());
            shared += usize::from(disk::is_same(&one, &two));
        }
        assert_eq!(shared, 3);
    }

    #[test]
    fn a_document_without_text_and_an_older_generation_have_none_and_damage_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let texts = GenerationTexts::of(folder.path());
        assert_eq!(texts.read(1).unwrap(), None, "an older generation");
        let one = WantedText { key: 1, identity: 0, item: 0 };
        write(folder.path(), vec![one], None, |_| Ok(None)).unwrap();
        assert_eq!(texts.read(1).unwrap(), None);
        write(folder.path(), vec![one], None, |item| Ok(Some(text(item)))).unwrap();
        let path = folder.path().join(TEXTS).join(name(0));
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&bytes[..bytes.len() - 3], b"xxx"].concat()).unwrap();
        assert!(texts.read(1).is_err());
        std::fs::write(&path, b"\xff\xff\xff\xff").unwrap();
        assert!(texts.read(1).is_err());
    }
}
