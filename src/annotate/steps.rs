//! Finds the steps of a design answer that a section belongs to.
//!
//! Each step has a list of heading words. Four signals support a step: the headings of the section that contain such words,
//! the topics of the section that belong to the step, and how near the section and its own heading are to the words in
//! meaning. The weights of these signals are the rounded coefficients of a conditional logit model, fitted on hand-labelled
//! sections: 133 drawn from the corpus, and 357 passages of guides. [`EXACT`] was set by hand. Where the table of word
//! vectors is the one that they were fitted with, [`StepVector`]s say more about meaning, and also recognise sections that
//! serve no step.

use std::cmp::Reverse;
use std::sync::Arc;

use super::step_vectors::StepVector;
use super::{Mention, Salience, SectionStep};
use crate::extract::Section;
use crate::meaning::{MeaningTable, MeaningVector};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::common_words::CommonWord;
use crate::vocabulary::folded::{FoldedText, FoldedWords};

/// The weight of a heading that consists of a step's words.
const HEADING: f32 = 2.0;
/// The additional weight of an own heading that consists of two or more words of a step, such as "Problem framing". One
/// word alone, such as "Features", often means something else.
const EXACT: f32 = 1.0;
/// The weight of the share of the section's topics that belong to the step.
const TOPICS: f32 = 3.0;
/// The weight of the cosine of the section and the step, less the mean over all steps.
const MEANING: f32 = 4.2;
/// The same for the section's own heading.
const HEADING_MEANING: f32 = 2.8;
/// Further steps of a section have at most this much less support than the first.
const MARGIN: f32 = 1.0;
/// The maximum number of steps of a section.
const MOST: usize = 2;
/// A main topic counts as much as so many mentions.
const MAIN: f32 = 3.0;
/// The number of innermost headings that are searched.
const HEADINGS: usize = 3;

/// The steps of a vocabulary, compiled.
#[derive(Default)]
pub(super) struct StepFinder {
    steps: Vec<CompiledStep>,
    /// For each topic, the indices of the steps that it belongs to.
    topic_steps: Vec<Vec<u8>>,
    table: Option<Arc<MeaningTable>>,
}

#[derive(Default)]
struct CompiledStep {
    /// Its heading words.
    words: Vec<FoldedWords>,
    /// The meaning of all of them together.
    meaning: Option<MeaningVector>,
    fitted: Option<StepVector>,
}

impl StepFinder {
    /// Compiles the steps of `vocabulary`. Without a `table`, meaning supports no step.
    pub fn new(vocabulary: &Vocabulary, table: Option<Arc<MeaningTable>>) -> StepFinder {
        let place = |slug: &String| {
            let place = vocabulary.steps.iter().position(|step| step.slug == *slug)?;
            u8::try_from(place).ok()
        };
        let mut fitted = table.as_ref().map(|table| StepVector::load(table)).unwrap_or_default();
        let steps = vocabulary.steps.iter().map(|step| {
            let headings = || step.headings.iter().map(String::as_str);
            CompiledStep {
                words: headings().flat_map(FoldedWords::of).collect(),
                meaning: table.as_ref().and_then(|table| MeaningVector::of(table, headings())),
                fitted: fitted.remove(&step.slug),
            }
        });
        let steps = steps.collect();
        let topics = vocabulary.topics.iter();
        let topic_steps =
            topics.map(|topic| topic.steps.iter().filter_map(place).collect()).collect();
        StepFinder { steps, topic_steps, table }
    }

    /// The steps that `section` may belong to, those with the most support first: the best of all, and a further
    /// one with nearly as much. Empty if nothing supports any step. `vector` is the meaning of the section
    /// ([`StepFinder::meaning`]), if it counts. O(length of the headings).
    pub fn of(
        &self,
        section: &Section,
        mentions: &[Mention],
        vector: Option<&MeaningVector>,
    ) -> Vec<SectionStep> {
        let mut support = vec![0.0; self.steps.len()];
        self.add_headings(section, &mut support);
        self.add_topics(mentions, &mut support);
        if let Some(vector) = vector {
            let heading = self.own_heading(section);
            self.add_meaning(vector, heading.as_ref(), &mut support);
            self.add_fitted(vector, heading.as_ref(), &mut support);
        }
        let mut steps: Vec<(u8, f32)> = (0..).zip(support).collect();
        steps.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let least = steps.first().map_or(0.0, |(_, best)| (best - MARGIN).max(f32::MIN_POSITIVE));
        steps.retain(|(_, support)| *support >= least);
        steps.truncate(MOST);
        // The support is at most a few dozen.
        let hundredths = |support: f32| (100.0 * support).round() as i16;
        let step = |(step, support)| SectionStep { step, support: hundredths(support) };
        steps.into_iter().map(step).collect()
    }

    /// For each of the innermost headings: the step with the longest words ("online metrics" rather than "metrics") gets
    /// the most support. The more of the heading its words are, the more.
    fn add_headings(&self, section: &Section, support: &mut [f32]) {
        for (above, heading) in section.subject().iter().rev().take(HEADINGS).enumerate() {
            let heading = FoldedText::of(heading);
            let found: Vec<Option<&FoldedWords>> = self
                .steps
                .iter()
                .map(|step| {
                    let words = step.words.iter();
                    let found = words.filter(|w| w.are_in(&heading, 0..heading.folded.len()));
                    found.max_by_key(|words| (words.len(), Reverse(words.count())))
                })
                .collect();
            let Some(longest) = found.iter().flatten().map(|words| words.len()).max() else {
                continue;
            };
            let is_filler = |word: &&str| CommonWord::Function.includes(&word.to_lowercase());
            let written = heading.words.iter().map(|word| &heading.written[word.start..word.end]);
            let count = written.filter(|word| !is_filler(word)).count().max(1);
            for (support, words) in support.iter_mut().zip(found) {
                let Some(words) = words else { continue };
                let share = (words.count() as f32 / count as f32).min(1.0).sqrt();
                let rank = if words.len() == longest { 1.0 } else { 0.5 };
                let is_exact = above == 0 && words.count() >= 2 && words.count() >= count;
                *support += HEADING * rank * share + if is_exact { EXACT } else { 0.0 };
            }
        }
    }

    /// Each topic supports the steps that it belongs to.
    fn add_topics(&self, mentions: &[Mention], support: &mut [f32]) {
        let mut shares = vec![0.0; support.len()];
        let mut total = 1.0;
        for mention in mentions {
            let steps = self.topic_steps.get(mention.topic as usize).map_or(&[][..], Vec::as_slice);
            if steps.is_empty() {
                continue;
            }
            let weight = if mention.salience == Salience::Main { MAIN } else { 1.0 };
            let weight = weight / steps.len() as f32;
            total += weight;
            for step in steps {
                if let Some(share) = shares.get_mut(usize::from(*step)) {
                    *share += weight;
                }
            }
        }
        for (support, share) in support.iter_mut().zip(shares) {
            *support += TOPICS * share / total;
        }
    }

    /// The meaning of the headings and the text of `section`; `None` without a table or a known word. O(length).
    pub fn meaning(&self, section: &Section) -> Option<MeaningVector> {
        let headings = section.subject().iter().map(String::as_str);
        MeaningVector::of(self.table.as_ref()?, headings.chain([section.text.as_str()]))
    }

    /// The meaning of `text`; `None` without a table or a known word. O(length).
    pub fn text_meaning(&self, text: &str) -> Option<MeaningVector> {
        MeaningVector::of(self.table.as_ref()?, [text])
    }

    /// The meaning of the own heading of `section`.
    fn own_heading(&self, section: &Section) -> Option<MeaningVector> {
        MeaningVector::of(self.table.as_ref()?, section.subject().last().map(String::as_str))
    }

    fn add_meaning(
        &self,
        section: &MeaningVector,
        heading: Option<&MeaningVector>,
        support: &mut [f32],
    ) {
        self.add_cosines(section, MEANING, support);
        if let Some(heading) = heading {
            self.add_cosines(heading, HEADING_MEANING, support);
        }
    }

    fn add_fitted(
        &self,
        section: &MeaningVector,
        heading: Option<&MeaningVector>,
        support: &mut [f32],
    ) {
        for (support, step) in support.iter_mut().zip(&self.steps) {
            *support += step.fitted.as_ref().map_or(0.0, |fitted| fitted.support(section, heading));
        }
    }

    fn add_cosines(&self, vector: &MeaningVector, weight: f32, support: &mut [f32]) {
        let length = vector.length();
        let cosine = |step: &CompiledStep| {
            step.meaning.as_ref().map_or(0.0, |meaning| vector.cosine_of(length, meaning))
        };
        let cosines: Vec<f32> = self.steps.iter().map(cosine).collect();
        let mean = cosines.iter().sum::<f32>() / cosines.len().max(1) as f32;
        for (support, cosine) in support.iter_mut().zip(cosines) {
            *support += weight * (cosine - mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::{Tagger, annotate};
    use crate::config::DataFiles;
    use crate::vocabulary;

    /// The steps of the last section of `markdown`, and whether the first is certain.
    fn steps(markdown: &str, with_table: bool) -> (Vec<String>, bool) {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let table = Arc::new(MeaningTable::load(&DataFiles::Compiled).unwrap());
        let tagger = Tagger::with_meaning(&vocabulary, with_table.then_some(table));
        let document = crate::extract::extract("md", markdown.as_bytes()).document.unwrap();
        let notes = annotate(&document, &tagger).sections.pop().unwrap();
        let slug = |step: &SectionStep| vocabulary.steps[usize::from(step.step)].slug.clone();
        (notes.steps.iter().map(slug).collect(), notes.step().is_some())
    }

    /// Writes what `sources/meaning/steps.py` fits the vectors of the steps on. `CAIRN_STEP_SECTIONS` is a file with one
    /// section in a line, in JSON (`title`, `headings`, `text`); the features go to `CAIRN_STEP_FEATURES`.
    #[test]
    #[ignore = "a tool for sources/meaning/steps.py"]
    fn step_features() {
        #[derive(serde::Deserialize)]
        struct Labelled {
            title: Option<String>,
            headings: Vec<String>,
            text: String,
        }
        let file = |name: &str| std::env::var(name).unwrap();
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let table = Arc::new(MeaningTable::load(&DataFiles::Compiled).unwrap());
        let tagger = Tagger::with_meaning(&vocabulary, Some(Arc::clone(&table)));
        let finder = StepFinder::new(&vocabulary, Some(table));
        let document = crate::extract::extract("md", b"# A\n\nA text.\n").document.unwrap();
        let mut features = String::new();
        for line in std::fs::read_to_string(file("CAIRN_STEP_SECTIONS")).unwrap().lines() {
            let Labelled { title, headings, text } = serde_json::from_str(line).unwrap();
            let section = Section { headings, text, ..document.sections[0].clone() };
            let sections = vec![section.clone()];
            let document = crate::extract::Document { title, sections, ..document.clone() };
            let mentions = annotate(&document, &tagger).sections.remove(0).mentions;
            let mut support = vec![0.0; finder.steps.len()];
            finder.add_headings(&section, &mut support);
            finder.add_topics(&mentions, &mut support);
            let (vector, heading) = (finder.meaning(&section), finder.own_heading(&section));
            if let Some(vector) = &vector {
                finder.add_meaning(vector, heading.as_ref(), &mut support);
            }
            let components = |vector: Option<MeaningVector>| vector.map(|v| v.components.to_vec());
            let row = (support, components(vector), components(heading));
            features += &format!("{}\n", serde_json::to_string(&row).unwrap());
        }
        std::fs::write(file("CAIRN_STEP_FEATURES"), features).unwrap();
    }

    #[test]
    fn a_heading_that_is_a_step_decides() {
        for (heading, step) in [
            ("Monitoring and rollback (post-deployment)", "monitoring"),
            ("Online metrics", "online-evaluation"),
            ("Offline evaluation", "offline-evaluation"),
            ("Problem framing", "problem-framing"),
            ("Feature engineering", "features"),
        ] {
            let text = format!("# Spam filter\n\n## {heading}\n\nWe say how we do this here.\n");
            let (steps, is_certain) = steps(&text, true);
            assert_eq!((steps[0].as_str(), is_certain), (step, true), "{heading}: {steps:?}");
        }
    }

    #[test]
    fn the_text_decides_where_no_heading_names_a_step() {
        let text = "# Note\n\n## What we saw\n\nWe split users into a control and a treatment group. The A/B test ran \
                    for two weeks, and conversion and retention were higher in treatment.\n";
        assert_eq!(steps(text, true).0[0], "online-evaluation");
        let text = "# Note\n\n## More\n\nIts leaves fall late in autumn, and its bark is red.\n";
        assert!(!steps(text, true).1, "it serves no step");
    }

    #[test]
    fn topics_decide_without_a_table() {
        let text = "# Retrieval metrics: Recall@K and NDCG\n\nRecall@K and NDCG count hits; MRR the first.\n";
        assert_eq!(steps(text, false).0[0], "offline-evaluation");
        assert_eq!(steps(text, true).0[0], "offline-evaluation");
    }
}
