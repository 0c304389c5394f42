//! What programs around the pages read: crawlers, browsers that suggest and cache, and scripts of other sites.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use cairn::config::{self, ConfigOverrides};
use serde_json::Value;
use tower::ServiceExt;

use crate::serve::{app, app_with, get};
use crate::world::{World, block_on, two};

/// The server of `world` with the settings `settings`.
fn app_of(world: &World, settings: &str) -> Router {
    world.write("web.toml", settings);
    let overrides = ConfigOverrides {
        config: Some(world.path("web.toml")),
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    };
    app_with(config::load(&overrides).unwrap())
}

fn indexed() -> World {
    let world = two();
    world.refresh(&[], 0);
    world
}

#[test]
fn crawlers_may_read_pages_only_if_a_setting_allows_it() {
    let world = indexed();
    let (status, headers, closed) = get(&app(&world), "/robots.txt");
    assert_eq!((status.as_u16(), &*closed), (200, "User-agent: *\nDisallow: /\n"));
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    let settings = "[serve]\nsearch_engines = true\nurl = \"https://example.org/cairn\"\n";
    let open = get(&app_of(&world, settings), "/robots.txt").2;
    for closed in ["/cairn/*?", "/cairn/api/", "/cairn/results"] {
        assert!(open.contains(&format!("\nDisallow: {closed}\n")), "{open}");
    }
    assert!(!open.contains("Disallow: /cairn/\n") && !open.contains("Disallow: /\n"), "{open}");
}

#[test]
fn security_txt_is_there_only_if_a_contact_is_named() {
    let world = indexed();
    assert_eq!(get(&app(&world), "/.well-known/security.txt").0, 404);
    let settings = "[serve]\nsecurity_contact = \"mailto:ann@example.org\"\n";
    let (status, _, text) = get(&app_of(&world, settings), "/.well-known/security.txt");
    assert_eq!(status, 200);
    assert!(text.starts_with("Contact: mailto:ann@example.org\nExpires: 20"), "{text}");
}

#[test]
fn files_of_pages_are_kept_until_they_change() {
    let world = indexed();
    let app = app(&world);
    let page = get(&app, "/topics").2;
    let kept = |name: &str| {
        let start = page.find("\"/assets/").unwrap();
        let folder = page[start + 1..].split('/').nth(2).unwrap();
        assert_eq!(folder.len(), 16, "{folder}");
        let (status, headers, body) = get(&app, &format!("/assets/{folder}/{name}"));
        assert_eq!(status, 200, "{name}");
        (headers["cache-control"].to_str().unwrap().to_owned(), body)
    };
    for name in ["main.js", "base.js", "cairn.css", "icon.svg"] {
        let (control, body) = kept(name);
        assert_eq!(control, "public, max-age=31536000, immutable", "{name}");
        let (_, headers, current) = get(&app, &format!("/assets/{name}"));
        assert_eq!((&*current, &headers["cache-control"]), (&*body, &"no-cache".parse().unwrap()));
        let (_, headers, other) = get(&app, &format!("/assets/0123456789abcdef/{name}"));
        assert_eq!((other, &headers["cache-control"]), (body, &"no-cache".parse().unwrap()));
    }
    let (_, script) = kept("main.js");
    assert!(script.contains("from \"./search.js\""), "scripts stay in their folder");
}

#[test]
fn a_browser_gets_suggestions_for_its_address_bar() {
    let world = indexed();
    let app = app(&world);
    let description = get(&app, "/opensearch.xml").2;
    let template = "<Url type=\"application/x-suggestions+json\" template=\"http://";
    assert!(description.contains(template), "{description}");
    assert!(description.contains("/suggestions?q={searchTerms}\"/>"), "{description}");
    let (status, headers, body) = get(&app, "/suggestions?q=positi");
    assert_eq!(
        (status.as_u16(), &headers["content-type"]),
        (200, &"application/x-suggestions+json".parse().unwrap())
    );
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer[0], "positi");
    let completions: Vec<&str> =
        answer[1].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(completions.contains(&"position bias"), "{completions:?}");
    let answer: Value = serde_json::from_str(&get(&app, "/suggestions?q=ann").2).unwrap();
    assert!(answer[1].to_string().contains("source:"), "{answer}");
    assert_eq!(get(&app, "/suggestions").2, "[\"\",[]]");
}

/// The status and headers of the response to a request of a script at `origin`.
fn of_script(app: &Router, method: &str, path: &str, origin: &str) -> (u16, HeaderMap) {
    let request = Request::builder().method(method).uri(path).header("origin", origin);
    let request = match method {
        "OPTIONS" => request.header("access-control-request-method", "GET"),
        _ => request,
    };
    let response = block_on(app.clone().oneshot(request.body(Body::empty()).unwrap())).unwrap();
    (response.status().as_u16(), response.headers().clone())
}

#[test]
fn scripts_of_other_sites_read_the_api_only_if_the_settings_name_the_site() {
    let world = indexed();
    const ALLOW: &str = "access-control-allow-origin";
    let (one, other) = ("https://app.example", "https://evil.example");
    let closed = app(&world);
    for method in ["GET", "OPTIONS"] {
        let (_, headers) = of_script(&closed, method, "/api/v1/status", one);
        assert!(headers.get(ALLOW).is_none(), "{headers:?}");
    }
    let named = app_of(&world, "[serve]\ncors = [\"https://app.example/\"]\n");
    for path in ["/api/v1/status", "/openapi.json", "/api/v1/topics/none"] {
        let (_, headers) = of_script(&named, "GET", path, one);
        assert_eq!(headers[ALLOW], one, "{path}");
        assert!(headers.get_all("vary").iter().any(|vary| vary == "origin"), "{headers:?}");
        assert!(of_script(&named, "GET", path, other).1.get(ALLOW).is_none(), "{path}");
        assert!(headers.get("access-control-allow-credentials").is_none());
    }
    let (status, headers) = of_script(&named, "OPTIONS", "/api/v1/search", one);
    assert_eq!(
        (status, &headers["access-control-allow-methods"]),
        (204, &"GET, HEAD".parse().unwrap())
    );
    let (status, headers) = of_script(&named, "OPTIONS", "/api/v1/search", other);
    assert!(status == 405 && headers.get(ALLOW).is_none(), "{status} {headers:?}");
    for path in ["/", "/topics", "/metrics", "/feed.atom", "/suggestions?q=a", "/healthz"] {
        assert!(of_script(&named, "GET", path, one).1.get(ALLOW).is_none(), "{path}");
    }
    assert!(of_script(&named, "POST", "/api/v1/refresh", one).1.get(ALLOW).is_none());
    let everyone = app_of(&world, "[serve]\ncors = \"*\"\n");
    assert_eq!(of_script(&everyone, "GET", "/api/v1/status", other).1[ALLOW], "*");
}
