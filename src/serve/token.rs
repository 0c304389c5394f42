//! The admin token: whether a request carries it.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// Whether the request with `headers` carries `token`: as `Authorization: Bearer TOKEN`, or as the password of `Basic`
/// authentication, which a browser asks for, with any user name. Compares hashes in constant time, so that the response time
/// reveals nothing about the token.
pub(super) fn is_sent(headers: &HeaderMap, token: &SecretString) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| {
        if let Some(token) = value.strip_prefix("Bearer ") {
            return Some(token.trim().to_owned());
        }
        let decoded = STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        text.split_once(':').map(|(_, password)| password.to_owned())
    });
    let sent = sent.unwrap_or_default();
    blake3::hash(sent.as_bytes()) == blake3::hash(token.expose_secret().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_token_is_accepted() {
        let token = SecretString::from("t0p".to_owned());
        let sent = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            is_sent(&headers, &token)
        };
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert!(sent("Bearer t0p") && sent(&basic("me:t0p")) && sent(&basic(":t0p")));
        assert!(!sent("Bearer t0") && !sent("Basic t0p") && !sent("Bearer "));
        assert!(!sent(&basic("t0p")) && !sent(&basic("t0p:")) && !sent("Basic %%%"));
        assert!(!is_sent(&HeaderMap::new(), &token));
    }
}
