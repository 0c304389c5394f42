//! The content of a generation in a form that can be compared: every record of the search index, the copies, the graph
//! and the counts, but no times and no numbers of generations.

use std::collections::BTreeMap;
use std::path::Path;

use cairn::generation::contents::GenerationContents;
use cairn::generation::{copies, folders};
use cairn::graph::Graph;
use cairn::search::Searcher;

/// The records of the sections by source and path.
type Documents = BTreeMap<(String, String), Vec<String>>;

/// A generation's content.
#[derive(Debug, PartialEq)]
pub struct Content {
    pub documents: Documents,
    pub copies: BTreeMap<u64, Vec<String>>,
    pub edges: Vec<String>,
    pub mentions: Vec<u32>,
    pub resources: Vec<String>,
    pub counts: String,
    pub sources: Vec<String>,
    /// The checksums of the files that contain nothing else, by name.
    pub files: BTreeMap<String, String>,
}

/// The content of the current generation of `index`. Fails unless the search index has each section exactly once and
/// nothing else.
pub fn content(index: &Path) -> Content {
    let number = folders::current(index).unwrap().unwrap();
    let folder = folders::folder(index, number);
    let manifest = folders::manifest(index, number).unwrap();
    let graph = Graph::read(&folder.join("graph.bin")).unwrap();
    let copies = copies::read(&folder.join("copies.bin"), manifest.format).unwrap();
    let contents = GenerationContents::read(&folder.join("contents.bin")).unwrap();
    let searcher =
        Searcher::open(&folder.join("search"), copies.clone(), &graph.vocabulary, Vec::new())
            .unwrap();
    let (documents, sections) = documents(&contents, &searcher);
    assert_eq!(searcher.sections(), sections, "nothing but these is in the search index");
    assert_eq!(manifest.counts.sections, sections);
    let mut edges: Vec<String> = graph
        .topics
        .edge_indices()
        .map(|edge| format!("{:?} {:?}", graph.topics.edge_endpoints(edge), graph.topics[edge]))
        .collect();
    edges.sort();
    let counts =
        cairn::generation::manifest::GenerationCounts { index_bytes: 0, ..manifest.counts.clone() };
    let names = ["graph.bin", "copies.bin", "contents.bin"];
    let is_equal = |name: &str| names.contains(&name) || name.starts_with("resources/");
    let files = manifest.files.iter().filter(|(name, _)| is_equal(name));
    Content {
        files: files.map(|(name, mark)| (name.clone(), mark.blake3.clone())).collect(),
        documents,
        copies: copies
            .by_representative
            .iter()
            .map(|(id, places)| (id.0, places.iter().map(|place| format!("{place:?}")).collect()))
            .collect(),
        edges,
        mentions: graph.mentions.clone(),
        resources: graph.resources.iter().map(|resource| format!("{resource:?}")).collect(),
        counts: format!("{counts:?}"),
        sources: manifest
            .sources
            .iter()
            .map(|source| {
                let mut source = source.clone();
                source.fetched_at = None;
                // Asked for once a day: two builds of the same files may know different days.
                (source.stars, source.pushed_at) = (None, None);
                format!("{source:?}")
            })
            .collect(),
    }
}

/// The records of the documents in `contents`, and their number.
fn documents(contents: &GenerationContents, searcher: &Searcher) -> (Documents, usize) {
    let mut documents = BTreeMap::new();
    let mut sections = 0;
    for (source, entries) in &contents.sources {
        for entry in entries {
            let records = searcher.document(source, &entry.path).unwrap();
            let mut records: Vec<String> =
                records.iter().map(|(id, record)| format!("{id} {record:?}")).collect();
            records.sort();
            assert_eq!(records.len(), entry.sections.len(), "{source} {}", entry.path);
            sections += records.len();
            documents.insert((source.clone(), entry.path.clone()), records);
        }
    }
    (documents, sections)
}
