//! A section as a document of the cluster.

use serde_json::{Map, Value, json};

use crate::search::index::error::SearchError;
use crate::search::index::levels::LevelTable;
use crate::search::index::schema::IndexFields;
use crate::search::index::section::first_u64;
use crate::search::index::spool::SpooledSection;
use crate::search::index::tokenizers::each_line;
use crate::search::opensearch::mapping::{OPEN, field};
use crate::search::opensearch::payload;

/// Stands for positions without a token, so that words on both sides of them are no neighbours. It is no token: these
/// consist of letters and digits.
const GAP: &str = "\u{b7}";

/// The id of a section's document in the cluster: the section's id, and the first generation that has it in this state.
pub(in crate::search) fn document_id(section: u64, from: u64) -> String {
    format!("{section:016x}-{from}")
}

/// A number as a `long` of the cluster: the same 64 bits.
pub(in crate::search) fn signed(number: u64) -> i64 {
    number.cast_signed()
}

/// The number whose sum over sections shows that none is missing: 24 bits of a hash, so that the sum over half a billion
/// sections is exact in a float of 64 bits.
pub(in crate::search) fn check_number(section: u64, version: u64) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(&section.to_le_bytes()).update(&version.to_le_bytes());
    first_u64(&hash.finalize()) & 0xff_ffff
}

/// The name of the feature for `stem`. OpenSearch splits the names of fields at dots.
pub(in crate::search) fn feature(stem: &str) -> String {
    stem.replace('.', "\u{2024}")
}

/// Makes documents of the cluster.
pub(in crate::search) struct SectionWriter {
    pub fields: IndexFields,
    pub levels: LevelTable,
}

impl SectionWriter {
    /// `section` as a document that is valid from the generation `from` on.
    pub fn document(
        &self,
        section: &SpooledSection,
        from: u64,
        is_folded: bool,
    ) -> Result<Value, SearchError> {
        let SpooledSection { id, document, values } = section;
        let fields = &self.fields;
        let mut out = Map::new();
        let version = values.number(fields.version).unwrap_or(0);
        for (name, number) in [
            (field::FROM, json!(from)),
            (field::TO, json!(OPEN)),
            (field::FOLDED, json!(is_folded)),
            (field::ID, json!(signed(*id))),
            (field::DOCUMENT, json!(signed(*document))),
            (field::CHECK, json!(check_number(*id, version))),
            (field::PRIOR, json!(values.number(fields.prior).unwrap_or(100))),
        ] {
            out.insert(name.into(), number);
        }
        if let Some(day) = values.number(fields.date) {
            out.insert(field::DATE.into(), json!(day));
        }
        for (name, own) in [
            (field::SOURCE, fields.source),
            (field::TOPIC, fields.topic),
            (field::ABOUT, fields.about),
            (field::STEP, fields.step),
            (field::KIND, fields.kind),
            (field::LANGUAGE, fields.language),
            (field::LICENCE, fields.licence),
            (field::HAS, fields.has),
        ] {
            let texts: Vec<&str> = values.texts(own).collect();
            out.insert(name.into(), json!(texts));
        }
        let paths: Vec<String> = values.texts(fields.path).map(str::to_lowercase).collect();
        out.insert(field::PATH.into(), json!(paths));
        for (name, own) in [
            (field::HEADING, fields.heading),
            (field::TRAIL, fields.trail),
            (field::BODY, fields.body),
        ] {
            out.insert(name.into(), json!(values.texts(own).map(in_order).collect::<String>()));
        }
        out.insert(field::STEMS.into(), self.stems(values.texts(fields.stems)));
        let mut words = Vec::new();
        values
            .texts(fields.words)
            .for_each(|lines| each_line(lines, |_, word| words.push(json!(word))));
        out.insert(field::WORDS.into(), Value::Array(words));
        out.insert(field::PAYLOAD.into(), json!(payload::encode(values, fields)?));
        out.insert(field::EXACT.into(), json!(payload::encode_words(values, fields)?));
        out.insert(field::TEXTS.into(), json!(payload::encode_texts(values, fields)?));
        Ok(Value::Object(out))
    }

    /// The stems in `lines`, each with the weighted and normalised frequency of its level.
    fn stems<'l>(&self, lines: impl Iterator<Item = &'l str>) -> Value {
        let mut stems = Map::new();
        for lines in lines {
            each_line(lines, |code, stem| {
                let frequency = self.levels.frequencies.get(code).copied().unwrap_or(0.0);
                stems.insert(feature(stem), json!(frequency));
            });
        }
        Value::Object(stems)
    }
}

/// The tokens in `lines`, in the order of their positions, with one token at each. Of a compound and its first piece,
/// which have the same position, the piece is kept, because phrases consist of pieces.
fn in_order(lines: &str) -> String {
    let mut text = String::with_capacity(lines.len());
    let mut last: Option<(usize, String)> = None;
    let add = |text: &mut String, token: &str| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(token);
    };
    each_line(lines, |position, token| {
        if let Some((before, pending)) = last.take()
            && before != position
        {
            add(&mut text, &pending);
            if position > before + 1 {
                add(&mut text, GAP);
            }
        }
        last = Some((position, token.to_owned()));
    });
    if let Some((_, pending)) = last {
        add(&mut text, &pending);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_one_token_for_each_position() {
        assert_eq!(in_order("0 knn\n0 k\n1 nn\n2 search\n"), "k nn search");
        assert_eq!(in_order("0 red\n5 hot\n"), "red \u{b7} hot");
        assert_eq!(in_order(""), "");
    }

    #[test]
    fn names_of_features_have_no_dots() {
        assert_eq!(feature("3.5"), "3\u{2024}5");
    }
}
