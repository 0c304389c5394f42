//! Dead links, as a user of `refresh --check-links` sees them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::world::{World, repo, text};

/// A web server at a loopback address that no other setting of a test uses.
struct Web {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Web {
    fn start() -> Web {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&asked);
        let app = Router::new().fallback(move |request: Request| {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            noted.lock().unwrap().push(format!("{method} {path}"));
            async move {
                match (path.as_str(), method) {
                    ("/gone", _) => StatusCode::NOT_FOUND,
                    ("/no-head", Method::HEAD) => StatusCode::NOT_FOUND,
                    ("/limited", _) => StatusCode::TOO_MANY_REQUESTS,
                    _ => StatusCode::OK,
                }
            }
        });
        let listener =
            runtime.block_on(async { tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap() });
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move { axum::serve(listener, app).await });
        Web { address, asked, _runtime: runtime }
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }
}

fn resources(world: &World) -> Vec<Value> {
    let json = world.run(&["resources", "--json"]).json();
    json["resources"].as_array().unwrap().clone()
}

fn dead(world: &World) -> Vec<String> {
    let all = resources(world);
    let dead = all.iter().filter(|resource| resource["dead"].as_bool().unwrap());
    dead.map(|resource| text(&resource["title"]).to_owned()).collect()
}

#[test]
fn dead_links_are_found_politely_and_marked() {
    let web = Web::start();
    let links = ["alive", "gone", "no-head", "limited"].map(|name| {
        format!(
            "- [The {name} article](http://{}/{name}) tells a feature store's story\n",
            web.address
        )
    });
    let world =
        World::new(vec![repo("ann/list", &[("a.md", &format!("# L\n\n{}", links.concat()))])]);
    world.refresh(&[], 0);
    assert!(web.asked().is_empty(), "off unless asked for");
    // Links to loopback addresses are not requested unless the settings name them.
    let run = world.refresh(&["--check-links"], 0);
    assert!(web.asked().is_empty());
    assert_eq!(
        (run["looks"]["asked"].as_u64(), run["looks"]["unknown"].as_u64()),
        (Some(4), Some(4))
    );
    assert!(dead(&world).is_empty(), "in doubt a link lives");

    std::fs::remove_file(world.path("index/library.db")).unwrap();
    world.settings("[refresh]\nprivate_hosts = [\"127.0.0.2\"]\n");
    let run = world.refresh(&["--check-links"], 0);
    assert_eq!((run["looks"]["asked"].as_u64(), run["looks"]["dead"].as_u64()), (Some(4), Some(1)));
    assert_eq!(
        web.asked(),
        [
            "GET /gone",
            "GET /limited",
            "GET /no-head",
            "HEAD /alive",
            "HEAD /gone",
            "HEAD /limited",
            "HEAD /no-head"
        ]
    );
    assert_eq!(dead(&world), ["The gone article"]);
    let gone = resources(&world).into_iter().find(|r| r["dead"].as_bool().unwrap()).unwrap();
    let archive = format!("https://web.archive.org/web/https://{}/gone", web.address);
    assert_eq!(text(&gone["archived_at"]), archive);
    assert!(world.run(&["resources"]).stdout.contains(&archive));

    // What was found is kept for thirty days, and what was not sure for one.
    let run = world.refresh(&["--check-links"], 0);
    assert_eq!(run["looks"]["asked"].as_u64(), Some(0));
    assert!(web.asked().is_empty());
    assert_eq!(run["generation"], Value::Null, "nothing has changed");
    assert_eq!(dead(&world), ["The gone article"]);
}
