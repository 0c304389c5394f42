//! Generates expensive queries: each form of the query language, filled with the words of an index.

use std::fmt::Write;

/// Filters that match many, few and no sections.
const FILTERS: [&str; 24] = [
    "path:s",
    "path:md",
    "path:docs/",
    "path:1",
    "path:.",
    "source:ann",
    "source:notes",
    "source:bob",
    "source:zz",
    "topic:CTR",
    "topic:recall",
    "topic:position-bias",
    "step:serving",
    "step:features",
    "kind:note",
    "kind:list",
    "lang:en",
    "lang:zh",
    "licence:MIT",
    "licence:c",
    "has:code",
    "has:links",
    "since:2020",
    "since:2026-01",
];
/// Words in scripts that are tokenised or stemmed differently, and strings that are not words.
const FOREIGN: [&str; 12] = [
    "推荐系统",
    "模型评估与特征存储",
    "추천시스템을",
    "レコメンド",
    "рекомендации",
    "توصية",
    "συστήματα",
    "ระบบแนะนำ",
    "naïve",
    "🙂",
    "a\u{301}\u{302}",
    "ﬁne",
];
/// Queries as typed by people who know the query language well, or not at all.
const TYPED: [&str; 12] = [
    "position bias",
    "how do I handle users with no history?",
    "\"training serving skew\" source:ann",
    "best articles about feature stores",
    "k-NN C++ F1@k GPT-3.5 A/B feature_store",
    "((((a b) OR c) d) OR e) f",
    "OR OR NOT - \"\" ( ) :",
    "\"model",
    "recall NOT",
    "design a recomender sytem for vidoe",
    "path:s -path:s path:S",
    "ndcg OR map OR mrr -precision kind:note lang:en",
];

/// Generates queries, deterministically for the same seed and words.
pub struct Queries<'w> {
    dice: fastrand::Rng,
    /// Words of the index, the most common first.
    words: &'w [String],
}

impl Queries<'_> {
    /// For each form of the language a query of the greatest length that is read, made of the first `words`. Also the
    /// query that once stopped a server.
    pub fn worst(words: &[String]) -> Vec<String> {
        let mut queries = Queries { dice: fastrand::Rng::with_seed(1), words };
        let full = (0..FORMS).map(|form| queries.full(form));
        full.chain(["path:s ".repeat(142)]).collect()
    }

    /// `count` queries of `words`: `TYPED`, those of `Queries::worst`, and random ones of all forms.
    pub fn all(words: &[String], seed: u64, count: usize) -> Vec<String> {
        let mut queries = Queries { dice: fastrand::Rng::with_seed(seed), words };
        let mut all: Vec<String> = TYPED.map(str::to_owned).to_vec();
        all.extend(Queries::worst(words));
        while all.len() < count {
            let pieces = 1 + queries.dice.usize(..12);
            let form = queries.dice.usize(..FORMS + 4);
            let text: Vec<String> = (0..pieces)
                .map(|_| {
                    let form = if form < FORMS { form } else { queries.dice.usize(..FORMS) };
                    let rank = queries.rank();
                    queries.piece(form, rank)
                })
                .collect();
            all.push(text.join(" "));
        }
        all
    }

    /// A query of a thousand characters of one form, made of the most common words.
    fn full(&mut self, form: usize) -> String {
        let mut text = String::new();
        let mut rank = 0;
        while text.len() < 1_000 {
            let piece = self.piece(form, rank);
            let _ = write!(text, "{piece} ");
            rank += 1;
        }
        text.chars().take(1_000).collect()
    }

    /// A random rank of a word. Half of the time it is in the most common twentieth.
    fn rank(&mut self) -> usize {
        let most = if self.dice.bool() { self.words.len() / 20 } else { self.words.len() };
        self.dice.usize(..most.max(1))
    }

    fn word(&self, rank: usize) -> &str {
        &self.words[rank % self.words.len()]
    }

    /// A piece of the form number `form`, made of the words from `rank` on.
    fn piece(&mut self, form: usize, rank: usize) -> String {
        let [a, b, c] = [rank, rank + 1, rank + 2].map(|rank| self.word(rank).to_owned());
        match form {
            0 => a,
            1 => format!("\"{a} {b}\""),
            2 => format!("\"{a} {b} {c} {a} {b} {c} {a} {b}\""),
            3 => format!("{a} OR"),
            4 => format!("({a} {b}) OR"),
            5 => format!("(({a} OR {b}) ({b} OR {c})) OR"),
            6 => format!("-{a}"),
            7 => format!("-\"{a} {b}\""),
            8 => format!("-({a} {b})"),
            9 => self.misspelt(&a),
            10 => a.chars().take(2).collect(),
            11 => format!("{a}-{b}-{c}"),
            12 => FOREIGN[rank % FOREIGN.len()].to_owned(),
            13 => FILTERS[rank % FILTERS.len()].to_owned(),
            14 => format!("-{}", FILTERS[rank % FILTERS.len()]),
            15 => format!("path:{a}"),
            16 => format!("\"{a} {a}\""),
            _ => format!("({a} OR \"{b} {c}\" OR {c})"),
        }
    }

    /// `word` with a suffix, two letters exchanged and a `q` inserted, so that no dictionary has it.
    fn misspelt(&mut self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().chain("ment".chars()).collect();
        let at = self.dice.usize(1..letters.len() - 1);
        letters.swap(at, at - 1);
        letters.insert(at, 'q');
        letters.into_iter().collect()
    }
}

/// The number of forms of [`Queries::piece`].
const FORMS: usize = 18;
