//! Tests with hostile text: no panic, no line lost, output linear in the input.

use super::plain;
use std::fmt::Write as _;

/// The parts of random texts.
const PARTS: &[&str] = &[
    "=",
    "==",
    "====",
    "-",
    "---",
    "~",
    "`",
    "``",
    "```",
    "::",
    ":",
    ".. ",
    "..",
    "|",
    "+",
    "+--",
    "+==+",
    "_",
    "__",
    "\n",
    "\n\n",
    "\n  ",
    "\n\t",
    "\n   ",
    " ",
    "  ",
    "*",
    "- ",
    "#. ",
    "(a) ",
    "i. ",
    "word",
    "é",
    "雪",
    "\r",
    "\\",
    "[1]_",
    "[#]_",
    ".. [#] ",
    ".. |a| replace:: ",
    "|a|",
    ".. _a: https://b.org",
    "a_",
    "`a`__",
    "__ x",
    ":math:`",
    ":ref:`a`",
    ">>> ",
    ".. math::",
    ".. code:: x",
    ".. note::",
    ".. csv-table::",
    ":a: ",
    "<",
    ">",
    "https://",
    "$",
    "%",
    "\u{a0}",
    "\0",
    "\u{2028}",
    "| ",
    "+---+---+\n| a | b |\n",
    "== ==\n",
    "&",
    "(",
    ")",
];

/// Texts that may be slow to read when they are repeated many times.
const UNITS: &[&str] = &[
    "=",
    "`",
    "``",
    "` ",
    "`a ",
    "..",
    "..\n",
    "|",
    "|\n",
    "| a\n",
    ".. a::\n",
    ".. a:: b\n",
    "- ",
    "-\n",
    "+",
    "+-+\n",
    "+-",
    "== ==\n",
    "== ==\nx\n\n",
    "a_ ",
    "a__ ",
    "[",
    "[a]_",
    ":a",
    ":a:`",
    "\\",
    "\n",
    "\t",
    " ",
    "::\n",
    "a::\n\n",
    "a\n=\n",
    ":a: b\n",
    ".. _a:\n",
    ".. [#] a\n",
    "|a|",
    "<a",
    "`a <",
    "*",
    "a`b",
    "``a",
    "``a``b",
    "1. ",
    "x. \n",
    ">>> \n",
    ".. |a| replace:: b\n",
    "``` ",
    ".. math::\n\n a\n\n",
    ".. code::\n\n a\n",
    "__ a\n",
    "_`",
    "a-",
    "-a",
    "`_",
    "(:ref:`a`)",
];

/// A deterministic random number generator.
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 40).unwrap_or(0)
}

#[test]
fn hostile_text_keeps_its_lines() {
    let mut state = 7;
    for _ in 0..4000 {
        let mut text = String::new();
        for _ in 0..random(&mut state) % 60 {
            text.push_str(PARTS.get(random(&mut state) % PARTS.len()).unwrap_or(&""));
        }
        let got = plain(&text);
        assert_eq!(got.split('\n').count(), text.split('\n').count(), "lines of {text:?}");
        assert!(!got.contains('\r'), "a line end in {text:?}");
    }
}

#[test]
fn the_output_is_linear_in_the_input() {
    for unit in UNITS {
        let text = unit.repeat(20_000 / unit.len());
        let nested = format!("+-+\n{}", text.replace('\n', "\n| "));
        for text in [&text, &nested] {
            let got = plain(text);
            assert_eq!(got.split('\n').count(), text.split('\n').count(), "lines of {unit:?}");
            assert!(got.len() < 40 * text.len(), "{} bytes for {unit:?}", got.len());
        }
    }
    let mut deep = String::new();
    for depth in 0..400 {
        let _ = writeln!(deep, "{}.. a:: b\n", " ".repeat(depth));
    }
    deep.push_str(&"\n".repeat(20_000));
    assert_eq!(plain(&deep).split('\n').count(), deep.split('\n').count());
}
