//! Fetches issues and their comments through REST, the least recently changed first.
//!
//! A request for the next page contains the time at which the last item was changed (`since`), not only a page number.
//! The reason: an item that changes between two requests moves to the end of the list. With page numbers only, another
//! item would then be skipped.
//!
//! Items are parsed one by one, not into octocrab's models. So an item in an unexpected format does not prevent the
//! other items from being read.
//! <https://docs.github.com/en/rest/issues/issues#list-repository-issues>

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::Value;

use super::client::Conditional;
use super::issue_items::{CommentItem, IssueItem, read};
use super::thread::{MOST_POSTS, ThreadPost};
use super::threads::{RepositoryName, ThreadFailure, ThreadListing, utc};
use crate::crawl::{ApiResource, CrawlError, Crawler, Traffic};

/// The number of items that one request asks for: GitHub's maximum.
const PAGE: usize = 100;

/// The ASCII characters that are percent-encoded in the value of a query parameter.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b':');

/// The part of a list that a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListPosition<'a> {
    /// If set, the list contains only items changed at or after this time.
    pub since: Option<&'a str>,
    /// The page number, counted from 1; 0 also means the first page.
    pub page: u32,
    /// If set, the list contains only issues with this label.
    pub label: Option<&'a str>,
    /// The ETag of the last response to the same request; `None` if there is none.
    pub known: Option<&'a str>,
}

/// One page of issues. If there is a further page, [`ThreadListing::next`] is `Some` with an empty text instead of a
/// cursor.
#[derive(Debug, Default)]
pub struct IssuePage {
    pub listing: ThreadListing,
    /// The number of comments on each issue, in the order of the listing's threads. The page does not contain the
    /// comments.
    pub comments: Vec<u64>,
    pub etag: Option<String>,
}

/// One page of comments.
#[derive(Debug, Default)]
pub struct CommentPage {
    /// The comments on each issue or pull request. The keys are the numbers of the issues and pull requests.
    pub by_issue: BTreeMap<u64, Vec<ThreadPost>>,
    pub failures: Vec<FailedComment>,
    /// When the most recently changed comment of the page was changed.
    pub newest: Option<String>,
    pub has_next: bool,
    pub etag: Option<String>,
}

/// A comment that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedComment {
    pub issue: Option<u64>,
    pub updated_at: Option<String>,
    pub message: String,
}

/// The items of one page of a list; empty if the page is unchanged since the known ETag.
struct ListItems {
    items: Vec<Value>,
    has_next: bool,
    etag: Option<String>,
}

impl Crawler {
    /// A page of the open and closed issues of `repository`, the least recently changed first. Contains no pull
    /// requests and no comments. Sends one request.
    pub async fn issues(
        &self,
        repository: RepositoryName<'_>,
        from: ListPosition<'_>,
        traffic: &mut Traffic,
    ) -> Result<IssuePage, CrawlError> {
        let label = from.label.map_or(String::new(), |label| format!("&labels={}", escaped(label)));
        let route = list(repository, "issues", from, &format!("&state=all{label}"));
        let ListItems { items, has_next, etag } = self.items(&route, from.known, traffic).await?;
        let mut issues = IssuePage { etag, ..IssuePage::default() };
        issues.listing.next = has_next.then(String::new);
        for item in items {
            let number = item.get("number").and_then(Value::as_u64);
            let updated_at = item.get("updated_at").and_then(Value::as_str).and_then(utc);
            issues.listing.note(&updated_at);
            if item.get("pull_request").is_some_and(|pull| !pull.is_null()) {
                continue;
            }
            match read(item).and_then(IssueItem::thread) {
                Ok((thread, comments)) => {
                    issues.listing.threads.push(thread);
                    issues.comments.push(comments);
                }
                Err(message) => {
                    issues.listing.failures.push(ThreadFailure { number, updated_at, message });
                }
            }
        }
        Ok(issues)
    }

    /// A page of the comments on all issues and pull requests of `repository`, the least recently changed first. Sends
    /// one request.
    pub async fn comments(
        &self,
        repository: RepositoryName<'_>,
        from: ListPosition<'_>,
        traffic: &mut Traffic,
    ) -> Result<CommentPage, CrawlError> {
        let route = list(repository, "issues/comments", from, "");
        let ListItems { items, has_next, etag } = self.items(&route, from.known, traffic).await?;
        let mut comments = CommentPage { has_next, etag, ..CommentPage::default() };
        for item in items {
            let issue = item.get("issue_url").and_then(Value::as_str).and_then(number_in);
            let updated_at = item.get("updated_at").and_then(Value::as_str).and_then(utc);
            comments.newest = comments.newest.max(updated_at.clone());
            let post = read(item).and_then(CommentItem::post);
            match (issue, post) {
                (Some(issue), Ok(post)) => comments.by_issue.entry(issue).or_default().push(post),
                (issue, post) => {
                    let message =
                        post.err().unwrap_or_else(|| "it does not name its issue".to_owned());
                    comments.failures.push(FailedComment { issue, updated_at, message });
                }
            }
        }
        Ok(comments)
    }

    /// The comments on the issue `number`. Requests no further page after it has received [`MOST_POSTS`] comments.
    /// Sends one request for each hundred comments. The inner `Err` is the reason why a comment can't be read. The
    /// outer `Err` means that a request failed, or that this run's share of the quota is used up.
    pub async fn comments_of(
        &self,
        repository: RepositoryName<'_>,
        number: u64,
        traffic: &mut Traffic,
    ) -> Result<Result<Vec<ThreadPost>, String>, CrawlError> {
        let RepositoryName { owner, name } = repository;
        let mut posts = Vec::new();
        for page in 1.. {
            let route = format!(
                "/repos/{owner}/{name}/issues/{number}/comments?per_page={PAGE}&page={page}"
            );
            let ListItems { items, has_next, .. } = self.items(&route, None, traffic).await?;
            for item in items {
                match read(item).and_then(CommentItem::post) {
                    Ok(post) => posts.push(post),
                    Err(message) => return Ok(Err(message)),
                }
            }
            if !has_next || posts.len() >= MOST_POSTS {
                break;
            }
        }
        Ok(Ok(posts))
    }

    /// The items of the list at `route`; no items if the list still has the ETag `known`. Sends one request. `Err` if
    /// the request fails, or if this run's share of the quota is used up.
    async fn items(
        &self,
        route: &str,
        known: Option<&str>,
        traffic: &mut Traffic,
    ) -> Result<ListItems, CrawlError> {
        self.afford(ApiResource::Core, 1)?;
        let api = self.api_with_token();
        let response = api.get_if_new::<Vec<Value>>(route, known).await;
        *traffic += api.spent();
        Ok(match response? {
            Conditional::Same => {
                let etag = known.map(str::to_owned);
                ListItems { items: Vec::new(), has_next: false, etag }
            }
            Conditional::New { value, has_next, etag } => {
                ListItems { items: value, has_next, etag }
            }
        })
    }
}

/// The route of the page `from` of the list `what` of `repository`. `more` is further query parameters, each with a
/// leading `&`.
fn list(repository: RepositoryName, what: &str, from: ListPosition, more: &str) -> String {
    let RepositoryName { owner, name } = repository;
    let since = from.since.map_or(String::new(), |since| format!("&since={}", escaped(since)));
    let page = from.page.max(1);
    format!(
        "/repos/{owner}/{name}/{what}?sort=updated&direction=asc&per_page={PAGE}&page={page}{since}{more}"
    )
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, VALUE).to_string()
}

/// The number at the end of an issue's URL.
fn number_in(url: &str) -> Option<u64> {
    url.rsplit('/').next()?.parse().ok()
}
