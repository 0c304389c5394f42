//! What a request asks for, read from its address; what makes no sense is told as every failure is.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::error::Failure;

/// The parameters behind the question mark.
pub(in crate::serve) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Failure> {
        let hint = "/openapi.json says what each address takes";
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(asked) = query.map_err(|error| Failure::bad_request(error.body_text(), hint))?;
        Ok(Asked(asked))
    }
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
