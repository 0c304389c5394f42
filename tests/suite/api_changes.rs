//! The description of the API is compared with that of the last release: what a program was promised stays.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::doc_pages::root;
use crate::serve::{app_with, json as answer, settings};
use crate::world::two;

/// The description of the API of the last release. A release replaces it.
const RELEASED: &str = "tests/programs/openapi-0.1.0.json";

/// The differences between two descriptions that break programs written for the old one.
struct BreakingChanges<'a> {
    old: &'a Value,
    new: &'a Value,
    found: Vec<String>,
    /// The pairs of named schemas that were compared.
    compared: BTreeSet<(String, String)>,
}

fn breaking(old: &Value, new: &Value) -> Vec<String> {
    let mut changes = BreakingChanges { old, new, found: Vec::new(), compared: BTreeSet::new() };
    for (path, methods) in members(&old["paths"]) {
        for (method, operation) in members(methods) {
            let place = format!("{method} {path}");
            match new["paths"][path].get(method) {
                None => changes.found.push(format!("{place}: removed")),
                Some(now) => changes.operation(&place, operation, now),
            }
        }
    }
    changes.found
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn strings(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Null => BTreeSet::new(),
        one => BTreeSet::from([plain(one)]),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl BreakingChanges<'_> {
    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        if old["operationId"] != new["operationId"] {
            self.found.push(format!("{place}: another operationId"));
        }
        let same =
            |one: &Value, other: &Value| one["name"] == other["name"] && one["in"] == other["in"];
        for parameter in list(&old["parameters"]) {
            let name = plain(&parameter["name"]);
            match list(&new["parameters"]).find(|now| same(now, parameter)) {
                None => self.found.push(format!("{place}: the parameter {name} was removed")),
                Some(now) => {
                    self.parameter(&format!("{place}: the parameter {name}"), parameter, now)
                }
            }
        }
        for parameter in list(&new["parameters"]) {
            let is_old = list(&old["parameters"]).any(|old| same(old, parameter));
            if !is_old && parameter["required"] == true {
                let name = plain(&parameter["name"]);
                self.found.push(format!("{place}: the new parameter {name} is required"));
            }
        }
        for (status, response) in members(&old["responses"]) {
            let schema =
                |response: &Value| response["content"]["application/json"]["schema"].clone();
            match new["responses"].get(status) {
                None => self.found.push(format!("{place}: the response {status} was removed")),
                Some(now) => {
                    self.answer(&format!("{place} {status}"), &schema(response), &schema(now))
                }
            }
        }
    }

    fn parameter(&mut self, place: &str, old: &Value, new: &Value) {
        if old["required"] != true && new["required"] == true {
            self.found.push(format!("{place} is required now"));
        }
        let (old, new) = (&old["schema"], &new["schema"]);
        if strings(&old["type"]) != strings(&new["type"]) {
            self.found.push(format!("{place} has another type"));
        }
        let values = strings(&new["enum"]);
        if !values.is_empty()
            && (old["enum"].is_null() || !strings(&old["enum"]).is_subset(&values))
        {
            self.found.push(format!("{place} accepts fewer values"));
        }
        let bound = |schema: &Value, key: &str, none: f64| schema[key].as_f64().unwrap_or(none);
        let is_narrower = bound(new, "maximum", f64::MAX) < bound(old, "maximum", f64::MAX)
            || bound(new, "minimum", f64::MIN) > bound(old, "minimum", f64::MIN)
            || bound(new, "minLength", 0.0) > bound(old, "minLength", 0.0)
            || (!new["pattern"].is_null() && new["pattern"] != old["pattern"]);
        if is_narrower {
            self.found.push(format!("{place} has narrower limits"));
        }
    }

    /// Compares the schemas of a response, or of a part of one.
    fn answer(&mut self, place: &str, old: &Value, new: &Value) {
        if let (Some(one), Some(other)) = (old["$ref"].as_str(), new["$ref"].as_str())
            && !self.compared.insert((one.to_owned(), other.to_owned()))
        {
            return;
        }
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        let (types, types_now) = (strings(&old["type"]), strings(&new["type"]));
        if types.is_empty() != types_now.is_empty() || !types_now.is_subset(&types) {
            self.found.push(format!("{place}: another type"));
        }
        for (name, property) in members(&old["properties"]) {
            match new["properties"].get(name) {
                None => self.found.push(format!("{place}: the field {name} was removed")),
                Some(now) => self.answer(&format!("{place}.{name}"), property, now),
            }
        }
        for name in strings(&old["required"]).difference(&strings(&new["required"])) {
            self.found.push(format!("{place}: the field {name} may be absent now"));
        }
        for part in ["items", "additionalProperties"] {
            if old[part].is_object() {
                self.answer(&format!("{place}[]"), &old[part], &new[part]);
            }
        }
        for kinds in ["anyOf", "oneOf"] {
            self.alternatives(place, &old[kinds], &new[kinds]);
        }
    }

    /// Compares alternatives: there may be fewer of them, but no new ones.
    fn alternatives(&mut self, place: &str, old: &Value, new: &Value) {
        let key = |kind: &Value| plain(kind.get("$ref").unwrap_or(&kind["type"]));
        for kind in list(new) {
            match list(old).find(|old| key(old) == key(kind)) {
                None => self.found.push(format!("{place}: another kind of value, {}", key(kind))),
                Some(old) => self.answer(place, old, kind),
            }
        }
    }
}

/// `schema`, or the one in `document` to which it refers.
fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).cloned().unwrap_or_default(),
        None => schema.clone(),
    }
}

fn released() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(RELEASED)).unwrap()).unwrap()
}

#[test]
fn the_api_keeps_what_the_last_release_promised() {
    let world = two();
    let token = Some(String::from("t").into());
    let config = cairn::config::Config { admin_token: token, ..settings(&world) };
    let now = answer(&app_with(config), "/openapi.json", 200);
    let found = breaking(&released(), &now);
    assert!(found.is_empty(), "programs written for {RELEASED} would break:\n{}", found.join("\n"));
}

#[test]
fn every_operation_has_a_unique_id_examples_and_its_required_parameters() {
    let world = two();
    let api = answer(&app_with(settings(&world)), "/openapi.json", 200);
    let operations: Vec<&Value> = members(&api["paths"])
        .flat_map(|(_, methods)| members(methods))
        .map(|(_, one)| one)
        .collect();
    let ids: BTreeSet<String> = operations.iter().map(|one| plain(&one["operationId"])).collect();
    assert_eq!(ids.len(), operations.len(), "{ids:?}");
    for operation in &operations {
        let id = plain(&operation["operationId"]);
        for parameter in list(&operation["parameters"]) {
            assert!(!parameter["example"].is_null(), "{id}: {parameter} has no example");
            assert!(!parameter["schema"]["type"].is_null(), "{id}: {parameter} has no type");
            assert!(parameter["description"].is_string(), "{id}: {parameter} is not described");
        }
    }
    let named =
        |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let required = |path: &str| -> BTreeSet<String> {
        let parameters = &api["paths"][format!("/api/v1/{path}")]["get"]["parameters"];
        let required = list(parameters).filter(|one| one["required"] == true);
        required.map(|one| plain(&one["name"])).collect()
    };
    assert_eq!((required("search"), required("suggest")), (named(&["q"]), named(&["q"])));
    assert_eq!(required("path"), named(&["from", "to"]));
    assert_eq!(required("section"), named(&["path", "source"]));
    assert_eq!(required("topics/{id}"), named(&["id"]));
    for path in ["/api/v1/search", "/api/v1/search?limit=3", "/api/v1/suggest"] {
        let refused = answer(&app_with(settings(&world)), path, 400);
        assert!(refused["error"]["message"].to_string().contains("q"), "{refused}");
    }
}

#[test]
fn each_kind_of_breaking_change_is_found() {
    let old = released();
    assert!(breaking(&old, &old).is_empty());
    let search = "/paths/~1api~1v1~1search/get";
    let with = |pointer: &str, change: &dyn Fn(&mut Value)| {
        let mut new = old.clone();
        change(new.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")));
        breaking(&old, &new).join("\n")
    };
    let remove = |name: &'static str| {
        move |value: &mut Value| drop(value.as_object_mut().unwrap().remove(name))
    };
    let set = |name: &'static str, to: Value| move |value: &mut Value| value[name] = to.clone();
    let hits = "/components/schemas/SearchView";
    let parameters = old.pointer(search).unwrap()["parameters"].as_array().unwrap();
    let limit = parameters.iter().position(|one| one["name"] == "limit").unwrap();
    let first = format!("{search}/parameters/{limit}");
    for (found, says) in [
        (with("/paths", &remove("/api/v1/search")), "get /api/v1/search: removed"),
        (with(search, &set("operationId", json!("find"))), "another operationId"),
        (with(search, &set("parameters", json!([]))), "the parameter limit was removed"),
        (with(&first, &set("required", json!(true))), "is required now"),
        (with(&format!("{first}/schema"), &set("type", json!("boolean"))), "has another type"),
        (with(&format!("{first}/schema"), &set("enum", json!(["1"]))), "accepts fewer values"),
        (with(&format!("{first}/schema"), &set("minLength", json!(9))), "has narrower limits"),
        (with(&format!("{hits}/properties"), &remove("total")), "the field total was removed"),
        (with(hits, &set("required", json!(["query"]))), "the field hits may be absent now"),
        (
            with(&format!("{hits}/properties/total"), &set("type", json!("string"))),
            "total: another type",
        ),
        (
            with(&format!("{hits}/properties/total"), &set("type", json!(["integer", "null"]))),
            "total: another type",
        ),
        (with(&format!("{search}/responses"), &remove("200")), "the response 200 was removed"),
    ] {
        assert!(found.contains(says), "{says}: {found}");
    }
    let added = |value: &mut Value| {
        value["parameters"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "must", "in": "query", "required": true}));
    };
    assert!(with(search, &added).contains("the new parameter must is required"));
    let grown = |value: &mut Value| value["properties"]["more"] = json!({"type": "string"});
    assert_eq!(with(hits, &grown), "", "what is added breaks nothing");
}
