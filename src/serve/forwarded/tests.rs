//! The headers of honest, careless and hostile proxies and clients.

use super::*;

/// Trusts 10.0.0.0/8 and this machine.
fn proxies() -> TrustedProxies {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cairn.toml");
    let settings = "[serve]\ntrusted_proxies = [\"10.0.0.0/8\", \"127.0.0.1\", \"fd00::/8\"]\n";
    std::fs::write(&file, settings).unwrap();
    let overrides = crate::config::ConfigOverrides {
        config: Some(file),
        ..crate::config::ConfigOverrides::default()
    };
    crate::config::load(&overrides).unwrap().trusted_proxies
}

fn origin(peer: &str, sent: &[(&str, &str)]) -> RequestOrigin {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    RequestOrigin::of(&headers, peer.parse().unwrap(), &proxies())
}

fn known(address: &str) -> RequestClient {
    RequestClient::Known(address.parse().unwrap())
}

fn hidden(address: &str) -> RequestClient {
    RequestClient::Hidden(address.parse().unwrap())
}

#[test]
fn headers_of_an_untrusted_peer_are_ignored() {
    for peer in ["198.51.100.7", "11.0.0.1", "127.0.0.2", "2001:db8::1"] {
        let sent = [
            ("x-forwarded-for", "203.0.113.5"),
            ("x-forwarded-host", "localhost"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "for=203.0.113.5;host=localhost;proto=https"),
        ];
        let plain = RequestOrigin { client: known(peer), host: None, scheme: Scheme::HTTP };
        assert_eq!(origin(peer, &sent), plain, "{peer}");
    }
}

#[test]
fn the_rightmost_untrusted_address_is_the_client() {
    for (sent, client) in [
        ("203.0.113.5", known("203.0.113.5")),
        ("198.51.100.9, 203.0.113.5", known("203.0.113.5")),
        ("198.51.100.9, 203.0.113.5, 10.1.1.1", known("203.0.113.5")),
        ("127.0.0.1, 203.0.113.5,10.1.1.1 , 10.0.0.9", known("203.0.113.5")),
        ("garbage, 203.0.113.5", known("203.0.113.5")),
        ("203.0.113.5:4711", known("203.0.113.5")),
        ("[2001:db8::5]:4711", known("2001:db8::5")),
        ("[2001:db8::5]", known("2001:db8::5")),
        ("2001:db8::5", known("2001:db8::5")),
        ("::ffff:203.0.113.5", known("203.0.113.5")),
        ("10.0.0.9, 10.0.0.8", known("10.0.0.9")),
        ("203.0.113.5, garbage", hidden("10.0.0.1")),
        ("203.0.113.5, ", hidden("10.0.0.1")),
        ("unknown", hidden("10.0.0.1")),
        ("203.0.113.5.6", hidden("10.0.0.1")),
        ("", hidden("10.0.0.1")),
    ] {
        assert_eq!(origin("10.0.0.1", &[("x-forwarded-for", sent)]).client, client, "{sent:?}");
    }
    let lines = [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "203.0.113.5, 10.0.0.2")];
    assert_eq!(origin("::ffff:10.0.0.1", &lines).client, known("203.0.113.5"));
    assert_eq!(origin("10.0.0.1", &[]).client, known("10.0.0.1"), "the proxy itself asks");
}

#[test]
fn the_standard_header_is_read() {
    for (sent, client) in [
        ("for=203.0.113.5", known("203.0.113.5")),
        ("For=203.0.113.5;proto=https;by=10.0.0.1", known("203.0.113.5")),
        ("for=198.51.100.9, for=203.0.113.5;host=a.org , for=10.0.0.7", known("203.0.113.5")),
        ("for=\"[2001:db8::5]:4711\"", known("2001:db8::5")),
        ("for=\"203.0.113.5:80\";host=\"a\\\"b\"", known("203.0.113.5")),
        ("host=a.org; for=\"203.0.113.5\"", known("203.0.113.5")),
        ("for=_secret", hidden("10.0.0.1")),
        ("for=unknown, for=10.0.0.7", hidden("10.0.0.1")),
        ("proto=https", hidden("10.0.0.1")),
        ("for=\"203.0.113.5", hidden("10.0.0.1")),
        ("for=\"x, for=203.0.113.5", hidden("10.0.0.1")),
        ("for=203.0.113.5 for=10.0.0.1", hidden("10.0.0.1")),
        ("nonsense", hidden("10.0.0.1")),
    ] {
        assert_eq!(origin("10.0.0.1", &[("forwarded", sent)]).client, client, "{sent:?}");
    }
}

#[test]
fn a_header_that_the_proxy_passes_on_from_the_client_invents_no_address() {
    let invented = ("forwarded", "for=203.0.113.99");
    let real = ("x-forwarded-for", "198.51.100.7");
    assert_eq!(origin("10.0.0.1", &[invented, real]).client, hidden("10.0.0.1"));
    assert_eq!(origin("10.0.0.1", &[("forwarded", "\"broken"), real]).client, hidden("10.0.0.1"));
    let same = ("forwarded", "for=198.51.100.7;proto=https");
    let both = origin("10.0.0.1", &[same, real]);
    assert_eq!((both.client, both.scheme), (known("198.51.100.7"), Scheme::HTTPS));
}

#[test]
fn host_and_scheme_are_those_of_the_hop_that_saw_the_client() {
    let asked = |sent: &[(&str, &str)]| {
        let origin = origin("10.0.0.1", sent);
        (origin.host.map(|host| host.to_string()).unwrap_or_default(), origin.scheme.to_string())
    };
    let is = |host: &str, scheme: &str| (host.to_owned(), scheme.to_owned());
    let client = ("x-forwarded-for", "203.0.113.5");
    for (sent, expected) in [
        (
            &[("x-forwarded-host", "a.org"), ("x-forwarded-proto", "HTTPS")][..],
            is("a.org", "https"),
        ),
        (
            &[
                client,
                ("x-forwarded-host", "evil.example, a.org:8443"),
                ("x-forwarded-proto", "https"),
            ],
            is("a.org:8443", "https"),
        ),
        (
            &[
                ("x-forwarded-for", "203.0.113.5, 10.0.0.2"),
                ("x-forwarded-host", "evil.example, a.org, inner"),
                ("x-forwarded-proto", "https, http"),
            ],
            is("a.org", "https"),
        ),
        (
            &[(
                "forwarded",
                "for=1.2.3.4;host=evil.example, for=203.0.113.5;host=a.org;proto=https, for=10.0.0.2;host=b",
            )],
            is("a.org", "https"),
        ),
        (&[client, ("x-forwarded-host", "a b"), ("x-forwarded-proto", "gopher")], is("", "http")),
        (&[client, ("x-forwarded-host", "[::1].evil.example")], is("", "http")),
        (&[client, ("x-forwarded-host", "user@a.org")], is("", "http")),
    ] {
        assert_eq!(asked(sent), expected, "{sent:?}");
    }
}
