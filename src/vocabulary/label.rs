//! Normal forms of words, so that "Click-through rates", "click through rate" and "CLICK THROUGH RATE" are one label.
//!
//! Differences in case, hyphens, plurals, and British or American spelling are removed. Other differences are kept:
//! "ranking" and "rank" stay different. The plural rule is the S-stemmer (D. Harman, "How effective is suffixing?",
//! JASIS 42(1), 1991), extended by endings that are common in computing terms.
//!
//! [`words`] is the tokenizer of labels, of the texts in which labels are searched, and of queries when they are
//! compared with labels. The tokenizer of the full-text index (`search::text::tokens`) splits at the same characters,
//! but differs in three ways. The reason is that the index aims at recall, and the search for labels aims at precision:
//!
//! - The index stems words. Here, only the plural ending is removed, because "ranking" and "rank" are different topics.
//! - The index adds the joined token "knn" to a text that contains "k-NN". Here, the label "k-NN" has both spellings
//!   ([`spellings`]), so that a text needs one pass and other punctuation does not match.
//! - The index keeps "3.5" as one token and splits Chinese, Japanese and Korean text into pairs of characters. Labels
//!   are English: a number's parts match one by one, and a run of other letters is one word that equals no label.

use std::borrow::Cow;

/// A word of a text: its byte range in the text and its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub start: usize,
    pub end: usize,
    pub normal: String,
}

/// The words of `text` in order. A word is a run of letters and digits of any script; a possessive "s" after an
/// apostrophe is dropped. O(length); allocates one string per word.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    words(text, |start, end, word| {
        let mut normal = String::with_capacity(word.len());
        fold(word, &mut normal);
        tokens.push(Token { start, end, normal });
    });
    tokens
}

/// The characters that a text may have between two words of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joint {
    /// The label has a slash or a hyphen here. The text must have a slash, a hyphen, a space, the underscore of an
    /// identifier or nothing here ([`is_tight`]).
    Tight,
    /// The text may have any characters here that are not part of a word.
    Loose,
}

/// One way in which a text may spell a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spelling {
    /// The words of the spelling, with their normal forms.
    pub words: Vec<Token>,
    /// For each pair of adjacent words, what may separate them in a text. Has one entry fewer than `words`.
    pub joints: Vec<Joint>,
}

/// If a label has at most this many slashes and hyphens, every combination of joined and separate words is a spelling.
/// If it has more, there are two spellings: one with all of these words separate, one with all joined.
const MOST_TIGHT: usize = 3;

/// The spellings of `label`, first the one with all words separate. Words at a slash or a hyphen may be joined:
/// "A/B test" has the spellings "a b test" and "ab test".
pub(crate) fn spellings(label: &str) -> Vec<Spelling> {
    let whole = spelling(label);
    let tight: Vec<(usize, usize)> = whole
        .words
        .windows(2)
        .zip(&whole.joints)
        .filter(|(_, joint)| **joint == Joint::Tight)
        .map(|(pair, _)| (pair[0].end, pair[1].start))
        .collect();
    let all = (1_usize << tight.len().min(MOST_TIGHT)) - 1;
    let sets: Vec<usize> = match tight.len() {
        0 => Vec::new(),
        many if many > MOST_TIGHT => vec![usize::MAX],
        _ => (1..=all).collect(),
    };
    let joined = sets.into_iter().map(|set| {
        let mut text = label.to_owned();
        for (at, (from, to)) in tight.iter().enumerate().rev() {
            if set >> at & 1 == 1 {
                text.replace_range(*from..*to, "");
            }
        }
        spelling(&text)
    });
    let joined: Vec<Spelling> = joined.collect();
    std::iter::once(whole).chain(joined).collect()
}

/// Whether a text that consists of `text` contains `label` in one of its [`spellings`], and no other words. O(spellings).
pub(super) fn matches(label: &str, text: &str) -> bool {
    let found = tokens(text);
    let gap = |pair: &[Token]| &text[pair[0].end..pair[1].start];
    spellings(label).iter().any(|spelling| {
        let normals = || spelling.words.iter().map(|word| &word.normal);
        let mut joints = found.windows(2).zip(&spelling.joints);
        normals().eq(found.iter().map(|word| &word.normal))
            && joints.all(|(pair, joint)| {
                *joint == Joint::Loose || is_tight(&pair[0].normal, gap(pair), &pair[1].normal)
            })
    })
}

fn spelling(label: &str) -> Spelling {
    let words = tokens(label);
    let joint = |pair: &[Token]| match &label[pair[0].end..pair[1].start] {
        "/" | "-" => Joint::Tight,
        _ => Joint::Loose,
    };
    let joints = words.windows(2).map(joint).collect();
    Spelling { words, joints }
}

/// Whether `gap`, the text between the words `before` and `after`, matches a slash or a hyphen of a label. A slash, a
/// hyphen, a dash, whitespace and nothing match. Two hyphens match because they are a dash in TeX.
///
/// An underscore matches because it replaces a space in identifiers ("all_reduce", "top_p"). Between two single letters
/// it does not match: there it is usually the subscript of a formula ("a_b").
pub(crate) fn is_tight(before: &str, gap: &str, after: &str) -> bool {
    match gap.trim() {
        "" | "/" | "-" | "--" | "\u{2010}" | "\u{2011}" | "\u{2013}" => true,
        _ => gap == "_" && [before, after].iter().any(|word| word.chars().nth(1).is_some()),
    }
}

/// Calls `each` with the byte range of each word of `text` and the word as written.
pub(crate) fn words(text: &str, mut each: impl FnMut(usize, usize, &str)) {
    let mut at = 0;
    while at < text.len() {
        let from = at;
        at = end_of_word(text, from);
        if at == from {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &text[from..at];
        let genitive = word == "s" && text[..from].ends_with(['\'', '\u{2019}']);
        if !genitive {
            each(from, at, word);
        }
    }
}

/// The end of the word of `text` that begins at `from`; `from` if no word begins there.
fn end_of_word(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        // Most words are ASCII and need not be decoded.
        let bytes = text.as_bytes()[at..].iter();
        at += bytes.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        match text[at..].chars().next() {
            Some(c) if !c.is_ascii() && c.is_alphanumeric() => at += c.len_utf8(),
            _ => return at,
        }
    }
}

/// Appends the normal form of `word` to `out`. Usually, `word` is already in its normal form, and nothing is allocated.
pub(crate) fn fold(word: &str, out: &mut String) {
    let is_own = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_plain = word.bytes().all(is_own);
    if is_plain && (word.len() < 4 || (!ends_like_plural(word) && !may_be_british(word))) {
        out.push_str(word);
    } else {
        out.push_str(&normal(word));
    }
}

/// Whether [`singular`] may change `word`.
fn ends_like_plural(word: &str) -> bool {
    word.ends_with('s') || SILENT.iter().any(|ending| word.ends_with(ending))
}

/// The normal form of a whole label: its words' normal forms, joined by spaces.
///
/// ```
/// use cairn::vocabulary::label::key;
/// assert_eq!(key("Click-Through Rates"), key("click through rate"));
/// assert_eq!(key("data normalisation"), key("Data normalization"));
/// ```
pub fn key(label: &str) -> String {
    let words: Vec<String> = tokens(label).into_iter().map(|token| token.normal).collect();
    words.join(" ")
}

/// The normal form of one word: lower-cased and, if it is ASCII and has at least four letters, in the singular and in
/// American spelling.
fn normal(word: &str) -> String {
    let lower = word.to_lowercase();
    if !lower.is_ascii() || lower.len() < 4 {
        return lower;
    }
    american(&singular(&lower)).into_owned()
}

const IRREGULAR: [(&str, &str); 7] = [
    ("indices", "index"),
    ("matrices", "matrix"),
    ("vertices", "vertex"),
    ("analyses", "analysis"),
    ("hypotheses", "hypothesis"),
    ("biases", "bias"),
    ("bias", "bias"),
];

/// Endings that a word can have after the "s" of the plural was removed. Their final "e" may belong to the plural, so
/// it is removed too.
const SILENT: [&str; 5] = ["che", "she", "xe", "sse", "ze"];

fn singular(word: &str) -> Cow<'_, str> {
    if let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return Cow::Borrowed(singular);
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return Cow::Owned(format!("{stem}y"));
    }
    let word = match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    };
    // In "batches", the "e" belongs to the plural; in "caches", it belongs to the word. No rule can distinguish these,
    // so the "e" is always removed.
    let silent = SILENT.iter().any(|ending| word.ends_with(ending));
    Cow::Borrowed(if silent { &word[..word.len() - 1] } else { word })
}

const BRITISH: [(&str, &str); 10] = [
    ("isation", "ization"),
    ("ising", "izing"),
    ("iser", "izer"),
    ("ised", "ized"),
    ("elling", "eling"),
    ("elled", "eled"),
    ("iour", "ior"),
    ("bour", "bor"),
    ("olour", "olor"),
    ("centre", "center"),
];

/// Whether `word` may contain a British spelling (`BRITISH` or "ise"). Fast, but may return true for other words: every
/// British spelling contains at least one of the letter pairs that are searched for.
fn may_be_british(word: &str) -> bool {
    let is_telling = |pair: &[u8]| matches!(pair, b"is" | b"ll" | b"ou" | b"tr" | b"bo");
    word.as_bytes().windows(2).any(is_telling)
}

fn american(word: &str) -> Cow<'_, str> {
    if !may_be_british(word) {
        return Cow::Borrowed(word);
    }
    for (british, american) in BRITISH {
        if let Some(at) = word.find(british) {
            let rest = &word[at + british.len()..];
            return Cow::Owned(format!("{}{american}{rest}", &word[..at]));
        }
    }
    match word.strip_suffix("ise") {
        Some(stem) if stem.len() > 3 => Cow::Owned(format!("{stem}iz")),
        _ => Cow::Borrowed(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_label_have_one_key() {
        for (a, b) in [
            ("batches", "batch"),
            ("caches", "cache"),
            ("losses", "loss"),
            ("boxes", "box"),
            ("biases", "bias"),
            ("queries", "query"),
            ("databases", "database"),
            ("modelling", "modeling"),
            ("optimise", "optimize"),
            ("optimisers", "optimizer"),
            ("user behaviour", "user behavior"),
            ("k-nearest neighbours", "K nearest neighbors"),
            ("A/B tests", "a b test"),
            ("Bayes's rule", "bayes rule"),
            ("indices", "index"),
        ] {
            assert_eq!(key(a), key(b), "{a} / {b}");
        }
    }

    #[test]
    fn words_at_a_slash_or_a_hyphen_may_be_written_as_one() {
        let of = |label: &str| -> Vec<String> {
            let normal = |spelling: Spelling| {
                spelling.words.into_iter().map(|word| word.normal).collect::<Vec<_>>().join(" ")
            };
            spellings(label).into_iter().map(normal).collect()
        };
        assert_eq!(of("feature store"), ["feature store"]);
        assert_eq!(of("A/B test"), ["a b test", "ab test"]);
        assert_eq!(of("A/B-tested"), ["a b tested", "ab tested", "a btested", "abtested"]);
        assert_eq!(of("a-b-c-d-e"), ["a b c d e", "abcde"]);
        assert_eq!(spellings("A/B test")[0].joints, [Joint::Tight, Joint::Loose]);
        for gap in ["/", "-", " ", "", " / ", "\u{2013}", "--"] {
            assert!(is_tight("a", gap, "b"), "{gap:?}");
        }
        for gap in [", ", "(", ". ", " | ", "---", "__", "_ "] {
            assert!(!is_tight("aa", gap, "bb"), "{gap:?}");
        }
        assert!(is_tight("top", "_", "p") && is_tight("k", "_", "means"));
        assert!(!is_tight("a", "_", "b") && !is_tight("é", "_", "b"), "a subscript");
    }

    #[test]
    fn different_words_stay_apart() {
        for (a, b) in [("ranking", "rank"), ("news", "new york"), ("class", "classifier")] {
            assert_ne!(key(a), key(b), "{a} / {b}");
        }
    }

    #[test]
    fn the_fast_path_of_fold_gives_the_normal_form() {
        let words = "bias indices classes size axe loss batches optimise neighbour model p99 is as \
                     centre boxes ranking modelling analyses queries matrices process news";
        for word in words.split_whitespace() {
            let mut folded = String::new();
            fold(word, &mut folded);
            assert_eq!(folded, normal(word), "{word}");
        }
    }

    #[test]
    fn tokens_have_the_byte_ranges_of_their_words() {
        let text = "Über p99: naïve-Bayes";
        let found: Vec<&str> = tokens(text).iter().map(|t| &text[t.start..t.end]).collect();
        assert_eq!(found, ["Über", "p99", "naïve", "Bayes"]);
    }
}
