//! Serves the stylesheet, scripts and icons. They are compiled into the program; with `serve --web`, they are read from
//! a folder.
//!
//! Pages load them from a folder whose name is a hash of all of them, so browsers keep them until a new version of the
//! program has others. Scripts import each other by relative names, which stay in that folder.

use std::sync::{Arc, LazyLock};

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

/// A hash of the names and contents of all compiled assets.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = blake3::Hasher::new();
    for name in CompiledAssets::iter() {
        hash.update(name.as_bytes()).update(b"\0");
        if let Some(asset) = CompiledAssets::get(&name) {
            hash.update(&asset.metadata.sha256_hash());
        }
    }
    hash.finalize().to_hex().chars().take(16).collect()
});

/// The folder from which pages load the assets.
pub(super) fn folder(state: &ServerState) -> String {
    match state.config.web_folder {
        Some(_) => "/assets".to_owned(),
        None => format!("/assets/{}", *VERSION),
    }
}

/// `GET /assets/{name}`: clients must revalidate it.
pub(super) async fn current(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RequestFailure> {
    asset(&state, &name, &headers, "no-cache").await
}

/// `GET /assets/{version}/{name}`: clients may keep it for ever. Pages of another version of the program get the
/// current asset, which they must revalidate.
pub(super) async fn versioned(
    State(state): State<Arc<ServerState>>,
    Path((version, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, RequestFailure> {
    let is_current = version == *VERSION && state.config.web_folder.is_none();
    let kept = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
    asset(&state, &name, &headers, kept).await
}

async fn asset(
    state: &ServerState,
    name: &str,
    headers: &HeaderMap,
    kept: &'static str,
) -> Result<Response, RequestFailure> {
    // Only compiled-in names are looked up, so a path can't reach any other file.
    let unknown = || RequestFailure::not_found("asset", name, "");
    let compiled = CompiledAssets::get(name).ok_or_else(unknown)?;
    let kind = compiled.metadata.mimetype().to_owned();
    let on_disk = match &state.config.web_folder {
        Some(folder) => tokio::fs::read(folder.join(name)).await.ok(),
        None => None,
    };
    let bytes = on_disk.unwrap_or_else(|| compiled.data.into_owned());
    let tag = format!("W/\"{}\"", blake3::hash(&bytes).to_hex());
    let tag =
        HeaderValue::from_str(&tag).map_err(|_| RequestFailure::internal("the ETag is invalid"))?;
    let body = match is_any(headers) || is_known(headers, &tag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
    };
    let kept = HeaderValue::from_static(kept);
    Ok(([(header::ETAG, tag), (header::CACHE_CONTROL, kept)], body).into_response())
}
