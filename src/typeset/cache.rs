//! The results of earlier calls, by the formula.

use super::formula::{FormulaDisplay, MathMl, TypesetError, VERSION};
use crate::recent::RecentCache;

/// What a formula became.
type CachedFormula = Result<MathMl, TypesetError>;

/// Identifies a formula: a hash that authors can't forge.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FormulaKey([u8; 32]);

impl FormulaKey {
    /// The key of `tex` for the current renderer.
    pub fn new(tex: &str, display: FormulaDisplay) -> FormulaKey {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        hasher.update(&[u8::from(display == FormulaDisplay::Block)]);
        hasher.update(tex.as_bytes());
        FormulaKey(*hasher.finalize().as_bytes())
    }
}

/// The most recently used formulas.
pub(super) type FormulaCache = RecentCache<FormulaKey, CachedFormula>;

/// The bytes that `formula` uses in the cache.
pub(super) fn size(formula: &CachedFormula) -> usize {
    match formula {
        Ok(markup) => markup.as_str().len(),
        Err(TypesetError::Invalid(message)) => message.len(),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_depends_on_text_and_display() {
        let inline = FormulaKey::new("x", FormulaDisplay::Inline);
        assert!(inline == FormulaKey::new("x", FormulaDisplay::Inline));
        assert!(inline != FormulaKey::new("x", FormulaDisplay::Block));
        assert!(inline != FormulaKey::new("y", FormulaDisplay::Inline));
    }
}
