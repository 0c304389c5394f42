//! Anki's text import: header lines that describe the file, then RFC 4180 rows.
//!
//! Anki's manual (Importing, text files) defines the header lines: separator, HTML, deck, and the columns of the note's
//! id and tags. The front and the back of a card begin with the HTML tag `<div>`, so that a spreadsheet does not read a
//! cell as a formula.

use super::FlashCard;
use crate::printable::strip;

/// `cards` as text to import into the deck `name`. O(length).
pub fn csv(name: &str, cards: &[FlashCard]) -> String {
    let name = strip(name);
    let mut text = format!(
        "#separator:Comma\n#html:true\n#notetype:Basic\n#deck:{name}\n#columns:Id,Front,Back,Tags\n#guid column:1\n#tags column:4\n"
    );
    for card in cards {
        let [front, back, source] = card.fields();
        let front = format!("<div>{front}</div>");
        let back = format!("<div>{back}</div><hr><small>{source}</small>");
        // The id and the list of tags need no `<div>`, because neither can look like a formula: the id is hexadecimal,
        // and the first tag in the list comes from Cairn.
        let cells = [card.guid(), front, back, card.tags()];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::super::card::tests::card;
    use super::*;

    #[test]
    fn cells_are_quoted_and_none_is_a_formula() {
        let text = csv("Cairn::Bias", &[card("a", "=HYPERLINK(\"x\")")]);
        let row = text.lines().last().unwrap();
        assert!(text.contains("#deck:Cairn::Bias\n") && text.contains("#guid column:1\n"));
        assert!(row.contains(",\"<div>=HYPERLINK(&quot;x&quot;)</div>\","), "{row}");
        assert!(row.contains("<a href=\"\"https://"), "{row}");
        assert!(row.ends_with(",\"position-bias cairn\""), "{row}");
    }
}
