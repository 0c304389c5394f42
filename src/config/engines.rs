//! The names of search engines in the configuration.

use serde::Deserialize;

/// The values of `[search] engine`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EngineName {
    Embedded,
    OpenSearch,
}

/// The values of `[search] fallback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FallbackName {
    Embedded,
}
