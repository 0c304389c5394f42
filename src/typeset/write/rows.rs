//! Elements with several children: rows and tables.

use katex::mathml_tree::{MathDomNode, MathNode, MathNodeType};

use super::{TooLong, Writer};

/// The sign after the name of a function, which browsers don't show.
const APPLICATION: &str = "\u{2061}";
/// The space beside the name of a function, in em.
const FUNCTION_SPACE: f64 = 0.1667;

impl Writer {
    /// Writes a row. Neighbouring upright letters become one word, as in `\mathrm{softmax}`. Names of functions get a
    /// space beside them, because browsers put none there.
    pub(super) fn row(&mut self, name: &str, node: &MathNode) -> Result<(), TooLong> {
        self.start(name, node, None)?;
        let mut rest = &node.children[..];
        let mut before: Option<&MathDomNode> = None;
        while let Some(child) = rest.first() {
            if before.is_some_and(|before| is_function_space(before, child)) {
                self.space(FUNCTION_SPACE)?;
            }
            let word: String = rest.iter().map_while(upright_letter).collect();
            if word.len() > 1 {
                self.raw("<mi>")?;
                self.text(word.chars())?;
                self.end("mi")?;
            } else {
                self.node(child)?;
            }
            let length = word.len().max(1);
            before = rest.get(length - 1);
            rest = &rest[length..];
        }
        self.end(name)
    }

    /// Writes `content` with a line. Browsers don't stretch the sign for it.
    pub(super) fn lined(&mut self, notation: &str, content: &MathDomNode) -> Result<(), TooLong> {
        self.raw("<menclose")?;
        self.attribute("notation", notation)?;
        self.raw(">")?;
        self.node(content)?;
        self.end("menclose")
    }

    /// Writes a table. The alignment of its columns is written on each cell, where a stylesheet can use it.
    pub(super) fn table(&mut self, table: &MathNode) -> Result<(), TooLong> {
        let columns = table.attributes.get("columnalign").map_or("", String::as_str);
        let columns: Vec<&str> = columns.split(' ').collect();
        self.start("mtable", table, None)?;
        for row in table.children.iter().filter_map(MathDomNode::as_math_node) {
            self.start("mtr", row, None)?;
            for (column, cell) in row.children.iter().enumerate() {
                let align = columns.get(column).or(columns.last());
                self.cell(cell, align.copied().unwrap_or_default())?;
            }
            self.end("mtr")?;
        }
        self.end("mtable")
    }

    fn cell(&mut self, cell: &MathDomNode, align: &str) -> Result<(), TooLong> {
        let children = match cell {
            MathDomNode::Math(cell) if cell.node_type == MathNodeType::Mtd => &cell.children[..],
            other => std::slice::from_ref(other),
        };
        self.raw("<mtd")?;
        if matches!(align, "left" | "right") {
            self.attribute("columnalign", align)?;
        }
        self.raw(">")?;
        children.iter().try_for_each(|child| self.node(child))?;
        self.end("mtd")
    }
}

/// Whether there is a space between the neighbours `left` and `right` because one is the name of a function.
fn is_function_space(left: &MathDomNode, right: &MathDomNode) -> bool {
    is_function(left) && (is_operand(right) || is_function(right))
        || is_function(right) && is_operand(left)
}

/// Whether `node` is the name of a function, perhaps with an index.
fn is_function(node: &MathDomNode) -> bool {
    let ends = |children: &[MathDomNode]| {
        children.last().is_some_and(|last| last.to_text() == APPLICATION)
    };
    match node {
        MathDomNode::Fragment(fragment) => ends(&fragment.children),
        MathDomNode::Math(node) => match node.node_type {
            MathNodeType::Mrow => ends(&node.children),
            MathNodeType::Msub
            | MathNodeType::Msup
            | MathNodeType::Msubsup
            | MathNodeType::Munder
            | MathNodeType::Mover
            | MathNodeType::Munderover => node.children.first().is_some_and(is_function),
            _ => false,
        },
        MathDomNode::Text(_) | MathDomNode::Space(_) => false,
    }
}

/// Whether `node` is neither an operator, nor a space, nor something in brackets.
fn is_operand(node: &MathDomNode) -> bool {
    let Some(node) = node.as_math_node() else { return false };
    match node.node_type {
        MathNodeType::Mo | MathNodeType::Mspace | MathNodeType::Mtext => false,
        MathNodeType::Mrow | MathNodeType::Mstyle => node.children.first().is_some_and(is_operand),
        _ => true,
    }
}

/// The letter of `node`, if it is one upright ASCII letter and nothing else.
fn upright_letter(node: &MathDomNode) -> Option<char> {
    let node = node.as_math_node().filter(|node| node.node_type == MathNodeType::Mi)?;
    let is_upright = node.attributes.get("mathvariant").is_some_and(|font| font == "normal");
    let [child] = &node.children[..] else { return None };
    let text = &child.as_text_node()?.text;
    let letter = text.chars().next().filter(|c| c.is_ascii_alphabetic() && text.len() == 1)?;
    is_upright.then_some(letter)
}
