//! Writes the renderer's tree as MathML for a page. Elements come from a fixed list, attributes from [`attributes`],
//! and all text is escaped, so nothing that an author wrote becomes markup. [`rows`] has elements with several children,
//! [`texts`] those with text.

mod rows;
mod texts;

use katex::mathml_tree::{MathDomNode, MathNode, MathNodeType};

use super::attributes;
use super::formula::FormulaDisplay;

/// The maximum bytes of the MathML of one formula. Of 13,000 different formulas in 32
/// repositories, the longest has 16 kB.
const LONGEST: usize = 64 * 1_024;

/// The MathML has more than [`LONGEST`] bytes.
#[derive(Debug)]
pub(super) struct TooLong;

/// What becomes of an element of the renderer's tree.
enum Output {
    /// An element of this name with the children.
    Element(&'static str),
    /// An element of this name with text only.
    Text(&'static str),
    /// The first child, because the others repeat it in another notation.
    First,
    /// Nothing: an image, or the TeX of the formula.
    Nothing,
}

/// The element for `node`. Only the root is `<math>`.
fn output(node: MathNodeType) -> Output {
    match node {
        MathNodeType::Mtext => Output::Text("mtext"),
        MathNodeType::Mn => Output::Text("mn"),
        MathNodeType::Mo => Output::Text("mo"),
        MathNodeType::Mi => Output::Text("mi"),
        MathNodeType::Mspace => Output::Element("mspace"),
        MathNodeType::Mover => Output::Element("mover"),
        MathNodeType::Munder => Output::Element("munder"),
        MathNodeType::Munderover => Output::Element("munderover"),
        MathNodeType::Msup => Output::Element("msup"),
        MathNodeType::Msub => Output::Element("msub"),
        MathNodeType::Msubsup => Output::Element("msubsup"),
        MathNodeType::Mfrac => Output::Element("mfrac"),
        MathNodeType::Mroot => Output::Element("mroot"),
        MathNodeType::Msqrt => Output::Element("msqrt"),
        MathNodeType::Mtable => Output::Element("mtable"),
        MathNodeType::Mtr | MathNodeType::Mlabeledtr => Output::Element("mtr"),
        MathNodeType::Mtd => Output::Element("mtd"),
        MathNodeType::Menclose => Output::Element("menclose"),
        MathNodeType::Mstyle => Output::Element("mstyle"),
        MathNodeType::Mphantom => Output::Element("mphantom"),
        MathNodeType::Math | MathNodeType::Mrow | MathNodeType::Mpadded => Output::Element("mrow"),
        MathNodeType::Semantics => Output::First,
        MathNodeType::Annotation | MathNodeType::Mglyph => Output::Nothing,
    }
}

/// The formula `root` as a `<math>` element. O(size of the tree); recursive, so the tree must not be deep.
pub(super) fn written(root: &MathNode, display: FormulaDisplay) -> Result<String, TooLong> {
    let mut writer = Writer::default();
    writer.raw("<math")?;
    if display == FormulaDisplay::Block {
        writer.raw(" display=\"block\"")?;
    }
    writer.raw(">")?;
    for child in &root.children {
        writer.node(child)?;
    }
    writer.raw("</math>")?;
    Ok(writer.markup)
}

#[derive(Default)]
struct Writer {
    markup: String,
}

impl Writer {
    /// Appends markup that is not from the author.
    fn raw(&mut self, markup: &str) -> Result<(), TooLong> {
        if self.markup.len() + markup.len() > LONGEST {
            return Err(TooLong);
        }
        self.markup.push_str(markup);
        Ok(())
    }

    /// Appends text of the author. Control characters, and characters that reverse the text around them, are left out.
    fn text(&mut self, text: impl Iterator<Item = char>) -> Result<(), TooLong> {
        let mut buffer = [0; 4];
        for c in text {
            match c {
                '&' => self.raw("&amp;")?,
                '<' => self.raw("&lt;")?,
                '>' => self.raw("&gt;")?,
                '"' => self.raw("&quot;")?,
                _ if is_hidden(c) => {}
                _ => self.raw(c.encode_utf8(&mut buffer))?,
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &str) -> Result<(), TooLong> {
        self.raw(" ")?;
        self.raw(name)?;
        self.raw("=\"")?;
        self.text(value.chars())?;
        self.raw("\"")
    }

    fn node(&mut self, node: &MathDomNode) -> Result<(), TooLong> {
        match node {
            MathDomNode::Math(node) => self.element(node),
            MathDomNode::Fragment(fragment) => {
                self.raw("<mrow>")?;
                fragment.children.iter().try_for_each(|child| self.node(child))?;
                self.raw("</mrow>")
            }
            MathDomNode::Space(space) => self.space(space.width),
            MathDomNode::Text(text) => {
                self.raw("<mtext>")?;
                self.text(text.text.chars())?;
                self.raw("</mtext>")
            }
        }
    }

    /// Writes a space of `em`. Browsers have no negative spaces.
    fn space(&mut self, em: f64) -> Result<(), TooLong> {
        self.raw("<mspace")?;
        let width = format!("{:.4}em", em.max(0.0));
        if attributes::is_allowed("width", &width) {
            self.attribute("width", &width)?;
        }
        self.raw("></mspace>")
    }

    fn element(&mut self, node: &MathNode) -> Result<(), TooLong> {
        match output(node.node_type) {
            Output::Element("mtable") => self.table(node),
            Output::Element(name @ ("mrow" | "mstyle")) => self.row(name, node),
            Output::Element(name) => {
                if let Some((notation, content)) = line(node) {
                    return self.lined(notation, content);
                }
                self.start(name, node, None)?;
                node.children.iter().try_for_each(|child| self.node(child))?;
                self.end(name)
            }
            Output::Text(name) => self.token(name, node),
            Output::First => node.children.first().map_or(Ok(()), |child| self.node(child)),
            // An empty element, because the parent may need a certain number of children.
            Output::Nothing => self.raw("<mrow></mrow>"),
        }
    }

    /// Writes the start tag `name` with the allowed attributes of `node`, and the attribute `more`.
    fn start(
        &mut self,
        name: &str,
        node: &MathNode,
        more: Option<(&str, &str)>,
    ) -> Result<(), TooLong> {
        self.raw("<")?;
        self.raw(name)?;
        let is_padded = node.node_type == MathNodeType::Mpadded;
        let mut attributes: Vec<_> = node.attributes.iter().filter(|_| !is_padded).collect();
        attributes.sort();
        for (name, value) in attributes {
            if attributes::is_allowed(name, value) {
                self.attribute(name, value)?;
            }
        }
        if let Some((name, value)) = more {
            self.attribute(name, value)?;
        }
        self.raw(">")
    }

    fn end(&mut self, name: &str) -> Result<(), TooLong> {
        self.raw("</")?;
        self.raw(name)?;
        self.raw(">")
    }
}

/// Whether `c` is a control character, or changes the direction of the text around it, or is no character at all.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The notation and the content, if `node` is something with a line above or below it.
fn line(node: &MathNode) -> Option<(&'static str, &MathDomNode)> {
    let notation = match node.node_type {
        MathNodeType::Mover => "top",
        MathNodeType::Munder => "bottom",
        _ => return None,
    };
    let [content, sign] = &node.children[..] else { return None };
    let is_line = sign
        .as_math_node()
        .is_some_and(|sign| sign.attributes.get("stretchy").is_some_and(|value| value == "true"));
    (is_line && sign.to_text() == "‾").then_some((notation, content))
}
