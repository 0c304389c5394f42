//! A formula's place, its MathML, and why it may have none.

use std::fmt;
use std::sync::Arc;

/// The version of the output. It changes whenever the same formula may give different MathML.
pub const VERSION: u32 = 1;

/// How a formula stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaDisplay {
    /// In a line of text.
    Inline,
    /// In a block of its own.
    Block,
}

/// A `<math>` element that is safe in a page, whatever the author of the formula wrote. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MathMl(pub(super) Arc<str>);

impl MathMl {
    /// The markup, which must not be escaped again.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a formula is not typeset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypesetError {
    /// The formula or its MathML is too long.
    TooLong,
    /// The formula is nested too deeply.
    TooDeep,
    /// The formula has a command that defines commands or writes to the terminal.
    Refused,
    /// The formula is not the TeX that the renderer knows. The message is the renderer's and may quote the author.
    Invalid(String),
    /// The renderer takes too long.
    Slow,
    /// The renderer panics.
    Panicked,
    /// All threads are busy. The same formula may be typeset later.
    Busy,
}

impl fmt::Display for TypesetError {
    fn fmt(&self, output: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypesetError::TooLong => output.write_str("the formula is too long"),
            TypesetError::TooDeep => output.write_str("the formula is nested too deeply"),
            TypesetError::Refused => output.write_str("the formula has a forbidden command"),
            TypesetError::Invalid(message) => write!(output, "the formula is invalid: {message}"),
            TypesetError::Slow => output.write_str("the formula takes too long"),
            TypesetError::Panicked => output.write_str("the renderer failed"),
            TypesetError::Busy => {
                output.write_str("too many formulas are typeset at the same time")
            }
        }
    }
}

impl std::error::Error for TypesetError {}
