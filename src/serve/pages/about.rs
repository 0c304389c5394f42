//! `/about`: what Cairn is, how to search, who owns the texts, and how authors can exclude their texts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::state::ServerState;
use super::failure::answer;
use super::format::number;
use super::frame::layout;
use crate::catalogue::Shown;
use crate::library::Library;

pub(super) async fn page(State(state): State<Arc<ServerState>>) -> Response {
    let page = async {
        let library = state.library()?;
        Ok(layout(&state, "About", body(&library)))
    };
    answer(&state, page.await)
}

fn body(library: &Library) -> Markup {
    html! {
        article.about {
            h1 { "About" }
            p {
                "Cairn gathers public study material on machine-learning system design and finds the passage that answers "
                "your question. It also shows how topics are related, and which sentences say so. Your searches stay on "
                "this server, and its pages load nothing from other sites."
            }
            (searching())
            (rights(library))
            h2 { "How to be left out" }
            ul {
                li { "A file " code { ".cairnignore" } " at the top of a repository names what Cairn must not read. It is written like "
                    code { ".gitignore" } "; " code { "*" } " means everything." }
                li { "A page with " code { "cairn: noindex" } " in its front matter is left out." }
                li { "If you post in discussions or issues that are read here, ask whoever runs this server to add your "
                    "login to " code { "opted_out" } " in " code { "policy.toml" } ". The next refresh removes your posts." }
                li { "Whoever runs this server can remove a source at once: " code { "cairn sources remove OWNER/NAME" } "." }
            }
            p { "If GitHub blocks a repository for legal reasons, the next refresh removes it. A deleted repository is removed some time later." }
            h2 { "For programs" }
            p {
                a href="/openapi.json" { "The API" } " answers everything that the pages show. "
                a href="/feed.atom" { "The feed" } " lists what is new in all sources, or for one topic or source ("
                code { "/feed.atom?topic=calibration" } "). " code { "cairn mcp" } " offers the same to AI assistants."
            }
        }
    }
}

/// Parts of queries, each with what it finds. `docs/searching.md` has all of the query language.
const QUERIES: [(&str, &str); 7] = [
    ("feature store", "passages about this; those with all of the words come first"),
    ("\"training serving skew\"", "these words together"),
    ("ranking -ads", "passages without a word"),
    ("ndcg OR map", "either of them"),
    (
        "source:mercari, topic:ctr, path:serving",
        "only a source, a topic, or files whose path has this",
    ),
    (
        "step:serving, kind:notebook, has:code",
        "only a step of a design answer, a kind of document, or passages with code",
    ),
    (
        "lang:en, licence:mit, since:2025-01",
        "only a language, a licence, or documents from this day, month or year on",
    ),
];

/// What a query may contain.
fn searching() -> Markup {
    html! {
        h2 #searching { "How to search" }
        dl.facts {
            @for (query, finds) in QUERIES { dt { code { (query) } } dd { (finds) } }
        }
        p { "On a keyboard, " kbd { "/" } " leads to the search box, and " kbd { "?" } " shows the other keys." }
    }
}

/// The paragraphs about who owns the texts, and how much of them is shown.
fn rights(library: &Library) -> Markup {
    let sources = library.manifest.held().count();
    let whole = library.manifest.held().filter(|source| source.shown == Shown::Full).count();
    let excerpts = sources - whole;
    html! {
        h2 { "Whose the texts are" }
        p {
            "They belong to their authors. Each passage names its source and links to the exact lines. Where you read it, its licence is named, too. "
            "The licences of " (number(whole)) " of the " (number(sources)) " sources here allow whole sections. "
            @if excerpts > 0 {
                "The other " (number(excerpts)) @if excerpts == 1 { " is" } @else { " are" } " shown in excerpts of at most "
                (number(library.manifest.excerpt_chars)) " characters of a section, with the link. "
            }
            a href="/sources" { "The licence of each source" } "."
        }
        p {
            "Discussions and issues are shown only as excerpts, whatever the licence of their repository, with the login of "
            "their author. The same rules apply to what can be downloaded: guides, flash cards and exports. Copies of "
            "commercial books are refused."
        }
    }
}
