//! Case studies: a matrix that shows how well the sources cover each step, and a guide with excerpts for each case
//! study.

use std::collections::HashSet;

use super::view::{
    CaseLink, CaseRow, CaseView, CasesView, CellView, HitView, SnippetView, StepView, TopicLink,
    WholeView,
};
use super::{Audience, DocumentId, Library};
use crate::catalogue::Shown;
use crate::catalogue::rights::{Showable, show, show_whole};
use crate::extract::markup::LinkDefinitions;
use crate::extract::opening::opening;
use crate::graph::{CaseStudy, Coverage};
use crate::search::{SearchError, SectionId, SectionRecord};
use crate::vocabulary::common_words::CommonWord;
use crate::vocabulary::label;

/// The maximum length of an excerpt in a guide, in characters, even if the whole text may be shown.
const EXCERPT: usize = 600;
/// The number of passages of a step that a reader of a guide is sure to see.
const FIRST: usize = 5;

impl Library {
    /// The matrix of case studies and steps. O(cases · steps).
    pub fn cases(&self) -> CasesView {
        let steps = &self.graph.vocabulary.steps;
        let mut cases: Vec<&CaseStudy> = self.graph.cases.iter().collect();
        let said = |case: &CaseStudy| {
            let of = |wanted| case.cells.iter().filter(|cell| cell.coverage == wanted).count();
            (of(Coverage::Strong), of(Coverage::Thin))
        };
        cases.sort_by_key(|case| (std::cmp::Reverse(said(case)), case.topic));
        let rows = cases.into_iter().map(|case| {
            let TopicLink { id, label, .. } = self.topic_link(case.topic as usize);
            CaseRow { id, label, cells: self.cells(case).collect() }
        });
        let link = |slug: &str, label: &str| TopicLink {
            id: slug.to_owned(),
            label: label.to_owned(),
            why: None,
        };
        CasesView {
            steps: steps.iter().map(|step| link(&step.slug, &step.label)).collect(),
            cases: rows.collect(),
        }
    }

    /// What the sources say about the case study with the slug or label `name`; `name` may also be a request such as
    /// "design video recommendation". The result has at most `limit` passages for each step, and only passages that
    /// `audience` may read. A passage among the first of one step comes after the others of a later step. `None` if there is no such case study.
    ///
    /// Reads each passage from the index, which takes about 30 microseconds.
    pub fn case(
        &self,
        name: &str,
        limit: usize,
        audience: Audience,
    ) -> Result<Option<CaseView>, SearchError> {
        let Some(case) = self.find_case(name) else { return Ok(None) };
        let topic = &self.graph.vocabulary.topics[case.topic as usize];
        let (mut steps, mut seen) = (Vec::new(), HashSet::<u64>::new());
        let labels = self.graph.vocabulary.steps.iter().map(|step| &step.label);
        for ((said, cell), label) in case.cells.iter().zip(self.cells(case)).zip(labels) {
            let mut passages = Vec::new();
            // A section that serves two steps was read at the first of them.
            let (read, unread): (Vec<u64>, Vec<u64>) =
                said.passages.iter().partition(|id| seen.contains(*id));
            seen.extend(said.passages.iter().take(limit.min(FIRST)));
            for id in unread.into_iter().chain(read).map(SectionId) {
                if passages.len() == limit {
                    break;
                }
                let record = self.searcher.section(id)?;
                let shown = record.filter(|record| self.may_show(&record.source, audience));
                passages.extend(shown.map(|record| self.excerpt(id, record)));
            }
            steps.push(StepView { cell, label: label.clone(), passages });
        }
        let mut whole = Vec::new();
        let may_show = |source: &str| self.may_show(source, audience);
        for document in case.whole.iter().filter(|document| may_show(&document.source)) {
            let id = SectionId(document.section);
            let Some(record) = self.searcher.section(id)? else { continue };
            whole.push(WholeView {
                document: DocumentId::of(&document.source, &document.path).to_string(),
                source: document.source.clone(),
                path: document.path.clone(),
                url: self.link(&document.source, &document.path, record.address, id),
                title: record.title,
                steps: document.steps,
            });
        }
        Ok(Some(CaseView {
            case: topic.slug.0.clone(),
            label: topic.pref_label.clone(),
            definition: topic.definition.clone(),
            whole,
            steps,
        }))
    }

    /// The case study that the query `text` asks for, such as "design video recommendation"; `None` if it asks for none,
    /// or if its guide has no passage.
    pub(super) fn case_link(&self, text: &str) -> Option<CaseLink> {
        self.link_of(self.find_case(text)?)
    }

    /// The guide to the topic with the vocabulary index `at`; `None` if it is no case study, or if its guide has no
    /// passage.
    pub(super) fn case_of_topic(&self, at: usize) -> Option<CaseLink> {
        self.link_of(self.graph.cases.iter().find(|case| case.topic as usize == at)?)
    }

    fn link_of(&self, case: &CaseStudy) -> Option<CaseLink> {
        let covered = case.cells.iter().filter(|cell| !cell.passages.is_empty()).count();
        let TopicLink { id, label, .. } = self.topic_link(case.topic as usize);
        (covered > 0).then_some(CaseLink { id, label, steps: covered, of: case.cells.len() })
    }

    fn find_case(&self, name: &str) -> Option<&CaseStudy> {
        let words = label::tokens(name).into_iter().map(|token| token.normal);
        let kept: Vec<String> =
            words.filter(|word| !CommonWord::GuideRequest.includes(word)).collect();
        let is_case = |name: &str| {
            let at = self.find_topic(name)?;
            self.graph.cases.iter().find(|case| case.topic as usize == at)
        };
        is_case(name).or_else(|| is_case(&kept.join(" ")))
    }

    fn cells(&self, case: &CaseStudy) -> impl Iterator<Item = CellView> {
        let steps = &self.graph.vocabulary.steps;
        case.cells.iter().zip(steps).map(|(cell, step)| CellView {
            step: step.slug.clone(),
            coverage: cell.coverage,
            said_by: cell.said_by,
        })
    }

    /// The beginning of the section `id` as Markdown, at most about `EXCERPT` bytes. `None` if the section may not be
    /// shown in full, or has no Markdown. Reads the text of its document.
    pub fn excerpt_markdown(&self, id: SectionId) -> Result<Option<Showable>, SearchError> {
        let Some(record) = self.searcher.section(id)? else { return Ok(None) };
        let shown = self.shown(&record);
        if shown == Shown::Excerpt {
            return Ok(None);
        }
        let whole = self.markdown(&record);
        let opened = opening(&whole, EXCERPT);
        let defined = LinkDefinitions::of(&whole).used(&opened);
        let opened = match defined {
            Some(defined) => format!("{opened}\n\n{defined}"),
            None => opened,
        };
        Ok(Some(show_whole(opened, shown)).filter(|text| !text.is_empty()))
    }

    /// The section as a hit. The snippet is the beginning of the section's text, or of its code if it has no text: as much as
    /// rights allow, but at most `EXCERPT` characters.
    pub(super) fn excerpt(&self, id: SectionId, record: SectionRecord) -> HitView {
        let passage = self.passage(id, &record);
        let shown = self.shown(&record);
        let is_code = record.text.trim().is_empty();
        let text = if is_code { record.code } else { record.text };
        let text = show(text, shown, self.manifest.excerpt_chars).opening(EXCERPT);
        let snippet = SnippetView { text, highlights: Vec::new(), is_code };
        HitView { passage, snippet, score: 0.0, by_meaning: false, duplicates: Vec::new() }
    }
}
