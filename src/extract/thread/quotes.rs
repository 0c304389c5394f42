//! Removes quotations of earlier posts, so that a text is kept only where it was posted first.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::clean::FenceTracker;
use crate::crawl::github::thread::{Thread, ThreadPost};

/// The number of words in a run, a sequence of consecutive words. Runs are compared instead of lines, because mail
/// programs re-wrap quoted lines.
const RUN: usize = 4;
/// A quotation repeats earlier posts if at least this percentage of its runs is in them.
const SAME_PERCENT: usize = 80;
/// The maximum number of runs stored for a thread, about 1.5 MB of text. Text after that is not stored, so quotations
/// of it are not recognised and are kept.
const MOST_RUNS: usize = 250_000;
/// The maximum bytes of a line that introduces a quotation ("On Monday, Ann wrote:").
const LONGEST_LEAD: usize = 200;

/// The runs of words in a thread's posts.
pub(super) struct PostedRuns {
    /// For the hash of each run, the number of the first post that contains the run.
    first: HashMap<u64, u32>,
    /// The number of each post, by its id: 0 for the question, then from 1 on by date.
    places: HashMap<u64, u32>,
}

impl PostedRuns {
    /// Stores the runs of `thread`; if no post has a quotation, stores nothing. O(length).
    pub fn of(thread: &Thread) -> PostedRuns {
        let mut quoted = PostedRuns { first: HashMap::new(), places: HashMap::new() };
        if !thread.posts.iter().any(|post| post.body.lines().any(is_quote)) {
            return quoted;
        }
        let mut posts: Vec<&ThreadPost> = thread.posts.iter().collect();
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
            // A line shorter than a run may be quoted alone, so it is stored as a run of its own.
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

    /// `body`, the body of `post`, without quotations of earlier posts and the lines that introduce them. O(length).
    pub fn without(&self, post: &ThreadPost, body: &str) -> String {
        let place = self.places.get(&post.id).copied().unwrap_or(0);
        if place == 0 {
            return body.to_owned();
        }
        let mut fence = FenceTracker::default();
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

    /// Whether at least [`SAME_PERCENT`] percent of the runs in `quotation` are in posts before post number `place`.
    /// True for a quotation without words.
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

/// Whether `line` introduces a quotation: "On Monday, Ann wrote:".
fn is_lead(line: &str) -> bool {
    let line = line.trim().trim_end_matches(['*', '_']);
    line.len() <= LONGEST_LEAD && line.ends_with(':') && {
        let lower = line.to_lowercase();
        lower.ends_with("wrote:") || lower.ends_with("said:")
    }
}

/// The words of `text`, lower-cased and without punctuation.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().filter_map(|word| {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        (!bare.is_empty()).then(|| bare.to_lowercase())
    })
}

/// The hash of every [`RUN`] consecutive words of `text`; of all its words if it has fewer.
fn runs(text: &[String]) -> impl Iterator<Item = u64> {
    text.windows(RUN.min(text.len()).max(1)).map(|run| {
        // Deterministic: `DefaultHasher::new` has fixed keys.
        let mut hash = DefaultHasher::new();
        run.hash(&mut hash);
        hash.finish()
    })
}
