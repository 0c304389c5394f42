//! The regular expressions of the readers: constants of the program, each compiled at its first use.

use regex::Regex;

/// Defines statics of type `LazyLock<Regex>`, each by a `&str` or a `String`, and a test that compiles all of them.
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

/// The regular expression `text`; used by [`patterns`] only.
///
/// # Panics
///
/// If `text` is no regular expression. `text` is a constant that a test compiles, so nothing that is read causes it.
#[allow(clippy::expect_used, reason = "the tests compile every pattern")]
pub(super) fn compile(text: impl AsRef<str>) -> Regex {
    Regex::new(text.as_ref()).expect("every pattern compiles")
}
