//! Every input of a generation changes its fingerprint, and nothing else does.

use super::*;
use crate::catalogue::{self, SelectionRules, policy};
use crate::config::DataFiles;
use crate::crawl::BlobId;
use crate::problem::Stage;
use crate::store::FetchState;

/// A change of one input, with its name.
type InputChange<'a> = (&'a str, &'a dyn Fn(&mut KnownIndex));

/// The state of a small index.
struct KnownIndex {
    inputs: RefreshInputs,
    rows: HashMap<String, SourceRow>,
    problems: Vec<Problem>,
    left_out: BTreeMap<String, Vec<LeftOutGroup>>,
    facts: LinkFacts,
    blob: BlobId,
    first_seen: i64,
    is_stored: bool,
}

impl KnownIndex {
    fn new() -> KnownIndex {
        let text = "[[source]]\nrepo = \"a/one\"\nwhy = \"x\"\n[[source]]\nrepo = \"b/two\"\nwhy = \"y\"\n";
        let policy = policy::load(&DataFiles::Compiled).unwrap();
        let inputs = RefreshInputs {
            catalogue: catalogue::parse("c", text).unwrap(),
            rules: SelectionRules::new(&policy),
            policy,
            vocabulary: crate::vocabulary::load(&DataFiles::Compiled).unwrap(),
            meaning: None,
            undeclared: HashMap::new(),
        };
        let snapshot = Snapshot {
            source: SourceId("a/one".into()),
            revision: "r1".into(),
            validator: None,
            fetched_at: 1,
            selection: "s".into(),
        };
        let metadata = Metadata { stars: 12_345, ..Metadata::default() };
        let owner = OwnerMetadata { name: Some("Ann".into()), ..OwnerMetadata::default() };
        let row = SourceRow {
            state: FetchState::Ok,
            snapshot: Some(snapshot),
            metadata: Some(metadata),
            owner: Some(owner),
            ..SourceRow::default()
        };
        KnownIndex {
            inputs,
            rows: HashMap::from([
                ("a/one".to_owned(), row),
                ("b/two".to_owned(), SourceRow::default()),
            ]),
            problems: Vec::new(),
            left_out: BTreeMap::new(),
            facts: LinkFacts::default(),
            blob: BlobId::of(b"x"),
            first_seen: 0,
            is_stored: true,
        }
    }

    fn one(&mut self) -> &mut Source {
        &mut self.inputs.catalogue.sources[0]
    }

    fn row(&mut self) -> &mut SourceRow {
        self.rows.get_mut("a/one").unwrap()
    }

    fn fingerprint(&self) -> String {
        let item = WantedItem {
            source: &self.inputs.catalogue.sources[0],
            path: "a.md".into(),
            blob: self.blob.clone(),
            format: "md".into(),
            length: 1,
            first_seen: self.first_seen,
            is_stored: self.is_stored,
            chapter: None,
        };
        let wanted = WantedItems {
            items: vec![item],
            problems: self.problems.clone(),
            left_out: self.left_out.clone(),
        };
        fingerprint(&self.inputs, &self.rows, &wanted, &self.facts, "").unwrap()
    }
}

fn other(id: &str) -> SourceId {
    SourceId(id.to_owned())
}

/// Changes of the inputs that readers would see.
const CHANGES: [InputChange; 32] = [
    ("the policy's book list", &|k| k.inputs.policy.books.push("another book".into())),
    ("formats of books", &|k| k.inputs.policy.book_formats.push("azw".into())),
    ("open licences", &|k| k.inputs.policy.full.push("Beerware".into())),
    ("the length of excerpts", &|k| k.inputs.policy.excerpt_chars -= 1),
    ("the limit of text", &|k| k.inputs.policy.limits.text_bytes -= 1),
    ("the vocabulary", &|k| k.inputs.vocabulary.version.push('x')),
    ("the order of sources", &|k| k.inputs.catalogue.sources.reverse()),
    ("a source less", &|k| drop(k.inputs.catalogue.sources.pop())),
    ("the id", &|k| k.inputs.catalogue.sources[1].id = other("b/three")),
    ("fork_of", &|k| k.one().fork_of = Some(other("b/two"))),
    ("a fork by GitHub's word", &|k| {
        k.inputs.undeclared.insert(other("a/one"), other("b/two"));
    }),
    ("private", &|k| k.one().visibility = Visibility::Private),
    ("the licence by the entry", &|k| k.one().licence = Some("MIT".into())),
    ("the licence by its text", &|k| k.row().licence = Some("MIT".into())),
    ("the language", &|k| k.one().language = Some("sv".into())),
    ("stale", &|k| k.one().standing = SourceStanding::Stale),
    ("the author", &|k| k.one().author = Some("Ann".into())),
    ("the owner's name", &|k| k.row().owner = None),
    ("why", &|k| k.one().why.push('.')),
    ("a new name", &|k| k.row().moved_to = Some("a/new".into())),
    ("the revision", &|k| k.row().snapshot.as_mut().unwrap().revision = "r2".into()),
    ("gone", &|k| k.row().state = FetchState::Gone),
    ("stars, by two digits", &|k| k.row().metadata.as_mut().unwrap().stars = 13_000),
    ("archived", &|k| k.row().metadata.as_mut().unwrap().archived = true),
    ("a problem of the source", &|k| {
        k.row().problems.push(Problem::new(Stage::Crawl, "a link is left out"));
    }),
    ("a problem of the rules", &|k| {
        k.problems.push(Problem::new(Stage::Crawl, "3 files are left out"));
    }),
    ("the files that the rules leave out", &|k| {
        k.left_out.insert("a/one".into(), Vec::new());
    }),
    ("a dead link", &|k| {
        k.facts.dead.insert("https://a.example/".into(), "2026-01-01".into());
    }),
    ("the metadata of a paper", &|k| {
        let id = ArxivId::parse("2003.00001").unwrap();
        k.facts.papers.insert(id, PaperMetadata::default());
    }),
    ("a file", &|k| k.blob = BlobId::of(b"y")),
    ("the day of a file", &|k| k.first_seen = 24 * 60 * 60),
    ("a file that is lost", &|k| k.is_stored = false),
];

#[test]
fn whatever_shapes_a_generation_changes_its_fingerprint() {
    let before = KnownIndex::new().fingerprint();
    assert_eq!(KnownIndex::new().fingerprint(), before);
    for (what, change) in CHANGES {
        let mut known = KnownIndex::new();
        change(&mut known);
        assert_ne!(known.fingerprint(), before, "{what}");
    }
}

#[test]
fn the_line_of_an_entry_counts_only_where_a_problem_names_it() {
    let moved = |line| {
        let mut known = KnownIndex::new();
        known.one().repo_line = line;
        known.row().moved_to = Some("a/new".into());
        known.fingerprint()
    };
    assert_ne!(moved(2), moved(7));
}

#[test]
fn what_readers_cannot_see_makes_no_generation() {
    let before = KnownIndex::new().fingerprint();
    let changes: [InputChange; 7] = [
        ("when it was fetched", &|k| k.row().snapshot.as_mut().unwrap().fetched_at = 2),
        ("its ETag", &|k| k.row().snapshot.as_mut().unwrap().validator = Some("e".into())),
        ("when metadata was fetched", &|k| k.row().metadata_at = 9),
        ("a failure of the last run", &|k| k.row().state = FetchState::Failed),
        ("one more star", &|k| k.row().metadata.as_mut().unwrap().stars += 1),
        ("a line that no problem names", &|k| k.one().line += 1),
        ("a limit of fetching", &|k| k.inputs.policy.limits.download_bytes -= 1),
    ];
    for (what, change) in changes {
        let mut known = KnownIndex::new();
        change(&mut known);
        assert_eq!(known.fingerprint(), before, "{what}");
    }
}
