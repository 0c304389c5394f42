//! What real formulas become.

use super::super::{FormulaDisplay, Typesetter};
use super::check::check;

fn typeset(tex: &str) -> String {
    let markup = Typesetter::default().typeset(tex, FormulaDisplay::Inline);
    let markup = markup.unwrap_or_else(|error| panic!("{tex}: {error}"));
    check(markup.as_str());
    markup.as_str().to_owned()
}

#[test]
fn a_formula_becomes_mathml() {
    assert_eq!(
        typeset("x_i^2"),
        "<math><mrow><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></mrow></math>"
    );
    let setter = Typesetter::default();
    let block = setter.typeset("\\frac{a}{b}", FormulaDisplay::Block).unwrap();
    assert!(block.as_str().starts_with("<math display=\"block\">"), "{}", block.as_str());
    assert_eq!(setter.typeset(" \\frac{a}{b}\n", FormulaDisplay::Block), Ok(block));
}

#[test]
fn fonts_become_letters_and_words_stay_words() {
    assert!(typeset("\\mathbf{x} \\in \\mathbb{R}").contains("<mi>𝐱</mi><mo>∈</mo><mi>ℝ</mi>"));
    assert!(typeset("\\mathrm{softmax}(z)").contains("<mi>softmax</mi>"));
    assert!(typeset("\\text{if } x").contains("<mtext>if\u{a0}</mtext>"));
    assert!(typeset("\\textbf{word}").contains("<mtext mathvariant=\"bold\">word</mtext>"));
}

#[test]
fn commands_that_the_renderer_does_not_know_are_changed() {
    let pairs = [
        ("\\mbox{a}", "\\text{a}"),
        ("\\mathbbm{1}", "\\mathbb{1}"),
        ("x \\label{eq:1} \\nonumber", "x"),
        ("\\color{red} x + \\textcolor{#ff0000}{y}", "x + {y}"),
        ("\\color[HTML]{FF0000} x", "x"),
        ("\\colorbox{MyColor}{a_b}", "\\text{a\\_b}"),
        ("\\href{javascript:alert(1)}{x}", "{x}"),
        ("\\includegraphics[width=1em]{http://example.com/a.png}x", "x"),
        ("\\text{a_b & 5% #1}", "\\text{a\\_b \\& 5\\% \\#1}"),
        ("\\norm {x}_2", "\\lVert{x}\\rVert_2"),
        ("\\sum_\\limits{i=1}^n i", "\\sum\\limits_{i=1}^n i"),
        ("\\mathop \\sum x", "\\sum x"),
        ("x \\tag{1}", "x \\qquad (\\text{1})"),
        ("x \\tag*{A}", "x \\qquad \\text{A}"),
        ("\\begin{equation} x \\end{equation}", "{ x }"),
        (
            "\\begin{align*} a &= b \\\\ c &= d \\end{align*}",
            "\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}",
        ),
        (
            "\\begin{eqnarray} a &=& b \\nonumber \\end{eqnarray}",
            "\\begin{darray}{rcl} a &=& b \\end{darray}",
        ),
        ("a &lt; b\\", "a < b"),
        ("\\softmax(x)", "\\operatorname{softmax}(x)"),
        ("\\textcolor{red}x", "x"),
        ("{\\color{red}}x", "{}x"),
        ("{\\label}x", "{}x"),
    ];
    for (tex, same) in pairs {
        assert_eq!(typeset(tex), typeset(same), "{tex}");
    }
}

#[test]
fn common_formulas_are_typeset() {
    for tex in [
        "\\operatorname*{arg\\,max}_{\\theta} \\mathcal{L}(\\theta)",
        "\\left\\| \\frac{\\partial f}{\\partial x} \\right\\|_2^2",
        "f(x) = \\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
        "\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}",
        "\\begin{array}{c|c} a & b \\\\ \\hline c & d \\end{array}",
        "P(A \\mid B), \\; \\hat{y} \\stackrel{\\text{def}}{=} \\bar{x}, \\; \\vec{v}^\\top",
        "\\underbrace{a + b}_{c} \\overset{!}{=} \\cancel{d} \\boxed{e}",
        "\\begin{align} a &= \\begin{split} b \\\\ c \\end{split} \\tag{2} \\end{align}",
        "\\sqrt[3]{x} \\leq \\bm{w}^T \\boldsymbol{\\theta} \\not\\in \\R",
        "价格 = p · q ≤ ∞",
    ] {
        typeset(tex);
    }
}
