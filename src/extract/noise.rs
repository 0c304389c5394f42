//! Detects paragraphs and list items without content: adverts, requests for stars or donations, copyright lines,
//! placeholders of empty templates, and pointers to the next page.

use super::pattern::patterns;
use super::words::words;

/// A longer paragraph is not an advert: it has other content too.
const MOST_WORDS: usize = 45;
/// The maximum bytes of a notice, a placeholder or a pointer. A longer paragraph has content.
const LONGEST_NOTICE: usize = 200;

/// How a notice begins, in lower case. [`NOTICE`] takes many times longer to compile than other patterns, and few
/// documents need it.
const NOTICES: [&str; 11] = [
    "©",
    "(c)",
    "&copy;",
    "copyright",
    "licensed under",
    "all rights reserved",
    "as all chapters",
    "this text",
    "this chapter",
    "this page",
    "last ",
];

patterns! {
    ADVERT = {
        let patterns = [
            // "If you find this repo useful, please give it a star."
            r"\b(give|leave|drop|hit|smash|click)\b.{0,30}(\ba star\b|⭐|🌟)",
            r"(\bstar\b|⭐|🌟).{0,20}\b(this|the|my|our) (repo|repository|project|course)\b",
            r"\bif (you|this) .{0,30}\b(repo|repository|project|list|guide|course)\b.{0,60}(\bstar\b|⭐|🌟|\bsponsor|\bdonat)",
            r"\bbuy (me|us) a (coffee|beer)\b",
            r"\b(become|be) a (sponsor|patron|backer)\b",
            r"\b(subscribe to|sign up for|join) (my|our|the) (newsletter|discord|slack|telegram|youtube channel|mailing list)\b",
            r"\bfollow (me|us|him|her|them) on (twitter|x|linkedin|medium|github|instagram|facebook)\b",
            r"\b(prs?|pull requests?|contributions?)( of any kind)? (are|is) (always |very |most )?welcome\b",
            r"\bmade with (❤|♥|💜|💙|💚|💛|🧡|love)",
            r"\b(use|with|enter|apply|using) (the |my |our )?(promo|discount|coupon) code\b",
            r"\b(get|save|enjoy|grab|claim|take)\b.{0,30}\b\d{1,3} ?%.{0,60}\bcode\b",
            r"\b(use|with|enter|apply|using) (the |my |our )?code\b.{0,30}\b\d{1,3} ?% (off|discount)\b",
            r"\bback to (the )?top\b",
            r"\bwatch on youtube\b.{0,40}\bsubscribe\b",
            r"\bnotes are written by the community\b",
            r"^\W*if you (see|find|spot|notice) (an |any )?(errors?|mistakes?|typos?)\b.{0,60}\b(pr|pull request|issue)\b",
            r"^(star history|stargazers over time)$",
        ];
        // ASCII word boundaries: with Unicode ones the regex engine can't use its DFA on non-ASCII text, and
        // this runs on every paragraph.
        format!("(?i){}", patterns.join("|").replace(r"\b", r"(?-u:\b)"))
    };
    /// A line that is only a copyright notice, a licence or a date of change.
    NOTICE = {
        let patterns = [
            r"(?:copyright )?(?:©|\(c\)|&copy;) .*",
            r"copyright (?:\d{4}|by ).*",
            r"licensed under (?:the |an? )?[\w .-]{1,40} licen[sc]e",
            r"all rights reserved",
            r"(?:as all chapters, )?this (?:text|chapter|page) is released under (?:a |the )?creative commons .*",
            r"last (?:updated|modified)(?: on)?:? [\w ,./:-]{1,60}",
        ];
        format!(r"(?i)^[\s*_-]*(?:{})[\s.*_]*$", patterns.join("|"))
    };
    /// A line that says only that there is no text.
    PLACEHOLDER = {
        let patterns = [
            r"not (?:covered|mentioned|disclosed|stated|specified|described)(?: in (?:the|this) (?:source|article|paper|post|talk))?(?: \([^()]{1,120}\))?",
            r"tbd|tba|todo|wip|n/a",
            r"(?:(?:more )?content |details |more )?(?:is |are )?coming soon",
            r"work in progress|under construction",
            r"(?:note that )?(?:this|the) (?:section|page|chapter|document) is (?:currently |still )?(?:under|in|a work in) (?:heavy |active )?(?:development|construction|progress)",
            r"be the first to contribute",
            r"to be (?:added|written|done|completed|continued|announced|determined)",
        ];
        format!(r"(?i)^[\s*_(\[-]*(?:{})[\s.!…*_)\]🚧⏳]*$", patterns.join("|"))
    };
    /// A line that only leads to another page.
    POINTER = {
        let patterns = [
            r"(?:continue|proceed) (?:to|with) (?:the )?(?:next )?(?:chapters?|parts?|sections?|lessons?|modules?)\b.*",
            r"(?:start|keep|continue) (?:learning|reading)",
            r"(?:view|see|show) (?:the )?(?:exercises?|solutions?)(?: and (?:exercises?|solutions?))?",
            r"moved to [^.]{1,60}",
            r"[←⬅◀]\W{0,3}\w.{0,110}",
            r"(?:previous|prev|next)(?: (?:up|chapters?|lessons?|lectures?|modules?|sections?|parts?|pages?|topics?))?\s*:.{1,100}[→➡▶»]\W{0,2}",
            r"previous: .{1,80}\bnext: .{1,80}",
            r"(?:previous|next) (?:chapter|lesson|lecture|module|section|page): .{1,80}",
            r"(?:[⬆↑^]\W{0,3})?back to (?:the )?(?:toc|table of contents|contents|index|readme|home|overview|main)\b.{0,30}",
            r"(?:module|chapter|lesson|part) \d{1,3} of \d{1,3}\b.{0,60}",
            r"chapter \d{1,3}",
            r"\(?(?:image )?source\)?",
            r"(?:(?:view|run|open|download|launch)(?: source)?(?: on| in)? (?:tensorflow\.org|(?:google )?colab|github|kaggle|binder|nbviewer|notebook)\W*){2,6}",
            r"discussions?",
        ];
        format!(r"(?i)^[\s*_-]*(?:{})[\s.:!→»>*_]*$", patterns.join("|"))
    };
}

/// Whether `text`, a paragraph or list item, has no content: it is an advert, or each of its lines is a notice, a
/// placeholder or a pointer.
pub(super) fn is_noise(text: &str) -> bool {
    is_advert(text)
        || text.len() <= LONGEST_NOTICE
            && !text.is_empty()
            && text
                .lines()
                .all(|line| is_notice(line) || PLACEHOLDER.is_match(line) || POINTER.is_match(line))
}

/// Whether `line` is only a copyright notice, a licence or a date of change.
fn is_notice(line: &str) -> bool {
    let text = line.trim_start_matches(|c: char| c.is_whitespace() || "*_-".contains(c));
    let begins =
        |begin: &&str| text.get(..begin.len()).is_some_and(|head| head.eq_ignore_ascii_case(begin));
    NOTICES.iter().any(begins) && NOTICE.is_match(line)
}

/// Whether `text`, a paragraph or list item, is short and matches an advert's pattern.
fn is_advert(text: &str) -> bool {
    text.len() <= MOST_WORDS * 12 && ADVERT.is_match(text) && words(text) <= MOST_WORDS
}

#[cfg(test)]
mod tests {
    use super::{is_advert, is_noise};

    #[test]
    fn adverts_are_distinguished_from_texts_about_stars() {
        for advert in [
            "⭐ Star this repo if it helped you!",
            "If you like this project, please consider leaving a star.",
            "Buy me a coffee: https://example.org",
            "Subscribe to our newsletter for more.",
            "PRs are always welcome.",
            "Follow me on LinkedIn",
            "Written by a driver. You can follow her on Twitter for more vans.",
            "⬆ Back to Top | 📚 Main Repository",
        ] {
            assert!(is_advert(advert), "{advert}");
        }
        for prose in [
            "Users give stars to films; the model predicts the rating.",
            "The number of stars of a repository is a popularity feature.",
            "A star schema joins facts with dimensions.",
            "Pull requests trigger the training pipeline in CI.",
        ] {
            assert!(!is_advert(prose), "{prose}");
        }
        assert!(!is_advert(&format!("Star this repo. {}", "Much more is said. ".repeat(20))));
    }
    #[test]
    fn notices_placeholders_and_pointers_are_noise() {
        for noise in [
            "Copyright (c) 2023 Parcel Works.\nLicensed under the MIT License.",
            "© The authors",
            "Copyright 2019 Parcel Works. All rights reserved.",
            "Last updated: May 2024",
            "Not covered in the source.",
            "Not covered in the source (no vans are named).",
            "TBD",
            "- Coming soon!",
            "This section is under heavy development.",
            "Be the first to contribute!",
            "Continue to Chapter 12 →",
            "View exercise and solution",
            "Moved to Debugging of Vans.",
            "← Previous: Doors | Next: Bells →",
            "Next Chapter: 07 - Bells →",
            "Previous: Doors Next: Bells",
            "⬆ back to ToC",
            "Module 2 of 9 • Back to the street",
            "Chapter 14",
            "(source)",
            "View on TensorFlow.org Run in Google Colab View source on GitHub Download notebook",
            "▶ Watch on YouTube · 🔔 Subscribe to see the next van.",
            "Get 20% off with the code PARCEL",
        ] {
            assert!(is_noise(noise), "{noise}");
        }
        for prose in [
            "Copyright law decides what a model may be trained on.",
            "The weights are licensed under the Apache License and may be sold.",
            "Late parcels are not covered by the insurance in this case.",
            "Coming soon is a label of the item page that depends on the stock forecast.",
            "Next: load the model and read the bells.",
            "Chapter 14 covers the bells.",
            "Sources and sinks are nodes.",
            "Continue with the training until the loss is flat.",
            "Users moved to another plan when the price rose. The model predicts who.",
            "To be done by the worker: load the model.",
            "Send a coupon code to users who may leave.",
            "",
        ] {
            assert!(!is_noise(prose), "{prose}");
        }
    }
}
