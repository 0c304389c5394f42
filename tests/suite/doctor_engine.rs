//! What the doctor says about the search engine, with a server that plays a node.

use crate::cluster;
use crate::doctor::doctor;
use crate::engine_state::app;
use crate::node::FakeNode;
use crate::serve::json;
use crate::world::{World, repo};

/// A port on which nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";

/// The lines `state name: text` of the doctor's checks of the engine, and its exit code.
fn examined(world: &World, arguments: &[&str]) -> (i32, Vec<String>) {
    let all = [&["doctor", "--json"], arguments].concat();
    let (code, checks) = doctor(&mut world.command(&all));
    let of_engine = ["node", "cluster", "health", "disks", "sections", "engine", "fallback"];
    let own = checks.into_iter().filter(|(name, ..)| of_engine.contains(&name.as_str()));
    (code, own.map(|(name, state, says)| format!("{state} {name}: {}", says.trim())).collect())
}

/// Checks that the doctor says `expected` among the checks of the engine. A state of "ill" must show in the exit code.
#[track_caller]
fn says(world: &World, expected: &str) {
    let (code, lines) = examined(world, &[]);
    let line = lines.iter().find(|line| line.starts_with(expected));
    assert!(line.is_some(), "{expected:?} is none of {lines:#?}");
    assert_eq!(code == 1, lines.iter().any(|line| line.starts_with("ill ")), "{lines:#?}");
}

#[test]
fn the_doctor_says_that_a_cluster_is_well() {
    let node = FakeNode::start();
    let world = node.world("");
    let (code, lines) = examined(&world, &[]);
    assert_eq!(code, 0, "{lines:#?}");
    let url = &node.url;
    for expected in [
        format!("well node: {url} has OpenSearch 3.9.0"),
        "well health: the cluster test is green, with 1 node".to_owned(),
        "well disks: 1 disk of the cluster; the fullest is 42 % full".to_owned(),
        "well cluster: the index cairn-v1-1-".to_owned(),
        "well sections: the cluster has all ".to_owned(),
    ] {
        assert!(lines.iter().any(|line| line.starts_with(&expected)), "{expected}: {lines:#?}");
    }
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert_eq!(examined(&world, &["--offline"]), (0, Vec::new()));
}

#[test]
fn the_doctor_names_the_fault_of_a_cluster_and_what_to_do() {
    let node = FakeNode::start();
    let world = node.world("");
    node.set(|state| state.colour = "yellow");
    says(
        &world,
        "weak health: the cluster test is yellow, with 1 node; copies are missing of shard 0 of cairn-1 start",
    );
    node.set(|state| state.colour = "red");
    says(
        &world,
        "ill health: the cluster test is red, with 1 node; nothing is left of shard 0 of cairn-1 start",
    );
    node.set(|state| (state.colour, state.used_percent) = ("green", 86));
    says(&world, "weak disks: the disk of n0 is 86 % full (7.0 GB free) free space");
    node.set(|state| {
        state.used_percent = 96;
        state.blocks = vec!["index.blocks.read_only_allow_delete"];
    });
    says(&world, "ill disks: the disk of n0 is 96 % full (7.0 GB free) free space");
    says(&world, "ill cluster: the index cairn-v1-1-");
    let (_, lines) = examined(&world, &[]);
    assert!(lines.iter().any(|line| line.contains("refuses writes because a disk is nearly full")));
    node.set(|state| (state.used_percent, state.blocks) = (42, vec!["index.blocks.write"]));
    let (_, lines) = examined(&world, &[]);
    assert!(lines.iter().any(|line| line.contains("if the block stays, remove it")), "{lines:#?}");
    node.set(|state| (state.blocks, state.version) = (Vec::new(), "2.11.0"));
    says(&world, &format!("ill node: {} has OpenSearch 2.11.0, which is not supported", node.url));
    node.set(|state| (state.version, state.locked) = ("3.9.0", true));
    says(
        &world,
        &format!("ill node: {} refuses the credentials, or needs some set `user`", node.url),
    );
    node.set(|state| {
        state.locked = false;
        state.sections.pop_first();
    });
    says(&world, "ill sections: the cluster has other sections than generation 1 in 1 of ");
}

#[test]
fn the_doctor_tells_one_dead_node_from_a_dead_cluster() {
    let node = FakeNode::start();
    let world = node.world("");
    let with = |nodes: &[&str]| {
        let nodes: Vec<String> = nodes.iter().map(|node| (*node).to_owned()).collect();
        world.settings(&cluster::settings(&nodes, "cairn", "timeout = \"500ms\""));
    };
    with(&[NOBODY, &node.url]);
    says(&world, "weak node: http://127.0.0.1:9 can't be reached");
    says(&world, "well sections: ");
    with(&[NOBODY]);
    let (code, lines) = examined(&world, &[]);
    assert_eq!((code, lines.len()), (1, 1), "one fault is said once: {lines:#?}");
    assert!(lines[0].starts_with("ill node: http://127.0.0.1:9 can't be reached"), "{lines:#?}");
}

#[test]
fn the_doctor_says_what_to_do_with_texts_in_a_cluster_that_no_setting_names() {
    let node = FakeNode::start();
    let world = node.world("");
    world.settings("");
    assert!(world.run(&["status"]).stdout.contains("only it has the texts"));
    for arguments in [&[][..], &["--offline"]] {
        let (code, lines) = examined(&world, arguments);
        assert_eq!((code, lines.len()), (1, 1), "{lines:#?}");
        assert!(lines[0].contains("and none is set") && lines[0].contains("cairn refresh"));
    }
    assert_eq!(json(&app(&world), "/api/v1/status", 200)["engine"]["available"], false);
    world.settings(&node.settings("fallback = \"embedded\""));
    says(&world, "weak fallback: the local index has no texts yet");
}

#[test]
fn the_doctor_says_that_a_cluster_is_not_used_yet() {
    let node = FakeNode::start();
    let world = World::new(vec![repo("ann/notes", &[("a.md", "# A\n\nDrift.\n")])]);
    world.refresh(&[], 0);
    assert_eq!(examined(&world, &[]), (0, Vec::new()), "the embedded engine needs no word");
    world.settings(&node.settings(""));
    says(&world, "weak cluster: the cluster has nothing of the current generation");
}
