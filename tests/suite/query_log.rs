//! The log of queries: off by default, bounded, private, and shown to the operator only.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tower::ServiceExt;

use crate::serve::{Server, app_with, get, settings};
use crate::signals::{Signal, send};
use crate::world::{BIAS, World, block_on, ended, repo};

fn world(more: &str) -> World {
    let world = World::new(vec![repo("ann/bias", &[("README.md", BIAS)])]);
    world.refresh(&[], 0);
    world.settings(&format!("[serve]\n{more}"));
    world
}

fn interrupt(server: &mut Server) {
    send(Signal::Interrupt, server.child.id());
    ended(&mut server.child);
}

#[test]
fn a_server_counts_queries_and_keeps_them_when_it_stops() {
    let world = world("query_log = true\n");
    let ask = |server: &Server| {
        for path in [
            "/api/v1/search?q=Position+bias",
            "/?q=position+bias",
            "/results?q=position+bias&typing=1",
            "/api/v1/search?q=position+bias&offset=10",
            "/api/v1/suggest?q=pos",
            "/api/v1/search?q=%22zzqx+xqzz%22",
        ] {
            assert!(server.get(path).starts_with("HTTP/1.1 200"), "{path}");
        }
    };
    for _ in 0..2 {
        let mut server = Server::start(&world, &["--no-refresh"]);
        ask(&server);
        interrupt(&mut server);
    }
    let log = world.run(&["status", "--queries", "--json"]).json();
    let week = &log["weeks"][0];
    assert_eq!((&week["searches"], &week["empty"]), (&6.into(), &2.into()), "{log}");
    assert_eq!(week["frequent"][0]["query"], "position bias");
    assert_eq!(week["frequent"][0]["count"], 4);
    assert_eq!(week["without_results"][0]["query"], "\"zzqx xqzz\"");
    let shown = world.run(&["status", "--queries"]).stdout;
    assert!(shown.contains("6 searches, 2 without results"), "{shown}");
    assert!(shown.contains("     4  position bias  ("), "{shown}");
}

#[test]
fn without_the_setting_nothing_is_kept() {
    let world = world("");
    let mut server = Server::start(&world, &["--no-refresh"]);
    server.get("/api/v1/search?q=bias");
    interrupt(&mut server);
    assert!(!world.path("index/queries.json").exists());
    let shown = world.run(&["status", "--queries"]);
    assert!(shown.code == 0 && shown.stdout.contains("query_log = true"), "{}", shown.stdout);
}

#[test]
fn only_the_admin_token_shows_the_page_of_queries() {
    let world = world("");
    let plain = settings(&world);
    let config = cairn::config::Config { query_log: true, ..plain.clone() };
    assert_eq!(get(&app_with(config.clone()), "/queries").0, 404, "no token is set");
    let token = Some(String::from("t0p").into());
    let without = cairn::config::Config { admin_token: token.clone(), ..plain };
    assert_eq!(get(&app_with(without), "/queries").0, 404, "no queries are counted");
    let app = app_with(cairn::config::Config { admin_token: token, ..config });
    get(&app, "/api/v1/search?q=secret+%3Cb%3E");
    let (status, headers, refused) = get(&app, "/queries");
    assert_eq!(
        (status.as_u16(), &headers["www-authenticate"]),
        (401, &"Basic realm=\"Cairn\", charset=\"UTF-8\"".parse().unwrap())
    );
    assert!(!refused.contains("secret"), "{refused}");
    let with = |authorization: String| {
        block_on(async {
            let request = Request::get("/queries").header("authorization", authorization);
            let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, 1_000_000).await.unwrap();
            (parts.status.as_u16(), parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
        })
    };
    for authorization in ["Bearer t0p".to_owned(), format!("Basic {}", STANDARD.encode("me:t0p"))] {
        let (status, headers, page) = with(authorization);
        assert_eq!((status, &headers["cache-control"]), (200, &"no-store".parse().unwrap()));
        assert!(page.contains("secret &lt;b&gt;") && page.contains("?q=secret+%3Cb%3E"), "{page}");
    }
    assert_eq!(with("Bearer nope".to_owned()).0, 401);
}
