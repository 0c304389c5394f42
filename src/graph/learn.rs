//! Finds the topics to learn before a topic, ordered so that prerequisites come first.

use std::collections::HashSet;

use crate::vocabulary::Vocabulary;

/// A topic to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicToLearn<'a> {
    /// The topic's index in the vocabulary.
    pub topic: usize,
    /// Why the topic has to be learned; `None` for the requested topic.
    pub needed: Option<NeededFor<'a>>,
}

/// Why a topic has to be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededFor<'a> {
    /// The vocabulary index of the topic that requires it.
    pub topic: usize,
    /// The vocabulary's reason.
    pub reason: &'a str,
}

/// The topics that `topic` requires directly or indirectly, prerequisites first, and `topic` itself last. Topics in
/// `known`, and topics that only these require, are left out. All topics are vocabulary indices.
///
/// Depth-first topological sort (T. H. Cormen et al., "Introduction to Algorithms"). The requirements of a topic are
/// visited in the order in which the vocabulary lists them. O(requirements).
pub fn learn<'a>(
    vocabulary: &'a Vocabulary,
    topic: usize,
    known: &HashSet<usize>,
) -> Vec<TopicToLearn<'a>> {
    let mut lessons = Vec::new();
    let mut seen = known.clone();
    if topic < vocabulary.topics.len() {
        seen.insert(topic);
        visit(vocabulary, TopicToLearn { topic, needed: None }, &mut seen, &mut lessons);
    }
    lessons
}

/// Appends `lesson` to `lessons`, after the topics that it requires. The recursion is as deep as the longest chain of
/// requirements. The vocabulary check rejects cycles; with a cycle, `seen` would end the recursion.
fn visit<'a>(
    vocabulary: &'a Vocabulary,
    lesson: TopicToLearn<'a>,
    seen: &mut HashSet<usize>,
    lessons: &mut Vec<TopicToLearn<'a>>,
) {
    for requirement in &vocabulary.topics[lesson.topic].requires {
        let Some(topic) = vocabulary.position(&requirement.topic.0) else { continue };
        if seen.insert(topic) {
            let needed = Some(NeededFor { topic: lesson.topic, reason: &requirement.why });
            visit(vocabulary, TopicToLearn { topic, needed }, seen, lessons);
        }
    }
    lessons.push(lesson);
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::config::DataFiles;
    use crate::vocabulary;

    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| vocabulary::load(&DataFiles::Compiled).unwrap());

    proptest! {
        #[test]
        fn every_topic_comes_after_what_it_requires(
            start in 0_usize..2000, known in proptest::collection::hash_set(0_usize..600, 0..20),
        ) {
            let vocabulary = &*VOCABULARY;
            let topic = start % vocabulary.topics.len();
            let lessons = learn(vocabulary, topic, &known);
            let order: Vec<usize> = lessons.iter().map(|lesson| lesson.topic).collect();
            prop_assert_eq!(order.last(), Some(&topic));
            for (at, lesson) in lessons.iter().enumerate() {
                prop_assert!(lesson.topic == topic || !known.contains(&lesson.topic));
                for requirement in &vocabulary.topics[lesson.topic].requires {
                    let required = vocabulary.position(&requirement.topic.0).unwrap();
                    prop_assert!(known.contains(&required) || order[..at].contains(&required));
                }
                prop_assert_eq!(lesson.needed.is_none(), lesson.topic == topic);
            }
        }
    }

    #[test]
    fn an_index_beyond_the_vocabulary_has_nothing_to_learn() {
        assert!(learn(&VOCABULARY, usize::MAX, &HashSet::new()).is_empty());
    }
}
