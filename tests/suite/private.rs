//! Private repositories: which requests are sent to GitHub, with and without the token.
//! [`crate::private_exports`] tests what is shown of them.

use std::sync::Arc;

use axum::Router;
use cairn::config::{self, ConfigOverrides};
use cairn::serve::{RefreshPolicy, ServerState, router};
use serde_json::Value;

use crate::github::{Fault, Repo};
use crate::world::{World, entry, outcome, output_of, part, repo, text};

/// A word in every text of the private repository.
pub(crate) const SECRET: &str = "pangolin";
/// A paper that all three repositories cite.
pub(crate) const PAPER: &str = "https://arxiv.org/abs/1706.03762";
/// A page that only the private repository and one other cite, and a page that only the private repository cites.
pub(crate) const SHARED: &str = "https://example.org/blog/shared-by-two";
pub(crate) const OWN: &str = "https://pangolin.example.org/blog/plans";

pub(crate) fn open_note(who: &str, more: &str) -> String {
    format!(
        "# Notes of {who}\n\nSays {who}: read [Attention Is All You Need]({PAPER}) before the feature store. {more}\n"
    )
}

/// A text that names two topics together often enough for a tie, among other topics.
fn said(who: &str) -> String {
    let together = (0..8).map(|n| {
        format!("Position bias is something that a feature store of {who} removes from clicks in \
                 ranking, because it keeps the shown position next to each click as a feature of the model in case {n}.\n\n")
    });
    let others =
        (0..60).map(|n| format!("Note {n} of {who}: recall@k and Kafka, XGBoost and ROC AUC.\n\n"));
    format!("# Position bias\n\n{}", together.chain(others).collect::<String>())
}

/// A world in which the entry of `bob/own` is still public.
fn world() -> World {
    let own = format!(
        "# Plans of the {SECRET}\n\nThe {SECRET} feature store avoids training-serving skew in every model that we serve.\n\n\
         The {SECRET} says: read [The {SECRET} reads of attention and all that]({PAPER}), then the feature store. It reads \
         [What two say of {SECRET} stores]({SHARED}) and [Plans of the {SECRET} feature store]({OWN}), too.\n"
    );
    let long =
        format!("The {SECRET} feed ranks videos by watch time, and by what we ask. ").repeat(8);
    let case = format!(
        "# Design a video recommendation system\n\n## Problem framing\n\n{long}\n\n## Data\n\n{long}\n\n## Features\n\n{long}\n"
    );
    let shared = format!("See [Shared feature stores, compared]({SHARED}), too.");
    World::new(vec![
        repo("bob/own", &[("plans.md", &own), ("video.md", &case), ("said.md", &said(SECRET))]),
        repo("ann/open", &[("a.md", &open_note("ann", &shared)), ("said.md", &said("ann"))]),
        repo("cyd/open", &[("c.md", &open_note("cyd", "")), ("said.md", &said("cyd"))]),
    ])
}

/// Writes the catalogue with `bob/own` as a private repository, before the others.
pub(crate) fn make_private(world: &World) {
    let others = ["ann/open", "cyd/open"].map(|name| entry(name, ""));
    world.catalogue(&format!("{}{}", entry("bob/own", "private = true"), others.concat()));
}

/// Makes the metadata of all sources due.
fn forget_metadata(world: &World) {
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    for time in ["metadata_at", "metadata_tried_at"] {
        let sql = format!("UPDATE sources SET row = json_set(row, '$.{time}', 0)");
        store.execute(&sql, []).unwrap();
    }
}

/// Refreshes with a token.
#[track_caller]
pub(crate) fn signed_in(world: &World, code: i32) -> Value {
    let output = output_of(world.command(&["refresh", "--json"]).env("GITHUB_TOKEN", "t0ken"));
    assert_eq!(output.code, code, "{}\n{}", output.stdout, output.stderr);
    serde_json::from_str(&output.stdout).unwrap()
}

/// A world in which `bob/own` is indexed and private.
pub(crate) fn indexed() -> World {
    let world = world();
    world.refresh(&[], 0);
    make_private(&world);
    signed_in(&world, 0);
    world
}

pub(crate) fn app(world: &World, share_private: bool) -> Router {
    let overrides = ConfigOverrides {
        config: None,
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    };
    let mut config = config::load(&overrides).unwrap();
    config.share_private = share_private;
    router(Arc::new(ServerState::new(config, RefreshPolicy::Never).unwrap()))
}

#[test]
fn without_a_token_a_private_repository_is_not_requested_and_the_problem_has_a_remedy() {
    let world = world();
    make_private(&world);
    let run = world.refresh(&["bob/own"], 3);
    assert_eq!(world.asked(), [""; 0], "no request contains its name");
    let result = part(&run, "bob/own");
    assert_eq!(result["outcome"], "failed");
    assert!(text(&result["error"]).contains("there is no token"), "{result}");
    let hint = text(&result["hint"]);
    assert!(hint.contains("GITHUB_TOKEN") && hint.contains("token_file"), "{hint}");
    assert!(world.run(&["status"]).stdout.contains("bob/own is private"), "`status` shows it, too");
}

#[test]
fn a_refused_token_causes_no_request_to_codeload() {
    let world = world();
    make_private(&world);
    world.github.require_token(Some("another"));
    let run = signed_in(&world, 3);
    assert_eq!(outcome(&run, "ann/open"), "new", "the others continue without the token");
    assert_eq!(outcome(&run, "bob/own"), "failed");
    let asked = world.asked();
    let own: Vec<_> = asked.iter().filter(|asked| asked.contains("bob/own")).collect();
    assert!(own.iter().all(|asked| *asked == "/repos/bob/own/commits/HEAD 401"), "{own:?}");
}

#[test]
fn after_a_token_is_refused_in_a_run_private_metadata_is_not_requested() {
    let world = really_private();
    signed_in(&world, 0);
    forget_metadata(&world);
    world.asked();
    // The requests for archives succeed; the first request for metadata is refused.
    world.github.fault_after("ann/open", 1, Fault::Status(401));
    signed_in(&world, 0);
    let asked = world.asked();
    assert!(asked.contains(&"/repos/ann/open 401".to_owned()), "{asked:?}");
    assert!(
        asked.contains(&"/repos/cyd/open 304".to_owned()),
        "the public ones continue: {asked:?}"
    );
    let is_own = |asked: &&String| asked.starts_with("/repos/bob/own ");
    assert_eq!(asked.iter().find(is_own), None, "{asked:?}");
}

#[test]
fn metadata_of_a_private_repository_is_not_requested_again_without_the_token() {
    let world = really_private();
    signed_in(&world, 0);
    forget_metadata(&world);
    world.asked();
    // The request for the commit succeeds; the one for metadata is refused.
    world.github.fault_after("bob/own", 1, Fault::Status(401));
    signed_in(&world, 0);
    let asked = world.asked();
    let own: Vec<_> = asked.iter().filter(|asked| asked.starts_with("/repos/bob/own ")).collect();
    assert_eq!(own, ["/repos/bob/own 401"], "{asked:?}");
}

/// A world in which `bob/own` is private, and whose GitHub shows it only with a token.
fn really_private() -> World {
    let world = world();
    make_private(&world);
    let own =
        repo("bob/own", &[("plans.md", "# Plans\n\nThe pangolin feature store, in short.\n")]);
    world.github.put(Repo { private: true, ..own });
    world
}

#[test]
fn a_private_repository_is_fetched_through_the_api_and_its_redirect_gets_no_token() {
    let world = really_private();
    let run = signed_in(&world, 0);
    assert_eq!(outcome(&run, "bob/own"), "new");
    let asked: Vec<(String, u16, bool)> = of_own(&world);
    let [commit, tarball, archive, ..] = &asked[..] else { panic!("{asked:?}") };
    let sha = text(&world.source("bob/own")["revision"]).to_owned();
    assert_eq!(*commit, ("/repos/bob/own/commits/HEAD".to_owned(), 200, true));
    assert_eq!(*tarball, (format!("/repos/bob/own/tarball/{sha}"), 302, true));
    let (path, status, signed) = archive;
    assert!(path.starts_with(&format!("/bob/own/legacy.tar.gz/{sha}?token=")), "{path}");
    assert_eq!((*status, *signed), (200, false), "without the token: {asked:?}");
    assert!(asked.iter().all(|(path, ..)| !path.starts_with("/bob/own/tar.gz")), "{asked:?}");
    assert!(!world.hits("pangolin").is_empty());

    let run = signed_in(&world, 0);
    assert_eq!(outcome(&run, "bob/own"), "unchanged");
    let unchanged: Vec<(String, u16, bool)> = of_own(&world);
    assert_eq!(unchanged, [("/repos/bob/own/commits/HEAD".to_owned(), 304, true)], "one request");

    let secret = path.split_once("?token=").unwrap().1;
    for entry in walkdir::WalkDir::new(world.path("index")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let holds = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!holds, "{} holds the secret in the archive's URL", entry.path().display());
        }
    }
}

#[test]
fn a_failure_behind_the_redirect_names_no_secret() {
    let world = really_private();
    world.github.fault("bob/own", Fault::ArchiveStatus(500));
    let mut command = world.command(&["refresh", "-v", "-v", "bob/own"]);
    let output = output_of(command.env("GITHUB_TOKEN", "t0ken").env("CAIRN_LOG", "trace"));
    assert_eq!(output.code, 3, "{}", output.stderr);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(said.contains("/bob/own/legacy.tar.gz/"), "{said}");
    let secrets: Vec<String> =
        world.github.requests().iter().filter_map(|r| r.query("token")).collect();
    assert!(!secrets.is_empty());
    let told = secrets.iter().find(|secret| said.contains(*secret));
    assert_eq!(told, None, "{said}");
}

#[test]
fn a_private_repository_that_was_renamed_is_found_by_its_number() {
    let world = really_private();
    world.github.rename("bob/own", "bob/plans");
    let run = signed_in(&world, 0);
    assert_eq!(outcome(&run, "bob/own"), "new");
    let asked = world.asked();
    let tarballs: Vec<_> = asked.iter().filter(|asked| asked.contains("/tarball/")).collect();
    assert!(tarballs.len() == 1 && tarballs[0].starts_with("/repositories/"), "{asked:?}");
    assert_eq!(world.source("bob/own")["moved_to"], "bob/plans");
}

#[test]
fn a_token_without_read_access_to_a_private_repository_is_reported() {
    let world = really_private();
    world.github.remove("bob/own");
    let run = signed_in(&world, 3);
    let result = part(&run, "bob/own");
    assert!(text(&result["error"]).contains("the token may not read it"), "{result}");
    assert!(text(&result["hint"]).contains("read access"), "{result}");
    let asked: Vec<(String, u16, bool)> = of_own(&world);
    assert_eq!(asked, [("/repos/bob/own/commits/HEAD".to_owned(), 404, true)], "no other host");
}

/// The requests for `bob/own`, except those for metadata: path, status, and whether the token was sent. Forgets all
/// requests.
fn of_own(world: &World) -> Vec<(String, u16, bool)> {
    let requests = world.github.requests();
    world.github.forget_requests();
    let own = requests
        .into_iter()
        .filter(|request| request.path.contains("/bob/own/") && request.path != "/repos/bob/own");
    own.map(|request| (request.path, request.status, request.authorized)).collect()
}
