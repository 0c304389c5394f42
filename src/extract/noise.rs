//! Detects lines that promote the repository or its author: adverts and requests for stars or donations.

use super::pattern::patterns;
use super::words::words;

/// A paragraph of more words has other content too, so it isn't an advert.
const MOST_WORDS: usize = 45;

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
            r"\bfollow (me|us) on (twitter|x|linkedin|medium|github|instagram|facebook)\b",
            r"\b(prs?|pull requests?|contributions?)( of any kind)? (are|is) (always |very |most )?welcome\b",
            r"\bmade with (❤|♥|💜|💙|💚|💛|🧡|love)",
            r"\b(use|with) (the )?(promo|discount|coupon) code\b",
            r"\bback to (the )?top\b",
            r"^(star history|stargazers over time)$",
        ];
        // ASCII word boundaries: with Unicode ones the regex engine can't use its DFA on non-ASCII text, and
        // this runs on every paragraph.
        format!("(?i){}", patterns.join("|").replace(r"\b", r"(?-u:\b)"))
    };
}

/// Whether `text`, a paragraph or list item, is short and matches an advert's pattern.
pub(super) fn is_advert(text: &str) -> bool {
    text.len() <= MOST_WORDS * 12 && ADVERT.is_match(text) && words(text) <= MOST_WORDS
}

#[cfg(test)]
mod tests {
    use super::is_advert;

    #[test]
    fn adverts_are_distinguished_from_texts_about_stars() {
        for advert in [
            "⭐ Star this repo if it helped you!",
            "If you like this project, please consider leaving a star.",
            "Buy me a coffee: https://example.org",
            "Subscribe to our newsletter for more.",
            "PRs are always welcome.",
            "Follow me on LinkedIn",
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
}
