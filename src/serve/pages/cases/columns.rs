//! Two sources of a guide beside each other, step by step.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Deserialize;

use crate::library::view::{CaseView, HitView};

/// The two sources that a reader chose; empty if none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::serve::pages) struct ChosenSources {
    left: String,
    right: String,
}

impl ChosenSources {
    /// Both sources, if the guide has passages of each, and they are different.
    pub fn both<'a>(&'a self, sources: &[GuideSource]) -> Option<[&'a str; 2]> {
        let is_known = |id: &str| sources.iter().any(|source| source.id == id);
        let both = [self.left.as_str(), self.right.as_str()];
        (both[0] != both[1] && both.iter().all(|id| is_known(id))).then_some(both)
    }
}

/// A source of a guide.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve::pages) struct GuideSource {
    pub id: String,
    /// The number of steps that it says something about.
    pub steps: usize,
}

/// The sources of `case`, those of the most steps first.
pub(super) fn sources_of(case: &CaseView) -> Vec<GuideSource> {
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &case.steps {
        let mut ids: Vec<&str> =
            step.passages.iter().map(|hit| hit.passage.source.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().for_each(|id| *steps.entry(id).or_default() += 1);
    }
    let source = |(id, steps): (&str, usize)| GuideSource { id: id.to_owned(), steps };
    let mut sources: Vec<GuideSource> = steps.into_iter().map(source).collect();
    sources.sort_by_key(|source| std::cmp::Reverse(source.steps));
    sources
}

/// The form that chooses two of `sources`; empty if there are fewer. `chosen` are the current ones.
pub(super) fn form(case: &str, sources: &[GuideSource], chosen: Option<[&str; 2]>) -> Markup {
    let [first, second] = match (chosen, sources) {
        (Some(both), _) => both,
        (None, [one, two, ..]) => [one.id.as_str(), two.id.as_str()],
        _ => return html! {},
    };
    let select = |name: &str, label: &str, at: &str| {
        html! {
            label { (label) " "
                select name=(name) {
                    @for GuideSource { id, steps } in sources {
                        option value=(id) selected[id == at] { (id) " (" (steps) " of 8 steps)" }
                    }
                }
            }
        }
    };
    html! {
        details.two-sources open[chosen.is_some()] {
            summary { "Two sources side by side" }
            form.path action={ "/cases/" (case) } {
                (select("left", "Left", first)) " " (select("right", "Right", second)) " "
                button { "Show" }
                @if chosen.is_some() { " " a href={ "/cases/" (case) } { "All sources" } }
            }
        }
    }
}

/// The passages of a step in two columns, one for each of `sources`. `excerpt` shows a passage.
pub(super) fn columns(
    passages: &[HitView],
    sources: [&str; 2],
    excerpt: impl Fn(&HitView) -> Markup,
) -> Markup {
    html! {
        div.beside.two {
            @for source in sources {
                div.of {
                    h3 { a href={ "/sources/" (source) } { (source) } }
                    @let own: Vec<&HitView> =
                        passages.iter().filter(|hit| hit.passage.source == source).collect();
                    @if own.is_empty() { p.quiet { "Nothing about this step." } }
                    @for hit in own { (excerpt(hit)) }
                }
            }
        }
    }
}
