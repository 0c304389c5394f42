//! The fingerprint of a generation: a hash of everything that shapes it.
//!
//! A refresh builds a new generation if the fingerprint differs from the current generation's. [`GenerationInputs`]
//! lists every input. The policy, the catalogue entries and the rows of the store are destructured without `..`. So the
//! code compiles with a new field only after somebody has decided here whether the field shapes generations.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use serde::Serialize;

use super::describe::{ShownMetadata, shown_state, standing};
use crate::annotate::resources::LinkFacts;
use crate::catalogue::policy::PolicyLimits;
use crate::catalogue::{
    Origin, Policy, Shown, Source, SourceId, SourceList, SourceStanding, Visibility,
};
use crate::crawl::Snapshot;
use crate::crawl::arxiv::{ArxivId, PaperMetadata};
use crate::crawl::github::metadata::{Metadata, OwnerMetadata};
use crate::extract::reading;
use crate::generation::format::FORMAT;
use crate::generation::left_out::LeftOutGroup;
use crate::generation::manifest::SourceCondition;
use crate::graph;
use crate::problem::Problem;
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::licence::licence;
use crate::refresh::wanted::select::WantedItems;
use crate::refresh::wanted::versions::annotation_versions;
use crate::search;
use crate::store::SourceRow;

/// Everything that shapes a generation.
#[derive(Serialize)]
struct GenerationInputs<'a> {
    program: &'static str,
    /// The settings of another engine than the embedded one.
    engine: &'a str,
    format: u32,
    search: u32,
    /// The version of the table of word vectors.
    meaning: Option<String>,
    graph: u32,
    /// The version of documents as readers read them.
    texts: u32,
    /// The versions of extraction, annotation and vocabulary.
    annotations: String,
    policy: PolicyInputs<'a>,
    /// In the order of the catalogue, because this order can determine which one of several copies represents the
    /// others.
    sources: Vec<SourceInputs<'a>>,
    /// Dead links, each with the first day on which it was dead.
    dead: BTreeMap<&'a str, &'a str>,
    /// The metadata of papers from arXiv.
    papers: &'a BTreeMap<ArxivId, PaperMetadata>,
    items: Vec<ItemInputs<'a>>,
    /// The problems that explain why files that are not in `items` are left out.
    problems: &'a [Problem],
    /// How many files the rules leave out, by the ids of the sources.
    left_out: &'a BTreeMap<String, Vec<LeftOutGroup>>,
}

#[derive(Serialize)]
struct PolicyInputs<'a> {
    text_bytes: u64,
    excerpt_chars: usize,
    full: &'a [String],
    books: &'a [String],
    book_formats: &'a [String],
}

#[derive(Serialize)]
struct SourceInputs<'a> {
    id: &'a SourceId,
    origin: &'a Origin,
    fork_of: Option<&'a SourceId>,
    undeclared_fork_of: Option<&'a SourceId>,
    is_private: bool,
    licence: Option<String>,
    shown: Shown,
    language: Option<&'a str>,
    author: Option<&'a str>,
    is_stale: bool,
    owner: Option<&'a str>,
    why: &'a str,
    /// The lines of the entry, if a problem quotes them.
    lines: Option<(usize, usize)>,
    revision: Option<&'a str>,
    state: SourceCondition,
    moved_to: Option<&'a str>,
    is_archived: bool,
    standing: ShownMetadata,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct ItemInputs<'a> {
    source: &'a SourceId,
    path: &'a str,
    blob: &'a str,
    first_day: String,
    is_stored: bool,
}

/// The fingerprint of the generation that would be built from these inputs: 32 hexadecimal digits. It is equal for two
/// states of the store if readers see no difference. The time and the failure of a source's last request are recorded
/// in `runs.json` and do not change the fingerprint. `rows` are the sources' rows by id. `facts` is what is known
/// about cited URLs, and `engine` the settings of another engine.
///
/// O(items).
pub(in crate::refresh) fn fingerprint(
    inputs: &RefreshInputs,
    rows: &HashMap<String, SourceRow>,
    wanted: &WantedItems,
    facts: &LinkFacts,
    engine: &str,
) -> anyhow::Result<String> {
    let LinkFacts { dead, papers } = facts;
    // `rules` is not hashed, because it only determines which items exist, and the items are hashed.
    let RefreshInputs { catalogue, policy, rules: _, vocabulary, meaning, undeclared } = inputs;
    let sources = catalogue.sources.iter().filter_map(|source| {
        let row = rows.get(&source.id.0)?;
        Some(of_source(source, row, policy, undeclared.get(&source.id)))
    });
    let inputs = GenerationInputs {
        program: env!("CARGO_PKG_VERSION"),
        engine,
        format: FORMAT,
        search: search::VERSION,
        meaning: meaning.as_ref().map(|table| table.version()),
        graph: graph::VERSION,
        texts: reading::VERSION,
        annotations: annotation_versions(&vocabulary.version, meaning.as_deref()),
        policy: of_policy(policy),
        sources: sources.collect(),
        dead: dead.iter().map(|(url, day)| (url.as_str(), day.as_str())).collect(),
        papers,
        items: wanted.items.iter().map(of_item).collect(),
        problems: &wanted.problems,
        left_out: &wanted.left_out,
    };
    let hash = postcard::to_io(&inputs, blake3::Hasher::new()).context("cannot hash the inputs")?;
    Ok(hash.finalize().to_hex()[..32].to_owned())
}

fn of_policy(policy: &Policy) -> PolicyInputs<'_> {
    let Policy {
        // Not hashed: they only determine which files and posts exist, and the items are hashed.
        formats: _,
        quizzes: _,
        exclude: _,
        opted_out: _,
        // Not hashed: a catalogue with a refused repository is not read.
        refused: _,
        // Not hashed: it only determines which files are indexed, and the items are hashed.
        open_only: _,
        limits,
        full,
        excerpt_chars,
        books,
        book_formats,
    } = policy;
    let PolicyLimits {
        // Not hashed: they only limit what is fetched.
        entries: _,
        files: _,
        kept_bytes: _,
        file_bytes: _,
        download_bytes: _,
        archive_bytes: _,
        path_depth: _,
        text_bytes,
    } = limits;
    PolicyInputs {
        text_bytes: *text_bytes,
        excerpt_chars: *excerpt_chars,
        full,
        books,
        book_formats,
    }
}

fn of_source<'a>(
    source: &'a Source,
    row: &'a SourceRow,
    policy: &Policy,
    undeclared: Option<&'a SourceId>,
) -> SourceInputs<'a> {
    let Source {
        // Not hashed: they only determine which files and threads exist, and the items are hashed.
        include: _,
        exclude: _,
        threads: _,
        // Not hashed here: it is part of the computed `licence`, below.
        licence: _,
        id,
        origin,
        fork_of,
        visibility,
        language,
        author,
        standing: stale,
        why,
        list,
        line,
        repo_line,
    } = source;
    let ShownRow { snapshot, moved_to, metadata, owner, problems } = shown_row(row);
    let licence = licence(source, row);
    SourceInputs {
        id,
        origin,
        fork_of: fork_of.as_ref(),
        undeclared_fork_of: undeclared,
        is_private: *visibility == Visibility::Private,
        shown: policy.shown(licence.as_deref()),
        licence,
        language: language.as_deref(),
        author: author.as_deref(),
        is_stale: *stale == SourceStanding::Stale,
        owner: owner.as_ref().and_then(|owner| owner.name.as_deref()),
        why,
        lines: (*list == SourceList::Own && (moved_to.is_some() || undeclared.is_some()))
            .then_some((*line, *repo_line)),
        revision: snapshot.as_ref().map(revision),
        state: shown_state(row),
        moved_to: moved_to.as_deref(),
        is_archived: metadata.as_ref().is_some_and(|metadata| metadata.archived),
        standing: standing(source, row),
        problems,
    }
}

/// The parts of a source's row that readers see.
struct ShownRow<'a> {
    snapshot: &'a Option<Snapshot>,
    moved_to: &'a Option<String>,
    metadata: &'a Option<Metadata>,
    owner: &'a Option<OwnerMetadata>,
    problems: &'a [Problem],
}

fn shown_row(row: &SourceRow) -> ShownRow<'_> {
    let SourceRow {
        // Not hashed: times of requests.
        metadata_at: _,
        metadata_tried_at: _,
        owner_at: _,
        owner_tried_at: _,
        // Not hashed here: covered by `shown_state`.
        not_found: _,
        not_found_at: _,
        gone_since: _,
        state: _,
        // Not hashed here: it is part of the licence that the function `licence` computes.
        licence: _,
        snapshot,
        moved_to,
        metadata,
        owner,
        problems,
    } = row;
    ShownRow { snapshot, moved_to, metadata, owner, problems }
}

fn revision(snapshot: &Snapshot) -> &str {
    // Not hashed: the time, the ETag and the selection can change although the content of the source does not.
    let Snapshot { source: _, validator: _, fetched_at: _, selection: _, revision } = snapshot;
    revision
}

fn of_item<'a>(item: &'a WantedItem) -> ItemInputs<'a> {
    let WantedItem {
        // Not hashed: determined by the path and the blob.
        format: _,
        length: _,
        // Not hashed: determined by the tables of chapters, which the source's revision covers.
        chapter: _,
        // Hashed as `first_day`, below.
        first_seen: _,
        source,
        path,
        blob,
        is_stored,
    } = item;
    ItemInputs {
        source: &source.id,
        path,
        blob: &blob.0,
        first_day: item.first_day(),
        is_stored: *is_stored,
    }
}

#[cfg(test)]
mod tests;
