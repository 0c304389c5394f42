//! The block above the hits that answers a question about topics of the vocabulary: a definition, two topics beside
//! each other, or topics to choose from.

use maud::{Markup, html};

use super::super::format::address;
use crate::library::Library;
use crate::library::view::{SearchView, TopicDetail, TopicLink};
use crate::search::{FacetField, Question};

/// The maximum number of topics to choose from or to compare with.
const OTHERS: usize = 6;

/// The topics that a query is about, with what its question needs.
pub(super) struct AskedTopics {
    pub question: Option<Question>,
    /// Both sides of a comparison; otherwise the foremost topic, if the query names one.
    pub topics: Vec<TopicDetail>,
    /// Topics to compare the foremost one with.
    alternatives: Vec<TopicLink>,
}

impl AskedTopics {
    /// The topics of the query of `view`.
    pub fn of(view: &SearchView, library: &Library) -> AskedTopics {
        let question = view.query.understood.question;
        let ids: Vec<&str> = match &view.query.compare[..] {
            [] => foremost(view).into_iter().collect(),
            both => both.iter().map(|topic| topic.id.as_str()).collect(),
        };
        let topics: Vec<TopicDetail> = ids.iter().filter_map(|id| library.outline(id)).collect();
        let asks_when = matches!(question, Some(Question::Usage | Question::Choice));
        let broader = topics.first().filter(|_| asks_when).and_then(|topic| topic.broader.first());
        let broader = broader.and_then(|link| library.outline(&link.id));
        let siblings = broader.map(|detail| detail.narrower).unwrap_or_default();
        let alternatives = siblings.into_iter().filter(|link| !ids.contains(&link.id.as_str()));
        AskedTopics { question, alternatives: alternatives.take(OTHERS).collect(), topics }
    }

    /// The block; empty if the query asks no question about a topic.
    pub fn block(&self) -> Markup {
        match (self.question, &self.topics[..]) {
            (Some(Question::Comparison), [one, two]) => compared(one, two),
            (Some(Question::Definition), [topic]) => answer(topic, html! {}),
            (Some(Question::Choice), [topic]) if !topic.narrower.is_empty() => {
                answer(topic, kinds(topic))
            }
            (Some(Question::Usage | Question::Choice), [topic]) => {
                answer(topic, self.compare_with(topic))
            }
            _ => html! {},
        }
    }

    fn compare_with(&self, topic: &TopicDetail) -> Markup {
        html! {
            @if !self.alternatives.is_empty() {
                p { b { "Compare it with " }
                    @for other in &self.alternatives {
                        a.chip href=(comparison(&topic.topic.id, &other.id)) { (other.label) } " "
                    }
                }
            }
        }
    }
}

/// Of the topics that the query names, the one that most results mention. If several have the same count, the first of
/// them. `None` if the query names no topic.
fn foremost(view: &SearchView) -> Option<&str> {
    let counted = view.facets.get(&FacetField::Topic).map(Vec::as_slice).unwrap_or_default();
    let count_of = |topic: &String| {
        let value = counted.iter().find(|value| value.value == *topic);
        value.map_or(0, |value| value.count)
    };
    // The order is reversed, because `max_by_key` returns the last of several equal ones.
    view.query.topics.iter().rev().max_by_key(|topic| count_of(topic)).map(String::as_str)
}

/// The definition of `topic`, and `more`.
fn answer(topic: &TopicDetail, more: Markup) -> Markup {
    html! {
        section.answer aria-label="Short answer" {
            p { b { a href={ "/topics/" (topic.topic.id) } { (topic.topic.label) } } ": " (topic.topic.definition) }
            (more)
        }
    }
}

fn kinds(topic: &TopicDetail) -> Markup {
    html! {
        p { b { "Choose from " }
            @for kind in topic.narrower.iter().take(OTHERS) {
                a.chip href={ "/topics/" (kind.id) } { (kind.label) } " "
            }
            @if topic.narrower.len() > OTHERS { a href={ "/topics/" (topic.topic.id) } { "and more" } }
        }
    }
}

fn compared(one: &TopicDetail, two: &TopicDetail) -> Markup {
    html! {
        section.answer aria-label="Comparison" {
            div.beside {
                @for topic in [one, two] {
                    div { p { b { a href={ "/topics/" (topic.topic.id) } { (topic.topic.label) } } ": " (topic.topic.definition) } }
                }
            }
            p { a href=(comparison(&one.topic.id, &two.topic.id)) { "Compare them side by side" }
                span.quiet { ": what each needs, and the passages that mention both" } }
        }
    }
}

fn comparison(one: &str, two: &str) -> String {
    address("/compare", &[("topics", &format!("{one},{two}"))])
}
