//! `/topics`: the list of topics. `/topics/{id}`: one topic.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::PathName;
use super::super::state::ServerState;
use super::failure::answer;
use super::format::{address, case_card, number, plural};
use super::frame::PageFrame;
use super::frame::layout;
use super::map::map;
use super::report::wrong_edge;
use super::resources::work;
use super::search::hit_card;
use crate::library::Library;
use crate::library::view::{LessonView, RelatedTopic, Tie, TopicDetail, TopicLink, TopicView};
use crate::search::Budget;
use crate::vocabulary::Vocabulary;

/// The maximum number of other names of a topic that are shown at once; the rest is folded.
const NAMES: usize = 8;
/// The maximum number of related topics that are shown.
const NEAR: usize = 12;

pub(super) async fn list(State(state): State<Arc<ServerState>>) -> Response {
    let page = async {
        let topics = state.read(|library| Ok(by_field(library))).await?;
        Ok(layout(&state, "Topics", topics))
    };
    answer(&state, page.await)
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
) -> Response {
    let page = async {
        let name = id.clone();
        let find = move |library: &Library, budget: &Budget| {
            let related = library.related(&name, NEAR).map(|view| view.related);
            let learn = library.learn(&name, &[]).map(|view| view.order);
            let (related, learn) = (related.unwrap_or_default(), learn.unwrap_or_default());
            // The body is rendered here, on the thread of the search, because it includes the map.
            let topic = library.topic(&name, budget)?;
            Ok(topic.map(|topic| {
                (detail(&topic, &related, &learn, &library.graph.vocabulary), topic.topic)
            }))
        };
        let (body, topic) = state.ask(find).await?.ok_or_else(|| state.unknown_topic(&id))?;
        let feed = Some(address("/feed.atom", &[("topic", &topic.id)]));
        let frame = PageFrame { title: &topic.label, feed, ..PageFrame::default() };
        Ok(frame.round(&state, body))
    };
    answer(&state, page.await)
}

/// All topics, grouped by field of knowledge. In each field, the most mentioned topics come first.
fn by_field(library: &Library) -> Markup {
    let vocabulary = &library.graph.vocabulary;
    let field_of = |topic: &TopicView| {
        let mut at = vocabulary.topic(&topic.id)?;
        // The limit is a precaution: the vocabulary check rules out cycles, and no topic is this deep.
        for _ in 0..32 {
            match at.broader.first() {
                Some(broader) if !at.top => at = vocabulary.topic(&broader.0)?,
                _ => break,
            }
        }
        Some(at.pref_label.clone())
    };
    let mut fields: BTreeMap<String, Vec<TopicView>> = BTreeMap::new();
    for topic in library.topics(usize::MAX, 0) {
        if let Some(field) = field_of(&topic).filter(|field| *field != topic.label) {
            fields.entry(field).or_default().push(topic);
        }
    }
    html! {
        h1 { "Topics" }
        div.fields {
            @for (field, topics) in &fields {
                section {
                    h2 { (field) span.count { (number(topics.len())) } }
                    p {
                        @for topic in topics {
                            a.chip href={ "/topics/" (topic.id) } title=(topic.definition) {
                                (topic.label) span.count { (topic.mentions) }
                            } " "
                        }
                    }
                }
            }
        }
    }
}

fn detail(
    detail: &TopicDetail,
    related: &[RelatedTopic],
    learn: &[LessonView],
    vocabulary: &Vocabulary,
) -> Markup {
    let topic = &detail.topic;
    html! {
        article.topic {
            h1 { (topic.label) }
            (also(&topic.also))
            p.definition { (topic.definition) }
            @if let Some(case) = &detail.case { (case_card(case)) }
            (mentions(topic))
            (map(detail, related))
            (links("Part of", &detail.broader))
            (links("Kinds and parts", &detail.narrower))
            (lessons(learn))
            (links("Needed for", &detail.required_by))
            (onward(&topic.id))
            @if !related.is_empty() {
                h2 { "Related topics" }
                @for near in related { (related_topic(&topic.id, near)) }
            }
            @if !detail.passages.is_empty() {
                h2 { "Passages" }
                @for hit in &detail.passages { (hit_card(hit, &topic.label, vocabulary)) }
            }
            @if !detail.resources.is_empty() {
                h2 { "Cited by the sources" }
                ul {
                    @for cited in &detail.resources { li { (work(cited)) } }
                }
            }
        }
    }
}

/// Links to searches for the topic, in all sections and by step.
fn mentions(topic: &TopicView) -> Markup {
    let mentions = usize::try_from(topic.mentions).unwrap_or(0);
    html! {
        p.quiet {
            "Mentioned in " a href=(address("/", &[("q", &topic.label), ("topic", &topic.id)])) {
                (plural(mentions, "section"))
            }
            @for step in &topic.steps {
                " · " a href=(address("/", &[("q", &topic.label), ("step", step)])) {
                    (step.replace('-', " "))
                }
            }
        }
    }
}

/// Links to the topic's other pages and its downloads.
fn onward(id: &str) -> Markup {
    html! {
        p.quiet {
            a href={ "/topics/" (id) "/learn" } { "Learn it, in order" } " · "
            a href=(address("/path", &[("from", id)])) { "How it leads to another topic" } " · "
            a href=(address("/new", &[("topic", id)])) { "What is new" } " · "
            "Cards: " a href={ "/topics/" (id) "/cards.apkg" } { "Anki" } ", "
            a href={ "/topics/" (id) "/cards.csv" } { "CSV" } " · "
            "Graph around it: " a href={ "/topics/" (id) "/graph.ttl" } { "Turtle" } ", "
            a href={ "/topics/" (id) "/graph.graphml" } { "GraphML" } ", "
            a href={ "/topics/" (id) "/graph.dot" } { "DOT" }
        }
    }
}

/// The topic's other names: the first few, and the rest on demand.
fn also(names: &[String]) -> Markup {
    let (first, rest) = names.split_at(names.len().min(NAMES));
    html! {
        @if !first.is_empty() { p.quiet { "also " (first.join(", ")) } }
        @if !rest.is_empty() {
            details.quiet {
                summary { (plural(rest.len(), "more name")) }
                (rest.join(", "))
            }
        }
    }
}

/// The prerequisites of the topic, in learning order, if it has any.
fn lessons(learn: &[LessonView]) -> Markup {
    let before = learn.split_last().map_or(&[][..], |(_, before)| before);
    html! {
        @if !before.is_empty() {
            h2 { "Know first, in this order" }
            ol {
                @for lesson in before {
                    li {
                        a href={ "/topics/" (lesson.id) } { (lesson.label) }
                        @if let (Some(needed), Some(reason)) = (&lesson.needed_for, &lesson.reason) {
                            span.quiet { " for " (needed.label) ": " (reason) }
                        }
                    }
                }
            }
        }
    }
}

fn links(label: &str, links: &[TopicLink]) -> Markup {
    let explained = links.iter().any(|link| link.why.is_some());
    html! {
        @if explained {
            h2 { (label) }
            ul {
                @for link in links {
                    li { a href={ "/topics/" (link.id) } { (link.label) }
                        @if let Some(why) = &link.why { ": " (why) } }
                }
            }
        } @else if !links.is_empty() {
            p { b { (label) } " "
                @for link in links { a.chip href={ "/topics/" (link.id) } { (link.label) } " " } }
        }
    }
}

fn related_topic(id: &str, near: &RelatedTopic) -> Markup {
    html! {
        section.near {
            h3 { a href={ "/topics/" (near.id) } { (near.label) }
                span.quiet { " " (near.tie.words.join(", ")) } }
            (tie(&near.tie, [id, &near.id]))
        }
    }
}

/// The vocabulary's reason for a tie between the topics `ids`, and the sentences that support it.
pub(super) fn tie(tie: &Tie, ids: [&str; 2]) -> Markup {
    let [one, two] = ids;
    html! {
        @if let Some(reason) = &tie.reason {
            p { (reason) @if tie.evidence.is_empty() { " " (wrong_edge(one, two, None)) } }
        }
        @for evidence in &tie.evidence {
            blockquote {
                p dir="auto" { (evidence.sentence) }
                p.where {
                    a href=(evidence.url) rel="noopener" {
                        (evidence.source) " " (evidence.path) (evidence.place)
                    }
                    " · " (wrong_edge(one, two, Some(evidence)))
                }
            }
        }
    }
}
