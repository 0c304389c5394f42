//! Whether pages may load pictures from other hosts.

use serde::Deserialize;

/// Whether pages may load pictures from the hosts that authors name. These hosts then see the reader's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Images {
    /// Only if the reader asks for the pictures of a document.
    #[default]
    Ask,
    Never,
}
