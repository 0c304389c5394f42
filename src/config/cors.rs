//! Which other sites may read the API from their visitors' browsers.

use anyhow::{Context, bail};
use serde::Deserialize;
use url::Url;

/// The key `[serve] cors`: a list of origins, or `"*"`.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "[serve] cors must be a list of origins, or \"*\"")]
pub(super) enum CorsSetting {
    One(String),
    Several(Vec<String>),
}

impl Default for CorsSetting {
    fn default() -> CorsSetting {
        CorsSetting::Several(Vec::new())
    }
}

/// The sites whose scripts may read the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CorsPolicy {
    /// None but this server's own.
    #[default]
    OwnOnly,
    /// Those with one of these origins, such as `https://app.example`.
    Origins(Vec<String>),
    /// All.
    Everyone,
}

impl CorsPolicy {
    /// `Err` if an entry is no origin.
    pub(super) fn of(setting: CorsSetting) -> anyhow::Result<CorsPolicy> {
        let entries = match setting {
            CorsSetting::One(one) if one == "*" => return Ok(CorsPolicy::Everyone),
            CorsSetting::One(one) => vec![one],
            CorsSetting::Several(several) if several.is_empty() => return Ok(CorsPolicy::OwnOnly),
            CorsSetting::Several(several) => several,
        };
        let origins = entries.iter().map(|entry| origin(entry));
        origins.collect::<anyhow::Result<_>>().map(CorsPolicy::Origins)
    }

    /// Whether the scripts of `origin` may read the API.
    pub fn allows(&self, origin: &str) -> bool {
        match self {
            CorsPolicy::OwnOnly => false,
            CorsPolicy::Origins(origins) => origins.iter().any(|allowed| allowed == origin),
            CorsPolicy::Everyone => true,
        }
    }
}

/// `entry` as browsers write it in `Origin`: without the default port and a slash at the end.
fn origin(entry: &str) -> anyhow::Result<String> {
    let advice = "write the scheme, host and port of a site, such as \"https://app.example\", or cors = \"*\" for all";
    let url = Url::parse(entry)
        .with_context(|| format!("[serve] cors: {entry:?} can't be read: {advice}"))?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_bare || !url.username().is_empty() {
        bail!("[serve] cors: {entry:?} is no origin: {advice}");
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn several(entries: &[&str]) -> anyhow::Result<CorsPolicy> {
        let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
        CorsPolicy::of(CorsSetting::Several(entries))
    }

    #[test]
    fn origins_are_compared_as_browsers_write_them() {
        let policy = several(&["https://App.example:443/", "http://localhost:3000"]).unwrap();
        for allowed in ["https://app.example", "http://localhost:3000"] {
            assert!(policy.allows(allowed), "{allowed}");
        }
        for other in ["http://app.example", "https://app.example.evil.example", "null", ""] {
            assert!(!policy.allows(other), "{other}");
        }
        assert_eq!(several(&[]).unwrap(), CorsPolicy::OwnOnly);
        assert!(!CorsPolicy::OwnOnly.allows("https://app.example"));
        let everyone = CorsPolicy::of(CorsSetting::One("*".to_owned())).unwrap();
        assert_eq!(everyone, CorsPolicy::Everyone);
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for wrong in ["*", "app.example", "https://app.example/path", "ftp://app.example", "null"] {
            let problem = format!("{:#}", several(&["https://a.example", wrong]).unwrap_err());
            assert!(problem.contains("[serve] cors") && problem.contains(wrong), "{problem}");
        }
    }
}
