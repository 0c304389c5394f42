//! Compares two topics, and finds the two topics of a query that asks for a comparison.

use super::Library;
use super::view::{ComparedStep, ComparedTopic, ComparisonView, HitView, TopicDetail, TopicLink};
use crate::search::{
    Budget, Filter, FilterField, LastWord, SearchError, SearchRequest, Understanding,
};

/// The number of passages that mention both topics.
const PASSAGES: usize = 24;
/// The heading of passages that serve no step.
const NO_STEP: &str = "In general";
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
    /// The two topics that the query `text`, which asks for a comparison, compares; `topics` are the slugs of those that
    /// it names. Empty if it names fewer than two.
    pub(super) fn compared(&self, text: &str, topics: &[String]) -> Vec<TopicLink> {
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
    fn the_two_sides_of_a_comparison_are_found() {
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
    }
}
