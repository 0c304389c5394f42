//! The client of arXiv's API: pauses, retries, and broken responses.

use std::time::Duration;

use cairn::config::{Config, ConfigOverrides, load};
use cairn::crawl::arxiv::{ArxivClient, ArxivError, ArxivId, ArxivPace, PaperResponse};

use crate::arxiv::{Arxiv, ArxivFault, Paper};
use crate::world::block_on;

const PAUSE: Duration = Duration::from_millis(150);

fn arxiv() -> Arxiv {
    let paper = |title: &str| Paper {
        title: title.into(),
        authors: vec!["Ann Example".into()],
        year: 2020,
        abstract_text: "Words.".into(),
    };
    Arxiv::start(&[("2003.00001", paper("One")), ("2003.00002", paper("Two"))])
}

fn ids(ids: &[&str]) -> Vec<ArxivId> {
    ids.iter().map(|id| ArxivId::parse(id).unwrap()).collect()
}

fn config(arxiv: &Arxiv) -> Config {
    let config = load(&ConfigOverrides::default()).unwrap();
    Config { arxiv_api: arxiv.base.clone(), longest_wait: Duration::from_secs(3), ..config }
}

fn client(arxiv: &Arxiv, timeout: Duration) -> ArxivClient {
    ArxivClient::new(&config(arxiv), ArxivPace { pause: PAUSE, timeout }).unwrap()
}

/// The response about both papers, after `faults`.
fn response_after(arxiv: &Arxiv, faults: &[ArxivFault]) -> Result<PaperResponse, ArxivError> {
    arxiv.fail(faults);
    let mut client = client(arxiv, Duration::from_secs(60));
    block_on(client.papers(&ids(&["2003.00001", "2003.00002"])))
}

#[test]
fn no_request_follows_another_before_the_pause_has_passed() {
    let arxiv = arxiv();
    arxiv.fail(&[ArxivFault::Status(500), ArxivFault::Truncated]);
    let mut client = client(&arxiv, Duration::from_secs(60));
    block_on(async {
        for _ in 0..3 {
            client.papers(&ids(&["2003.00001"])).await.unwrap();
        }
    });
    let requests = arxiv.take_requests();
    assert_eq!(requests.len(), 5, "two retries, then two more");
    assert_eq!(client.traffic.requests, 5);
    for pair in requests.windows(2) {
        assert!(pair[1].at - pair[0].at >= PAUSE, "{:?}", pair[1].at - pair[0].at);
    }
}

#[test]
fn transient_failures_are_retried_and_lasting_ones_are_errors() {
    let arxiv = arxiv();
    for fault in [ArxivFault::Status(503), ArxivFault::Truncated, ArxivFault::Limited(0)] {
        let answer = response_after(&arxiv, std::slice::from_ref(&fault)).unwrap();
        assert_eq!((answer.papers.len(), answer.unknown.len()), (2, 0), "{fault:?}");
    }
    for (faults, says) in [
        (vec![ArxivFault::Status(500); 3], "responds with 500"),
        (vec![ArxivFault::Status(403)], "responds with 403"),
        (vec![ArxivFault::Truncated; 3], "error"),
        (vec![ArxivFault::Limited(3_600)], "asks for a wait of 3600 s"),
        (vec![ArxivFault::Body("Rate exceeded.".into())], "asks for a wait of 60 s"),
        (vec![ArxivFault::Body("<html/>".into())], "it is not an Atom feed"),
        (vec![ArxivFault::Body("<feed".into())], "it is not well-formed XML"),
        (vec![ArxivFault::Body("<!DOCTYPE x [<!ENTITY a 'b'>]><feed/>".into())], "document type"),
        (vec![ArxivFault::Body(" ".repeat(5_000_000))], "longer than 4000000 bytes"),
    ] {
        arxiv.take_requests();
        let error = response_after(&arxiv, &faults).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
        assert_eq!(arxiv.take_requests().len(), faults.len(), "{error}");
    }
    assert_eq!(response_after(&arxiv, &[]).unwrap().papers.len(), 2, "no fault is left over");
}

#[test]
fn a_response_that_does_not_come_ends_in_a_timeout() {
    let arxiv = arxiv();
    arxiv.fail(&[ArxivFault::Silent, ArxivFault::Silent, ArxivFault::Silent]);
    let mut client = client(&arxiv, Duration::from_millis(200));
    let error = block_on(client.papers(&ids(&["2003.00001"]))).unwrap_err();
    assert!(!error.ends_run(), "{error}");
    assert_eq!(arxiv.take_requests().len(), 3);
}

#[test]
fn unknown_papers_are_distinguished_from_those_missing_in_an_incomplete_feed() {
    let arxiv = arxiv();
    let mut client = client(&arxiv, Duration::from_secs(60));
    let all = ids(&["2003.00001", "2003.00002", "2003.99999"]);
    let answer = block_on(client.papers(&all)).unwrap();
    assert_eq!(answer.papers.len(), 2);
    assert_eq!(answer.unknown.iter().map(ArxivId::as_str).collect::<Vec<_>>(), ["2003.99999"]);
    arxiv.fail(&[ArxivFault::Incomplete]);
    let answer = block_on(client.papers(&all)).unwrap();
    assert_eq!((answer.papers.len(), answer.unknown.len()), (1, 0));
}

#[test]
fn an_identifier_that_arxiv_calls_malformed_does_not_spoil_the_others() {
    let arxiv = arxiv();
    arxiv.refuse("2003.99999");
    let mut client = client(&arxiv, Duration::from_secs(60));
    let answer = block_on(client.papers(&ids(&["2003.00001", "2003.99999"]))).unwrap();
    assert_eq!((answer.papers.len(), answer.unknown.len()), (1, 1));
    let requests = arxiv.take_requests();
    assert_eq!(requests[1].ids, ["2003.00001"]);
}

#[test]
fn redirects_to_other_hosts_are_not_followed_and_end_the_requests() {
    let arxiv = arxiv();
    let elsewhere = Arxiv::start(&[]);
    let error =
        response_after(&arxiv, &[ArxivFault::Redirect(elsewhere.base.clone())]).unwrap_err();
    assert!(error.to_string().contains("away from the source's hosts"), "{error}");
    assert!(error.ends_run());
    assert_eq!((arxiv.take_requests().len(), elsewhere.take_requests().len()), (1, 0));
}

#[test]
fn a_spent_byte_budget_ends_the_requests() {
    let arxiv = arxiv();
    let config = Config { run_bytes: 2_000, ..config(&arxiv) };
    let pace = ArxivPace { pause: PAUSE, timeout: Duration::from_secs(60) };
    let mut client = ArxivClient::new(&config, pace).unwrap();
    let both = ids(&["2003.00001", "2003.00002"]);
    let error = block_on(client.papers(&both)).unwrap_err();
    assert!(error.to_string().contains("longer than 2000 bytes") && error.ends_run(), "{error}");
}
