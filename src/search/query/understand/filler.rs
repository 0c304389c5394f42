//! Filler words of questions, and words that ask for a kind of material rather than a subject.

use crate::vocabulary::common_words::CommonWord;

/// Words for kinds of material. In a query, such a word may mean that the user wants links instead of an explanation.
const LINKS: [&str; 22] = [
    "article",
    "articles",
    "blog",
    "blogs",
    "blogpost",
    "blogposts",
    "post",
    "posts",
    "paper",
    "papers",
    "talk",
    "talks",
    "video",
    "videos",
    "course",
    "courses",
    "tutorial",
    "tutorials",
    "resource",
    "resources",
    "reading",
    "links",
];

/// If one of these words comes directly before a word of `LINKS`, the query asks for material ("best videos"). Without
/// such a sign, the word of `LINKS` may be the subject ("video recommendation"). [`asking_for_links`] also recognises
/// other signs.
const ASKING: [&str; 8] = ["best", "good", "list", "awesome", "further", "blog", "about", "on"];

/// Punctuation that is removed from the ends of words.
pub(super) const ENDS: [char; 6] = ['?', '!', ',', '.', ':', ';'];

/// Whether `word` (lower-case) is filler.
pub(super) fn is_filler(word: &str) -> bool {
    CommonWord::Filler.includes(word)
}

/// Whether `word` (lower-case) names a kind of material.
pub(super) fn is_kind(word: &str) -> bool {
    LINKS.contains(&word)
}

/// The indices of the `words` (lower-case) that explicitly ask for links.
///
/// "papers about ranking", "best articles on feature stores" and "experimentation blog posts" ask for links. "video
/// recommendation" and "post ranking feed" do not.
pub(super) fn asking_for_links(words: &[&str]) -> Vec<usize> {
    let is_link = |word: &&str| LINKS.contains(word);
    let asks = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let after = words.get(at + 1);
        let is_last = at + 1 == words.len();
        let unmistakable = matches!(
            words[at],
            "article" | "articles" | "papers" | "resources" | "tutorials" | "talks"
        );
        unmistakable
            || before.is_some_and(|word| ASKING.contains(word))
            || after.is_some_and(|word| matches!(*word, "about" | "on"))
            || (words[at] == "blog" && after.is_some_and(is_link))
            || (is_last
                && words.len() > 2
                && matches!(words[at], "posts" | "courses" | "videos" | "links"))
    };
    (0..words.len()).filter(|at| is_link(&words[*at]) && asks(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_words_are_filler() {
        assert!(is_filler("how") && is_filler("what") && !is_filler("drift"));
    }

    #[test]
    fn who_wants_links_is_told_from_who_speaks_of_videos() {
        let asks = |text: &str| asking_for_links(&text.split(' ').collect::<Vec<_>>()).len();
        for text in ["papers about ranking", "best articles on drift", "blog posts experimentation"]
        {
            assert!(asks(text) > 0, "{text}");
        }
        for text in ["video recommendation", "design youtube video search", "post ranking feed"] {
            assert_eq!(asks(text), 0, "{text}");
        }
    }
}
