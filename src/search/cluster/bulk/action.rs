//! Actions on documents, and chunks of them.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::json;

/// The maximum size of a chunk, in bytes, unless one action alone is larger. OpenSearch holds a chunk in memory several
/// times; its own limit is a tenth of its memory for all requests together.
const MOST_BYTES: usize = 2_000_000;
/// The maximum number of actions in a chunk.
const MOST_ACTIONS: usize = 1_000;

/// What is done with one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkAction {
    /// The document's id.
    pub id: String,
    pub kind: BulkKind,
}

/// The kind of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkKind {
    /// Creates the document or replaces it by this JSON object.
    Index(Vec<u8>),
    /// Replaces the fields that this JSON object has. The document must exist.
    Update(Vec<u8>),
    /// Deletes the document. It may be missing.
    Delete,
}

/// The kind of a [`PreparedAction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActionName {
    Index,
    Update,
    Delete,
}

/// An action as the lines of a request.
#[derive(Debug)]
pub(super) struct PreparedAction {
    pub id: String,
    pub name: ActionName,
    lines: Vec<u8>,
}

/// Actions for one request. Each id occurs once.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    actions: Vec<PreparedAction>,
    ids: HashSet<String>,
    bytes: usize,
}

impl From<BulkAction> for PreparedAction {
    fn from(action: BulkAction) -> PreparedAction {
        let BulkAction { id, kind } = action;
        let target = json!({ "_id": id });
        let (name, head, json) = match kind {
            BulkKind::Index(json) => (ActionName::Index, json!({ "index": target }), Some(json)),
            BulkKind::Update(json) => (ActionName::Update, json!({ "update": target }), Some(json)),
            BulkKind::Delete => (ActionName::Delete, json!({ "delete": target }), None),
        };
        let mut lines = head.to_string().into_bytes();
        lines.push(b'\n');
        if let Some(json) = json {
            // Line breaks of JSON are outside its strings, so spaces have the same meaning.
            let line = json.into_iter().map(|byte| match byte {
                b'\n' | b'\r' => b' ',
                byte => byte,
            });
            let is_update = name == ActionName::Update;
            lines.extend_from_slice(if is_update { b"{\"doc\":" } else { b"" });
            lines.extend(line);
            lines.extend_from_slice(if is_update { b"}\n" } else { b"\n" });
        }
        PreparedAction { id, name, lines }
    }
}

impl Chunk {
    /// A chunk of `actions`, which come from one chunk.
    pub fn of(actions: Vec<PreparedAction>) -> Chunk {
        let mut chunk = Chunk::default();
        actions.into_iter().for_each(|action| chunk.push(action));
        chunk
    }

    /// Whether `action` can be added: the chunk is empty, or it stays within its limits and has no action with the same
    /// id.
    pub fn has_room(&self, action: &PreparedAction) -> bool {
        let fits = self.actions.len() < MOST_ACTIONS
            && self.bytes + action.lines.len() <= MOST_BYTES
            && !self.ids.contains(&action.id);
        self.is_empty() || fits
    }

    /// Adds `action`.
    pub fn push(&mut self, action: PreparedAction) {
        self.bytes += action.lines.len();
        self.ids.insert(action.id.clone());
        self.actions.push(action);
    }

    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The actions in the order in which they were added.
    pub fn actions(&self) -> &[PreparedAction] {
        &self.actions
    }

    /// The actions, without the chunk.
    pub fn into_actions(self) -> Vec<PreparedAction> {
        self.actions
    }

    /// The body of the request.
    pub fn body(&self) -> Bytes {
        let mut body = Vec::with_capacity(self.bytes);
        for action in &self.actions {
            body.extend_from_slice(&action.lines);
        }
        body.into()
    }
}
