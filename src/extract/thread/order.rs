//! The reading order of a thread's posts: the accepted answer, then comments by upvotes and date, each followed by
//! its replies by date.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::crawl::github::thread::{Thread, ThreadPost};

/// The posts of `thread` in reading order, each id once. A reply to an unknown post counts as a comment.
/// O(n log n), also for replies that are nested, circular or to themselves.
pub(super) fn of(thread: &Thread) -> Vec<&ThreadPost> {
    let mut sorted: Vec<&ThreadPost> = thread.posts.iter().collect();
    // GitHub's timestamps are in UTC, so that they sort by time as text.
    sorted.sort_by(|a, b| {
        let key =
            |post: &ThreadPost| (Reverse(Some(post.id) == thread.answer), Reverse(post.upvotes));
        let by_rank = key(a).cmp(&key(b));
        by_rank.then_with(|| (&a.created_at, a.id).cmp(&(&b.created_at, b.id)))
    });
    let known: HashSet<u64> = sorted.iter().map(|post| post.id).collect();
    let mut replies: HashMap<u64, Vec<&ThreadPost>> = HashMap::new();
    let mut open: Vec<&ThreadPost> = Vec::new();
    for post in &sorted {
        // An accepted reply is the answer, so it is not placed after its parent.
        let is_answer = Some(post.id) == thread.answer;
        match post.replies_to.filter(|parent| known.contains(parent) && !is_answer) {
            Some(parent) => replies.entry(parent).or_default().push(post),
            None => open.push(post),
        }
    }
    for replies in replies.values_mut() {
        replies.sort_by_key(|post| (&post.created_at, post.id));
    }
    let mut ordered = Vec::with_capacity(sorted.len());
    let mut seen = HashSet::new();
    open.reverse();
    // When `open` is empty, the posts that are left reply to each other in circles: they are added in the sorted order.
    let mut rest = sorted.iter().copied();
    while let Some(post) = open.pop().or_else(|| rest.next()) {
        if seen.insert(post.id) {
            ordered.push(post);
            open.extend(replies.remove(&post.id).unwrap_or_default().into_iter().rev());
        }
    }
    ordered
}
