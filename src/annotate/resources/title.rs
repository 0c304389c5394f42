//! Finds titles of resources in link texts, in the sentences around links and in URLs, and recognises variants of one title.

use super::no_titles::NO_TITLE;

/// A sentence with more characters is not searched for a title.
const LONGEST_SENTENCE: usize = 400;
/// The minimum number of words of a title that is not a link text.
const LEAST_WORDS_BESIDE: usize = 3;
/// The minimum number of words in a title that identifies a work. Resources with the same title are not merged if the
/// title has fewer words.
const LEAST_WORDS: usize = 4;
/// The minimum number of characters in a title that identifies a work.
const LEAST_CHARS: usize = 22;

/// The title of the target of a link with this `text`: the text itself, or the words that it has in quotation marks, as in
/// citations. If the text is no title, it is a title that `sentence`, which contains the link, has in quotation marks or
/// before a year, as in `Title (2014), A. Author [pdf]`.
pub(super) fn of_link<'a>(text: &'a str, sentence: &'a str) -> Option<&'a str> {
    let text = bare(text);
    let own = quoted(text).or_else(|| Some(text).filter(|text| is_title(text)));
    own.or_else(|| beside(sentence))
}

/// `text` without brackets around all of it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inside = [("[", "]"), ("(", ")"), ("{", "}")].iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.contains(open) && !inside.contains(close)).then_some(inside.trim())
    });
    inside.unwrap_or(text)
}

/// The first part of `text` in quotation marks, if it may be a title and `text` is a citation.
fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(['"', '“'])?;
    let (title, _) = rest.split_once(['"', '”'])?;
    let title = title.trim().trim_end_matches(['.', ',']);
    let is_long = title.split_whitespace().count() >= LEAST_WORDS_BESIDE;
    (is_long && is_title(title) && is_citation(text)).then_some(title)
}

/// Whether `text` has the form of a citation: it names further authors or a year in brackets.
fn is_citation(text: &str) -> bool {
    text.contains("et al") || years(text).next().is_some()
}

/// The title that `sentence` has in quotation marks or before a year in brackets.
fn beside(sentence: &str) -> Option<&str> {
    if sentence.len() > LONGEST_SENTENCE {
        return None;
    }
    let before_year = || {
        let (at, _) = years(sentence).next()?;
        let title = sentence.get(..at)?.trim_end_matches(['(', '[', ' ', ',']);
        let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
        let is_long = title.split_whitespace().count() >= LEAST_WORDS_BESIDE;
        (is_long && is_title(title) && !title.contains(". ")).then_some(title)
    };
    quoted(sentence).or_else(before_year)
}

/// The years in brackets in `text`, each with its byte offset.
fn years(text: &str) -> impl Iterator<Item = (usize, u16)> {
    text.match_indices(['(', '[']).filter_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let year: u16 = rest.get(..4)?.parse().ok()?;
        let ends = rest.get(4..)?.starts_with([')', ']', ',']);
        (ends && (1950..=2035).contains(&year)).then_some((at + 1, year))
    })
}

/// The year that `text` has in brackets; `None` if it has none, or several.
pub(super) fn year(text: &str) -> Option<u16> {
    let mut years = years(text).map(|(_, year)| year);
    let first = years.next()?;
    years.all(|year| year == first).then_some(first)
}

/// Whether `text` may be a title.
fn is_title(text: &str) -> bool {
    let text = bare(text);
    let length = text.chars().count();
    let lower = text.trim_end_matches(['.', ':', '!']).to_lowercase();
    // URLs and hosts are not titles.
    let is_address = lower.starts_with("http") || (!lower.contains(' ') && lower.contains('.'));
    let letters = lower.chars().filter(|c| c.is_alphabetic()).count();
    (3..=160).contains(&length)
        && letters >= 3
        && !is_address
        && !lower.contains("et al")
        && NO_TITLE.binary_search(&lower.as_str()).is_err()
        && !is_part(&lower)
}

/// Whether `lower` only numbers a part, such as "part 2".
fn is_part(lower: &str) -> bool {
    let mut words = lower.split_whitespace();
    let is_word = matches!(words.next(), Some("part" | "chapter" | "lecture" | "week" | "video"));
    let is_number = words.next().is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit()));
    is_word && is_number && words.next().is_none()
}

/// Whether a link's text `text` or the sentence `sentence` with the link describes the link's target.
pub(super) fn says_something(text: &str, sentence: &str) -> bool {
    let sentence = sentence.trim().trim_end_matches(['.', ':', '!']).to_lowercase();
    is_title(text) || NO_TITLE.binary_search(&sentence.as_str()).is_err()
}

/// A title made of the words in the last part of `url`'s path; `None` if these words can't be a title.
pub(super) fn from_url(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.splitn(4, '/').nth(3)?;
    let last = path.rsplit('/').find(|part| !part.is_empty())?;
    let last = percent_encoding::percent_decode_str(last).decode_utf8().ok()?;
    let last = last.rsplit_once('.').filter(|(_, end)| end.len() <= 5).map_or(&*last, |(it, _)| it);
    let words: Vec<&str> =
        last.split(['-', '_', '+', ' ']).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
    // Words that look like a hash, and a number at the beginning, are ids of the site and not part of the title.
    let is_hash = |word: &&str| {
        word.len() >= 8
            && word.bytes().all(|b| b.is_ascii_hexdigit())
            && word.bytes().any(|b| b.is_ascii_digit())
    };
    let words: Vec<&str> = words
        .iter()
        .enumerate()
        .filter(|(at, word)| !(is_hash(word) || *at == 0 && is_number(word)))
        .map(|(_, word)| *word)
        .collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    let first = letters.next().filter(|_| words.len() >= 2)?;
    is_title(&text).then(|| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// The letters and digits of `name`, in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A hash that is equal for variants of one title, and never for others in practice; `None` if the title is too short
/// to identify a work.
pub(super) fn key_hash(title: &str) -> Option<u64> {
    let hash = blake3::hash(key(title)?.as_bytes());
    hash.as_bytes().first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// A key that is equal for variants of one title: its words in lower case, without articles, "pdf" and "paper", and
/// with some abbreviations spelled out. If the text before the first bracket is long enough, the key ignores the rest
/// of the title. `None` if the title is too short to identify a work.
fn key(title: &str) -> Option<String> {
    let lower = title.to_lowercase();
    let bare = lower.split(['(', '[']).next().filter(|text| text.len() >= LEAST_CHARS);
    let (mut key, mut words) = (String::with_capacity(lower.len()), 0);
    for word in bare.unwrap_or(&lower).split(|c: char| !c.is_alphanumeric()) {
        let word = match word {
            "" | "the" | "a" | "an" | "pdf" | "paper" => continue,
            "ml" => "machine learning",
            "ai" => "artificial intelligence",
            "nn" => "neural networks",
            word => word,
        };
        words += if word.contains(' ') { 2 } else { 1 };
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    (words >= LEAST_WORDS && key.chars().count() >= LEAST_CHARS).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_distinguished_from_link_words() {
        for title in ["Attention Is All You Need", "MLflow", "XGB paper"] {
            assert!(is_title(title), "{title}");
        }
        for other in [
            "here",
            "[pdf]",
            "Liang, Dawen, et al, 2018",
            "Part 2",
            "a.org",
            "https://a.org/b c",
            "[1]",
            "🔗",
            "Read more.",
        ] {
            assert!(!is_title(other), "{other}");
        }
        assert!(NO_TITLE.is_sorted());
        assert!(!says_something("Discussions", "Discussions"));
        assert!(says_something("here", "The full story of the outage is here"));
    }

    #[test]
    fn titles_are_found_in_citations_and_beside_links() {
        let cited = "Kingma, D., and Max Welling. \"Auto-encoding variational bayes.\" (2013).";
        assert_eq!(of_link(cited, cited), Some("Auto-encoding variational bayes"));
        let listed = "- Playing Atari with deep learning (2013), V. Mnih et al. [pdf]";
        assert_eq!(of_link("[pdf]", listed), Some("Playing Atari with deep learning"));
        assert_eq!(of_link("Deep & Wide", listed), Some("Deep & Wide"));
        assert_eq!(of_link("Part two (storage)", ""), Some("Part two (storage)"));
        assert_eq!(of_link("[pdf]", "Read it."), None);
        assert_eq!(of_link("here", "It began with “a few notes on ranking” and went on."), None);
        assert_eq!(year(listed), Some(2013));
        assert_eq!(year("A (2013) and B (2014)"), None);
        assert_eq!(year("It has (1234 items) and [2014x]"), None);
    }

    #[test]
    fn titles_are_derived_from_urls() {
        let title = |url: &str| from_url(url).unwrap_or_default();
        assert_eq!(
            title("https://papers.nips.cc/paper/5656-hidden-technical-debt-in-systems.pdf"),
            "Hidden technical debt in systems"
        );
        assert_eq!(
            title("https://en.wikipedia.org/wiki/Load_balancing_(computing)"),
            "Load balancing (computing)"
        );
        assert_eq!(title("https://medium.com/x/a-title-of-it-691a1a32a008"), "A title of it");
        assert_eq!(title("https://a.org/t/100"), "");
    }

    #[test]
    fn titles_of_one_work_have_one_key() {
        let first = key("Hidden Technical Debt in ML Systems (NIPS 2015)");
        assert_eq!(first, key("hidden technical debt in machine learning systems.pdf"));
        assert_eq!(key("System design"), None);
    }
}
