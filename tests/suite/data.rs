//! The shipped data files: catalogue, policy, vocabulary, own notes.

use std::path::PathBuf;

use cairn::catalogue::{self, Origin, SourceStanding, policy};
use cairn::config::DataFiles;
use cairn::vocabulary;

use crate::world::{World, repo};

fn shipped() -> DataFiles {
    DataFiles::Disk(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sources"))
}

#[test]
fn the_catalogue_has_no_fault_and_lists_what_it_promises() {
    let catalogue = catalogue::load(&shipped()).unwrap();
    let repositories =
        catalogue.sources.iter().filter(|source| matches!(source.origin, Origin::GitHub { .. }));
    assert!(repositories.count() >= 99);
    assert!(catalogue.get("mukul96/System-Design-AlexXu").is_none());
    for (id, now) in [
        ("alirezadir/Machine-Learning-Interviews", "alirezadir/AIMLInterviews"),
        ("microsoft/recommenders", "recommenders-team/recommenders"),
    ] {
        let renamed = catalogue.get(id).unwrap();
        assert_eq!(renamed.origin.repository().as_deref(), Some(now), "it keeps its id");
    }
    let stale = catalogue.get("eugeneyan/open-llms").unwrap();
    assert_eq!(stale.standing, SourceStanding::Stale);
    let mut reasons: Vec<&str> =
        catalogue.sources.iter().map(|source| source.why.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), catalogue.sources.len(), "each source has a reason of its own");
    for why in reasons {
        assert!(why.chars().count() <= 120, "{why:?} is too long for one line");
    }
}

#[test]
fn the_vocabulary_keeps_its_rules_and_serves_every_step() {
    let vocabulary = vocabulary::load(&shipped()).unwrap();
    assert!(vocabulary.topics.len() >= 150);
    let steps: Vec<&str> = vocabulary.steps.iter().map(|step| step.slug.as_str()).collect();
    let expected = [
        "problem-framing",
        "data",
        "features",
        "modelling",
        "offline-evaluation",
        "online-evaluation",
        "serving",
        "monitoring",
    ];
    assert_eq!(steps, expected);
    for step in steps {
        let members =
            vocabulary.topics.iter().filter(|topic| topic.steps.iter().any(|s| s == step));
        assert!(members.count() >= 8, "{step}");
    }
    let labels = vocabulary::label_index::LabelIndex::new(&vocabulary);
    for acronym in ["CTR", "NDCG", "ANN", "HNSW", "A/B test"] {
        assert!(!labels.topics(acronym).is_empty(), "{acronym}");
    }
}

#[test]
fn the_own_notes_go_through_the_eight_steps() {
    let notes = shipped().list("notes", ".md").unwrap();
    assert!(notes.len() >= 12);
    for name in notes {
        let bytes = shipped().read(&format!("notes/{name}")).unwrap().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let words = text.split_whitespace().count();
        assert!((400..=900).contains(&words), "{name} has {words} words");
        let headings: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let steps: Vec<String> = vocabulary::load(&shipped())
            .unwrap()
            .steps
            .into_iter()
            .map(|step| step.label)
            .collect();
        assert_eq!(headings, steps, "{name}");
    }
}

#[test]
fn the_policy_has_no_fault() {
    let policy = policy::load(&shipped()).unwrap();
    assert_eq!(policy.excerpt_chars, 300);
    assert!(policy.is_book_copy("literature/Docker_Cookbook.pdf"));
    assert!(policy.is_book_copy("[Joel]_Data_Science_from_Scratch.pdf"));
    let catalogue = catalogue::load(&shipped()).unwrap();
    for refused in &policy.refused {
        assert_eq!(policy.refusal(&refused.repo.to_uppercase()), Some(refused.why.as_str()));
        assert!(catalogue.get(&refused.repo).is_none(), "{} is listed", refused.repo);
    }
    assert!(policy.refused.len() >= 3);
}

#[test]
fn check_reports_every_fault_of_all_files_with_file_and_line() {
    let world = World::new(Vec::new());
    let sound = world.run(&["sources", "check"]);
    assert_eq!((sound.code, sound.stdout.starts_with("no faults")), (0, true), "{}", sound.stdout);

    world.write(
        "sources/catalogue.toml",
        "[[source]]\nrepo = \"x\"\n\n[[source]]\nfolder = \"f\"\nwhy = \"w\"\ncolour = 1\n",
    );
    world.write("sources/policy.toml", "formats = \"md\"\n");
    world.write("sources/vocabulary/zz.ttl", "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix topic: <urn:cairn:topic:> .\n\ntopic:zz a skos:Concept .\n");
    let broken = world.run(&["sources", "check"]);
    assert_eq!(broken.code, 2, "{}", broken.stdout);
    for place in [
        "catalogue.toml:1:",
        "catalogue.toml:2:",
        "catalogue.toml:7:",
        "policy.toml:1:",
        "zz.ttl:4:",
    ] {
        assert!(broken.stdout.contains(place), "no {place} in\n{}", broken.stdout);
    }
    let refresh = world.run(&["refresh"]);
    assert_eq!(refresh.code, 1);
    assert!(refresh.stderr.contains("catalogue.toml:7:"), "{}", refresh.stderr);
}

#[test]
fn a_source_is_added_if_github_has_it_and_removed_again() {
    let mut there = repo("Ann/Notes", &[("a.md", "# A\n\nText.\n")]);
    there.description = Some("Notes on ranking".into());
    let world = World::new(vec![there]);
    world.write("sources/catalogue.toml", "# mine\n[[source]]\nfolder = \"notes\"\nwhy = \"w\"\n");
    let missing = world.run(&["sources", "add", "ann/missing"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("ann/missing"), "{}", missing.stderr);
    assert_eq!(world.run(&["sources", "add", "no-slash"]).code, 1);
    assert_eq!(world.run(&["sources", "add", "ann/notes"]).code, 0);
    let text = std::fs::read_to_string(world.path("sources/catalogue.toml")).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("repo = \"Ann/Notes\""), "{text}");
    assert!(text.contains("why = \"Notes on ranking\""), "{text}");
    assert_eq!(world.run(&["sources", "add", "ann/notes"]).code, 1, "it is there already");
    world.refresh(&[], 0);
    assert_eq!(world.hits("text"), ["Ann/Notes a.md"]);
    assert_eq!(world.run(&["sources", "remove", "ann/notes"]).code, 0);
    let text = std::fs::read_to_string(world.path("sources/catalogue.toml")).unwrap();
    assert_eq!(text.trim_end(), "# mine\n[[source]]\nfolder = \"notes\"\nwhy = \"w\"");
    assert_eq!(world.run(&["sources", "add", "x/y", "--offline", "--why", "later"]).code, 0);
}
