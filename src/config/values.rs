//! Checks the values of a configuration file when it is read. A wrong value is reported with its line then, and not by
//! the command that uses it first.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::slice;

use toml::{Table, Value};
use url::Url;

use super::addresses::{BASES, normalised};
use super::faults::not_as_expected;
use super::keys::{ConfigKey, KEYS};

/// More sources are never fetched at the same time.
const MOST_JOBS: i64 = 32;

/// The first key of `table` that has a wrong value, and what is wrong: text that follows the name of the key. The values
/// have the right types.
pub(super) fn wrong_value(table: &Table) -> Option<(&'static ConfigKey, String)> {
    KEYS.iter().find_map(|key| {
        let section =
            if key.section.is_empty() { table } else { table.get(key.section)?.as_table()? };
        Some((key, fault(key, section.get(key.name)?)?))
    })
}

/// What is wrong with `value` as the value of `key`.
fn fault(key: &ConfigKey, value: &Value) -> Option<String> {
    let base = BASES.iter().find(|base| (base.section, base.name) == (key.section, key.name));
    if let Some(base) = base {
        return normalised(value.as_str()?, base.default).err();
    }
    match (key.section, key.name) {
        ("refresh", "jobs" | "jobs_per_host") => {
            let jobs = value.as_integer().filter(|jobs| *jobs > MOST_JOBS)?;
            Some(format!(" = {jobs}: expected a whole number from 1 to {MOST_JOBS}"))
        }
        ("refresh", "private_hosts") => {
            let expected =
                "names of hosts without scheme, port and path, such as [\"gitlab.corp\"]";
            unfit(value.as_array()?, is_host, expected)
        }
        ("refresh", "publish") => {
            unfit(slice::from_ref(value), is_target, "a folder, or s3://BUCKET/PREFIX")
        }
        ("serve", "listen") => {
            let expected = "an address and a port, such as \"127.0.0.1:7878\"";
            unfit(slice::from_ref(value), is_listen_address, expected)
        }
        ("serve", "url") => unfit(
            slice::from_ref(value),
            is_url,
            "the address of the server, without user and query, such as \"https://cairn.example.org\" or \
             \"https://example.org/cairn\"",
        ),
        ("serve", "hosts") => {
            let expected = "names of hosts without scheme and path, such as [\"cairn.lan\"]; name each, as there are no \
                            wildcards";
            unfit(value.as_array()?, is_host_with_port, expected)
        }
        _ => None,
    }
}

/// The text about the first of `values` that is a text and not fit.
fn unfit(values: &[Value], is_fit: fn(&str) -> bool, expected: &str) -> Option<String> {
    let text = values.iter().filter_map(Value::as_str).find(|text| !is_fit(text))?;
    Some(not_as_expected(text, expected))
}

/// Whether `text` is an IP address or the name of a host, without a port.
fn is_host(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if text.parse::<IpAddr>().is_ok() || inside.is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok()) {
        return true;
    }
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let mut labels = text.strip_suffix('.').unwrap_or(text).split('.');
    labels.all(|label| !label.is_empty() && label.chars().all(is_fit))
}

/// Whether `text` is a host, with or without a port.
fn is_host_with_port(text: &str) -> bool {
    is_host(text) || is_listen_address(text)
}

/// Whether `text` is a host and a port.
fn is_listen_address(text: &str) -> bool {
    let is_named = |(host, port): (&str, &str)| {
        port.parse::<u16>().is_ok() && !host.contains(':') && is_host(host)
    };
    text.parse::<SocketAddr>().is_ok() || text.rsplit_once(':').is_some_and(is_named)
}

/// Whether `text` can be the address of a server.
fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_place = url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && is_plain && is_place
    })
}

/// Whether `text` can name a place to publish to. A web server can't be published to.
fn is_target(text: &str) -> bool {
    match text.split_once("://") {
        None => !text.trim().is_empty(),
        Some(("s3", rest)) => {
            !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['@', '?', '#'])
        }
        Some((scheme, rest)) => scheme == "file" && !rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fault of the file with `text`, with the name of the key.
    fn said(text: &str) -> String {
        let found = wrong_value(&toml::from_str(text).unwrap());
        found.map_or_else(String::new, |(key, says)| format!("{key}{says}"))
    }

    #[test]
    fn a_wrong_base_url_is_named_with_its_key_and_without_a_password() {
        assert_eq!(
            said("[github]\napi = \"api.github.com\"\n"),
            "[github] api = \"api.github.com\": expected an address that begins with https:// or http://, such as \
             \"https://api.github.com\""
        );
        for (section, keys) in
            [("github", &["codeload", "raw", "web"][..]), ("refresh", &["arxiv_api"])]
        {
            for (key, wrong) in keys.iter().flat_map(|key| [(key, "a.b"), (key, "ftp://a.b")]) {
                let said = said(&format!("[{section}]\n{key} = {wrong:?}\n"));
                assert!(said.starts_with(&format!("[{section}] {key} = {wrong:?}: ")), "{said}");
            }
        }
        for wrong in ["https://me:s3cret@a.b", "https://s3cret@a.b", "https://me:s3cret@a:port"] {
            let said = said(&format!("[github]\nweb = {wrong:?}\n"));
            assert!(said.starts_with("[github] web: ") && !said.contains("s3cret"), "{said}");
        }
        assert_eq!(said("[github]\napi = \"HTTPS://git.corp/api/v3/\"\n"), "");
    }

    /// Wrong values: section, key, values.
    const WRONG: &[(&str, &str, &[&str])] = &[
        ("refresh", "jobs", &["33"]),
        ("refresh", "jobs_per_host", &["100"]),
        (
            "refresh",
            "private_hosts",
            &["[\"https://gitlab.corp/\"]", "[\"a\", \"a:80\"]", "[\"\"]"],
        ),
        (
            "refresh",
            "publish",
            &["\"\"", "\"s3://\"", "\"s3:///x\"", "\"https://a.b\"", "\"ftp://a.b\""],
        ),
        (
            "serve",
            "listen",
            &["\"7878\"", "\":7878\"", "\"a.b\"", "\"a.b:99999\"", "\"http://a:1\"", "\"::1:80\""],
        ),
        (
            "serve",
            "url",
            &[
                "\"foo\"",
                "\"\"",
                "\"a.b:80\"",
                "\"ftp://a.b\"",
                "\"https://a.b?x\"",
                "\"https://a.b#x\"",
            ],
        ),
        (
            "serve",
            "hosts",
            &["[\"http://a.b\"]", "[\"*\"]", "[\"*.a.b\"]", "[\"a.b/\"]", "[\"a b\"]"],
        ),
    ];

    #[test]
    fn wrong_values_are_refused_with_what_is_expected() {
        for (section, key, wrong) in WRONG {
            for wrong in *wrong {
                let said = said(&format!("[{section}]\n{key} = {wrong}\n"));
                let begins = said.starts_with(&format!("[{section}] {key} = "));
                assert!(begins && said.contains(": expected "), "{wrong}: {said}");
            }
        }
        let hidden = said("[serve]\nurl = \"https://me:s3cret@a.b\"\n");
        assert!(hidden.contains("[serve] url: expected") && !hidden.contains("s3cret"), "{hidden}");
    }

    #[test]
    fn usual_values_are_accepted() {
        let text = "[refresh]\njobs = 32\nprivate_hosts = [\"gitlab.corp\", \"10.0.0.1\", \"[::1]\", \"localhost\"]\n\
            [serve]\nlisten = \"localhost:0\"\nurl = \"https://example.org/cairn/\"\n\
            hosts = [\"cairn.lan\", \"Cairn.lan.\", \"a_b:8080\", \"192.0.2.9:8080\", \"2001:db8::2\", \"[::]:7878\"]\n";
        assert_eq!(said(text), "");
        for listen in ["127.0.0.1:7878", "[::1]:80", "0.0.0.0:0", "cairn.lan:80"] {
            assert_eq!(said(&format!("[serve]\nlisten = {listen:?}\n")), "");
        }
        for publish in ["/srv/cairn", "pub", "s3://bucket", "s3://bucket/a/b", "file:///srv/a"] {
            assert_eq!(said(&format!("[refresh]\npublish = {publish:?}\n")), "");
        }
    }
}
