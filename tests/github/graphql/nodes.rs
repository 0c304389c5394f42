//! Discussions and comments as nodes: their ids, and lookup by id.

use crate::github::shapes;
use crate::github::state::Entry;
use crate::github::threads::{Comment, Discussion, Threads};

/// A discussion's comment, or a reply to one, with the objects that its fields need.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    pub entry: &'a Entry,
    pub discussion: &'a Discussion,
    pub comment: &'a Comment,
    pub replies_to: Option<&'a Comment>,
}

/// Whether the node `id` belongs to the repository `entry`.
pub fn has_node(entry: &Entry, threads: &Threads, id: &str) -> bool {
    threads.discussions.values().any(|discussion| {
        discussion_id(entry, discussion) == id
            || posts(entry, discussion).any(|post| comment_id(entry, post.comment) == id)
    })
}

/// The comments and replies of a discussion.
pub fn posts<'a>(entry: &'a Entry, discussion: &'a Discussion) -> impl Iterator<Item = Post<'a>> {
    discussion.comments.iter().flat_map(move |above| {
        let post = move |comment, replies_to| Post { entry, discussion, comment, replies_to };
        let replies = above.replies.iter().map(move |reply| post(reply, Some(above)));
        std::iter::once(post(above, None)).chain(replies)
    })
}

pub fn answer<'a>(entry: &'a Entry, discussion: &'a Discussion) -> Option<Post<'a>> {
    posts(entry, discussion).find(|post| discussion.answer == Some(post.comment.id))
}

pub fn database_id(entry: &Entry, one: &Discussion) -> u64 {
    entry.id % 1_000_000 * 10_000 + one.number
}

pub fn discussion_id(entry: &Entry, one: &Discussion) -> String {
    format!("D_{}", shapes::node_id("Discussion", database_id(entry, one)))
}

pub fn comment_id(entry: &Entry, comment: &Comment) -> String {
    let name = format!("Comment{}-", entry.id);
    format!("DC_{}", shapes::node_id(&name, comment.id))
}
