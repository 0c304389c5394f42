//! Computes the cost of a query before it runs and checks its page sizes, by the rules of "Rate
//! limits and query limits for the GraphQL API" in GitHub's documentation.

use serde_json::{Value, json};

use super::parse::{Document, Field, Selection};

const CONNECTIONS: [&str; 4] = ["discussions", "comments", "replies", "labels"];
const LARGEST_PAGE: u64 = 100;
const MOST_NODES: u64 = 500_000;

/// The cost of a query whose pages are all full.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub points: u64,
    pub nodes: u64,
}

/// The cost of `document`, or GitHub's error (with its path) if a limit is exceeded.
pub fn of(document: &Document) -> Result<Cost, Value> {
    let mut walk = Walk { document, requests: 0, nodes: 0 };
    walk.selection(&document.selection, 1, &mut Vec::new())?;
    if walk.nodes > MOST_NODES {
        let message = format!(
            "This query requests up to {} possible nodes which exceeds the maximum limit of {}.",
            walk.nodes, MOST_NODES
        );
        return Err(json!({ "type": "MAX_NODE_LIMIT_EXCEEDED", "message": message }));
    }
    // Rounded to the nearest whole number, and at least one.
    Ok(Cost { points: ((walk.requests + 50) / 100).max(1), nodes: walk.nodes })
}

struct Walk<'a> {
    document: &'a Document,
    /// The number of requests: one per connection and node that contains it.
    requests: u64,
    nodes: u64,
}

impl Walk<'_> {
    fn selection(
        &mut self,
        selection: &[Selection],
        holders: u64,
        path: &mut Vec<String>,
    ) -> Result<(), Value> {
        let document = self.document;
        // Fragments on all types count, so the type is empty.
        for field in document.fields("", selection) {
            path.push(field.key.clone());
            let mut inner = holders;
            if CONNECTIONS.contains(&field.name.as_str()) {
                let first = self.first(field, path)?;
                self.requests += holders;
                self.nodes += holders * first;
                inner = holders * first;
            }
            self.selection(&field.selection, inner, path)?;
            path.pop();
        }
        Ok(())
    }

    /// The page size of the connection `field`, or GitHub's error if it is missing or too large.
    fn first(&self, field: &Field, path: &[String]) -> Result<u64, Value> {
        let name = &field.name;
        let fields = self.document.fields("", &field.selection);
        let pages = fields.iter().any(|one| one.name == "nodes" || one.name == "edges");
        let first = field.arguments.get("first").or(field.arguments.get("last"));
        let (kind, message) = match first.and_then(Value::as_i64) {
            Some(first) if (0..=LARGEST_PAGE.cast_signed()).contains(&first) => {
                return Ok(first.unsigned_abs());
            }
            Some(first) if first > 0 => (
                "EXCESSIVE_PAGINATION",
                format!(
                    "Requesting {first} records on the `{name}` connection exceeds the `first` \
                     limit of {LARGEST_PAGE} records."
                ),
            ),
            None if !pages => return Ok(0),
            _ => (
                "MISSING_PAGINATION_BOUNDARIES",
                format!(
                    "You must provide a `first` or `last` value to properly paginate the `{name}` \
                     connection."
                ),
            ),
        };
        Err(json!({ "type": kind, "path": path, "message": message }))
    }
}
