//! Shortens answers for assistants that ask for little: the same objects with fewer and shorter parts. What is left out is
//! empty or absent, so a short answer still fits the schema of its tool.

use crate::library::view::{
    CaseView, HitView, LearnView, RelatedView, ResourceView, SearchView, SectionView, SnippetView,
    TopicDetail,
};

/// The maximum number of characters of a snippet in a short answer.
const SNIPPET: usize = 200;
/// The maximum number of characters of a section in a short answer.
const SECTION: usize = 1_000;
/// The maximum number of passages and works about a topic in a short answer.
const ABOUT_TOPIC: usize = 3;

fn snippet(snippet: &mut SnippetView) {
    if snippet.text.chars().nth(SNIPPET).is_none() {
        return;
    }
    snippet.text = snippet.text.opening(SNIPPET);
    // An opening keeps whole lines from the start, but drops empty lines, so ranges behind them no longer fit.
    snippet.highlights.clear();
}

fn hit(hit: &mut HitView) {
    snippet(&mut hit.snippet);
    hit.duplicates.clear();
}

fn resource(work: &mut ResourceView) {
    work.abstract_text = None;
    work.said.clear();
    work.also.clear();
}

pub(super) fn search(mut view: SearchView) -> SearchView {
    view.facets.clear();
    view.papers.clear();
    view.hits.iter_mut().for_each(hit);
    view
}

pub(super) fn section(mut view: SectionView) -> SectionView {
    if view.text.chars().nth(SECTION).is_some() {
        view.text = view.text.opening(SECTION);
    }
    view.code = view.code.part(0..0);
    view.markdown = None;
    view.mentions.clear();
    view.links.clear();
    view.related.clear();
    view
}

pub(super) fn topic(mut view: TopicDetail) -> TopicDetail {
    view.passages.truncate(ABOUT_TOPIC);
    view.passages.iter_mut().for_each(hit);
    view.resources.truncate(ABOUT_TOPIC);
    view.resources.iter_mut().for_each(resource);
    view
}

pub(super) fn related(mut view: RelatedView) -> RelatedView {
    view.related.iter_mut().for_each(|related| related.tie.evidence.truncate(1));
    view
}

pub(super) fn learn(mut view: LearnView) -> LearnView {
    view.order.iter_mut().for_each(|lesson| lesson.definition.clear());
    view
}

pub(super) fn case(mut view: CaseView) -> CaseView {
    for step in &mut view.steps {
        step.passages.truncate(1);
        step.passages.iter_mut().for_each(hit);
    }
    view
}

pub(super) fn resources(mut works: Vec<ResourceView>) -> Vec<ResourceView> {
    works.iter_mut().for_each(resource);
    works
}
