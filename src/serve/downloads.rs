//! Files to download: guides as Markdown, cards for Anki, the graph around a topic. They leave out the text of
//! private sources unless the settings include it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::RequestFailure;
use super::home::BaseUrl;
use super::state::ServerState;
use crate::graph::export::{self, Format};
use crate::library::{Audience, CardDeck, Library, deck, markdown};
use crate::search::{Budget, SearchError};

/// The maximum number of passages for each step of a guide; the same as in `cairn guide`.
const PASSAGES: usize = 5;
/// The number of nearest topics that are exported together with a topic; the same as in `cairn export`.
const NEAREST: usize = 20;

pub(super) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/cases/{id}/{file}", get(of_case))
        .route("/topics/{id}/{file}", get(of_topic))
}

/// A file with its media type; `None` if there is no such file, `Err` if making it failed.
type MadeFile = Result<Option<(&'static str, Vec<u8>)>, anyhow::Error>;

async fn of_case(
    State(state): State<Arc<ServerState>>,
    Path((id, file)): Path<(String, String)>,
    BaseUrl(home): BaseUrl,
) -> Result<Response, RequestFailure> {
    let (name, what, audience) = (id.clone(), file.clone(), state.audience());
    let make = move |library: &Library| {
        Ok(match what.as_str() {
            "guide.md" => guide(library, &name, audience, &home)?,
            _ => cards(library.case_cards(&name, audience)?, &what),
        })
    };
    download(state.read(make).await?, &id, &file, RequestFailure::unknown_case)
}

async fn of_topic(
    State(state): State<Arc<ServerState>>,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, RequestFailure> {
    let (name, what, audience) = (id.clone(), file.clone(), state.audience());
    let format = match what.as_str() {
        "graph.ttl" => Some((Format::Turtle, "text/turtle; charset=utf-8")),
        "graph.graphml" => Some((Format::Graphml, "application/graphml+xml")),
        "graph.dot" => Some((Format::Dot, "text/vnd.graphviz; charset=utf-8")),
        _ => None,
    };
    let made = match format {
        Some((format, media_type)) => {
            let make =
                move |library: &Library| Ok(graph(library, &name, audience, format, media_type));
            state.read(make).await?
        }
        None => {
            let make = move |library: &Library, budget: &Budget| {
                Ok(cards(library.topic_cards(&name, audience, budget)?, &what))
            };
            state.ask(make).await?
        }
    };
    download(made, &id, &file, RequestFailure::unknown_topic)
}

fn guide(
    library: &Library,
    name: &str,
    audience: Audience,
    home: &str,
) -> Result<MadeFile, SearchError> {
    let case = library.case(name, PASSAGES, audience)?;
    let written = case.map(|case| markdown::guide(&case, home).into_bytes());
    Ok(Ok(written.map(|bytes| ("text/markdown; charset=utf-8", bytes))))
}

fn cards(deck: Option<CardDeck>, file: &str) -> MadeFile {
    let Some(CardDeck { name, cards }) = deck else { return Ok(None) };
    match file {
        "cards.apkg" => Ok(Some(("application/octet-stream", deck::apkg(&name, &cards)?))),
        "cards.csv" => Ok(Some(("text/csv; charset=utf-8", deck::csv(&name, &cards).into_bytes()))),
        _ => Ok(None),
    }
}

fn graph(
    library: &Library,
    name: &str,
    audience: Audience,
    format: Format,
    media_type: &'static str,
) -> MadeFile {
    let Some(topic) = library.find_topic(name) else { return Ok(None) };
    let graph = library.graph_for(audience);
    let part = export::around(&graph, topic, NEAREST);
    let mut bytes = Vec::new();
    let chars = library.manifest.excerpt_chars;
    export::write(&graph, &library.voices, &part, chars, format, &mut bytes)?;
    Ok(Some((media_type, bytes)))
}

/// The response with the file `made` as a download. The file is named after `id` and `file`. If `made` is `None`,
/// `unknown` makes the error.
fn download(
    made: MadeFile,
    id: &str,
    file: &str,
    unknown: fn(&str) -> RequestFailure,
) -> Result<Response, RequestFailure> {
    let made = made.map_err(|error| {
        tracing::error!("{file} of {id} could not be made: {error:#}");
        RequestFailure::internal("the file could not be made")
    })?;
    let (kind, bytes) = made.ok_or_else(|| unknown(id))?;
    let plain: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let name = format!("attachment; filename=\"{plain}-{file}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}
