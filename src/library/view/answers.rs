//! The outermost objects of responses that contain one object or one list.

use schemars::JsonSchema;
use serde::Serialize;

use super::{DocumentView, ResourceView, SectionView, TopicDetail, TopicView};
use crate::search::Suggestion;

/// A section, requested by id or place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SectionAnswer {
    pub section: SectionView,
    /// The requested id, if it belongs to an earlier section that this section replaces. Only for assistants: over
    /// HTTP, such an id is redirected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_id: Option<String>,
}

/// A document, requested by id.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DocumentAnswer {
    pub document: DocumentView,
}

/// The redirect from the id of an earlier section.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MovedAnswer {
    /// The id of the current section.
    pub moved_to: String,
}

/// Topics, the most mentioned first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicsAnswer {
    pub topics: Vec<TopicView>,
}

/// The details of a topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicAnswer {
    pub topic: TopicDetail,
}

/// Resources. If the request has no query, the most cited come first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResourcesAnswer {
    pub resources: Vec<ResourceView>,
}

/// Completions of a text that a user is typing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuggestAnswer {
    pub suggestions: Vec<Suggestion>,
}

/// The response to a request for a refresh.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefreshAnswer {
    pub refresh: RefreshStart,
}

/// When a requested refresh starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum RefreshStart {
    /// The refresh starts at once.
    #[serde(rename = "begins")]
    Begins,
    /// The refresh starts when the running one has ended.
    #[serde(rename = "follows the one under way")]
    Follows,
}

/// The response to a failed request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorAnswer {
    pub error: ErrorView,
}

/// What went wrong, and what to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorView {
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    /// What may have been meant, if a name is unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<NearName>,
}

/// A name that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearName {
    pub name: String,
    /// The path of its page on this server.
    pub url: String,
}

/// The kind of an error, for programs that read the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// There is no generation to show yet.
    NotReady,
    /// The queue of searches is full.
    Busy,
    /// The server is stopping.
    Stopped,
    /// The search exceeded its budget of work or time.
    TooCostly,
    NotFound,
    /// The requested section was indexed once, but no longer is.
    Gone,
    /// The token is missing or wrong, or the server does not offer this operation.
    Forbidden,
    /// A parameter is invalid.
    BadRequest,
    /// The index can't be read.
    Index,
    /// The OpenSearch cluster that has the texts can't be used.
    Engine,
    /// A bug, or a lack of memory or other system resources. The server's log has the details.
    Internal,
    /// The request's address or head is too long.
    TooLong,
    /// One client sends too many requests, or all clients together send too many at the same time.
    TooMany,
    /// The request is for a host that this server does not serve.
    WrongHost,
}
