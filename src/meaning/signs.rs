//! Shortens a vector to bits: the signs of its components after a fixed rotation.
//!
//! Vectors that are near each other have mostly equal signs (M. Charikar, "Similarity estimation techniques from rounding
//! algorithms", STOC 2002). Without the rotation, the first components, which vary most, would count no more than the
//! others. The rotation is that of N. Ailon, B. Chazelle, "The fast Johnson–Lindenstrauss transform", SIAM Journal on Computing 39(1),
//! 2009: random signs, then a Hadamard transform, here twice. It needs only additions.

use super::table::DIMENSIONS;
use super::vector::MeaningVector;

/// The number of 64-bit words of [`SignBits`].
pub const SIGN_WORDS: usize = 4;
/// The number of bits that one rotation gives, in words.
const ROTATION_WORDS: usize = DIMENSIONS / 64;
/// The number of rotations.
const ROTATIONS: usize = SIGN_WORDS / ROTATION_WORDS;
/// The seed of the random signs. Another seed would make all stored bits useless.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// The signs of a vector after the rotations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignBits(pub [u64; SIGN_WORDS]);

impl SignBits {
    /// The number of bits.
    pub const BITS: u64 = 64 * SIGN_WORDS as u64;

    /// The signs of `vector`. O(dimensions · log dimensions).
    pub fn of(vector: &MeaningVector) -> SignBits {
        let mut random = SEED;
        let mut bits = [0; SIGN_WORDS];
        for part in bits.chunks_exact_mut(ROTATION_WORDS).take(ROTATIONS) {
            let mut rotated = vector.components.map(i32::from);
            for _ in 0..2 {
                flip(&mut rotated, &mut random);
                hadamard(&mut rotated);
            }
            for (word, components) in part.iter_mut().zip(rotated.chunks_exact(64)) {
                *word = (0..64).fold(0, |word, at| word | u64::from(components[at] > 0) << at);
            }
        }
        SignBits(bits)
    }
}

/// Changes the sign of each component with a probability of one half.
fn flip(components: &mut [i32; DIMENSIONS], random: &mut u64) {
    for part in components.chunks_mut(64) {
        let signs = next(random);
        for (at, component) in part.iter_mut().enumerate() {
            if signs >> at & 1 != 0 {
                *component = -*component;
            }
        }
    }
}

/// The next number of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(SEED);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// The Walsh–Hadamard transform, in place. Components grow by the factor [`DIMENSIONS`] at most; twice, an `i8` becomes
/// at most 2^21.
fn hadamard(components: &mut [i32; DIMENSIONS]) {
    let mut width = 1;
    while width < DIMENSIONS {
        for pair in components.chunks_exact_mut(2 * width) {
            let (low, high) = pair.split_at_mut(width);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        width *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &MeaningVector, b: &MeaningVector) -> u32 {
        let (a, b) = (SignBits::of(a), SignBits::of(b));
        a.0.iter().zip(b.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    fn vector(seed: u64) -> MeaningVector {
        let mut random = seed;
        MeaningVector { components: std::array::from_fn(|_| next(&mut random) as i8) }
    }

    #[test]
    fn near_vectors_have_nearly_equal_signs_and_opposite_ones_differ_in_all() {
        let first = vector(7);
        let mut near = first;
        near.components[..12].fill(0);
        let opposite = MeaningVector { components: first.components.map(|c| c.saturating_neg()) };
        assert!(distance(&first, &near) < 50);
        assert!(distance(&first, &opposite) > 240);
        let other = distance(&first, &vector(8));
        assert!((90..166).contains(&other), "{other}");
    }

    #[test]
    fn the_rotation_keeps_angles() {
        // The share of differing bits is the angle divided by π.
        let (mut measured, mut expected) = (0.0, 0.0);
        for seed in 0..200 {
            let (a, mut b) = (vector(seed), vector(seed + 1_000));
            let half = DIMENSIONS / 2;
            b.components[..half].copy_from_slice(&a.components[..half]);
            measured += f64::from(distance(&a, &b)) / 256.0;
            expected += f64::from(a.cosine(&b)).acos() / std::f64::consts::PI;
        }
        assert!((measured / expected - 1.0).abs() < 0.02, "{measured} {expected}");
    }
}
