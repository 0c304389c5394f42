//! The JSON API under `/api/v1`. Its objects are the library's views.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::State;
use super::admin;
use super::error::Failure;
use super::knowledge;
use crate::library::Library;
use crate::library::since;
use crate::library::view::{NewsView, SearchView, SourcesView, StatusView};
use crate::search::{LastWord, Request, SectionId, Understanding};

/// The most hits of one answer, and how far back a list goes.
const MOST_HITS: usize = 100;
const FARTHEST: usize = 400;
/// The most suggestions of one answer.
const MOST_SUGGESTIONS: usize = 20;
/// The most topics of one answer.
const MOST_TOPICS: usize = 5_000;

pub(super) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/search", get(search))
        .route("/suggest", get(suggest))
        .route("/section", get(section_at))
        .route("/sections/{id}", get(section))
        .route("/topics", get(topics))
        .route("/topics/{id}", get(topic))
        .route("/resources", get(resources))
        .route("/sources", get(sources))
        .route("/status", get(status))
        .route("/new", get(new))
        .route("/refresh", post(admin::refresh))
        .merge(knowledge::routes())
        .fallback(|| async { Failure::not_found("route", "in the API", "see the README") })
}

/// What `search` takes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchParameters {
    pub q: String,
    pub source: Option<String>,
    pub topic: Option<String>,
    pub step: Option<String>,
    pub kind: Option<String>,
    pub lang: Option<String>,
    pub limit: Option<usize>,
    pub offset: Option<usize>,
    /// `1`: the words as typed.
    pub literal: Option<String>,
    /// `0`: without this step of understanding.
    pub labels: Option<String>,
    pub spelling: Option<String>,
    pub filler: Option<String>,
    pub completion: Option<String>,
    /// `1`: the last word is still being typed.
    pub typing: Option<String>,
}

impl SearchParameters {
    /// The query with its filters in the query language.
    pub fn text(&self) -> String {
        self.q.clone() + &self.filters()
    }

    /// The filters that came as parameters, in the query language.
    fn filters(&self) -> String {
        let filters = [
            ("source", &self.source),
            ("topic", &self.topic),
            ("step", &self.step),
            ("kind", &self.kind),
            ("lang", &self.lang),
        ];
        let mut text = String::new();
        for (field, value) in filters {
            if let Some(value) = value.as_ref().filter(|value| !value.trim().is_empty()) {
                text.push_str(&format!(" {field}:\"{}\"", value.replace('"', " ")));
            }
        }
        text
    }

    pub fn understanding(&self) -> Understanding {
        if is_on(&self.literal) {
            return Understanding::LITERAL;
        }
        Understanding {
            labels: !is_off(&self.labels),
            spelling: !is_off(&self.spelling),
            filler: !is_off(&self.filler),
            completion: !is_off(&self.completion),
        }
    }

    fn last_word(&self) -> LastWord {
        if is_on(&self.typing) { LastWord::Unfinished } else { LastWord::Whole }
    }
}

fn is_on(parameter: &Option<String>) -> bool {
    matches!(parameter.as_deref(), Some("1" | "true"))
}

fn is_off(parameter: &Option<String>) -> bool {
    matches!(parameter.as_deref(), Some("0" | "false"))
}

/// Runs a search on the blocking pool.
pub(super) async fn find(
    state: &Arc<State>,
    parameters: &SearchParameters,
    limit: usize,
) -> Result<SearchView, Failure> {
    let (text, understanding) = (parameters.text(), parameters.understanding());
    let last_word = parameters.last_word();
    let offset = parameters.offset.unwrap_or(0).min(FARTHEST);
    let search = move |library: &Library| {
        let request = Request { text: &text, limit, offset, understanding, last_word };
        library.search(&request)
    };
    let mut view = state.ask(search).await?;
    // What the person typed is corrected, not the filters that came beside it.
    let filters: Vec<String> = parameters.filters().split_whitespace().map(str::to_owned).collect();
    if let Some(corrected) = &mut view.query.corrected
        && let Some(typed) = corrected.strip_suffix(&filters.join(" "))
    {
        *corrected = typed.trim_end().to_owned();
    }
    Ok(view)
}

async fn search(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<SearchParameters>, QueryRejection>,
) -> Result<Json<SearchView>, Failure> {
    let Query(parameters) = parameters.map_err(bad_query)?;
    let limit = parameters.limit.unwrap_or(10).clamp(1, MOST_HITS);
    let mut view = find(&state, &parameters, limit).await?;
    // The words that the person typed; filters that came as parameters are in `understood`.
    view.query.text = parameters.q;
    Ok(Json(view))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SuggestParameters {
    q: String,
    limit: Option<usize>,
}

async fn suggest(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<SuggestParameters>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    let limit = asked.limit.unwrap_or(8).clamp(1, MOST_SUGGESTIONS);
    let suggestions = state.ask(move |library| library.suggest(&asked.q, limit)).await?;
    Ok(Json(json!({ "suggestions": suggestions })))
}

#[derive(Debug, Deserialize)]
struct PlaceParameters {
    source: String,
    path: String,
    line: Option<u32>,
    cell: Option<u32>,
    page: Option<u32>,
    card: Option<u32>,
}

async fn section_at(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<PlaceParameters>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let Query(place) = parameters.map_err(bad_query)?;
    let number = place.cell.or(place.page).or(place.card).or(place.line).unwrap_or(1);
    let name = format!("{} {}", place.source, place.path);
    let find = move |library: &Library| library.section_at(&place.source, &place.path, number);
    let hint = "/api/v1/sources lists the sources";
    let section = state.ask(find).await?;
    let section = section.ok_or_else(|| Failure::not_found("file", &name, hint))?;
    Ok(Json(json!({ "section": section })))
}

async fn section(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let hint = "ids are 16 hexadecimal digits; search gives them";
    let unknown = || Failure::not_found("section", &id, hint);
    let parsed = SectionId::parse(&id).ok_or_else(unknown)?;
    let found = state.ask(move |library| library.section(parsed)).await?;
    let section = found.ok_or_else(unknown)?;
    Ok(Json(json!({ "section": section })))
}

#[derive(Debug, Deserialize)]
struct ListParameters {
    limit: Option<usize>,
    offset: Option<usize>,
}

async fn topics(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let Query(list) = parameters.map_err(bad_query)?;
    let limit = list.limit.unwrap_or(MOST_TOPICS).min(MOST_TOPICS);
    let topics = state.library()?.topics(limit, list.offset.unwrap_or(0));
    Ok(Json(json!({ "topics": topics })))
}

async fn topic(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let name = id.clone();
    let found = state.ask(move |library| library.topic(&name)).await?;
    let topic = found.ok_or_else(|| unknown_topic(&id))?;
    Ok(Json(json!({ "topic": topic })))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResourceParameters {
    q: String,
    topic: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

async fn resources(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<ResourceParameters>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    let limit = asked.limit.unwrap_or(20).clamp(1, MOST_HITS);
    let (topic, offset) = (asked.topic.as_deref(), asked.offset.unwrap_or(0));
    let resources = state.library()?.resources(&asked.q, topic, limit, offset);
    let resources = resources.ok_or_else(|| unknown_topic(topic.unwrap_or_default()))?;
    Ok(Json(json!({ "resources": resources })))
}

async fn sources(Shared(state): Shared<Arc<State>>) -> Result<Json<SourcesView>, Failure> {
    Ok(Json(state.library()?.sources(&state.shelf.standing())))
}

async fn status(Shared(state): Shared<Arc<State>>) -> Result<Json<StatusView>, Failure> {
    Ok(Json(state.status(&*state.library()?)))
}

#[derive(Debug, Deserialize)]
struct NewsParameters {
    since: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

async fn new(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<NewsParameters>, QueryRejection>,
) -> Result<Json<NewsView>, Failure> {
    let Query(asked) = parameters.map_err(bad_query)?;
    let since = since(asked.since.as_deref().unwrap_or("7d"), chrono::Utc::now());
    let since = since.map_err(|error| Failure::bad_request(error.to_string(), "try since=7d"))?;
    let mut view = state.ask(move |library| Ok(library.news(since))).await?;
    let limit = asked.limit.unwrap_or(MOST_HITS).min(MOST_HITS);
    view.items = view.items.into_iter().skip(asked.offset.unwrap_or(0)).take(limit).collect();
    Ok(Json(view))
}

/// `GET /readyz`
pub(super) async fn ready(Shared(state): Shared<Arc<State>>) -> Result<&'static str, Failure> {
    state.library().map(|_| "ready\n")
}

pub(super) fn unknown_topic(id: &str) -> Failure {
    Failure::not_found("topic", id, "/api/v1/topics lists them")
}

pub(super) fn bad_query(rejection: QueryRejection) -> Failure {
    Failure::bad_request(rejection.body_text(), "see the README for what each route takes")
}
