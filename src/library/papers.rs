//! Finds cited papers by the words of their titles, authors and abstracts, as arXiv gives them.
//!
//! The papers are searched with an inverted index in memory, which is built when it is first needed. A generation has
//! at most a few thousand papers.

use std::collections::HashMap;

use crate::annotate::resources::CitedResource;
use crate::generation::papers::GenerationPapers;
use crate::search::english_stems;
use crate::search::query::{Node, parse};
use crate::vocabulary::common_words::CommonWord;

/// The weights of an occurrence of a word in the title, in the authors and in the abstract.
const WEIGHTS: [f32; 3] = [3.0, 2.0, 1.0];
/// BM25's parameter for the saturation of frequencies, with its usual value.
const K1: f32 = 1.2;
/// BM25's parameter for the normalisation by length, with its usual value.
const B: f32 = 0.75;

/// The index of the papers of a generation.
#[derive(Default)]
pub(super) struct PaperIndex {
    papers: Vec<IndexedPaper>,
    /// The postings of each stem, in ascending order of papers.
    postings: HashMap<String, Vec<PaperPosting>>,
    /// The mean length of a paper's metadata, in stems.
    mean_length: f32,
}

struct IndexedPaper {
    /// The index of the paper in the list of resources of the graph.
    resource: usize,
    /// The length of its title, authors and abstract, in stems.
    length: f32,
}

struct PaperPosting {
    paper: usize,
    /// How often the stem occurs in each field, in the order of [`WEIGHTS`].
    counts: [u16; 3],
}

/// The field of a paper that contains a word. The fields are ordered: a word in the title says most about the paper's
/// subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PaperField {
    Title,
    Authors,
    Abstract,
}

/// The match of a word in a paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PaperMatch {
    pub score: f32,
    pub field: PaperField,
}

impl PaperIndex {
    /// Indexes the `resources` that have metadata in `papers`. O(length of the metadata).
    pub fn new(resources: &[CitedResource], papers: &GenerationPapers) -> PaperIndex {
        let mut index = PaperIndex::default();
        for (resource, cited) in resources.iter().enumerate() {
            let Some(paper) = papers.by_url.get(&cited.url) else { continue };
            let authors = paper.authors.join(" ");
            let stems = english_stems([&*paper.title, &*authors, &*paper.abstract_text]);
            let length = stems.iter().map(Vec::len).sum::<usize>() as f32;
            let at = index.papers.len();
            index.papers.push(IndexedPaper { resource, length });
            index.mean_length += length;
            for (field, stems) in stems.into_iter().enumerate() {
                for stem in stems {
                    index.count(stem, at, field);
                }
            }
        }
        index.mean_length /= index.papers.len().max(1) as f32;
        index
    }

    /// Counts one occurrence of `stem` in a field of a paper. `paper` must be the last paper added; `field` is an index
    /// into [`WEIGHTS`].
    fn count(&mut self, stem: String, paper: usize, field: usize) {
        let postings = self.postings.entry(stem).or_default();
        match postings.last_mut().filter(|last| last.paper == paper) {
            Some(last) => last.counts[field] = last.counts[field].saturating_add(1),
            None => {
                let mut counts = [0; 3];
                counts[field] = 1;
                postings.push(PaperPosting { paper, counts });
            }
        }
    }

    /// The papers that match `word`, each with its match. The keys are indices in the list of resources. A compound
    /// such as `two-tower` matches if all its pieces do. O(papers with the word).
    pub fn matches(&self, word: &str) -> HashMap<usize, PaperMatch> {
        let mut stems = english_stems([word]).into_iter().flatten();
        let mut found = stems.next().map(|stem| self.with(&stem)).unwrap_or_default();
        for stem in stems {
            let more = self.with(&stem);
            found = joined(found, &more);
        }
        found
    }

    /// The papers that contain every one of `words`, best first, as indices among the resources.
    ///
    /// Ordered by BM25F (Robertson, Zaragoza, Taylor, "Simple BM25 Extension to Multiple Weighted Fields", 2004).
    /// Papers with equal scores are in the order of the resources.
    pub fn with_all(&self, words: &[String]) -> Vec<usize> {
        let mut words = words.iter();
        let mut found = words.next().map(|word| self.matches(word)).unwrap_or_default();
        for word in words {
            if found.is_empty() {
                break;
            }
            let more = self.matches(word);
            found = joined(found, &more);
        }
        let mut found: Vec<(usize, PaperMatch)> = found.into_iter().collect();
        found.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(a.cmp(b)));
        found.into_iter().map(|(resource, _)| resource).collect()
    }

    /// The papers that contain `stem`, each with its match. The keys are indices in the list of resources.
    fn with(&self, stem: &str) -> HashMap<usize, PaperMatch> {
        let postings = self.postings.get(stem).map(Vec::as_slice).unwrap_or_default();
        let (all, with) = (self.papers.len() as f32, postings.len() as f32);
        let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        let found = postings.iter().filter_map(|posting| {
            let paper = self.papers.get(posting.paper)?;
            let counts = posting.counts.iter().zip(WEIGHTS);
            let weighted: f32 = counts.map(|(count, weight)| f32::from(*count) * weight).sum();
            let frequency = weighted / (1.0 - B + B * paper.length / self.mean_length);
            let field = match posting.counts {
                [0, 0, _] => PaperField::Abstract,
                [0, ..] => PaperField::Authors,
                _ => PaperField::Title,
            };
            let score = rarity * frequency / (K1 + frequency);
            Some((paper.resource, PaperMatch { score, field }))
        });
        found.collect()
    }
}

/// The papers in both `found` and `more`, with the sum of the two scores and the later of the two fields (in the order
/// of [`PaperField`]).
fn joined(
    found: HashMap<usize, PaperMatch>,
    more: &HashMap<usize, PaperMatch>,
) -> HashMap<usize, PaperMatch> {
    let both = found.into_iter().filter_map(|(resource, one)| {
        let other = more.get(&resource)?;
        let field = one.field.max(other.field);
        Some((resource, PaperMatch { score: one.score + other.score, field }))
    });
    both.collect()
}

/// The words that a paper must contain to be shown with the results of the query `text`. Empty if the query has
/// filters, excluded words or alternatives, because papers can't be matched with them. Leaves out the words of
/// questions ("how do I") and the words in `asking`, which only ask for links.
pub(super) fn subject_words(text: &str, asking: &[String]) -> Vec<String> {
    let query = parse(text);
    let mut words = Vec::new();
    let is_plain = query.filters.is_empty()
        && query.excluded.is_empty()
        && query.units.iter().all(|unit| add_words(unit, &mut words));
    if !is_plain {
        return Vec::new();
    }
    words.retain(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let is_asking = asking.iter().any(|asked| asked.eq_ignore_ascii_case(&bare));
        !bare.is_empty() && !CommonWord::Filler.includes(&bare) && !is_asking
    });
    words
}

/// Adds the words of `node`; false if it has alternatives.
fn add_words(node: &Node, words: &mut Vec<String>) -> bool {
    match node {
        Node::Word(text) | Node::Phrase(text) => {
            words.extend(text.split_whitespace().map(str::to_owned));
            true
        }
        Node::All(nodes) => nodes.iter().all(|node| add_words(node, words)),
        Node::Any(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::resources::ResourceKind;
    use crate::crawl::arxiv::PaperMetadata;

    fn resource(url: &str) -> CitedResource {
        CitedResource {
            url: url.into(),
            also: vec![],
            title: "A title".into(),
            kind: ResourceKind::Paper,
            year: None,
            voices: 1,
            sources: vec![],
            topics: vec![],
            said: vec![],
            dead_since: None,
        }
    }

    /// The index of papers with these titles, authors and abstracts.
    fn index(papers: &[(&str, &str, &str)]) -> PaperIndex {
        let mut known = GenerationPapers::default();
        let mut resources = vec![resource("https://example.org/an-article")];
        for (at, (title, author, text)) in papers.iter().enumerate() {
            let url = format!("https://arxiv.org/abs/2003.{at:05}");
            resources.push(resource(&url));
            known.by_url.insert(
                url,
                PaperMetadata {
                    title: (*title).into(),
                    authors: vec![(*author).into()],
                    year: None,
                    abstract_text: (*text).into(),
                },
            );
        }
        PaperIndex::new(&resources, &known)
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn papers_are_found_by_stems_of_title_author_and_abstract_and_ranked() {
        let index = index(&[
            (
                "On lakes",
                "Ann Example",
                "We mention ranking once, and many other things about lakes.",
            ),
            ("Ranking with clicks", "Bob Other", "We rank by clicks."),
            ("Of ducks", "Eve Rankin", "Nothing."),
        ]);
        assert_eq!(index.with_all(&words("rankings")), [2, 1], "the title counts most");
        assert_eq!(index.with_all(&words("ranking clicks")), [2], "all words are required");
        assert_eq!(index.with_all(&words("rankin")), [3]);
        assert_eq!(index.matches("example")[&1].field, PaperField::Authors);
        assert_eq!(index.matches("lakes")[&1].field, PaperField::Title);
        assert_eq!(index.matches("mention")[&1].field, PaperField::Abstract);
        assert!(index.with_all(&[]).is_empty() && index.with_all(&words("zebra")).is_empty());
    }

    #[test]
    fn the_pieces_of_a_compound_must_all_occur() {
        let index = index(&[
            ("A two-tower model", "A", "x"),
            ("A tower of two parts", "B", "y"),
            ("A tower", "C", "z"),
        ]);
        assert_eq!(index.with_all(&words("two-tower")).len(), 2);
    }

    #[test]
    fn two_thousand_papers_are_indexed_and_searched_in_bounded_time() {
        // Each abstract has 200 words besides "ranking". Most of these words occur in few papers.
        let word = |at: usize| format!("word{}", at * at % 7_919);
        let texts: Vec<String> = (0..2_000)
            .map(|paper| (0..200).map(|at| word(paper * 31 + at) + " ranking ").collect())
            .collect();
        let papers: Vec<(&str, &str, &str)> =
            texts.iter().map(|text| ("A title", "Ann Example", &**text)).collect();
        let begun = std::time::Instant::now();
        let index = index(&papers);
        let indexed = begun.elapsed();
        // The most expensive query that the grammar accepts: 32 words that all papers contain.
        assert_eq!(index.with_all(&words(&["ranking"; 32].join(" "))).len(), 2_000);
        println!("indexed in {indexed:?}, searched in {:?}", begun.elapsed() - indexed);
        // Takes a second or two in a debug build on an idle machine.
        assert!(begun.elapsed().as_secs() < 120, "{:?}", begun.elapsed());
    }

    #[test]
    fn queries_with_filters_exclusions_or_alternatives_show_no_papers() {
        let of = |text: &str| subject_words(text, &["papers".to_owned()]);
        assert_eq!(of("how do I handle position bias?"), ["position", "bias?"]);
        assert_eq!(of("papers about \"position bias\""), ["position", "bias"]);
        for text in ["bias -clicks", "source:a/b bias", "bias OR variance", "", "how do I", "—"] {
            assert!(of(text).is_empty(), "{text}");
        }
    }
}
