//! The bands of a signature as small keys, by which candidates for near-copies are found.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::shingles::{BANDS, MinHashSignature, mixed};

/// A key for each band of a signature. Bands at different positions have different keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandKeys(pub(super) [u32; BANDS]);

impl BandKeys {
    /// The keys of the bands of `signature`.
    pub fn of(signature: &MinHashSignature) -> BandKeys {
        let mut keys = [0; BANDS];
        for (band, (key, hash)) in keys.iter_mut().zip(signature.0).enumerate() {
            *key = (mixed(hash ^ band as u64) >> 32) as u32;
        }
        BandKeys(keys)
    }
}

// Encoded as bytes, because refreshes decode the keys of all sections.
impl Serialize for BandKeys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = [0; BANDS * size_of::<u32>()];
        for (part, key) in bytes.chunks_exact_mut(size_of::<u32>()).zip(self.0) {
            part.copy_from_slice(&key.to_le_bytes());
        }
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for BandKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        let (parts, rest) = bytes.as_chunks();
        if parts.len() != BANDS || !rest.is_empty() {
            return Err(Error::invalid_length(bytes.len(), &"four bytes for each band"));
        }
        let mut keys = [0; BANDS];
        for (key, part) in keys.iter_mut().zip(parts) {
            *key = u32::from_le_bytes(*part);
        }
        Ok(BandKeys(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_as_they_were_encoded() {
        let keys = BandKeys::of(&MinHashSignature([7; BANDS]));
        let bytes = postcard::to_stdvec(&keys).unwrap();
        assert_eq!(postcard::from_bytes::<BandKeys>(&bytes).unwrap(), keys);
        assert!(postcard::from_bytes::<BandKeys>(&[4, 1, 2, 3, 4]).is_err());
        let mut distinct = keys.0.to_vec();
        distinct.dedup();
        assert_eq!(distinct.len(), BANDS, "the same hash at other positions");
    }
}
