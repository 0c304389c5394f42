//! What to learn before a topic, ordered so that prerequisites come first.

use std::collections::HashSet;

use crate::vocabulary::Vocabulary;

/// A topic to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// Its place in the vocabulary.
    pub topic: usize,
    /// The topic that requires it, and the vocabulary's reason; `None` for the requested topic.
    pub needed: Option<(usize, &'a str)>,
}

/// Everything that `topic` (a place in the vocabulary) requires directly or indirectly, without the topics in `known`
/// and what only they require; prerequisites first, the topic itself last.
///
/// Depth-first topological sort (T. H. Cormen et al., "Introduction to Algorithms"). Ties are resolved by the order
/// of the vocabulary's statements. O(requirements).
pub fn learn<'a>(
    vocabulary: &'a Vocabulary,
    topic: usize,
    known: &HashSet<usize>,
) -> Vec<Lesson<'a>> {
    let mut lessons = Vec::new();
    let mut seen = known.clone();
    if topic < vocabulary.topics.len() {
        seen.insert(topic);
        visit(vocabulary, Lesson { topic, needed: None }, &mut seen, &mut lessons);
    }
    lessons
}

/// The recursion is as deep as the longest chain of requirements. The vocabulary check rejects cycles; `seen` would
/// end one.
fn visit<'a>(
    vocabulary: &'a Vocabulary,
    lesson: Lesson<'a>,
    seen: &mut HashSet<usize>,
    lessons: &mut Vec<Lesson<'a>>,
) {
    for requirement in &vocabulary.topics[lesson.topic].requires {
        let Some(topic) = vocabulary.position(&requirement.topic.0) else { continue };
        if seen.insert(topic) {
            let needed = Some((lesson.topic, requirement.why.as_str()));
            visit(vocabulary, Lesson { topic, needed }, seen, lessons);
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
        fn nothing_comes_before_what_it_requires(
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
    fn an_invalid_place_has_nothing_to_learn() {
        assert!(learn(&VOCABULARY, usize::MAX, &HashSet::new()).is_empty());
    }
}
