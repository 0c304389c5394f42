//! Tests of how delimited formulas are found.

use super::with_dollars;

#[test]
fn every_notation_becomes_dollar_signs() {
    let table = [
        (r"Let \(x_i\) be.", "Let $`x_i`$ be."),
        (r"Let \\(x_i\\) be.", "Let $`x_i`$ be."),
        ("\\[\nE = mc^2\n\\]\n", "$$\nE = mc^2\n$$\n"),
        ("\\[\na = b\n\n c\n\\]\n", "$$\na = b\n\\,\n c\n$$\n"),
        ("So\n\n$\nr = \\dfrac{a}{b}\n$\n\nand", "So\n\n$$\nr = \\dfrac{a}{b}\n$$\n\nand"),
        (
            "x\n\\begin{align*}\na &= b\n\\end{align*}\ny",
            "x\n$$\\begin{align*}\na &= b\n\\end{align*}$$\ny",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(with_dollars(text), expected);
    }
}

#[test]
fn code_links_and_escaped_brackets_stay() {
    for text in [
        r"`\(x\)` and ``a ` \(b\)``",
        "```\n\\(x\\)\n```\n",
        "~~~tex\n\\[ a = b \\]\n~~~\n",
        r"\[not a formula\]",
        r"[a\]](b) and \(open",
        "$$\n\\begin{align}\na\n\\end{align}\n$$\n",
        r"$\left\(x\right\)$",
        "a \\begin{align} in a sentence",
        "\\begin{itemize}\n\\item a\n\\end{itemize}\n",
        "$\nthe price of a van\n$\n",
        "cost: $\na = b\n$\n",
    ] {
        assert_eq!(with_dollars(text), text);
    }
}

#[test]
fn lines_stay_and_hostile_text_takes_linear_time() {
    for part in [
        "\\(",
        "\\[",
        "\\begin{align}",
        "`",
        "``",
        "$",
        "$$",
        "$\n",
        "$\na=\n",
        "```\n",
        "\\\\(",
        "\\[a=\n",
    ] {
        let text = part.repeat(60_000);
        let result = with_dollars(&text);
        assert_eq!(result.matches('\n').count(), text.matches('\n').count(), "{part:?}");
    }
}
