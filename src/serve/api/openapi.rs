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
        paths.insert(format!("/api/v1{}", route.path), json!({ method: described }));
    }
    let error = answers.subschema_for::<ErrorAnswer>();
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
            "schemas": answers.take_definitions(true),
            "responses": { "Failure": failure },
            "securitySchemes": { "owner": { "type": "http", "scheme": "bearer" } }
        }
    })
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
    if route.path.contains("{id}") {
        let schema = json!({ "type": "string", "minLength": 1 });
        listed.push(json!({ "name": "id", "in": "path", "required": true, "schema": schema }));
    }
    let mut operation =
        json!({ "summary": route.summary, "parameters": listed, "responses": responses });
    if route.method == ApiMethod::Post {
        operation["security"] = json!([{ "owner": [] }]);
    }
    operation
}

/// The properties of the object `schema` as query parameters.
fn in_query(schema: &Schema) -> Vec<Value> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut parameter = json!({
            "name": name, "in": "query", "required": is_required(name), "schema": bounded(schema)
        });
        if let Some(description) = description {
            parameter["description"] = description;
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
