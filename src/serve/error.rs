//! Failed requests: status, code, message and hint, as JSON or as a page.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::generation::damage::HOW_TO_REPAIR;
use crate::library::view::{ErrorAnswer, ErrorCode, ErrorView, NearName};
use crate::search::{SearchError, SearchStopped};

/// A failed request.
#[derive(Clone, Debug)]
pub(super) struct RequestFailure {
    pub status: StatusCode,
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    /// What may have been meant, if a name is unknown.
    pub near: Vec<NearName>,
}

impl RequestFailure {
    /// The failure when there is no generation to show yet.
    pub fn not_ready() -> RequestFailure {
        RequestFailure {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: ErrorCode::NotReady,
            message: "the index is being built".to_owned(),
            hint: "try again in a moment".to_owned(),
            near: Vec::new(),
        }
    }

    /// The same if the last refresh published nothing, so that waiting alone does not help.
    pub fn unpublished() -> RequestFailure {
        RequestFailure {
            message: "there is no index, because the last refresh published nothing".to_owned(),
            hint: "for whoever runs this server: `cairn status` says why".to_owned(),
            ..RequestFailure::not_ready()
        }
    }

    /// The same after an update of Cairn that can't read the index of an older version. `is_rebuilt` says whether this
    /// server rebuilds it.
    pub fn outdated(is_rebuilt: bool) -> RequestFailure {
        let hint = match is_rebuilt {
            true => {
                "it is being rebuilt from what is stored, which takes a minute or a few; try again then"
            }
            false => {
                "for whoever runs this server: `cairn refresh --offline` rebuilds it from what is stored"
            }
        };
        RequestFailure {
            message: "Cairn was updated, and the index is of an older version that it can't read"
                .to_owned(),
            hint: hint.to_owned(),
            ..RequestFailure::not_ready()
        }
    }

    /// The failure when the queue of searches is full, or when a search has waited too long for a slot.
    pub fn busy() -> RequestFailure {
        RequestFailure {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: ErrorCode::Busy,
            message: "too many searches at once".to_owned(),
            hint: "search again in a second".to_owned(),
            near: Vec::new(),
        }
    }

    /// The failure when a search was stopped before it was done.
    fn stopped(stopped: SearchStopped) -> RequestFailure {
        let (code, hint) = match stopped {
            SearchStopped::Cancelled => {
                (ErrorCode::Stopped, "the server is stopping; search again later")
            }
            SearchStopped::Work | SearchStopped::Time => {
                let hint = "search for fewer or rarer words, with fewer filters and phrases";
                (ErrorCode::TooCostly, hint)
            }
        };
        let (status, message) = (StatusCode::SERVICE_UNAVAILABLE, stopped.to_string());
        RequestFailure { status, code, message, hint: hint.to_owned(), near: Vec::new() }
    }

    /// The failure when the cluster that has the texts can't be used because of `error`. The log has the details,
    /// which may name machines that readers need not know.
    fn engine(error: &SearchError) -> RequestFailure {
        let advice = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        tracing::warn!("the search engine failed: {error}{advice}");
        RequestFailure {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: ErrorCode::Engine,
            message: "the search engine is not available".to_owned(),
            hint: "try again in a minute; for whoever runs this server: `cairn doctor` says why"
                .to_owned(),
            near: Vec::new(),
        }
    }

    /// The value of the `Retry-After` header: seconds until a retry may succeed. `None` if that is unknown.
    pub fn retry_after(&self) -> Option<HeaderValue> {
        match self.code {
            ErrorCode::Busy => Some(HeaderValue::from_static("1")),
            ErrorCode::Engine => Some(HeaderValue::from_static("10")),
            _ => None,
        }
    }

    /// The failure when no `thing` has the name `name`.
    pub fn not_found(thing: &str, name: &str, hint: &str) -> RequestFailure {
        RequestFailure {
            status: StatusCode::NOT_FOUND,
            code: ErrorCode::NotFound,
            message: format!("no {thing} {name:?}"),
            hint: hint.to_owned(),
            near: Vec::new(),
        }
    }

    /// The failure when the document of the section `id` is no longer in `source`.
    pub fn gone(id: &str, source: &str) -> RequestFailure {
        RequestFailure {
            status: StatusCode::GONE,
            code: ErrorCode::Gone,
            message: format!("the document of section {id:?} is no longer in {source}"),
            hint: "search for its content; its source may have moved or removed it".to_owned(),
            near: Vec::new(),
        }
    }

    pub fn unknown_topic(name: &str) -> RequestFailure {
        RequestFailure::not_found("topic", name, "/topics and /api/v1/topics list them")
    }

    pub fn unknown_case(id: &str) -> RequestFailure {
        RequestFailure::not_found("case study", id, "/cases and /api/v1/cases list them")
    }

    /// With the names that may have been meant.
    pub fn near(self, near: Vec<NearName>) -> RequestFailure {
        RequestFailure { near, ..self }
    }

    /// The failure when the client lacks the permission for the request.
    pub fn forbidden(status: StatusCode, message: &str, hint: &str) -> RequestFailure {
        let (message, hint) = (message.to_owned(), hint.to_owned());
        RequestFailure { status, code: ErrorCode::Forbidden, message, hint, near: Vec::new() }
    }

    /// The failure when the server has a bug or lacks resources. The server's log has the details.
    pub fn internal(message: &str) -> RequestFailure {
        RequestFailure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: ErrorCode::Internal,
            message: message.to_owned(),
            hint: "the server's log says why".to_owned(),
            near: Vec::new(),
        }
    }

    /// The failure when the request is invalid.
    pub fn bad_request(message: impl Into<String>, hint: &str) -> RequestFailure {
        RequestFailure {
            status: StatusCode::BAD_REQUEST,
            code: ErrorCode::BadRequest,
            message: message.into(),
            hint: hint.to_owned(),
            near: Vec::new(),
        }
    }
}

impl From<SearchError> for RequestFailure {
    fn from(error: SearchError) -> RequestFailure {
        match error {
            SearchError::Stopped(stopped) => return RequestFailure::stopped(stopped),
            SearchError::TooManyFilters { .. } => {
                let hint = "equal filters count once";
                return RequestFailure::bad_request(error.to_string(), hint);
            }
            error if error.is_of_engine() => return RequestFailure::engine(&error),
            _ => tracing::error!(%error, "a request failed"),
        }
        RequestFailure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: ErrorCode::Index,
            message: "the index could not be read".to_owned(),
            hint: format!("for whoever runs this server: {HOW_TO_REPAIR}"),
            near: Vec::new(),
        }
    }
}

impl From<tokio::task::JoinError> for RequestFailure {
    fn from(error: tokio::task::JoinError) -> RequestFailure {
        tracing::error!(%error, "a request ended early");
        RequestFailure::internal("the request could not be answered")
    }
}

impl IntoResponse for RequestFailure {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after().map(|after| (header::RETRY_AFTER, after));
        let RequestFailure { status, code, message, hint, near } = self;
        let answer = ErrorAnswer { error: ErrorView { code, message, hint, near } };
        let mut response = (status, Json(answer)).into_response();
        response.headers_mut().extend(retry_after);
        response
    }
}
