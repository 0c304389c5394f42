//! The fundamental property of refreshing: after any changes at the sources, in any order and with any refreshes in
//! between, the content is that of a fresh crawl.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::content::content;
use crate::github::{Archive, Fault, GitHub, Repo, archive};
use crate::world::{World, entry};

const NAMES: [&str; 3] = ["ann/one", "bob/two", "cat/three"];
const TEXTS: [&str; 8] = [
    "# Bias\n\nPosition bias makes clicks a poor label for a ranking model, says everyone.\n",
    "# Stores\n\nA feature store avoids training-serving skew. See [a paper](https://example.com/p).\n",
    "# Drift\n\nConcept drift and data drift need monitoring, and a feature store with position bias.\n\n## Tiny\n\nYes.\n",
    "",
    "# Drift\n\nConcept drift and data drift need monitoring, and a feature store with position bias.\n",
    // The second is a near-copy of both others, but these are not near-copies of each other.
    "# Colours\n\nalpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november \
     oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu amber beige \
     coral denim ebony fern gold hazel ivory jade khaki lemon mauve navy ochre peach quartz \
     ruby sable teal umber violet wheat yellow azure brick cream dusk flint grape honey \
     indigo jet lilac.\n",
    "# Colours\n\nalpha bravo charlie delta echo foxtrot golf hotel india juliet changed10 lima mike \
     november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu \
     amber beige coral denim ebony fern gold hazel ivory jade khaki lemon mauve navy ochre \
     peach quartz ruby sable teal umber violet wheat yellow azure brick cream dusk flint \
     grape honey indigo jet lilac.\n",
    "# Colours\n\nalpha bravo charlie delta echo foxtrot golf hotel india juliet changed10 lima mike \
     november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu \
     amber beige coral denim ebony fern gold hazel ivory jade khaki lemon mauve navy \
     changed40 peach quartz ruby sable teal umber violet wheat yellow azure brick cream dusk \
     flint grape honey indigo jet lilac.\n",
];

/// A change of the sources or the catalogue, or a refresh.
#[derive(Clone, Debug)]
enum Step {
    /// The repository's file with this number gets the text with this number.
    Write(usize, u8, usize),
    Delete(usize, u8),
    MoveFile(usize, u8, u8),
    Rename(usize),
    /// Whether the catalogue lists the repository.
    List(usize, bool),
    /// Whether the entry excludes files.
    Exclude(usize, bool),
    Refresh(Going),
}

/// A kind of refresh.
#[derive(Clone, Copy, Debug)]
enum Going {
    Well,
    Offline,
    Full,
    /// With a fault at one of the sources.
    Badly(usize, Fault),
}

fn step() -> impl Strategy<Value = Step> {
    let (repo, path, text) = (0..3_usize, 0..4_u8, 0..TEXTS.len());
    prop_oneof![
        4 => (repo.clone(), path.clone(), text).prop_map(|(r, p, t)| Step::Write(r, p, t)),
        1 => (repo.clone(), path.clone()).prop_map(|(r, p)| Step::Delete(r, p)),
        1 => (repo.clone(), path.clone(), path).prop_map(|(r, p, q)| Step::MoveFile(r, p, q)),
        1 => repo.clone().prop_map(Step::Rename),
        1 => (repo.clone(), any::<bool>()).prop_map(|(r, on)| Step::List(r, on)),
        1 => (repo.clone(), any::<bool>()).prop_map(|(r, on)| Step::Exclude(r, on)),
        3 => Just(Step::Refresh(Going::Well)),
        1 => Just(Step::Refresh(Going::Offline)),
        1 => Just(Step::Refresh(Going::Full)),
        1 => (repo, prop_oneof![
            Just(Fault::Status(500)),
            Just(Fault::StatusOnce(502)),
            Just(Fault::Truncated),
            Just(Fault::NotGzip),
            Just(Fault::IgnoresEtag),
        ]).prop_map(|(r, fault)| Step::Refresh(Going::Badly(r, fault))),
    ]
}

/// The current state of the sources.
struct Sources {
    world: World,
    files: [BTreeMap<u8, usize>; 3],
    /// The current name of each repository.
    names: [String; 3],
    listed: [bool; 3],
    excluded: [bool; 3],
    commits: u64,
}

impl Sources {
    fn new() -> Sources {
        let files = [0, 1, 2].map(|at| BTreeMap::from([(0, at)]));
        let world = World::new(Vec::new());
        let mut sources = Sources {
            world,
            files,
            names: NAMES.map(str::to_owned),
            listed: [true; 3],
            excluded: [false; 3],
            commits: 0,
        };
        (0..3).for_each(|at| sources.push(at));
        sources.list();
        sources
    }

    /// Publishes the files of the repository `at` as its newest commit.
    fn push(&mut self, at: usize) {
        self.commits += 1;
        let sha = format!("{:040x}", self.commits);
        let files: Vec<(String, &str)> = self.files[at]
            .iter()
            .map(|(path, text)| (format!("d/{path}.md"), TEXTS[*text]))
            .collect();
        let mut files: Vec<(&str, &[u8])> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        files.push(("LICENSE", include_bytes!("../../LICENSE-MIT")));
        let bytes = Archive::Bytes(archive("x", &sha, &files));
        self.world.github.put(Repo::new(&self.names[at], &sha, bytes));
    }

    fn list(&self) {
        let entries = (0..3).filter(|at| self.listed[*at]).map(|at| {
            let more = if self.excluded[at] { "exclude = [\"d/1.md\", \"d/3.md\"]" } else { "" };
            entry(NAMES[at], more)
        });
        self.world.catalogue(&entries.collect::<String>());
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Write(at, path, text) => {
                self.files[at].insert(path, text);
                self.push(at);
            }
            Step::Delete(at, path) => {
                self.files[at].remove(&path);
                self.push(at);
            }
            Step::MoveFile(at, from, to) => {
                if let Some(text) = self.files[at].remove(&from) {
                    self.files[at].insert(to, text);
                    self.push(at);
                }
            }
            Step::Rename(at) => {
                let new = format!("{}-{}", NAMES[at], self.commits);
                self.commits += 1;
                self.world.github.rename(&self.names[at], &new);
                self.names[at] = new;
            }
            Step::List(at, on) => {
                self.listed[at] = on;
                self.list();
            }
            Step::Exclude(at, on) => {
                self.excluded[at] = on;
                self.list();
            }
            Step::Refresh(going) => self.refresh(going),
        }
    }

    fn refresh(&self, going: Going) {
        let github: &GitHub = &self.world.github;
        let arguments: &[&str] = match going {
            Going::Well | Going::Badly(..) => &["refresh", "-q"],
            Going::Offline => &["refresh", "-q", "--offline"],
            Going::Full => &["refresh", "-q", "--full"],
        };
        if let Going::Badly(at, fault) = going {
            github.fault(&self.names[at], fault);
        }
        let output = self.world.run(arguments);
        assert!(matches!(output.code, 0 | 3), "{}", output.stderr);
        self.names.iter().for_each(|name| github.fault(name, Fault::None));
    }
}

/// The number of orders that are tried: `PROPTEST_CASES`, else 8. A soak sets more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_changes_ends_in_the_content_of_a_fresh_crawl(
        steps in prop::collection::vec(step(), 4..16),
    ) {
        let mut sources = Sources::new();
        steps.iter().for_each(|step| sources.take(step));
        sources.refresh(Going::Well);
        let after = content(&sources.world.path("index"));
        std::fs::rename(sources.world.path("index"), sources.world.path("index-old")).unwrap();
        sources.refresh(Going::Well);
        let fresh = content(&sources.world.path("index"));
        prop_assert_eq!(after, fresh);
    }
}
