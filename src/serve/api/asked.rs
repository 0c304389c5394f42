//! What a request asks for, read from its address; what makes no sense, or is too long, is a failure like any other.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::error::Failure;

/// Characters of a parameter's value. Every link of an answer may repeat it, so one byte more may be a hundred more
/// in the answer.
const LONGEST: usize = 200;
/// Those that are longer by nature: a file's path, a list of topics…
const LONG: [&str; 2] = ["path", "known"];
/// …and what they may have.
const LONGEST_LONG: usize = 1_000;
/// What a person types: the query language cuts it, and says so.
const TYPED: &str = "q";

/// The parameters behind the question mark.
pub(in crate::serve) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Failure> {
        bounded(parts.uri.query().unwrap_or_default())?;
        let hint = "/openapi.json says what each address takes";
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(asked) = query.map_err(|error| Failure::bad_request(error.body_text(), hint))?;
        Ok(Asked(asked))
    }
}

/// `Err` if a value of `query` is too long.
fn bounded(query: &str) -> Result<(), Failure> {
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let most = if LONG.contains(&&*name) { LONGEST_LONG } else { LONGEST };
        if name != TYPED && value.chars().nth(most).is_some() {
            let name: String = name.chars().take(LONGEST).collect();
            let message = format!("the value of {name:?} is too long");
            return Err(Failure::bad_request(message, &format!("it may have {most} characters")));
        }
    }
    Ok(())
}

/// The name in the path.
pub(in crate::serve) struct Named(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named, Failure> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let hint = "names are UTF-8, percent-encoded";
        let Path(name) = path.map_err(|error| Failure::bad_request(error.body_text(), hint))?;
        Ok(Named(name))
    }
}

/// Whether something is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::serve) enum Flag {
    #[serde(rename = "0")]
    Off,
    #[serde(rename = "1")]
    On,
}

/// A number that may be left out.
pub(in crate::serve) fn number(asked: Option<u32>, usual: usize) -> usize {
    asked.map_or(usual, |number| usize::try_from(number).unwrap_or(usize::MAX))
}
