//! `/sections/{id}`: one section, as far as rights allow, with its neighbours.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use maud::{Markup, html};

use super::super::State;
use super::super::error::Failure;
use super::{answer, layout};
use crate::annotate::Salience;
use crate::catalogue::Shown;
use crate::library::view::SectionView;
use crate::search::SectionId;

pub(super) async fn page(Shared(state): Shared<Arc<State>>, Path(id): Path<String>) -> Response {
    let page = async {
        let hint = "it may have changed at its source; search for it above";
        let unknown = || Failure::not_found("section", &id, hint);
        let parsed = SectionId::parse(&id).ok_or_else(unknown)?;
        let found = state.ask(move |library| library.section(parsed)).await?;
        let section = found.ok_or_else(unknown)?;
        let title = section.passage.headings.last().unwrap_or(&section.passage.title).clone();
        Ok(layout(&state, &title, "", body(&section, &title)))
    };
    answer(&state, page.await)
}

fn body(section: &SectionView, title: &str) -> Markup {
    let passage = &section.passage;
    let neighbour = |id: &Option<String>, rel: &str, label: &str| {
        html! { @if let Some(id) = id { a rel=(rel) href={ "/sections/" (id) } { (label) } } }
    };
    let at_home = passage.url.starts_with('/');
    html! {
        article.reader {
            p.where { (passage.headings.join(" › ")) }
            h1 { (title) }
            p.where {
                @if at_home {
                    (passage.source) " " (passage.path) (passage.place)
                } @else {
                    a href=(passage.url) rel="noopener" {
                        "Open at the source: " (passage.source) " " (passage.path) (passage.place)
                    }
                }
                " · " (passage.licence.as_deref().unwrap_or("no licence known"))
                @if passage.gone { " · " span.warn { "gone from its source" } }
            }
            div.text dir="auto" { (section.text) }
            @if !section.code.is_empty() { pre { code { (section.code) } } }
            @if section.shown == Shown::Excerpt {
                p.quiet { "An excerpt: the licence does not allow more. The whole text is at the source." }
            }
            @if !section.mentions.is_empty() {
                p.topics {
                    @for mention in &section.mentions {
                        @let class = if mention.salience == Salience::Main { "chip main" } else { "chip" };
                        a class=(class) href={ "/topics/" (mention.topic) } { (mention.topic.replace('-', " ")) } " "
                    }
                }
            }
            @if !section.links.is_empty() {
                h2 { "Links" }
                ul {
                    @for link in &section.links {
                        li { a href=(link.url) rel="noopener nofollow" {
                            @if link.text.is_empty() { (link.url) } @else { (link.text) }
                        } }
                    }
                }
            }
            nav.pager aria-label="Neighbouring sections" {
                (neighbour(&section.previous, "prev", "Section before"))
                (neighbour(&section.next, "next", "Next section"))
            }
        }
    }
}
