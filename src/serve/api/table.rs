//! The table of the API's routes: for each its path, parameters, response type, documentation and handler.

use std::sync::Arc;

use axum::Router;
use axum::extract::OriginalUri;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::search::SearchParameters;
use super::things::NewsParameters;
use super::{admin, knowledge as know, search, things};
use crate::config::Config;
use crate::library::view::{
    CaseView, CasesView, ComparisonView, DocumentAnswer, LearnView, MovedAnswer, NewsView,
    PathView, RefreshAnswer, RelatedView, ResourcesAnswer, SearchView, SectionAnswer, SourcesView,
    StatusView, SuggestAnswer, TopicAnswer, TopicsAnswer,
};
use crate::serve::error::RequestFailure;
use crate::serve::state::ServerState;

/// The parameters of a route that has none.
#[derive(JsonSchema)]
struct NoParameters {}

/// Whether the routes that need the admin token exist. They exist only if the configuration has an admin token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum AdminRoutes {
    Offered,
    Absent,
}

impl AdminRoutes {
    /// [`AdminRoutes::Offered`] if `config` has an admin token.
    pub fn of(config: &Config) -> AdminRoutes {
        match config.admin_token {
            Some(_) => AdminRoutes::Offered,
            None => AdminRoutes::Absent,
        }
    }
}

/// The HTTP methods of the API: `Post` changes something, `Get` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ApiMethod {
    Get,
    Post,
}

/// The path of a route, its name in programs, and what it is for.
#[derive(Clone, Copy)]
pub(super) struct RouteNames {
    pub path: &'static str,
    /// The unique name of the operation, after which generated clients name their functions.
    pub id: &'static str,
    pub summary: &'static str,
    /// The parameters that a request must give, even if they are empty, in addition to those without which its
    /// parameters can't be read.
    pub needs: &'static [&'static str],
}

impl RouteNames {
    const fn new(path: &'static str, id: &'static str, summary: &'static str) -> RouteNames {
        RouteNames { path, id, summary, needs: &[] }
    }

    const fn needs(self, needs: &'static [&'static str]) -> RouteNames {
        RouteNames { needs, ..self }
    }
}

/// Responds with 400 to a request that lacks one of the parameters `needs`.
async fn needed(needs: &'static [&'static str], request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let is_given = |needed: &str| {
        url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == needed)
    };
    match needs.iter().find(|needed| !is_given(needed)) {
        Some(missing) => RequestFailure::bad_request(
            format!("the parameter {missing:?} is missing"),
            "/openapi.json lists the parameters of each route",
        )
        .into_response(),
        None => next.run(request).await,
    }
}

/// A route with its documentation.
pub(super) struct ApiRoute {
    pub names: RouteNames,
    pub method: ApiMethod,
    pub parameters: fn(&mut SchemaGenerator) -> Schema,
    pub answer: fn(&mut SchemaGenerator) -> Schema,
    /// The schema of the redirect's body, if the route redirects the ids of earlier sections to current ones. Such a
    /// route responds with 410 if the earlier section has no successor.
    pub moved: Option<fn(&mut SchemaGenerator) -> Schema>,
}

/// The router, and the documentation of its routes.
#[derive(Default)]
pub(super) struct RouteTable {
    router: Router<Arc<ServerState>>,
    pub routes: Vec<ApiRoute>,
}

impl RouteTable {
    /// Adds a GET route with the parameters `P` and the response `A`.
    fn get<P: JsonSchema, A: JsonSchema, H: Handler<T, Arc<ServerState>>, T: 'static>(
        mut self,
        names: RouteNames,
        handler: H,
    ) -> RouteTable {
        let check = move |request: Request, next: Next| needed(names.needs, request, next);
        // Other methods, such as the preflight of another site, have no parameters.
        self.router = self.router.route(names.path, get(handler).route_layer(from_fn(check)));
        self.document::<P, A>(names, ApiMethod::Get)
    }

    fn document<P: JsonSchema, A: JsonSchema>(
        mut self,
        names: RouteNames,
        method: ApiMethod,
    ) -> RouteTable {
        let parameters = SchemaGenerator::subschema_for::<P>;
        let answer = SchemaGenerator::subschema_for::<A>;
        self.routes.push(ApiRoute { names, method, parameters, answer, moved: None });
        self
    }

    /// Documents that the route that was added last sends redirects with the body `M`.
    fn moving<M: JsonSchema>(mut self) -> RouteTable {
        if let Some(route) = self.routes.last_mut() {
            route.moved = Some(SchemaGenerator::subschema_for::<M>);
        }
        self
    }
}

/// All routes of the API. The admin route is included only if `admin` is [`AdminRoutes::Offered`].
pub(super) fn table(admin: AdminRoutes) -> RouteTable {
    let all = with_knowledge(with_lists(with_passages(RouteTable::default())));
    if admin == AdminRoutes::Absent {
        return all;
    }
    let names = RouteNames::new("/refresh", "refresh", "Requests a refresh of all sources");
    let mut owned = all.document::<NoParameters, RefreshAnswer>(names, ApiMethod::Post);
    owned.router = owned.router.route("/refresh", post(admin::refresh));
    owned
}

/// Adds the routes for search, sections and documents.
fn with_passages(table: RouteTable) -> RouteTable {
    table
        .get::<SearchParameters, SearchView, _, _>(
            RouteNames::new("/search", "search", "Passages for a query").needs(&["q"]),
            search::search,
        )
        .get::<search::SuggestParameters, SuggestAnswer, _, _>(
            RouteNames::new("/suggest", "suggest", "Suggestions for an unfinished query")
                .needs(&["q"]),
            search::suggest,
        )
        .get::<things::SectionPlaceParameters, SectionAnswer, _, _>(
            RouteNames::new("/section", "section_at", "The section at a place of a file"),
            things::section_at,
        )
        .get::<NoParameters, SectionAnswer, _, _>(
            RouteNames::new(
                "/sections/{id}",
                "section",
                "A section, as far as its licence allows; ids of earlier sections are redirected",
            ),
            things::section,
        )
        .moving::<MovedAnswer>()
        .get::<NoParameters, DocumentAnswer, _, _>(
            RouteNames::new(
                "/documents/{id}",
                "document",
                "A whole document, as far as its licence allows",
            ),
            things::document,
        )
}

/// Adds the routes for topics, resources, sources, status and news.
fn with_lists(table: RouteTable) -> RouteTable {
    table
        .get::<things::TopicListParameters, TopicsAnswer, _, _>(
            RouteNames::new("/topics", "topics", "Topics, the most mentioned first"),
            things::topics,
        )
        .get::<NoParameters, TopicAnswer, _, _>(
            RouteNames::new("/topics/{id}", "topic", "All about a topic"),
            things::topic,
        )
        .get::<things::ResourceParameters, ResourcesAnswer, _, _>(
            RouteNames::new(
                "/resources",
                "resources",
                "The works that most independent authors cite",
            ),
            things::resources,
        )
        .get::<NoParameters, SourcesView, _, _>(
            RouteNames::new(
                "/sources",
                "sources",
                "Each source with its size, its state and its problems",
            ),
            things::sources,
        )
        .get::<NoParameters, StatusView, _, _>(
            RouteNames::new("/status", "status", "The state of the index"),
            things::status,
        )
        .get::<NewsParameters, NewsView, _, _>(
            RouteNames::new("/new", "news", "What was added, changed and removed"),
            things::new,
        )
}

/// Adds the routes over the graph.
fn with_knowledge(table: RouteTable) -> RouteTable {
    table
        .get::<know::LimitParameter, RelatedView, _, _>(
            RouteNames::new(
                "/topics/{id}/related",
                "related_topics",
                "Topics near a topic, with the evidence",
            ),
            know::related,
        )
        .get::<know::LearnParameters, LearnView, _, _>(
            RouteNames::new(
                "/topics/{id}/learn",
                "learning_path",
                "What to learn for a topic, prerequisites first",
            ),
            know::learn,
        )
        .get::<know::ApiPathParameters, PathView, _, _>(
            RouteNames::new("/path", "topic_path", "How one topic leads to another"),
            know::path,
        )
        .get::<know::ApiCompareParameters, ComparisonView, _, _>(
            RouteNames::new(
                "/compare",
                "compare_topics",
                "Two topics side by side, and passages that mention both",
            ),
            know::compare,
        )
        .get::<NoParameters, CasesView, _, _>(
            RouteNames::new("/cases", "cases", "The matrix of case studies and steps"),
            know::cases,
        )
        .get::<know::LimitParameter, CaseView, _, _>(
            RouteNames::new(
                "/cases/{id}",
                "case_guide",
                "What the sources say about a case study, step by step",
            ),
            know::case,
        )
}

/// The API's router.
pub(in crate::serve) fn routes(admin: AdminRoutes) -> Router<Arc<ServerState>> {
    let nowhere = |OriginalUri(uri): OriginalUri| async move {
        RequestFailure::not_found("route", uri.path(), "/openapi.json lists them")
    };
    table(admin).router.fallback(nowhere)
}
