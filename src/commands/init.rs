//! `cairn init`: writes commented settings, and a catalogue and topics of the user's own.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::own_files::{CATALOGUE, TOPICS, Written, own_folder, write_missing};
use super::{Exit, output};
use crate::config::{SETTINGS_TEMPLATE, settings_for_folder};
use crate::printable::shell;

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The folder that gets the files, and later the index [default: your folder of settings, where Cairn finds them from
    /// everywhere]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// The files to write.
struct InitPlan {
    /// The path of the settings.
    settings: PathBuf,
    /// The text of the settings.
    text: String,
    /// The folder of the data files.
    sources: PathBuf,
    /// The options with which Cairn finds the files; empty if it finds them without.
    options: Vec<String>,
}

/// Writes the files that do not exist yet, and prints what it wrote and what to do next.
pub(super) fn run(arguments: &InitArguments) -> anyhow::Result<Exit> {
    let plan = match &arguments.folder {
        Some(folder) => InitPlan::for_folder(folder)?,
        None => InitPlan::for_user()?,
    };
    write(&plan.settings, &plan.text)?;
    write(&plan.sources.join("catalogue.toml"), CATALOGUE)?;
    write(&plan.sources.join("vocabulary").join("own.ttl"), TOPICS)?;
    plan.print_next_steps()?;
    Ok(Exit::Done)
}

/// Writes the file if it is missing, and prints which of both happened.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = path.display();
    match write_missing(path, text)? {
        Written::New => output::line(&format!("wrote {shown}")),
        Written::Kept => output::line(&format!("kept {shown}, which exists already")),
    }
}

impl InitPlan {
    /// The files in the user's own folder, where Cairn finds them from everywhere.
    fn for_user() -> anyhow::Result<InitPlan> {
        let folder = own_folder()?;
        Ok(InitPlan {
            settings: folder.join("cairn.toml"),
            text: SETTINGS_TEMPLATE.to_owned(),
            sources: folder.join("sources"),
            options: Vec::new(),
        })
    }

    /// The files in `folder`. The settings are named with `--config`, because Cairn does not trust all that it merely
    /// finds in the current folder.
    fn for_folder(folder: &Path) -> anyhow::Result<InitPlan> {
        let folder = std::path::absolute(folder)
            .with_context(|| format!("{folder:?} is not the name of a folder"))?;
        let settings = folder.join("cairn.toml");
        Ok(InitPlan {
            options: vec!["--config".to_owned(), settings.display().to_string()],
            settings,
            text: settings_for_folder(),
            sources: folder.join("sources"),
        })
    }

    /// Prints the commands to run next.
    fn print_next_steps(&self) -> anyhow::Result<()> {
        let check = self.command(&["sources", "check"]);
        let serve = self.command(&["serve"]);
        let add = self.command(&["sources", "add"]);
        let (Some(check), Some(serve), Some(add)) = (check, serve, add) else { return Ok(()) };
        output::gap()?;
        output::line("Next, fetch the sources and serve pages at http://127.0.0.1:7878/ :")?;
        output::line(&format!("    {serve}"))?;
        output::line("To add a repository:")?;
        output::line(&format!("    {add} https://github.com/OWNER/NAME"))?;
        output::line("After you changed the files:")?;
        output::line(&format!("    {check}"))
    }

    /// The command line of `words`, with the options. `None` if it can't be printed.
    fn command(&self, words: &[&str]) -> Option<String> {
        let mut all = vec!["cairn"];
        all.extend(self.options.iter().map(String::as_str));
        all.extend(words);
        shell::command(&all)
    }
}
