//! `cairn mcp`: the library for assistants, through the Model Context Protocol over stdin and stdout.
//!
//! Each tool returns the API's object as structured content and as text. An error is also returned as a result of the
//! tool, so that the assistant can correct its request. Before each call, a newer generation is opened if there is one.
//! [`wire`] reads and writes the lines, and rejects invalid messages.

mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::Context;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::{ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{Exit, open};
use crate::config::Config;
use crate::generation::damage::HOW_TO_REPAIR;
use crate::library::view::{
    CaseView, LearnView, RelatedView, ResourcesAnswer, SearchView, SectionAnswer, TopicAnswer,
};
use crate::library::{Audience, Library, ResourceRequest, Shelf};
use crate::printable::shell::completed;
use crate::search::{
    Budget, Filter, FilterField, LastWord, SearchError, SearchRequest, SectionId, Understanding,
};
use wire::McpTransport;

/// The description of the server for clients.
const INSTRUCTIONS: &str = "Public study material on machine-learning system design. Search for passages, \
    read sections, follow topics. Every passage names its source, licence and address: cite them. Discussions, \
    issues, and texts whose licence allows no more, come as excerpts.";

/// The maximum number of hits in a response. A client that requests more gets this number.
const MOST_HITS: u32 = 50;
/// The maximum number of related topics in a response. A client that requests more gets this number.
const MOST_RELATED: u32 = 50;
/// The number of resources in a response. It is small, because an assistant pays for every word.
const RESOURCES: usize = 20;
/// The number of passages for each step in the guide to a case. It is small, because an assistant pays for every word.
const PASSAGES: usize = 3;

/// Serves until stdin ends. Only the protocol is written to stdout.
pub(super) fn run(config: Config) -> anyhow::Result<Exit> {
    // If there is no index, the program fails here, with an error that names the command that builds one.
    drop(open(&config)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let server =
            McpServer { shelf: Arc::new(Shelf::new(config)), router: McpServer::tool_router() };
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

#[derive(Clone)]
struct McpServer {
    shelf: Arc<Shelf>,
    router: ToolRouter<McpServer>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct SearchParameters {
    /// Words, "phrases", -not, OR, source: topic: step: kind: lang: has: since:
    query: String,
    /// Passages, 10 by default, at most 50.
    limit: Option<u32>,
    /// Only this source: its id such as `owner/name`, its owner, or the name of its repository.
    source: Option<String>,
    /// Only about this topic: its id or any of its names.
    topic: Option<String>,
    /// Only this step of a design answer, such as `serving`.
    step: Option<String>,
    /// `false`: do not prefer the sources that the query names (`query.understood.preferred`).
    names: Option<bool>,
    /// `false`: do not rank by meaning, and find only passages that contain words of the query.
    meaning: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct SectionParameters {
    /// The id of a section, from search results. The id of an earlier section leads to the current one.
    id: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct TopicParameters {
    /// Its id or any of its names.
    id: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct RelatedParameters {
    /// Its id or any of its names.
    topic: String,
    /// Topics, 10 by default, at most 50.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct LearnParameters {
    /// Its id or any of its names.
    topic: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct CaseParameters {
    /// The case study, such as `video recommendation`.
    case: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ResourcesParameters {
    /// Words of the title, URL, topics, authors or abstract.
    query: Option<String>,
    /// A topic's id or any of its names.
    topic: Option<String>,
}

impl McpServer {
    fn ask<T>(
        &self,
        question: impl FnOnce(&Library) -> Result<Option<T>, SearchError>,
        missing: impl FnOnce() -> String,
    ) -> Result<Json<T>, String> {
        self.shelf.renew();
        let library = self
            .shelf
            .library()
            .ok_or_else(|| advice("there is no index yet; run `cairn refresh`"))?;
        // Catches panics, because a request whose task panicked would get no response.
        match catch_unwind(AssertUnwindSafe(|| question(&library))) {
            Ok(Ok(Some(answer))) => Ok(Json(answer)),
            Ok(Ok(None)) => Err(missing()),
            Ok(Err(error)) if error.is_damage() => {
                Err(advice(&format!("{error}; {HOW_TO_REPAIR}")))
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("an internal error occurred; stderr has the details".to_owned()),
        }
    }
}

/// `text`, with this program's options added to the commands that it advises.
fn advice(text: &str) -> String {
    completed(text).into_owned()
}

#[tool_router]
impl McpServer {
    #[tool(
        description = "Find passages in the study material. Returns snippets with source, licence and link."
    )]
    async fn search(
        &self,
        Parameters(parameters): Parameters<SearchParameters>,
    ) -> Result<Json<SearchView>, String> {
        let filters = Filter::all([
            (FilterField::Source, parameters.source.as_deref()),
            (FilterField::Topic, parameters.topic.as_deref()),
            (FilterField::Step, parameters.step.as_deref()),
        ]);
        let limit = parameters.limit.unwrap_or(10).clamp(1, MOST_HITS) as usize;
        let names = parameters.names.unwrap_or(true);
        let meaning = parameters.meaning.unwrap_or(true);
        let understanding = Understanding { names, meaning, ..Understanding::FULL };
        let last_word = LastWord::Whole;
        let (text, filters) = (&*parameters.query, &*filters);
        let request = SearchRequest { text, filters, limit, offset: 0, understanding, last_word };
        self.ask(|library| library.search(&request, &budget()).map(Some), String::new)
    }

    #[tool(description = "Read one section, as far as its licence allows.")]
    async fn get_section(
        &self,
        Parameters(parameters): Parameters<SectionParameters>,
    ) -> Result<Json<SectionAnswer>, String> {
        let missing = || format!("no section {:?}; `search` gives ids", parameters.id);
        let Some(id) = SectionId::parse(&parameters.id) else { return Err(missing()) };
        let find = |library: &Library| {
            let found = library.section_or_successor(id)?;
            Ok(found.map(|section| {
                let is_earlier = section.passage.id != id.to_string();
                let earlier_id = is_earlier.then(|| parameters.id.clone());
                SectionAnswer { section, earlier_id }
            }))
        };
        self.ask(find, missing)
    }

    #[tool(description = "What a topic is, what it needs, its best passages and most cited works.")]
    async fn topic(
        &self,
        Parameters(parameters): Parameters<TopicParameters>,
    ) -> Result<Json<TopicAnswer>, String> {
        let find = |library: &Library| {
            Ok(library.topic(&parameters.id, &budget())?.map(|topic| TopicAnswer { topic }))
        };
        self.ask(find, || unknown(&parameters.id))
    }

    #[tool(
        description = "Topics near a topic, with the sentences that connect them and where these are."
    )]
    async fn related_topics(
        &self,
        Parameters(parameters): Parameters<RelatedParameters>,
    ) -> Result<Json<RelatedView>, String> {
        let limit = parameters.limit.unwrap_or(10).clamp(1, MOST_RELATED) as usize;
        self.ask(
            |library| Ok(library.related(&parameters.topic, limit)),
            || unknown(&parameters.topic),
        )
    }

    #[tool(description = "What to understand for a topic, prerequisites first, with the reasons.")]
    async fn learning_path(
        &self,
        Parameters(parameters): Parameters<LearnParameters>,
    ) -> Result<Json<LearnView>, String> {
        let find = |library: &Library| Ok(library.learn(&parameters.topic, &[]).ok());
        self.ask(find, || unknown(&parameters.topic))
    }

    #[tool(description = "What the sources say about a design case study, step by step.")]
    async fn case_guide(
        &self,
        Parameters(parameters): Parameters<CaseParameters>,
    ) -> Result<Json<CaseView>, String> {
        let missing = || format!("no case study {:?}; search for it", parameters.case);
        self.ask(|library| library.case(&parameters.case, PASSAGES, Audience::Reader), missing)
    }

    #[tool(
        description = "The articles, papers, talks and tools that most independent authors cite."
    )]
    async fn resources(
        &self,
        Parameters(parameters): Parameters<ResourcesParameters>,
    ) -> Result<Json<ResourcesAnswer>, String> {
        let (query, topic) =
            (parameters.query.as_deref().unwrap_or_default(), parameters.topic.as_deref());
        let wanted =
            ResourceRequest { query, topic, limit: RESOURCES, ..ResourceRequest::default() };
        let find = |library: &Library| {
            Ok(library.resources(&wanted).map(|resources| ResourcesAnswer { resources }))
        };
        self.ask(find, || unknown(topic.unwrap_or_default()))
    }
}

/// The budget of one call. It is limited, because an assistant waits for the response.
fn budget() -> Budget {
    Budget::limited(CancellationToken::new())
}

fn unknown(topic: &str) -> String {
    format!("no topic {topic:?}; search for it, the answer names topics")
}

#[tool_handler(router = self.router)]
impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("cairn", env!("CARGO_PKG_VERSION"));
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }
}
