//! Errors about names that the index does not have, with the names that may have been meant.

use std::fmt::Display;

use anyhow::anyhow;

use crate::library::Library;
use crate::library::view::NearName;

/// The maximum number of names in a message.
const MOST: usize = 3;

/// The error for `name`, which is not the name of a `thing`. `near` are the names that may have been meant; without any,
/// it names the command `list`.
pub(super) fn unknown<N: Display>(
    thing: &str,
    name: &str,
    near: impl IntoIterator<Item = N>,
    list: &str,
) -> anyhow::Error {
    let near = near.into_iter().map(|near| near.to_string()).take(MOST);
    let near: Vec<String> = near.collect();
    match &near[..] {
        [] => anyhow!("no {thing} {name:?}; `{list}` lists them"),
        [one] => anyhow!("no {thing} {name:?}; did you mean {one}? `{list}` lists all"),
        near => {
            anyhow!(
                "no {thing} {name:?}; did you mean one of {}? `{list}` lists all",
                near.join(", ")
            )
        }
    }
}

/// The error for `name`, which is not the name of a topic.
pub(super) fn topic(library: &Library, name: &str) -> anyhow::Error {
    unknown("topic", name, labels(library.topics_like(name)), "cairn topics")
}

/// The error for `name`, which is not the name of a case study.
pub(super) fn case(library: &Library, name: &str) -> anyhow::Error {
    unknown("case study", name, labels(library.cases_like(name)), "cairn guide")
}

/// The error for `name`, which is not the id of a source.
pub(super) fn source(library: &Library, name: &str) -> anyhow::Error {
    unknown("source", name, library.sources_like(name), "cairn sources")
}

fn labels(near: Vec<NearName>) -> impl Iterator<Item = String> {
    near.into_iter().map(|near| near.name)
}
