//! The words of a sentence, and what is known of each.

use std::ops::Range;

use super::verbs::is_verb;

/// Words of sentences that announce, instruct or point to something, and so say little about topics.
const POINTERS: [&str; 20] = [
    "above",
    "below",
    "chapter",
    "code",
    "dataset",
    "discuss",
    "download",
    "example",
    "figure",
    "following",
    "function",
    "here",
    "illustrate",
    "implement",
    "notebook",
    "paper",
    "plot",
    "section",
    "see",
    "table",
];

/// The words of a sentence, in their order.
pub(super) struct SentenceWords<'a> {
    sentence: &'a str,
    /// The byte range of each word.
    words: Vec<Range<usize>>,
}

impl<'a> SentenceWords<'a> {
    /// The words of `sentence`. O(length).
    pub fn of(sentence: &'a str) -> SentenceWords<'a> {
        SentenceWords { sentence, words: words(sentence) }
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The numbers of the words that contain the bytes from `start` to before `end`: the first, and the one after the last.
    pub fn numbers(&self, start: usize, end: usize) -> Range<usize> {
        let first = self.words.partition_point(|word| word.end <= start);
        first..self.words.partition_point(|word| word.start < end).max(first)
    }

    /// The word with number `at`.
    fn word(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", |word| &self.sentence[word.clone()])
    }

    /// Whether one of the words in `range` is a verb. Words in `names` do not count.
    pub fn has_verb(&self, range: Range<usize>, names: &[Range<usize>]) -> bool {
        let is_named = |at: &usize| names.iter().any(|name| name.contains(at));
        range.filter(|at| !is_named(at)).any(|at| is_verb(self.word(at)))
    }

    /// Whether one of the words in `range` is one of `sought`, which are in lower case.
    pub fn has_word(&self, range: Range<usize>, sought: &[&str]) -> bool {
        range
            .into_iter()
            .any(|at| sought.iter().any(|word| self.word(at).eq_ignore_ascii_case(word)))
    }

    /// Whether the words of one of two names are among those of the other, as in "embedding" and "node embeddings". The plural
    /// "s" does not count.
    pub fn contains_name(&self, one: &Range<usize>, other: &Range<usize>) -> bool {
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        let stem = |at: usize| self.word(at).trim_end_matches(['s', 'S']);
        let is_in_long =
            |at: usize| long.clone().any(|other| stem(other).eq_ignore_ascii_case(stem(at)));
        short.clone().all(is_in_long)
    }

    /// Whether the sentence announces, instructs or points to something.
    pub fn is_pointer(&self) -> bool {
        self.has_word(0..self.len(), &POINTERS)
    }

    /// Whether there is a comma between the words before `from` and the word `to`.
    pub fn has_comma(&self, from: usize, to: usize) -> bool {
        let start = from
            .checked_sub(1)
            .and_then(|before| self.words.get(before))
            .map_or(0, |word| word.end);
        let end = self.words.get(to).map_or(start, |word| word.start);
        self.sentence.get(start..end).is_some_and(|between| between.contains(','))
    }
}

/// The byte ranges of the words of `sentence`. A word consists of letters and digits, and of single hyphens and apostrophes
/// between them.
fn words(sentence: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut characters = sentence.char_indices().peekable();
    let mut start = None;
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let joins = matches!(c, '\'' | '’' | '-') && next.is_some_and(char::is_alphanumeric);
        match start {
            Some(from) if !c.is_alphanumeric() && !joins => {
                words.push(from..at);
                start = None;
            }
            None if c.is_alphanumeric() => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| from..sentence.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_with_their_hyphens_and_apostrophes() {
        let found = |text: &str| {
            words(text).into_iter().map(|word| text[word].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            found("A two-tower model's - score, (NDCG)."),
            ["A", "two-tower", "model's", "score", "NDCG"]
        );
        assert!(found("").is_empty());
    }

    #[test]
    fn bytes_verbs_and_commas_are_found_by_the_number_of_the_word() {
        let text = "Recall drops, but the cache serves it.";
        let words = SentenceWords::of(text);
        assert_eq!(words.numbers(0, 6), 0..1);
        assert_eq!(words.numbers(22, 27), 4..5);
        let (verb, after) = (5..6, 6..7);
        assert!(words.has_verb(5..7, &[]) && !words.has_verb(after, &[]));
        assert!(!words.has_verb(verb.clone(), &[verb]));
        assert!(words.has_comma(1, 4) && !words.has_comma(4, 6));
        assert!(words.has_word(0..3, &["but"]) && !words.has_word(3..6, &["but"]));
        assert!(!words.is_pointer() && SentenceWords::of("See Table 3.").is_pointer());
        let beyond = SentenceWords::of("");
        assert_eq!(beyond.numbers(5, 9), 0..0);
        assert!(!beyond.has_comma(0, 3) && !beyond.has_verb(0..0, &[]));
    }
}
