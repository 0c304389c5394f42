//! Builds tarballs entry by entry from raw header bytes, so that a test can make what no honest
//! tool writes: escaping paths, links, devices, false sizes, names that are not text.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

const BLOCK: usize = 512;
const LONGEST_NAME: usize = 100;
/// Tar readers and writers work in records of this size; git fills the last one up.
const RECORD: usize = 20 * BLOCK;
/// Above this a size no longer fits in eleven octal digits.
const LARGEST_OCTAL: u64 = 0o777_7777_7777;
/// One date for all entries, so that the same files give the same bytes.
const DATE: u64 = 1_700_000_000;

/// A tarball in the making. Entries stay as given and in the order given, duplicates too.
#[derive(Clone)]
pub struct RawArchive {
    tar: Vec<u8>,
}

/// One header's fields; tests may use it directly through `RawArchive::entry`.
#[derive(Clone, Copy)]
pub struct RawEntry<'a> {
    pub name: &'a [u8],
    /// The type flag, such as `b'0'` for a file or `b'2'` for a symlink.
    pub kind: u8,
    pub mode: u32,
    pub link: &'a [u8],
    pub body: &'a [u8],
    /// The size the header claims; the body's own if `None`.
    pub declared: Option<u64>,
    pub device: (u32, u32),
}

/// Starts a tarball with the pax global header for `sha`; with an empty one there is no header.
pub fn raw_archive(sha: &str) -> RawArchive {
    let builder = RawArchive { tar: Vec::new() };
    if sha.is_empty() {
        return builder;
    }
    let comment = pax_record(b"comment", sha.as_bytes());
    builder.entry(RawEntry {
        kind: b'g',
        mode: 0o666,
        ..RawEntry::new(b"pax_global_header", &comment)
    })
}

impl<'a> RawEntry<'a> {
    /// A plain file, as a starting point.
    pub fn new(name: &'a [u8], body: &'a [u8]) -> RawEntry<'a> {
        RawEntry { name, kind: b'0', mode: 0o664, link: b"", body, declared: None, device: (0, 0) }
    }
}

impl RawArchive {
    pub fn file(self, name: impl AsRef<[u8]>, body: &[u8]) -> RawArchive {
        self.entry(RawEntry::new(name.as_ref(), body))
    }

    pub fn folder(self, name: impl AsRef<[u8]>) -> RawArchive {
        self.entry(RawEntry { kind: b'5', mode: 0o775, ..RawEntry::new(name.as_ref(), b"") })
    }

    pub fn symlink(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> RawArchive {
        self.entry(RawEntry {
            kind: b'2',
            mode: 0o777,
            link: target.as_ref(),
            ..RawEntry::new(name.as_ref(), b"")
        })
    }

    pub fn hard_link(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> RawArchive {
        self.entry(RawEntry {
            kind: b'1',
            link: target.as_ref(),
            ..RawEntry::new(name.as_ref(), b"")
        })
    }

    pub fn char_device(self, name: impl AsRef<[u8]>, major: u32, minor: u32) -> RawArchive {
        self.entry(RawEntry {
            kind: b'3',
            device: (major, minor),
            ..RawEntry::new(name.as_ref(), b"")
        })
    }

    pub fn fifo(self, name: impl AsRef<[u8]>) -> RawArchive {
        self.entry(RawEntry { kind: b'6', ..RawEntry::new(name.as_ref(), b"") })
    }

    /// A file whose header claims `declared` bytes, whatever the body has.
    pub fn sized(self, name: impl AsRef<[u8]>, declared: u64, body: &[u8]) -> RawArchive {
        self.entry(RawEntry { declared: Some(declared), ..RawEntry::new(name.as_ref(), body) })
    }

    /// A pax header for the next entry: records such as `path`, `linkpath` or `size`.
    pub fn pax(self, records: &[(&str, &[u8])]) -> RawArchive {
        let records = records.iter().flat_map(|(key, value)| pax_record(key.as_bytes(), value));
        let records: Vec<u8> = records.collect();
        self.entry(RawEntry { kind: b'x', ..RawEntry::new(b"pax_header", &records) })
    }

    /// Any entry. A name longer than its field goes into a pax header, as git does it.
    pub fn entry(self, entry: RawEntry<'_>) -> RawArchive {
        let mut builder = self;
        if entry.name.len() > LONGEST_NAME {
            builder = builder.pax(&[("path", entry.name)]);
        }
        builder.tar.extend(header(&entry));
        builder.tar.extend(entry.body);
        builder.pad(BLOCK);
        builder
    }

    /// Bytes as they are, with no header of their own.
    pub fn junk(mut self, bytes: &[u8]) -> RawArchive {
        self.tar.extend(bytes);
        self
    }

    /// The tarball so far, neither ended nor compressed.
    pub fn tar(self) -> Vec<u8> {
        self.tar
    }

    /// Ends the tarball and compresses it.
    pub fn finish(mut self) -> Vec<u8> {
        self.tar.extend([0; 2 * BLOCK]);
        self.pad(RECORD);
        self.finish_open()
    }

    /// Compresses what is there, without the blocks that end a tarball.
    pub fn finish_open(self) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&self.tar).expect("a vector takes every write");
        gzip.finish().expect("a vector takes every write")
    }

    fn pad(&mut self, block: usize) {
        let length = self.tar.len().next_multiple_of(block);
        self.tar.resize(length, 0);
    }
}

fn header(entry: &RawEntry<'_>) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    put(&mut header[..LONGEST_NAME], entry.name);
    put(&mut header[100..108], &octal(entry.mode.into(), 7));
    put(&mut header[108..116], &octal(0, 7));
    put(&mut header[116..124], &octal(0, 7));
    put_size(&mut header[124..136], entry.declared.unwrap_or(entry.body.len() as u64));
    put(&mut header[136..148], &octal(DATE, 11));
    put(&mut header[148..156], b"        ");
    header[156] = entry.kind;
    put(&mut header[157..257], entry.link);
    put(&mut header[257..265], b"ustar\x0000");
    put(&mut header[265..297], b"root");
    put(&mut header[297..329], b"root");
    put(&mut header[329..337], &octal(entry.device.0.into(), 7));
    put(&mut header[337..345], &octal(entry.device.1.into(), 7));
    // The sum is taken with its own field full of spaces.
    let sum = header.iter().map(|byte| u64::from(*byte)).sum();
    let sum = octal(sum, 7);
    put(&mut header[148..155], &sum);
    header[155] = 0;
    header
}

fn put(field: &mut [u8], bytes: &[u8]) {
    let length = bytes.len().min(field.len());
    field[..length].copy_from_slice(&bytes[..length]);
}

fn put_size(field: &mut [u8], size: u64) {
    if size <= LARGEST_OCTAL {
        return put(field, &octal(size, 11));
    }
    // GNU's form for large numbers: the first bit set, then the number in binary.
    field[0] = 0x80;
    field[4..].copy_from_slice(&size.to_be_bytes());
}

fn octal(number: u64, digits: usize) -> Vec<u8> {
    format!("{number:0digits$o}").into_bytes()
}

/// `LENGTH KEY=VALUE\n`, where the length counts its own digits too.
fn pax_record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    [length.to_string().as_bytes(), b" ", key, b"=", value, b"\n"].concat()
}
