//! The entry point: looks a formula up in the cache, or lets a worker typeset it.

use super::cache::{FormulaCache, FormulaKey, size};
use super::formula::{FormulaDisplay, MathMl, TypesetError};
use super::render;
use super::workers::Workers;

/// The maximum bytes of the cache. The 7,246 different formulas of the test corpus, 27 repositories, take 3 MB.
const CACHE: usize = 8 * 1_024 * 1_024;

/// Typesets formulas for all requests, and remembers the results and the failures.
pub struct Typesetter {
    workers: Workers,
    cache: FormulaCache,
}

impl Default for Typesetter {
    fn default() -> Typesetter {
        Typesetter { workers: Workers::new(render::rendered), cache: FormulaCache::new(CACHE) }
    }
}

impl Typesetter {
    /// The formula `tex`, without its delimiters, as MathML.
    ///
    /// Blocks the caller: about 1 µs if the formula was typeset before, else mostly less than 100 µs, and never longer
    /// than one second. The formulas of one page should share a budget of time.
    ///
    /// # Errors
    ///
    /// See [`TypesetError`]. The result for a formula is always the same, except that it may also be
    /// [`TypesetError::Busy`].
    pub fn typeset(&self, tex: &str, display: FormulaDisplay) -> Result<MathMl, TypesetError> {
        let tex = tex.trim();
        if tex.len() > render::LONGEST {
            return Err(TypesetError::TooLong);
        }
        let key = FormulaKey::new(tex, display);
        if let Some(known) = self.cache.get(&key) {
            return known;
        }
        let result = self.workers.typeset(tex, display).map(|markup| MathMl(markup.into()));
        if result != Err(TypesetError::Busy) {
            self.cache.insert(key, result.clone(), size(&result));
        }
        result
    }
}
