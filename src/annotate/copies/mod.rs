//! Finds copies and near-copies of sections and folds each group under one representative.
//!
//! Exact copies have the same hash of their words. Candidates for near-copies are found by MinHash over word
//! 5-grams (Broder, "On the resemblance and containment of documents", 1997) with banding (Leskovec, Rajaraman,
//! Ullman, "Mining of Massive Datasets", 3.4), and then compared by their sketches. A section is compared only with
//! representatives, so every section of a group is similar to its representative. The work for one section is bounded,
//! because the sizes of sketches and buckets are bounded. A bucket contains representatives that share a band.

mod bands;
mod buckets;
mod fold;
mod shingles;

pub use bands::BandKeys;
pub use buckets::BUCKET;
pub use fold::{CopyFold, FoldComparison, Representative};
pub use shingles::{MinHashSignature, ShingleSketch};
pub(crate) use shingles::{fingerprint, signature};
