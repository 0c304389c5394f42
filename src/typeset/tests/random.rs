//! Random formulas: nothing panics, and each result passes the checker.

use super::super::{FormulaDisplay, TypesetError, Typesetter};
use super::check::check;

/// The number of random formulas.
const FORMULAS: usize = 10_000;

/// Parts of formulas. Each formula is a random sequence of some of them.
const PARTS: &str = "{ } { } { } [ ] ( ) | & \\\\ $ % # ~ ^ _ ' \" < > = + - , . 1 23 x y α é 中 😀 \u{301} \u{202e} \
    &lt; \\{ \\} \\, \\! \\; \\| \\_ \\& \\# \\% \\' \\^ \\\" \\( \\) \\[ \\] \\left( \\right) \\left. \\right. \
    \\left\\{ \\middle| \\big( \\Bigg| \\begin{matrix} \\end{matrix} \\begin{aligned} \\end{aligned} \\begin{cases} \
    \\end{cases} \\begin{array}{c|c} \\end{array} \\begin{equation} \\end{equation} \\begin{CD} \\end{CD} \\hline \
    \\frac \\frac12 \\dfrac \\binom \\over \\choose \\above{1em} \\genfrac \\sqrt \\sqrt[3] \\hat \\vec \\widehat \\bar \\mathbf \
    \\mathbb{R} \\mathrm \\mathcal \\boldsymbol \\bm \\rm \\bf \\cal \\text \\text{a} \\textbf \\mbox \\texttt \\operatorname \
    \\operatorname* \\sum \\int \\lim \\log \\limits \\nolimits \\max \\alpha \\infty \\cdot \\in \\not \\neq \\to \\dots \
    \\ldots \\mid \\displaystyle \\scriptstyle \\large \\Huge \\color{red} \\textcolor{red} \\colorbox{red} \\fbox \\boxed \
    \\cancel \\phantom \\smash \\mathrlap \\raisebox{1em} \\vcenter \\rule{1em}{1em} \\kern1em \\hspace{1em} \\overset \
    \\underset \\stackrel \\overbrace \\underbrace \\xrightarrow \\overline \\underline \\substack \\mathop \\mathchoice \
    \\tag{1} \\label{a} \\ref{a} \\norm \\href{a}{b} \\url{a} \\includegraphics{a} \\htmlData{a=b} \\Set \\Braket \\bra \\pmb \
    \\mathord \\pmod \\bmod \\prime \\imath \\KaTeX \\TeX \\char \\def \\nonumber \\cr \\newline \\bgroup \\egroup \
    \\begingroup \\endgroup \\relax \\quad \\softmax \\verb|x| \\dddot \\utilde \\angl \\phase \\textcircled \\ddots";

/// A small generator of random numbers, so that the test is the same everywhere (xorshift of Marsaglia).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }
}

#[test]
fn random_formulas_never_panic_and_are_always_safe() {
    let parts: Vec<&str> = PARTS.split_whitespace().collect();
    let setter = Typesetter::default();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut typeset = 0;
    for _ in 0..FORMULAS {
        let longest = [8, 8, 8, 60][random.below(4)];
        let length = 1 + random.below(longest);
        let mut tex = String::new();
        for _ in 0..length {
            tex.push_str(parts[random.below(parts.len())]);
            tex.push_str(["", " ", "{x}"][random.below(3)]);
        }
        let display = [FormulaDisplay::Inline, FormulaDisplay::Block][random.below(2)];
        match setter.typeset(&tex, display) {
            Ok(markup) => {
                check(markup.as_str());
                typeset += 1;
            }
            Err(error) => assert!(
                !matches!(error, TypesetError::Panicked | TypesetError::Slow | TypesetError::Busy),
                "{error}: {tex}"
            ),
        }
    }
    assert!(typeset > FORMULAS / 10, "only {typeset} formulas are typeset");
}
