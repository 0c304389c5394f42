//! Queries of the graph: related topics, learning orders, paths.

use std::collections::HashSet;

use super::Library;
use super::view::{
    ChainView, EvidenceView, HopView, LearnView, LessonView, PathView, RelatedTopic, RelatedView,
    Tie, TopicLink,
};
use crate::graph::{self, Edge, Why};
use crate::search::SectionId;

impl Library {
    /// The topics that are nearest to the topic with the slug or label `name`, at most `limit`, with their ties to it;
    /// `None` if there is no such topic.
    pub fn related(&self, name: &str, limit: usize) -> Option<RelatedView> {
        let at = self.find_topic(name)?;
        let related = graph::related(&self.graph, at, limit).into_iter().map(|near| {
            let TopicLink { id, label, .. } = self.topic_link(near.topic);
            let weight = (near.weight * 1000.0).round() / 1000.0;
            RelatedTopic { id, label, weight, tie: self.tie(at, near.topic, near.edge) }
        });
        Some(RelatedView { topic: self.topic_link(at).id, related: related.collect() })
    }

    /// What to learn for the topic with the slug or label `name`, in order. Leaves out the topics in `known`, and the
    /// topics that only topics in `known` require. `Err` is the first name that is not a topic.
    pub fn learn(&self, name: &str, known: &[&str]) -> Result<LearnView, String> {
        let find = |name: &str| self.find_topic(name).ok_or_else(|| name.to_owned());
        let at = find(name)?;
        let known: HashSet<usize> =
            known.iter().map(|name| find(name)).collect::<Result<_, _>>()?;
        let topics = &self.graph.vocabulary.topics;
        let order = graph::learn(&self.graph.vocabulary, at, &known).into_iter().map(|lesson| {
            let TopicLink { id, label, .. } = self.topic_link(lesson.topic);
            LessonView {
                id,
                label,
                reason: lesson.needed.map(|needed| needed.reason.to_owned()),
                needed_for: lesson.needed.map(|needed| self.topic_link(needed.topic)),
                definition: topics[lesson.topic].definition.clone(),
            }
        });
        Ok(LearnView { topic: self.topic_link(at).id, order: order.collect() })
    }

    /// At most `count` chains between the topics with the slugs or labels `from` and `to`, the best first. `Err` is the
    /// first name that is not a topic.
    pub fn paths(&self, from: &str, to: &str, count: usize) -> Result<PathView, String> {
        let find = |name: &str| self.find_topic(name).ok_or_else(|| name.to_owned());
        let (from, to) = (find(from)?, find(to)?);
        let chains = graph::paths(&self.graph, from, to, count).into_iter().map(|chain| {
            let hops = chain.iter().map(|hop| {
                let (from, to) = (self.topic_link(hop.from), self.topic_link(hop.to));
                HopView {
                    from: from.id,
                    to: to.id,
                    from_label: from.label,
                    to_label: to.label,
                    tie: self.tie(hop.from, hop.to, hop.edge),
                }
            });
            ChainView { hops: hops.collect() }
        });
        let paths = chains.collect();
        Ok(PathView { from: self.topic_link(from), to: self.topic_link(to), paths })
    }

    pub(super) fn topic_link(&self, at: usize) -> TopicLink {
        let topic = &self.graph.vocabulary.topics[at];
        TopicLink { id: topic.slug.0.clone(), label: topic.pref_label.clone(), why: None }
    }

    /// The tie between the topics with the vocabulary indices `from` and `to`. Its `words` describe `to` as seen from
    /// `from`, such as "broader".
    fn tie(&self, from: usize, to: usize, edge: &Edge) -> Tie {
        let topics = &self.graph.vocabulary.topics;
        let (from, to) = (&topics[from], &topics[to]);
        let words = edge.why.iter().map(|why| match why {
            Why::Broader if from.broader.contains(&to.slug) => "broader".to_owned(),
            Why::Broader => "narrower".to_owned(),
            Why::Requires if from.requires.iter().any(|r| r.topic == to.slug) => {
                "required first".to_owned()
            }
            Why::Requires => "builds on it".to_owned(),
            Why::Related => "closely related".to_owned(),
            Why::CoMention if edge.said_by == 1 => "said together by 1 author".to_owned(),
            Why::CoMention => format!("said together by {} authors", edge.said_by),
        });
        Tie {
            why: edge.why.clone(),
            words: words.collect(),
            reason: edge.reason.clone(),
            said_by: edge.said_by,
            evidence: edge.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
        }
    }

    fn evidence(&self, evidence: &graph::Evidence) -> EvidenceView {
        let id = SectionId(evidence.section);
        EvidenceView {
            sentence: self.quote(&evidence.sentence),
            source: evidence.source.clone(),
            path: evidence.path.clone(),
            place: evidence.address.into(),
            url: self.link(&evidence.source, &evidence.path, evidence.address, id),
        }
    }
}
