//! Turns a section's record into a tantivy document: what goes into which field.

use std::sync::Arc;

use tantivy::schema::document::TantivyDocument;
use tantivy::tokenizer::Language;

use crate::annotate::{Salience, SectionRole};
use crate::catalogue::SourceStanding;
use crate::extract::Address;
use crate::extract::words::words;
use crate::meaning::{MeaningTable, MeaningVector, SignBits};
use crate::search::index::day::day_number;
use crate::search::index::error::SearchError;
use crate::search::index::levels::LevelTable;
use crate::search::index::record::SectionRecord;
use crate::search::index::schema::{IndexFields, LISTING};
use crate::search::index::section::{SectionId, first_u64};
use crate::search::index::stem_counts::StemCounts;
use crate::search::index::stems::StemTable;
use crate::search::text::analysis;

/// A section matches `has:links` if it has at least this many links.
const FEW_LINKS: usize = 3;

/// The prior, in percent, of sections that are not content (navigation, boilerplate, off-topic). It makes them rank
/// last.
const LAST: u64 = 12;

/// The factor, in percent, by which the prior of a section is multiplied if its source is stale.
const STALE: u64 = 80;

/// The base-2 logarithm of 128. Words beyond the first 128 of a section no longer raise its prior.
const FULL_DOUBLINGS: f64 = 7.0;
/// The prior of a section of one word is the square root of this, about 54 percent. The prior of a section of 128 words
/// or more is 100 percent.
const SHORTEST: f64 = 0.3;

/// Builds tantivy documents from records.
pub(in crate::search) struct DocumentBuilder {
    pub fields: IndexFields,
    levels: LevelTable,
    /// Makes the vectors of sections.
    pub table: Option<Arc<MeaningTable>>,
    stems: StemTable,
}

impl DocumentBuilder {
    pub fn new(fields: IndexFields, table: Option<Arc<MeaningTable>>) -> DocumentBuilder {
        DocumentBuilder { fields, levels: LevelTable::new(), table, stems: StemTable::new() }
    }

    /// The tantivy document for the section `id`. `key` and `version` are those of the document that contains the
    /// section.
    pub fn document(
        &mut self,
        key: u64,
        version: u64,
        id: SectionId,
        record: SectionRecord,
    ) -> Result<TantivyDocument, SearchError> {
        let fields = self.fields;
        let mut document = TantivyDocument::default();
        document.add_u64(fields.id, id.0);
        document.add_u64(fields.document, key);
        document.add_u64(fields.passage, passage(key, &record));
        document.add_u64(fields.version, version);
        document.add_u64(fields.prior, prior(&record));
        if let Some(day) = record.date.as_deref().and_then(day_number) {
            document.add_u64(fields.date, day);
        }
        labels(&mut document, &fields, &record);
        self.text(&mut document, &record);
        self.meaning(&mut document, &record);
        stored(&mut document, &fields, record)?;
        Ok(document)
    }

    /// Adds the text fields.
    fn text(&mut self, document: &mut TantivyDocument, record: &SectionRecord) {
        let fields = self.fields;
        let (own, above) = match record.headings.split_last() {
            // The headings of a comment name its author. So all of them go into the trail and none into the heading:
            // searches find the author, but suggestions and ranking don't treat the author's name as a heading.
            _ if matches!(record.address, Address::Comment(_)) => ("", record.headings.join("\n")),
            Some((own, above)) => (own.as_str(), above.join("\n")),
            None => (record.title.as_str(), String::new()),
        };
        let is_titled = own == record.title || begins_with_words(&above, &record.title);
        let trail = if is_titled { above } else { format!("{}\n{above}", record.title) };
        let body = [
            &[record.text.as_str()],
            &record.tags.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ]
        .concat()
        .join("\n");
        if !own.is_empty() {
            document.add_text(fields.label, own);
        }
        // The body contains the readable form of formulas. Their TeX is in the code, so it doesn't make the body
        // longer.
        let code = [std::slice::from_ref(&record.code), &record.formulas[..]].concat().join("\n");
        let language = record.language.as_deref().and_then(analysis::stemmer);
        let language = language.unwrap_or(Language::English);
        self.stems.limit();
        let mut stems = StemCounts::new(&mut self.stems);
        stems.add(0, language, own, Some((document, fields.heading)));
        stems.add(1, language, &trail, Some((document, fields.trail)));
        stems.add(2, language, &body, Some((document, fields.body)));
        stems.add(3, Language::English, &code, None);
        document.add_text(fields.words, stems.words().into_text());
        document.add_text(fields.stems, stems.into_lines(&self.levels).into_text());
    }

    /// Adds the vector of the headings and the text, and its signs.
    fn meaning(&self, document: &mut TantivyDocument, record: &SectionRecord) {
        let Some(table) = &self.table else { return };
        let headings = record.headings.iter().map(String::as_str);
        let title = record.headings.is_empty().then_some(record.title.as_str());
        let texts = title.into_iter().chain(headings).chain([record.text.as_str()]);
        let Some(vector) = MeaningVector::of(table, texts) else { return };
        let fields = self.fields;
        vector.to_words().iter().for_each(|word| document.add_u64(fields.vector, *word));
        SignBits::of(&vector).0.iter().for_each(|word| document.add_u64(fields.signs, *word));
    }
}

/// Adds the stored fields: the record without its long parts, the text, and the other long parts. A hit needs only the
/// first two. The text is a field of its own, so that it can be read without decoding.
fn stored(
    document: &mut TantivyDocument,
    fields: &IndexFields,
    mut record: SectionRecord,
) -> Result<(), SearchError> {
    let text = std::mem::take(&mut record.text);
    let (code, links) = (std::mem::take(&mut record.code), std::mem::take(&mut record.links));
    // This tuple is deserialised as `LongParts`.
    let rest = serde_json::to_string(&(code, links, std::mem::take(&mut record.markup)));
    // Earlier versions of Cairn can't decode the role `Code`, so it is stored as `Content`. The field `has` marks these
    // sections as code.
    if record.role == SectionRole::Code {
        record.role = SectionRole::Content;
    }
    let mut encoded = postcard::to_stdvec(&record).map_err(SearchError::decode)?;
    if let Some(posted) = &record.posted {
        encoded.extend(postcard::to_stdvec(posted).map_err(SearchError::decode)?);
    }
    document.add_bytes(fields.record, &encoded);
    document.add_text(fields.text, text);
    document.add_text(fields.rest, rest.map_err(SearchError::decode)?);
    Ok(())
}

/// Whether `text` begins with the whole words `words`: "MLOps" does not begin with "ML".
fn begins_with_words(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Adds the fields for filters and facets.
fn labels(document: &mut TantivyDocument, fields: &IndexFields, record: &SectionRecord) {
    document.add_text(fields.source, &record.source);
    document.add_text(fields.path, &record.path);
    for mention in &record.mentions {
        document.add_text(fields.topic, &mention.topic);
        if mention.salience == Salience::Main {
            document.add_text(fields.about, &mention.topic);
        }
    }
    for step in &record.steps {
        document.add_text(fields.step, step);
    }
    document.add_text(fields.kind, record.kind.as_str());
    if let Some(language) = &record.language {
        document.add_text(fields.language, language);
    }
    if let Some((licence, _)) = &record.licence {
        document.add_text(fields.licence, licence.to_lowercase());
    }
    let rows = record.text.lines().filter(|line| line.contains(" | ")).count();
    for (what, holds) in [
        ("code", !record.code.trim().is_empty()),
        ("table", rows > 1),
        ("links", record.links.len() >= FEW_LINKS),
        (LISTING, record.role == SectionRole::Code),
    ] {
        if holds {
            document.add_text(fields.has, what);
        }
    }
}

/// A hash that is the same for all parts of a long section. `key` identifies the section's document.
fn passage(key: u64, record: &SectionRecord) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(&key.to_le_bytes());
    if let Address::Comment(id) = record.address {
        hash.update(&id.get().to_le_bytes());
    }
    for heading in &record.headings {
        hash.update(heading.as_bytes()).update(b"\0");
    }
    first_u64(&hash.finalize())
}

/// The prior of a section: a factor for its score, in percent. It is low for very short sections, which are rarely
/// relevant, and for sections that are not content, such as tables of contents. It is reduced for stale sources.
fn prior(record: &SectionRecord) -> u64 {
    let prior = prior_of_text(record);
    match record.standing {
        SourceStanding::Current => prior,
        SourceStanding::Stale => prior * STALE / 100,
    }
}

/// The prior of a section by its role and length, in percent.
fn prior_of_text(record: &SectionRecord) -> u64 {
    if !record.role.has_content() {
        return LAST;
    }
    // The prior grows with the logarithm of the number of words. A word of code counts as a quarter of a word.
    let words = words(&record.text) + words(&record.code) / 4;
    let length = ((words.max(1) as f64).log2() / FULL_DOUBLINGS).min(1.0);
    // The value is between 0 and 100.
    (100.0 * (SHORTEST + (1.0 - SHORTEST) * length).sqrt()) as u64
}

#[cfg(test)]
mod tests {
    use super::begins_with_words;

    #[test]
    fn the_heading_mlops_does_not_begin_with_the_title_ml() {
        assert!(!begins_with_words("MLOps\nServing", "ML"));
        assert!(begins_with_words("ML\nServing", "ML"));
        assert!(begins_with_words("ML: an introduction", "ML"));
        assert!(!begins_with_words("Serving", "ML"));
    }
}
