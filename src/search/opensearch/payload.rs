//! What the cluster keeps of a section for Cairn alone, as binary values beside the index, because reading these costs
//! far less than reading `_source`: what the final ranking needs of a candidate, and the section's texts.
//!
//! A section has hundreds of tokens, and a query asks for a few. So the payload is read without copying: only the tokens
//! that the query asks for become terms of the index in memory, and all others one and the same term.

use std::collections::{BTreeSet, HashMap, HashSet};

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use tantivy::schema::Field;
use zstd::bulk::Decompressor;

use crate::search::index::error::SearchError;
use crate::search::index::levels::POSITIONED;
use crate::search::index::opened::KeptTexts;
use crate::search::index::schema::IndexFields;
use crate::search::index::tokenizers::{TokenLines, each_line};
use crate::search::index::values::SectionValues;

/// The compression level of zstd: texts of a few kilobytes gain nothing from a higher one.
const LEVEL: i32 = 3;
/// The maximum size of a value in bytes, after decompression.
const LONGEST: usize = 64_000_000;
/// Stands for the tokens that a query does not ask for. It is no token: these consist of letters and digits.
const OTHER: &str = "\u{b7}";

/// Base64 as OpenSearch reads it with padding and writes it without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A token of a text: how far it is from the one before, and the index of its term.
type Token = (u32, u32);

/// What the final ranking needs of a section.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload<'p> {
    prior: u64,
    #[serde(borrow)]
    source: &'p str,
    #[serde(borrow)]
    topics: Vec<&'p str>,
    #[serde(borrow)]
    about: Vec<&'p str>,
    #[serde(borrow)]
    has: Vec<&'p str>,
    /// Every term of the section, once.
    #[serde(borrow)]
    terms: Vec<&'p str>,
    /// The tokens of heading, trail and body.
    texts: [Vec<Token>; POSITIONED],
    /// The index of each stem, with its level.
    stems: Vec<(u32, u32)>,
}

/// The payload of a section with these `values`, in base64.
pub(in crate::search) fn encode(
    values: &SectionValues,
    fields: &IndexFields,
) -> Result<String, SearchError> {
    let texts = [fields.heading, fields.trail, fields.body];
    let lines = |field: Field| values.texts(field).collect::<Vec<&str>>();
    let mut terms: BTreeSet<&str> = BTreeSet::new();
    for field in texts.into_iter().chain([fields.stems]) {
        for lines in lines(field) {
            terms.extend(lines.lines().filter_map(|line| Some(line.split_once(' ')?.1)));
        }
    }
    let numbers: HashMap<&str, u32> = terms.iter().copied().zip(0..).collect();
    // A number in a line is a position or a level, which is far below 2^32.
    let of = |field: Field| {
        let mut tokens: Vec<(u32, u32)> = Vec::new();
        for lines in lines(field) {
            each_line(lines, |number, token| {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                tokens.push((number, numbers.get(token).copied().unwrap_or(0)));
            });
        }
        tokens
    };
    let payload = Payload {
        prior: values.number(fields.prior).unwrap_or(100),
        source: values.texts(fields.source).next().unwrap_or_default(),
        topics: lines(fields.topic),
        about: lines(fields.about),
        has: lines(fields.has),
        texts: texts.map(|field| distances(of(field))),
        stems: of(fields.stems).into_iter().map(|(level, term)| (term, level)).collect(),
        terms: terms.into_iter().collect(),
    };
    packed(&payload)
}

/// `tokens`, whose numbers are ascending positions, with the distances of these instead.
fn distances(tokens: Vec<(u32, u32)>) -> Vec<Token> {
    let mut last = 0;
    let distance = |(position, term): (u32, u32)| {
        let distance = position.saturating_sub(last);
        last = position;
        (distance, term)
    };
    tokens.into_iter().map(distance).collect()
}

/// What a query needs of its candidates.
pub(in crate::search) struct PayloadReader<'q> {
    /// The terms and the slugs of topics that it looks up.
    pub wanted: HashSet<&'q str>,
    /// Whether it looks for phrases: only these need the text of the trail.
    pub has_phrases: bool,
    pub fields: IndexFields,
    /// Kept from one payload to the next, because making one costs more than using it.
    decompressor: Decompressor<'static>,
}

impl<'q> PayloadReader<'q> {
    pub fn new(
        wanted: HashSet<&'q str>,
        has_phrases: bool,
        fields: IndexFields,
    ) -> Result<PayloadReader<'q>, SearchError> {
        Ok(PayloadReader { wanted, has_phrases, fields, decompressor: Decompressor::new()? })
    }

    /// The document of the index in memory for a section with this `payload`. It has only the wanted terms and topics;
    /// all other tokens are counted. `words` are the packed unstemmed words, if the query asks for some. `Err` if
    /// [`encode`] did not make the payload.
    pub fn document(
        &mut self,
        payload: &str,
        words: Option<&str>,
    ) -> Result<TantivyDocument, SearchError> {
        let fields = self.fields;
        let bytes = unpacked(payload, &mut self.decompressor)?;
        let payload: Payload = postcard::from_bytes(&bytes).map_err(SearchError::decode)?;
        let mut document = TantivyDocument::default();
        document.add_u64(fields.prior, payload.prior);
        document.add_text(fields.source, payload.source);
        for (field, topics) in [(fields.topic, &payload.topics), (fields.about, &payload.about)] {
            let wanted = topics.iter().filter(|topic| self.wanted.contains(**topic));
            wanted.for_each(|topic| document.add_text(field, topic));
        }
        payload.has.iter().for_each(|value| document.add_text(fields.has, value));
        self.add_tokens(&payload, &mut document);
        if let Some(words) = words {
            let bytes = unpacked(words, &mut self.decompressor)?;
            let words: Vec<&str> = postcard::from_bytes(&bytes).map_err(SearchError::decode)?;
            let mut lines = TokenLines::default();
            let wanted = words.iter().filter(|word| self.wanted.contains(**word));
            wanted.for_each(|word| lines.add(word, 1));
            document.add_text(fields.words, lines.into_text());
        }
        Ok(document)
    }

    /// Adds the tokens and stems of `payload`.
    fn add_tokens(&self, payload: &Payload, document: &mut TantivyDocument) {
        let fields = self.fields;
        let terms = payload.terms.iter().map(|term| self.wanted.get(term).copied());
        let terms: Vec<Option<&str>> = terms.collect();
        let term = |at: u32| terms.get(at as usize).copied().flatten();
        let texts = [fields.heading, fields.trail, fields.body].into_iter().zip(&payload.texts);
        for (field, tokens) in texts.filter(|(field, _)| self.has_phrases || *field != fields.trail)
        {
            let mut lines = TokenLines::for_text(tokens.len() * 4);
            let mut position = 0;
            for (distance, at) in tokens {
                position += *distance as usize;
                lines.add(term(*at).unwrap_or(OTHER), position);
            }
            document.add_text(field, lines.into_text());
        }
        let mut stems = TokenLines::default();
        for (at, level) in &payload.stems {
            if let Some(stem) = term(*at) {
                stems.add(stem, *level as usize);
            }
        }
        document.add_text(fields.stems, stems.into_text());
    }
}

/// The unstemmed words of a section with these `values`, in base64. Only queries for exact words need them.
pub(in crate::search) fn encode_words(
    values: &SectionValues,
    fields: &IndexFields,
) -> Result<String, SearchError> {
    let lines = values.texts(fields.words).flat_map(str::lines);
    let words: Vec<&str> = lines.filter_map(|line| Some(line.split_once(' ')?.1)).collect();
    packed(&words)
}

/// The texts of a section with these `values`, in base64.
pub(in crate::search) fn encode_texts(
    values: &SectionValues,
    fields: &IndexFields,
) -> Result<String, SearchError> {
    let one = |field: Field| values.texts(field).next().unwrap_or_default().to_owned();
    packed(&KeptTexts { text: one(fields.text), rest: one(fields.rest) })
}

/// The texts that [`encode_texts`] has packed.
pub(in crate::search) fn texts(kept: &str) -> Result<KeptTexts, SearchError> {
    let bytes = unpacked(kept, &mut Decompressor::new()?)?;
    postcard::from_bytes(&bytes).map_err(SearchError::decode)
}

fn packed(value: &impl Serialize) -> Result<String, SearchError> {
    let bytes = postcard::to_stdvec(value).map_err(SearchError::decode)?;
    Ok(BASE64.encode(zstd::bulk::compress(&bytes, LEVEL)?))
}

fn unpacked(value: &str, decompressor: &mut Decompressor) -> Result<Vec<u8>, SearchError> {
    let bytes = BASE64.decode(value).map_err(SearchError::decode)?;
    let length = zstd::zstd_safe::get_frame_content_size(&bytes).ok().flatten();
    let length = length.and_then(|length| usize::try_from(length).ok());
    let length = length.filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| SearchError::decode("a value has no valid length"))?;
    Ok(decompressor.decompress(&bytes, length)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::index::schema::schema;
    use crate::search::index::values::FieldValue;

    fn values() -> SectionValues {
        let fields = schema().fields;
        let text = |field: Field, text: &str| (field.field_id(), FieldValue::Text(text.into()));
        SectionValues(vec![
            (fields.prior.field_id(), FieldValue::Number(87)),
            text(fields.source, "ann/notes"),
            text(fields.topic, "drift"),
            text(fields.topic, "bias"),
            text(fields.about, "bias"),
            text(fields.heading, "0 bias\n"),
            text(fields.body, "0 knn\n0 k\n1 nn\n5 bias\n"),
            text(fields.stems, "7 bias\n3 knn\n"),
            text(fields.words, "1 biased\n1 nn\n"),
            text(fields.text, "k-NN … biased"),
            text(fields.rest, "[]"),
        ])
    }

    #[test]
    fn a_candidate_has_the_wanted_terms_and_counts_all_others() {
        let fields = schema().fields;
        let payload = encode(&values(), &fields).unwrap();
        let wanted = HashSet::from(["bias", "nn", "missing"]);
        let words = encode_words(&values(), &fields).unwrap();
        let mut reader = PayloadReader::new(wanted, true, fields).unwrap();
        let document = reader.document(&payload, Some(&words)).unwrap();
        let found = SectionValues::of(&document);
        let of = |field| found.texts(field).collect::<Vec<_>>();
        assert_eq!(of(fields.body), ["0 \u{b7}\n0 \u{b7}\n1 nn\n5 bias\n"]);
        assert_eq!(of(fields.stems), ["7 bias\n"]);
        assert_eq!(of(fields.words), ["1 nn\n"]);
        assert_eq!(of(fields.topic), ["bias"]);
        assert_eq!(found.number(fields.prior), Some(87));
    }

    #[test]
    fn texts_are_packed_and_unpacked_and_garbage_is_an_error() {
        let fields = schema().fields;
        let kept = encode_texts(&values(), &fields).unwrap();
        let unpadded = kept.trim_end_matches('=');
        let wanted = KeptTexts { text: "k-NN … biased".into(), rest: "[]".into() };
        assert_eq!(texts(unpadded).unwrap(), wanted);
        for garbage in ["", "!", "AAAA", &kept[..8]] {
            assert!(texts(garbage).is_err(), "{garbage}");
            let mut reader = PayloadReader::new(HashSet::new(), false, fields).unwrap();
            assert!(reader.document(garbage, None).is_err(), "{garbage}");
        }
    }
}
