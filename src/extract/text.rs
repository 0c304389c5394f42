//! Plain text: paragraphs between blank lines.

use super::sections::{Builder, Piece, Unit};
use super::{Document, Kind};

/// The document that `text` is; `None` where it holds nothing.
pub(super) fn read(text: &str) -> Option<Document> {
    let mut builder = Builder::new(Unit::Lines);
    let mut open: Option<Piece> = None;
    for (at, line) in text.lines().enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let line = line.trim();
        if line.is_empty() {
            open.take().into_iter().for_each(|piece| builder.piece(piece));
            continue;
        }
        let piece = open.get_or_insert_with(|| Piece { at: (number, number), ..Piece::default() });
        piece.at.1 = number;
        if !piece.text.is_empty() {
            piece.text.push('\n');
        }
        piece.text.push_str(line);
    }
    open.into_iter().for_each(|piece| builder.piece(piece));
    let sections = builder.finish();
    Some(Document { title: None, kind: Kind::Note, date: None, sections })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    #[test]
    fn paragraphs_keep_their_lines() {
        let document = read("\none\ntwo\n\n\nthree\n").unwrap();
        assert_eq!(document.sections.len(), 1);
        assert_eq!(document.sections[0].address, Address::Lines(2, 6));
        assert_eq!(document.sections[0].text, "one\ntwo\nthree");
    }
}
