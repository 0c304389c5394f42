//! The lines above the hits: the number of results, how the query was understood, and help if nothing matches.

use maud::{Markup, html};

use super::super::format::{number, plural};
use super::link::{with, with_value, without_filters};
use crate::library::QueryRescue;
use crate::library::view::SearchView;
use crate::search::FilterField;
use crate::serve::api::SearchParameters;

/// The maximum number of entries in a list of a topic's other names, and in a list of sources.
const NAMES: usize = 4;

/// The number of results, how the query was understood, and links to undo each step.
pub(super) fn summary(view: &SearchView, asked: &SearchParameters) -> Markup {
    let understood = &view.query.understood;
    html! {
        p.summary {
            (counted(view))
            @if view.near > 0 { ", and " (view.near) " more that are similar in meaning" }
            @if understood.relaxed && view.total > 0 { ", some with only a few of the words" }
            span.quiet { " in " (format!("{:.1}", view.took_us as f64 / 1000.0)) " ms" }
        }
        @if view.fallback {
            p.understood { "The search cluster is not available, so the index on this machine has answered." }
        }
        @if let Some(corrected) = &view.query.corrected {
            p.understood {
                "Also read as " a href=(with(asked, "q", corrected)) { (corrected) } ". "
                a href=(with(asked, "spelling", "0")) { "Only as typed" }
            }
        }
        @for unknown in &view.query.unknown_sources {
            p.understood {
                "There is no source “" (unknown.name) "”. "
                @if unknown.near.is_empty() { a href="/sources" { "All sources" } }
                @else { "Similar: " @for id in &unknown.near { a.chip href={ "/sources/" (id) } { (id) } " " } }
            }
        }
        @for unknown in &view.query.unknown_values {
            p.understood {
                "There is no " (unknown.field.name()) " “" (unknown.value) "”. "
                @match (unknown.field, &unknown.near[..]) {
                    (FilterField::Topic, []) => a href="/topics" { "All topics" },
                    (FilterField::Topic, _) => "Similar: ",
                    _ => "There are: ",
                }
                @for near in &unknown.near {
                    @match with_value(asked, unknown.field, &unknown.value, near) {
                        Some(url) => a.chip href=(url) { (near) },
                        None => span.chip { (near) },
                    }
                    " "
                }
            }
        }
        (preferred(view, asked))
        (widened(view, asked))
        @if view.near > 0 { p.understood { "Ranked by words and meaning. " a href=(with(asked, "meaning", "0")) { "By words only" } } }
        @for dropped in &understood.dropped { p.understood { "Left out: " (dropped) } }
    }
}

/// The number of results, such as "more than 10,000 passages".
pub(super) fn found(view: &SearchView) -> String {
    let found = plural(view.total, "passage");
    if view.total_is_exact { found } else { format!("more than {found}") }
}

/// The number of results; if the query has words: how many are about it, how many mention it, and how many have only
/// some of its words.
fn counted(view: &SearchView) -> Markup {
    let (strong, mentions) = (view.strong.unwrap_or(0), view.mentions.unwrap_or(0));
    let others = view.total.saturating_sub(strong + mentions);
    if strong == 0 || strong == view.total {
        return html! { (found(view)) };
    }
    let matches = if strong == 1 { "match" } else { "matches" };
    html! {
        span title="Their heading has most of the query, or they are about the topics that it names." {
            (number(strong)) " strong " (matches)
        }
        @if mentions > 0 { ", " (number(mentions)) " more with all of the words" }
        @if others > 0 {
            ", " @if !view.total_is_exact { "more than " }
            (number(others)) " with some of them"
        }
    }
}

/// The sources that come first because the query names them.
fn preferred(view: &SearchView, asked: &SearchParameters) -> Markup {
    let preferred = &view.query.understood.preferred;
    html! {
        @if !preferred.is_empty() {
            p.understood {
                @for named in preferred {
                    "“" (named.words) "” prefers " (names(&named.sources, "sources")) ". "
                }
                a href=(with(asked, "names", "0")) { "Prefer no source" }
            }
        }
    }
}

/// What was searched for besides the words of the query, and which of its words were not searched for.
fn widened(view: &SearchView, asked: &SearchParameters) -> Markup {
    let understood = &view.query.understood;
    let topics: Vec<_> = understood.topics.iter().filter(|topic| !topic.also.is_empty()).collect();
    let is_plain =
        topics.is_empty() && understood.filler.is_empty() && understood.asks_for_links.is_empty();
    html! {
        @if !is_plain {
            p.understood {
                @for topic in topics {
                    "“" (topic.words) "” was also searched as " (names(&topic.also, "names")) ". "
                }
                @if !understood.asks_for_links.is_empty() { "Lists of links come first. " }
                @if !understood.filler.is_empty() { "Not searched for: " (understood.filler.join(", ")) ". " }
                a href=(with(asked, "literal", "1")) { "Search the words as typed" }
            }
        }
    }
}

/// The first few of `names`, and the number of the others, such as "3 more sources" if `things` is "sources".
fn names(names: &[String], things: &str) -> String {
    let (first, rest) = names.split_at(names.len().min(NAMES));
    match rest.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more {things}", first.join(", ")),
    }
}

/// Help if nothing was found.
pub(super) fn help(rescue: &QueryRescue, view: &SearchView, asked: &SearchParameters) -> Markup {
    let is_narrowed = !asked.filters().is_empty();
    let has_filters = is_narrowed || !view.query.understood.filters.is_empty();
    html! {
        div.none {
            @if rescue.failed.is_empty() {
                p {
                    @if has_filters { "No passage matches the query and its filters." }
                    @else { "The words occur, but no passage matches the whole query." }
                }
            } @else {
                p { "No passage contains " @for (at, word) in rescue.failed.iter().enumerate() {
                    @if at > 0 { " or " } b { (word) }
                } "." }
            }
            @if !rescue.nearest.is_empty() || is_narrowed {
                p { @if is_narrowed || !has_filters { "Similar:" } @else { "Without the filters:" } }
                ul {
                    @if is_narrowed {
                        li { a href=(without_filters(asked)) { "The same without the filters" } }
                    }
                    @for (query, total) in &rescue.nearest {
                        li { a href=(with(asked, "q", query)) { (query) }
                            span.quiet { " " (plural(*total, "passage")) } }
                    }
                }
            }
            p { a href="/topics" { "All topics" } " · " a href="/cases" { "All case studies" } }
        }
    }
}
