//! What a post quotes of earlier ones: it is read where it was posted, and left out where it is repeated.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::clean::Fence;
use crate::crawl::github::thread::{Post, Thread};

/// Runs of so many words are compared: mail programs re-wrap the lines that they quote.
const RUN: usize = 4;
/// So many percent of a quotation's runs stand in earlier posts if it is one of them.
const SAME_PERCENT: usize = 80;
/// Runs of a thread that are remembered: some 1.5 MB of text. What is quoted of later text stays.
const MOST_RUNS: usize = 250_000;
/// The longest line by which a mail program says whom it quotes.
const LONGEST_LEAD: usize = 200;

/// The runs of words of a thread's posts, with the first post that has each.
pub(super) struct Quoted {
    first: HashMap<u64, u32>,
    /// The posts' places in the order of their dates.
    places: HashMap<u64, u32>,
}

impl Quoted {
    /// What the posts of `thread` say. O(length); nothing is remembered where nobody quotes.
    pub fn of(thread: &Thread) -> Quoted {
        let mut quoted = Quoted { first: HashMap::new(), places: HashMap::new() };
        if !thread.posts.iter().any(|post| post.body.lines().any(is_quote)) {
            return quoted;
        }
        let mut posts: Vec<&Post> = thread.posts.iter().collect();
        posts.sort_by(|a, b| (&a.created_at, a.id).cmp(&(&b.created_at, b.id)));
        for (place, post) in (0..).zip(std::iter::once(&thread.question).chain(posts)) {
            quoted.places.entry(post.id).or_insert(place);
            let text: Vec<String> = words(&post.body).collect();
            for run in runs(&text) {
                if quoted.first.len() == MOST_RUNS {
                    break;
                }
                quoted.first.entry(run).or_insert(place);
            }
            // A short line may be quoted alone.
            for line in post.body.lines().take(MOST_RUNS) {
                let line: Vec<String> = words(line).take(RUN).collect();
                if (1..RUN).contains(&line.len()) && quoted.first.len() < MOST_RUNS {
                    runs(&line).for_each(|run| {
                        quoted.first.entry(run).or_insert(place);
                    });
                }
            }
        }
        quoted
    }

    /// `body`, which is that of `post`, without quotations of earlier posts and the lines that announce them.
    /// O(length).
    pub fn without(&self, post: &Post, body: &str) -> String {
        let place = self.places.get(&post.id).copied().unwrap_or(0);
        if place == 0 {
            return body.to_owned();
        }
        let mut fence = Fence::default();
        let mut kept: Vec<&str> = Vec::new();
        let mut quotation: Vec<&str> = Vec::new();
        for line in body.lines().chain([""]) {
            if is_quote(line) && !fence.is_open() {
                quotation.push(line);
                continue;
            }
            if quotation.is_empty() || !self.repeats(&quotation, place) {
                kept.append(&mut quotation);
            } else {
                quotation.clear();
                if let Some(at) = kept.iter().rposition(|line| !line.trim().is_empty())
                    && is_lead(kept[at])
                {
                    kept.truncate(at);
                }
            }
            fence.next(line);
            kept.push(line);
        }
        kept.pop();
        kept.join("\n")
    }

    /// Whether the lines `quotation` stand in posts before the one at `place`.
    fn repeats(&self, quotation: &[&str], place: u32) -> bool {
        let text: Vec<String> = quotation.iter().flat_map(|line| words(line)).collect();
        let (mut all, mut known) = (0, 0);
        for run in runs(&text) {
            all += 1;
            known += usize::from(self.first.get(&run).is_some_and(|first| *first < place));
        }
        all == 0 || known * 100 >= all * SAME_PERCENT
    }
}

fn is_quote(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Whether `line` is such as "On Monday, Ann wrote:".
fn is_lead(line: &str) -> bool {
    let line = line.trim().trim_end_matches(['*', '_']);
    line.len() <= LONGEST_LEAD && line.ends_with(':') && {
        let lower = line.to_lowercase();
        lower.ends_with("wrote:") || lower.ends_with("said:")
    }
}

/// The words of `text` in lower case, without marks.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().filter_map(|word| {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        (!bare.is_empty()).then(|| bare.to_lowercase())
    })
}

/// Hashes of every [`RUN`] words of `text`; of all its words where it has fewer.
fn runs(text: &[String]) -> impl Iterator<Item = u64> {
    text.windows(RUN.min(text.len()).max(1)).map(|run| {
        // The same in each run of the program: its keys are fixed.
        let mut hash = DefaultHasher::new();
        run.hash(&mut hash);
        hash.finish()
    })
}
