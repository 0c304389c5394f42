//! `POST /graphql`: discussions of a repository, with a quota in points. As at GitHub, most errors
//! are a 200 with `errors`: limits, missing objects, single failed fields.

mod connection;
mod cost;
mod nodes;
mod parse;
mod resolve;

use std::cell::RefCell;

use serde_json::{Map, Value, json};

use super::Fault;
use super::api::{self, Client};
use super::errors::Error;
use super::faults::Surface;
use super::http::{Answer, Call};
use super::quota::Quota;
use super::state::{Entry, Found, Shared, State};
use super::threads::Threads;
use cost::Cost;
use parse::{Document, Field};
use resolve::World;

/// An error for the whole query: the response has no data.
struct Refused(Value);

/// Nullable fields. If another field fails, the nearest of these above it becomes null.
const NULLABLE: [&str; 8] =
    ["repository", "node", "discussion", "author", "answer", "labels", "replyTo", "nodes"];

pub fn answer(shared: &Shared, call: &Call) -> Answer {
    let mut state = shared.lock();
    let client = state.client(call);
    if client != Client::SignedIn {
        let error = match client {
            Client::Refused => Error::status(401),
            _ => Error::needs_token(),
        };
        let quota = *state.quotas(client).graphql();
        return api::stamp(api::error(&error), quota, client);
    }
    let (answer, quota) = respond(&mut state, &shared.base, call);
    api::stamp(answer, quota, client)
}

/// The response, and the quota for its headers.
fn respond(state: &mut State, base: &str, call: &Call) -> (Answer, Quota) {
    let quota = *state.quotas(Client::SignedIn).graphql();
    let Some((query, variables)) = request(&call.body) else {
        return (api::error(&Error::bad_json()), quota);
    };
    let document = match Document::parse(&query, &variables) {
        Ok(document) => document,
        Err(message) => return (failed(&json!({ "message": message })), quota),
    };
    let cost = match cost::of(&document) {
        Ok(cost) => cost,
        Err(error) => {
            let top = error["path"][0].as_str().map(|top| json!({ top: null }));
            return (api::json(200, &json!({ "data": top, "errors": [error] })), quota);
        }
    };
    let name = repository_of(state, &document);
    let fault = state.fault(&name, Surface::Api);
    if let Some(answer) = refusal(call, fault, quota) {
        return answer;
    }
    let quota = state.quotas(Client::SignedIn).graphql();
    if !quota.take(cost.points) {
        let quota = *quota;
        let message = "API rate limit exceeded for user ID 1.";
        let error = json!({ "type": "RATE_LIMITED", "message": message });
        return (failed(&error), quota.used_up(None));
    }
    let quota = *quota;
    let value = resolve(state, base, &document, &name, (cost, quota));
    let mut answer = api::json(200, &value);
    answer.fault = fault;
    (answer, quota)
}

/// The query and the variables of a request's body.
fn request(body: &str) -> Option<(String, Map<String, Value>)> {
    let body: Value = serde_json::from_str(body).ok()?;
    let variables = body.get("variables").and_then(Value::as_object).cloned();
    Some((body.get("query")?.as_str()?.to_owned(), variables.unwrap_or_default()))
}

/// The response that `fault` sends instead of data, if it sends one, and the quota for its headers.
fn refusal(call: &Call, fault: Fault, quota: Quota) -> Option<(Answer, Quota)> {
    let answer = match fault {
        Fault::RateLimited { reset_in } => {
            // GitHub reports a used-up quota in two forms; this is the other one.
            let error = json!({
                "type": "RATE_LIMIT", "code": "graphql_rate_limit",
                "message": "API rate limit already exceeded for user ID 1.",
            });
            return Some((failed(&error), quota.used_up(Some(reset_in))));
        }
        Fault::SecondaryLimitIn200 { seconds } => {
            let body = json!({ "errors": [{ "message": Error::secondary_limit().message() }] });
            api::json(200, &body).with("retry-after", seconds.to_string())
        }
        _ => api::failure(call, fault)?,
    };
    Some((answer, quota))
}

fn failed(error: &Value) -> Answer {
    api::json(200, &json!({ "errors": [error] }))
}

/// The full name of the repository that a query is about; empty if there is none.
fn repository_of(state: &mut State, document: &Document) -> String {
    for field in document.fields("Query", &document.selection) {
        let text = |name: &str| field.arguments.get(name).and_then(Value::as_str).unwrap_or("");
        let name = match field.name.as_str() {
            "repository" => format!("{}/{}", text("owner"), text("name")),
            "node" => {
                let id = text("id");
                match state.find(|entry, threads| nodes::has_node(entry, threads, id)) {
                    Some(name) => name,
                    None => continue,
                }
            }
            _ => continue,
        };
        // In GraphQL, a former name finds the repository without a redirect.
        return match state.by_name(&name) {
            Found::Here(entry) => entry.repo.full_name.clone(),
            Found::Moved { full_name, .. } => full_name,
            Found::Missing => name,
        };
    }
    String::new()
}

fn resolve(
    state: &mut State,
    base: &str,
    document: &Document,
    name: &str,
    (cost, quota): (Cost, Quota),
) -> Value {
    let entry = match state.by_name(name) {
        Found::Here(entry) => Some(entry),
        _ => None,
    };
    let none = Threads::default();
    let threads = entry.as_ref().and_then(|entry| state.threads.get(&entry.id)).unwrap_or(&none);
    let found = entry.as_ref().map(|entry| (&**entry as &Entry, threads));
    let web = state.web.as_deref().unwrap_or(base);
    let errors = RefCell::new(Vec::new());
    let world = World { document, web, cost, quota, found, errors };
    let mut data = match world.query() {
        Ok(data) => data,
        Err(Refused(error)) => return json!({ "errors": [error] }),
    };
    let mut errors = world.errors.into_inner();
    if let Some(path) = state.failing_fields.get(&name.to_lowercase()) {
        errors.extend(fail_field(&mut data, path));
    }
    if errors.is_empty() {
        json!({ "data": data })
    } else {
        json!({ "data": data, "errors": errors })
    }
}

/// Makes the field at `path` (names and indices, separated by dots) fail, if it exists. Returns the error.
fn fail_field(data: &mut Value, path: &str) -> Option<Value> {
    let pointer = |parts: &[&str]| -> String { parts.iter().flat_map(|one| ["/", one]).collect() };
    let parts: Vec<&str> = path.split('.').collect();
    data.pointer(&pointer(&parts))?;
    let is_nullable = |part: &str| NULLABLE.contains(&part) || part.parse::<usize>().is_ok();
    let end = parts.iter().rposition(|part| is_nullable(part)).map_or(0, |at| at + 1);
    *data.pointer_mut(&pointer(&parts[..end]))? = Value::Null;
    let step = |part: &&str| part.parse::<u64>().map_or_else(|_| json!(part), |at| json!(at));
    let path: Vec<Value> = parts.iter().map(step).collect();
    let message = "Something went wrong while executing your query.";
    Some(json!({ "type": "INTERNAL", "path": path, "message": message }))
}

impl Refused {
    /// The error for a field that the schema does not have.
    fn unknown(kind: &str, field: &Field) -> Refused {
        let name = &field.name;
        Refused(json!({
            "message": format!("Field '{name}' doesn't exist on type '{kind}'"),
            "extensions": { "code": "undefinedField", "typeName": kind, "fieldName": name },
        }))
    }
}
