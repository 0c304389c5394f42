//! Pages of a connection. A cursor is the position of an item in the order, so that the next page
//! still starts there if items were changed or deleted in between.

use serde_json::{Map, Value, json};

use super::Refused;
use super::parse::{Document, Field};
use crate::github::shapes::{base64, from_base64};

/// The position of an item in a connection's order: a date, then a number.
pub type Place = (String, u64);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// One page of `items`. `node` returns the requested fields of one item.
pub fn page<T>(
    document: &Document,
    kind: &str,
    field: &Field,
    (mut items, order): (Vec<(Place, T)>, Order),
    node: impl Fn(&T, &Field) -> Result<Value, Refused>,
) -> Result<Value, Refused> {
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    if order == Order::Descending {
        items.reverse();
    }
    let total = items.len();
    let first = field.arguments.get("first").and_then(Value::as_u64).unwrap_or_default();
    if let Some(after) = field.arguments.get("after").and_then(Value::as_str) {
        let after = place_of(after).ok_or_else(|| bad_cursor(after))?;
        items.retain(|(place, _)| match order {
            Order::Ascending => *place > after,
            Order::Descending => *place < after,
        });
    }
    let size = usize::try_from(first).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let end = items.last().map(|(place, _)| cursor(place));
    let start = items.first().map(|(place, _)| cursor(place));
    let mut value = Map::new();
    for part in document.fields(kind, &field.selection) {
        let nodes = |part: &Field| -> Result<Vec<Value>, Refused> {
            items.iter().map(|(_, item)| node(item, part)).collect()
        };
        let found = match part.name.as_str() {
            "__typename" => json!(kind),
            "totalCount" => json!(total),
            "nodes" => Value::Array(nodes(part)?),
            "edges" => edges(document, kind, part, &items, &node)?,
            "pageInfo" => {
                let mut info = Map::new();
                for asked in document.fields("PageInfo", &part.selection) {
                    let found = match asked.name.as_str() {
                        "endCursor" => json!(end),
                        "startCursor" => json!(start),
                        "hasNextPage" => json!(more),
                        "hasPreviousPage" => json!(field.arguments.contains_key("after")),
                        _ => return Err(Refused::unknown("PageInfo", asked)),
                    };
                    info.insert(asked.key.clone(), found);
                }
                Value::Object(info)
            }
            _ => return Err(Refused::unknown(kind, part)),
        };
        value.insert(part.key.clone(), found);
    }
    Ok(Value::Object(value))
}

fn edges<T>(
    document: &Document,
    kind: &str,
    field: &Field,
    items: &[(Place, T)],
    node: impl Fn(&T, &Field) -> Result<Value, Refused>,
) -> Result<Value, Refused> {
    let mut edges = Vec::new();
    for (place, item) in items {
        let mut edge = Map::new();
        for part in document.fields(kind, &field.selection) {
            let found = match part.name.as_str() {
                "cursor" => json!(cursor(place)),
                "node" => node(item, part)?,
                _ => return Err(Refused::unknown(&kind.replace("Connection", "Edge"), part)),
            };
            edge.insert(part.key.clone(), found);
        }
        edges.push(Value::Object(edge));
    }
    Ok(Value::Array(edges))
}

fn cursor((date, number): &Place) -> String {
    base64(format!("cursor:v2:{date}|{number}").as_bytes())
}

fn place_of(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(from_base64(cursor)?).ok()?;
    let (date, number) = text.strip_prefix("cursor:v2:")?.rsplit_once('|')?;
    Some((date.to_owned(), number.parse().ok()?))
}

fn bad_cursor(cursor: &str) -> Refused {
    let message = format!("`{cursor}` does not appear to be a valid cursor.");
    Refused(json!({ "type": "INVALID_CURSOR_ARGUMENTS", "message": message }))
}
