//! The router of a server: all routes, and the middleware around them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use tower::Layer;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use super::api::{self, AdminRoutes};
use super::middleware::{access, base_path, cache, cors, hosts, limits, metrics, origin};
use super::pages::PictureMode;
use super::state::ServerState;
use super::{assets, crawlers, downloads, feed, mcp, monitoring, opensearch, pages};

/// Requests that take longer than this get 503.
const LONGEST: Duration = Duration::from_secs(10);

/// All routes over `state`.
pub fn router(state: Arc<ServerState>) -> Router {
    let shared = || Arc::clone(&state);
    let admin = AdminRoutes::of(&state.config);
    let cached = Router::new()
        .merge(pages::routes())
        .merge(downloads::routes())
        .nest("/api/v1", api::routes(admin))
        .route("/openapi.json", get(api::openapi))
        .route("/feed.atom", get(feed::feed))
        .route("/opensearch.xml", get(opensearch::description))
        .route("/suggestions", get(opensearch::suggestions))
        .layer(from_fn_with_state(shared(), cache::validate));
    let router = Router::new()
        .merge(cached)
        .route("/assets/{name}", get(assets::current))
        .route("/assets/{version}/{name}", get(assets::versioned))
        .merge(crawlers::routes())
        .merge(monitoring::routes())
        .merge(mcp::routes(&state))
        .route("/queries", get(pages::queries::page))
        .fallback(pages::not_found)
        .layer(from_fn_with_state(shared(), hosts::check))
        .layer(from_fn_with_state(shared(), limits::limit))
        // This layer is outside the limits, so that refused requests are counted too.
        .layer(from_fn_with_state(shared(), metrics::count))
        .layer(from_fn_with_state(shared(), origin::find))
        .layer(from_fn_with_state(shared(), cors::allow))
        .layer(from_fn_with_state(shared(), base_path::add))
        .with_state(shared())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(from_fn(secure))
        // This layer is outside all others, so that it sees what is sent.
        .layer(from_fn(access::log));
    if state.base.is_root() {
        return router;
    }
    // Layers of a router come after routing, so the base path is removed in front of the router.
    let base = state.base.clone();
    let strip = MapRequestLayer::new(move |request: Request| base.strip(request));
    Router::new().fallback_service(strip.layer(router))
}

/// The policy of a page that may load pictures from `$images`.
macro_rules! policy {
    ($images:literal) => {
        concat!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src ",
            $images,
            "; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    };
}

/// Security headers of every response: only our own files may be loaded, and no site may frame a page. A document whose
/// pictures the reader asked for may also load pictures over HTTPS.
async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = match response.extensions().get::<PictureMode>() {
        Some(PictureMode::Loaded) => policy!("'self' https:"),
        Some(PictureMode::Linked) | None => policy!("'self'"),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
