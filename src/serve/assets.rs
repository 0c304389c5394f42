//! Serves the stylesheet, scripts and icons. They are compiled into the program; with `serve --web`, they are read from
//! a folder.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use super::error::RequestFailure;
use super::middleware::cache::{is_any, is_known};
use super::state::ServerState;

#[derive(Embed)]
#[folder = "web/"]
struct CompiledAssets;

/// `GET /assets/{name}`
pub(super) async fn asset(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RequestFailure> {
    // Only compiled-in names are looked up, so a path can't reach any other file.
    let unknown = || RequestFailure::not_found("asset", &name, "");
    let compiled = CompiledAssets::get(&name).ok_or_else(unknown)?;
    let kind = compiled.metadata.mimetype().to_owned();
    let on_disk = match &state.config.web_folder {
        Some(folder) => tokio::fs::read(folder.join(&name)).await.ok(),
        None => None,
    };
    let bytes = on_disk.unwrap_or_else(|| compiled.data.into_owned());
    let tag = format!("W/\"{}\"", blake3::hash(&bytes).to_hex());
    let tag =
        HeaderValue::from_str(&tag).map_err(|_| RequestFailure::internal("the ETag is invalid"))?;
    let body = match is_any(&headers) || is_known(&headers, &tag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
    };
    let kept = HeaderValue::from_static("no-cache");
    Ok(([(header::ETAG, tag), (header::CACHE_CONTROL, kept)], body).into_response())
}
