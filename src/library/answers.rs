//! What a library returns for searches and for requests of sections.

use std::ops::Range;
use std::time::Instant;

use super::Library;
use super::documents::DocumentId;
use super::earlier::EarlierId;
use super::place::DocumentPosition;
use super::view::{
    AboutSource, DuplicateView, FacetValue, HitView, LinkView, PassageView, QueryView, SearchView,
    SectionView, SnippetView,
};
use crate::annotate::Salience;
use crate::catalogue::OriginKind;
use crate::catalogue::Shown;
use crate::catalogue::rights::{show, show_whole};
use crate::crawl::github::name::ThreadName;
use crate::extract::Link;
use crate::generation::manifest::SourceCondition;
use crate::search::{
    Budget, CountedValue, Filter, LastWord, Question, SearchError, SearchHit, SearchRequest,
    SectionId, SectionRecord, Understanding,
};

/// The maximum number of topics that are shown for a section that mentions topics but is not about any of them.
const MENTIONED: usize = 3;

impl Library {
    /// Runs `request` within `budget`.
    ///
    /// Empty text is no error. `Err` if the budget is spent, or for more than [`crate::search::MOST_FILTERS`]
    /// different filters.
    pub fn search(
        &self,
        request: &SearchRequest,
        budget: &Budget,
    ) -> Result<SearchView, SearchError> {
        let started = Instant::now();
        let answer = self.searcher.search(request, &self.graph.vocabulary, budget)?;
        let is_first = request.offset == 0 && request.filters.is_empty();
        let case = is_first.then(|| self.case_link(request.text)).flatten();
        let papers = self.papers(request, answer.corrected.as_deref(), &answer.understood);
        let hits = answer.found.into_iter().map(|found| self.hit(found)).collect();
        let value =
            |counted: CountedValue| FacetValue { value: counted.value, count: counted.count };
        let facets = answer
            .facets
            .into_iter()
            .map(|facet| (facet.field, facet.values.into_iter().map(value).collect::<Vec<_>>()));
        let facets = facets.collect();
        let mut topics: Vec<String> =
            answer.understood.topics.iter().map(|topic| topic.id.clone()).collect();
        topics.dedup();
        let is_comparison = answer.understood.question == Some(Question::Comparison);
        let compare = match is_first && is_comparison {
            true => self.compared(request.text, &topics),
            false => Vec::new(),
        };
        let typed = answer.understood.filters.iter().chain(request.filters);
        let typed: Vec<_> = typed.cloned().collect();
        Ok(SearchView {
            query: QueryView {
                text: request.text.to_owned(),
                understood: answer.understood,
                corrected: answer.corrected,
                topics,
                compare,
                unknown_sources: self.unknown_sources(&typed),
                unknown_values: self.unknown_values(&typed),
            },
            total: answer.total,
            total_is_exact: answer.total_is_exact,
            strong: answer.counts.map(|counts| counts.strong),
            mentions: answer.counts.map(|counts| counts.mentions),
            near: answer.near,
            case,
            counted: answer.counted,
            fallback: answer.stand_in.is_some(),
            took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            papers,
            hits,
            facets,
        })
    }

    /// The passages that match `filters`, at most `limit`, ordered by quality only.
    pub fn within(
        &self,
        filters: &[Filter],
        limit: usize,
        budget: &Budget,
    ) -> Result<SearchView, SearchError> {
        let (understanding, last_word) = (Understanding::LITERAL, LastWord::Whole);
        let request =
            SearchRequest { text: "", filters, limit, offset: 0, understanding, last_word };
        self.search(&request, budget)
    }

    /// The section `id`, with as much of its content as rights allow; `None` if there is no such section.
    pub fn section(&self, id: SectionId) -> Result<Option<SectionView>, SearchError> {
        self.searcher.section(id)?.map(|record| self.section_view(id, record)).transpose()
    }

    /// The section of this generation that replaces the section `id` of an earlier generation. If no section replaces
    /// it, the source that contained it. `None` if `id` is unknown.
    ///
    /// The first call reads a file. If that fails, the call logs a warning and returns `None`, and the next call tries
    /// again.
    pub fn earlier(&self, id: SectionId) -> Option<EarlierId> {
        self.earlier_ids.find(&self.folder, id)
    }

    /// The section `id`; if it is not current, the section that replaces it. `None` if neither exists.
    pub fn section_or_successor(&self, id: SectionId) -> Result<Option<SectionView>, SearchError> {
        let found = self.record_or_successor(id)?;
        found.map(|(id, record)| self.section_view(id, record)).transpose()
    }

    /// The id and the record of the section `id`; if it is not current, those of the section that replaces it. `None`
    /// if neither exists.
    pub(super) fn record_or_successor(
        &self,
        id: SectionId,
    ) -> Result<Option<(SectionId, SectionRecord)>, SearchError> {
        if let Some(record) = self.searcher.section(id)? {
            return Ok(Some((id, record)));
        }
        let Some(EarlierId::Section(target)) = self.earlier(id) else { return Ok(None) };
        Ok(self.searcher.section(target)?.map(|record| (target, record)))
    }

    /// The byte ranges at which `query` matches in each of `texts`, ascending. `language` is the language of the texts.
    pub fn marks(
        &self,
        query: &str,
        language: Option<&str>,
        texts: &[String],
        budget: &Budget,
    ) -> Result<Vec<Vec<Range<usize>>>, SearchError> {
        self.searcher.marks(query, language, texts, &self.graph.vocabulary, budget)
    }

    /// The section at `spot` in the document `path` of `source`. If the question or a comment of a thread is split into
    /// several sections, returns the first of these.
    pub fn section_at(
        &self,
        source: &str,
        path: &str,
        spot: DocumentPosition,
    ) -> Result<Option<SectionView>, SearchError> {
        let source = self.manifest.source(source).map_or(source, |state| &state.id);
        let number = match spot {
            DocumentPosition::Number(number) => number,
            DocumentPosition::Comment(comment) => {
                return self.section(SectionId::of_comment(source, path, comment, 0));
            }
        };
        let begin = |record: &SectionRecord| record.address.begin();
        let mut sections = self.searcher.document(source, path)?;
        if ThreadName::parse(path).is_some() {
            sections.retain(|(_, record)| record.previous.is_none());
        }
        sections.sort_by_key(|(id, record)| (begin(record), *id));
        let at = sections.partition_point(|(_, record)| begin(record) <= number).max(1) - 1;
        let section = sections.into_iter().nth(at);
        section.map(|(id, record)| self.section_view(id, record)).transpose()
    }

    /// Whether there are sources on other machines, and none of them was ever fetched. O(sources).
    pub fn lacks_remote_sources(&self) -> bool {
        let sources = self.manifest.sources.iter();
        let mut remote = sources.filter(|source| source.kind != OriginKind::Folder).peekable();
        remote.peek().is_some() && remote.all(|source| source.fetched_at.is_none())
    }

    pub(super) fn hit(&self, found: SearchHit) -> HitView {
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
            by_meaning: found.by_meaning,
        }
    }

    fn section_view(
        &self,
        id: SectionId,
        record: SectionRecord,
    ) -> Result<SectionView, SearchError> {
        let shown = self.shown(&record);
        let passage = self.passage(id, &record);
        let chars = self.manifest.excerpt_chars;
        let link = |Link { url, text, sentence }| LinkView {
            url,
            text,
            sentence: show(sentence, shown, chars),
        };
        let related = self.similar(id, &record)?;
        let markdown = match shown {
            Shown::Full => show_whole(self.markdown(&record), shown),
            Shown::Excerpt => show_whole(String::new(), shown),
        };
        let links = if shown == Shown::Full { record.links } else { Vec::new() };
        Ok(SectionView {
            passage,
            related,
            shown,
            text: show(record.text, shown, chars),
            code: show_whole(record.code, shown),
            markdown: Some(markdown).filter(|text| !text.is_empty()),
            mentions: record.mentions,
            links: links.into_iter().map(link).collect(),
            previous: record.previous.map(|id| id.to_string()),
            next: record.next.map(|id| id.to_string()),
        })
    }

    pub(super) fn passage(&self, id: SectionId, record: &SectionRecord) -> PassageView {
        let main = record.mentions.iter().filter(|mention| mention.salience == Salience::Main);
        let mut topics: Vec<String> = main.map(|mention| mention.topic.clone()).collect();
        if topics.is_empty() {
            let mentioned = record.mentions.iter().take(MENTIONED);
            topics = mentioned.map(|mention| mention.topic.clone()).collect();
        }
        let state = self.manifest.source(&record.source);
        PassageView {
            id: id.to_string(),
            document: DocumentId::of(&record.source, &record.path).to_string(),
            url: self.link(&record.source, &record.path, record.address, id),
            source: record.source.clone(),
            path: record.path.clone(),
            place: record.address.into(),
            headings: record.headings.clone(),
            title: record.title.clone(),
            topics,
            step: record.steps.first().cloned(),
            steps: record.steps.clone(),
            kind: record.kind,
            lang: record.language.clone(),
            licence: self.licence(record),
            posted: record.posted.clone(),
            tags: record.tags.clone(),
            gone: state.is_some_and(|state| state.state == SourceCondition::Gone),
            about: state.map(AboutSource::of).unwrap_or_default(),
        }
    }
}
