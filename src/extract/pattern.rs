//! The readers' regular expressions: constants, each compiled at its first use.

use regex::Regex;

/// Defines statics of type `LazyLock<Regex>`, each from a `&str` or a `String`, and a test that compiles all of them.
macro_rules! patterns {
    ($($(#[$comment:meta])* $name:ident = $text:expr;)+) => {
        $(
            $(#[$comment])*
            static $name: std::sync::LazyLock<regex::Regex> =
                std::sync::LazyLock::new(|| $crate::extract::pattern::compile($text));
        )+

        #[cfg(test)]
        #[test]
        fn every_pattern_compiles() {
            for pattern in [$(&$name),+] {
                assert!(!pattern.as_str().is_empty());
            }
        }
    };
}

pub(super) use patterns;

/// Compiles the regular expression `text`; used only by [`patterns`].
///
/// # Panics
///
/// If `text` isn't a valid regular expression. It is a constant that a test compiles, so no input causes this.
#[allow(clippy::expect_used, reason = "the tests compile every pattern")]
pub(super) fn compile(text: impl AsRef<str>) -> Regex {
    Regex::new(text.as_ref()).expect("every pattern compiles")
}
