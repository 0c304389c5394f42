//! Nodes that hang, die, cut answers off, or are something else.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde_json::Value;

use super::server::{Reply, Server, dead_node, recorded};
use super::{VERSIONS, cluster, search, settings};
use crate::config::{ClusterCredentials, ClusterSettings};
use crate::search::cluster::{Cluster, ClusterFault, ClusterRequest};

const HANG: Reply = Reply::Hang(Duration::from_secs(5));

fn fine() -> Reply {
    Reply::Answer(200, "{}".to_owned())
}

#[test]
fn a_node_that_hangs_costs_the_time_limit_and_a_tenth() {
    let server = Server::with(vec![HANG]);
    let timeout = Duration::from_millis(600);
    let settings = ClusterSettings { timeout, ..settings(&[&server.url]) };
    let cluster = Cluster::new(&settings).unwrap();
    let began = Instant::now();
    let fault = search(&cluster).unwrap_err();
    let took = began.elapsed();
    assert!(matches!(fault, ClusterFault::TimedOut { .. }), "{fault:?}");
    assert!(took >= timeout && took < timeout * 3, "{took:?}");
    assert_eq!(server.seen().len(), 2, "it was asked twice");
    let once = ClusterRequest::get("/").once();
    assert!(cluster.send::<Value>(&once).is_err());
    assert_eq!(server.seen().len(), 3, "this request may not be repeated");
}

#[test]
fn the_other_node_answers_if_one_hangs() {
    let (hanging, good) = (Server::with(vec![HANG]), Server::with(vec![fine()]));
    let timeout = Duration::from_millis(900);
    let settings = ClusterSettings { timeout, ..settings(&[&hanging.url, &good.url]) };
    let cluster = Cluster::new(&settings).unwrap();
    search(&cluster).unwrap();
    assert_eq!((hanging.seen().len(), good.seen().len()), (1, 1));
}

#[test]
fn a_dead_node_is_avoided_after_its_first_failure() {
    let (dead, good) = (dead_node(), Server::with(vec![fine()]));
    let cluster = cluster(&[&dead, &good.url]);
    for _ in 0..6 {
        search(&cluster).unwrap();
    }
    assert_eq!(good.seen().len(), 6);
    let states = cluster.state(None).nodes;
    assert!(matches!(states[0].version, Err(ClusterFault::Unreachable { .. })), "{states:?}");
}

#[test]
fn requests_go_to_each_node_in_turn() {
    let servers: Vec<Server> = (0..3).map(|_| Server::with(vec![fine()])).collect();
    let cluster = cluster(&servers.iter().map(|server| &server.url).collect::<Vec<_>>());
    for _ in 0..9 {
        search(&cluster).unwrap();
    }
    assert!(servers.iter().all(|server| server.seen().len() == 3));
}

#[test]
fn passing_errors_are_tried_on_the_other_node() {
    let passing = [
        recorded("2.19", "killed-500"),
        recorded("3.9", "lost-shard"),
        recorded("3.9", "bulk-too-many-bytes"),
        Reply::Answer(502, String::new()),
        Reply::Answer(503, String::new()),
        Reply::Bytes(Vec::new()),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"hits\":".to_vec()),
    ];
    for reply in passing {
        let shown = format!("{reply:?}");
        let (bad, good) = (Server::with(vec![reply]), Server::with(vec![fine()]));
        search(&cluster(&[&bad.url, &good.url])).unwrap_or_else(|fault| panic!("{shown}: {fault}"));
        assert_eq!((bad.seen().len(), good.seen().len()), (1, 1), "{shown}");
    }
    for lasting in ["wrong-query", "unknown-index"] {
        let (bad, good) = (Server::replaying("3.9", lasting), Server::with(vec![fine()]));
        search(&cluster(&[&bad.url, &good.url])).unwrap_err();
        assert!(good.seen().is_empty(), "{lasting}");
    }
}

#[test]
fn broken_answers_are_faults() {
    type Is = fn(&ClusterFault) -> bool;
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"hits\":".to_vec();
    let mut huge = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    huge.resize(65 << 20, b' ');
    let redirect =
        b"HTTP/1.1 302 Found\r\nlocation: https://evil.example/x\r\ncontent-length: 0\r\n\r\n";
    let cases: [(Vec<u8>, Is); 5] = [
        (cut, |it| matches!(it, ClusterFault::BrokenOff { .. })),
        (huge, |it| matches!(it, ClusterFault::TooLarge { .. })),
        (b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), |it| matches!(it, ClusterFault::BrokenOff { .. })),
        (redirect.to_vec(), |it| it.to_string().contains("redirects to evil.example")),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n\xff\xfe{".to_vec(), |it| {
            matches!(it, ClusterFault::Unreadable { .. })
        }),
    ];
    for (bytes, is) in cases {
        let server = Server::with(vec![Reply::Bytes(bytes)]);
        let fault = search(&cluster(&[&server.url])).unwrap_err();
        assert!(is(&fault), "{fault:?}");
    }
}

#[test]
fn credentials_are_sent_and_never_printed() {
    let secret = || SecretString::from("s3cret".to_owned());
    let login = ClusterCredentials::Password { user: "ann".to_owned(), password: secret() };
    for (credentials, header) in [
        (login, "authorization: Basic YW5uOnMzY3JldA=="),
        (ClusterCredentials::Token(secret()), "authorization: Bearer s3cret"),
    ] {
        let server = Server::with(vec![Reply::Answer(401, "Unauthorized".to_owned())]);
        let settings = ClusterSettings { credentials, ..settings(&[&server.url]) };
        let cluster = Cluster::new(&settings).unwrap();
        let fault = search(&cluster).unwrap_err();
        assert!(server.seen()[0].head.iter().any(|line| line == header), "{:?}", server.seen());
        let state = cluster.state(Some("x"));
        let printed = format!("{settings:?} {cluster:?} {fault:?} {fault} {state:?}");
        let leaks = ["s3cret", "YW5u"].iter().any(|text| printed.contains(text));
        assert!(!leaks && fault.hint().unwrap().contains("password_file"), "{printed}");
    }
}

#[test]
fn tls_with_a_node_that_has_none_is_a_fault_of_tls() {
    let plain = Server::with(vec![fine()]);
    let closing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closing_url = format!("https://{}/", closing.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in closing.incoming() {
            let _ = std::io::Read::read(&mut stream.unwrap(), &mut [0; 1_000]);
        }
    });
    for url in [plain.url.as_str().replace("http:", "https:"), closing_url] {
        let fault = search(&cluster(&[&url.parse().unwrap()])).unwrap_err();
        assert!(matches!(fault, ClusterFault::Tls { .. }), "{fault:?}");
    }
    let wrong = plain.url.as_str().replace("http:", "https:").parse().unwrap();
    search(&cluster(&[&wrong, &plain.url])).unwrap();
}

#[test]
fn a_broken_certificate_is_a_fault_when_the_client_is_made() {
    let pem = b"-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n";
    let url = dead_node();
    let settings = ClusterSettings { authorities: Some(pem.to_vec()), ..settings(&[&url]) };
    let fault = Cluster::new(&settings).unwrap_err();
    assert!(matches!(fault, ClusterFault::Client { .. }), "{fault:?}");
}

#[tokio::test]
async fn it_works_inside_a_runtime_and_can_be_dropped_there() {
    let server = Server::replaying("3.9", "search");
    let cluster = cluster(&[&server.url]);
    search(&cluster).unwrap();
    drop(cluster);
}

#[test]
fn a_path_in_front_of_a_cluster_is_kept() {
    let server = Server::with(vec![fine()]);
    let url = server.url.join("cluster/one/").unwrap();
    search(&cluster(&[&url])).unwrap();
    assert_eq!(server.seen()[0].line, "POST /cluster/one/small/_search");
    assert!(server.seen()[0].head.contains(&"content-type: application/json".to_owned()));
}

#[test]
fn only_known_versions_of_opensearch_are_accepted() {
    let version = |root: &str| {
        let server = Server::with(vec![Reply::Answer(200, root.to_owned())]);
        cluster(&[&server.url]).version()
    };
    let root = |number: &str| {
        format!(
            r#"{{"cluster_name":"c","version":{{"distribution":"opensearch","number":"{number}"}}}}"#
        )
    };
    for (number, found) in [("2.19.0", (2, 19)), ("2.20.1", (2, 20)), ("3.0.0-beta1", (3, 0))] {
        let version = version(&root(number)).unwrap();
        assert_eq!(
            (version.major, version.minor, version.text.as_str()),
            (found.0, found.1, number)
        );
    }
    for number in ["1.3.0", "2.18.9", "4.0.0", "7.10.2", "", "x.y"] {
        let fault = version(&root(number)).unwrap_err();
        assert!(matches!(fault, ClusterFault::Version { .. }), "{fault:?}");
        assert!(fault.hint().unwrap().contains("2.19"));
    }
    let elastic = r#"{"version":{"number":"8.1.0"},"tagline":"You Know, for Search"}"#;
    for (other, found) in
        [(elastic, "Elasticsearch 8.1.0"), ("{}", "version"), ("<html>", "not JSON")]
    {
        let fault = version(other).unwrap_err();
        assert!(fault.to_string().contains(found), "{fault}");
    }
    for version in VERSIONS {
        let server = Server::replaying(version, "root");
        let found = cluster(&[&server.url]).version().unwrap();
        assert!(found.text.starts_with(version), "{found:?}");
    }
}

#[test]
fn the_other_nodes_share_the_requests_of_a_dead_one() {
    let dead = dead_node();
    let good: Vec<Server> = (0..2).map(|_| Server::with(vec![fine()])).collect();
    let cluster = cluster(&[&dead, &good[0].url, &good[1].url]);
    for _ in 0..21 {
        search(&cluster).unwrap();
    }
    let counts: Vec<usize> = good.iter().map(|server| server.seen().len()).collect();
    assert!(counts.iter().all(|count| (9..=12).contains(count)), "{counts:?}");
}

#[test]
fn one_client_serves_many_threads() {
    let server = Server::replaying("3.9", "search");
    let cluster = cluster(&[&server.url]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..5).for_each(|_| drop(search(&cluster).unwrap())));
        }
    });
    assert_eq!(server.seen().len(), 40);
}
