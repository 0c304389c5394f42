//! Reads Excalidraw drawings: the text of their labels, in the order of the file. Labels that are deleted, contain no
//! letter or repeat the label before them are left out, and so are all other elements.

use serde::Deserialize;

use super::Document;
use super::sections::{BlockSpan, DocumentBlock, SectionBuilder, SpanUnit};
use crate::problem::{Problem, Stage};

#[derive(Deserialize)]
struct Drawing {
    #[serde(default)]
    elements: Vec<DrawingElement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DrawingElement {
    #[serde(default, rename = "type")]
    shape: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    is_deleted: bool,
}

/// Reads the drawing `json`. If it can't be parsed, returns `None` and adds a problem. O(length).
pub(super) fn read(json: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let drawing: Drawing = match serde_json::from_str(json) {
        Ok(drawing) => drawing,
        Err(error) => {
            let problem = Problem::new(Stage::Extract, format!("no drawing: {error}"))
                .hint("the file is broken at its source");
            problems.push(problem);
            return None;
        }
    };
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    let mut last = String::new();
    for element in drawing.elements {
        let is_label = element.shape == "text" && !element.is_deleted;
        let Some(text) = element.text.filter(|_| is_label) else { continue };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.contains(char::is_alphabetic) && text != last {
            last.clone_from(&text);
            builder.block(DocumentBlock {
                span: BlockSpan::of(1),
                text,
                ..DocumentBlock::default()
            });
        }
    }
    Some(Document { sections: builder.finish(), ..Document::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_of_a_drawing_are_its_text() {
        let json = r#"{"type": "excalidraw", "elements": [
            {"type": "rectangle", "x": 1}, {"type": "text", "text": "API\ngateway"}, {"type": "text", "text": "2"},
            {"type": "text", "text": "old name", "isDeleted": true}, {"type": "text", "text": "Order service"}]}"#;
        let document = read(json, &mut Vec::new()).unwrap();
        assert_eq!(document.sections.len(), 1);
        assert_eq!(document.sections[0].text, "API gateway\nOrder service");
        let mut problems = Vec::new();
        assert!(read("{", &mut problems).is_none() && problems.len() == 1);
    }
}
