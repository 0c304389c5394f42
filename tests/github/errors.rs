//! The bodies of the API's error responses.

use serde_json::{Value, json};

const DOCS: &str = "https://docs.github.com/rest";

pub struct Error {
    pub status: u16,
    message: String,
    /// The path of the documentation, below `DOCS`.
    page: &'static str,
}

impl Error {
    /// The API's error with this status for a repository's path.
    pub fn status(status: u16) -> Error {
        let (message, page) = match status {
            401 => ("Bad credentials", ""),
            403 => ("Resource not accessible by integration", "/repos/repos#get-a-repository"),
            404 => ("Not Found", "/repos/repos#get-a-repository"),
            409 => ("Git Repository is empty.", "/commits/commits#get-a-commit"),
            422 => ("Validation Failed", "/repos/repos#get-a-repository"),
            451 => ("Repository access blocked", ""),
            _ => ("Server Error", ""),
        };
        Error::new(status, message, page)
    }

    pub fn no_commit(reference: &str) -> Error {
        let message = format!("No commit found for SHA: {reference}");
        Error::new(422, &message, "/commits/commits#get-a-commit")
    }

    pub fn limited(limit: u64) -> Error {
        // The anonymous limit is per IP address, the other per account.
        let who = if limit > 60 { "user ID 1" } else { "127.0.0.1" };
        let message = format!("API rate limit exceeded for {who}.");
        Error::new(403, &message, "/using-the-rest-api/rate-limits-for-the-rest-api")
    }

    pub fn secondary_limit() -> Error {
        let page = "/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits";
        let message = "You have exceeded a secondary rate limit. Wait before you try again.";
        Error::new(403, message, page)
    }

    pub fn needs_token() -> Error {
        let page = "/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql";
        Error::new(401, "This endpoint requires you to be authenticated.", page)
    }

    pub fn bad_json() -> Error {
        Error::new(400, "Problems parsing JSON", "")
    }

    pub fn gone(message: &str) -> Error {
        Error::new(410, message, "/issues/issues#get-an-issue")
    }

    pub fn too_far() -> Error {
        let message = "Only the first 1000 search results are available";
        Error::new(422, message, "/search/search")
    }

    pub fn access_blocked() -> Error {
        Error::new(403, "Repository access blocked", "")
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn body(&self) -> Value {
        if self.status == 451 {
            // The only body without documentation URL and status.
            return json!({
                "message": self.message,
                "block": {
                    "reason": "dmca",
                    "created_at": "2024-02-03T04:05:06Z",
                    "html_url": "https://github.com/github/dmca/blob/master/2024/02/notice.md",
                },
            });
        }
        json!({
            "message": self.message,
            "documentation_url": format!("{DOCS}{}", self.page),
            "status": self.status.to_string(),
        })
    }

    fn new(status: u16, message: &str, page: &'static str) -> Error {
        Error { status, message: message.to_owned(), page }
    }
}

/// The body of a redirect, which repeats its target.
pub fn moved(to: &str) -> Value {
    let page = "/guides/best-practices-for-using-the-rest-api#follow-redirects";
    json!({
        "message": "Moved Permanently",
        "url": to,
        "documentation_url": format!("{DOCS}{page}"),
    })
}
