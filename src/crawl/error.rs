//! Errors of the crawler.

use crate::catalogue::SourceId;

/// What defers a request to a later run. It decides the advice to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeferralCause {
    /// A limit of the host, or a limit of one run that no setting raises. Only time helps.
    Wait,
    /// A rate limit of GitHub's API for requests without a token.
    WaitWithoutToken,
    /// The byte budget of the run is spent.
    ByteBudget,
    /// The host could not be reached.
    Unreachable,
}

impl DeferralCause {
    fn hint(self) -> &'static str {
        match self {
            DeferralCause::Wait => "the next run requests it again",
            DeferralCause::WaitWithoutToken => {
                "the next run requests it again; with a token in GITHUB_TOKEN the quota of the API is larger"
            }
            DeferralCause::ByteBudget => {
                "the next run requests it again; a larger `run_megabytes` under [refresh] allows more for each run"
            }
            DeferralCause::Unreachable => "is the network up? the next run tries again",
        }
    }
}

/// Why a source could not be fetched. Its indexed documents stay, except after [`CrawlError::Blocked`].
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error("{0} responds with 404: the repository is gone, private, or misspelt")]
    NotFound(String),
    #[error(
        "{0} is private, and GitHub responds with 404: it is gone, misspelt, or the token may not read it"
    )]
    Hidden(String),
    #[error("{0} is private, and there is no token for GitHub; it was not requested")]
    NoToken(String),
    #[error("{url} responds with {status}: access to the repository is blocked")]
    Blocked { url: String, status: u16 },
    #[error("{0} responds with 409: the repository is empty")]
    Empty(String),
    #[error("{0} responds with 401: the token is not accepted")]
    Unauthorised(String),
    #[error("{host} {why}; deferred to a later run")]
    Deferred {
        host: String,
        why: String,
        cause: DeferralCause,
        /// When requests to the host may be sent again, in Unix time (seconds); `None` if this is unknown.
        until: Option<i64>,
    },
    #[error("{url} responds with {status}")]
    Status { url: String, status: u16 },
    #[error("{url}: {cause}")]
    Network { url: String, cause: String },
    /// No connection could be made: the name was not resolved, or nobody answered at its address.
    #[error("{url}: {cause}")]
    Unreachable { url: String, cause: String },
    #[error("{url} is not requested: {cause}")]
    Refused { url: String, cause: String },
    #[error("the archive of {source_id}: {cause}")]
    Archive { source_id: SourceId, cause: String },
    #[error("the folder {path}: {cause}")]
    Folder { path: String, cause: String },
    #[error("the folder {path} is empty now, but {files} of its files are stored; they are kept")]
    Emptied { path: String, files: usize },
    #[error("the run was ended")]
    Ended,
}

/// The cause of a [`CrawlError::Folder`] if there is something else at the path.
pub(super) const NO_FOLDER: &str = "it is not a folder";

impl CrawlError {
    /// Advice to the user about this error; `None` if there is none.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            CrawlError::NotFound(_) => {
                "if it stays so, remove it from the catalogue; a private repository needs \
                 `private = true` there"
                    .into()
            }
            CrawlError::Empty(_) => "if it stays so, remove it from the catalogue".into(),
            CrawlError::Hidden(_) => {
                "give the token read access to the repository's contents, or correct the entry"
                    .into()
            }
            CrawlError::NoToken(_) => {
                "set GITHUB_TOKEN, or token_file under [github], to a token that may read the \
                 repository's contents"
                    .into()
            }
            CrawlError::Deferred { cause, .. } => cause.hint().into(),
            CrawlError::Network { .. } | CrawlError::Unreachable { .. } => {
                DeferralCause::Unreachable.hint().into()
            }
            CrawlError::Unauthorised(_) => "renew GITHUB_TOKEN, or unset it".into(),
            CrawlError::Refused { .. } => "correct the URL in the catalogue or settings".into(),
            CrawlError::Archive { .. } => {
                "the next run fetches it again; `include` takes less of it".into()
            }
            CrawlError::Folder { cause, .. } if cause == NO_FOLDER => {
                "name a folder with `folder` in the catalogue".into()
            }
            CrawlError::Folder { .. } => {
                "make it readable (is its disk mounted?), or correct `folder` in the catalogue"
                    .into()
            }
            CrawlError::Emptied { .. } => {
                "is its disk mounted? `cairn refresh --accept-loss` drops them".into()
            }
            _ => return None,
        })
    }

    /// Whether the host could not be reached at all, neither now nor a moment ago.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            CrawlError::Unreachable { .. }
                | CrawlError::Deferred { cause: DeferralCause::Unreachable, .. }
        )
    }

    /// Whether a retry may succeed.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            CrawlError::Network { .. } | CrawlError::Unreachable { .. } => true,
            CrawlError::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// The error for a request to `url` that failed with `error`. Removes the URL from reqwest's message, because the result
/// already contains the URL.
pub(super) fn network(url: &str, error: reqwest::Error) -> CrawlError {
    let (url, is_unreachable) = (url.to_owned(), error.is_connect());
    let cause = chain(&error.without_url());
    match is_unreachable {
        true => CrawlError::Unreachable { url, cause },
        false => CrawlError::Network { url, cause },
    }
}

/// The message of `error`, followed by the messages of its causes; skips a message that the text already contains.
/// reqwest's own message leaves out the causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_place_of_a_folder_needs_another_name_and_no_permission() {
        let hint = |cause: &str| {
            CrawlError::Folder { path: "a".to_owned(), cause: cause.to_owned() }.hint().unwrap()
        };
        assert!(hint(NO_FOLDER).starts_with("name a folder"));
        assert!(hint("it does not exist").contains("is its disk mounted?"));
    }

    #[test]
    fn the_advice_for_a_deferred_request_is_what_shortens_the_wait() {
        let words = ["GITHUB_TOKEN", "run_megabytes", "network"];
        for (cause, advice) in [
            (DeferralCause::Wait, None),
            (DeferralCause::WaitWithoutToken, Some("GITHUB_TOKEN")),
            (DeferralCause::ByteBudget, Some("run_megabytes")),
            (DeferralCause::Unreachable, Some("network")),
        ] {
            for until in [None, Some(7)] {
                let (host, why) = ("example.org".to_owned(), "asks for a wait".to_owned());
                let hint = CrawlError::Deferred { host, why, cause, until }.hint().unwrap();
                assert!(hint.contains("the next run"), "{cause:?}: {hint}");
                for word in words {
                    assert_eq!(hint.contains(word), advice == Some(word), "{cause:?}: {hint}");
                }
            }
        }
    }
}
