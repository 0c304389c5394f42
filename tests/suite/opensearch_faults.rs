//! Nodes of an OpenSearch cluster that die and come back, and many refreshes with faults. Needs also the process ids of
//! the nodes, in `CAIRN_CLUSTER_PIDS`, in the order of `CAIRN_CLUSTER`. On Linux, a node is started again with the command
//! line that it had.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::{Embedded, TestCluster};
use crate::readers::push;
use crate::serve::Server;
use crate::world::{World, repo, wait_until};

/// How a node is started.
pub struct NodeStart {
    command: Vec<String>,
    folder: std::path::PathBuf,
    pid: AtomicUsize,
}

impl NodeStart {
    /// The nodes of the cluster, which all tests share because their process ids change; `None` if these are not known.
    pub fn find() -> Option<&'static [NodeStart]> {
        static NODES: OnceLock<Option<Vec<NodeStart>>> = OnceLock::new();
        NODES.get_or_init(NodeStart::named).as_deref()
    }

    fn named() -> Option<Vec<NodeStart>> {
        let Ok(pids) = std::env::var("CAIRN_CLUSTER_PIDS") else {
            println!("SKIPPED: CAIRN_CLUSTER_PIDS names no processes");
            return None;
        };
        let node = |pid: &str| {
            let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
            let command = command.split_terminator('\0').map(str::to_owned).collect();
            let folder = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
            Some(NodeStart { command, folder, pid: AtomicUsize::new(pid.parse().ok()?) })
        };
        let nodes: Option<Vec<NodeStart>> = pids.split(',').map(node).collect();
        Some(nodes.expect("CAIRN_CLUSTER_PIDS names processes that do not run"))
    }

    /// Ends the node as a power failure would.
    fn kill(&self) {
        self.signal("-9");
    }

    /// Sends the node a signal, such as `-STOP`.
    pub fn signal(&self, signal: &str) {
        let pid = self.pid.load(Ordering::SeqCst).to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success(), "node {pid} does not run");
    }

    fn start(&self) {
        let mut log = fs::OpenOptions::new();
        let log = log.append(true).create(true);
        let log = log.open(std::env::temp_dir().join("restarted-node.log")).unwrap();
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).current_dir(&self.folder);
        let mut child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.pid.store(child.id() as usize, Ordering::SeqCst);
        // A node that is killed is waited for, so that its process ends.
        std::thread::spawn(move || child.wait());
    }
}

pub fn wait_for_green(cluster: &TestCluster) {
    let path = format!("/_cluster/health/{}-*?wait_for_status=green&timeout=5s", cluster.prefix);
    wait_until("the cluster is green", || {
        cluster.ask(reqwest::Method::GET, &path, &Value::Null)["status"] == "green"
    });
}

/// The world of [`push`] with a second repository, and its sections in `cluster`.
fn world_in(cluster: &TestCluster) -> World {
    let world = World::new(vec![repo("ann/notes", &[]), repo("bob/leaves", &[])]);
    push(&world, 1);
    world.settings(&cluster.settings("timeout = \"10s\""));
    world.refresh(&[], 0);
    world
}

/// Searches that go on until they are stopped.
#[derive(Default)]
struct Reading {
    is_over: AtomicBool,
    asked: AtomicUsize,
    failed: AtomicUsize,
}

impl Reading {
    /// Searches again and again. Returns the longest time of a search.
    fn read(&self, server: &Server) -> Duration {
        let mut longest = Duration::ZERO;
        while !self.is_over.load(Ordering::SeqCst) {
            for query in ["drift", "number7", "position bias", "feature store -drift"] {
                let began = Instant::now();
                let answer = server.get(&format!("/api/v1/search?q={}", query.replace(' ', "+")));
                longest = longest.max(began.elapsed());
                let is_whole =
                    answer.starts_with("HTTP/1.1 200") && !answer.contains("\"total\":0");
                if !is_whole {
                    println!("{query}: {}", &answer[..answer.len().min(600)]);
                }
                self.failed.fetch_add(usize::from(!is_whole), Ordering::SeqCst);
                self.asked.fetch_add(1, Ordering::SeqCst);
            }
        }
        longest
    }
}

#[test]
fn a_node_that_dies_while_others_read_and_write_costs_no_search_and_loses_nothing() {
    let (Some(cluster), Some(nodes)) = (TestCluster::find(), NodeStart::find()) else { return };
    let world = world_in(&cluster);
    wait_for_green(&cluster);
    let server = Server::start(&world, &["--no-refresh"]);
    let reading = Reading::default();
    std::thread::scope(|scope| {
        let read = || reading.read(&server);
        let readers = [scope.spawn(read), scope.spawn(read)];
        // Whatever fails below, the readers must end, or the test hangs.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for (round, node) in nodes.iter().rev().enumerate() {
                std::thread::sleep(Duration::from_secs(2));
                node.kill();
                std::thread::sleep(Duration::from_secs(1));
                push(&world, 2 + 2 * round);
                world.refresh(&[], 0);
                node.start();
                wait_for_green(&cluster);
                push(&world, 3 + 2 * round);
                world.refresh(&[], 0);
                let said = world.run(&["engine", "check"]);
                assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
            }
        }));
        reading.is_over.store(true, Ordering::SeqCst);
        let longest = readers.map(|reader| reader.join().unwrap());
        let [asked, failed] =
            [&reading.asked, &reading.failed].map(|count| count.load(Ordering::SeqCst));
        println!(
            "{asked} searches while each node died once, {failed} failed, longest {longest:?}"
        );
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
        assert_eq!(failed, 0, "of {asked}");
    });
    Embedded::build(&world, "embedded").assert_same_hits(&["drift", "number7", "version7", "bias"]);
}

#[test]
fn many_refreshes_with_faults_end_like_a_clean_build() {
    let (Some(cluster), Some(nodes)) = (TestCluster::find(), NodeStart::find()) else { return };
    let rounds: usize =
        std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12);
    let mut dice = fastrand::Rng::with_seed(24);
    let world = world_in(&cluster);
    let mut notes: Vec<Option<usize>> = vec![Some(0); 24];
    let (mut refused, mut killed, mut died) = (0, 0, 0);
    for round in 1..=rounds {
        for _ in 0..dice.usize(1..5) {
            let at = dice.usize(..notes.len());
            notes[at] = if dice.u8(..4) == 0 { None } else { Some(round) };
        }
        put(&world, &notes, &mut dice);
        let node = (dice.u8(..10) == 0).then(|| &nodes[dice.usize(..nodes.len())]);
        if let Some(node) = node {
            died += 1;
            node.kill();
        }
        if dice.u8(..3) == 0 {
            let mut child = world.command(&["refresh"]);
            let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(dice.u64(50..1_500)));
            killed += usize::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            child.wait().unwrap();
        } else {
            refused += usize::from(world.run(&["refresh"]).code != 0);
        }
        if let Some(node) = node {
            node.start();
            wait_for_green(&cluster);
        }
        let said = world.run(&["engine", "check"]);
        assert_eq!(said.code, 0, "round {round}: {}{}", said.stdout, said.stderr);
        if round % 40 == 0 || round == rounds {
            world.refresh(&[], 0);
            let queries =
                ["drift", "bias", "copied words", "note 3", "source:bob", "-drift", "\"of round\""];
            Embedded::build(&world, &format!("embedded{round}")).assert_same_hits(&queries);
        }
    }
    println!("{rounds} refreshes: {refused} refused, {killed} killed, {died} with a dead node");
}

/// Puts the notes that exist, each with the round of its last change, into one repository, and copies of some of them
/// into another.
fn put(world: &World, notes: &[Option<usize>], dice: &mut fastrand::Rng) {
    let text = |at: usize, round: usize| {
        format!(
            "# Note {at}\n\nDrift and position bias of round {round}, with copied words about the feature store that \
             note {at} explains in a sentence long enough to be compared with others, because short ones are not.\n\n\
             ## Part\n\nCalibration number{at}.\n"
        )
    };
    let all = notes.iter().enumerate();
    let all: Vec<(String, String)> =
        all.filter_map(|(at, round)| Some((format!("{at}.md"), text(at, (*round)?)))).collect();
    let own: Vec<(&str, &str)> = all.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let copies: Vec<(&str, &str)> = own.iter().filter(|_| dice.u8(..4) == 0).copied().collect();
    world.github.put(repo("ann/notes", &own));
    world.github.put(repo("bob/leaves", &copies));
}
