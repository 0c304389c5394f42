//! `/about`: what this is, whose the texts are, and how an author is left out.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::Response;
use maud::{Markup, html};

use super::super::State;
use super::{answer, layout, number};
use crate::catalogue::Shown;
use crate::library::Library;

pub(super) async fn page(Shared(state): Shared<Arc<State>>) -> Response {
    let page = async {
        let library = state.library()?;
        Ok(layout(&state, "About", body(&library)))
    };
    answer(&state, page.await)
}

fn body(library: &Library) -> Markup {
    let sources = library.manifest.held().count();
    let whole = library.manifest.held().filter(|source| source.shown == Shown::Full).count();
    let excerpts = sources - whole;
    html! {
        article.about {
            h1 { "About" }
            p {
                "Cairn gathers what is public on machine-learning system design, finds the passage that answers, and "
                "links topics to each other with the sentences that say so. It runs on the machine that you asked; it sends "
                "nothing anywhere, and loads nothing from elsewhere."
            }
            h2 { "Whose the texts are" }
            p {
                "Their authors’. Each passage names its source and its licence and links to the exact lines. Of the "
                (number(sources)) " sources here, " (number(whole)) " may be shown whole by their licence; of the other "
                (number(excerpts)) " you see at most " (number(library.manifest.excerpt_chars))
                " characters of a section, with the link. " a href="/sources" { "Which is which" } "."
            }
            p {
                "Of discussions and issues only excerpts are shown, whatever the licence of their repository, with the login of "
                "who wrote them. Guides, cards and exports obey the same rules. Copies of commercial books are refused."
            }
            h2 { "How to be left out" }
            ul {
                li { "A file " code { ".cairnignore" } " in a repository names what is not to be read, by the rules of "
                    code { ".gitignore" } "; " code { "*" } " is everything." }
                li { "A page with " code { "cairn: noindex" } " in its front matter is left out." }
                li { "Who posts in the discussions or issues that are read here may ask whoever runs this server to add their "
                    "login to " code { "opted_out" } " in " code { "policy.toml" } "; their posts go with the next refresh." }
                li { "Whoever runs this server can remove a source at once: " code { "cairn sources remove OWNER/NAME" } "." }
            }
            p { "A repository that GitHub blocks for legal reasons goes with the next refresh; one that is deleted, some time after." }
            h2 { "For programs" }
            p {
                a href="/openapi.json" { "The API" } " answers all that the pages show; "
                a href="/feed.atom" { "the feed" } " tells what is new, also of one topic or source ("
                code { "/feed.atom?topic=calibration" } "); " code { "cairn mcp" } " serves assistants."
            }
        }
    }
}
