//! The threads of a repository: discussions (GraphQL), issues and pull requests (REST), with
//! their comments. Tests create them, add them to the server, and edit or delete them there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::GitHub;
use super::state::State;

/// A discussion. The test sets its date of change; the server never updates it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Discussion {
    pub number: u64,
    pub title: String,
    pub body: String,
    /// A login; `name[bot]` is a bot. `None` if the account was deleted.
    pub author: Option<String>,
    pub category: String,
    /// Whether the category is for questions, which can have an answer.
    pub answerable: bool,
    pub labels: Vec<String>,
    /// RFC 3339 in UTC with whole seconds, like all dates here.
    pub created_at: String,
    pub updated_at: String,
    pub locked: bool,
    pub upvotes: u64,
    /// The id of the comment or reply that is the accepted answer.
    pub answer: Option<u64>,
    pub comments: Vec<Comment>,
}

/// A comment of a discussion, a reply to one, or a comment of an issue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Comment {
    /// The database id, unique within the repository.
    pub id: u64,
    pub body: String,
    /// As in `Discussion`: a login, or `None` if the account was deleted.
    pub author: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub upvotes: u64,
    /// For discussions only: REST has no such field for issues.
    pub minimized: bool,
    /// For discussions only.
    pub replies: Vec<Comment>,
}

/// An issue or a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub body: String,
    /// As in `Discussion`: a login, or `None` if the account was deleted.
    pub author: Option<String>,
    pub labels: Vec<String>,
    pub created_at: String,
    pub updated_at: String,
    pub closed: bool,
    pub locked: bool,
    pub upvotes: u64,
    pub is_pull_request: bool,
    pub comments: Vec<Comment>,
}

/// The threads of one repository, by number.
#[derive(Default)]
pub struct Threads {
    pub discussions: BTreeMap<u64, Discussion>,
    pub issues: BTreeMap<u64, Issue>,
    /// The numbers of deleted issues.
    pub deleted: BTreeSet<u64>,
}

/// The default date of threads and comments.
const FIRST_DATE: &str = "2026-01-01T00:00:00Z";

impl Discussion {
    /// A question by `asker` in the category "Q&A", created on 1 January 2026.
    pub fn new(number: u64, title: &str, body: &str) -> Discussion {
        Discussion {
            number,
            title: title.to_owned(),
            body: body.to_owned(),
            ..Discussion::default()
        }
    }

    /// Sets the date of the last change.
    pub fn updated(mut self, at: &str) -> Discussion {
        at.clone_into(&mut self.updated_at);
        self
    }

    /// Adds a comment.
    pub fn comment(mut self, comment: Comment) -> Discussion {
        self.comments.push(comment);
        self
    }

    /// Accepts the comment or reply `id` as the answer.
    pub fn answered_by(mut self, id: u64) -> Discussion {
        self.answer = Some(id);
        self
    }

    /// The comment or reply `id`.
    pub fn find_mut(&mut self, id: u64) -> Option<&mut Comment> {
        self.comments.iter_mut().find_map(|comment| {
            if comment.id == id {
                return Some(comment);
            }
            comment.replies.iter_mut().find(|reply| reply.id == id)
        })
    }

    /// Removes the comment (with its replies) or the reply `id`.
    pub fn delete_comment(&mut self, id: u64) {
        self.comments.retain(|comment| comment.id != id);
        for comment in &mut self.comments {
            comment.replies.retain(|reply| reply.id != id);
        }
        self.answer = self.answer.filter(|answer| *answer != id);
    }
}

impl Comment {
    /// A comment created on 1 January 2026.
    pub fn new(id: u64, author: &str, body: &str) -> Comment {
        Comment { id, body: body.to_owned(), author: Some(author.to_owned()), ..Comment::default() }
    }

    /// Sets the dates of creation and change to the same timestamp.
    pub fn dated(mut self, at: &str) -> Comment {
        at.clone_into(&mut self.created_at);
        at.clone_into(&mut self.updated_at);
        self
    }

    pub fn minimized(mut self) -> Comment {
        self.minimized = true;
        self
    }

    /// Adds a reply to this comment.
    pub fn reply(mut self, reply: Comment) -> Comment {
        self.replies.push(reply);
        self
    }
}

impl Issue {
    /// An open issue by `asker`, created on 1 January 2026.
    pub fn new(number: u64, title: &str, body: &str) -> Issue {
        Issue { number, title: title.to_owned(), body: body.to_owned(), ..Issue::default() }
    }

    /// Sets the date of the last change.
    pub fn updated(mut self, at: &str) -> Issue {
        at.clone_into(&mut self.updated_at);
        self
    }

    /// Adds a comment.
    pub fn comment(mut self, comment: Comment) -> Issue {
        self.comments.push(comment);
        self
    }

    /// Makes it a pull request.
    pub fn pull_request(mut self) -> Issue {
        self.is_pull_request = true;
        self
    }
}

impl Default for Discussion {
    fn default() -> Discussion {
        Discussion {
            number: 0,
            title: String::new(),
            body: String::new(),
            author: Some("asker".to_owned()),
            category: "Q&A".to_owned(),
            answerable: true,
            labels: Vec::new(),
            created_at: FIRST_DATE.to_owned(),
            updated_at: FIRST_DATE.to_owned(),
            locked: false,
            upvotes: 1,
            answer: None,
            comments: Vec::new(),
        }
    }
}

impl Default for Comment {
    fn default() -> Comment {
        Comment {
            id: 0,
            body: String::new(),
            author: None,
            created_at: FIRST_DATE.to_owned(),
            updated_at: FIRST_DATE.to_owned(),
            upvotes: 0,
            minimized: false,
            replies: Vec::new(),
        }
    }
}

impl Default for Issue {
    fn default() -> Issue {
        Issue {
            number: 0,
            title: String::new(),
            body: String::new(),
            author: Some("asker".to_owned()),
            labels: Vec::new(),
            created_at: FIRST_DATE.to_owned(),
            updated_at: FIRST_DATE.to_owned(),
            closed: false,
            locked: false,
            upvotes: 0,
            is_pull_request: false,
            comments: Vec::new(),
        }
    }
}

impl GitHub {
    /// Adds a discussion to a repository, or replaces the one with this number.
    pub fn put_discussion(&self, full_name: &str, discussion: Discussion) {
        self.with_threads(full_name, |threads| {
            threads.discussions.insert(discussion.number, discussion);
        });
    }

    /// Changes a discussion in place. Its date of change stays the same unless `edit` changes it.
    pub fn edit_discussion(
        &self,
        full_name: &str,
        number: u64,
        edit: impl FnOnce(&mut Discussion),
    ) {
        self.with_threads(full_name, |threads| {
            edit(threads.discussions.get_mut(&number).expect("a discussion to edit"));
        });
    }

    pub fn delete_discussion(&self, full_name: &str, number: u64) {
        self.with_threads(full_name, |threads| threads.discussions.remove(&number));
    }

    /// Adds an issue or pull request to a repository, or replaces the one with this number.
    pub fn put_issue(&self, full_name: &str, issue: Issue) {
        self.with_threads(full_name, |threads| {
            threads.issues.insert(issue.number, issue);
        });
    }

    /// Changes an issue in place. Its date of change stays the same unless `edit` changes it.
    pub fn edit_issue(&self, full_name: &str, number: u64, edit: impl FnOnce(&mut Issue)) {
        self.with_threads(full_name, |threads| {
            edit(threads.issues.get_mut(&number).expect("an issue to edit"));
        });
    }

    pub fn delete_issue(&self, full_name: &str, number: u64) {
        self.with_threads(full_name, |threads| {
            threads.issues.remove(&number);
            threads.deleted.insert(number);
        });
    }

    fn with_threads<T>(&self, full_name: &str, change: impl FnOnce(&mut Threads) -> T) -> T {
        let mut state = self.shared.lock();
        let State { names, threads, .. } = &mut *state;
        let id = names.get(&full_name.to_lowercase()).expect("a repository that is served");
        change(threads.entry(*id).or_default())
    }
}
