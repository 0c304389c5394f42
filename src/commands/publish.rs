//! `cairn refresh --publish`: copies the generation to where readers take it.

use std::time::Duration;

use clap::Args;

use super::{output, place};
use crate::config::Config;
use crate::printable::log;
use crate::replicate::{self, Place, PrivateSources, PublishOptions, PublishReport, Takeover};

/// How long a target may send nothing.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The options of `cairn refresh` about publishing.
#[derive(Debug, Default, Args)]
pub(super) struct PublishArguments {
    /// Then copy the generation to TARGET, for readers that `cairn pull` it or serve it: a folder, or
    /// s3://BUCKET/PREFIX [default: `publish` of the configuration file]
    #[arg(long, value_name = "TARGET")]
    publish: Option<String>,
    /// Publish even if sources are private; TARGET then holds their text
    #[arg(long)]
    private: bool,
    /// Publish even if another index has published to TARGET before; that one is refused from then on
    #[arg(long)]
    take_over: bool,
}

/// Whether and where a refresh publishes.
pub(super) enum Publication {
    Nowhere,
    To(Place, PublishOptions),
}

impl PublishArguments {
    /// Where to publish: the target of the command line, else that of `config`. `None` if the target can't be used, after
    /// an error about it was printed.
    pub(super) fn parsed(&self, config: &Config) -> Option<Publication> {
        let (name, target) = match (&self.publish, &config.publish) {
            (Some(given), _) => ("--publish", given),
            (None, Some(set)) => ("publish under [refresh]", set),
            (None, None) if self.private || self.take_over => {
                log::complaint(
                    "--private and --take-over need a target: name it with --publish, or set `publish` under [refresh]",
                );
                return None;
            }
            (None, None) => return Some(Publication::Nowhere),
        };
        let target = place::parsed(name, Place::to_publish(target))?;
        let private = match self.private {
            true => PrivateSources::Published,
            false => PrivateSources::Refused,
        };
        let takeover = if self.take_over { Takeover::Allowed } else { Takeover::Refused };
        Some(Publication::To(target, PublishOptions { timeout: TIMEOUT, private, takeover }))
    }
}

impl Publication {
    /// Publishes the current generation of `config`'s index, and reports it in one line: on stdout, or in the log if stdout
    /// has JSON.
    pub(super) fn run(&self, config: &Config, stdout_is_json: bool) -> anyhow::Result<()> {
        let Publication::To(target, options) = self else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let published = runtime.block_on(replicate::publish(&config.index, target, options));
        let report = published.map_err(|error| {
            let why = format!("the index is refreshed, but not published to {target}");
            place::with_hint(error).context(why)
        })?;
        let line = summary(&report, target);
        if stdout_is_json {
            tracing::info!("{line}");
            return Ok(());
        }
        output::line(&line)
    }
}

/// What was published to `target`, in one line.
fn summary(report: &PublishReport, target: &Place) -> String {
    let PublishReport { generation, sent, copied, bytes, whole, seconds, .. } = report;
    if !report.is_new {
        return format!("{target} has generation {generation} already");
    }
    let files = output::count(sent + copied, "file");
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    format!(
        "published generation {generation} to {target}: sent {sent} of {files}, {:.3} of {:.3} MB, {seconds:.1} s",
        megabytes(*bytes),
        megabytes(*whole)
    )
}
