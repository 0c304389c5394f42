//! Searches from the address bar of a browser: the description of this search engine and its suggestions.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;
use serde::Deserialize;
use serde_json::json;

use super::api::QueryParameters;
use super::error::RequestFailure;
use super::home::BaseUrl;
use super::state::ServerState;
use crate::search::{Suggested, Suggestion};

/// The maximum number of suggestions. Browsers show fewer.
const SUGGESTIONS: usize = 8;

/// `GET /opensearch.xml` (OpenSearch 1.1).
pub(super) async fn description(BaseUrl(home): BaseUrl) -> Response {
    let home = escape(home.as_str());
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>Cairn</ShortName>\n\
         <Description>Study material on machine-learning system design</Description>\n\
         <InputEncoding>UTF-8</InputEncoding>\n\
         <Image width=\"16\" height=\"16\" type=\"image/svg+xml\">{home}/assets/icon.svg</Image>\n\
         <Url type=\"text/html\" template=\"{home}/?q={{searchTerms}}\"/>\n\
         <Url type=\"application/x-suggestions+json\" template=\"{home}/suggestions?q={{searchTerms}}\"/>\n\
         <Url type=\"application/opensearchdescription+xml\" rel=\"self\" template=\"{home}/opensearch.xml\"/>\n\
         </OpenSearchDescription>\n"
    );
    let kind = "application/opensearchdescription+xml; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// Parameters of `suggestions`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TypedText {
    q: String,
}

/// `GET /suggestions`: the query and its completions, as the OpenSearch extension for suggestions defines them. The
/// browser searches for the completion that the person chooses.
pub(super) async fn suggestions(
    State(state): State<Arc<ServerState>>,
    QueryParameters(TypedText { q }): QueryParameters<TypedText>,
) -> Result<Response, RequestFailure> {
    let typed = q.clone();
    let found =
        state.ask(move |library, budget| library.suggest(&typed, SUGGESTIONS, budget)).await?;
    let completions: Vec<String> = found.iter().map(completion).collect();
    let kind = "application/x-suggestions+json";
    Ok(([(header::CONTENT_TYPE, kind)], json!([q, completions]).to_string()).into_response())
}

/// The query that finds what `suggestion` stands for.
fn completion(suggestion: &Suggestion) -> String {
    match (suggestion.kind, &suggestion.id) {
        // An id with a space or a parenthesis is one value only in quotation marks.
        (Suggested::Source, Some(id)) if id.contains([' ', '(', ')']) => format!("source:\"{id}\""),
        (Suggested::Source, Some(id)) => format!("source:{id}"),
        _ => suggestion.text.clone(),
    }
}
