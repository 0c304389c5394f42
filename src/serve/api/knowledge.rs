//! API routes over the graph: related topics, learning orders, paths, case studies.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::parameters::{PathName, QueryParameters, number};
use crate::library::view::{CaseView, CasesView, ComparisonView, LearnView, PathView, RelatedView};
use crate::library::{Audience, Library};
use crate::search::Budget;

/// The maximum number of related topics in one response.
const MOST_RELATED: usize = 100;
/// The maximum number of chains of topics in one response.
const MOST_PATHS: usize = 10;
/// The maximum number of passages for each step of a case study.
const MOST_PASSAGES: usize = 12;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct LimitParameter {
    /// The maximum number of topics, or of passages for each step.
    #[schemars(example = 5)]
    limit: Option<u32>,
}

pub(super) async fn related(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    QueryParameters(asked): QueryParameters<LimitParameter>,
) -> Result<Json<RelatedView>, RequestFailure> {
    let limit = number(asked.limit, 10).clamp(1, MOST_RELATED);
    let name = id.clone();
    let related = state.read(move |library| Ok(library.related(&name, limit))).await?;
    related.map(Json).ok_or_else(|| state.unknown_topic(&id))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct LearnParameters {
    /// Topics that the reader knows, separated by commas.
    #[schemars(example = &"precision,recall")]
    known: Option<String>,
}

pub(super) async fn learn(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    QueryParameters(asked): QueryParameters<LearnParameters>,
) -> Result<Json<LearnView>, RequestFailure> {
    let known = asked.known.unwrap_or_default();
    let learn = state.read(move |library| {
        let known = known.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(library.learn(&id, &known.collect::<Vec<_>>()))
    });
    let learn = learn.await?;
    learn.map(Json).map_err(|name| state.unknown_topic(&name))
}

/// The query parameters of the page for paths between topics. `from` and `to` are empty until the user fills in the
/// form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::serve) struct PathParameters {
    pub from: String,
    pub to: String,
    pub limit: Option<u32>,
}

/// The query parameters of the API route for paths between topics.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ApiPathParameters {
    /// A topic's id or any of its names.
    #[schemars(length(min = 1))]
    #[schemars(example = &"calibration")]
    from: String,
    /// A topic's id or any of its names.
    #[schemars(length(min = 1))]
    #[schemars(example = &"click-through-rate")]
    to: String,
    /// The maximum number of chains; 3 by default, and at most 10.
    #[schemars(example = 3)]
    limit: Option<u32>,
}

impl PathParameters {
    /// Finds the requested chains of topics.
    pub async fn find(&self, state: &ServerState) -> Result<PathView, RequestFailure> {
        let count = number(self.limit, 3).clamp(1, MOST_PATHS);
        let (from, to) = (self.from.clone(), self.to.clone());
        let found = state.read(move |library| Ok(library.paths(&from, &to, count))).await?;
        found.map_err(|name| state.unknown_topic(&name))
    }
}

pub(super) async fn path(
    State(state): State<Arc<ServerState>>,
    QueryParameters(ApiPathParameters { from, to, limit }): QueryParameters<ApiPathParameters>,
) -> Result<Json<PathView>, RequestFailure> {
    if from.is_empty() || to.is_empty() {
        let hint = "try /api/v1/path?from=embedding&to=feature-store";
        return Err(RequestFailure::bad_request("a path needs `from` and `to`", hint));
    }
    PathParameters { from, to, limit }.find(&state).await.map(Json)
}

/// The query parameters of the page for comparisons. `topics` is empty until the user fills in the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::serve) struct CompareParameters {
    topics: String,
}

/// The query parameters of the API route for comparisons.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ApiCompareParameters {
    /// Two topics, by id or any name, separated by a comma.
    #[schemars(regex(pattern = r"^[^,\s]+,[^,\s]+$"))]
    #[schemars(example = &"precision,recall")]
    topics: String,
}

impl CompareParameters {
    /// Whether no topics are given.
    pub fn is_empty(&self) -> bool {
        self.topics.trim().is_empty()
    }

    /// Compares the topics.
    pub async fn find(&self, state: &ServerState) -> Result<ComparisonView, RequestFailure> {
        let names = self.topics.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(str::to_owned).collect();
        let hint = "try ?topics=precision,recall";
        let two = || RequestFailure::bad_request("a comparison needs two different topics", hint);
        let [one, two_name] = <[String; 2]>::try_from(names).map_err(|_| two())?;
        let find =
            move |library: &Library, budget: &Budget| library.compare([&one, &two_name], budget);
        state.ask(find).await?.map_err(|name| match name.is_empty() {
            true => two(),
            false => state.unknown_topic(&name),
        })
    }
}

pub(super) async fn compare(
    State(state): State<Arc<ServerState>>,
    QueryParameters(ApiCompareParameters { topics }): QueryParameters<ApiCompareParameters>,
) -> Result<Json<ComparisonView>, RequestFailure> {
    CompareParameters { topics }.find(&state).await.map(Json)
}

pub(super) async fn cases(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<CasesView>, RequestFailure> {
    state.read(|library| Ok(Json(library.cases()))).await
}

pub(super) async fn case(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    QueryParameters(asked): QueryParameters<LimitParameter>,
) -> Result<Json<CaseView>, RequestFailure> {
    let limit = number(asked.limit, 5).clamp(1, MOST_PASSAGES);
    let name = id.clone();
    let found = state.read(move |library| library.case(&name, limit, Audience::Reader)).await?;
    found.map(Json).ok_or_else(|| state.unknown_case(&id))
}
