//! The tools. Each of them asks one question of the library.

use std::sync::Arc;

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use tokio::sync::oneshot;

use super::brief;
use super::desk::LibraryDesk;
use super::parameters::{
    CaseParameters, LearnParameters, RelatedParameters, ResourcesParameters, SearchParameters,
    SectionParameters, TopicParameters,
};
use crate::library::view::{
    CaseView, LearnView, NearName, RelatedView, ResourcesAnswer, SearchView, SectionAnswer,
    TopicAnswer,
};
use crate::library::{Audience, Library, ResourceRequest};
use crate::search::{
    Budget, Filter, FilterField, LastWord, SearchError, SearchRequest, SectionId, Understanding,
};

/// The description of the server for clients.
const INSTRUCTIONS: &str = "Public study material on machine-learning system design. Search for passages, \
    read sections, follow topics. Every passage names its source, licence and address: cite them. Discussions, \
    issues, and texts whose licence allows no more, come as excerpts. Every tool takes `brief` for a short answer.";

/// The maximum number of hits in a response. A client that requests more gets this number.
const MOST_HITS: u32 = 50;
/// The maximum number of related topics in a response. A client that requests more gets this number.
const MOST_RELATED: u32 = 50;
/// The maximum number of characters of a query for resources that are read, as in a search.
const LONGEST_QUERY: usize = 1_000;
/// The usual and the maximum number of resources in a response. They are small, because an assistant pays for every
/// word.
const RESOURCES: (u32, u32) = (20, 50);
/// The usual and the maximum number of passages for each step in the guide to a case.
const PASSAGES: (u32, u32) = (3, 10);

/// The tools over the library of a desk.
#[derive(Clone)]
pub struct Assistant {
    desk: Arc<dyn LibraryDesk>,
    router: ToolRouter<Assistant>,
}

impl Assistant {
    /// The tools, which ask at `desk`.
    pub fn at(desk: Arc<dyn LibraryDesk>) -> Assistant {
        Assistant { desk, router: Assistant::tool_router() }
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library, &Budget) -> Result<Option<T>, SearchError> + Send + 'static,
        missing: impl FnOnce(&Library) -> String + Send + 'static,
    ) -> Result<Json<T>, String> {
        let (keep, kept) = oneshot::channel();
        let question = move |library: &Library, budget: &Budget| {
            let found = question(library, budget);
            let answer = found.map(|found| found.ok_or_else(|| missing(library)));
            // Nobody waits for the answer if the client has gone.
            let _ = keep.send(answer);
        };
        self.desk.ask(Box::new(question)).await?;
        match kept.await {
            Ok(Ok(answer)) => answer.map(Json),
            Ok(Err(error)) => Err(self.desk.explain(error)),
            Err(_) => {
                Err("an internal error occurred; the log of the server has the details".to_owned())
            }
        }
    }
}

/// `asked`, else the first of `usual_and_most`; at least 1 and at most the second.
fn bounded(asked: Option<u32>, usual_and_most: (u32, u32)) -> usize {
    let (usual, most) = usual_and_most;
    asked.unwrap_or(usual).clamp(1, most) as usize
}

/// Applies `shorten` if the client asks for a short answer.
fn shortened<T>(answer: T, brief: Option<bool>, shorten: fn(T) -> T) -> T {
    if brief == Some(true) { shorten(answer) } else { answer }
}

#[tool_router]
impl Assistant {
    #[tool(
        description = "Find passages in the study material. Returns snippets with source, licence and link."
    )]
    async fn search(
        &self,
        Parameters(asked): Parameters<SearchParameters>,
    ) -> Result<Json<SearchView>, String> {
        let filters = Filter::all([
            (FilterField::Source, asked.source.as_deref()),
            (FilterField::Topic, asked.topic.as_deref()),
            (FilterField::Step, asked.step.as_deref()),
        ]);
        let limit = bounded(asked.limit, (10, MOST_HITS));
        let names = asked.names.unwrap_or(true);
        let meaning = asked.meaning.unwrap_or(true);
        let understanding = Understanding { names, meaning, ..Understanding::FULL };
        let last_word = LastWord::Whole;
        let find = move |library: &Library, budget: &Budget| {
            let (text, filters) = (&*asked.query, &*filters);
            let request =
                SearchRequest { text, filters, limit, offset: 0, understanding, last_word };
            let view = library.search(&request, budget)?;
            Ok(Some(shortened(view, asked.brief, brief::search)))
        };
        self.ask(find, |_| String::new()).await
    }

    #[tool(description = "Read one section, as far as its licence allows.")]
    async fn get_section(
        &self,
        Parameters(asked): Parameters<SectionParameters>,
    ) -> Result<Json<SectionAnswer>, String> {
        let written = asked.id.clone();
        let missing = move || format!("no section {written:?}; `search` gives ids");
        let Some(id) = SectionId::parse(&asked.id) else { return Err(missing()) };
        let find = move |library: &Library, _: &Budget| {
            let found = library.section_or_successor(id)?;
            Ok(found.map(|section| {
                let is_earlier = section.passage.id != id.to_string();
                let section = shortened(section, asked.brief, brief::section);
                SectionAnswer { section, earlier_id: is_earlier.then_some(asked.id) }
            }))
        };
        self.ask(find, move |_| missing()).await
    }

    #[tool(description = "What a topic is, what it needs, its best passages and most cited works.")]
    async fn topic(
        &self,
        Parameters(asked): Parameters<TopicParameters>,
    ) -> Result<Json<TopicAnswer>, String> {
        let name = asked.id.clone();
        let find = move |library: &Library, budget: &Budget| {
            let topic = library.topic(&asked.id, budget)?;
            let shorten = |topic| shortened(topic, asked.brief, brief::topic);
            Ok(topic.map(|topic| TopicAnswer { topic: shorten(topic) }))
        };
        self.ask(find, move |library| unknown(library, &name)).await
    }

    #[tool(
        description = "Topics near a topic, with the sentences that connect them and where these are."
    )]
    async fn related_topics(
        &self,
        Parameters(asked): Parameters<RelatedParameters>,
    ) -> Result<Json<RelatedView>, String> {
        let name = asked.topic.clone();
        let limit = bounded(asked.limit, (10, MOST_RELATED));
        let find = move |library: &Library, _: &Budget| {
            let view = library.related(&asked.topic, limit);
            Ok(view.map(|view| shortened(view, asked.brief, brief::related)))
        };
        self.ask(find, move |library| unknown(library, &name)).await
    }

    #[tool(description = "What to understand for a topic, prerequisites first, with the reasons.")]
    async fn learning_path(
        &self,
        Parameters(asked): Parameters<LearnParameters>,
    ) -> Result<Json<LearnView>, String> {
        let name = asked.topic.clone();
        let find = move |library: &Library, _: &Budget| {
            let view = library.learn(&asked.topic, &[]).ok();
            Ok(view.map(|view| shortened(view, asked.brief, brief::learn)))
        };
        self.ask(find, move |library| unknown(library, &name)).await
    }

    #[tool(description = "What the sources say about a design case study, step by step.")]
    async fn case_guide(
        &self,
        Parameters(asked): Parameters<CaseParameters>,
    ) -> Result<Json<CaseView>, String> {
        let name = asked.case.clone();
        let limit = bounded(asked.limit, PASSAGES);
        let find = move |library: &Library, _: &Budget| {
            let view = library.case(&asked.case, limit, Audience::Reader)?;
            Ok(view.map(|view| shortened(view, asked.brief, brief::case)))
        };
        let missing = move |library: &Library| {
            let near = library.cases_like(&name);
            format!("no case study {name:?}; {}", meant(near, "search for it"))
        };
        self.ask(find, missing).await
    }

    #[tool(
        description = "The articles, papers, talks and tools that most independent authors cite."
    )]
    async fn resources(
        &self,
        Parameters(asked): Parameters<ResourcesParameters>,
    ) -> Result<Json<ResourcesAnswer>, String> {
        let name = asked.topic.clone().unwrap_or_default();
        let limit = bounded(asked.limit, RESOURCES);
        let query: String = asked.query.unwrap_or_default().chars().take(LONGEST_QUERY).collect();
        let find = move |library: &Library, _: &Budget| {
            let (query, topic) = (&*query, asked.topic.as_deref());
            let wanted = ResourceRequest { query, topic, limit, ..ResourceRequest::default() };
            let shorten = |works| shortened(works, asked.brief, brief::resources);
            let found = library.resources(&wanted);
            Ok(found.map(|works| ResourcesAnswer { resources: shorten(works) }))
        };
        self.ask(find, move |library| unknown(library, &name)).await
    }
}

fn unknown(library: &Library, topic: &str) -> String {
    let near = library.topics_like(topic);
    format!("no topic {topic:?}; {}", meant(near, "search for it, the answer names topics"))
}

/// The names that may have been meant; without any, `advice`.
fn meant(near: Vec<NearName>, advice: &str) -> String {
    let names: Vec<String> = near.into_iter().map(|near| format!("{:?}", near.name)).collect();
    match names.is_empty() {
        true => advice.to_owned(),
        false => format!("did you mean {}?", names.join(" or ")),
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for Assistant {
    fn get_info(&self) -> ServerConfig {
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("cairn", env!("CARGO_PKG_VERSION"));
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }
}
