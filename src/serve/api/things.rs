//! API routes for sections, topics, resources, sources, status and news.

use std::num::NonZeroU64;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::RequestFailure;
use super::super::redirect;
use super::super::state::ServerState;
use super::parameters::{PathName, QueryParameters, number};
use super::search::MOST_HITS;
use crate::library::view::{
    DocumentAnswer, MovedAnswer, NearName, NewsView, ResourcesAnswer, SectionAnswer, SourcesView,
    StatusView, TopicAnswer, TopicsAnswer,
};
use crate::library::{
    Audience, DocumentId, EarlierId, Library, NamedPlace, NewsRequest, PlaceFault, ResourceRequest,
    since as since_of,
};
use crate::search::SectionId;

/// The maximum number of topics in one response.
const MOST_TOPICS: usize = 5_000;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SectionPlaceParameters {
    /// A source's id.
    #[schemars(example = &"cairn/notes")]
    source: String,
    /// The path of a file in the source.
    #[schemars(example = &"ad-click-prediction.md")]
    path: String,
    /// A line of a text.
    #[schemars(example = 48)]
    line: Option<u32>,
    /// A cell of a notebook.
    #[schemars(example = 2)]
    cell: Option<u32>,
    /// A page of a PDF.
    #[schemars(example = 3)]
    page: Option<u32>,
    /// A card of a deck.
    #[schemars(example = 1)]
    card: Option<u32>,
    /// GitHub's id of a comment in a thread. Without it, the thread's question is returned.
    #[schemars(example = 1234567)]
    comment: Option<NonZeroU64>,
}

pub(super) async fn section_at(
    State(state): State<Arc<ServerState>>,
    QueryParameters(place): QueryParameters<SectionPlaceParameters>,
) -> Result<Json<SectionAnswer>, RequestFailure> {
    let SectionPlaceParameters { source, path, line, cell, page, card, comment } = place;
    let place = NamedPlace { line, cell, page, card, comment };
    if place.count() > 1 {
        // 404, not 400: the API's description can't say that parameters exclude each other, so the request is valid.
        let hint = "name one of line, cell, page, card and comment";
        return Err(RequestFailure {
            message: "a section has one place, and the request names several".to_owned(),
            ..RequestFailure::not_found("section", "", hint)
        });
    }
    let name = format!("{source} {path}");
    let (missing, hint) = match comment {
        Some(comment) => (
            ("comment", format!("{name} {comment}")),
            "short comments without content are not indexed; /api/v1/search finds the others",
        ),
        None => (("file", name), "/api/v1/sources lists the sources"),
    };
    let asked = (source.clone(), path.clone());
    let find = move |library: &Library| library.section_at(&asked.0, &asked.1, place.position());
    let section = state.read(find).await?;
    let near = || state.shelf.library().map(|library| near_sources(&library, &source));
    let section = section.ok_or_else(|| {
        RequestFailure::not_found(missing.0, &missing.1, hint).near(near().unwrap_or_default())
    })?;
    match place.fault(&section) {
        Some(fault) => Err(no_place(&path, fault)),
        None => Ok(Json(SectionAnswer { section, earlier_id: None })),
    }
}

/// The error for the file `path` that does not have the requested place.
fn no_place(path: &str, fault: PlaceFault) -> RequestFailure {
    let hint = match fault.instead() {
        Some(kind) => format!("use the parameter {kind}"),
        None => "without a place, the answer is the first section of the file".to_owned(),
    };
    RequestFailure {
        message: format!("{path:?} {fault}"),
        ..RequestFailure::not_found("section", "", &hint)
    }
}

/// The sources that may have been meant by `name`; none if it is a source.
fn near_sources(library: &Library, name: &str) -> Vec<NearName> {
    match library.manifest.source(name) {
        Some(_) => Vec::new(),
        None => library.near_sources(name),
    }
}

pub(super) async fn section(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
) -> Result<Response, RequestFailure> {
    let hint = "ids have 16 hexadecimal digits; search results contain them";
    let unknown = || RequestFailure::not_found("section", &id, hint);
    let parsed = SectionId::parse(&id).ok_or_else(unknown)?;
    let found = state.read(move |library| library.section(parsed)).await?;
    if let Some(section) = found {
        return Ok(Json(SectionAnswer { section, earlier_id: None }).into_response());
    }
    match redirect::earlier(&state, parsed).await?.ok_or_else(unknown)? {
        EarlierId::Section(current) => {
            let body = Json(MovedAnswer { moved_to: current.to_string() });
            Ok(redirect::moved(&format!("/api/v1/sections/{current}"), body))
        }
        EarlierId::Removed { source } => Err(RequestFailure::gone(&id, &source)),
    }
}

pub(super) async fn document(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
) -> Result<Json<DocumentAnswer>, RequestFailure> {
    let hint = "ids have 16 hexadecimal digits; search results contain them";
    let unknown = || RequestFailure::not_found("document", &id, hint);
    let parsed = DocumentId::parse(&id).ok_or_else(unknown)?;
    let document = state.read(move |library| library.document(parsed)).await?;
    Ok(Json(DocumentAnswer { document: document.ok_or_else(unknown)? }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct TopicListParameters {
    /// The maximum number of topics; 5,000 by default, which is also the limit.
    #[schemars(example = 100)]
    limit: Option<u32>,
    /// The number of topics to skip.
    #[schemars(example = 0)]
    offset: Option<u32>,
}

pub(super) async fn topics(
    State(state): State<Arc<ServerState>>,
    QueryParameters(list): QueryParameters<TopicListParameters>,
) -> Result<Json<TopicsAnswer>, RequestFailure> {
    let limit = number(list.limit, MOST_TOPICS).clamp(1, MOST_TOPICS);
    let offset = number(list.offset, 0);
    let topics = state.read(move |library| Ok(library.topics(limit, offset))).await?;
    Ok(Json(TopicsAnswer { topics }))
}

pub(super) async fn topic(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
) -> Result<Json<TopicAnswer>, RequestFailure> {
    let name = id.clone();
    let found = state.ask(move |library, budget| library.topic(&name, budget)).await?;
    let topic = found.ok_or_else(|| state.unknown_topic(&id))?;
    Ok(Json(TopicAnswer { topic }))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ResourceParameters {
    /// Words of the title, URL, topics, authors or abstract.
    #[schemars(example = &"feature store")]
    q: String,
    /// A topic's id or any of its names.
    #[schemars(example = &"calibration")]
    topic: Option<String>,
    /// `paper`, `article`, `video`, `course`, `book`, `code`, `tool` or `dataset`.
    #[schemars(example = &"paper")]
    kind: Option<String>,
    /// The year of publication.
    #[schemars(example = 2016)]
    year: Option<u16>,
    /// The maximum number of resources; 20 by default, and at most 100.
    #[schemars(example = 20)]
    limit: Option<u32>,
    /// The number of works to skip.
    #[schemars(example = 0)]
    offset: Option<u32>,
}

pub(super) async fn resources(
    State(state): State<Arc<ServerState>>,
    QueryParameters(asked): QueryParameters<ResourceParameters>,
) -> Result<Json<ResourcesAnswer>, RequestFailure> {
    let topic = asked.topic.clone().unwrap_or_default();
    let find = move |library: &Library| {
        Ok(library.resources(&ResourceRequest {
            query: &asked.q,
            topic: asked.topic.as_deref(),
            kind: asked.kind.as_deref(),
            year: asked.year,
            limit: number(asked.limit, 20).clamp(1, MOST_HITS),
            offset: number(asked.offset, 0),
        }))
    };
    let resources = state.read(find).await?.ok_or_else(|| state.unknown_topic(&topic))?;
    Ok(Json(ResourcesAnswer { resources }))
}

pub(super) async fn sources(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<SourcesView>, RequestFailure> {
    Ok(Json(state.library()?.sources(&state.shelf.standing())))
}

pub(super) async fn status(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<StatusView>, RequestFailure> {
    Ok(Json(state.status(&*state.library()?)))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(in crate::serve) struct NewsParameters {
    /// The start of the period: a duration before now such as `7d`, a day, or an RFC 3339 timestamp; by default a week
    /// ago.
    #[schemars(regex(
        pattern = r"^(0|[0-9]{1,4}[smhdw]|[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$"
    ))]
    #[schemars(example = &"7d")]
    pub since: Option<String>,
    /// A topic's id or any of its names.
    #[schemars(example = &"calibration")]
    pub topic: Option<String>,
    /// A source's id.
    #[schemars(example = &"cairn/notes")]
    pub source: Option<String>,
    /// The maximum number of items; at most 100.
    #[schemars(example = 20)]
    pub limit: Option<u32>,
    /// The number of items to skip.
    #[schemars(example = 0)]
    pub offset: Option<u32>,
}

impl NewsParameters {
    /// The requested news that `audience` may read. If `since` is missing or blank, the news of the period `usual` (for
    /// example "7d") up to now.
    pub async fn find(
        self,
        state: &ServerState,
        usual: &str,
        audience: Audience,
    ) -> Result<NewsView, RequestFailure> {
        let said = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let (topic, source) = (said(&self.topic), said(&self.source));
        let since = said(&self.since).unwrap_or_else(|| usual.to_owned());
        let since = since_of(&since, chrono::Utc::now());
        let since = since
            .map_err(|error| RequestFailure::bad_request(error.to_string(), "try since=7d"))?;
        let limit = number(self.limit, MOST_HITS).clamp(1, MOST_HITS);
        let offset = number(self.offset, 0);
        let find = move |library: &Library| {
            let topic = match &topic {
                Some(name) => match library.find_topic(name) {
                    Some(at) => Some(library.graph.vocabulary.topics[at].slug.0.as_str()),
                    None => {
                        let near = library.topics_like(name);
                        return Ok(Err(RequestFailure::unknown_topic(name).near(near)));
                    }
                },
                None => None,
            };
            let source = source.as_deref();
            library.news(&NewsRequest { since, topic, source, audience, limit, offset }).map(Ok)
        };
        state.read(find).await?
    }
}

pub(super) async fn new(
    State(state): State<Arc<ServerState>>,
    QueryParameters(asked): QueryParameters<NewsParameters>,
) -> Result<Json<NewsView>, RequestFailure> {
    // The page accepts an empty `since`, because its form may leave the field empty. In the API, it is an error.
    if asked.since.as_deref().is_some_and(|since| since.trim().is_empty()) {
        return Err(RequestFailure::bad_request("`since` is empty", "try since=7d"));
    }
    asked.find(&state, "7d", Audience::Reader).await.map(Json)
}
