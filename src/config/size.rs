//! Sizes in the configuration: a number of bytes, or a number with a unit.

use anyhow::{Context, bail};
use serde::Deserialize;

/// A size as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum SizeSetting {
    Bytes(u64),
    Text(String),
}

/// Units and their bytes. Case does not matter.
const UNITS: [(&str, u64); 10] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
    ("", 1),
];

impl SizeSetting {
    /// The size in bytes. `Err` if it is 0 or no size.
    pub fn bytes(&self) -> anyhow::Result<u64> {
        let bytes = match self {
            SizeSetting::Bytes(bytes) => *bytes,
            SizeSetting::Text(text) => parsed(text).with_context(|| {
                format!("[refresh] max_bytes = {text:?} is not a size such as \"20GB\"")
            })?,
        };
        if bytes == 0 {
            bail!("[refresh] max_bytes is 0; remove it for no limit");
        }
        Ok(bytes)
    }
}

/// The bytes of `text`; `None` if it is no size or does not fit.
fn parsed(text: &str) -> Option<u64> {
    let text = text.trim().to_lowercase();
    let (unit, bytes) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number = text.strip_suffix(unit)?.trim();
    match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(*bytes),
        Err(_) => {
            let size = number.parse::<f64>().ok()? * *bytes as f64;
            (1.0..1e18).contains(&size).then_some(size as u64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_a_thousand_or_1024() {
        for (text, bytes) in [
            ("20GB", 20_000_000_000),
            ("1.5 gb", 1_500_000_000),
            ("512MiB", 536_870_912),
            ("7", 7),
            ("1_0", 0),
            ("-1GB", 0),
            ("GB", 0),
            ("many", 0),
            ("1e300TB", 0),
            ("0 GB", 0),
            ("99999999999TB", 0),
        ] {
            let size = SizeSetting::Text(text.to_owned()).bytes();
            assert_eq!(size.as_ref().ok().copied().unwrap_or(0), bytes, "{text}: {size:?}");
        }
        assert_eq!(SizeSetting::Bytes(5).bytes().unwrap(), 5);
    }
}
