//! The API's routes that ask the graph: related topics, learning orders, paths, case studies.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

use super::State;
use super::api::{bad_query, unknown_topic};
use super::error::Failure;
use crate::library::view::{CaseView, CasesView, LearnView, PathView, RelatedView};

/// The most related topics, chains, and passages a step of one answer.
const MOST_RELATED: usize = 100;
const MOST_PATHS: usize = 10;
const MOST_PASSAGES: usize = 12;

pub(super) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/topics/{id}/related", get(related))
        .route("/topics/{id}/learn", get(learn))
        .route("/path", get(path))
        .route("/cases", get(cases))
        .route("/cases/{id}", get(case))
}

#[derive(Debug, Deserialize)]
struct Limited {
    limit: Option<usize>,
}

async fn related(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    parameters: Result<Query<Limited>, QueryRejection>,
) -> Result<Json<RelatedView>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    let limit = asked.limit.unwrap_or(10).clamp(1, MOST_RELATED);
    let related = state.library()?.related(&id, limit);
    related.map(Json).ok_or_else(|| unknown_topic(&id))
}

#[derive(Debug, Deserialize)]
struct LearnParameters {
    /// Topics that the reader knows, joined by commas.
    known: Option<String>,
}

async fn learn(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    parameters: Result<Query<LearnParameters>, QueryRejection>,
) -> Result<Json<LearnView>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    let known = asked.known.unwrap_or_default();
    let known: Vec<&str> =
        known.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let learn = state.library()?.learn(&id, &known);
    learn.map(Json).map_err(|name| unknown_topic(&name))
}

#[derive(Debug, Deserialize)]
pub(super) struct PathParameters {
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    pub limit: Option<usize>,
}

impl PathParameters {
    /// The chains that are asked for.
    pub fn find(&self, state: &State) -> Result<PathView, Failure> {
        let count = self.limit.unwrap_or(3).clamp(1, MOST_PATHS);
        let found = state.library()?.paths(&self.from, &self.to, count);
        found.map_err(|name| unknown_topic(&name))
    }
}

async fn path(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<PathParameters>, QueryRejection>,
) -> Result<Json<PathView>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    if asked.from.is_empty() || asked.to.is_empty() {
        let hint = "try /api/v1/path?from=embedding&to=feature-store";
        return Err(Failure::bad_request("a path needs `from` and `to`".to_owned(), hint));
    }
    asked.find(&state).map(Json)
}

async fn cases(Shared(state): Shared<Arc<State>>) -> Result<Json<CasesView>, Failure> {
    Ok(Json(state.library()?.cases()))
}

async fn case(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    parameters: Result<Query<Limited>, QueryRejection>,
) -> Result<Json<CaseView>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    let limit = asked.limit.unwrap_or(5).clamp(1, MOST_PASSAGES);
    let name = id.clone();
    let found = state.ask(move |library| library.case(&name, limit)).await?;
    found.map(Json).ok_or_else(|| unknown_case(&id))
}

pub(super) fn unknown_case(id: &str) -> Failure {
    Failure::not_found("case study", id, "/cases and /api/v1/cases list them")
}
