//! Places on the command line.

use anyhow::anyhow;

use crate::printable::{escape, log};
use crate::replicate::{Place, PlaceError, ReplicateError};

/// The place that was parsed; `None` if there is none, after an error about the argument `name` was printed. clap does not
/// parse places, because it would print the text, which may contain a password.
pub(super) fn parsed(name: &str, place: Result<Place, PlaceError>) -> Option<Place> {
    place.map_err(|error| log::complaint(&escape(&format!("{name}: {error}")))).ok()
}

/// `error` with its hint.
pub(super) fn with_hint(error: ReplicateError) -> anyhow::Error {
    match error.hint() {
        Some(hint) => anyhow!("{error}; {hint}"),
        None => anyhow::Error::new(error),
    }
}
