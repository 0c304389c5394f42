//! `/openapi.json`: the OpenAPI 3.1 description of the API, generated from its types.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::generate::{Contract, SchemaSettings};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::table::{AdminRoutes, ApiMethod, ApiRoute, table};
use crate::library::view::ErrorAnswer;
use crate::serve::home::BaseUrl;
use crate::serve::state::ServerState;

/// `GET /openapi.json`. Generates the description for each request, because this takes only some milliseconds and such
/// requests are rare.
pub(in crate::serve) async fn openapi(
    State(state): State<Arc<ServerState>>,
    BaseUrl(home): BaseUrl,
) -> Json<Value> {
    let mut document = document(AdminRoutes::of(&state.config));
    document["servers"] = json!([{ "url": home }]);
    Json(document)
}

/// The OpenAPI description of the API. It contains the admin routes if `admin` is [`AdminRoutes::Offered`].
fn document(admin: AdminRoutes) -> Value {
    let mut answers = settings(Contract::Serialize).into_generator();
    let parameters = settings(Contract::Deserialize).with(|s| s.inline_subschemas = true);
    let mut parameters = parameters.into_generator();
    let mut paths = Map::new();
    for route in table(admin).routes {
        let method = match route.method {
            ApiMethod::Get => "get",
            ApiMethod::Post => "post",
        };
        let described = operation(&route, &mut parameters, &mut answers);
        paths.insert(format!("/api/v1{}", route.names.path), json!({ method: described }));
    }
    let error = answers.subschema_for::<ErrorAnswer>();
    let mut schemas = Value::Object(answers.take_definitions(true));
    with_plain_enums(&mut schemas);
    let failure = json!({
        "description": "What went wrong, and what to do",
        "content": { "application/json": { "schema": error } }
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cairn",
            "description": "Study material on machine-learning system design, searched and linked. Excerpts belong to their authors; each comes with its source and licence.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0" }
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Failure": failure },
            "securitySchemes": { "owner": { "type": "http", "scheme": "bearer" } }
        }
    })
}

/// Writes each choice of described strings in `schema` as one list of values, with the descriptions in its own. Programs
/// that generate clients read a list as an enum, and fail at a choice of constants.
fn with_plain_enums(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(plain) = object.get("oneOf").and_then(PlainEnum::of) {
                let own = object.get("description").and_then(Value::as_str).map(str::to_owned);
                let lines: Vec<String> = own.into_iter().chain(plain.descriptions).collect();
                object.remove("oneOf");
                object.insert("type".to_owned(), "string".into());
                object.insert("enum".to_owned(), plain.values.into());
                object.insert("description".to_owned(), lines.join("\n").into());
            }
            object.values_mut().for_each(with_plain_enums);
        }
        Value::Array(parts) => parts.iter_mut().for_each(with_plain_enums),
        _ => {}
    }
}

/// The values of a choice of strings, and what the described ones mean.
struct PlainEnum {
    values: Vec<Value>,
    descriptions: Vec<String>,
}

impl PlainEnum {
    /// `None` if `choice` contains anything but strings.
    fn of(choice: &Value) -> Option<PlainEnum> {
        let mut plain = PlainEnum { values: Vec::new(), descriptions: Vec::new() };
        for option in choice.as_array()? {
            let values = match option.get("const") {
                Some(value) => vec![value.clone()],
                None => option.get("enum")?.as_array()?.clone(),
            };
            if !values.iter().all(Value::is_string) {
                return None;
            }
            if let (Some(value), Some(text)) = (values.first(), option["description"].as_str()) {
                plain
                    .descriptions
                    .push(format!("`{}`: {text}", value.as_str().unwrap_or_default()));
            }
            plain.values.extend(values);
        }
        Some(plain)
    }
}

/// The settings of the generator for the schemas of responses (`Serialize`) or parameters (`Deserialize`).
fn settings(contract: Contract) -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.contract = contract;
        settings.meta_schema = None;
    })
}

fn operation(
    route: &ApiRoute,
    parameters: &mut SchemaGenerator,
    answers: &mut SchemaGenerator,
) -> Value {
    let answer = (route.answer)(answers);
    let good = json!({
        "description": "The response",
        "content": { "application/json": { "schema": answer } }
    });
    let moved = route.moved.map(|moved| moved(answers));
    let failure = json!({ "$ref": "#/components/responses/Failure" });
    let (status, failing) = match route.method {
        ApiMethod::Get => ("200", ["400", "404", "429", "503"]),
        ApiMethod::Post => ("202", ["401", "409", "429", "503"]),
    };
    let mut responses = Map::new();
    responses.insert(status.to_owned(), good);
    responses.extend(failing.iter().map(|code| ((*code).to_owned(), failure.clone())));
    if let Some(moved) = moved {
        let redirect = json!({
            "description": "The id is that of an earlier section; `Location` is the current one",
            "content": { "application/json": { "schema": moved } }
        });
        responses.insert("308".to_owned(), redirect);
        responses.insert("410".to_owned(), failure);
    }
    let mut listed = in_query(&(route.parameters)(parameters));
    for parameter in &mut listed {
        if route.names.needs.iter().any(|needed| parameter["name"] == *needed) {
            parameter["required"] = true.into();
        }
    }
    listed.extend(in_path(route.names.path));
    let mut operation = json!({
        "operationId": route.names.id,
        "summary": route.names.summary,
        "parameters": listed,
        "responses": responses
    });
    if route.method == ApiMethod::Post {
        operation["security"] = json!([{ "owner": [] }]);
    }
    operation
}

/// The parameter in `path`, if it has one.
fn in_path(path: &str) -> Option<Value> {
    let (folder, _) = path.split_once("/{id}")?;
    let (description, example) = match folder {
        "/topics" => ("A topic's id or any of its names", "calibration"),
        "/cases" => ("A case study's id or any of its names", "video-recommendation"),
        "/sections" => ("The id of a section, from a hit", "0f1e2d3c4b5a6978"),
        _ => ("The id of a document, from a hit", "0f1e2d3c4b5a6978"),
    };
    let schema = json!({ "type": "string", "minLength": 1 });
    Some(json!({
        "name": "id", "in": "path", "required": true, "schema": schema,
        "description": description, "example": example
    }))
}

/// The properties of the object `schema` as query parameters.
fn in_query(schema: &Schema) -> Vec<Value> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let mut take = |key: &str| schema.as_object_mut().and_then(|schema| schema.remove(key));
        let (description, examples) = (take("description"), take("examples"));
        let mut parameter = json!({
            "name": name, "in": "query", "required": is_required(name), "schema": bounded(schema)
        });
        if let Some(description) = description {
            parameter["description"] = description;
        }
        if let Some(example) = examples.as_ref().and_then(|examples| examples.get(0)) {
            parameter["example"] = example.clone();
        }
        parameter
    };
    properties.iter().map(parameter).collect()
}

/// Adapts `schema` to a query parameter: null is not allowed, and a number is limited to the range of its Rust type.
fn bounded(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get("anyOf").and_then(Value::as_array) {
        let kind = kinds.iter().find(|kind| kind["type"] != "null").cloned();
        return bounded(kind.unwrap_or_default());
    }
    let Some(object) = schema.as_object_mut() else { return schema };
    object.remove("default");
    if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    if let Some(kind) = object.get("type").and_then(Value::as_array) {
        let kind = kind.iter().find(|kind| *kind != "null").cloned();
        object.insert("type".to_owned(), kind.unwrap_or_default());
    }
    let most = match object.get("format").and_then(Value::as_str) {
        Some("uint64") => u64::MAX,
        Some("uint32") => u64::from(u32::MAX),
        Some("uint16") => u64::from(u16::MAX),
        _ => return schema,
    };
    object.remove("format");
    object.insert("maximum".to_owned(), most.into());
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_with_its_parameters_and_answer() {
        let document = document(AdminRoutes::Absent);
        let search = &document["paths"]["/api/v1/search"]["get"];
        let named = |name: &str| {
            let list = search["parameters"].as_array().unwrap();
            list.iter().find(|parameter| parameter["name"] == name).cloned().unwrap()
        };
        assert_eq!(named("limit")["schema"]["type"], "integer");
        assert_eq!(named("limit")["schema"]["maximum"], u32::MAX);
        assert_eq!(named("labels")["schema"]["enum"], json!(["0", "1"]));
        let place = &document["paths"]["/api/v1/section"]["get"]["parameters"];
        let comment = place.as_array().unwrap().iter().find(|p| p["name"] == "comment").unwrap();
        assert_eq!(
            (&comment["schema"]["minimum"], &comment["required"]),
            (&json!(1), &json!(false))
        );
        assert_eq!(comment["schema"]["maximum"], u64::MAX);
        let answer = &search["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(answer, "#/components/schemas/SearchView");
        assert!(document["components"]["schemas"]["SearchView"]["properties"]["hits"].is_object());
        let responses = |path: &str| document["paths"][path]["get"]["responses"].clone();
        let moved = &responses("/api/v1/sections/{id}")["308"]["content"]["application/json"];
        assert_eq!(moved["schema"]["$ref"], "#/components/schemas/MovedAnswer");
        assert!(responses("/api/v1/section")["308"].is_null());
        assert!(document["paths"]["/api/v1/refresh"].is_null());
        assert!(
            super::document(AdminRoutes::Offered)["paths"]["/api/v1/refresh"]["post"].is_object()
        );
    }

    /// The values that the schema `name` allows.
    fn values(document: &Value, name: &str) -> Vec<String> {
        let schema = &document["components"]["schemas"][name];
        let listed = schema["enum"].as_array().into_iter().flatten().cloned();
        let options = schema["oneOf"].as_array().into_iter().flatten();
        let one = options.flat_map(|option| match option["enum"].as_array() {
            Some(values) => values.clone(),
            None => vec![option["const"].clone()],
        });
        let mut values: Vec<String> =
            listed.chain(one).map(|value| value.as_str().unwrap().to_owned()).collect();
        values.sort();
        values
    }

    #[test]
    fn the_values_of_states_kinds_and_error_codes_are_listed() {
        let document = document(AdminRoutes::Offered);
        assert_eq!(values(&document, "OriginKind"), ["archive", "folder", "github"]);
        assert_eq!(
            values(&document, "SourceCondition"),
            ["blocked", "deferred", "failed", "gone", "new", "ok"]
        );
        assert_eq!(
            values(&document, "DocumentKind"),
            ["book", "deck", "discussion", "list", "note", "notebook", "paper"]
        );
        assert_eq!(
            values(&document, "ErrorCode"),
            [
                "bad_request",
                "busy",
                "engine",
                "forbidden",
                "gone",
                "index",
                "internal",
                "not_found",
                "not_ready",
                "stopped",
                "too_costly",
                "too_long",
                "too_many",
                "wrong_host"
            ]
        );
        assert_eq!(values(&document, "RefreshStart"), ["begins", "follows the one under way"]);
        let facets = &document["components"]["schemas"]["SearchView"]["properties"]["facets"];
        let fields: Vec<&String> = facets["properties"].as_object().unwrap().keys().collect();
        assert_eq!(fields, ["kind", "lang", "source", "step", "topic"]);
    }
}
