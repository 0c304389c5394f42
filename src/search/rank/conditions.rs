//! What else than its words decides whether a section matches, and how much it counts.

use crate::search::index::field::{Filter, FilterField};
use crate::search::index::opened::OpenedIndex;
use crate::search::index::section_set::SectionSet;
use crate::search::rank::bits::WindowBits;
use crate::search::rank::plan::Plan;
use crate::search::rank::weights::Weights;

/// Whether a query asks for code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::search) enum CodeWish {
    /// Neither its filters nor its words ask for code.
    #[default]
    No,
    /// It contains an identifier or names code, but may mean a subject.
    Maybe,
    /// It has the filter `has:code`.
    Yes,
}

/// What a query wants of sections with many links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::search) enum LinkWish {
    /// They are as good as others.
    #[default]
    Any,
    /// It asks for them.
    Wanted,
    /// It asks a question, which explanations answer rather than links.
    Unwanted,
}

impl CodeWish {
    /// Whether a query with this `plan` and these `filters` asks for code: with a filter, or with its words.
    pub fn of(plan: &Plan, filters: [&[Filter]; 2]) -> CodeWish {
        let is_code = |filter: &&Filter| {
            filter.field == FilterField::Has && filter.value.eq_ignore_ascii_case("code")
        };
        let mut filters = filters.into_iter().flatten().filter(is_code);
        match filters.any(|filter| !filter.excluded) {
            true => CodeWish::Yes,
            false if plan.names_code => CodeWish::Maybe,
            false => CodeWish::No,
        }
    }
}

impl LinkWish {
    /// What `plan` wants of sections with many links.
    pub fn of(plan: &Plan) -> LinkWish {
        match plan.question {
            _ if plan.wants_links => LinkWish::Wanted,
            Some(_) => LinkWish::Unwanted,
            None => LinkWish::Any,
        }
    }
}

/// The conditions that a section must fulfil to be a match, apart from its words, and the wishes that raise its score.
#[derive(Default)]
pub(in crate::search) struct MatchConditions<'a> {
    /// The sections that pass the filters; `None` for all.
    pub allowed: Option<&'a SectionSet>,
    /// Whether copies count as matches.
    pub with_copies: bool,
    pub links: LinkWish,
    pub code: CodeWish,
}

impl MatchConditions<'_> {
    /// Removes from `sections` those that are hidden or don't pass the filters. `base` is the number of the first
    /// section of the window.
    pub fn keep_shown(&self, opened: &OpenedIndex, base: u32, sections: &mut WindowBits) {
        let shown = if self.with_copies { &opened.kept } else { &opened.shown };
        for (word, from) in sections.words.iter_mut().zip((base as usize..).step_by(64)) {
            if *word != 0 {
                *word &= shown.word(from);
                *word &= self.allowed.map_or(u64::MAX, |allowed| allowed.word(from));
            }
        }
    }

    /// A factor for the score of `section`: its prior, and the factors for many links and for code. It does not depend on which words the section contains.
    pub fn static_factor(
        &self,
        opened: &OpenedIndex,
        weights: &Weights,
        section: u32,
        has_links: bool,
    ) -> f32 {
        let links = match self.links {
            LinkWish::Wanted if has_links => 1.0 + weights.links,
            LinkWish::Unwanted if has_links => weights.unwanted_links,
            _ => 1.0,
        };
        let code = match self.code {
            CodeWish::No
                if self.links == LinkWish::Unwanted && opened.listings.contains(section) =>
            {
                weights.unwanted_listing
            }
            CodeWish::No if opened.listings.contains(section) => weights.listing,
            CodeWish::Yes if opened.listings.contains(section) => weights.wanted_listing,
            _ => 1.0,
        };
        opened.priors[section as usize] * links * code
    }

    /// The highest possible static factor. Priors are at most 1.
    pub fn highest_factor(&self, weights: &Weights) -> f32 {
        let links = if self.links == LinkWish::Wanted { 1.0 + weights.links } else { 1.0 };
        match self.code {
            CodeWish::Yes => links * weights.wanted_listing.max(1.0),
            CodeWish::No | CodeWish::Maybe => links,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fixture::{fixture, record};
    use crate::search::rank::weights::WEIGHTS;

    #[test]
    fn a_question_lowers_sections_with_many_links_and_a_wish_for_links_raises_them() {
        let fixture = fixture([record("A", "a")]);
        let opened = &fixture.searcher.index.opened;
        let factor = |links, has_links| {
            let conditions = MatchConditions { links, ..Default::default() };
            conditions.static_factor(opened, &WEIGHTS, 0, has_links)
        };
        assert!(factor(LinkWish::Unwanted, true) < factor(LinkWish::Any, true));
        assert!(factor(LinkWish::Wanted, true) > factor(LinkWish::Any, true));
        assert_eq!(factor(LinkWish::Unwanted, false), factor(LinkWish::Any, false));
    }

    #[test]
    fn copies_count_where_one_place_is_asked_for_and_deleted_sections_never() {
        let mut fixture = fixture([record("A", "a"), record("B", "b"), record("C", "c")]);
        let opened = &mut fixture.searcher.index.opened;
        opened.shown = [true, false, false].into_iter().collect();
        opened.kept = [true, true, false].into_iter().collect();
        let show = |allowed: Option<&SectionSet>, with_copies| {
            let conditions = MatchConditions { allowed, with_copies, ..Default::default() };
            let mut sections = WindowBits::default();
            (0..3).for_each(|at| sections.insert(at));
            conditions.keep_shown(opened, 0, &mut sections);
            [0, 1, 2].map(|at| sections.contains(at))
        };
        assert_eq!(show(None, false), [true, false, false]);
        assert_eq!(show(None, true), [true, true, false]);
        let allowed: SectionSet = [false, true, true].into_iter().collect();
        assert_eq!(show(Some(&allowed), true), [false, true, false]);
    }
}
