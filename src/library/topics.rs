//! Topics: lists and details.

use super::view::{TopicDetail, TopicLink, TopicView};
use super::{Audience, Library};
use crate::annotate::resources::CitedResource;
use crate::search::{
    Budget, Filter, FilterField, LastWord, SearchError, SearchRequest, Understanding,
};
use crate::vocabulary::Topic;

/// The maximum number of passages on a topic's page.
const PASSAGES: usize = 8;
/// The maximum number of passages that are requested from the search if the audience may not read all sources.
const MOST_PASSAGES: usize = 100;
/// The maximum number of resources on a topic's page.
const RESOURCES: usize = 8;

impl Library {
    /// Topics, the most mentioned first.
    pub fn topics(&self, limit: usize, offset: usize) -> Vec<TopicView> {
        let vocabulary = &self.graph.vocabulary;
        let mut places: Vec<usize> = (0..vocabulary.topics.len()).collect();
        places.sort_by_key(|at| std::cmp::Reverse(self.graph.mentions.get(*at).copied()));
        let shown = places.into_iter().skip(offset).take(limit);
        shown.map(|at| self.topic_view(at)).collect()
    }

    /// The vocabulary index of the topic with the slug or label `name`; `None` if there is no such topic.
    pub fn find_topic(&self, name: &str) -> Option<usize> {
        let labelled = || self.searcher.labels().topics(name).first().copied();
        self.graph.vocabulary.position(name).or_else(labelled)
    }

    /// The details of the topic with the slug or label `name`; `None` if there is no such topic. Runs one search within
    /// `budget`.
    pub fn topic(&self, name: &str, budget: &Budget) -> Result<Option<TopicDetail>, SearchError> {
        let Some(mut detail) = self.outline(name) else { return Ok(None) };
        detail.passages = self.passages(&detail.topic, Audience::Reader, budget)?;
        Ok(Some(detail))
    }

    /// The details of the topic with the slug or label `name`, without passages, because these would need a search.
    /// `None` if there is no such topic. O(topics + resources).
    pub fn outline(&self, name: &str) -> Option<TopicDetail> {
        let at = self.find_topic(name)?;
        let vocabulary = &self.graph.vocabulary;
        let topic = &vocabulary.topics[at];
        let slug = &topic.slug;
        let link = |slug: &str, why: Option<&str>| {
            let topic = vocabulary.topic(slug)?;
            let (id, label) = (topic.slug.0.clone(), topic.pref_label.clone());
            Some(TopicLink { id, label, why: why.map(str::to_owned) })
        };
        let others = |fits: &dyn Fn(&Topic) -> Option<Option<String>>| -> Vec<TopicLink> {
            let all = vocabulary.topics.iter().zip(&self.graph.mentions);
            let found = all.filter_map(|(other, said)| Some((other, *said, fits(other)?)));
            let mut found: Vec<_> = found.collect();
            // The most mentioned first.
            found.sort_by_key(|(_, said, _)| std::cmp::Reverse(*said));
            let links = found.iter();
            links.filter_map(|(other, _, why)| link(&other.slug.0, why.as_deref())).collect()
        };
        let requires = topic.requires.iter();
        Some(TopicDetail {
            case: self.case_of_topic(at),
            topic: self.topic_view(at),
            broader: topic.broader.iter().filter_map(|slug| link(&slug.0, None)).collect(),
            narrower: others(&|other| other.broader.contains(slug).then_some(None)),
            requires: requires.filter_map(|r| link(&r.topic.0, Some(&r.why))).collect(),
            required_by: others(&|other| {
                let requirement = other.requires.iter().find(|r| r.topic == *slug)?;
                Some(Some(requirement.why.clone()))
            }),
            passages: Vec::new(),
            resources: self.resources_about(at).map(|cited| self.resource(cited)).collect(),
        })
    }

    /// The resources about the topic with the vocabulary index `at`: those that are most about it first, and of these the
    /// most cited.
    fn resources_about(&self, at: usize) -> impl Iterator<Item = &CitedResource> {
        let place = |resource: &CitedResource| {
            resource.topics.iter().position(|topic| *topic as usize == at)
        };
        let all = self.graph.resources.iter();
        let mut found: Vec<(usize, &CitedResource)> =
            all.filter_map(|resource| Some((place(resource)?, resource))).collect();
        // The resources are in the order of the number of voices that cite them.
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, resource)| resource).take(RESOURCES)
    }

    fn topic_view(&self, at: usize) -> TopicView {
        let topic = &self.graph.vocabulary.topics[at];
        TopicView {
            id: topic.slug.0.clone(),
            label: topic.pref_label.clone(),
            also: topic.alt_labels.clone(),
            steps: topic.steps.clone(),
            definition: topic.definition.clone(),
            mentions: self.graph.mentions.get(at).copied().unwrap_or(0),
        }
    }

    /// At most `PASSAGES` passages about `topic`, the best ones that `audience` may read. Runs one search within
    /// `budget`.
    pub(super) fn passages(
        &self,
        topic: &TopicView,
        audience: Audience,
        budget: &Budget,
    ) -> Result<Vec<super::view::HitView>, SearchError> {
        let limit = if self.withheld(audience) > 0 { MOST_PASSAGES } else { PASSAGES };
        let request = SearchRequest {
            text: &topic.label,
            filters: &Filter::all([(FilterField::Topic, Some(&*topic.id))]),
            limit,
            offset: 0,
            understanding: Understanding::FULL,
            last_word: LastWord::Whole,
        };
        let answer = self.searcher.search(&request, &self.graph.vocabulary, budget)?;
        let visible =
            answer.found.into_iter().filter(|f| self.may_show(&f.record.source, audience));
        Ok(visible.take(PASSAGES).map(|found| self.hit(found)).collect())
    }
}
