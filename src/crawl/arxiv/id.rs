//! Identifiers of papers on arXiv, without versions.

use serde::{Deserialize, Serialize};

/// The hosts of arXiv with abstract pages (`/abs/<identifier>`).
const HOSTS: [&str; 3] = ["arxiv.org", "www.arxiv.org", "export.arxiv.org"];

/// An arXiv identifier without version, such as `1706.03762` or `hep-th/9901001`.
///
/// The schemes are defined at <https://info.arxiv.org/help/arxiv_identifier.html>. [`ArxivId::parse`] accepts only
/// valid identifiers, because one malformed identifier makes the API respond to a whole request with an error.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArxivId(String);

impl ArxivId {
    /// Parses an identifier of the old or the new scheme. Removes a version (`v2`) and the subject class of an old
    /// identifier (`math.GT/0309136` becomes `math/0309136`), because the API expects identifiers without subject
    /// class.
    ///
    /// ```
    /// use cairn::crawl::arxiv::ArxivId;
    /// assert_eq!(ArxivId::parse("1706.03762v7").unwrap().as_str(), "1706.03762");
    /// assert_eq!(ArxivId::parse("1234.12345"), None, "there is no month 34");
    /// ```
    pub fn parse(text: &str) -> Option<ArxivId> {
        let id = without_version(text);
        let canonical = match id.split_once('/') {
            Some((archive, number)) => old(archive, number)?,
            None => new(id)?,
        };
        Some(ArxivId(canonical))
    }

    /// The identifier in `url`, if `url` is an abstract page of arXiv. Both the canonical URL of a paper and the `<id>`
    /// of an entry in the API's feed have this form.
    pub fn of_url(url: &str) -> Option<ArxivId> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (host, path) = rest.split_once('/')?;
        let id = path.strip_prefix("abs/").filter(|_| HOSTS.contains(&host))?;
        ArxivId::parse(id.split(['?', '#']).next()?)
    }

    /// The identifier as arXiv writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `id` without the version at its end: `v` and a number.
fn without_version(id: &str) -> &str {
    let versioned = id.rsplit_once('v').filter(|(before, version)| {
        before.ends_with(|c: char| c.is_ascii_digit()) && is_number(version)
    });
    versioned.map_or(id, |(before, _)| before)
}

/// Returns `id` if it is valid in the scheme that is used since April 2007: two digits for the year, two for the month,
/// a dot, and four digits (five since 2015). `None` if it is invalid.
fn new(id: &str) -> Option<String> {
    let (month, number) = id.split_once('.')?;
    let digits = if month_number(month)? < 1501 { 4 } else { 5 };
    let is_valid = month_number(month)? >= 704 && number.len() == digits && is_number(number);
    is_valid.then(|| id.to_owned())
}

/// Returns an identifier in the scheme that was used until March 2007, without subject class. `archive` is the
/// archive's name, optionally with a dot and a subject class; `number` has two digits for the year, two for the month,
/// and three more. `None` if one of them is invalid.
fn old(archive: &str, number: &str) -> Option<String> {
    let name = archive.split('.').next()?;
    let is_name = !name.is_empty()
        && name.len() <= 16
        && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let is_valid = is_name && number.len() == 7 && is_number(number);
    (is_valid && month_number(number.get(..4)?).is_some()).then(|| format!("{name}/{number}"))
}

/// Parses `text`, two digits for the year and two for the month, as one number. `None` if the month is not 01 to 12.
fn month_number(text: &str) -> Option<u16> {
    let number: u16 = Some(text).filter(|text| text.len() == 4 && is_number(text))?.parse().ok()?;
    (1..=12).contains(&(number % 100)).then_some(number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_both_schemes_are_recognised_without_version_and_subject_class() {
        for (text, id) in [
            ("1706.03762", "1706.03762"),
            ("1706.03762v12", "1706.03762"),
            ("0704.0001", "0704.0001"),
            ("1412.9999v1", "1412.9999"),
            ("hep-th/9901001", "hep-th/9901001"),
            ("math.GT/0309136v1", "math/0309136"),
            ("cs.LG/0112017", "cs/0112017"),
        ] {
            assert_eq!(ArxivId::parse(text).as_ref().map(ArxivId::as_str), Some(id), "{text}");
        }
    }

    #[test]
    fn what_the_api_would_refuse_is_no_identifier() {
        for text in [
            "",
            "1234.12345",
            "1706.3762",
            "1412.12345",
            "0703.1234",
            "1706.0376x",
            "1706.03762,1706.03763",
            "hep-th/990100",
            "hep-th/9913001",
            "HEP/9901001",
            "/9901001",
            "a/b/9901001",
            "1706.03762&max_results=1",
            "１７０６.03762",
        ] {
            assert_eq!(ArxivId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_identifier_is_found_in_the_urls_of_abstract_pages_only() {
        let of = |url: &str| ArxivId::of_url(url).map(|id| id.as_str().to_owned());
        assert_eq!(of("https://arxiv.org/abs/1706.03762").as_deref(), Some("1706.03762"));
        assert_eq!(of("http://arxiv.org/abs/hep-th/9901001v2").as_deref(), Some("hep-th/9901001"));
        for url in [
            "https://arxiv.org/list/cs.LG/recent",
            "https://arxiv.org/abs/about",
            "https://example.org/abs/1706.03762",
            "ftp://arxiv.org/abs/1706.03762",
            "https://arxiv.org",
        ] {
            assert_eq!(of(url), None, "{url}");
        }
    }
}
