//! Opens the index for a command.

use anyhow::Context;

use super::output;
use crate::config::Config;
use crate::generation::damage::shown;
use crate::library::{Audience, Library};

/// The library of `config`'s index. If there is no index, `Err` names the commands that build one.
pub(super) fn open(config: &Config) -> anyhow::Result<Library> {
    Library::open(config)?.with_context(|| {
        format!(
            "{} is not there yet; `cairn refresh` builds it, `cairn serve` too",
            shown(&config.index)
        )
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
