//! Reads postings and dictionaries of a segment. Everything that is read counts against the budget of a search.

use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, TERMINATED, Term};

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;

/// Looking up a term and opening its postings takes as long as reading so many postings, about half a microsecond.
pub(in crate::search) const LOOK_UP: usize = 32;
/// Positions are decoded in blocks. So many positions are one unit of work.
pub(in crate::search) const POSITIONS_PER_UNIT: usize = 4;

/// Calls `each` with every block of the postings of `term`.
pub(in crate::search) fn each_block(
    terms: &InvertedIndexReader,
    term: &Term,
    option: IndexRecordOption,
    budget: &Budget,
    each: impl FnMut(&BlockSegmentPostings),
) -> Result<(), SearchError> {
    budget.spend(LOOK_UP)?;
    match terms.get_term_info(term)? {
        Some(info) => each_block_of(terms, &info, option, budget, each),
        None => Ok(()),
    }
}

/// Calls `each` with every block of the postings at `info`.
fn each_block_of(
    terms: &InvertedIndexReader,
    info: &TermInfo,
    option: IndexRecordOption,
    budget: &Budget,
    mut each: impl FnMut(&BlockSegmentPostings),
) -> Result<(), SearchError> {
    let mut block = terms.read_block_postings_from_terminfo(info, option)?;
    while block.block_len() > 0 {
        budget.spend(block.block_len())?;
        each(&block);
        block.advance();
    }
    Ok(())
}

/// Makes one pass over the dictionary. If `choose` returns a value for a term, calls `each` with that value and each
/// block of the documents that contain the term.
pub(in crate::search) fn each_term<T: Copy>(
    terms: &InvertedIndexReader,
    budget: &Budget,
    mut choose: impl FnMut(&str) -> Option<T>,
    mut each: impl FnMut(&[u32], T),
) -> Result<(), SearchError> {
    let mut stream = terms.terms().stream()?;
    while stream.advance() {
        budget.spend(1)?;
        if let Some(chosen) = std::str::from_utf8(stream.key()).ok().and_then(&mut choose) {
            let (info, option) = (stream.value().clone(), IndexRecordOption::Basic);
            each_block_of(terms, &info, option, budget, |block| each(block.docs(), chosen))?;
        }
    }
    Ok(())
}

/// Calls `each` with every document that contains `stems` in sequence, ascending. O(postings + positions in the
/// documents that contain all stems).
pub(in crate::search) fn each_phrase(
    terms: &InvertedIndexReader,
    stems: &[Term],
    budget: &Budget,
    mut each: impl FnMut(u32),
) -> Result<(), SearchError> {
    let Some(mut phrase) = PhraseReader::open(terms, stems, budget)? else { return Ok(()) };
    while let Some(doc) = phrase.next(0, TERMINATED, budget)? {
        each(doc);
    }
    Ok(())
}

/// Finds the documents that contain a phrase, ascending.
///
/// The postings of all stems are intersected, starting from the rarest. In each document that contains all stems, the
/// positions of a stem are read once, even if the phrase contains the stem several times.
#[derive(Clone)]
pub(in crate::search) struct PhraseReader {
    /// The different words of the phrase, the rarest first.
    words: Vec<PhraseWord>,
    /// The number of documents with the rarest word that were examined.
    pub examined: usize,
}

impl PhraseReader {
    /// A reader of the phrase `stems`; `None` if there are no stems or one of them is not in the segment.
    pub fn open(
        terms: &InvertedIndexReader,
        stems: &[Term],
        budget: &Budget,
    ) -> Result<Option<PhraseReader>, SearchError> {
        let words = PhraseWord::all(terms, stems, budget)?;
        let words = words.filter(|words| !words.is_empty());
        Ok(words.map(|words| PhraseReader { words, examined: 0 }))
    }

    /// No document before this one contains the phrase, apart from those that were returned.
    pub fn doc(&self) -> u32 {
        self.words.first().map_or(TERMINATED, |rarest| rarest.postings.doc())
    }

    /// The number of documents with the rarest word.
    pub fn documents(&self) -> usize {
        self.words.first().map_or(0, |rarest| rarest.postings.doc_freq() as usize)
    }

    /// The next document from `from` on and before `end` that contains the phrase. Never returns a document twice.
    pub fn next(
        &mut self,
        from: u32,
        end: u32,
        budget: &Budget,
    ) -> Result<Option<u32>, SearchError> {
        let Some((rarest, others)) = self.words.split_first_mut() else { return Ok(None) };
        let mut doc = rarest.advance_to(from);
        while doc < end {
            self.examined += 1;
            budget.spend(1 + others.len())?;
            let ahead =
                others.iter_mut().map(|word| word.advance_to(doc)).find(|found| *found != doc);
            if let Some(ahead) = ahead {
                doc = rarest.advance_to(ahead.max(doc + 1));
                continue;
            }
            rarest.read();
            others.iter_mut().for_each(PhraseWord::read);
            let others_read: usize = others.iter().map(|word| word.places.len()).sum();
            budget.spend((rarest.places.len() + others_read) / POSITIONS_PER_UNIT)?;
            let holds = are_consecutive(rarest, others);
            rarest.postings.advance();
            if holds {
                return Ok(Some(doc));
            }
            doc = rarest.postings.doc();
        }
        Ok(None)
    }
}

/// A word of a phrase.
#[derive(Clone)]
struct PhraseWord {
    postings: SegmentPostings,
    /// Its positions in the phrase.
    offsets: Vec<u32>,
    /// Its positions in the current document. Filled by `read`.
    places: Vec<u32>,
}

impl PhraseWord {
    /// The different words of a phrase, the rarest first; `None` if one is not in the segment.
    fn all(
        terms: &InvertedIndexReader,
        stems: &[Term],
        budget: &Budget,
    ) -> Result<Option<Vec<PhraseWord>>, SearchError> {
        let mut words: Vec<(&Term, PhraseWord)> = Vec::new();
        for (stem, offset) in stems.iter().zip(0..) {
            budget.spend(LOOK_UP)?;
            if let Some((_, word)) = words.iter_mut().find(|(known, _)| *known == stem) {
                word.offsets.push(offset);
                continue;
            }
            let option = IndexRecordOption::WithFreqsAndPositions;
            let Some(postings) = terms.read_postings(stem, option)? else { return Ok(None) };
            words.push((stem, PhraseWord { postings, offsets: vec![offset], places: Vec::new() }));
        }
        words.sort_by_key(|(_, word)| word.postings.doc_freq());
        Ok(Some(words.into_iter().map(|(_, word)| word).collect()))
    }

    /// Advances to the first document that contains the word and is not before `doc`. Returns that document.
    fn advance_to(&mut self, doc: u32) -> u32 {
        match self.postings.doc() {
            at if at >= doc => at,
            // `TERMINATED` is no document.
            _ => self.postings.seek(doc.min(TERMINATED)),
        }
    }

    fn read(&mut self) {
        self.postings.positions(&mut self.places);
    }
}

/// Whether the phrase occurs in the current document. The positions of all words in it must have been read.
fn are_consecutive(first: &PhraseWord, others: &[PhraseWord]) -> bool {
    let Some(lead) = first.offsets.first() else { return false };
    let begins = first.places.iter().filter_map(|place| place.checked_sub(*lead));
    let holds = |word: &PhraseWord, begin: u32| {
        word.offsets.iter().all(|offset| word.places.binary_search(&(begin + offset)).is_ok())
    };
    begins.into_iter().any(|begin| holds(first, begin) && others.iter().all(|w| holds(w, begin)))
}

#[cfg(test)]
mod tests {
    use tantivy::query::{EnableScoring, PhraseQuery, Query};
    use tantivy::schema::{Schema, TEXT};
    use tantivy::{Index, Searcher, SegmentReader, TantivyDocument};

    use super::*;

    /// Fewer than `most` random letters from a to f. Letters near the beginning of the alphabet are more frequent.
    fn letters(dice: &mut fastrand::Rng, most: usize) -> Vec<String> {
        let length = dice.usize(2..most);
        let mut letter = || b"abcdef"[dice.usize(..6) * dice.usize(..6) / 6];
        (0..length).map(|_| char::from(letter()).to_string()).collect()
    }

    /// The documents of `segment` in which tantivy's own phrase query finds `stems` in sequence.
    fn found_by_tantivy(searcher: &Searcher, segment: &SegmentReader, stems: &[Term]) -> Vec<u32> {
        let scoring = EnableScoring::disabled_from_searcher(searcher);
        let weight = PhraseQuery::new(stems.to_vec()).weight(scoring).unwrap();
        let mut scorer = weight.scorer(segment, 1.0).unwrap();
        let mut found = Vec::new();
        while scorer.doc() != TERMINATED {
            found.push(scorer.doc());
            scorer.advance();
        }
        found
    }

    #[test]
    fn phrases_are_found_where_tantivy_finds_them() {
        let mut builder = Schema::builder();
        let field = builder.add_text_field("text", TEXT);
        let index = Index::create_in_ram(builder.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        let mut dice = fastrand::Rng::with_seed(3);
        for _ in 0..700 {
            let mut document = TantivyDocument::default();
            document.add_text(field, letters(&mut dice, 30).join(" "));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let mut matches = 0;
        for _ in 0..300 {
            let words = letters(&mut dice, 6);
            let stems: Vec<Term> = words.iter().map(|w| Term::from_field_text(field, w)).collect();
            for segment in searcher.segment_readers() {
                let mut found = Vec::new();
                let terms = segment.inverted_index(field).unwrap();
                each_phrase(&terms, &stems, &Budget::unlimited(), |doc| found.push(doc)).unwrap();
                assert_eq!(found, found_by_tantivy(&searcher, segment, &stems), "{words:?}");
                matches += found.len();
            }
        }
        assert!(matches > 1_000, "{matches}");
    }
}
