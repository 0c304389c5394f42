//! A flash card, and its texts in the form that Anki imports.

use crate::catalogue::rights::Showable;
use crate::printable::{strip, strip_body};

/// A flash card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlashCard {
    /// Identifies the question: the same card has the same id in every export.
    pub id: String,
    /// A question that Cairn makes from a label or from headings.
    pub front: String,
    pub back: CardBack,
    /// The attribution: source, headings, licence.
    pub credit: String,
    /// The URL of the origin; only http and https are linked.
    pub url: String,
    pub tags: Vec<String>,
}

/// The back of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardBack {
    /// A text of the vocabulary.
    Own(String),
    /// A part of a passage.
    Quote(Showable),
}

impl CardBack {
    fn html(&self) -> String {
        match self {
            CardBack::Own(text) => escaped(text),
            CardBack::Quote(quote) => escaped(quote),
        }
    }
}

impl FlashCard {
    /// The fields of the Anki note for this card, as HTML: front, back, source.
    pub(super) fn fields(&self) -> [String; 3] {
        let credit = escaped(&self.credit);
        let is_web = self.url.starts_with("https://") || self.url.starts_with("http://");
        let source = match is_web {
            true => format!("{credit}<br><a href=\"{0}\">{0}</a>", escaped(&self.url)),
            false => credit,
        };
        [escaped(&self.front), self.back.html(), source]
    }

    /// The card's tags, separated by spaces.
    pub(super) fn tags(&self) -> String {
        let tag = |tag: &String| -> String {
            strip(tag)
                .chars()
                .map(|c| if c.is_whitespace() || c == '"' { '-' } else { c })
                .collect()
        };
        self.tags.iter().map(tag).collect::<Vec<_>>().join(" ")
    }

    /// Anki's globally unique id of the note: ten characters, derived from the card's id only.
    pub(super) fn guid(&self) -> String {
        blake3::hash(self.id.as_bytes()).to_hex().chars().take(10).collect()
    }
}

/// `text` as HTML that shows exactly this text, with its line breaks.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in strip_body(text.trim_end()).chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\n' => html.push_str("<br>"),
            // Anki would interpret `{{…}}` as a template and `[sound:…]` as a sound.
            '{' => html.push_str("&#123;"),
            '[' => html.push_str("&#91;"),
            '\t' => html.push(' '),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn card(id: &str, front: &str) -> FlashCard {
        FlashCard {
            id: id.to_owned(),
            front: front.to_owned(),
            back: CardBack::Own("- a <b>\n- c & \"d\"\u{0}".to_owned()),
            credit: "ann/notes: Bias (MIT)".to_owned(),
            url: "https://example.org/a?b&c".to_owned(),
            tags: vec!["position bias".to_owned(), "cairn".to_owned()],
        }
    }

    #[test]
    fn texts_are_escaped_and_only_web_urls_are_linked() {
        let [front, back, source] = card("a", "What {{is}} [sound:x.mp3]?").fields();
        assert_eq!(front, "What &#123;&#123;is}} &#91;sound:x.mp3]?");
        assert_eq!(back, "- a &lt;b&gt;<br>- c &amp; &quot;d&quot;");
        assert!(source.ends_with(
            "<a href=\"https://example.org/a?b&amp;c\">https://example.org/a?b&amp;c</a>"
        ));
        let hostile = FlashCard { url: "javascript:alert(1)".into(), ..card("a", "b") };
        assert_eq!(hostile.fields()[2], "ann/notes: Bias (MIT)");
        assert_eq!(hostile.tags(), "position-bias cairn");
    }

    #[test]
    fn the_guid_of_a_card_depends_on_its_id_only() {
        assert_eq!(card("a", "one").guid(), card("a", "two").guid());
        assert_ne!(card("a", "one").guid(), card("b", "one").guid());
    }
}
