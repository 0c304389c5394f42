//! What Cairn knows about the section that the reader came for: its topics, and what others say about them.

use maud::{Markup, html};

use super::super::format::{address, topic_label};
use super::super::report::wrong_passage;
use crate::annotate::Salience;
use crate::library::view::{PassageView, SectionView};
use crate::vocabulary::Vocabulary;

/// The topics of `section`, similar passages of other authors, and the sections beside it. `query` is the query that led
/// to the section; `vocabulary` has the names of the topics.
pub(super) fn about(section: &SectionView, query: &str, vocabulary: &Vocabulary) -> Markup {
    html! {
        section.here aria-label="About this section" {
            p.report { (wrong_passage(&section.passage)) }
            (topics(section, vocabulary))
            (related(&section.related))
            nav.pager aria-label="Neighbouring sections" {
                (neighbour(&section.previous, "prev", "← Section before", query))
                (neighbour(&section.next, "next", "Next section →", query))
            }
        }
    }
}

/// Links to the topics that the section is about, then to those that it only mentions.
fn topics(section: &SectionView, vocabulary: &Vocabulary) -> Markup {
    let mut mentions: Vec<_> = section.mentions.iter().collect();
    mentions.sort_by_key(|mention| mention.salience != Salience::Main);
    html! {
        @if !mentions.is_empty() {
            h2 { "Topics of “" (section.passage.headings.last().unwrap_or(&section.passage.title)) "”" }
            p.topics {
                @for mention in mentions {
                    @let class = if mention.salience == Salience::Main { "chip main" } else { "chip" };
                    a class=(class) href={ "/topics/" (mention.topic) } { (topic_label(vocabulary, &mention.topic)) } " "
                }
            }
        }
    }
}

/// Passages of other authors that say something similar.
fn related(passages: &[PassageView]) -> Markup {
    html! {
        @if !passages.is_empty() {
            h2 #related { "What others say about it" }
            ul.related {
                @for passage in passages {
                    li {
                        a href={ "/sections/" (passage.id) } { (passage.trail()) }
                        span.quiet { " " (passage.source) }
                    }
                }
            }
        }
    }
}

fn neighbour(id: &Option<String>, rel: &str, label: &str, query: &str) -> Markup {
    html! {
        @if let Some(id) = id {
            a rel=(rel) href=(address(&format!("/sections/{id}"), &[("q", query)])) { (label) }
        }
    }
}
