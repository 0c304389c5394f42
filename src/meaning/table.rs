//! The table of vectors of word pieces, and its file.

use std::borrow::Cow;
use std::sync::OnceLock;

use fearless_simd::{Level, Simd, dispatch};
use thiserror::Error;

use super::numbers::PieceNumbers;
use crate::config::DataFiles;

/// The number of components of a vector.
pub const DIMENSIONS: usize = 128;
/// The file, relative to the folder of data files.
const FILE: &str = "meaning/table.bin";
/// The first bytes of the file. They include the version of its format.
const MAGIC: &[u8; 8] = b"CAIRNMT1";
/// The length of everything before the rows.
const HEAD: usize = 16;
/// The length of the factor of a row.
const SCALE: usize = 2;
/// The length of a row with its factor.
const ROW: usize = SCALE + DIMENSIONS;
/// The length of the checksum at the end of the file.
const CHECKSUM: usize = blake3::OUT_LEN;
/// So many rows have sums that fit into 32 bits: 256 · 65,535 · 128 is below 2^31.
const ROWS_IN_32_BITS: usize = 256;
/// A table has at most this many bytes.
const MOST_BYTES: usize = 8 << 20;

/// What is wrong with a table.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MeaningError {
    #[error("its first bytes are not those of a table of word vectors of this version")]
    Format,
    #[error("it is truncated or damaged: its checksum is not that of its content")]
    Checksum,
    #[error("its vectors have {found} components, not {DIMENSIONS}")]
    Dimensions { found: usize },
    #[error("it has more than {MOST_BYTES} bytes")]
    Size,
}

/// A vector for each word piece. Keeps the bytes of its file, and from the first look-up on an index of the pieces.
pub struct MeaningTable {
    bytes: Cow<'static, [u8]>,
    pieces: usize,
    numbers: OnceLock<PieceNumbers>,
    /// The instructions that this processor has to add up rows.
    level: Level,
}

impl std::fmt::Debug for MeaningTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MeaningTable({})", self.version())
    }
}

impl MeaningTable {
    /// The table of `sources`; if there is none, the one inside the program.
    ///
    /// Reads the file. `Err` names the file and what is wrong with it. The checksum of the table inside the program is
    /// not computed, because that would delay every command; a test does it.
    pub fn load(sources: &DataFiles) -> anyhow::Result<MeaningTable> {
        let own = match sources.folder() {
            Some(_) => sources.read(FILE)?,
            None => None,
        };
        let (name, table) = match own {
            Some(bytes) => (sources.name_of(FILE), MeaningTable::parse(bytes)),
            None => {
                let bytes = DataFiles::compiled(FILE).unwrap_or_default();
                (DataFiles::Compiled.name_of(FILE), MeaningTable::of(bytes))
            }
        };
        table.map_err(|error| anyhow::Error::new(error).context(format!("{name} can't be used")))
    }

    /// Checks the table that [`MeaningTable::load`] would load, with its checksum. Reads the file.
    pub fn check(sources: &DataFiles) -> anyhow::Result<()> {
        let (from, bytes) = match sources.read(FILE)? {
            Some(bytes) => (sources, bytes),
            None => (&DataFiles::Compiled, DataFiles::Compiled.read(FILE)?.unwrap_or_default()),
        };
        let name = from.name_of(FILE);
        let checked = MeaningTable::parse(bytes).map(drop);
        checked.map_err(|error| anyhow::Error::new(error).context(format!("{name} can't be used")))
    }

    /// Reads a table from the bytes of its file. `sources/meaning/README.md` describes the format. O(bytes).
    pub fn parse(bytes: Vec<u8>) -> Result<MeaningTable, MeaningError> {
        if bytes.len() > MOST_BYTES {
            return Err(MeaningError::Size);
        }
        if !bytes.starts_with(MAGIC) {
            return Err(MeaningError::Format);
        }
        let (content, checksum) =
            bytes.split_last_chunk::<CHECKSUM>().ok_or(MeaningError::Checksum)?;
        if blake3::hash(content).as_bytes() != checksum {
            return Err(MeaningError::Checksum);
        }
        let table = MeaningTable::of(bytes.into())?;
        // Reads all names, so that an invalid one is found now.
        if table.names().count() != table.pieces {
            return Err(MeaningError::Format);
        }
        Ok(table)
    }

    /// The table of `bytes`, whose checksum was verified.
    fn of(bytes: Cow<'static, [u8]>) -> Result<MeaningTable, MeaningError> {
        let head = bytes.get(MAGIC.len()..HEAD).ok_or(MeaningError::Format)?;
        let number = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let (found, pieces) = (number(0), number(4) | number(6) << 16);
        if found != DIMENSIONS {
            return Err(MeaningError::Dimensions { found });
        }
        let rows = pieces.checked_mul(ROW).and_then(|rows| rows.checked_add(HEAD + CHECKSUM));
        if rows.is_none_or(|least| bytes.len() < least) {
            return Err(MeaningError::Format);
        }
        Ok(MeaningTable { bytes, pieces, numbers: OnceLock::new(), level: Level::new() })
    }

    /// The version: 16 hexadecimal digits of the checksum. Vectors of different tables can't be compared.
    pub fn version(&self) -> String {
        let checksum = self.bytes.len().saturating_sub(CHECKSUM);
        let digits = self.bytes[checksum..].iter().take(8).map(|byte| format!("{byte:02x}"));
        digits.collect()
    }

    /// Whether the table has a vector for the whole word `word`.
    pub fn has_word(&self, word: &str) -> bool {
        self.find(&word.to_lowercase()).is_some()
    }

    /// The number of `piece`.
    pub(super) fn find(&self, piece: &str) -> Option<u32> {
        self.numbers.get_or_init(|| PieceNumbers::new(self.names())).find(piece)
    }

    /// The pieces in the order of their numbers. Ends at the first that can't be read.
    fn names(&self) -> impl Iterator<Item = &str> {
        let end = self.bytes.len() - CHECKSUM;
        let mut rest = &self.bytes[HEAD + self.pieces * ROW..end];
        std::iter::from_fn(move || {
            let (length, more) = rest.split_first()?;
            let (name, more) = more.split_at_checked(usize::from(*length))?;
            rest = more;
            std::str::from_utf8(name).ok()
        })
    }

    /// The sum of the rows of the pieces `numbers`. O(pieces).
    pub(super) fn sum(&self, numbers: &[u32]) -> [i64; DIMENSIONS] {
        let mut sum = [0; DIMENSIONS];
        for numbers in numbers.chunks(ROWS_IN_32_BITS) {
            // Compiled once for each level: with wide registers, a row takes a fifth of the time.
            let part = dispatch!(self.level, simd => simd.vectorize(
                #[inline(always)]
                || self.small_sum(numbers)
            ));
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += i64::from(part));
        }
        sum
    }

    /// The sum of the rows of at most [`ROWS_IN_32_BITS`] pieces.
    #[inline(always)]
    fn small_sum(&self, numbers: &[u32]) -> [i32; DIMENSIONS] {
        let mut sum = [0; DIMENSIONS];
        for number in numbers {
            let from = HEAD + *number as usize * ROW;
            let Some(row) = self.bytes.get(from..from + ROW) else { continue };
            let scale = i32::from(u16::from_le_bytes([row[0], row[1]]));
            for (sum, component) in sum.iter_mut().zip(&row[SCALE..]) {
                *sum += scale * i32::from(component.cast_signed());
            }
        }
        sum
    }
}

/// The bytes of a table with these `pieces`: each with its scale and the first components of its row.
#[cfg(test)]
pub(crate) fn table_bytes(pieces: &[(&str, u16, &[i8])]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend((DIMENSIONS as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend((pieces.len() as u32).to_le_bytes());
    for (_, scale, components) in pieces {
        bytes.extend(scale.to_le_bytes());
        let at = |at: usize| components.get(at).copied().unwrap_or(0).cast_unsigned();
        bytes.extend((0..DIMENSIONS).map(at));
    }
    for (piece, ..) in pieces {
        bytes.push(piece.len() as u8);
        bytes.extend(piece.as_bytes());
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_inside_the_program_is_intact() {
        let bytes = DataFiles::compiled(FILE).unwrap().into_owned();
        let table = MeaningTable::parse(bytes).unwrap();
        assert!(table.has_word("drift"));
        assert_eq!(table.version(), MeaningTable::load(&DataFiles::Compiled).unwrap().version());
    }

    #[test]
    fn a_damaged_table_is_refused() {
        let bytes = table_bytes(&[("late", 2, &[10, -3])]);
        let error = |bytes: &[u8]| MeaningTable::parse(bytes.to_vec()).unwrap_err();
        for length in 0..bytes.len() {
            let expected =
                if length < MAGIC.len() { MeaningError::Format } else { MeaningError::Checksum };
            assert_eq!(error(&bytes[..length]), expected);
        }
        for at in MAGIC.len()..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(error(&changed), MeaningError::Checksum);
        }
        assert_eq!(error(&vec![0; MOST_BYTES + 1]), MeaningError::Size);
    }

    #[test]
    fn a_table_whose_content_lies_about_its_length_is_refused() {
        let resealed = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = table_bytes(&[("late", 2, &[10, -3])]);
            bytes.truncate(bytes.len() - CHECKSUM);
            change(&mut bytes);
            let hash = blake3::hash(&bytes);
            bytes.extend(hash.as_bytes());
            MeaningTable::parse(bytes).map(drop)
        };
        assert_eq!(resealed(&|_| ()), Ok(()));
        assert_eq!(resealed(&|bytes| bytes[12] = 255), Err(MeaningError::Format));
        assert_eq!(resealed(&|bytes| bytes[15] = 255), Err(MeaningError::Format));
        assert_eq!(resealed(&|bytes| bytes[8] = 64), Err(MeaningError::Dimensions { found: 64 }));
        assert_eq!(resealed(&|bytes| bytes.push(0)), Err(MeaningError::Format));
    }
}
