//! Assigns a section to a step of a design answer, by its headings or else by its main topics.

use super::tagger::Tagger;
use super::{Mention, Salience};
use crate::extract::Section;
use crate::vocabulary::folded::{FoldedText, FoldedWords};

/// The index of the section's step in the vocabulary, if it has one.
///
/// The three innermost headings are searched for the heading words of the steps. The innermost heading that contains
/// such words decides. If it contains those of several steps, the step with the longest words is used ("online metrics"
/// rather than "metrics"). If no heading contains such words, the step with the most of the section's main topics is
/// used. `None` if no main topic belongs to a step, or if several steps have equally many.
pub(super) fn of(section: &Section, mentions: &[Mention], tagger: &Tagger) -> Option<u8> {
    let by_heading = section.subject().iter().rev().take(3).find_map(|heading| {
        let heading = FoldedText::of(heading);
        let matches = tagger.steps.iter().enumerate().filter_map(|(step, words)| {
            let found = words.iter().filter(|w| w.are_in(&heading, 0..heading.folded.len()));
            let longest = found.map(FoldedWords::len).max()?;
            Some((longest, std::cmp::Reverse(step)))
        });
        matches.max().map(|(_, step)| step.0)
    });
    match by_heading {
        Some(step) => u8::try_from(step).ok(),
        None => by_topics(mentions, tagger),
    }
}

fn by_topics(mentions: &[Mention], tagger: &Tagger) -> Option<u8> {
    let mut votes = vec![0_u32; tagger.steps.len()];
    for mention in mentions.iter().filter(|mention| mention.salience == Salience::Main) {
        for step in tagger.topic_steps.get(mention.topic as usize).into_iter().flatten() {
            if let Some(votes) = votes.get_mut(usize::from(*step)) {
                *votes += 1;
            }
        }
    }
    let most = votes.iter().copied().max().filter(|most| *most > 0)?;
    let mut winners = votes.iter().enumerate().filter(|(_, votes)| **votes == most);
    let (winner, _) = winners.next()?;
    if winners.next().is_some() { None } else { u8::try_from(winner).ok() }
}
