//! Opens the index for a command.

use anyhow::Context;

use super::output;
use crate::config::Config;
use crate::generation::damage::shown;
use crate::generation::outcome::RunOutcome;
use crate::generation::runs;
use crate::library::{Audience, Library};
use crate::problem::Problem;

/// The library of `config`'s index. If there is no index, `Err` says why the last refresh built none, or names the
/// commands that build one.
pub(super) fn open(config: &Config) -> anyhow::Result<Library> {
    Library::open(config)?.with_context(|| {
        let index = shown(&config.index);
        let last = runs::read(&config.index).into_iter().next();
        let refused = last.filter(|run| run.outcome() == RunOutcome::Refused);
        match refused.and_then(|run| run.problems_of_run().into_iter().next_back()) {
            Some(Problem { message, hint, .. }) => {
                let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                format!("there is no index in {index}: {message}{hint}")
            }
            None => {
                format!("{index} is not there yet; `cairn refresh` builds it, `cairn serve` too")
            }
        }
    })
}

/// The audience of a file that is made from `library`. If the text of private sources is left out of the file, logs the
/// number of these sources.
pub(super) fn audience(library: &Library, with_private: bool) -> Audience {
    let audience = Audience::with_private(with_private);
    let withheld = library.withheld(audience);
    if withheld > 0 {
        let sources = output::count(withheld, "private source");
        tracing::info!("the text of {sources} is left out; --private includes it");
    }
    audience
}
