//! Search, sections, sources and status.

use std::num::NonZeroU64;
use std::ops::Range;
use std::time::Instant;

use super::Library;
use super::view::{
    AboutSource, DuplicateView, FacetValue, HitView, LinkView, PassageView, QueryView, SearchView,
    SectionView, SnippetView, SourcesView, StatusView,
};
use crate::annotate::Salience;
use crate::catalogue::rights::{Rights, Showable, show, show_whole};
use crate::catalogue::{OriginKind, Shown};
use crate::crawl::github::name::ThreadName;
use crate::extract::{Address, DocumentKind, Link};
use crate::generation::manifest::{SourceCondition, SourceState};
use crate::generation::run::Outcome;
use crate::generation::runs::Standing;
use crate::search::{
    Budget, Filter, Found, LastWord, Record, Request, SearchError, SectionId, Suggestion,
    Understanding,
};

/// A position in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The section that contains this line, cell, page or card, or the one before it if none does.
    Number(u32),
    /// Exactly this comment of a thread.
    Comment(NonZeroU64),
}

/// Topics shown with a hit that is about none of its topics.
const MENTIONED: usize = 3;

impl Library {
    /// Runs `request` within `budget`.
    ///
    /// Empty text is no error. `Err` if the budget is spent, or for more than [`crate::search::MOST_FILTERS`]
    /// different filters.
    pub fn search(&self, request: &Request, budget: &Budget) -> Result<SearchView, SearchError> {
        let started = Instant::now();
        let answer = self.searcher.search(request, &self.graph.vocabulary, budget)?;
        let hits = answer.found.into_iter().map(|found| self.hit(found)).collect();
        let value = |(value, count)| FacetValue { value, count };
        let facets = answer
            .facets
            .into_iter()
            .map(|facet| (facet.field, facet.values.into_iter().map(value).collect::<Vec<_>>()));
        let facets = facets.collect();
        let mut topics: Vec<String> =
            answer.understood.topics.iter().map(|topic| topic.id.clone()).collect();
        topics.dedup();
        Ok(SearchView {
            query: QueryView {
                text: request.text.to_owned(),
                understood: answer.understood,
                corrected: answer.corrected,
                topics,
            },
            total: answer.total,
            total_is_exact: true,
            counted: answer.counted,
            took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            hits,
            facets,
        })
    }

    /// The passages that match `filters`, ordered by quality alone.
    pub fn within(
        &self,
        filters: &[Filter],
        limit: usize,
        budget: &Budget,
    ) -> Result<SearchView, SearchError> {
        let (understanding, last_word) = (Understanding::LITERAL, LastWord::Whole);
        let request = Request { text: "", filters, limit, offset: 0, understanding, last_word };
        self.search(&request, budget)
    }

    /// The URL of the source `id` on the web, if it has one.
    pub fn source_link(&self, id: &str) -> Option<String> {
        let state = self.manifest.source(id)?;
        match state.kind {
            OriginKind::GitHub => Some(format!("{}/{}", self.web, state.origin)),
            OriginKind::Archive => Some(state.origin.clone()),
            OriginKind::Folder => None,
        }
    }

    /// At most `limit` completions of `text`, which a user is typing.
    pub fn suggest(
        &self,
        text: &str,
        limit: usize,
        budget: &Budget,
    ) -> Result<Vec<Suggestion>, SearchError> {
        self.searcher.suggest(text, limit, &self.graph.vocabulary, budget)
    }

    /// The section `id`, as far as rights allow; `None` if there is none.
    pub fn section(&self, id: SectionId) -> Result<Option<SectionView>, SearchError> {
        Ok(self.searcher.section(id)?.map(|record| self.section_view(id, record)))
    }

    /// The matches of `query` in `texts` of `language`: for each text, ranges in bytes, ascending.
    pub fn marks(
        &self,
        query: &str,
        language: Option<&str>,
        texts: &[String],
        budget: &Budget,
    ) -> Result<Vec<Vec<Range<usize>>>, SearchError> {
        self.searcher.marks(query, language, texts, &self.graph.vocabulary, budget)
    }

    /// The section of the document `path` in `source` at `spot`. A comment, or a thread's question, may be cut into
    /// several sections: then the first.
    pub fn section_at(
        &self,
        source: &str,
        path: &str,
        spot: Spot,
    ) -> Result<Option<SectionView>, SearchError> {
        let source = self.manifest.source(source).map_or(source, |state| &state.id);
        let number = match spot {
            Spot::Number(number) => number,
            Spot::Comment(comment) => {
                return self.section(SectionId::of_comment(source, path, comment, 0));
            }
        };
        let begin = |record: &Record| record.address.begin();
        let mut sections = self.searcher.document(source, path)?;
        if ThreadName::parse(path).is_some() {
            sections.retain(|(_, record)| record.previous.is_none());
        }
        sections.sort_by_key(|(id, record)| (begin(record), *id));
        let at = sections.partition_point(|(_, record)| begin(record) <= number).max(1) - 1;
        let section = sections.into_iter().nth(at);
        Ok(section.map(|(id, record)| self.section_view(id, record)))
    }

    /// The sources in the catalogue's order. States and problems include those of each source's last run, from
    /// `standing`.
    pub fn sources(&self, standing: &Standing) -> SourcesView {
        let mut sources = self.manifest.sources.clone();
        for source in &mut sources {
            let Some(result) = standing.result_of(&source.id) else { continue };
            source.problems.splice(0..0, result.problems());
            source.state = match (source.state, result.outcome) {
                (SourceCondition::Ok | SourceCondition::New, Outcome::Failed) => {
                    SourceCondition::Failed
                }
                (SourceCondition::Ok | SourceCondition::New, Outcome::Deferred) => {
                    SourceCondition::Deferred
                }
                (state, _) => state,
            };
        }
        SourcesView { sources, last_run: standing.last_run.clone() }
    }

    /// The status of the index with the last run from `standing`; `next_run` is the time of the next refresh (RFC
    /// 3339).
    pub fn status(&self, standing: &Standing, next_run: Option<String>) -> StatusView {
        let manifest = &self.manifest;
        let SourcesView { sources, last_run } = self.sources(standing);
        let notes = last_run.iter().flat_map(|run| run.notes.clone());
        let failing = |source: &&SourceState| source.state.is_failing();
        StatusView {
            generation: manifest.generation,
            built_at: manifest.built_at.clone(),
            counts: manifest.counts.clone(),
            sources: manifest.held().count(),
            failing: sources.iter().filter(failing).map(|source| source.id.clone()).collect(),
            problems: notes.chain(sources.into_iter().flat_map(|s| s.problems)).collect(),
            last_run,
            next_run,
        }
    }

    pub(super) fn hit(&self, found: Found) -> HitView {
        let duplicates = found.copies.iter().map(|copy| DuplicateView {
            source: copy.source.clone(),
            path: copy.path.clone(),
            url: self.link(&copy.source, &copy.path, copy.address, copy.id),
        });
        let (shown, chars) = (self.shown(&found.record), self.manifest.excerpt_chars);
        HitView {
            duplicates: duplicates.collect(),
            passage: self.passage(found.id, &found.record),
            snippet: SnippetView::of(found.snippet, shown, chars),
            score: found.score,
        }
    }

    fn section_view(&self, id: SectionId, record: Record) -> SectionView {
        let shown = self.shown(&record);
        let passage = self.passage(id, &record);
        let chars = self.manifest.excerpt_chars;
        let link = |Link { url, text, sentence }| LinkView {
            url,
            text,
            sentence: show(sentence, shown, chars),
        };
        let links = if shown == Shown::Full { record.links } else { Vec::new() };
        SectionView {
            passage,
            shown,
            text: show(record.text, shown, chars),
            code: show_whole(record.code, shown),
            markdown: Some(show_whole(record.markup, shown)).filter(|text| !text.is_empty()),
            mentions: record.mentions,
            links: links.into_iter().map(link).collect(),
            previous: record.previous.map(|id| id.to_string()),
            next: record.next.map(|id| id.to_string()),
        }
    }

    pub(super) fn passage(&self, id: SectionId, record: &Record) -> PassageView {
        let main = record.mentions.iter().filter(|mention| mention.salience == Salience::Main);
        let mut topics: Vec<String> = main.map(|mention| mention.topic.clone()).collect();
        if topics.is_empty() {
            let mentioned = record.mentions.iter().take(MENTIONED);
            topics = mentioned.map(|mention| mention.topic.clone()).collect();
        }
        let state = self.manifest.source(&record.source);
        PassageView {
            id: id.to_string(),
            url: self.link(&record.source, &record.path, record.address, id),
            source: record.source.clone(),
            path: record.path.clone(),
            place: record.address.into(),
            headings: record.headings.clone(),
            title: record.title.clone(),
            topics,
            step: record.step.clone(),
            kind: record.kind,
            lang: record.language.clone(),
            licence: self.licence(record),
            posted: record.posted.clone(),
            tags: record.tags.clone(),
            gone: state.is_some_and(|state| state.state == SourceCondition::Gone),
            about: state.map(AboutSource::of).unwrap_or_default(),
        }
    }

    /// `sentence` as an excerpt, whatever the licence: it is kept without the licence of its document.
    pub(super) fn quote(&self, sentence: &str) -> Showable {
        show(sentence, Shown::Excerpt, self.manifest.excerpt_chars)
    }

    /// How much of a section may be shown.
    pub(super) fn shown(&self, record: &Record) -> Shown {
        let rights = match record.kind {
            DocumentKind::Discussion => Rights::Posted,
            _ => Rights::Licence {
                own: record.licence.as_ref().map(|(_, shown)| *shown),
                source: self.manifest.source(&record.source).map(|state| state.shown),
            },
        };
        rights.shown()
    }

    /// The licence of a section: its document's own, else its source's; `None` for posts of threads.
    fn licence(&self, record: &Record) -> Option<String> {
        if record.kind == DocumentKind::Discussion {
            return None;
        }
        let own = record.licence.as_ref().map(|(own, _)| own.clone());
        own.or_else(|| self.manifest.source(&record.source)?.licence.clone())
    }

    /// The URL of the file `path` at the source, if that is on GitHub.
    pub(super) fn document_link(&self, source: &str, path: &str) -> Option<String> {
        let state =
            self.manifest.source(source).filter(|state| state.kind == OriginKind::GitHub)?;
        let revision = state.revision.as_deref();
        github_link(&self.web, &state.origin, revision, path, Address::Cell(1))
    }

    /// The URL of `address` at the source; the URL of our own reader if the source is not on the web.
    pub(super) fn link(&self, source: &str, path: &str, address: Address, id: SectionId) -> String {
        let here = || format!("/sections/{id}");
        let Some(state) = self.manifest.source(source) else { return here() };
        match state.kind {
            OriginKind::GitHub => {
                github_link(&self.web, &state.origin, state.revision.as_deref(), path, address)
                    .unwrap_or_else(here)
            }
            OriginKind::Archive => state.origin.clone(),
            OriginKind::Folder => here(),
        }
    }
}

/// GitHub's URL of the lines `address` in the file `path` of `repository`, or of the comment in the thread.
///
/// GitHub renders Markdown unless the URL contains `plain=1`, and only the plain view has line numbers.
fn github_link(
    web: &str,
    repository: &str,
    revision: Option<&str>,
    path: &str,
    address: Address,
) -> Option<String> {
    if let Some(thread) = ThreadName::parse(path) {
        let comment = if let Address::Comment(id) = address { Some(id) } else { None };
        return thread.url(web, repository, comment);
    }
    let mut url = url::Url::parse(web).ok()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(repository.split('/'))
        .extend(["blob", revision.unwrap_or("HEAD")])
        .extend(path.split('/'));
    match address {
        Address::Lines(first, last) => {
            url.set_query(Some("plain=1"));
            let lines =
                if first == last { format!("L{first}") } else { format!("L{first}-L{last}") };
            url.set_fragment(Some(&lines));
        }
        Address::Page(page) => url.set_fragment(Some(&format!("page={page}"))),
        Address::Cell(_) | Address::Card(_) | Address::Question | Address::Comment(_) => {}
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_exact_lines() {
        let link = |path, address| {
            github_link("https://github.com", "a/b", Some("abc"), path, address).unwrap()
        };
        assert_eq!(
            link("docs/A & B.md", Address::Lines(3, 9)),
            "https://github.com/a/b/blob/abc/docs/A%20&%20B.md?plain=1#L3-L9"
        );
        assert_eq!(
            link("x.md", Address::Lines(3, 3)),
            "https://github.com/a/b/blob/abc/x.md?plain=1#L3"
        );
        assert_eq!(link("n.ipynb", Address::Cell(2)), "https://github.com/a/b/blob/abc/n.ipynb");
        assert_eq!(link("a.pdf", Address::Page(3)), "https://github.com/a/b/blob/abc/a.pdf#page=3");
        assert_eq!(link("a?#.md", Address::Cell(1)), "https://github.com/a/b/blob/abc/a%3F%23.md");
    }
}
