//! Recognises sections without content about their subject: calls to contribute or donate, licence terms, lists of links to
//! the author's offers, and unfilled templates of translations.
//!
//! Several signs are needed, and a long section is never one of these.

use super::Section;
use super::pattern::patterns;
use super::words::words;

/// The maximum number of words of a section without content; a longer section counts as content.
const MOST_WORDS: usize = 130;
/// A text below a heading that says nothing needs this many signs of an appeal.
const SIGNS: usize = 3;
/// A list of offers has at most this many lines, and lines of at most [`OFFER_WORDS`] words.
const OFFER_LINES: usize = 10;
const OFFER_WORDS: usize = 8;
/// A translation template has at least this many lines to fill in.
const UNFILLED_LINES: usize = 3;
/// What marks a line to fill in.
const UNFILLED: char = '⟶';

patterns! {
    /// A heading of calls to contribute and of legal terms.
    HEADING = r"(?i)^[^\p{L}\p{N}]*(?:(?:how to )?(?:contribute|contributing|contributions?)(?: guidelines)?|support (?:us|the authors?|this (?:project|book)|my work)|sponsors?|donat(?:e|ions?)|contributor licen[sc]e agreement|licen[sc]e|licensing|feedback|stay (?:updated|connected|in touch)|newsletter)[^\p{L}\p{N}]*$";
    DONATION = r"(?i)\b(?:patreon|buy me a coffee|(?:interested in|become a|by) sponsor(?:ing)?|donat(?:e|ions?)|contribute financially)\b";
    ISSUE = r"(?i)\b(?:open|raise|propose|report|post|create|file|posting)(?: an?)? (?:new )?issues?\b";
    REQUEST = r"(?i)\b(?:pull requests?|open a pr|create a pr|fork the repo(?:sitory)?|contributions? (?:are )?(?:most |always |very )?welcomed?|welcomes contributions)\b";
    CORRECTION = r"(?i)\b(?:fix(?:ing)? (?:typos|errors)|suggest(?:ing)? (?:edits|improvements)|add(?:ing)? new (?:sections|case studies|examples)|giving feedback|find any errors)\b";
    STAR = r"(?i)\b(?:a star on github|star (?:this|the) repo(?:sitory)?|share (?:it|this) with (?:others|your friends))\b";
    AGREEMENT = r"(?i)\b(?:contributor licen[sc]e agreement|the cla)\b";
    TERMS = r"(?i)\b(?:licensed under|released under|mit licen[sc]e|licen[sc]e file|creative commons|retain the copyright|all rights reserved|cc by)\b";
    NEWSLETTER = r"(?i)\b(?:newsletter|substack|beehiiv)\b";
    COURSE = r"(?i)\b(?:my courses?|our courses?|course cohort|maven)\b";
    CHANNEL = r"(?i)\b(?:linkedin|twitter|youtube channel|discord)\b";
    COMPANY = r"(?i)\b(?:my company|our company|consulting|book a call|labs)\b";
}

/// Whether `section` has no content and can be left out. O(length).
pub(super) fn is_appeal(section: &Section) -> bool {
    if is_template(&section.text) {
        return true;
    }
    if !section.code.is_empty() || words(&section.text) > MOST_WORDS {
        return false;
    }
    let count = signs(
        &section.text,
        &[&DONATION, &ISSUE, &REQUEST, &CORRECTION, &STAR, &AGREEMENT, &TERMS],
    );
    let is_named = section.headings.last().is_some_and(|heading| HEADING.is_match(heading));
    count >= SIGNS || is_named && count > 0 || is_offers(section)
}

/// The number of `patterns` that match `text`.
fn signs(text: &str, patterns: &[&regex::Regex]) -> usize {
    patterns.iter().filter(|pattern| pattern.is_match(text)).count()
}

/// Whether at least a third of the lines of `text` end with the mark of a line to fill in.
fn is_template(text: &str) -> bool {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let unfilled = lines().filter(|line| line.trim_end().ends_with(UNFILLED)).count();
    unfilled >= UNFILLED_LINES && unfilled * 3 >= lines().count()
}

/// Whether `section` is a short list of links to the newsletter, courses and company of its author.
fn is_offers(section: &Section) -> bool {
    let lines = section.text.lines().count();
    let is_short = lines <= OFFER_LINES && section.links.len() * 2 >= lines;
    is_short
        && !section.links.is_empty()
        && section.text.lines().all(|line| words(line) <= OFFER_WORDS)
        && NEWSLETTER.is_match(&section.text)
        && signs(&section.text, &[&COURSE, &CHANNEL, &COMPANY]) > 1
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    const WORDS: &str = "A van brings parcels from the depot to the doors of a street every day, and its driver rings at each of them until somebody opens. In the evening it returns to the depot.";

    /// The last headings of the sections of a Markdown file with `text` below `heading`.
    #[track_caller]
    fn kept(heading: &str, text: &str) -> Vec<String> {
        let text = format!("# Vans\n\n{WORDS}\n\n## {heading}\n\n{text}\n");
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        sections.into_iter().filter_map(|section| section.headings.into_iter().last()).collect()
    }

    #[test]
    fn calls_to_contribute_legal_terms_and_offers_are_left_out() {
        let table = [
            (
                "Contribute",
                "This guide to vans is free, and it was written in the evenings of a long winter. If you like it, you can support it on Patreon, or open an issue when you find a mistake in it.",
            ),
            (
                "How drivers can take part",
                "You keep all rights to what you write. Before we can merge it, please sign the Contributor License Agreement, and then fork the repository and create an issue for it.",
            ),
            (
                "License",
                "The texts and pictures of this guide are released under the licence that is in the file beside it, and you may copy them.",
            ),
            (
                "Resources",
                "- [My courses](https://a.org/1)\n- [The Van Letter (newsletter)](https://a.org/2)\n- [Van Labs](https://a.org/3)\n- [LinkedIn](https://a.org/4)",
            ),
            (
                "31. Doors",
                "31. A door is what a parcel is brought to by a driver: &#10230;\n\n32. A bell is what is rung at each of the doors: &#10230;\n\n33. A street has many doors and a few bells: &#10230;\n\n34. A depot has many vans in front of it: &#10230;",
            ),
        ];
        for (heading, text) in table {
            assert_eq!(kept(heading, text), ["Vans"], "{heading}");
        }
    }

    #[test]
    fn sections_about_contributions_licences_and_newsletters_are_kept() {
        let table = [
            (
                "Contributing",
                "Each feature has a contributing weight, and the sum of all of them is the score of the van on that day.",
            ),
            (
                "License",
                "Drivers need a licence for vans of more than three tons, and the app checks it before each tour begins.",
            ),
            (
                "Design a newsletter",
                "The newsletter ranks articles for each reader, with one model for clicks and one for the time that they read.",
            ),
            (
                "Review of changes",
                "Each pull request is tested on a copy of the data before it is merged, and a model that fails stays out.",
            ),
        ];
        for (heading, text) in table {
            assert_eq!(kept(heading, text), ["Vans", heading], "{heading}");
        }
    }
}
