//! Formulas that are built to harm: each is typeset safely in bounded time, or it is an error.

use std::thread;
use std::time::{Duration, Instant};

use super::super::{FormulaDisplay, MathMl, TypesetError, Typesetter};
use super::check::check;

/// The tests fail if a formula takes longer than this, also in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// Typesets `tex` and checks the result and the time.
fn typeset(setter: &Typesetter, tex: &str) -> Result<MathMl, TypesetError> {
    let started = Instant::now();
    let result = setter.typeset(tex, FormulaDisplay::Block);
    assert!(started.elapsed() < PATIENCE, "{:?}: {:.80}", started.elapsed(), tex);
    if let Ok(markup) = &result {
        check(markup.as_str());
    }
    result
}

/// Parts of formulas that are repeated: what comes before the middle, and what after it.
const NESTS: [(&str, &str); 66] = [
    ("{", "}"),
    ("\\sqrt{", "}"),
    ("\\sqrt[3]{", "}"),
    ("\\sqrt[", "]{x}"),
    ("\\sqrt[{", "}]{x}"),
    ("\\sqrt", ""),
    ("\\hat", ""),
    ("\\hat{", "}"),
    ("\\mathrm", ""),
    ("\\mathbf{", "}"),
    ("\\frac{", "}{x}"),
    ("\\frac{x}{", "}"),
    ("\\frac1", ""),
    ("\\frac", " 1"),
    ("\\cfrac{1}{1+", "}"),
    ("\\binom{", "}{x}"),
    ("{a \\over ", "}"),
    ("a \\over ", ""),
    ("x^", ""),
    ("x^{", "}"),
    ("x_{x_", "}"),
    ("x_", ""),
    ("^", ""),
    ("'", ""),
    ("^'", ""),
    ("\\left(", "\\right)"),
    ("\\left( x \\middle| ", "\\right)"),
    ("\\left", ""),
    ("\\bigl(", "\\bigr)"),
    ("\\begin{matrix}", "\\end{matrix}"),
    ("\\begin{cases} a & ", "\\end{cases}"),
    ("\\begin{aligned}", "\\end{aligned}"),
    ("\\begin{array}{c}", "\\end{array}"),
    ("\\begin{equation}", "\\end{equation}"),
    ("\\substack{", "}"),
    ("\\text{", "}"),
    ("\\text{$", "$}"),
    ("\\text{\\(", "\\)}"),
    ("\\textbf", ""),
    ("\\boxed{", "}"),
    ("\\fbox{", "}"),
    ("\\colorbox{red}{$", "$}"),
    ("\\overline{", "}"),
    ("\\underbrace{", "}_{x}"),
    ("\\overset{", "}{x}"),
    ("\\overset{x}{", "}"),
    ("\\stackrel{", "}{}"),
    ("\\xrightarrow{", "}"),
    ("\\xrightarrow[", "]{}"),
    ("\\phantom{", "}"),
    ("\\smash{", "}"),
    ("\\mathrlap{", "}"),
    ("\\raisebox{1em}{$", "$}"),
    ("\\vcenter{", "}"),
    ("\\mathchoice{", "}{}{}{}"),
    ("\\mathchoice{}{}{}{", "}"),
    ("\\mathop{", "}"),
    ("\\operatorname{", "}"),
    ("\\operatorname*{", "}\\limits"),
    ("\\displaystyle x ", ""),
    ("\\large x ", ""),
    ("\\rm x ", ""),
    ("\\Set{ x | ", "}"),
    ("\\Braket{ x | ", "}"),
    ("\\pmb{", "}"),
    ("\\cancel{", "}"),
];

#[test]
fn no_nesting_overflows_the_stack() {
    let setter = Typesetter::default();
    for (open, close) in NESTS {
        let fitting = 4_000 / (open.len() + close.len());
        for depth in [1, 8, 15, 30, 31, 60, 63, 64, 100, fitting] {
            let depth = depth.min(fitting);
            let nested = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            let result = typeset(&setter, &nested);
            assert_ne!(result, Err(TypesetError::Panicked), "{open} {depth}");
            assert_ne!(result, Err(TypesetError::Slow), "{open} {depth}");
            let _ = typeset(&setter, &open.repeat(fitting));
        }
    }
    for commands in ["\\frac12 ", "\\mathbf{x} ", "\\alpha", "x_i^2 + ", "\\text{a} "] {
        let flat = commands.repeat(4_000 / commands.len());
        assert!(typeset(&setter, &flat).is_ok(), "{commands} is not nested");
    }
}

#[test]
fn authors_cannot_define_commands_or_write_to_the_terminal() {
    let setter = Typesetter::default();
    for tex in [
        "\\def\\a{\\a\\a}\\a",
        "\\gdef\\a{x}\\a",
        "\\newcommand{\\a}[1]{#1#1}\\a{x}",
        "\\let\\a=\\frac",
        "\\global\\def\\a{x}",
        "\\message{\u{1b}[2J}",
        "\\errmessage{x}",
        "\\show\\frac",
        "\\char`x",
        "\\char99999999999",
        "\\@char{99999999999}",
        "\\html@mathml{a}{b}",
        "\\verb|<script>|",
        "\\csname def\\endcsname",
        "\\text{\\def\\a{x}}",
    ] {
        assert_eq!(typeset(&setter, tex), Err(TypesetError::Refused), "{tex}");
    }
}

#[test]
fn markup_links_and_images_of_authors_are_never_written() {
    let setter = Typesetter::default();
    for tex in [
        "\\href{javascript:alert(1)}{x}",
        "\\url{javascript:alert(1)}",
        "\\htmlData{onclick=alert(1)}{x}",
        "\\htmlStyle{position:fixed}{x}",
        "\\htmlId{a\"><script>}{x}",
        "\\class{katex}{x} \\cssId{a}{x} \\style{color:red}{x}",
        "\\includegraphics{http://example.com/a.png}",
        "\\text{<img src=x onerror=alert(1)>}",
        "</math><script>alert(1)</script>",
        "\\text{</mtext></math><script>alert(1)</script>}",
        "\\mathrm{<!--} x -->",
        "\\text{&lt;script&gt;} &#60;script&#62;",
        "\\operatorname{<script>}",
        "\\begin{<script>} x \\end{<script>}",
        "\\textcolor{\"><script>}{x}",
        "\\color{red;background:url(http://example.com)} x",
        "\\unicode{x3c}script",
        "\\rule{1em}{1em} \\kern1em<b>",
        "a\0b\u{1b}[31m\u{8}\u{7f}\u{202e}c\u{feff}\u{ffff}\u{2028}",
        "\\text{\u{202e}evil}",
    ] {
        if let Ok(markup) = typeset(&setter, tex) {
            let markup = markup.as_str();
            for wrong in ["javascript", "http", "<script", "<img", "style=", "\u{202e}"] {
                assert!(!markup.contains(wrong), "{tex}: {markup}");
            }
        }
    }
}

#[test]
fn broken_and_huge_formulas_are_errors() {
    let setter = Typesetter::default();
    for tex in [
        "{",
        "}",
        "\\begin{matrix} a",
        "\\end{matrix}",
        "\\frac{a}",
        "\\left(",
        "\\right)",
        "x^a^b",
        "\\nosuchcommand",
        "\\begin",
        "\\begin{",
        "\\end{",
        "\\tag{",
        "\\norm{",
        "&",
        "$",
        "{$",
        "\\color",
        "\\frac\\end{a}",
        "}{",
        "\\text{$}",
        "\\begin{nosuch}\\end{nosuch}",
        "\\hbox",
        "\\limits",
    ] {
        let result = typeset(&setter, tex);
        assert!(!matches!(result, Err(TypesetError::Panicked | TypesetError::Slow)), "{tex}");
    }
    assert_eq!(typeset(&setter, &"x".repeat(5_000)), Err(TypesetError::TooLong));
    assert_eq!(typeset(&setter, &"\\overbrace x".repeat(5_000)), Err(TypesetError::TooLong));
    assert_eq!(typeset(&setter, &"{".repeat(100)), Err(TypesetError::TooDeep));
    assert!(matches!(typeset(&setter, "\\nosuchcommand"), Err(TypesetError::Invalid(_))));
}

#[test]
fn sizes_are_limited() {
    let setter = Typesetter::default();
    for tex in [
        "\\rule{99999em}{99999em}",
        "\\rule[99999em]{1em}{1em}",
        "\\kern9999em x",
        "\\kern-9999em x",
        "\\hspace{9999em} \\hspace{-9999em} \\mspace{9999mu}",
        "\\hskip 9e9em x",
        "\\raisebox{9999em}{x}",
        "\\mathllap{xxxxxxxxxxxx} \\mathrlap{x} \\llap{x} \\smash{x}",
        "\\Huge{\\Huge{\\Huge{\\Huge x}}}",
        "\\begin{array}{c} a \\\\[9999em] b \\\\[-9999em] c \\end{array}",
        "\\genfrac(){9999em}{0}{a}{b}",
        "a \\above{9999em} b",
    ] {
        if let Ok(markup) = typeset(&setter, tex) {
            assert!(!markup.as_str().contains("999"), "{tex}: {}", markup.as_str());
        }
    }
}

#[test]
fn wide_and_long_formulas_are_bounded() {
    let setter = Typesetter::default();
    let columns = |times: usize| format!("{{{}}}", "c|".repeat(times));
    let shapes = [
        format!("\\begin{{matrix}}{}\\end{{matrix}}", "&".repeat(3_900)),
        format!("\\begin{{matrix}}{}\\end{{matrix}}", "\\\\".repeat(1_900)),
        format!("\\begin{{array}}{}{}\\end{{array}}", columns(600), "a&".repeat(1_200)),
        format!("\\begin{{array}}{}\\hline\\end{{array}}", columns(1_900)),
        format!("\\begin{{aligned}}{}\\end{{aligned}}", "&\\\\".repeat(1_200)),
        "\\phantom{x}".repeat(360),
        "\\boxed{x}".repeat(440),
        "\\overbrace{x}".repeat(300),
        "\\Bigg\\|".repeat(500),
        "\\not=".repeat(900),
        "\\KaTeX".repeat(580),
        "\\iiiint".repeat(500),
        "\\dots".repeat(800),
        "\\$".repeat(2_000),
        "e\u{301}".repeat(1_300),
        "\u{301}".repeat(2_000),
        "😀".repeat(1_000),
        "<".repeat(4_000),
        "1".repeat(4_000),
        "\\text{a}".repeat(500),
        format!("\\text{{{}}}", "a ".repeat(1_900)),
        format!("\\operatorname{{{}}}", "\\,".repeat(1_900)),
        "x'".repeat(2_000),
        "'".repeat(4_000),
        "\\Set{x|y}".repeat(400),
    ];
    for tex in shapes {
        let result = typeset(&setter, &tex);
        assert_ne!(result, Err(TypesetError::Slow), "{tex:.60}");
        assert_ne!(result, Err(TypesetError::Panicked), "{tex:.60}");
    }
}

#[test]
fn many_callers_share_the_threads() {
    let setter = Typesetter::default();
    thread::scope(|scope| {
        for caller in 0..16 {
            let setter = &setter;
            scope.spawn(move || {
                for number in 0..50 {
                    let tex = format!("\\frac{{x_{{{number}}}}}{{{}}}", caller % 3);
                    let result = typeset(setter, &tex);
                    assert!(matches!(result, Ok(_) | Err(TypesetError::Busy)), "{result:?}");
                }
            });
        }
    });
}
