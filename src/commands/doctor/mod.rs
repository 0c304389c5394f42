//! `cairn doctor`: checks everything that can be wrong, and prints what to do about it.
//!
//! [`local`] checks this machine, [`deep`] checks every byte of the index, [`engine`] and [`shards`] check the OpenSearch
//! cluster, [`network`] checks the connection to GitHub, and [`github`] checks GitHub's behaviour. The checks change nothing. They are independent: if one fails, the others
//! still run.

mod check;
mod deep;
mod engine;
mod github;
mod local;
mod network;
mod runs;
mod shards;

use clap::Args;

use super::{Exit, output};
use crate::config::Config;
use crate::generation::replica;
use check::{CheckState, DoctorCheck};
use engine::Reach;

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Check only this machine
    #[arg(long)]
    offline: bool,
    /// Read every file of the index and every row of the store, and compare checksums
    #[arg(long)]
    deep: bool,
    /// Only this: send at most 8 requests about this public repository, and say which of Cairn's assumptions about
    /// GitHub hold
    #[arg(long, value_name = "OWNER/NAME", conflicts_with_all = ["offline", "deep"])]
    github: Option<String>,
    /// The former name of a renamed repository, to see where it leads [default on the public GitHub:
    /// zeit/next.js]
    #[arg(long, value_name = "OWNER/NAME", requires = "github")]
    renamed: Option<String>,
    /// Print the checks as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &DoctorArguments) -> anyhow::Result<Exit> {
    if let Some(repo) = &arguments.github {
        let check = github::GitHubCheckArguments { repo, renamed: arguments.renamed.as_deref() };
        return github::run(config, &check, arguments.json);
    }
    let mut checks = local::checks(config);
    if arguments.deep {
        checks.push(deep::checksums(&config.index));
        checks.extend(deep::rows(config));
    }
    let reach = if arguments.offline { Reach::Local } else { Reach::Cluster };
    checks.extend(engine::checks(config, reach));
    // A replica sends no requests to GitHub.
    if !arguments.offline && !replica::is_one(&config.index) {
        checks.extend(network::checks(config));
    }
    if arguments.json {
        output::json(&serde_json::json!({ "checks": checks }))?;
    } else {
        for check in &checks {
            print(check)?;
        }
    }
    let is_ill = checks.iter().any(|check| check.state == CheckState::Ill);
    Ok(if is_ill { Exit::Ill } else { Exit::Done })
}

fn print(check: &DoctorCheck) -> anyhow::Result<()> {
    let state = match check.state {
        CheckState::Well => "well",
        CheckState::Weak => "weak",
        CheckState::Ill => "ILL",
    };
    output::body(&format!("{state:<5} {:<12} {}", check.name, check.says))?;
    match &check.hint {
        Some(hint) => output::line(&format!("{:<18} → {hint}", "")),
        None => Ok(()),
    }
}
