//! `/feed.atom` (RFC 4287): the news, for feed readers. Private sources are left out unless the settings include them.

use std::io;
use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::api::{NewsParameters, QueryParameters};
use super::error::RequestFailure;
use super::home::BaseUrl;
use super::state::ServerState;
use crate::generation::news::NewsKind;
use crate::library::view::{NewsItem, NewsView};
use crate::printable::strip;

/// The period that a feed covers by default.
const USUAL: &str = "30d";

/// `GET /feed.atom`: all news, or only the news of `?topic=` or `?source=`.
pub(super) async fn feed(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    BaseUrl(home): BaseUrl,
    QueryParameters(asked): QueryParameters<NewsParameters>,
) -> Result<Response, RequestFailure> {
    let about = [&asked.topic, &asked.source].into_iter().flatten().find(|name| !name.is_empty());
    let title = about.map_or_else(
        || "Cairn: what is new".to_owned(),
        |name| format!("Cairn: what is new in {}", strip(name)),
    );
    let built_at = state.library()?.manifest.built_at.clone();
    let news = asked.find(&state, USUAL, state.audience()).await?;
    let own = format!("{home}{}", uri.path_and_query().map_or("/feed.atom", |path| path.as_str()));
    let feed = written(&news, &title, &built_at, &home, &own)
        .map_err(|_| RequestFailure::internal("the feed can't be written"))?;
    let kind = "application/atom+xml; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], feed).into_response())
}

type FeedWriter = Writer<Vec<u8>>;

/// The Atom document. Its writer escapes all text; characters that XML does not allow are removed.
fn written(
    news: &NewsView,
    title: &str,
    built_at: &str,
    home: &str,
    own: &str,
) -> io::Result<Vec<u8>> {
    let newest = news.items.first().map_or(built_at, |item| &item.news.at);
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", None, None)))?;
    xml.write_event(Event::Text(BytesText::from_escaped("\n")))?;
    let feed = xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    feed.write_inner_content(|xml| {
        element(xml, "title", title)?;
        element(xml, "id", own)?;
        element(xml, "updated", &moment(newest))?;
        let author = xml.create_element("author");
        author.write_inner_content(|xml| element(xml, "name", "Cairn"))?;
        link(xml, "self", own)?;
        link(xml, "alternate", &format!("{home}/new"))?;
        news.items.iter().try_for_each(|item| entry(xml, item, home))
    })?;
    Ok(xml.into_inner())
}

fn element(xml: &mut FeedWriter, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&strip(text)))?;
    Ok(())
}

fn link(xml: &mut FeedWriter, rel: &str, href: &str) -> io::Result<()> {
    let href = strip(href);
    let link = xml.create_element("link");
    link.with_attributes([("href", &*href), ("rel", rel)]).write_empty()?;
    Ok(())
}

fn entry(xml: &mut FeedWriter, item: &NewsItem, home: &str) -> io::Result<()> {
    let news = &item.news;
    let name = news.title.as_deref().or(news.path.as_deref()).unwrap_or(&news.source);
    let did = match news.what {
        NewsKind::Added => "new",
        NewsKind::Changed => "changed",
        NewsKind::Moved => "moved",
        NewsKind::Removed => "removed",
    };
    let href = match (news.ids.first(), &item.url) {
        (Some(id), _) => format!("{home}/sections/{id}"),
        (None, Some(url)) => url.clone(),
        (None, None) if news.what != NewsKind::Removed => format!("{home}/sources/{}", news.source),
        (None, None) => format!("{home}/new"),
    };
    let path = news.path.as_deref().unwrap_or_default();
    // A document may change again, so the id contains the generation: each change is an entry of its own.
    let id = format!("tag:cairn,2026:{}/{path}@{}", news.source, news.generation);
    let sections = &news.sections;
    let summary = format!(
        "{} {path}: {} sections added, {} changed, {} removed",
        news.source, sections.added, sections.changed, sections.removed
    );
    xml.create_element("entry").write_inner_content(|xml| {
        element(xml, "title", &format!("{name} ({did}, {})", news.source))?;
        element(xml, "id", &id)?;
        element(xml, "updated", &moment(&news.at))?;
        for topic in &item.topics {
            let category = xml.create_element("category");
            category.with_attribute(("term", topic.id.as_str())).write_empty()?;
        }
        link(xml, "alternate", &href)?;
        let content = xml.create_element("content").with_attribute(("type", "text"));
        content.write_text_content(BytesText::new(&strip(&summary)))?;
        Ok(())
    })?;
    Ok(())
}

/// The RFC 3339 time `at` with a numeric offset; 1970 if it can't be read.
fn moment(at: &str) -> String {
    DateTime::parse_from_rfc3339(at).unwrap_or_default().to_rfc3339()
}
