//! Where generations are published and taken from: a folder, a static web server, or S3-compatible storage.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// A place with a published copy, or for one.
#[derive(Clone, Debug)]
pub enum Place {
    Folder(PathBuf),
    /// The address of a folder on a web server. It ends with a slash, and has no user and password.
    Web {
        address: Url,
        login: Option<Login>,
    },
    /// S3-compatible storage. The environment (`AWS_…`) names server, region and account.
    Bucket {
        bucket: String,
        prefix: String,
    },
}

/// The user and the password for a web server.
#[derive(Clone, Debug)]
pub struct Login {
    pub user: String,
    pub password: SecretString,
}

/// Why a text names no place. The messages never contain the text, because it may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    #[error("name a folder, an http(s) address, or s3://BUCKET/PREFIX")]
    Unknown,
    #[error("the address is not valid")]
    Address,
    #[error(
        "the address can't have a query (?) or a fragment (#), because names of files are added to it"
    )]
    Query,
    #[error("a password is sent over https only; use an https address")]
    Unencrypted,
    #[error(
        "the account of S3 comes from the environment (AWS_ACCESS_KEY_ID and so on), not from the address"
    )]
    Account,
    #[error(
        "a web server can't be published to; publish to the folder that it serves, or to s3://BUCKET/PREFIX"
    )]
    ReadOnly,
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Place, PlaceError> {
        match text.split_once("://") {
            None if text.is_empty() => Err(PlaceError::Unknown),
            // An absolute path can be used again from any folder.
            None => std::path::absolute(text).map(Place::Folder).map_err(|_| PlaceError::Address),
            Some(("http" | "https", _)) => web(text),
            Some(("s3", rest)) => bucket(rest),
            Some(("file", _)) => {
                let url = Url::parse(text).map_err(|_| PlaceError::Address)?;
                url.to_file_path().map(Place::Folder).map_err(|()| PlaceError::Address)
            }
            Some(_) => Err(PlaceError::Unknown),
        }
    }
}

/// The address of a web server in `text`.
fn web(text: &str) -> Result<Place, PlaceError> {
    let mut address = Url::parse(text).map_err(|_| PlaceError::Address)?;
    if address.query().is_some() || address.fragment().is_some() {
        return Err(PlaceError::Query);
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let password = address.password().map(|password| SecretString::from(decoded(password)));
    let login = match (address.username(), password) {
        ("", None) => None,
        (user, password) => {
            let password = password.unwrap_or_else(|| SecretString::from(String::new()));
            Some(Login { user: decoded(user), password })
        }
    };
    if login.is_some() && address.scheme() == "http" && !is_loopback(&address) {
        return Err(PlaceError::Unencrypted);
    }
    let cleared = address.set_username("").and_then(|()| address.set_password(None));
    cleared.map_err(|()| PlaceError::Address)?;
    if !address.path().ends_with('/') {
        let path = format!("{}/", address.path());
        address.set_path(&path);
    }
    Ok(Place::Web { address, login })
}

fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The bucket and the prefix in `rest`, what follows `s3://`.
fn bucket(rest: &str) -> Result<Place, PlaceError> {
    if rest.contains('@') {
        return Err(PlaceError::Account);
    }
    if rest.contains(['?', '#']) {
        return Err(PlaceError::Query);
    }
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(PlaceError::Address);
    }
    Ok(Place::Bucket { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
}

impl Place {
    /// The place that `text` names, if it can be published to.
    pub fn to_publish(text: &str) -> Result<Place, PlaceError> {
        match text.parse()? {
            Place::Web { .. } => Err(PlaceError::ReadOnly),
            place => Ok(place),
        }
    }
}

/// The place as the user can name it again, without a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "{}", folder.display()),
            Place::Web { address, .. } => f.write_str(address.as_str()),
            Place::Bucket { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Place::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match text.parse::<Place>() {
            Ok(place) => place.to_string(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn places_are_shown_without_passwords() {
        for (text, expected) in [
            ("/shared/index", "/shared/index"),
            ("file:///srv/cairn", "/srv/cairn"),
            ("https://example.org/a", "https://example.org/a/"),
            ("https://ann:s3cret@example.org/a/", "https://example.org/a/"),
            ("https://:s3cret@example.org", "https://example.org/"),
            ("http://ann:s3cret@127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("s3://bucket/some/where/", "s3://bucket/some/where"),
            ("s3://bucket", "s3://bucket"),
            ("http://ann:s3cret@example.org/", "Unencrypted"),
            ("https://example.org/a?token=s3cret", "Query"),
            ("https://[bad/", "Address"),
            ("s3://key:s3cret@bucket/a", "Account"),
            ("s3://", "Address"),
            ("gs://bucket", "Unknown"),
            ("", "Unknown"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        let place: Place = "https://ann:s3cret@example.org/".parse().unwrap();
        assert!(!format!("{place:?}").contains("s3cret"));
    }

    #[test]
    fn a_web_server_is_no_place_to_publish_to() {
        assert_eq!(Place::to_publish("https://example.org/").unwrap_err(), PlaceError::ReadOnly);
        assert!(Place::to_publish("s3://bucket").is_ok());
    }
}
