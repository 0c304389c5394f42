//! Elements with text: letters, numbers, operators and words.

use katex::mathml_tree::{MathDomNode, MathNode};

use super::super::letters::LetterFont;
use super::{TooLong, Writer};

impl Writer {
    /// Writes an element with text only. Its font becomes part of the letters, except for text: text stays searchable,
    /// and keeps the font as an attribute for the stylesheet.
    pub(super) fn token(&mut self, name: &str, node: &MathNode) -> Result<(), TooLong> {
        let is_element = |child: &MathDomNode| child.as_math_node().is_some();
        if node.children.iter().any(is_element) {
            // An operator that is made of several elements, such as an equals sign with a mark above it.
            self.raw("<mrow>")?;
            node.children.iter().try_for_each(|child| self.node(child))?;
            return self.raw("</mrow>");
        }
        let text: String = node.children.iter().map(text_of).collect();
        let font = node.attributes.get("mathvariant").and_then(|name| LetterFont::of_name(name));
        let is_text = name == "mtext";
        let is_letter = name == "mi" && text.chars().nth(1).is_none();
        let is_accent = text == "\u{20d7}";
        let is_delimiter = node.attributes.keys().any(|name| name == "fence" || name == "minsize");
        let shown = font.filter(|font| match font {
            LetterFont::Normal => is_letter,
            _ => is_text,
        });
        let more = match shown {
            Some(font) => Some(("mathvariant", font.name())),
            None => delimiter_stretch(node),
        };
        self.start(name, node, more)?;
        self.text(text.chars().map(|c| match font.and_then(|font| font.letter(c)) {
            Some(letter) if !is_text => letter,
            _ if is_delimiter => delimiter(c),
            // The arrow above a vector. The combining one is not placed well.
            _ if is_accent => '→',
            _ => c,
        }))?;
        self.end(name)
    }
}

/// The attribute that makes the delimiter `node` grow with its content; `None` if `node` is none or has it already.
fn delimiter_stretch(node: &MathNode) -> Option<(&'static str, &'static str)> {
    let is_fence = node.attributes.get("fence").is_some_and(|value| value == "true");
    (is_fence && !node.attributes.contains_key("stretchy")).then_some(("stretchy", "true"))
}

/// The bar that browsers stretch as a delimiter, for a bar that they don't; every other character as it is.
fn delimiter(c: char) -> char {
    match c {
        '∣' => '|',
        '∥' => '‖',
        _ => c,
    }
}

/// The text of `node`, without negative spaces.
fn text_of(node: &MathDomNode) -> String {
    match node {
        MathDomNode::Space(space) if space.width < 0.0 => String::new(),
        _ => node.to_text(),
    }
}
