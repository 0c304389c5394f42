//! The stored form of a thread on GitHub (a discussion or an issue): the question with its comments and replies.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The maximum number of stored comments and replies of one thread. Later ones are discarded, except the accepted
/// answer.
pub const MOST_POSTS: usize = 500;
/// The maximum length of one post's text, in bytes; longer texts are truncated. GitHub accepts 65,536 characters of up
/// to four bytes each.
pub const POST_BYTES: usize = 262_144;
/// The maximum total length of the texts of one thread, in bytes; posts beyond it are discarded. A thread of this
/// length, as JSON, is far below the size limit of the processes that read documents.
pub const THREAD_BYTES: usize = 1_000_000;
/// The maximum number of labels of one thread, which is also GitHub's limit. Further labels are discarded.
const MOST_LABELS: usize = 100;

/// The kind of a thread.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ThreadKind {
    Discussion,
    Issue,
}

impl ThreadKind {
    /// Both kinds.
    pub const ALL: [ThreadKind; 2] = [ThreadKind::Discussion, ThreadKind::Issue];

    /// The first component of these threads' paths: `discussions` or `issues`.
    pub fn folder(self) -> &'static str {
        match self {
            ThreadKind::Discussion => "discussions",
            ThreadKind::Issue => "issues",
        }
    }

    /// The path of the thread `number` in its source, such as `discussions/123`.
    pub fn path(self, number: u64) -> String {
        format!("{}/{number}", self.folder())
    }
}

impl fmt::Display for ThreadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.folder())
    }
}

/// A discussion or an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub kind: ThreadKind,
    pub number: u64,
    pub title: String,
    pub url: String,
    pub category: Option<String>,
    pub labels: Vec<String>,
    /// When the thread was created, in RFC 3339 format.
    pub created_at: String,
    /// When the thread was last changed, in RFC 3339 format.
    pub updated_at: String,
    pub locked: bool,
    pub upvotes: u64,
    pub question: ThreadPost,
    /// The id of the post in `posts` that was accepted as the answer, if any.
    pub answer: Option<u64>,
    /// Comments and replies, sorted by id.
    pub posts: Vec<ThreadPost>,
}

/// One text of a thread: the question, a comment or a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadPost {
    /// The comment's id in GitHub's database; 0 for the question.
    pub id: u64,
    /// `None` if the account was deleted.
    pub author: Option<PostAuthor>,
    pub url: String,
    /// Markdown.
    pub body: String,
    pub created_at: String,
    pub updated_at: String,
    pub upvotes: u64,
    /// Whether GitHub hides the post, for example because it is spam, off-topic or outdated.
    pub minimized: bool,
    /// The id of the comment that this post replies to; `None` if it is not a reply.
    pub replies_to: Option<u64>,
}

/// The author of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostAuthor {
    pub login: String,
    pub bot: bool,
}

/// The logins of people who asked Cairn to leave out their posts. Logins are compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptedOut(Vec<String>);

impl OptedOut {
    /// The set of `logins`. O(logins · log logins).
    pub fn new(logins: &[String]) -> OptedOut {
        let mut logins: Vec<String> = logins.iter().map(|login| plain(login)).collect();
        logins.sort();
        logins.dedup();
        OptedOut(logins)
    }

    /// Whether the author of `post` opted out. O(log logins).
    fn includes_author_of(&self, post: &ThreadPost) -> bool {
        let login = post.author.as_ref().map(|author| plain(&author.login));
        login.is_some_and(|login| self.0.binary_search(&login).is_ok())
    }

    /// A hash of the set of logins: it changes if the set changes.
    pub fn fingerprint(&self) -> String {
        blake3::hash(self.0.join("\n").as_bytes()).to_hex()[..16].to_owned()
    }
}

/// `login` normalised for comparison: lower-cased, without the suffix `[bot]`. REST adds this suffix to the logins of
/// bots, GraphQL does not.
fn plain(login: &str) -> String {
    let login = login.to_lowercase();
    login.strip_suffix("[bot]").map(str::to_owned).unwrap_or(login)
}

impl Thread {
    /// The thread without the posts of people who opted out; `None` if the author of the question opted out. O(posts).
    #[must_use]
    pub fn without(mut self, opted_out: &OptedOut) -> Option<Thread> {
        if opted_out.includes_author_of(&self.question) {
            return None;
        }
        self.retain(|post| !opted_out.includes_author_of(post));
        Some(self)
    }

    /// Keeps the posts for which `keep` is true, and deletes the others. Clears references to deleted posts. O(posts).
    pub fn retain(&mut self, keep: impl Fn(&ThreadPost) -> bool) {
        let before = self.posts.len();
        self.posts.retain(keep);
        if self.posts.len() == before {
            return;
        }
        let ids: std::collections::HashSet<u64> = self.posts.iter().map(|post| post.id).collect();
        self.answer = self.answer.filter(|id| ids.contains(id));
        for post in &mut self.posts {
            post.replies_to = post.replies_to.filter(|id| ids.contains(id));
        }
    }

    /// Adds `posts`; each replaces the post with the same id. O(posts · log posts).
    pub fn merge(&mut self, posts: Vec<ThreadPost>) {
        let mut all: std::collections::BTreeMap<u64, ThreadPost> =
            std::mem::take(&mut self.posts).into_iter().map(|post| (post.id, post)).collect();
        all.extend(posts.into_iter().map(|post| (post.id, post)));
        self.posts = all.into_values().collect();
    }

    /// Truncates the thread to the limits of this module. Keeps the accepted answer and the earliest posts. Returns
    /// whether anything was removed. O(bytes).
    pub fn bound(&mut self) -> bool {
        let mut is_cut = self.labels.len() > MOST_LABELS;
        self.labels.truncate(MOST_LABELS);
        is_cut |= cut(&mut self.question.body, POST_BYTES);
        for post in &mut self.posts {
            is_cut |= cut(&mut post.body, POST_BYTES);
        }
        let answer = self.posts.iter().find(|post| Some(post.id) == self.answer);
        let (mut posts, mut bytes) = (0, self.question.body.len());
        bytes += answer.map_or(0, |post| post.body.len());
        let mut kept = std::collections::HashSet::new();
        for post in &self.posts {
            let is_answer = Some(post.id) == self.answer;
            let more = if is_answer { 0 } else { post.body.len() };
            if is_answer || (posts < MOST_POSTS && bytes + more <= THREAD_BYTES) {
                (posts, bytes) = (posts + 1, bytes + more);
                kept.insert(post.id);
            }
        }
        is_cut |= kept.len() < self.posts.len();
        self.retain(|post| kept.contains(&post.id));
        is_cut
    }
}

/// Truncates `text` to at most `most` bytes at a character boundary. Returns whether it was longer.
fn cut(text: &mut String, most: usize) -> bool {
    let is_longer = text.len() > most;
    if is_longer {
        text.truncate(text.floor_char_boundary(most));
    }
    is_longer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(id: u64, login: &str, body: &str) -> ThreadPost {
        ThreadPost {
            id,
            author: Some(PostAuthor { login: login.into(), bot: false }),
            url: format!("https://github.com/a/b/issues/1#issuecomment-{id}"),
            body: body.into(),
            created_at: "2026-01-01T00:00:00Z".into(),
            updated_at: "2026-01-01T00:00:00Z".into(),
            upvotes: 0,
            minimized: false,
            replies_to: None,
        }
    }

    fn thread(posts: Vec<ThreadPost>) -> Thread {
        Thread {
            kind: ThreadKind::Discussion,
            number: 7,
            title: "Why?".into(),
            url: "https://github.com/a/b/discussions/7".into(),
            category: Some("Q&A".into()),
            labels: Vec::new(),
            created_at: "2026-01-01T00:00:00Z".into(),
            updated_at: "2026-01-01T00:00:00Z".into(),
            locked: false,
            upvotes: 0,
            question: post(0, "ann", "Why?"),
            answer: None,
            posts,
        }
    }

    fn ids(thread: &Thread) -> Vec<u64> {
        thread.posts.iter().map(|post| post.id).collect()
    }

    #[test]
    fn posts_of_people_who_opted_out_are_removed_with_the_references_to_them() {
        let reply = ThreadPost { replies_to: Some(2), ..post(3, "cem", "Thanks.") };
        let mut with = thread(vec![post(1, "dan", "So."), post(2, "Bob[bot]", "Because."), reply]);
        with.answer = Some(2);
        let opted_out = OptedOut::new(&["BOB".into(), "zoe".into()]);
        let left = with.clone().without(&opted_out).unwrap();
        assert_eq!((ids(&left), left.answer), (vec![1, 3], None));
        assert_eq!(left.posts[1].replies_to, None);
        assert_eq!(
            with.clone().without(&OptedOut::new(&["ann".into()])),
            None,
            "the thread is by somebody who opted out"
        );
        assert_eq!(with.clone().without(&OptedOut::default()), Some(with));
    }

    #[test]
    fn comments_are_merged_by_id() {
        let mut thread = thread(vec![post(4, "ann", "old"), post(9, "bob", "stays")]);
        thread.merge(vec![post(12, "cem", "new"), post(4, "ann", "edited")]);
        assert_eq!(ids(&thread), [4, 9, 12]);
        assert_eq!(thread.posts[0].body, "edited");
    }

    #[test]
    fn a_thread_is_truncated_in_posts_and_bytes_and_keeps_its_accepted_answer() {
        let many =
            |count: u64, body: &str| thread((1..=count).map(|id| post(id, "a", body)).collect());
        let mut usual = many(20, "short");
        assert!(!usual.bound());
        assert_eq!(usual.posts.len(), 20);

        let mut long = many(MOST_POSTS as u64 + 50, "short");
        long.answer = Some(MOST_POSTS as u64 + 40);
        assert!(long.bound());
        assert!(long.answer.is_some() && long.posts.len() <= MOST_POSTS + 1);

        let mut large = many(9, &"ä".repeat(POST_BYTES));
        large.answer = Some(9);
        assert!(large.bound());
        assert_eq!(ids(&large), [1, 2, 9]);
        assert!(serde_json::to_vec(&large).unwrap().len() < 2 * THREAD_BYTES);
    }
}
