//! A source's data that is shown with its passages.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::generation::manifest::SourceState;
use crate::printable::thousands;

/// GitHub's data about a passage's source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AboutSource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The number of stars, rounded down to two significant digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stars: Option<u64>,
    /// The day of the last push, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<String>,
}

impl AboutSource {
    /// The data in `state`.
    pub fn of(state: &SourceState) -> AboutSource {
        AboutSource {
            author: state.author.clone(),
            description: state.description.clone(),
            stars: state.stars,
            pushed_at: state.pushed_at.clone(),
        }
    }

    /// Whether none of the data is known.
    pub fn is_empty(&self) -> bool {
        *self == AboutSource::default()
    }
}

/// Formats as `Ann Author · 1,200 stars · last push 2026-03-01`. Leaves out what is not known, and a number of 0 stars.
impl fmt::Display for AboutSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stars = self.stars.filter(|stars| *stars > 0).map(|stars| match stars {
            1 => "1 star".to_owned(),
            _ => format!("{} stars", thousands(stars)),
        });
        let pushed = self.pushed_at.as_ref().map(|day| format!("last push {day}"));
        let parts: Vec<String> =
            [self.author.clone(), stars, pushed].into_iter().flatten().collect();
        f.write_str(&parts.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_are_left_out() {
        let about = AboutSource { stars: Some(1), ..AboutSource::default() };
        assert_eq!(about.to_string(), "1 star");
        let about = AboutSource {
            author: Some("Ann".to_owned()),
            stars: Some(12_000),
            pushed_at: Some("2026-03-01".to_owned()),
            ..AboutSource::default()
        };
        assert_eq!(about.to_string(), "Ann · 12,000 stars · last push 2026-03-01");
        assert!(AboutSource::default().is_empty());
    }
}
