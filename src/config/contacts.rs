//! Where readers report what is wrong, and where people report a security fault.

use anyhow::{Context, bail};
use url::Url;

/// The address of new issues of the project, if the program was built with the address of its repository.
fn of_project() -> Option<Url> {
    let repository = Some(env!("CARGO_PKG_REPOSITORY")).filter(|url| !url.is_empty())?;
    Url::parse(&format!("{}/issues/new", repository.trim_end_matches('/'))).ok()
}

/// The address from the key `[serve] report_url`, else that of the project; `None` if neither is known.
///
/// `Err` unless it is an http, https or mailto address.
pub(super) fn reports(setting: Option<&str>) -> anyhow::Result<Option<Url>> {
    let Some(text) = setting else { return Ok(of_project()) };
    let advice = "write an address such as https://github.com/OWNER/NAME/issues/new or mailto:name@example.org";
    let url = Url::parse(text)
        .with_context(|| format!("[serve] report_url = {text:?} can't be read: {advice}"))?;
    if !matches!(url.scheme(), "http" | "https" | "mailto") {
        bail!("[serve] report_url = {text:?} is no web or mail address: {advice}");
    }
    Ok(Some(url))
}

/// The address from the key `[serve] security_contact`. `Err` unless RFC 9116 allows it: an https, mailto or tel
/// address.
pub(super) fn security(setting: Option<&str>) -> anyhow::Result<Option<Url>> {
    let Some(text) = setting else { return Ok(None) };
    let advice =
        "write an address such as mailto:security@example.org or https://example.org/report";
    let url = Url::parse(text)
        .with_context(|| format!("[serve] security_contact = {text:?} can't be read: {advice}"))?;
    if !matches!(url.scheme(), "https" | "mailto" | "tel") {
        bail!("[serve] security_contact = {text:?} is no https, mailto or tel address: {advice}");
    }
    Ok(Some(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_and_mail_addresses_are_accepted() {
        let of = |text: &str| reports(Some(text)).map(|url| url.unwrap().to_string());
        let issues = "https://example.org/new?labels=content";
        assert_eq!(of(issues).unwrap(), issues);
        assert_eq!(of("mailto:ann@example.org").unwrap(), "mailto:ann@example.org");
        for wrong in ["javascript:alert(1)", "example.org", "ftp://example.org", ""] {
            let problem = format!("{:#}", of(wrong).unwrap_err());
            assert!(problem.contains("report_url") && problem.contains("mailto:"), "{problem}");
        }
    }

    #[test]
    fn a_security_contact_is_an_address_that_rfc_9116_allows() {
        let of = |text: &str| security(Some(text)).map(|url| url.unwrap().to_string());
        for right in ["mailto:ann@example.org", "https://example.org/report", "tel:+1-201-555-0123"]
        {
            assert_eq!(of(right).unwrap(), right);
        }
        for wrong in ["ann@example.org", "http://example.org/report", "javascript:alert(1)", ""] {
            let problem = format!("{:#}", of(wrong).unwrap_err());
            assert!(
                problem.contains("security_contact") && problem.contains("mailto:"),
                "{problem}"
            );
        }
        assert_eq!(security(None).unwrap(), None);
    }
}
