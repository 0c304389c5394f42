//! `cairn mcp`: the [tools](crate::assistant) for assistants, over stdin and stdout.
//!
//! Before each call, a newer generation is opened if there is one. [`wire`] reads and writes the lines, and rejects
//! invalid messages.

mod wire;

use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::Context;
use rmcp::ServiceExt;
use tokio_util::sync::CancellationToken;

use super::{Exit, open};
use crate::assistant::{Assistant, DeskFuture, DeskQuestion, LibraryDesk};
use crate::config::Config;
use crate::generation::damage::HOW_TO_REPAIR;
use crate::library::Shelf;
use crate::printable::shell::completed;
use crate::search::{Budget, SearchError};
use wire::McpTransport;

/// Serves until stdin ends. Only the protocol is written to stdout.
pub(super) fn run(config: Config) -> anyhow::Result<Exit> {
    // If there is no index, the program fails here, with an error that names the command that builds one.
    drop(open(&config)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let server = Assistant::at(Arc::new(OwnDesk { shelf: Shelf::new(config) }));
        let (wire, written) = McpTransport::open(tokio::io::stdin(), tokio::io::stdout());
        let session = async {
            let running =
                server.serve(wire).await.context("the client did not initialize the session")?;
            running.waiting().await.map(drop).context("the session ended with an error")
        };
        let session = session.await;
        written.await??;
        session
    });
    // If the session has ended before stdin, a thread still waits for stdin. Don't wait for that thread.
    runtime.shutdown_background();
    ended.map(|()| Exit::Done)
}

/// Answers at once, in this process.
struct OwnDesk {
    shelf: Shelf,
}

impl LibraryDesk for OwnDesk {
    fn ask(&self, question: DeskQuestion) -> DeskFuture<'_> {
        self.shelf.renew();
        let Some(library) = self.shelf.library() else {
            let message = advice("there is no index yet; run `cairn refresh`");
            return Box::pin(ready(Err(message)));
        };
        // The budget is limited, because an assistant waits for the response.
        let budget = Budget::limited(CancellationToken::new());
        // Catches panics, because a request whose task panicked would get no response. The question then has no answer.
        let _ = catch_unwind(AssertUnwindSafe(|| question(&library, &budget)));
        Box::pin(ready(Ok(())))
    }

    fn explain(&self, error: SearchError) -> String {
        if error.is_damage() {
            return advice(&format!("{error}; {HOW_TO_REPAIR}"));
        }
        error.to_string()
    }
}

/// `text`, with this program's options added to the commands that it advises.
fn advice(text: &str) -> String {
    completed(text).into_owned()
}
