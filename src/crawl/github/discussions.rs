//! Discussions by GraphQL: one page of them, newest change first, each with all its comments and replies.
//!
//! What one query may cost is a matter of its nested lists: GitHub counts the nodes that could come and charges a
//! point for each hundred lists. Fifty discussions with ten comments and ten replies each cost six points; what does
//! not fit is asked for in further pages, a point each.
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use serde::Deserialize;
use serde_json::{Value, json};

use super::graphql::FailedField;
use super::nodes::{Comment, Discussion, List};
use super::thread::{MOST_POSTS, Post, Thread};
use super::threads::{Failure, Listing, Repository, utc};
use crate::crawl::{CrawlError, Crawler, Resource, Traffic};

/// What a page may cost in points, and what each further page of comments or replies may.
const PAGE_POINTS: u64 = 7;
const MORE_POINTS: u64 = 1;
/// Where the discussions stand in an answer.
const NODES: &str = "repository.discussions.nodes.";

const PAGE: &str = "query($owner: String!, $name: String!, $first: Int!, $after: String) {
  rateLimit { cost }
  repository(owner: $owner, name: $name) {
    discussions(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number title url body createdAt updatedAt locked upvoteCount
        author { login __typename }
        category { name }
        labels(first: 20) { nodes { name } }
        answer { databaseId }
        comments(first: 10) { ...comments }
      }
    }
  }
}";
const MORE_COMMENTS: &str = "query($id: ID!, $after: String) {
  rateLimit { cost }
  node(id: $id) { ... on Discussion { comments(first: 50, after: $after) { ...comments } } }
}";
const MORE_REPLIES: &str = "query($id: ID!, $after: String) {
  rateLimit { cost }
  node(id: $id) { ... on DiscussionComment { replies(first: 100, after: $after) { ...replies } } }
}";
const COMMENTS: &str = "fragment comments on DiscussionCommentConnection {
  pageInfo { hasNextPage endCursor }
  nodes { ...post replies(first: 10) { ...replies } }
}";
const REPLIES: &str = "fragment replies on DiscussionCommentConnection {
  pageInfo { hasNextPage endCursor }
  nodes { ...post }
}
fragment post on DiscussionComment {
  id databaseId url body createdAt updatedAt upvoteCount isMinimized
  author { login __typename }
}";

/// How many discussions are asked for with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSize {
    /// Where all are read: 50.
    Large,
    /// Where only few have changed, most likely: 10.
    Small,
    /// One, where more are too much for GitHub or for us.
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
struct Data {
    rate_limit: Option<RateLimit>,
    repository: Option<DiscussionsOf>,
    node: Option<Value>,
}

#[derive(Deserialize)]
struct RateLimit {
    #[serde(default)]
    cost: u64,
}

#[derive(Deserialize)]
struct DiscussionsOf {
    discussions: Option<List<Value>>,
}

impl Crawler {
    /// A page of the discussions of `repository`, the last changed first, from behind the cursor `after`.
    ///
    /// One request, and one for each further page of a thread's comments or a comment's replies, until a thread has
    /// [`MOST_POSTS`]: at worst some 40 for a thread, and thus less for a page than an hour's quota. A thread that could not be read whole is a [`Failure`] of the page. `Err` if the page could
    /// not be read, or if the share of the hour's points is used up.
    pub async fn discussions(
        &self,
        repository: Repository<'_>,
        (size, after): (PageSize, Option<&str>),
        traffic: &mut Traffic,
    ) -> Result<Listing, CrawlError> {
        let first = size.discussions();
        let variables = json!({
            "owner": repository.owner, "name": repository.name, "first": first, "after": after,
        });
        let query = [PAGE, COMMENTS, REPLIES].join("\n");
        let (data, failed) = self.points(&query, variables, PAGE_POINTS, traffic).await?;
        let list = data.repository.and_then(|repository| repository.discussions);
        let (nodes, page_failures) = by_node(&failed);
        let Some(list) = list.filter(|_| page_failures.is_empty()) else {
            return Err(self.unreadable(&page_failures));
        };
        let mut listing = Listing { next: list.next(), ..Listing::default() };
        for (at, node) in list.nodes.into_iter().enumerate() {
            let known = Known::of(node.as_ref());
            let failed = nodes.iter().find(|(failed, _)| *failed == at);
            let read = match (failed, node) {
                (Some((_, message)), _) => Err(message.clone()),
                (None, None) => Err("GitHub does not give it".to_owned()),
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

    /// The thread that `node` is, with all pages of its comments; `Err` inside if it can't be read.
    async fn discussion(
        &self,
        node: Value,
        traffic: &mut Traffic,
    ) -> Result<Result<Thread, String>, CrawlError> {
        let mut discussion: Discussion = match serde_json::from_value(node) {
            Ok(discussion) => discussion,
            Err(error) => return Ok(Err(format!("it is not what GitHub's API gives: {error}"))),
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
            comments = match self.more(MORE_COMMENTS, (&discussion.id, &after), traffic).await? {
                Ok(more) => more,
                Err(message) => return Ok(Err(message)),
            };
        }
        Ok(discussion.thread(posts))
    }

    /// Adds `comment` and all pages of its replies to `posts`.
    async fn comment(
        &self,
        mut comment: Comment,
        posts: &mut Vec<Post>,
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
            match self.more(MORE_REPLIES, (&node, &after), traffic).await? {
                Ok(more) => replies = Some(more),
                Err(message) => return Ok(Err(message)),
            }
        }
        Ok(Ok(()))
    }

    /// The page of comments or replies of the node `id` behind the cursor `after`.
    async fn more(
        &self,
        query: &str,
        (id, after): (&str, &str),
        traffic: &mut Traffic,
    ) -> Result<Result<List<Comment>, String>, CrawlError> {
        let query = match query {
            MORE_COMMENTS => [query, COMMENTS, REPLIES].join("\n"),
            _ => [query, REPLIES].join("\n"),
        };
        let variables = json!({ "id": id, "after": after });
        let (data, failed) = match self.points(&query, variables, MORE_POINTS, traffic).await {
            // Of a node that is no error of the repository: it was deleted since the page was read.
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
        let list = fields.map(serde_json::from_value::<List<Comment>>);
        Ok(match list {
            Some(Ok(list)) => Ok(list),
            Some(Err(error)) => Err(format!("it is not what GitHub's API gives: {error}")),
            None => Err("GitHub does not give the rest of its comments".to_owned()),
        })
    }

    /// The answer to `query`, which may cost so many points, with what it did cost.
    async fn points(
        &self,
        query: &str,
        variables: Value,
        cost: u64,
        traffic: &mut Traffic,
    ) -> Result<(Data, Vec<FailedField>), CrawlError> {
        self.afford(Resource::GraphQl, cost)?;
        let answered = self.graphql::<Data>(query, variables, traffic).await?;
        traffic.points += answered.data.rate_limit.as_ref().map_or(0, |limit| limit.cost);
        Ok((answered.data, answered.failed))
    }

    fn unreadable(&self, failures: &[String]) -> CrawlError {
        let cause = match failures {
            [] => "the answer holds no discussions".to_owned(),
            failures => format!("GitHub answers: {}", failures.join("; ")),
        };
        CrawlError::Network { url: self.api().address("/graphql"), cause }
    }
}

/// The messages of failed fields inside of the discussion at a position, and those of the others.
fn by_node(failed: &[FailedField]) -> (Vec<(usize, String)>, Vec<String>) {
    let (mut nodes, mut others) = (Vec::new(), Vec::new());
    for field in failed {
        let at =
            field.path.strip_prefix(NODES).and_then(|rest| rest.split('.').next()?.parse().ok());
        match at {
            Some(at) => nodes.push((at, field.message.clone())),
            None => others.push(field.message.clone()),
        }
    }
    (nodes, others)
}

/// What can be told of a discussion, read or not.
struct Known {
    number: Option<u64>,
    updated_at: Option<String>,
}

impl Known {
    fn of(node: Option<&Value>) -> Known {
        let field = |name| node.and_then(|node: &Value| node.get(name));
        Known {
            number: field("number").and_then(Value::as_u64),
            updated_at: field("updatedAt").and_then(Value::as_str).and_then(utc),
        }
    }

    fn failure(self, message: String) -> Failure {
        Failure { number: self.number, updated_at: self.updated_at, message }
    }
}
