//! The table of the API's routes: for each its path, parameters, response type, documentation and handler.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
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

/// A route with its documentation.
pub(super) struct ApiRoute {
    pub path: &'static str,
    pub method: ApiMethod,
    pub summary: &'static str,
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
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> RouteTable {
        self.router = self.router.route(path, get(handler));
        self.document::<P, A>(path, ApiMethod::Get, summary)
    }

    fn document<P: JsonSchema, A: JsonSchema>(
        mut self,
        path: &'static str,
        method: ApiMethod,
        summary: &'static str,
    ) -> RouteTable {
        let parameters = SchemaGenerator::subschema_for::<P>;
        let answer = SchemaGenerator::subschema_for::<A>;
        self.routes.push(ApiRoute { path, method, summary, parameters, answer, moved: None });
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
    let summary = "Requests a refresh of all sources";
    let mut owned =
        all.document::<NoParameters, RefreshAnswer>("/refresh", ApiMethod::Post, summary);
    owned.router = owned.router.route("/refresh", post(admin::refresh));
    owned
}

/// Adds the routes for search, sections and documents.
fn with_passages(table: RouteTable) -> RouteTable {
    table
        .get::<SearchParameters, SearchView, _, _>(
            "/search",
            "Passages for a query",
            search::search,
        )
        .get::<search::SuggestParameters, SuggestAnswer, _, _>(
            "/suggest",
            "Suggestions for an unfinished query",
            search::suggest,
        )
        .get::<things::SectionPlaceParameters, SectionAnswer, _, _>(
            "/section",
            "The section at a place of a file",
            things::section_at,
        )
        .get::<NoParameters, SectionAnswer, _, _>(
            "/sections/{id}",
            "A section, as far as its licence allows; ids of earlier sections are redirected",
            things::section,
        )
        .moving::<MovedAnswer>()
        .get::<NoParameters, DocumentAnswer, _, _>(
            "/documents/{id}",
            "A whole document, as far as its licence allows",
            things::document,
        )
}

/// Adds the routes for topics, resources, sources, status and news.
fn with_lists(table: RouteTable) -> RouteTable {
    table
        .get::<things::TopicListParameters, TopicsAnswer, _, _>(
            "/topics",
            "Topics, the most mentioned first",
            things::topics,
        )
        .get::<NoParameters, TopicAnswer, _, _>("/topics/{id}", "All about a topic", things::topic)
        .get::<things::ResourceParameters, ResourcesAnswer, _, _>(
            "/resources",
            "The works that most independent authors cite",
            things::resources,
        )
        .get::<NoParameters, SourcesView, _, _>(
            "/sources",
            "Each source with its size, its state and its problems",
            things::sources,
        )
        .get::<NoParameters, StatusView, _, _>("/status", "The state of the index", things::status)
        .get::<NewsParameters, NewsView, _, _>(
            "/new",
            "What was added, changed and removed",
            things::new,
        )
}

/// Adds the routes over the graph.
fn with_knowledge(table: RouteTable) -> RouteTable {
    table
        .get::<know::LimitParameter, RelatedView, _, _>(
            "/topics/{id}/related",
            "Topics near a topic, with the evidence",
            know::related,
        )
        .get::<know::LearnParameters, LearnView, _, _>(
            "/topics/{id}/learn",
            "What to learn for a topic, prerequisites first",
            know::learn,
        )
        .get::<know::ApiPathParameters, PathView, _, _>(
            "/path",
            "How one topic leads to another",
            know::path,
        )
        .get::<know::ApiCompareParameters, ComparisonView, _, _>(
            "/compare",
            "Two topics side by side, and passages that mention both",
            know::compare,
        )
        .get::<NoParameters, CasesView, _, _>(
            "/cases",
            "The matrix of case studies and steps",
            know::cases,
        )
        .get::<know::LimitParameter, CaseView, _, _>(
            "/cases/{id}",
            "What the sources say about a case study, step by step",
            know::case,
        )
}

/// The API's router.
pub(in crate::serve) fn routes(admin: AdminRoutes) -> Router<Arc<ServerState>> {
    let nowhere =
        || async { RequestFailure::not_found("route", "in the API", "/openapi.json lists them") };
    table(admin).router.fallback(nowhere)
}
