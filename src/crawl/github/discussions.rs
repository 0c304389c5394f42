//! Fetches discussions with their comments and replies through GraphQL, page by page. The most recently changed
//! discussions come first.
//!
//! The cost of a query depends on its nested lists: GitHub charges one point for each hundred lists that the response
//! could contain. A query for fifty discussions, with ten comments each and ten replies to each comment, costs six
//! points. Each further page of comments or replies costs one point.
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::discussion_queries::{COMMENTS, MORE_COMMENTS, MORE_REPLIES, PAGE, REPLIES};
use super::graphql::FailedField;
use super::nodes::{CommentNode, DiscussionNode, NodeList};
use super::thread::{MOST_POSTS, Thread, ThreadPost};
use super::threads::{RepositoryName, ThreadFailure, ThreadListing, utc};
use crate::crawl::{ApiResource, CrawlError, Crawler, Traffic};

/// The maximum cost of a page of discussions, in points.
const PAGE_POINTS: u64 = 7;
/// The maximum cost of a further page of comments or replies, in points.
const MORE_POINTS: u64 = 1;
/// In the `errors` of a response, the path of every field of a discussion starts with this text.
const NODES: &str = "repository.discussions.nodes.";

/// The number of discussions that one request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSize {
    /// 50 discussions: the size for reading all discussions.
    Large,
    /// 10 discussions: the size if probably only a few have changed.
    Small,
    /// 1 discussion: the size if GitHub can't provide a larger page, or if a larger response exceeds our limit.
    One,
}

impl PageSize {
    fn discussions(self) -> u32 {
        match self {
            PageSize::Large => 50,
            PageSize::Small => 10,
            PageSize::One => 1,
        }
    }

    /// The next smaller size.
    pub fn smaller(self) -> Option<PageSize> {
        match self {
            PageSize::Large => Some(PageSize::Small),
            PageSize::Small => Some(PageSize::One),
            PageSize::One => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DiscussionsData {
    rate_limit: Option<QueryCost>,
    repository: Option<RepositoryDiscussions>,
    node: Option<Value>,
}

#[derive(Deserialize)]
struct QueryCost {
    #[serde(default)]
    cost: u64,
}

#[derive(Deserialize)]
struct RepositoryDiscussions {
    discussions: Option<NodeList<Value>>,
}

impl Crawler {
    /// A page of the discussions of `repository` after the cursor `after`, the most recently changed first.
    ///
    /// Sends one request for the page, and one for each further page of comments or replies. Once a thread has
    /// [`MOST_POSTS`] posts, reads no further pages of it. A thread takes at most about 40 requests, so a page needs
    /// less than an hour's quota. A thread that could not be read completely is a [`ThreadFailure`] in the listing.
    /// `Err` if the page could not be read, or if this run's share of the hour's points is used up.
    pub async fn discussions(
        &self,
        repository: RepositoryName<'_>,
        size: PageSize,
        after: Option<&str>,
        traffic: &mut Traffic,
    ) -> Result<ThreadListing, CrawlError> {
        let first = size.discussions();
        let variables = json!({
            "owner": repository.owner, "name": repository.name, "first": first, "after": after,
        });
        let query = [PAGE, COMMENTS, REPLIES].join("\n");
        let (data, failed) = self.points(&query, variables, PAGE_POINTS, traffic).await?;
        let list = data.repository.and_then(|repository| repository.discussions);
        let failed = PageFailures::of(&failed);
        let Some(list) = list.filter(|_| failed.others.is_empty()) else {
            return Err(self.unreadable(&failed.others));
        };
        let mut listing = ThreadListing { next: list.next(), ..ThreadListing::default() };
        for (at, node) in list.nodes.into_iter().enumerate() {
            let known = KnownFields::of(node.as_ref());
            let read = match (failed.messages.get(&at), node) {
                (Some(message), _) => Err(message.clone()),
                (None, None) => Err("GitHub does not provide it".to_owned()),
                (None, Some(node)) => self.discussion(node, traffic).await?,
            };
            listing.note(&known.updated_at);
            match read {
                Ok(thread) => listing.threads.push(thread),
                Err(message) => listing.failures.push(known.failure(message)),
            }
        }
        Ok(listing)
    }

    /// The thread of `node` with its comments. The inner `Err` is the reason why this thread can't be read; the page
    /// continues with the next thread. After an outer `Err`, the rest of the page can't be read either.
    async fn discussion(
        &self,
        node: Value,
        traffic: &mut Traffic,
    ) -> Result<Result<Thread, String>, CrawlError> {
        let mut discussion: DiscussionNode = match serde_json::from_value(node) {
            Ok(discussion) => discussion,
            Err(error) => {
                return Ok(Err(format!("it does not have the format of GitHub's API: {error}")));
            }
        };
        let mut comments = std::mem::take(&mut discussion.comments);
        let mut posts = Vec::new();
        loop {
            let next = comments.next();
            let whole = match comments.whole() {
                Ok(whole) => whole,
                Err(message) => return Ok(Err(message)),
            };
            for comment in whole {
                if let Err(message) = self.comment(comment, &mut posts, traffic).await? {
                    return Ok(Err(message));
                }
            }
            let Some(after) = next.filter(|_| posts.len() < MOST_POSTS) else { break };
            comments = match self.more(MORE_COMMENTS, &discussion.id, &after, traffic).await? {
                Ok(more) => more,
                Err(message) => return Ok(Err(message)),
            };
        }
        Ok(discussion.thread(posts))
    }

    /// Adds `comment` and its replies to `posts`. The inner `Err` is the reason why this thread can't be read. After an
    /// outer `Err`, the rest of the page can't be read either.
    async fn comment(
        &self,
        mut comment: CommentNode,
        posts: &mut Vec<ThreadPost>,
        traffic: &mut Traffic,
    ) -> Result<Result<(), String>, CrawlError> {
        let mut replies = comment.replies.take();
        let (node, id) = (comment.id.clone(), comment.database_id);
        match comment.post(None) {
            Ok(post) => posts.push(post),
            Err(message) => return Ok(Err(message)),
        }
        while let Some(list) = replies.take() {
            let next = list.next();
            let read = list.whole().and_then(|whole| {
                whole.into_iter().map(|reply| reply.post(Some(id))).collect::<Result<Vec<_>, _>>()
            });
            match read {
                Ok(read) => posts.extend(read),
                Err(message) => return Ok(Err(message)),
            }
            let Some(after) = next.filter(|_| posts.len() < MOST_POSTS) else { break };
            match self.more(MORE_REPLIES, &node, &after, traffic).await? {
                Ok(more) => replies = Some(more),
                Err(message) => return Ok(Err(message)),
            }
        }
        Ok(Ok(()))
    }

    /// The page after the cursor `after`. With the query [`MORE_COMMENTS`], it contains comments on the discussion
    /// `id`; with [`MORE_REPLIES`], replies to the comment `id`. The inner `Err` is the reason why this thread can't be
    /// read. After an outer `Err`, the rest of the page of discussions can't be read either.
    async fn more(
        &self,
        query: &str,
        id: &str,
        after: &str,
        traffic: &mut Traffic,
    ) -> Result<Result<NodeList<CommentNode>, String>, CrawlError> {
        let query = match query {
            MORE_COMMENTS => [query, COMMENTS, REPLIES].join("\n"),
            _ => [query, REPLIES].join("\n"),
        };
        let variables = json!({ "id": id, "after": after });
        let (data, failed) = match self.points(&query, variables, MORE_POINTS, traffic).await {
            // The repository exists, but this node was deleted after the page was read.
            Err(CrawlError::NotFound(_)) => return Ok(Err("it was deleted meanwhile".to_owned())),
            answer => answer?,
        };
        if let Some(failed) = failed.first() {
            return Ok(Err(failed.message.clone()));
        }
        let fields = data.node.and_then(|node| match node {
            Value::Object(fields) => {
                fields.into_iter().map(|(_, list)| list).find(Value::is_object)
            }
            _ => None,
        });
        let list = fields.map(serde_json::from_value::<NodeList<CommentNode>>);
        Ok(match list {
            Some(Ok(list)) => Ok(list),
            Some(Err(error)) => {
                Err(format!("it does not have the format of GitHub's API: {error}"))
            }
            None => Err("GitHub does not provide the rest of its comments".to_owned()),
        })
    }

    /// The response to `query`, which may cost up to `cost` points. Adds the actual cost to `traffic`.
    async fn points(
        &self,
        query: &str,
        variables: Value,
        cost: u64,
        traffic: &mut Traffic,
    ) -> Result<(DiscussionsData, Vec<FailedField>), CrawlError> {
        self.afford(ApiResource::GraphQl, cost)?;
        let answered = self.graphql::<DiscussionsData>(query, variables, traffic).await?;
        traffic.points += answered.data.rate_limit.as_ref().map_or(0, |limit| limit.cost);
        Ok((answered.data, answered.failed))
    }

    fn unreadable(&self, failures: &[String]) -> CrawlError {
        let cause = match failures {
            [] => "the response contains no discussions".to_owned(),
            failures => format!("GitHub responds: {}", failures.join("; ")),
        };
        CrawlError::Network { url: self.api().address("/graphql"), cause }
    }
}

/// GitHub's messages about the fields of a page that it could not provide.
#[derive(Default)]
struct PageFailures {
    /// The first message about each discussion, by the discussion's position on the page.
    messages: HashMap<usize, String>,
    /// The messages that are not about a single discussion.
    others: Vec<String>,
}

impl PageFailures {
    fn of(failed: &[FailedField]) -> PageFailures {
        let mut failures = PageFailures::default();
        for FailedField { path, message } in failed {
            let position = path.strip_prefix(NODES).and_then(|rest| rest.split('.').next());
            match position.and_then(|position| position.parse().ok()) {
                Some(at) => {
                    failures.messages.entry(at).or_insert_with(|| message.clone());
                }
                None => failures.others.push(message.clone()),
            }
        }
        failures
    }
}

/// The fields of a discussion that may be known even if the discussion can't be read; `None` if they are not.
struct KnownFields {
    number: Option<u64>,
    updated_at: Option<String>,
}

impl KnownFields {
    fn of(node: Option<&Value>) -> KnownFields {
        let field = |name| node.and_then(|node: &Value| node.get(name));
        KnownFields {
            number: field("number").and_then(Value::as_u64),
            updated_at: field("updatedAt").and_then(Value::as_str).and_then(utc),
        }
    }

    fn failure(self, message: String) -> ThreadFailure {
        ThreadFailure { number: self.number, updated_at: self.updated_at, message }
    }
}
