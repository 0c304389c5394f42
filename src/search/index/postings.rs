//! Reads postings and dictionaries of a segment. Everything that is read counts against the budget of a search.

use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, TERMINATED, Term};

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;

/// Calls `each` with every block of the postings of `term`.
pub(in crate::search) fn each_block(
    terms: &InvertedIndexReader,
    term: &Term,
    option: IndexRecordOption,
    budget: &Budget,
    each: impl FnMut(&BlockSegmentPostings),
) -> Result<(), SearchError> {
    budget.spend(1)?;
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

/// Calls `each` for every document of `docs` (ascending) that contains `term`, with the index of the document in
/// `docs`. Skips the postings of documents that are not in `docs`.
pub(in crate::search) fn held_of(
    terms: &InvertedIndexReader,
    term: &Term,
    docs: impl Iterator<Item = u32>,
    budget: &Budget,
    mut each: impl FnMut(usize),
) -> Result<(), SearchError> {
    budget.spend(1)?;
    let option = IndexRecordOption::Basic;
    let Some(mut postings) = terms.read_postings(term, option)? else { return Ok(()) };
    for (at, doc) in docs.enumerate() {
        budget.spend(1)?;
        if postings.doc() < doc {
            postings.seek(doc);
        }
        match postings.doc() {
            TERMINATED => break,
            held if held == doc => each(at),
            _ => {}
        }
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

/// Calls `each` with every document that contains `stems` in sequence, ascending.
///
/// The postings of all stems are intersected, starting from the rarest. In each document that contains all stems, the
/// positions of a stem are read once, even if the phrase contains the stem several times. O(postings + positions in
/// these documents).
pub(in crate::search) fn each_phrase(
    terms: &InvertedIndexReader,
    stems: &[Term],
    budget: &Budget,
    mut each: impl FnMut(u32),
) -> Result<(), SearchError> {
    let Some(mut words) = PhraseWord::all(terms, stems, budget)? else { return Ok(()) };
    let Some((rarest, others)) = words.split_first_mut() else { return Ok(()) };
    let mut doc = rarest.postings.doc();
    while doc != TERMINATED {
        budget.spend(1 + others.len())?;
        let ahead = others.iter_mut().map(|word| word.advance_to(doc)).find(|found| *found != doc);
        if let Some(ahead) = ahead {
            doc = if ahead == TERMINATED { TERMINATED } else { rarest.postings.seek(ahead) };
            continue;
        }
        rarest.read();
        others.iter_mut().for_each(PhraseWord::read);
        budget.spend(rarest.places.len() + others.iter().map(|w| w.places.len()).sum::<usize>())?;
        if are_consecutive(rarest, others) {
            each(doc);
        }
        doc = rarest.postings.advance();
    }
    Ok(())
}

/// A word of a phrase.
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
            budget.spend(1)?;
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
        if self.postings.doc() < doc { self.postings.seek(doc) } else { self.postings.doc() }
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
