//! The objects of GitHub's GraphQL API that make up a discussion, and their conversion to a thread.

use serde::Deserialize;

use super::thread::{PostAuthor, Thread, ThreadKind, ThreadPost};
use super::threads::utc;

/// A page of a list. GraphQL calls such a list a connection.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeList<T> {
    page_info: Option<PageInfo>,
    pub nodes: Vec<Option<T>>,
}

/// The cursor at the end of a page, and whether another page follows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// A discussion with the first page of its comments.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiscussionNode {
    pub id: String,
    pub number: u64,
    title: String,
    url: String,
    body: String,
    created_at: String,
    updated_at: String,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    upvote_count: u64,
    author: Option<ActorNode>,
    category: Option<NamedNode>,
    labels: Option<NodeList<NamedNode>>,
    answer: Option<AnswerNode>,
    pub comments: NodeList<CommentNode>,
}

/// A comment with the first page of its replies, or a reply.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentNode {
    pub id: String,
    pub database_id: u64,
    url: String,
    body: String,
    created_at: String,
    updated_at: String,
    #[serde(default)]
    upvote_count: u64,
    #[serde(default)]
    is_minimized: bool,
    author: Option<ActorNode>,
    pub replies: Option<NodeList<CommentNode>>,
}

/// The account that wrote a post.
#[derive(Deserialize)]
pub struct ActorNode {
    login: String,
    #[serde(rename = "__typename", default)]
    kind: String,
}

/// A category or label.
#[derive(Deserialize)]
pub struct NamedNode {
    name: String,
}

/// The comment that was accepted as the answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerNode {
    database_id: u64,
}

impl<T> Default for NodeList<T> {
    fn default() -> NodeList<T> {
        NodeList { page_info: None, nodes: Vec::new() }
    }
}

impl<T> NodeList<T> {
    /// The cursor of the next page, if there is one.
    pub fn next(&self) -> Option<String> {
        let page = self.page_info.as_ref()?;
        page.end_cursor.clone().filter(|_| page.has_next_page)
    }

    /// The items of this page. `Err` if one of them is null: GitHub could not provide it.
    pub fn whole(self) -> Result<Vec<T>, String> {
        let all: Option<Vec<T>> = self.nodes.into_iter().collect();
        all.ok_or_else(|| "one of its comments is missing in the response".to_owned())
    }
}

impl DiscussionNode {
    /// The thread with `posts`; `Err` if a timestamp is invalid.
    pub fn thread(self, posts: Vec<ThreadPost>) -> Result<Thread, String> {
        let time = |at: &str| utc(at).ok_or_else(|| format!("{at:?} is not a timestamp"));
        let (created_at, updated_at) = (time(&self.created_at)?, time(&self.updated_at)?);
        let labels = self.labels.map(|labels| labels.nodes).unwrap_or_default();
        let mut thread = Thread {
            kind: ThreadKind::Discussion,
            number: self.number,
            title: self.title,
            url: self.url.clone(),
            category: self.category.map(|category| category.name),
            labels: labels.into_iter().flatten().map(|label| label.name).collect(),
            created_at: created_at.clone(),
            updated_at: updated_at.clone(),
            locked: self.locked,
            upvotes: self.upvote_count,
            question: ThreadPost {
                id: 0,
                author: self.author.map(ActorNode::author),
                url: self.url,
                body: self.body,
                created_at,
                updated_at,
                upvotes: self.upvote_count,
                minimized: false,
                replies_to: None,
            },
            answer: self.answer.map(|answer| answer.database_id),
            posts: Vec::new(),
        };
        thread.merge(posts);
        Ok(thread)
    }
}

impl CommentNode {
    /// The comment as a post. `replies_to` is the id of the comment that it replies to; `None` if it is not a reply.
    /// `Err` if a timestamp is invalid.
    pub fn post(self, replies_to: Option<u64>) -> Result<ThreadPost, String> {
        let time = |at: &str| utc(at).ok_or_else(|| format!("{at:?} is not a timestamp"));
        Ok(ThreadPost {
            id: self.database_id,
            author: self.author.map(ActorNode::author),
            url: self.url,
            body: self.body,
            created_at: time(&self.created_at)?,
            updated_at: time(&self.updated_at)?,
            upvotes: self.upvote_count,
            minimized: self.is_minimized,
            replies_to,
        })
    }
}

impl ActorNode {
    fn author(self) -> PostAuthor {
        PostAuthor { bot: self.kind == "Bot", login: self.login }
    }
}
