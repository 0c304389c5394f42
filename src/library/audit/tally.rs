//! Counts of sections and their properties.

use super::traits::{SectionTrait, SectionTraits};
use crate::library::view::{SectionSharesView, SectionsAuditView};

/// Whether a section is folded under another one as its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionFold {
    No,
    UnderOwnSource,
    UnderOtherSource,
}

/// The properties of one section that are counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountedSection {
    pub traits: SectionTraits,
    /// The number of words of its text, without code.
    pub words: usize,
    /// The number of topics that it mentions.
    pub mentions: usize,
}

/// The counts for a set of sections.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SectionTally {
    pub sections: usize,
    pub suspect: usize,
    words: usize,
    mentions: usize,
    copies: usize,
    own_copies: usize,
    /// The number of sections with each trait, in the order of [`SectionTrait::ALL`].
    traits: [usize; SectionTrait::ALL.len()],
}

impl std::ops::AddAssign for SectionTally {
    fn add_assign(&mut self, other: SectionTally) {
        self.sections += other.sections;
        self.suspect += other.suspect;
        self.words += other.words;
        self.mentions += other.mentions;
        self.copies += other.copies;
        self.own_copies += other.own_copies;
        for (count, more) in self.traits.iter_mut().zip(other.traits) {
            *count += more;
        }
    }
}

impl SectionTally {
    pub fn add(&mut self, section: &CountedSection, fold: SectionFold) {
        self.sections += 1;
        self.words += section.words;
        self.mentions += section.mentions;
        self.suspect += usize::from(section.traits.is_suspect());
        self.copies += usize::from(fold == SectionFold::UnderOtherSource);
        self.own_copies += usize::from(fold == SectionFold::UnderOwnSource);
        for (count, one) in self.traits.iter_mut().zip(SectionTrait::ALL) {
            *count += usize::from(section.traits.has(one));
        }
    }

    /// The counts for output.
    pub fn view(&self) -> SectionsAuditView {
        let share = |one: SectionTrait| percent(self.traits[one as usize], self.sections);
        SectionsAuditView {
            sections: self.sections,
            words: self.words,
            topics_per_thousand_words: rounded(
                self.mentions as f64 * 1_000.0 / self.words.max(1) as f64,
            ),
            suspect: self.suspect,
            shares: SectionSharesView {
                suspect: percent(self.suspect, self.sections),
                code: share(SectionTrait::Code),
                numbers: share(SectionTrait::Numbers),
                rows: share(SectionTrait::Rows),
                tiny: share(SectionTrait::Tiny),
                navigation: share(SectionTrait::Navigation),
                boilerplate: share(SectionTrait::Boilerplate),
                off_topic: share(SectionTrait::OffTopic),
                tex: share(SectionTrait::Tex),
                copies: percent(self.copies, self.sections),
                own_copies: percent(self.own_copies, self.sections),
            },
            copies: self.copies,
            own_copies: self.own_copies,
        }
    }
}

/// `part` as a percentage of `whole`, rounded to one decimal. 0 if both are 0.
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    rounded(part as f64 * 100.0 / whole.max(1) as f64)
}

/// `number`, rounded to one decimal.
fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
