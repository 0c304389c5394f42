//! Resolves the fields of a query. Only some fields of GitHub's schema are supported; any other
//! field is an error for the whole query, as at GitHub.

use std::cell::RefCell;

use serde_json::{Map, Value, json};

use super::Refused;
use super::connection::{Order, Place, page};
use super::cost::Cost;
use super::nodes::{Post, answer, comment_id, database_id, discussion_id, posts};
use super::parse::{Document, Field, Selection};
use crate::github::api::seconds;
use crate::github::quota::Quota;
use crate::github::shapes;
use crate::github::state::Entry;
use crate::github::threads::{Comment, Discussion, Threads};

/// Everything that the fields of a query can refer to.
pub struct World<'a> {
    pub document: &'a Document,
    /// The base URL of web pages.
    pub web: &'a str,
    pub cost: Cost,
    pub quota: Quota,
    /// The repository that the query names or whose node it requests.
    pub found: Option<(&'a Entry, &'a Threads)>,
    /// Errors that are sent together with data.
    pub errors: RefCell<Vec<Value>>,
}

type Resolved = Result<Value, Refused>;

impl World<'_> {
    /// The `data` of the response.
    pub fn query(&self) -> Resolved {
        self.object("Query", &self.document.selection, |field| match field.name.as_str() {
            "repository" => Some(self.repository(field)),
            "node" => Some(self.node(field)),
            "rateLimit" => Some(self.rate_limit(field)),
            "viewer" => Some(self.object("User", &field.selection, |part| {
                (part.name == "login").then(|| Ok(json!("reader")))
            })),
            _ => None,
        })
    }

    fn object(
        &self,
        kind: &str,
        selection: &[Selection],
        resolve: impl Fn(&Field) -> Option<Resolved>,
    ) -> Resolved {
        let mut object = Map::new();
        for field in self.document.fields(kind, selection) {
            let value = match resolve(field) {
                Some(value) => value?,
                None if field.name == "__typename" => json!(kind),
                None => return Err(Refused::unknown(kind, field)),
            };
            object.insert(field.key.clone(), value);
        }
        Ok(Value::Object(object))
    }

    fn repository(&self, field: &Field) -> Resolved {
        let Some((entry, threads)) = self.found else {
            let text = |name: &str| field.arguments.get(name).and_then(Value::as_str);
            let name = format!("{}/{}", text("owner").unwrap_or(""), text("name").unwrap_or(""));
            return Ok(self.missing(&[&field.key], &format!("Repository with the name '{name}'")));
        };
        let repo = &entry.repo;
        let (owner, name) = entry.parts();
        let full = &repo.full_name;
        self.object("Repository", &field.selection, |part| {
            Some(Ok(match part.name.as_str() {
                "id" => json!(shapes::node_id("Repository", entry.id)),
                "databaseId" => json!(entry.id),
                "name" => json!(name),
                "nameWithOwner" => json!(full),
                "url" => json!(format!("{}/{full}", self.web)),
                "description" => json!(repo.description),
                "isPrivate" => json!(repo.private),
                "isArchived" => json!(repo.archived),
                "stargazerCount" => json!(repo.stars),
                "hasDiscussionsEnabled" => json!(repo.has_discussions),
                "owner" => return Some(self.actor(Some(owner), part)),
                "discussions" => return Some(self.discussions(entry, threads, part)),
                "discussion" => {
                    let number = part.arguments.get("number").and_then(Value::as_u64);
                    let number = number.unwrap_or_default();
                    let found = threads.discussions.get(&number);
                    let what = format!("Discussion with the number of {number}");
                    match found.filter(|_| repo.has_discussions) {
                        Some(found) => return Some(self.discussion(entry, found, part)),
                        None => self.missing(&[&field.key, &part.key], &what),
                    }
                }
                _ => return None,
            }))
        })
    }

    fn discussions(&self, entry: &Entry, threads: &Threads, field: &Field) -> Resolved {
        let order = field.arguments.get("orderBy");
        let asked = |key: &str| order.and_then(|order| order.get(key)).and_then(Value::as_str);
        let by_creation = asked("field") == Some("CREATED_AT");
        let ascending = asked("direction") == Some("ASC");
        let all = threads.discussions.values().filter(|_| entry.repo.has_discussions);
        let items = all.map(|one| {
            let date = if by_creation { &one.created_at } else { &one.updated_at };
            ((date.clone(), one.number), one)
        });
        let order = if ascending { Order::Ascending } else { Order::Descending };
        page(self.document, "DiscussionConnection", field, (items.collect(), order), |one, part| {
            self.discussion(entry, one, part)
        })
    }

    fn discussion(&self, entry: &Entry, one: &Discussion, field: &Field) -> Resolved {
        let url = format!("{}/{}/discussions/{}", self.web, entry.repo.full_name, one.number);
        self.object("Discussion", &field.selection, |part| {
            Some(Ok(match part.name.as_str() {
                "id" => json!(discussion_id(entry, one)),
                "number" => json!(one.number),
                "databaseId" => json!(database_id(entry, one)),
                "title" => json!(one.title),
                "body" => json!(one.body),
                "url" => json!(url),
                "createdAt" => json!(one.created_at),
                "updatedAt" => json!(one.updated_at),
                "locked" => json!(one.locked),
                "closed" => json!(false),
                "upvoteCount" => json!(one.upvotes),
                "isAnswered" if !one.answerable => Value::Null,
                "isAnswered" => json!(one.answer.is_some()),
                "author" => return Some(self.actor(one.author.as_deref(), part)),
                "category" => return Some(self.category(one, part)),
                "labels" => return Some(self.labels(&one.labels, part)),
                "comments" => {
                    return Some(self.posts(entry, one, (None, &one.comments), part));
                }
                "answer" => match answer(entry, one) {
                    Some(post) => return Some(self.post(post, part)),
                    None => Value::Null,
                },
                _ => return None,
            }))
        })
    }

    fn posts(
        &self,
        entry: &Entry,
        discussion: &Discussion,
        (replies_to, comments): (Option<&Comment>, &[Comment]),
        field: &Field,
    ) -> Resolved {
        let items = comments.iter().map(|comment| {
            let place: Place = (comment.created_at.clone(), comment.id);
            (place, Post { entry, discussion, comment, replies_to })
        });
        let items = (items.collect(), Order::Ascending);
        page(self.document, "DiscussionCommentConnection", field, items, |post, part| {
            self.post(*post, part)
        })
    }

    fn post(&self, post: Post<'_>, field: &Field) -> Resolved {
        let Post { entry, discussion, comment, replies_to } = post;
        let (full, number) = (&entry.repo.full_name, discussion.number);
        let page = format!("{}/{full}/discussions/{number}", self.web);
        self.object("DiscussionComment", &field.selection, |part| {
            Some(Ok(match part.name.as_str() {
                "id" => json!(comment_id(entry, comment)),
                "databaseId" => json!(comment.id),
                "body" => json!(comment.body),
                "url" => json!(format!("{page}#discussioncomment-{}", comment.id)),
                "createdAt" => json!(comment.created_at),
                "updatedAt" => json!(comment.updated_at),
                "upvoteCount" => json!(comment.upvotes),
                "isMinimized" => json!(comment.minimized),
                "minimizedReason" if !comment.minimized => Value::Null,
                "minimizedReason" => json!("off-topic"),
                "isAnswer" => json!(discussion.answer == Some(comment.id)),
                "author" => return Some(self.actor(comment.author.as_deref(), part)),
                "discussion" => return Some(self.discussion(entry, discussion, part)),
                "replyTo" => match replies_to {
                    Some(comment) => {
                        let above = Post { comment, replies_to: None, ..post };
                        return Some(self.post(above, part));
                    }
                    None => Value::Null,
                },
                "replies" => {
                    let replies = (Some(comment), comment.replies.as_slice());
                    return Some(self.posts(entry, discussion, replies, part));
                }
                _ => return None,
            }))
        })
    }

    /// An account. In GraphQL, a bot's login lacks the suffix `[bot]` that it has in REST.
    fn actor(&self, login: Option<&str>, field: &Field) -> Resolved {
        let Some(login) = login else {
            return Ok(Value::Null);
        };
        let (kind, login) = match login.strip_suffix("[bot]") {
            Some(login) => ("Bot", login),
            None => ("User", login),
        };
        self.object(kind, &field.selection, |part| {
            Some(Ok(match part.name.as_str() {
                "login" => json!(login),
                "url" => json!(format!("{}/{login}", self.web)),
                _ => return None,
            }))
        })
    }

    fn category(&self, one: &Discussion, field: &Field) -> Resolved {
        self.object("DiscussionCategory", &field.selection, |part| {
            Some(Ok(match part.name.as_str() {
                "name" => json!(one.category),
                "slug" => json!(one.category.to_lowercase().replace(['&', ' '], "-")),
                "isAnswerable" => json!(one.answerable),
                _ => return None,
            }))
        })
    }

    fn labels(&self, labels: &[String], field: &Field) -> Resolved {
        let items = labels.iter().map(|label| ((label.clone(), 0), label)).collect();
        page(self.document, "LabelConnection", field, (items, Order::Ascending), |label, part| {
            self.object("Label", &part.selection, |asked| {
                (asked.name == "name").then(|| Ok(json!(label)))
            })
        })
    }

    /// A discussion or a comment by its node id.
    fn node(&self, field: &Field) -> Resolved {
        let id = field.arguments.get("id").and_then(Value::as_str).unwrap_or_default();
        let Some((entry, threads)) = self.found else {
            return Ok(self.missing(&[&field.key], &format!("node with the global id of '{id}'")));
        };
        for discussion in threads.discussions.values() {
            if discussion_id(entry, discussion) == id {
                return self.discussion(entry, discussion, field);
            }
            let post = posts(entry, discussion).find(|post| comment_id(entry, post.comment) == id);
            if let Some(post) = post {
                return self.post(post, field);
            }
        }
        Ok(self.missing(&[&field.key], &format!("node with the global id of '{id}'")))
    }

    fn rate_limit(&self, field: &Field) -> Resolved {
        let reset = chrono::DateTime::from_timestamp(seconds(self.quota.reset).cast_signed(), 0);
        let reset = reset.unwrap_or_default().format("%FT%TZ").to_string();
        self.object("RateLimit", &field.selection, |part| {
            Some(Ok(match part.name.as_str() {
                "limit" => json!(self.quota.limit),
                "cost" => json!(self.cost.points),
                "nodeCount" => json!(self.cost.nodes),
                "used" => json!(self.quota.used),
                "remaining" => json!(self.quota.left()),
                "resetAt" => json!(reset),
                _ => return None,
            }))
        })
    }

    fn missing(&self, path: &[&str], what: &str) -> Value {
        let message = format!("Could not resolve to a {what}.");
        let error = json!({ "type": "NOT_FOUND", "path": path, "message": message });
        self.errors.borrow_mut().push(error);
        Value::Null
    }
}
