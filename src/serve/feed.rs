//! `/feed.atom` (RFC 4287): what is new, for feed readers, without private sources unless the settings include them.
//! `/opensearch.xml`: lets a browser search from its address bar.

use std::sync::Arc;

use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use axum::extract::{OriginalUri, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use quick_xml::escape::escape;

use super::ServerState;
use super::api::{NewsParameters, QueryParameters};
use super::error::Failure;
use super::home::Home;
use crate::generation::news::What;
use crate::library::view::{NewsItem, NewsView};
use crate::printable::strip;

/// The period that a feed covers by default.
const USUAL: &str = "30d";

/// `GET /feed.atom`, for everything, for `?topic=` or for `?source=`.
pub(super) async fn feed(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    Home(home): Home,
    QueryParameters(asked): QueryParameters<NewsParameters>,
) -> Result<Response, Failure> {
    let about = [&asked.topic, &asked.source].into_iter().flatten().find(|name| !name.is_empty());
    let title = about.map_or_else(
        || "Cairn: what is new".to_owned(),
        |name| format!("Cairn: what is new of {}", strip(name)),
    );
    let built_at = state.library()?.manifest.built_at.clone();
    let news = asked.find(&state, USUAL, state.audience()).await?;
    let own = format!("{home}{}", uri.path_and_query().map_or("/feed.atom", |path| path.as_str()));
    let feed = written(&news, &title, &built_at, &home, &own);
    let kind = "application/atom+xml; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], feed.to_string()).into_response())
}

fn written(news: &NewsView, title: &str, built_at: &str, home: &str, own: &str) -> Feed {
    let newest = news.items.first().map_or(built_at, |item| &item.news.at);
    Feed {
        title: Text::plain(title),
        id: own.to_owned(),
        updated: moment(newest),
        authors: vec![Person { name: "Cairn".to_owned(), ..Person::default() }],
        links: vec![link("self", own), link("alternate", &format!("{home}/new"))],
        entries: news.items.iter().map(|item| entry(item, home)).collect(),
        ..Feed::default()
    }
}

fn link(rel: &str, href: &str) -> Link {
    Link { rel: rel.to_owned(), href: strip(href).into_owned(), ..Link::default() }
}

fn entry(item: &NewsItem, home: &str) -> Entry {
    let news = &item.news;
    let name = news.title.as_deref().or(news.path.as_deref()).unwrap_or(&news.source);
    let did = match news.what {
        What::Added => "new",
        What::Changed => "changed",
        What::Moved => "moved",
        What::Removed => "removed",
    };
    let href = match (news.ids.first(), &item.url) {
        (Some(id), _) => format!("{home}/sections/{id}"),
        (None, Some(url)) => url.clone(),
        (None, None) if news.what != What::Removed => format!("{home}/sources/{}", news.source),
        (None, None) => format!("{home}/new"),
    };
    let path = news.path.as_deref().unwrap_or_default();
    // A document may change again, so the id contains the generation: each change is an entry of its own.
    let id = format!("tag:cairn,2026:{}/{path}@{}", news.source, news.generation);
    let sections = &news.sections;
    let said = format!(
        "{} {path}: {} sections added, {} changed, {} removed",
        news.source, sections.added, sections.changed, sections.removed
    );
    let category = |term: &str| Category { term: term.to_owned(), ..Category::default() };
    let content_type = Some("text".to_owned());
    Entry {
        title: Text::plain(strip(&format!("{name} ({did}, {})", news.source))),
        id: strip(&id).into_owned(),
        updated: moment(&news.at),
        links: vec![link("alternate", &href)],
        content: Some(Content {
            content_type,
            value: Some(strip(&said).into_owned()),
            ..Content::default()
        }),
        categories: item.topics.iter().map(|topic| category(&topic.id)).collect(),
        ..Entry::default()
    }
}

fn moment(at: &str) -> FixedDateTime {
    DateTime::parse_from_rfc3339(at).unwrap_or_default()
}

/// `GET /opensearch.xml` (OpenSearch 1.1).
pub(super) async fn opensearch(Home(home): Home) -> Response {
    let home = escape(home.as_str());
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>Cairn</ShortName>\n\
         <Description>Study material on machine-learning system design</Description>\n\
         <InputEncoding>UTF-8</InputEncoding>\n\
         <Image width=\"16\" height=\"16\" type=\"image/svg+xml\">{home}/assets/icon.svg</Image>\n\
         <Url type=\"text/html\" template=\"{home}/?q={{searchTerms}}\"/>\n\
         </OpenSearchDescription>\n"
    );
    let kind = "application/opensearchdescription+xml; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
