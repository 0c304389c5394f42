//! What a request that can't be answered is told: status, message and hint, as JSON or as a page.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::search::SearchError;

/// A failed request.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub hint: String,
}

impl Failure {
    /// No generation has been built yet.
    pub fn not_ready() -> Failure {
        Failure {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "not_ready",
            message: "the index is being built for the first time".to_owned(),
            hint: "try again in a moment".to_owned(),
        }
    }

    /// There is no such `thing` as `name`.
    pub fn not_found(thing: &str, name: &str, hint: &str) -> Failure {
        Failure {
            status: StatusCode::NOT_FOUND,
            code: "not_found",
            message: format!("no {thing} {name:?}"),
            hint: hint.to_owned(),
        }
    }

    /// Who asks may not.
    pub fn forbidden(status: StatusCode, message: &str, hint: &str) -> Failure {
        let (message, hint) = (message.to_owned(), hint.to_owned());
        Failure { status, code: "forbidden", message, hint }
    }

    /// The fault is ours; the log says more.
    pub fn internal(message: &str) -> Failure {
        Failure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "internal",
            message: message.to_owned(),
            hint: "the server's log says why".to_owned(),
        }
    }

    /// What was sent makes no sense.
    pub fn bad_request(message: impl Into<String>, hint: &str) -> Failure {
        Failure {
            status: StatusCode::BAD_REQUEST,
            code: "bad_request",
            message: message.into(),
            hint: hint.to_owned(),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Failure {
        tracing::error!(%error, "a request failed");
        Failure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "index",
            message: "the index could not be read".to_owned(),
            hint: "the server's log says why".to_owned(),
        }
    }
}

impl From<tokio::task::JoinError> for Failure {
    fn from(error: tokio::task::JoinError) -> Failure {
        tracing::error!(%error, "a request ended early");
        Failure::internal("the request could not be answered")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = serde_json::json!({
            "error": { "code": self.code, "message": self.message, "hint": self.hint }
        });
        (self.status, Json(error)).into_response()
    }
}
