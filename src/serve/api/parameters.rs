//! Parameters of a request, read from its URL and validated.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::error::RequestFailure;

/// The maximum number of characters in a parameter's value; a request with a longer value gets 400. The links of a
/// response may repeat the value, so each of its bytes may add a hundred bytes to the response.
const LONGEST: usize = 200;
/// The parameters whose values may be longer than [`LONGEST`]: a file's path and a list of topics.
const LONG: [&str; 2] = ["path", "known"];
/// The maximum number of characters in the value of a parameter in [`LONG`]; a request with a longer value gets 400.
const LONGEST_LONG: usize = 1_000;
/// The parameter with the typed query. It has no limit here: the query parser truncates a long query and adds a note.
const TYPED: &str = "q";

/// The parameters of the query string.
pub(in crate::serve) struct QueryParameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryParameters<T> {
    type Rejection = RequestFailure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<QueryParameters<T>, RequestFailure> {
        bounded(parts.uri.query().unwrap_or_default())?;
        let hint = "/openapi.json lists the parameters of each route";
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(asked) =
            query.map_err(|error| RequestFailure::bad_request(error.body_text(), hint))?;
        Ok(QueryParameters(asked))
    }
}

/// `Err` if a value of `query` is too long.
fn bounded(query: &str) -> Result<(), RequestFailure> {
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let most = if LONG.contains(&&*name) { LONGEST_LONG } else { LONGEST };
        if name != TYPED && value.chars().nth(most).is_some() {
            let name: String = name.chars().take(LONGEST).collect();
            let message = format!("the value of {name:?} is too long");
            return Err(RequestFailure::bad_request(
                message,
                &format!("at most {most} characters are allowed"),
            ));
        }
    }
    Ok(())
}

/// The percent-decoded last segment of the path.
pub(in crate::serve) struct PathName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathName {
    type Rejection = RequestFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<PathName, RequestFailure> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let hint = "send the name as percent-encoded UTF-8";
        let Path(name) =
            path.map_err(|error| RequestFailure::bad_request(error.body_text(), hint))?;
        Ok(PathName(name))
    }
}

/// A parameter that is `0` or `1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::serve) enum Flag {
    #[serde(rename = "0")]
    Off,
    #[serde(rename = "1")]
    On,
}

/// `asked` as a `usize`; `usual` if `asked` is `None`.
pub(in crate::serve) fn number(asked: Option<u32>, usual: usize) -> usize {
    asked.map_or(usual, |number| usize::try_from(number).unwrap_or(usize::MAX))
}
