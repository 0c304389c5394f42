//! Environment variables.

/// The value of the environment variable `name`; `None` if it is empty or not UTF-8.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
