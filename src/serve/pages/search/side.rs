//! The column beside the hits: the topic that the query names, and the facets.

use maud::{Markup, html};

use super::super::format::{number, plural, topic_label};
use super::link::with;
use crate::library::Library;
use crate::library::view::{SearchView, TopicDetail};
use crate::search::FacetField;
use crate::serve::api::SearchParameters;

/// The maximum number of values that are shown for a facet.
const VALUES: usize = 8;

/// The card of a topic. Its definition is left out if `is_defined` above the hits.
pub(super) fn topic_card(detail: &TopicDetail, is_defined: bool) -> Markup {
    let topic = &detail.topic;
    html! {
        section.card {
            h2 { a href={ "/topics/" (topic.id) } { (topic.label) } }
            @if !is_defined { p { (topic.definition) } }
            @for (word, links) in [
                ("Part of", &detail.broader), ("Needs", &detail.requires), ("Kinds", &detail.narrower),
            ] {
                @if !links.is_empty() {
                    p { b { (word) } " "
                        @for link in links.iter().take(6) {
                            a.chip href={ "/topics/" (link.id) } { (link.label) } " "
                        }
                    }
                }
            }
            p { a href={ "/topics/" (topic.id) "/learn" } { "Learn it step by step" } }
            @let cited = &detail.resources[..detail.resources.len().min(3)];
            @if !cited.is_empty() {
                p { b { "Cited works" } }
                ul {
                    @for resource in cited {
                        li {
                            a href=(resource.url) rel="noopener nofollow" { (resource.title) }
                            span.quiet { " · " (plural(resource.cited_by, "author")) }
                        }
                    }
                }
            }
        }
    }
}

/// The facets. Each value is a link that narrows the results, and has its count beside it. Facets that a filter already
/// narrows, and facets with fewer than two values, are left out.
pub(super) fn facets(view: &SearchView, asked: &SearchParameters, library: &Library) -> Markup {
    let filters = asked.filters();
    let fields = [
        (FacetField::Step, "Step"),
        (FacetField::Topic, "Topic"),
        (FacetField::Source, "Source"),
        (FacetField::Kind, "Kind"),
        (FacetField::Lang, "Language"),
    ];
    let is_open = |field: FacetField| filters.iter().all(|filter| filter.field != field.filter());
    let open = fields.into_iter().filter(|(field, _)| is_open(*field));
    html! {
        @for (field, title) in open {
            @let values = view.facets.get(&field).map(Vec::as_slice).unwrap_or_default();
            @if values.len() > 1 {
                section.facet {
                    h2 { (title) }
                    ul {
                        @for value in values.iter().take(VALUES) {
                            li {
                                a href=(with(asked, field.name(), &value.value)) rel="nofollow" {
                                    (label(library, field, &value.value))
                                }
                                span.count { (number(usize::try_from(value.count).unwrap_or(0))) }
                            }
                        }
                    }
                }
            }
        }
        @if view.counted < view.total && view.total > 0 {
            p.quiet { "Counted over the best " (number(view.counted)) "." }
        }
    }
}

/// The `value` of a facet as it is shown: topics by their label, steps as words.
fn label(library: &Library, field: FacetField, value: &str) -> String {
    match field {
        FacetField::Topic => topic_label(&library.graph.vocabulary, value).to_owned(),
        FacetField::Step => value.replace('-', " "),
        _ => value.to_owned(),
    }
}
