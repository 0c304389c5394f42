//! `/documents/{id}`: a whole document, as far as rights allow. `?at=` names the section that the reader came for, `?q=`
//! the query whose matches are highlighted, `?page=` the page of a long document, and `?images=1` loads its pictures.

mod body;
mod here;
mod outline;
mod pages;
mod parameters;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use url::Url;

use super::super::api::{PathName, QueryParameters};
use super::super::error::RequestFailure;
use super::super::reading::{ReadingRoom, RenderedKey};
use super::super::state::ServerState;
use super::failure;
use super::format::address;
use super::frame::PageFrame;
use super::prose::{LinkTargets, PictureMode, ProseContext};
use crate::catalogue::Shown;
use crate::config::Images;
use crate::extract::DocumentKind;
use crate::library::view::{DocumentLink, DocumentView, PlaceView, SectionView};
use crate::library::{DocumentId, Library};
use crate::search::{Budget, SearchError, SectionId};
use crate::vocabulary::Vocabulary;
use pages::DocumentPages;
use parameters::DocumentPageParameters;

/// What a page shows.
struct ReadDocument {
    document: DocumentView,
    /// The section that the reader came for.
    here: Option<SectionView>,
    text: Markup,
    pages: DocumentPages,
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    asked: Result<QueryParameters<DocumentPageParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(mut asked) = asked?;
        if state.config.images == Images::Never {
            asked.images.clear();
        }
        let hint = "it may have changed at its source; search for it above";
        let unknown = || RequestFailure::not_found("document", &id, hint);
        let parsed = DocumentId::parse(&id).ok_or_else(unknown)?;
        let read = read(&state, parsed, &asked).await?.ok_or_else(unknown)?;
        let (title, query) = (read.document.title.clone(), asked.q.clone());
        let frame = PageFrame { title: &title, query: &query, ..PageFrame::default() };
        let mut response = frame
            .round(
                &state,
                whole(&read, &asked, state.config.images, &state.library()?.graph.vocabulary),
            )
            .into_response();
        if asked.pictures() == PictureMode::Loaded {
            response.extensions_mut().insert(PictureMode::Loaded);
        }
        Ok(response)
    };
    page.await.unwrap_or_else(|failure| failure::page(&state, failure))
}

/// The document `id`, with the matches of the query highlighted. If the queue of searches is full or the search is
/// stopped, nothing is highlighted.
async fn read(
    state: &ServerState,
    id: DocumentId,
    asked: &DocumentPageParameters,
) -> Result<Option<ReadDocument>, RequestFailure> {
    let room = Arc::clone(&state.reading);
    if !asked.q.trim().is_empty() {
        let (wanted, room) = (asked.clone(), Arc::clone(&room));
        let marked =
            state.ask(move |library, budget| open(library, &room, id, &wanted, Some(budget)));
        match marked.await {
            Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {}
            answered => return answered,
        }
    }
    let wanted = asked.clone();
    state.read(move |library| open(library, &room, id, &wanted, None)).await
}

/// Reads the document `id` from `library`. The matches of the query are highlighted if there is a `budget` for it.
fn open(
    library: &Library,
    room: &ReadingRoom,
    id: DocumentId,
    asked: &DocumentPageParameters,
    budget: Option<&Budget>,
) -> Result<Option<ReadDocument>, SearchError> {
    let Some(document) = library.document(id)? else { return Ok(None) };
    let at = document.sections.iter().position(|section| section.id == asked.at);
    let here = match SectionId::parse(&asked.at).filter(|_| at.is_some()) {
        Some(id) => library.section(id)?,
        None => None,
    };
    let pages = DocumentPages::of(&document, at, asked.page);
    let base = Url::parse(&document.url).ok();
    let near = |written: &str| library.near_document(&document.source, &document.path, written);
    let context = ProseContext {
        targets: LinkTargets { base: base.as_ref(), near: Some(&near) },
        pictures: asked.pictures(),
        typesetter: &room.typesetter,
    };
    let text = match budget {
        Some(budget) => {
            let (query, lang) = (asked.q.trim(), document.lang.as_deref());
            let find = |texts: &[String]| library.marks(query, lang, texts, budget);
            body::text(&document, &pages, &context, find)?
        }
        None => {
            let manifest = &library.manifest;
            let key = RenderedKey {
                generation: (manifest.built_at.clone(), manifest.generation),
                document: id,
                page: pages.shown,
                has_pictures: asked.pictures() == PictureMode::Loaded,
            };
            unmarked(&document, &pages, &context, room, key)?
        }
    };
    Ok(Some(ReadDocument { text, here, pages, document }))
}

/// The text of the page without highlighted matches. Keeps it in `room` under `key` for the next request.
fn unmarked(
    document: &DocumentView,
    pages: &DocumentPages,
    context: &ProseContext,
    room: &ReadingRoom,
    key: RenderedKey,
) -> Result<Markup, SearchError> {
    if let Some(known) = room.rendered.get(&key) {
        return Ok(PreEscaped(known.to_string()));
    }
    let none = |texts: &[String]| Ok(vec![Vec::new(); texts.len()]);
    let text = body::text(document, pages, context, none)?;
    room.rendered.insert(key, Arc::from(text.0.as_str()), text.0.len());
    Ok(text)
}

/// The content of the page.
fn whole(
    read: &ReadDocument,
    asked: &DocumentPageParameters,
    images: Images,
    vocabulary: &Vocabulary,
) -> Markup {
    let ReadDocument { document, here, text, pages } = read;
    html! {
        article.reader {
            header.top {
                p.where { a href={ "/sources/" (document.source) } { (document.source) } " › " (document.path) }
                h1 { (document.title) }
                (origin(document, here.as_ref()))
                (notes(document, asked, images))
            }
            (outline::side(document, pages, asked, text))
            div.prose dir="auto" lang=[document.lang.as_deref()] { (text) }
            (pages.links(document, asked))
            @if let Some(here) = here { (here::about(here, &asked.q, vocabulary)) }
            nav.pager aria-label="Neighbouring documents" {
                (neighbour(&document.previous, "prev", "←"))
                (neighbour(&document.next, "next", "→"))
            }
        }
    }
}

/// The line with the document's author, licence and links to its source.
fn origin(document: &DocumentView, here: Option<&SectionView>) -> Markup {
    let at_home = document.url.starts_with('/');
    let author =
        document.about.author.as_deref().filter(|_| document.kind != DocumentKind::Discussion);
    html! {
        p.origin {
            @if let Some(author) = author { "by " (author) " · " }
            "licence: " (document.licence.as_deref().unwrap_or("none known"))
            @if !at_home {
                " · " a.source href=(document.url) rel="noopener" { "Open at the source" }
                @if let Some(here) = here.filter(|here| here.passage.url != document.url) {
                    " · " a href=(here.passage.url) rel="noopener" { (place(&here.passage.place)) }
                }
            }
            @if document.gone { " · " span.warn { "gone from its source" } }
        }
    }
}

/// The name of a place in a document.
fn place(place: &PlaceView) -> String {
    match *place {
        PlaceView { lines: Some((first, last)), .. } if first == last => format!("line {first}"),
        PlaceView { lines: Some((first, last)), .. } => format!("lines {first} to {last}"),
        PlaceView { cell: Some(cell), .. } => format!("cell {cell}"),
        PlaceView { page: Some(page), .. } => format!("page {page}"),
        PlaceView { card: Some(card), .. } => format!("card {card}"),
        _ => "the exact place".to_owned(),
    }
}

/// What a reader must know about the text: that it is an excerpt, or that its pictures are not loaded.
fn notes(document: &DocumentView, asked: &DocumentPageParameters, images: Images) -> Markup {
    let has_pictures = document
        .markdown
        .as_ref()
        .is_some_and(|text| text.contains("![") || text.contains("<img "));
    html! {
        @if document.shown == Shown::Excerpt {
            p.note {
                @if document.kind == DocumentKind::Discussion {
                    "Excerpts: who posts in a thread gives no licence for more."
                } @else {
                    "Excerpts of each section: the licence does not allow more."
                }
                " The whole text is at the source."
            }
        }
        @if document.path.to_lowercase().ends_with(".pdf") {
            p.note {
                "This text was taken from a PDF. Formulas and tables may be wrong, and pictures are missing: "
                "the page numbers lead to the pages themselves."
            }
        }
        @if has_pictures && images == Images::Ask && asked.pictures() == PictureMode::Linked {
            p.quiet {
                a href=(address(&format!("/documents/{}", document.id),
                    &[("q", &asked.q), ("at", &asked.at), ("images", "1")])) rel="nofollow" { "Load the pictures" }
                " (their sites will see your IP address)"
            }
        }
    }
}

fn neighbour(link: &Option<DocumentLink>, rel: &str, arrow: &str) -> Markup {
    html! {
        @if let Some(DocumentLink { id, title }) = link {
            a rel=(rel) href={ "/documents/" (id) } {
                @if rel == "prev" { (arrow) " " (title) } @else { (title) " " (arrow) }
            }
        }
    }
}
