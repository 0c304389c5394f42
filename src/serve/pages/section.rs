//! `/sections/{id}`: one section, as far as rights allow, with its neighbours. `?q=` highlights the matches of a
//! query. The id of an earlier section redirects to the current one.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use url::Url;

use super::super::api::{PathName, QueryParameters};
use super::super::error::RequestFailure;
use super::super::redirect;
use super::super::state::ServerState;
use super::failure;
use super::format::address;
use super::frame::PageFrame;
use super::prose;
use crate::annotate::Salience;
use crate::catalogue::Shown;
use crate::library::view::{PassageView, SectionView};
use crate::library::{EarlierId, Library};
use crate::search::{SearchError, SectionId};

/// The maximum number of links that are listed below a section. Only a section whose Markdown is not available has this
/// list.
const LINKS: usize = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SectionPageParameters {
    /// The query that led to the section.
    q: String,
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    asked: Result<QueryParameters<SectionPageParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(SectionPageParameters { q }) = asked?;
        let hint = "it may have changed at its source; search for it above";
        let unknown = || RequestFailure::not_found("section", &id, hint);
        let parsed = SectionId::parse(&id).ok_or_else(unknown)?;
        let Some((text, section)) = read(&state, parsed, q.trim()).await? else {
            return match redirect::earlier(&state, parsed).await?.ok_or_else(unknown)? {
                EarlierId::Section(current) => {
                    Ok(redirect::moved(&address(&format!("/sections/{current}"), &[("q", &q)]), ()))
                }
                EarlierId::Removed { source } => Ok(gone(&state, &source, &q)),
            };
        };
        let title = title(&section).to_owned();
        // A heading such as "Answer by ann" is not a useful title by itself.
        let name = section.passage.posted.as_ref().map(|_| section.passage.trail());
        let name = name.as_deref().unwrap_or(&title);
        let frame = PageFrame { title: name, query: &q, ..PageFrame::default() };
        Ok(frame.round(&state, body(&section, &title, &q, text)).into_response())
    };
    page.await.unwrap_or_else(|failure| failure::page(&state, failure))
}

/// The page for a section whose document is no longer in `source`. `query` is the query that led to the section.
fn gone(state: &ServerState, source: &str, query: &str) -> Response {
    let title = "No longer there";
    let body = html! {
        h1 { (title) }
        p { "This link led to a section of " (source) ". Its document is no longer there." }
        p.quiet {
            a href={ "/sources/" (source) } { "What " (source) " has now" } " · "
            a href=(address("/", &[("q", query), ("source", source)])) { "Search in it" }
        }
    };
    let frame = PageFrame { title, query, ..PageFrame::default() };
    (StatusCode::GONE, frame.round(state, body)).into_response()
}

/// The section `id`, and its text with the matches of `query` highlighted. If the queue of searches is full or the
/// search is stopped, nothing is highlighted.
async fn read(
    state: &ServerState,
    id: SectionId,
    query: &str,
) -> Result<Option<(Markup, SectionView)>, RequestFailure> {
    if !query.is_empty() {
        let query = query.to_owned();
        let marked = state.ask(move |library, budget| {
            let Some(section) = library.section(id)? else { return Ok(None) };
            let language = section.passage.lang.clone();
            let find = |texts: &[String]| library.marks(&query, language.as_deref(), texts, budget);
            Ok(Some((text(&section, find)?, section)))
        });
        match marked.await {
            Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {}
            answered => return answered,
        }
    }
    let plain = move |library: &Library| {
        let Some(section) = library.section(id)? else { return Ok(None) };
        Ok(Some((text(&section, |texts| Ok(vec![Vec::new(); texts.len()]))?, section)))
    };
    state.read(plain).await
}

fn title(section: &SectionView) -> &str {
    section.passage.headings.last().unwrap_or(&section.passage.title)
}

/// The section's text: its author's Markdown if it is available, otherwise the plain text and the code of the section.
/// `find` returns the ranges to highlight.
fn text(
    section: &SectionView,
    find: impl Fn(&[String]) -> Result<Vec<Vec<Range<usize>>>, SearchError>,
) -> Result<Markup, SearchError> {
    if let Some(markdown) = &section.markdown {
        let base = Url::parse(&section.passage.url).ok();
        return prose::html(markdown, title(section), base.as_ref(), find);
    }
    let marks = find(&[section.text.to_string()])?;
    let code = section.passage.path.ends_with(".ipynb").then_some("python");
    Ok(html! {
        div.plain { (prose::marked(&section.text, marks.into_iter().next().unwrap_or_default())) }
        @if !section.code.is_empty() {
            pre tabindex="0" { code { (prose::highlighted(code, &section.code)) } }
        }
    })
}

fn body(section: &SectionView, title: &str, query: &str, text: Markup) -> Markup {
    let passage = &section.passage;
    let above = passage.headings.split_last().map_or(&[][..], |(_, above)| above);
    html! {
        article.reader {
            p.where { (passage.title) @for heading in above.iter().filter(|h| **h != passage.title) { " › " (heading) } }
            h1 { (title) }
            (origin(section))
            div.prose dir="auto" lang=[passage.lang.as_deref()] { (text) }
            @if section.shown == Shown::Excerpt {
                p.note { (why(section)) " The whole text is at the source." }
            }
            (about(section))
            @if section.markdown.is_none() { (links(section)) }
            (related(&section.related))
            nav.pager aria-label="Neighbouring sections" {
                (neighbour(&section.previous, "prev", "← Section before", query))
                (neighbour(&section.next, "next", "Next section →", query))
            }
        }
    }
}

/// Why no more of the text is shown.
fn why(section: &SectionView) -> &'static str {
    match section.passage.posted {
        Some(_) => "An excerpt: who posts in a thread gives no licence for more.",
        None => "An excerpt: the licence does not allow more.",
    }
}

/// The line with the section's source, author and licence.
fn origin(section: &SectionView) -> Markup {
    let passage = &section.passage;
    let at_home = passage.url.starts_with('/');
    html! {
        p.origin {
            @if at_home {
                (passage.source) " " (passage.path) (passage.place)
            } @else {
                a.source href=(passage.url) rel="noopener" {
                    "Open at the source: " (passage.source) " " (passage.path) (passage.place)
                }
            }
            @if let Some(posted) = &passage.posted { " · " span.posted { (posted) } }
            span.quiet {
                " · licence: " (passage.licence.as_deref().unwrap_or("none known"))
                " · " a href={ "/sources/" (passage.source) } { "more of " (passage.source) }
            }
            @if passage.gone { " · " span.warn { "gone from its source" } }
        }
    }
}

/// Links to the topics that the section is about, then to those that it only mentions.
fn about(section: &SectionView) -> Markup {
    let mut mentions: Vec<_> = section.mentions.iter().collect();
    mentions.sort_by_key(|mention| mention.salience != Salience::Main);
    html! {
        @if !mentions.is_empty() {
            p.topics {
                @for mention in mentions {
                    @let class = if mention.salience == Salience::Main { "chip main" } else { "chip" };
                    a class=(class) href={ "/topics/" (mention.topic) } { (mention.topic.replace('-', " ")) } " "
                }
            }
        }
    }
}

/// Passages of other authors that say something similar.
fn related(passages: &[PassageView]) -> Markup {
    html! {
        @if !passages.is_empty() {
            aside.related aria-labelledby="related" {
                h2 #related { "What others say about it" }
                ul {
                    @for passage in passages {
                        li {
                            a href={ "/sections/" (passage.id) } { (passage.trail()) }
                            span.quiet { " " (passage.source) }
                        }
                    }
                }
            }
        }
    }
}

fn links(section: &SectionView) -> Markup {
    html! {
        @if !section.links.is_empty() {
            h2 { "Links" }
            ul {
                @for link in section.links.iter().take(LINKS) {
                    li { a href=(link.url) rel="noopener nofollow" {
                        @if link.text.is_empty() { (link.url) } @else { (link.text) }
                    } }
                }
            }
        }
    }
}

fn neighbour(id: &Option<String>, rel: &str, label: &str, query: &str) -> Markup {
    html! {
        @if let Some(id) = id {
            a rel=(rel) href=(address(&format!("/sections/{id}"), &[("q", query)])) { (label) }
        }
    }
}
