//! The mapping of the cluster's index: its fields, as the queries ([`super::clauses`]) and the documents
//! ([`super::sections`]) use them.
//!
//! Cairn makes the tokens itself, so that both engines agree on words: text fields use the whitespace analyser. Scores
//! come from `rank_features`: their saturation is that of BM25, and Cairn passes the weight of each word. So a score
//! depends neither on statistics of shards, nor on deleted sections, nor on the version of OpenSearch.

use serde_json::{Value, json};

/// Incremented when the mapping or the meaning of a field changes. Then the next refresh writes a new index.
pub const VERSION: u32 = 1;

/// `to` of a section that is still valid.
pub(in crate::search) const OPEN: u64 = 2_147_483_647;

/// The number of best candidates that come with their payloads, for the final ranking.
pub(in crate::search) const RANKED: usize = 60;

/// The names of the fields.
pub(in crate::search) mod field {
    /// The section's id, as a signed number.
    pub const ID: &str = "id";
    /// The key of its document, as a signed number.
    pub const DOCUMENT: &str = "document";
    /// The first generation that has the section in this state.
    pub const FROM: &str = "from";
    /// The last generation that has the section in this state.
    pub const TO: &str = "to";
    /// Whether it is a folded copy.
    pub const FOLDED: &str = "folded";
    /// A number made of the id and of the version of the document, whose sum shows that nothing is missing.
    pub const CHECK: &str = "check";
    pub const SOURCE: &str = "source";
    /// The path, in lower case.
    pub const PATH: &str = "path";
    pub const TOPIC: &str = "topic";
    pub const ABOUT: &str = "about";
    pub const STEP: &str = "step";
    pub const KIND: &str = "kind";
    pub const LANGUAGE: &str = "lang";
    pub const LICENCE: &str = "licence";
    pub const HAS: &str = "has";
    pub const DATE: &str = "date";
    pub const PRIOR: &str = "prior";
    pub const HEADING: &str = "heading";
    pub const TRAIL: &str = "trail";
    pub const BODY: &str = "body";
    pub const STEMS: &str = "stems";
    pub const WORDS: &str = "words";
    /// What ranking needs of a candidate ([`super::super::payload`]).
    pub const PAYLOAD: &str = "payload";
    /// The unstemmed words, for queries that ask for exact words.
    pub const EXACT: &str = "exact";
    /// The text and the long parts of the section ([`super::super::payload`]).
    pub const TEXTS: &str = "texts";
}

/// The body of the request that creates an index with so many `shards`, each with so many `replicas`. `label` names what
/// the index was written by.
pub(in crate::search) fn index(shards: u32, replicas: u32, label: &str) -> Value {
    use field::*;
    let keyword = || json!({"type": "keyword", "doc_values": false, "norms": false});
    let number = |kind: &str| json!({"type": kind});
    let tokens = || json!({"type": "text", "analyzer": "whitespace", "norms": false});
    let mut fields = serde_json::Map::new();
    for name in [ID, DOCUMENT, CHECK] {
        fields.insert(name.into(), number("long"));
    }
    for name in [FROM, TO, DATE, PRIOR] {
        fields.insert(name.into(), number("integer"));
    }
    for name in [PATH, TOPIC, ABOUT, STEP, KIND, LANGUAGE, LICENCE, HAS, WORDS] {
        fields.insert(name.into(), keyword());
    }
    for name in [HEADING, TRAIL, BODY] {
        fields.insert(name.into(), tokens());
    }
    fields.insert(SOURCE.into(), number("keyword"));
    fields.insert(FOLDED.into(), number("boolean"));
    fields.insert(STEMS.into(), number("rank_features"));
    for name in [PAYLOAD, EXACT, TEXTS] {
        fields.insert(name.into(), json!({"type": "binary", "doc_values": true}));
    }
    json!({
        "settings": {"index": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            // A refresh of Cairn makes its changes visible itself.
            "refresh_interval": "-1",
        }},
        "mappings": {"dynamic": false, "_meta": {"cairn": label}, "properties": fields},
    })
}
