//! `cairn doctor --github OWNER/NAME`: checks whether GitHub behaves as Cairn assumes.

use anyhow::Context;
use serde_json::json;

use super::super::{Exit, output};
use crate::catalogue::{policy, repository};
use crate::config::{Config, GitHubHosts};
use crate::crawl::Crawler;
use crate::crawl::github::assumptions::{
    AssumptionFinding, AssumptionFindings, AssumptionHolds, MOST_REQUESTS,
};
use crate::crawl::github::threads::RepositoryName;

/// The default for `--renamed`: the former name of a repository on the public GitHub. Its owner was renamed in 2020.
const RENAMED: &str = "zeit/next.js";

/// The repositories to check.
pub(super) struct GitHubCheckArguments<'a> {
    /// A public repository, as `owner/name`.
    pub repo: &'a str,
    /// The former name of a renamed repository.
    pub renamed: Option<&'a str>,
}

/// Sends a few requests about the repository and prints the findings. Returns [`Exit::Ill`] if one of Cairn's
/// assumptions about GitHub does not hold.
pub(super) fn run(
    config: &Config,
    arguments: &GitHubCheckArguments,
    json: bool,
) -> anyhow::Result<Exit> {
    let parts = |text| {
        let (owner, name) =
            repository(text).with_context(|| format!("{text:?} is not of the form owner/name"))?;
        anyhow::Ok(RepositoryName { owner, name })
    };
    let repo = parts(arguments.repo)?;
    let is_public = config.github.all() == GitHubHosts::PUBLIC;
    let renamed = arguments.renamed.or(is_public.then_some(RENAMED)).map(parts).transpose()?;
    let limits = policy::load(&config.sources)?.limits;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tried = runtime.block_on(async {
        Crawler::new(config, limits)?.try_assumptions(repo, renamed).await.with_context(|| {
            format!(
                "{} does not give the archive of {}, so nothing was checked; check the network, the proxy settings, and \
                 that the repository is public and still has this name",
                config.github.codeload, arguments.repo
            )
        })
    });
    let found = tried?;
    match json {
        true => output::json(&json!({
            "repository": arguments.repo,
            "requests": found.requests,
            "assumptions": found.assumptions,
        }))?,
        false => print(&found)?,
    }
    let fails = found.assumptions.iter().any(|finding| finding.holds == AssumptionHolds::No);
    Ok(if fails { Exit::Ill } else { Exit::Done })
}

fn print(found: &AssumptionFindings) -> anyhow::Result<()> {
    for AssumptionFinding { name, assumption, holds, saw } in &found.assumptions {
        let holds = match holds {
            AssumptionHolds::Yes => "holds",
            AssumptionHolds::No => "FAILS",
            AssumptionHolds::Unknown => "unknown",
        };
        output::line(&format!("{holds:<8} {name:<11} {assumption}"))?;
        output::line(&format!("{:<20} saw: {saw}", ""))?;
    }
    let requests = found.requests;
    output::line(&format!("{requests} requests were sent, of at most {MOST_REQUESTS}"))
}
