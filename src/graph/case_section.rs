//! A section as a passage of a guide: the steps that it serves, how well it is suited, and the cases that it is about.

use serde::{Deserialize, Serialize};

use super::passage_text::{TextExtent, count, questions, worth};
use crate::annotate::SectionStep;
use crate::extract::Section;

/// The least support, in hundredths, with which a section is a passage at a step. Readers of 460 excerpts found that of
/// those with less, one in three is at the wrong step or about something else, and of those with 800, none.
const LEAST: LeastSupport = LeastSupport { in_document: 400, best: 480, further: 600 };
/// The same for sections whose meaning is not known: headings and topics alone give less support.
const LEAST_WITHOUT_MEANING: LeastSupport =
    LeastSupport { in_document: 250, best: 310, further: 310 };
/// Words of the own headings of sections that repeat, ask or list. Guides leave them out.
const LEFT_OUT: [&str; 14] = [
    "checkpoint",
    "checklist",
    "exercises",
    "further reading",
    "next steps",
    "progress tracking",
    "quiz",
    "recap",
    "references",
    "summary",
    "summing up",
    "table of contents",
    "takeaways",
    "test yourself",
];
/// The same for whole headings: such sections only list tools.
const LEFT_OUT_WHOLE: [&str; 2] = ["stack", "tech stack"];
/// Sections with fewer words are left out if they have fewer than [`FEW_ITEMS`] list items.
const TINY: u32 = 20;
const FEW_ITEMS: u32 = 3;
/// Sections with fewer words of text outside code are left out if they have code: code alone says little in an excerpt.
const FEW_BESIDE_CODE: u32 = 20;
/// Sections with so many questions, of which at least every second sentence is one, only ask. They are passages of the first
/// step alone: an answer begins with questions that clarify the problem.
const MANY_QUESTIONS: usize = 3;
/// The least support, in hundredths, with which a section is a passage at a step.
struct LeastSupport {
    /// At its best step, if its document is about the case.
    in_document: i16,
    /// At its best step otherwise.
    best: i16,
    /// At a further step.
    further: i16,
}

/// How a section names its case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CaseNaming {
    /// The whole document is about the case.
    document: bool,
    /// One of the section's headings names it.
    heading: bool,
    /// It is one of the section's main topics.
    main_topic: bool,
}

/// The cases that a section names, as indices in the vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCases {
    /// The case that one of its headings names.
    pub heading: Option<u32>,
    /// The cases that are main topics of it, ascending.
    pub main: Vec<u32>,
}

/// A section that may be a passage of guides. Of which ones, its document decides, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideSection {
    /// The steps that it may serve, the best first.
    pub steps: Vec<SectionStep>,
    pub extent: TextExtent,
    /// How well it is suited as a passage, apart from step and case, in hundredths.
    pub worth: i16,
    pub cases: NamedCases,
    /// Whether its meaning counts for its steps.
    pub is_english: bool,
}

impl GuideSection {
    /// `section`, which may serve `steps` and names `cases`. `None` if it serves no step, or has so little text, or such a
    /// heading, that guides leave it out. O(length).
    pub fn new(
        section: &Section,
        steps: &[SectionStep],
        cases: NamedCases,
        is_english: bool,
    ) -> Option<GuideSection> {
        let extent = TextExtent::of(section);
        let is_tiny = extent.words < TINY && extent.items < FEW_ITEMS;
        let is_code = count(&section.text) < FEW_BESIDE_CODE && !section.code.trim().is_empty();
        let (questions, sentences) = questions(section);
        let is_later = steps.first().is_some_and(|step| step.step > 0);
        let only_asks = questions >= MANY_QUESTIONS && 2 * questions >= sentences && is_later;
        let heading = section.subject().last().map(|heading| heading.to_lowercase());
        let is_left_out = heading.is_some_and(|heading| {
            LEFT_OUT.iter().any(|words| heading.contains(words))
                || LEFT_OUT_WHOLE.contains(&heading.trim())
        });
        (!steps.is_empty() && !is_tiny && !is_code && !only_asks && !is_left_out).then(|| {
            GuideSection {
                steps: steps.to_vec(),
                extent,
                worth: worth(section, extent, is_english),
                cases,
                is_english,
            }
        })
    }

    /// The section for each case that it is about: the one that a heading names, or else `whole`, that of its document; and
    /// those that are its main topics.
    pub(super) fn about(&self, whole: Option<u32>) -> impl Iterator<Item = CaseSection<'_>> {
        let NamedCases { heading, main } = &self.cases;
        let first = heading.or(whole);
        let further = main.iter().copied().filter(move |case| Some(*case) != first);
        first.into_iter().chain(further).map(move |case| {
            let naming = CaseNaming {
                document: whole == Some(case),
                heading: *heading == Some(case),
                main_topic: main.contains(&case),
            };
            let worth = self.worth + naming.worth();
            CaseSection { case, in_document: naming.document, section: self, worth }
        })
    }
}

impl CaseNaming {
    /// What it adds to the worth of a section, in hundredths.
    fn worth(self) -> i16 {
        let given = |is: bool, weight: i16| if is { weight } else { 0 };
        given(self.document, 110) + given(self.heading, 60) + given(self.main_topic, 70)
    }
}

/// A section about a case study.
#[derive(Clone, Copy, Debug)]
pub(super) struct CaseSection<'a> {
    /// The index of the case in the vocabulary.
    pub case: u32,
    /// Whether the whole document is about the case.
    in_document: bool,
    pub section: &'a GuideSection,
    /// How well it is suited as a passage about the case, apart from the step, in hundredths.
    worth: i16,
}

impl CaseSection<'_> {
    /// The steps that it serves, each with the rank of the section among the passages on this step: the greater, the
    /// better.
    pub fn served(&self) -> impl Iterator<Item = (u8, i32)> {
        let least = if self.section.is_english { LEAST } else { LEAST_WITHOUT_MEANING };
        let is_served = move |(at, step): &(usize, &SectionStep)| {
            let least = match (*at, self.in_document) {
                (0, true) => least.in_document,
                (0, false) => least.best,
                _ => least.further,
            };
            step.support >= least
        };
        // Three fifths of the support: with more or less, fewer labelled passages are among the first.
        let rank = |step: &SectionStep| i32::from(self.worth) + i32::from(step.support) * 3 / 5;
        self.section
            .steps
            .iter()
            .enumerate()
            .filter(is_served)
            .map(move |(_, step)| (step.step, rank(step)))
    }

    /// The step that it serves best, if its document is about the case.
    pub fn answered(&self) -> Option<u8> {
        self.served().next().filter(|_| self.in_document).map(|(step, _)| step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(heading: &str, text: &str) -> Section {
        let markdown = format!("# {heading}\n\n{text}\n");
        let document = crate::extract::extract("md", markdown.as_bytes()).document.unwrap();
        document.sections.into_iter().next().unwrap()
    }

    #[test]
    fn explanations_rank_before_questions_and_short_texts_and_takeaways_are_left_out() {
        let text = "We choose a two-tower model, because it answers in 10 ms at 5,000 requests a second. \
                    A cross encoder would be better, but costs forty times as much.";
        let worth = |heading: &str, text: &str| {
            let section = section(heading, text);
            let steps = [SectionStep { step: 3, support: 400 }];
            let section = GuideSection::new(&section, &steps, NamedCases::default(), true);
            section.map(|section| section.worth)
        };
        let best = worth("Model", text);
        for (heading, text) in [
            ("Key takeaways", text),
            ("Model", "We choose a two-tower model."),
            (
                "Model",
                "We choose a two-tower model, because it answers in 10 ms, which is fast enough for us here at last.",
            ),
            (
                "Model",
                "Which model would you choose, and why? How fast is it? What does it cost at 5,000 requests?",
            ),
        ] {
            assert!(worth(heading, text) < best, "{heading}: {text}");
        }
        assert_eq!(worth("Key takeaways", text), None);
        assert_eq!(worth("Stack", text), None);
        assert_eq!(worth("Model", "We choose a two-tower model."), None);
    }

    #[test]
    fn a_step_that_is_not_certain_counts_only_in_a_document_about_the_case() {
        let section = section("Notes", "- one two three\n- one two three\n- one two three");
        let served = |supports: [i16; 2], cases: &NamedCases, whole, is_english| {
            let steps = [(3, supports[0]), (4, supports[1])];
            let steps = steps.map(|(step, support)| SectionStep { step, support });
            let section = GuideSection::new(&section, &steps, cases.clone(), is_english).unwrap();
            let section = section.about(whole).next().unwrap();
            let steps = section.served().map(|(step, _)| step).collect::<Vec<_>>();
            (steps, section.answered())
        };
        let named = NamedCases { heading: Some(1), main: vec![1] };
        let bare = NamedCases::default();
        for (supports, is_english) in [([410, 400], true), ([260, 250], false)] {
            assert_eq!(served(supports, &named, None, is_english), (vec![], None));
            assert_eq!(served(supports, &named, Some(1), is_english), (vec![3], Some(3)));
            assert_eq!(served(supports, &bare, Some(1), is_english), (vec![3], Some(3)));
        }
        assert_eq!(served([700, 590], &named, None, true).0, [3]);
        assert_eq!(served([700, 600], &named, None, true).0, [3, 4]);
    }

    #[test]
    fn code_alone_and_lists_of_questions_are_no_passages() {
        let kept_at = |step, text: &str| {
            let steps = [SectionStep { step, support: 400 }];
            let section = section("Model", text);
            GuideSection::new(&section, &steps, NamedCases::default(), true).is_some()
        };
        let kept = |text: &str| kept_at(3, text);
        let questions = "- Why do we need a second model here at all?\n- How fast must it answer?\n- Who pays for it?\n";
        let answer =
            "It ranks what the first model found, because that one is fast and not exact. ";
        assert!(!kept(questions) && kept_at(0, questions));
        assert!(kept(&format!("{questions}\n{}", answer.repeat(4))));
        assert!(!kept("```python\nmodel = train(data, steps=1000, rate=0.1)\nprint(model)\n```\n"));
        assert!(kept(&answer.repeat(2)));
    }

    #[test]
    fn a_heading_decides_before_the_document_and_main_topics_are_further_cases() {
        let section = section("Notes", "- one two three\n- one two three\n- one two three");
        let steps = [SectionStep { step: 3, support: 400 }];
        let cases = |heading, main: &[u32], whole| {
            let cases = NamedCases { heading, main: main.to_vec() };
            let section = GuideSection::new(&section, &steps, cases, true).unwrap();
            section.about(whole).map(|about| about.case).collect::<Vec<_>>()
        };
        assert_eq!(cases(Some(1), &[2, 3], Some(2)), [1, 2, 3]);
        assert_eq!(cases(None, &[2, 3], Some(2)), [2, 3]);
        assert_eq!(cases(None, &[], None), Vec::<u32>::new());
    }
}
