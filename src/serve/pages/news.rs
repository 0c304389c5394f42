//! `/new`: what was added, changed and removed, by day.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::{NewsParameters, QueryParameters};
use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::failure::answer;
use super::format::{address, chips, number, plural};
use super::frame::PageFrame;
use crate::generation::news::{CountDelta, NewsKind};
use crate::library::Audience;
use crate::library::view::{NewsItem, NewsView};

/// The period that the page covers by default.
const USUAL: &str = "30d";
/// The periods that the form offers: values and labels.
const SPANS: [(&str, &str); 4] =
    [("1d", "a day"), ("7d", "a week"), ("30d", "a month"), ("365d", "a year")];

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<NewsParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(asked) = asked?;
        let (topic, source) =
            (asked.topic.clone().unwrap_or_default(), asked.source.clone().unwrap_or_default());
        let since = asked.since.clone().filter(|since| !since.is_empty());
        let since = since.unwrap_or_else(|| USUAL.to_owned());
        let view = asked.find(&state, USUAL, Audience::Reader).await?;
        let feed = address("/feed.atom", &[("topic", &topic), ("source", &source)]);
        let body = body(&view, &topic, &source, &since, &feed);
        let frame = PageFrame { title: "New", feed: Some(feed.clone()), ..PageFrame::default() };
        Ok(frame.round(&state, body))
    };
    answer(&state, page.await)
}

fn body(view: &NewsView, topic: &str, source: &str, since: &str, feed: &str) -> Markup {
    let days = view.items.chunk_by(|a, b| day(a) == day(b));
    let documents = &view.changes.documents;
    html! {
        h1 { "New" }
        form.filter action="/new" {
            label { "Topic " input name="topic" value=(topic) maxlength="100" placeholder="any"; }
            label { "Source " input name="source" value=(source) maxlength="200" placeholder="any"; }
            label { "For "
                select name="since" {
                    @for (value, label) in SPANS { option value=(value) selected[since == value] { (label) } }
                }
            }
            button { "Show" }
        }
        p.quiet {
            (plural(documents.added, "document")) " added, " (number(documents.changed)) " changed, "
            (number(documents.removed)) " removed. " a href=(feed) { "As a feed" }
        }
        @if view.items.is_empty() { p { "No changes in this period." } }
        @if !topic.is_empty() {
            p.quiet { "A source that was fetched for the first time is listed as a whole, without its topics." }
        }
        @for items in days {
            section.day {
                h2 { (items.first().map(day).unwrap_or_default()) }
                ul { @for item in items { li { (piece(item)) } } }
            }
        }
    }
}

fn day(item: &NewsItem) -> &str {
    item.news.at.get(..10).unwrap_or_default()
}

/// How many sections were added, changed and removed, in words. Counts of zero are left out.
fn counts(sections: CountDelta) -> String {
    let counts =
        [(sections.added, "added"), (sections.changed, "changed"), (sections.removed, "removed")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> =
        counts.map(|(count, what)| format!("{} {what}", plural(count, "section"))).collect();
    if words.is_empty() { "no section".to_owned() } else { words.join(", ") }
}

fn piece(item: &NewsItem) -> Markup {
    let news = &item.news;
    let name = news.title.as_deref().or(news.path.as_deref()).unwrap_or(&news.source);
    // If a whole source was added, the item lists no sections: link to the source's page.
    let appeared = news.path.is_none() && news.what != NewsKind::Removed;
    let of_source = appeared.then(|| format!("/sources/{}", news.source));
    let reader = news.ids.first().map(|id| format!("/sections/{id}")).or(of_source);
    let word = match news.what {
        NewsKind::Added => "new",
        NewsKind::Changed => "changed",
        NewsKind::Moved => "moved",
        NewsKind::Removed => "removed",
    };
    html! {
        @match reader {
            Some(reader) => a href=(reader) { (name) },
            None => b { (name) },
        }
        span.quiet {
            " · " (word) " · " (counts(news.sections)) " · "
            @match &item.url {
                Some(url) => a href=(url) rel="noopener" { (news.source) " " (news.path.as_deref().unwrap_or_default()) },
                None => { (news.source) " " (news.path.as_deref().unwrap_or_default()) }
            }
        }
        @if !item.topics.is_empty() {
            (chips(item.topics.iter().map(|topic| (topic.id.as_str(), topic.label.as_str()))))
        }
    }
}
