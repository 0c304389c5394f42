//! Stylesheet, scripts and icons: from disk in a checkout, else from inside the program.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use super::State;
use super::error::Failure;

#[derive(Embed)]
#[folder = "web/"]
struct Compiled;

/// `GET /assets/{name}`
pub(super) async fn asset(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    // Only names that were compiled in are looked for, so that no path leads anywhere else.
    let unknown = || Failure::not_found("asset", &name, "");
    let compiled = Compiled::get(&name).ok_or_else(unknown)?;
    let kind = compiled.metadata.mimetype().to_owned();
    let on_disk = match &state.config.web_folder {
        Some(folder) => tokio::fs::read(folder.join(&name)).await.ok(),
        None => None,
    };
    let cache = if on_disk.is_some() { "no-cache" } else { "max-age=3600" };
    let bytes = on_disk.unwrap_or_else(|| compiled.data.into_owned());
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned())];
    Ok((headers, bytes).into_response())
}
