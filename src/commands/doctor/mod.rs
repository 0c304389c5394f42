//! `cairn doctor`: checks everything that can be wrong, and says what to do.
//!
//! [`local`] checks this machine, [`deep`] every byte of the index, [`network`] the connection to GitHub, and
//! [`github`] GitHub's behaviour; none changes anything. Checks are independent: a failed one does not stop the
//! others.

mod deep;
mod github;
mod local;
mod network;

use clap::Args;
use serde::Serialize;

use super::{Exit, output};
use crate::config::Config;
use crate::printable::escape;
use crate::printable::shell::completed;
use crate::problem::chain;

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

/// The remedy if this account may not read a file.
const READABLE: &str = "let this account read it, or run Cairn as its owner";

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum CheckState {
    Well,
    /// It works, but not as well as it could.
    Weak,
    Ill,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
struct Check {
    name: &'static str,
    state: CheckState,
    /// Escaped. It has more than one line only if data files have faults.
    says: String,
    /// The remedy.
    hint: Option<String>,
}

impl Check {
    fn new(name: &'static str, state: CheckState, says: impl Into<String>) -> Check {
        let says = completed(&escape(&says.into())).into_owned();
        Check { name, state, says, hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Check {
        self.hint = Some(completed(&hint.into()).into_owned());
        self
    }

    /// `Well` with the text of `result`, else `Ill` with the error and `hint`.
    fn of(name: &'static str, result: anyhow::Result<String>, hint: &str) -> Check {
        match result {
            Ok(says) => Check::new(name, CheckState::Well, says),
            Err(error) => Check::new(name, CheckState::Ill, chain(&error)).hint(hint),
        }
    }
}

pub(super) fn run(config: &Config, arguments: &DoctorArguments) -> anyhow::Result<Exit> {
    if let Some(repo) = &arguments.github {
        let asked = github::Question { repo, renamed: arguments.renamed.as_deref() };
        return github::run(config, &asked, arguments.json);
    }
    let mut checks = local::checks(config);
    if arguments.deep {
        checks.push(deep::checksums(&config.index));
        checks.extend(deep::rows(config));
    }
    if !arguments.offline {
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

fn print(check: &Check) -> anyhow::Result<()> {
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
