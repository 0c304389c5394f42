//! The objects of GitHub's REST API that make up an issue, and their conversion to a thread.

use serde::Deserialize;
use serde_json::Value;

use super::thread::{PostAuthor, Thread, ThreadKind, ThreadPost};
use super::threads::utc;

/// An issue or pull request in a list of issues.
#[derive(Deserialize)]
pub(super) struct IssueItem {
    number: u64,
    title: String,
    html_url: String,
    body: Option<String>,
    user: Option<IssueUser>,
    #[serde(default)]
    labels: Vec<IssueLabel>,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    comments: u64,
    created_at: String,
    updated_at: String,
    reactions: Option<IssueReactions>,
}

/// A comment in a list of comments.
#[derive(Deserialize)]
pub(super) struct CommentItem {
    id: u64,
    html_url: String,
    body: Option<String>,
    user: Option<IssueUser>,
    created_at: String,
    updated_at: String,
    reactions: Option<IssueReactions>,
}

#[derive(Deserialize)]
struct IssueUser {
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum IssueLabel {
    Name(String),
    Object { name: Option<String> },
}

#[derive(Deserialize)]
struct IssueReactions {
    #[serde(rename = "+1", default)]
    plus: u64,
}

/// Converts the JSON value `item` to a `T`. `Err` is the reason why this is not possible.
pub(super) fn read<T: serde::de::DeserializeOwned>(item: Value) -> Result<T, String> {
    serde_json::from_value(item)
        .map_err(|error| format!("it does not have the format of GitHub's API: {error}"))
}

/// The timestamp `at`, converted to UTC. `Err` if `at` is not a timestamp.
fn time(at: &str) -> Result<String, String> {
    utc(at).ok_or_else(|| format!("{at:?} is not a timestamp"))
}

impl IssueItem {
    /// The issue without its comments, and the number of its comments.
    pub(super) fn thread(self) -> Result<(Thread, u64), String> {
        let (created_at, updated_at) = (time(&self.created_at)?, time(&self.updated_at)?);
        let labels = self.labels.into_iter().filter_map(|label| match label {
            IssueLabel::Name(name) => Some(name),
            IssueLabel::Object { name } => name,
        });
        let upvotes = self.reactions.map_or(0, |reactions| reactions.plus);
        let thread = Thread {
            kind: ThreadKind::Issue,
            number: self.number,
            title: self.title,
            url: self.html_url.clone(),
            category: None,
            labels: labels.collect(),
            created_at: created_at.clone(),
            updated_at: updated_at.clone(),
            locked: self.locked,
            upvotes,
            question: ThreadPost {
                id: 0,
                author: self.user.map(IssueUser::author),
                url: self.html_url,
                body: self.body.unwrap_or_default(),
                created_at,
                updated_at,
                upvotes,
                minimized: false,
                replies_to: None,
            },
            answer: None,
            posts: Vec::new(),
        };
        Ok((thread, self.comments))
    }
}

impl CommentItem {
    /// The comment as a post. `Err` if a timestamp is invalid.
    pub(super) fn post(self) -> Result<ThreadPost, String> {
        Ok(ThreadPost {
            id: self.id,
            author: self.user.map(IssueUser::author),
            url: self.html_url,
            body: self.body.unwrap_or_default(),
            created_at: time(&self.created_at)?,
            updated_at: time(&self.updated_at)?,
            upvotes: self.reactions.map_or(0, |reactions| reactions.plus),
            minimized: false,
            replies_to: None,
        })
    }
}

impl IssueUser {
    fn author(self) -> PostAuthor {
        PostAuthor { bot: self.kind == "Bot", login: self.login }
    }
}
