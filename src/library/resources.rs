//! The works that sources cite.

use std::collections::{BTreeSet, HashMap};

use super::Library;
use super::papers::{PaperField, PaperIndex, PaperMatch, subject_words};
use super::view::{ResourceView, SaidView};
use crate::annotate::resources::{CitedResource, CitingSentence};
use crate::search::{SearchRequest, Understood};

/// The maximum number of papers that are shown with the results of a search.
const MOST_PAPERS: usize = 3;

/// A request for resources.
#[derive(Clone, Debug, Default)]
pub struct ResourceRequest<'a> {
    /// Each of these words must occur in the title, the URL, the topics, the authors or the abstract.
    pub query: &'a str,
    /// The slug or label of a topic that the resources must have; `None` means any.
    pub topic: Option<&'a str>,
    /// The kind of the resources, as [`crate::annotate::resources::ResourceKind::as_str`] names it; `None` means any.
    pub kind: Option<&'a str>,
    pub year: Option<u16>,
    pub limit: usize,
    pub offset: usize,
}

/// The rank of a result. First come results with all words in the title, then those with some words only in the topics,
/// the URL or the authors, then those with some words only in the abstract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ResourceTier {
    Title,
    Names,
    Abstract,
}

/// A resource that matches a request.
struct FoundResource<'a> {
    tier: ResourceTier,
    /// Its BM25F score if some words are only in the abstract, else 0.
    score: f32,
    resource: &'a CitedResource,
}

impl Library {
    /// The resources that match `wanted`; `None` if it names an unknown topic.
    ///
    /// Resources with all words in the title come first. Resources with some words only in the abstract come last,
    /// ordered by score. Results that are equal in this order are ordered by citations, the most cited first; without a
    /// query, all are. O(resources); the first call also builds the index of papers.
    pub fn resources(&self, wanted: &ResourceRequest) -> Option<Vec<ResourceView>> {
        let topic = match wanted.topic {
            Some(name) => Some(u32::try_from(self.find_topic(name)?).ok()?),
            None => None,
        };
        let words: Vec<QueryWord> = wanted.query.split_whitespace().map(|w| self.word(w)).collect();
        let all = self.graph.resources.iter().enumerate();
        let mut found: Vec<FoundResource> = all
            .filter(|(_, resource)| {
                topic.is_none_or(|topic| resource.topics.contains(&topic))
                    && wanted.kind.is_none_or(|kind| resource.kind.as_str() == kind)
                    && wanted.year.is_none_or(|year| resource.year == Some(year))
            })
            .filter_map(|(at, resource)| self.found(&words, at, resource))
            .collect();
        // The sort is stable: results with equal keys stay ordered by citations.
        found.sort_by(|a, b| a.tier.cmp(&b.tier).then(b.score.total_cmp(&a.score)));
        let shown = found.iter().skip(wanted.offset).take(wanted.limit);
        Some(shown.map(|found| self.resource(found.resource)).collect())
    }

    /// A word of a request, with the papers that contain it.
    fn word(&self, word: &str) -> QueryWord {
        QueryWord { lower_case: word.to_lowercase(), papers: self.paper_index().matches(word) }
    }

    /// The match of `resource`, whose index among the resources is `at`; `None` unless it contains all `words`.
    fn found<'a>(
        &self,
        words: &[QueryWord],
        at: usize,
        resource: &'a CitedResource,
    ) -> Option<FoundResource<'a>> {
        let mut found = FoundResource { tier: ResourceTier::Title, score: 0.0, resource };
        if words.is_empty() {
            return Some(found);
        }
        let topics = &self.graph.vocabulary.topics;
        let about = resource.topics.iter().filter_map(|at| topics.get(*at as usize));
        let labels: Vec<&str> = about.map(|topic| topic.pref_label.as_str()).collect();
        let title = resource.title.to_lowercase();
        let names = [&*resource.url, &*labels.join(" ")].join(" ").to_lowercase();
        for word in words {
            let paper = word.papers.get(&at);
            let tier = match paper.map(|paper| paper.field) {
                _ if title.contains(&word.lower_case) => ResourceTier::Title,
                Some(PaperField::Title) => ResourceTier::Title,
                _ if names.contains(&word.lower_case) => ResourceTier::Names,
                Some(PaperField::Authors) => ResourceTier::Names,
                Some(PaperField::Abstract) => ResourceTier::Abstract,
                None => return None,
            };
            found.tier = found.tier.max(tier);
            found.score += paper.map_or(0.0, |paper| paper.score);
        }
        if found.tier != ResourceTier::Abstract {
            found.score = 0.0;
        }
        Some(found)
    }

    /// At most `MOST_PAPERS` papers that contain all words of the query of `request`, except words that only ask; best
    /// first. `corrected` is the query with its spelling corrected. Empty unless `request` is for the first results and
    /// has no filters.
    pub(super) fn papers(
        &self,
        request: &SearchRequest,
        corrected: Option<&str>,
        understood: &Understood,
    ) -> Vec<ResourceView> {
        if self.papers.by_url.is_empty() || request.offset > 0 || !request.filters.is_empty() {
            return Vec::new();
        }
        // Spelling correction may replace a word that papers contain, because it knows only the words of sections. So
        // the typed words are tried before the corrected ones.
        let places = [Some(request.text), corrected].into_iter().flatten().map(|text| {
            let words = subject_words(text, &understood.asks_for_links);
            self.paper_index().with_all(&words)
        });
        let places = places.into_iter().find(|places| !places.is_empty()).unwrap_or_default();
        let found = places.into_iter().filter_map(|at| self.graph.resources.get(at));
        found.take(MOST_PAPERS).map(|resource| self.resource(resource)).collect()
    }

    /// The years of the resources, the latest first.
    pub fn resource_years(&self) -> Vec<u16> {
        let years = self.graph.resources.iter().filter_map(|resource| resource.year);
        years.collect::<BTreeSet<u16>>().into_iter().rev().collect()
    }

    /// The index of the papers, made at the first call.
    pub(super) fn paper_index(&self) -> &PaperIndex {
        self.paper_index.get_or_init(|| PaperIndex::new(&self.graph.resources, &self.papers))
    }

    /// `resource` as readers see it.
    pub(super) fn resource(&self, resource: &CitedResource) -> ResourceView {
        let topics = &self.graph.vocabulary.topics;
        let said = |CitingSentence { source, sentence }: &CitingSentence| SaidView {
            source: source.clone(),
            sentence: self.quote(sentence),
        };
        let slugs = resource.topics.iter().filter_map(|at| topics.get(*at as usize));
        let paper = self.papers.by_url.get(&resource.url);
        let abstract_text =
            paper.map(|paper| &*paper.abstract_text).filter(|text| !text.is_empty());
        ResourceView {
            url: resource.url.clone(),
            title: resource.title.clone(),
            kind: resource.kind,
            year: resource.year,
            authors: paper.map(|paper| paper.authors.clone()).unwrap_or_default(),
            abstract_text: abstract_text.map(|text| self.quote(text)),
            cited_by: resource.cited_by(&self.voices),
            sources: resource.sources.clone(),
            topics: slugs.map(|topic| topic.slug.0.clone()).collect(),
            also: resource.also.clone(),
            said: resource.said.iter().map(said).collect(),
            dead: resource.dead_since.is_some(),
            dead_since: resource.dead_since.clone(),
            archived_at: resource
                .dead_since
                .as_ref()
                .map(|_| format!("https://web.archive.org/web/{}", resource.url)),
        }
    }
}

/// A word of a request.
struct QueryWord {
    lower_case: String,
    /// Its matches in papers, by the index of the paper among the resources.
    papers: HashMap<usize, PaperMatch>,
}
