//! Decides which link texts can be titles of resources, derives titles from URLs, and recognises variants of one title.

/// Link texts that are not titles.
const NO_TITLE: [&str; 52] = [
    "here",
    "link",
    "links",
    "this",
    "paper",
    "papers",
    "article",
    "articles",
    "blog",
    "blog post",
    "post",
    "code",
    "video",
    "pdf",
    "source",
    "github",
    "read more",
    "slides",
    "website",
    "docs",
    "discussions",
    "discussion",
    "example notebook",
    "code example",
    "part 1",
    "part 2",
    "part 3",
    "part 4",
    "announcement",
    "original paper",
    "link to paper",
    "this post",
    "this paper",
    "documentation",
    "open it live",
    "join now",
    "python implementation",
    "dataset",
    "demo",
    "project page",
    "wikipedia",
    "source code",
    "learn more",
    "see here",
    "click here",
    "notebook",
    "open in colab",
    "this article",
    "this video",
    "homepage",
    "official site",
    "more",
];
/// The minimum number of words in a title that identifies a work. Resources with the same title are not merged if the
/// title has fewer words.
const LEAST_WORDS: usize = 4;
/// The minimum number of characters in a title that identifies a work.
const LEAST_CHARS: usize = 22;

/// Whether `text`, the text of a link, may be a title.
pub(super) fn is_title(text: &str) -> bool {
    let length = text.chars().count();
    let lower = text.trim().trim_end_matches(['.', ':', '!']).to_lowercase();
    // URLs and hosts are not titles.
    let is_address = lower.starts_with("http") || (!lower.contains(' ') && lower.contains('.'));
    let letters = lower.chars().filter(|c| c.is_alphabetic()).count();
    (3..=160).contains(&length)
        && letters >= 3
        && !is_address
        && !NO_TITLE.contains(&lower.as_str())
}

/// Whether a link's text `text` or the sentence `sentence` with the link describes the link's target.
pub(super) fn says_something(text: &str, sentence: &str) -> bool {
    let sentence = sentence.trim().trim_end_matches(['.', ':', '!']).to_lowercase();
    is_title(text) || !NO_TITLE.contains(&sentence.as_str())
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
        for other in ["here", "Part 2", "a.org", "https://a.org/b c", "[1]", "🔗", "Read more."] {
            assert!(!is_title(other), "{other}");
        }
        assert!(!says_something("Discussions", "Discussions"));
        assert!(says_something("here", "The full story of the outage is here"));
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
