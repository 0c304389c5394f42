//! Builds tarballs entry by entry from raw header bytes, including entries that ordinary tools
//! don't write: escaping paths, links, devices, false sizes, names that are not UTF-8.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

const BLOCK: usize = 512;
const LONGEST_NAME: usize = 100;
/// Tar programs read and write records of this size; git pads the last one.
const RECORD: usize = 20 * BLOCK;
/// The largest size that fits in eleven octal digits.
const LARGEST_OCTAL: u64 = 0o777_7777_7777;
/// The date of all entries, so that the same files give the same bytes; Unix time in seconds.
const DATE: u64 = 1_700_000_000;

/// A builder of a tarball. It writes entries unchanged and in the given order, including duplicates.
#[derive(Clone)]
pub struct RawArchive {
    tar: Vec<u8>,
}

/// An entry: the fields of its header, and its body. For `RawArchive::entry`.
#[derive(Clone, Copy)]
pub struct RawEntry<'a> {
    pub name: &'a [u8],
    /// The type flag, such as `b'0'` for a file or `b'2'` for a symlink.
    pub kind: u8,
    pub mode: u32,
    pub link: &'a [u8],
    pub body: &'a [u8],
    /// The size in the header; if `None`, that of the body.
    pub declared: Option<u64>,
    pub device: (u32, u32),
}

/// Starts a tarball with a pax global header for `sha`, or without one if `sha` is empty.
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
    /// A regular file.
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

    /// A file whose header declares `declared` bytes, whatever the length of the body.
    pub fn sized(self, name: impl AsRef<[u8]>, declared: u64, body: &[u8]) -> RawArchive {
        self.entry(RawEntry { declared: Some(declared), ..RawEntry::new(name.as_ref(), body) })
    }

    /// A pax header for the next entry: records such as `path`, `linkpath` or `size`.
    pub fn pax(self, records: &[(&str, &[u8])]) -> RawArchive {
        let records = records.iter().flat_map(|(key, value)| pax_record(key.as_bytes(), value));
        let records: Vec<u8> = records.collect();
        self.entry(RawEntry { kind: b'x', ..RawEntry::new(b"pax_header", &records) })
    }

    /// Any entry. A name too long for its field is written in a pax header, as git does.
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

    /// Raw bytes without a header.
    pub fn junk(mut self, bytes: &[u8]) -> RawArchive {
        self.tar.extend(bytes);
        self
    }

    /// The tarball so far, uncompressed and without end blocks.
    pub fn tar(self) -> Vec<u8> {
        self.tar
    }

    /// Ends the tarball and compresses it.
    pub fn finish(mut self) -> Vec<u8> {
        self.tar.extend([0; 2 * BLOCK]);
        self.pad(RECORD);
        self.finish_open()
    }

    /// Compresses the tarball so far, without end blocks.
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
    // The checksum is computed with its own field filled with spaces.
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
    // GNU's form for large numbers: the first bit is set, and the number is binary.
    field[0] = 0x80;
    field[4..].copy_from_slice(&size.to_be_bytes());
}

fn octal(number: u64, digits: usize) -> Vec<u8> {
    format!("{number:0digits$o}").into_bytes()
}

/// `LENGTH KEY=VALUE\n`; the length includes its own digits.
fn pax_record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    [length.to_string().as_bytes(), b" ", key, b"=", value, b"\n"].concat()
}
