//! Reads tokens and passwords, and checks to which URLs they may be sent. Nothing here prints one.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use secrecy::SecretString;
use url::{Host, Url};

use super::environment::env;
use crate::disk::{DiskError, DiskOperation};

/// The maximum length of a secret, in bytes; a longer text is an error. GitHub's tokens have fewer than 300 bytes, JSON
/// web tokens of identity providers may have several thousand.
const LONGEST: usize = 8_000;

/// Reads the secret from the environment variable `variable`, or else from `file`. `key` is the setting that names
/// `file`, for messages. `None` if there is neither, or if the value of the variable is empty.
///
/// `Err` for an unreadable or empty file and for text that can't be a token. Messages do not contain the file's text, because it
/// may be another secret. They do not contain the name of a file that does not exist either, because the user may have set
/// `key` to the token itself.
pub(super) fn read(
    variable: &str,
    key: &str,
    file: Option<&Path>,
) -> anyhow::Result<Option<SecretString>> {
    match (env(variable), file) {
        (Some(token), _) => checked(&token, variable),
        (None, Some(path)) => from_file(key, path).map(Some),
        (None, None) => Ok(None),
    }
}

/// Reads the secret from the file at `path`, which the setting `key` names. `Err` also if the file is empty. Messages
/// contain the file's name only if there is a file: its name is no token then.
pub(super) fn from_file(key: &str, path: &Path) -> anyhow::Result<SecretString> {
    let text = contents(path).map_err(|cause| unreadable(key, path, cause))?;
    let secret = checked(&text, &format!("the file that {key} names"))?;
    secret.with_context(|| {
        format!(
            "{}, which {key} names, is empty; write the secret into it, or remove the key",
            path.display()
        )
    })
}

/// The file of a secret exists, but this account may not read it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}; {key} names it: let this account read it, or run Cairn as its owner")]
pub struct DeniedSecret {
    key: String,
    error: Arc<DiskError>,
}

/// The error for the file at `path`, which the setting `key` names and which can't be read because of `cause`: a
/// [`DeniedSecret`] if this account may not read it.
fn unreadable(key: &str, path: &Path, cause: io::Error) -> anyhow::Error {
    let is_denied = cause.kind() == io::ErrorKind::PermissionDenied;
    if !is_denied && path.symlink_metadata().is_err() {
        let context = format!("cannot read the file that {key} names");
        return anyhow::Error::new(cause).context(context);
    }
    let error = DiskError::new(DiskOperation::Read, path, cause);
    match is_denied {
        true => DeniedSecret { key: key.to_owned(), error: Arc::new(error) }.into(),
        false => anyhow!("{error}; {key} names it: name a file that contains the secret"),
    }
}

/// The secret `text`, without white space around it; `None` if it is empty. `place` is where it comes from.
fn checked(text: &str, place: &str) -> anyhow::Result<Option<SecretString>> {
    let text = text.trim();
    let is_visible = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if text.len() > LONGEST || !is_visible {
        bail!(
            "{place} does not contain a secret: a token or a password is one line of at most {LONGEST} visible ASCII characters"
        );
    }
    Ok((!text.is_empty()).then(|| SecretString::from(text.to_owned())))
}

/// The beginning of the file at `path`, at most twice the maximum length of a token. The limit prevents endless reading
/// of a device.
fn contents(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(2 * LONGEST as u64).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Checks that a token can be sent safely to the API at `api`. `Err` unless `api` uses https or is a loopback address:
/// the token could be intercepted otherwise.
pub(super) fn may_go_to(api: &str) -> anyhow::Result<()> {
    let url = Url::parse(api)?;
    if is_confidential(&url) {
        return Ok(());
    }
    bail!(
        "the token is not sent to {api}: plain http can be intercepted; set `api` under [github] \
         (or CAIRN_GITHUB_API_URL) to an https URL, or unset GITHUB_TOKEN and token_file"
    );
}

/// Whether a secret that is sent to `url` can't be intercepted: the URL uses https or a loopback address.
pub(super) fn is_confidential(url: &Url) -> bool {
    url.scheme() == "https" || url.host().is_some_and(is_loopback)
}

/// Whether `host` is this machine, reached without a network.
pub(crate) fn is_loopback(host: Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_https_or_stays_on_this_machine() {
        for api in
            ["https://git.corp/api/v3", "http://127.0.0.1:80", "http://[::1]", "http://localhost:1"]
        {
            assert!(may_go_to(api).is_ok(), "{api}");
        }
        for api in ["http://example.com", "http://10.0.0.1", "http://localhost.evil.example"] {
            let error = may_go_to(api).unwrap_err().to_string();
            assert!(error.contains(api) && error.contains("https"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_not_be_read_is_named_with_its_owner_and_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "x").unwrap();
        let denied = io::ErrorKind::PermissionDenied.into();
        let error = unreadable("[serve] admin_token_file", &path, denied);
        assert!(error.is::<DeniedSecret>());
        let error = error.to_string();
        for part in
            [path.to_str().unwrap(), "(mode 0", "admin_token_file", "run Cairn as its owner"]
        {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn text_that_is_not_a_token_is_refused_and_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s3cret-key");
        let read = |path: &Path| read("CAIRN_NO_SUCH_VARIABLE", "[github] token_file", Some(path));
        let error = |path: &Path| format!("{:#}", read(path).unwrap_err());
        let long = "s3cret".repeat(LONGEST);
        for text in ["-----BEGIN s3cret-----\ns3cret\n", "s3cret\u{1b}[2J", "s3cret\u{e9}", &long] {
            std::fs::write(&path, text).unwrap();
            let error = error(&path);
            assert!(error.contains("token_file") && !error.contains("s3cr"), "{error}");
        }
        let misplaced = error(Path::new("ghp_s3cret"));
        assert!(misplaced.contains("token_file") && !misplaced.contains("s3cr"), "{misplaced}");
        let nested = error(folder.path());
        assert!(nested.contains(&folder.path().display().to_string()), "{nested}");
        for text in ["", " \n"] {
            std::fs::write(&path, text).unwrap();
            let error = error(&path);
            assert!(error.contains("s3cret-key") && error.contains("is empty"), "{error}");
        }
    }
}
