//! The field values of a section as plain data, so that they can be kept and sent outside tantivy.
//!
//! [`IndexForm`] says which of them an index holds.

use serde::{Deserialize, Serialize};
use tantivy::schema::document::TantivyDocument;
use tantivy::schema::{Document, Field, Value};

use crate::search::index::schema::IndexFields;
use crate::search::index::tokenizers::TokenLines;

/// Which field values an index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexForm {
    /// All of them: searches need nothing else.
    #[default]
    Whole,
    /// All but the texts, their positions and their levels. It tells how many sections contain a word or a topic, which
    /// sections pass a filter, and where sections come from. Another engine has the rest.
    Outline,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::search) enum FieldValue {
    Number(u64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The field values of a section, in the order in which they were added. A field may have several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::search) struct SectionValues(pub Vec<(u32, FieldValue)>);

impl SectionValues {
    /// The values of `document`. O(size).
    pub fn of(document: &TantivyDocument) -> SectionValues {
        let value = |(field, value): (Field, _)| {
            let value = owned(value)?;
            Some((field.field_id(), value))
        };
        SectionValues(document.iter_fields_and_values().filter_map(value).collect())
    }

    /// The values as a document that tantivy indexes. O(size).
    pub fn into_document(self) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        for (field, value) in self.0 {
            let field = Field::from_field_id(field);
            match value {
                FieldValue::Number(number) => document.add_u64(field, number),
                FieldValue::Text(text) => document.add_text(field, text),
                FieldValue::Bytes(bytes) => document.add_bytes(field, &bytes),
            }
        }
        document
    }

    /// Only the values that an index of the form [`IndexForm::Outline`] holds.
    pub fn into_outline(self, fields: &IndexFields) -> SectionValues {
        let elsewhere = [fields.heading, fields.trail, fields.body, fields.text, fields.rest];
        let elsewhere = elsewhere.map(Field::field_id);
        let kept = self.0.into_iter().filter(|(field, _)| !elsewhere.contains(field));
        let kept = kept.map(|(field, value)| match value {
            FieldValue::Text(lines) if field == fields.stems.field_id() => {
                (field, FieldValue::Text(TokenLines::each_once(&lines)))
            }
            value => (field, value),
        });
        SectionValues(kept.collect())
    }

    /// The texts of `field`.
    pub fn texts(&self, field: Field) -> impl Iterator<Item = &str> {
        self.of_field(field).filter_map(|value| match value {
            FieldValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The first number of `field`.
    pub fn number(&self, field: Field) -> Option<u64> {
        self.of_field(field).find_map(|value| match value {
            FieldValue::Number(number) => Some(*number),
            _ => None,
        })
    }

    fn of_field(&self, field: Field) -> impl Iterator<Item = &FieldValue> {
        let own = self.0.iter().filter(move |(own, _)| *own == field.field_id());
        own.map(|(_, value)| value)
    }
}

/// A copy of `value`; `None` for a type that no field of the index has.
fn owned<'a>(value: impl Value<'a>) -> Option<FieldValue> {
    if let Some(number) = value.as_u64() {
        return Some(FieldValue::Number(number));
    }
    let text = value.as_str().map(|text| FieldValue::Text(text.to_owned()));
    text.or_else(|| value.as_bytes().map(|bytes| FieldValue::Bytes(bytes.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::index::schema::schema;

    fn document(fields: &IndexFields) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(fields.id, 7);
        document.add_text(fields.topic, "drift");
        document.add_text(fields.topic, "bias");
        document.add_bytes(fields.record, &[1, 2]);
        document.add_text(fields.stems, "12 drift\n3 bias\n");
        document.add_text(fields.body, "0 drift\n1 bias\n");
        document.add_text(fields.text, "Drift and bias");
        document
    }

    #[test]
    fn values_become_the_same_document_again() {
        let fields = schema().fields;
        let values = SectionValues::of(&document(&fields));
        assert_eq!(SectionValues::of(&values.clone().into_document()), values);
        assert_eq!(values.texts(fields.topic).collect::<Vec<_>>(), ["drift", "bias"]);
        assert_eq!((values.number(fields.id), values.number(fields.date)), (Some(7), None));
    }

    #[test]
    fn an_outline_has_words_without_levels_and_no_texts() {
        let fields = schema().fields;
        let outline = SectionValues::of(&document(&fields)).into_outline(&fields);
        assert_eq!(outline.texts(fields.stems).collect::<Vec<_>>(), ["1 drift\n1 bias\n"]);
        assert_eq!(outline.texts(fields.body).chain(outline.texts(fields.text)).count(), 0);
        assert_eq!(outline.number(fields.id), Some(7));
    }
}
