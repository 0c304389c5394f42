//! Typesets one formula: checks it, prepares it, lets the renderer read it, and writes the result. Called only in the
//! threads of [`workers`](super::workers), which have the stack that the renderer needs.

use katex::dom_tree::HtmlDomNode;
use katex::types::{StrictMode, StrictSetting, TrustSetting};
use katex::{KatexContext, OutputFormat, Settings, render_to_dom_tree};

use super::formula::{FormulaDisplay, TypesetError};
use super::nesting::is_deep;
use super::prepare::prepared;
use super::tokens::{tex_of, tokens};
use super::write::written;

/// The maximum bytes of a formula. Of 13,000 different formulas in 32 repositories, the longest has 3.4 kB.
pub(super) const LONGEST: usize = 4 * 1_024;
/// The maximum bytes of a formula after its preparation.
const LONGEST_PREPARED: usize = 2 * LONGEST;
/// The maximum number of expansions of the renderer's own macros. Authors can't define any.
const EXPANSIONS: usize = 1_000;
/// The maximum length that authors may give, in em.
const LONGEST_SIZE: f64 = 10.0;

/// `tex` as MathML. The time and the stack are bounded by the limits on length and depth, but not checked.
pub(super) fn rendered(
    context: &KatexContext,
    tex: &str,
    display: FormulaDisplay,
) -> Result<String, TypesetError> {
    if tex.len() > LONGEST {
        return Err(TypesetError::TooLong);
    }
    let tokens = prepared(&tokens(tex)).map_err(|_| TypesetError::Refused)?;
    if is_deep(&tokens, context) {
        return Err(TypesetError::TooDeep);
    }
    let tex = tex_of(&tokens);
    if tex.len() > LONGEST_PREPARED {
        return Err(TypesetError::TooLong);
    }
    let tree = render_to_dom_tree(context, &tex, &settings(display))
        .map_err(|error| TypesetError::Invalid(error.to_string()))?;
    let root = tree.children.iter().find_map(|child| match child {
        HtmlDomNode::MathML(root) => Some(root),
        _ => None,
    });
    let Some(root) = root else { return Err(TypesetError::Invalid("no MathML".to_owned())) };
    written(root, display).map_err(|_| TypesetError::TooLong)
}

/// Settings for one formula. They are not shared: the renderer keeps the definitions of one formula in them.
fn settings(display: FormulaDisplay) -> Settings {
    Settings::builder()
        .display_mode(display == FormulaDisplay::Block)
        .output(OutputFormat::Mathml)
        .throw_on_error(true)
        .strict(StrictSetting::Mode(StrictMode::Ignore))
        .trust(TrustSetting::Bool(false))
        .max_size(LONGEST_SIZE)
        .max_expand(EXPANSIONS)
        .build()
}
