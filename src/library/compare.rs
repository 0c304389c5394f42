//! Compares two topics, and recognises queries that ask for a comparison.

use super::Library;
use super::view::{ComparedStep, ComparedTopic, ComparisonView, HitView, TopicDetail, TopicLink};
use crate::search::{
    Budget, Filter, FilterField, LastWord, SearchError, SearchRequest, Understanding,
};

/// The number of passages that mention both topics.
const PASSAGES: usize = 24;
/// The heading of passages that serve no step.
const NO_STEP: &str = "In general";
/// Words that ask for a comparison.
const COMPARING: [&str; 10] = [
    " vs ",
    " vs. ",
    " versus ",
    "difference between",
    "differences between",
    "differ from",
    "compared to",
    "compared with",
    "compare ",
    "comparison of",
];
/// Words between the two things that are compared.
const JOINING: [&str; 6] =
    [" vs ", " vs. ", " versus ", " compared to ", " compared with ", " differ from "];
/// Words before two things that are joined by "and" or "or".
const BEFORE_BOTH: [&str; 6] =
    ["between ", "compare ", "comparison of ", "when to use ", "choose ", "use "];
/// Words before a thing that do not belong to its name.
const LEADING: [&str; 14] = [
    "a",
    "an",
    "the",
    "of",
    "is",
    "does",
    "do",
    "how",
    "what",
    "why",
    "use",
    "using",
    "difference",
    "between",
];
/// The first words of a question that lets the reader choose between two things joined by "or".
const CHOOSING: [&str; 6] = ["should", "which", "when", "do i", "how do i choose", "is it better"];

/// Whether the query `text`, which names two topics, asks for a comparison of them.
fn asks_to_compare(text: &str) -> bool {
    let text = format!(" {} ", text.to_lowercase());
    let chooses = || {
        let is_first = |word: &&str| text.trim_start().starts_with(*word);
        text.contains(" or ") && CHOOSING.iter().any(is_first)
    };
    COMPARING.iter().any(|words| text.contains(words)) || chooses()
}

/// The two things that the query `text` compares; `None` if it has no such form.
fn sides(text: &str) -> Option<[String; 2]> {
    let text = text.to_lowercase();
    let joined = JOINING.iter().find_map(|joint| text.split_once(joint));
    let (one, two) = joined.or_else(|| {
        let (_, both) = BEFORE_BOTH.iter().find_map(|before| text.split_once(before))?;
        both.split_once(" and ").or_else(|| both.split_once(" or "))
    })?;
    let plain = |side: &str| {
        let words = side.split_whitespace().skip_while(|word| LEADING.contains(word));
        let side = words.collect::<Vec<_>>().join(" ");
        side.trim_end_matches(['?', '.', '!']).trim().to_owned()
    };
    Some([plain(one), plain(two)])
}

impl Library {
    /// The two topics that the query `text` asks to compare; `topics` are the slugs of those that it names. Empty if it
    /// asks for no comparison.
    pub(super) fn compared(&self, text: &str, topics: &[String]) -> Vec<TopicLink> {
        if !asks_to_compare(text) {
            return Vec::new();
        }
        // The words between may belong to another topic: "precision vs recall" is a name of their trade-off.
        let sides = sides(text).map(|sides| sides.map(|side| self.find_topic(&side)));
        if let Some([Some(one), Some(two)]) = sides.filter(|[one, two]| one != two) {
            return vec![self.topic_link(one), self.topic_link(two)];
        }
        if topics.len() < 2 {
            return Vec::new();
        }
        let positions = topics.iter().filter_map(|slug| self.graph.vocabulary.position(slug));
        positions.take(2).map(|at| self.topic_link(at)).collect()
    }

    /// The topics with the slugs or labels `names`, side by side. `Err` contains the first name that is not a topic, or
    /// an empty name if both are the same topic. Runs a search within `budget`.
    pub fn compare(
        &self,
        names: [&str; 2],
        budget: &Budget,
    ) -> Result<Result<ComparisonView, String>, SearchError> {
        let mut details = Vec::new();
        for name in names {
            let Some(detail) = self.outline(name) else { return Ok(Err(name.to_owned())) };
            details.push(detail);
        }
        let Ok([one, two]) = <[TopicDetail; 2]>::try_from(details) else {
            return Ok(Err(String::new()));
        };
        if one.topic.id == two.topic.id {
            return Ok(Err(String::new()));
        }
        let passages = self.mentioning_both(&one, &two, budget)?;
        let requires =
            |link: &TopicLink, of: &TopicDetail| of.requires.iter().any(|r| r.id == link.id);
        let shared = one.requires.iter().filter(|link| requires(link, &two)).cloned().collect();
        let own = |of: &TopicDetail, other: &TopicDetail| -> Vec<TopicLink> {
            of.requires.iter().filter(|link| !requires(link, other)).cloned().collect()
        };
        let only = [own(&one, &two), own(&two, &one)];
        let topics = [one, two].into_iter().zip(only).map(|(detail, requires)| ComparedTopic {
            topic: detail.topic,
            broader: detail.broader,
            requires,
        });
        let topics = topics.collect();
        Ok(Ok(ComparisonView { topics, shared, passages: self.by_step(passages) }))
    }

    /// The best passages that mention both topics.
    fn mentioning_both(
        &self,
        one: &TopicDetail,
        two: &TopicDetail,
        budget: &Budget,
    ) -> Result<Vec<HitView>, SearchError> {
        let filter = |detail: &TopicDetail| Filter {
            field: FilterField::Topic,
            value: detail.topic.id.clone(),
            excluded: false,
        };
        let text = format!("{} {}", one.topic.label, two.topic.label);
        let request = SearchRequest {
            text: &text,
            filters: &[filter(one), filter(two)],
            limit: PASSAGES,
            offset: 0,
            understanding: Understanding::FULL,
            last_word: LastWord::Whole,
        };
        Ok(self.search(&request, budget)?.hits)
    }

    /// `passages` by the step that each serves best, in the order of the steps; those without a step come last.
    fn by_step(&self, passages: Vec<HitView>) -> Vec<ComparedStep> {
        let steps = self.graph.vocabulary.steps.iter();
        let mut groups: Vec<ComparedStep> = steps
            .map(|step| ComparedStep {
                step: Some(step.slug.clone()),
                label: step.label.clone(),
                passages: Vec::new(),
            })
            .collect();
        groups.push(ComparedStep { step: None, label: NO_STEP.to_owned(), passages: Vec::new() });
        let last = groups.len() - 1;
        for hit in passages {
            let at = groups.iter().position(|group| group.step == hit.passage.step);
            groups[at.unwrap_or(last)].passages.push(hit);
        }
        groups.retain(|group| !group.passages.is_empty());
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_compare_are_recognised() {
        for text in [
            "precision vs recall",
            "Difference between bagging and boosting?",
            "batch versus online learning",
            "should I use XGBoost or a neural network",
            "when to use ROC AUC or PR AUC",
            "two-tower compared with matrix factorization",
        ] {
            assert!(asks_to_compare(text), "{text}");
        }
        let sides = |text: &str| sides(text).unwrap().join(" | ");
        assert_eq!(sides("Precision vs. recall?"), "precision | recall");
        assert_eq!(
            sides("What is the difference between bagging and boosting?"),
            "bagging | boosting"
        );
        assert_eq!(sides("when to use ROC AUC or PR AUC"), "roc auc | pr auc");
        assert_eq!(
            sides("how does XGBoost differ from a random forest"),
            "xgboost | random forest"
        );
        for text in ["precision and recall", "precision or recall", "position bias", "canvas"] {
            assert!(!asks_to_compare(text), "{text}");
        }
    }
}
