//! `cairn man`: manual pages, made from the definition of the command line.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Exit, output};

/// A section of the main page: the title, and paragraphs that begin with a term.
struct ManSection {
    title: &'static str,
    entries: &'static [(&'static str, &'static str)],
}

/// What the main page has beside the definition of the command line.
const SECTIONS: [ManSection; 3] = [
    ManSection {
        title: "EXIT STATUS",
        entries: &[
            ("0", "Done."),
            ("1", "Failed."),
            ("2", "Wrong usage, or faults in the data files."),
            ("3", "Done, but a source failed or was deferred."),
        ],
    },
    ManSection {
        title: "FILES",
        entries: &[
            ("~/.config/cairn/cairn.toml", "Your settings. \"cairn init\" writes it."),
            ("~/.config/cairn/sources/", "Your own catalogue and topics."),
            ("~/.local/share/cairn/index/", "The index, if no other folder is named."),
        ],
    },
    ManSection {
        title: "ENVIRONMENT",
        entries: &[
            ("CAIRN_CONFIG, CAIRN_INDEX, CAIRN_SOURCES", "As the options of these names."),
            ("GITHUB_TOKEN", "A token for GitHub's API. Cairn works without one."),
            ("CAIRN_LOG", "A filter for log lines, such as cairn=debug."),
        ],
    },
];

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// The page of this command, such as `sources add` [default: the page of the program]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write every page into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Prints the page of one command of `root`, or writes all pages.
pub(super) fn run(arguments: &ManArguments, root: Command) -> anyhow::Result<Exit> {
    let mut root = root.disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &arguments.out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let count = write_all(&root, true, folder)?;
        output::line(&format!("wrote {} to {}", output::count(count, "page"), folder.display()))?;
        return Ok(Exit::Done);
    }
    let mut command = &root;
    for word in &arguments.command {
        let Some(below) = command.find_subcommand(word).filter(|below| !below.is_hide_set()) else {
            bail!(
                "there is no command `{} {word}`; `cairn --help` lists the commands",
                name(command)
            );
        };
        command = below;
    }
    output::body(page(command, arguments.command.is_empty())?.trim_end())?;
    Ok(Exit::Done)
}

/// Writes the pages of `command` and of all commands below it to `folder`, over pages that are there. Returns their number.
fn write_all(command: &Command, is_root: bool, folder: &Path) -> anyhow::Result<usize> {
    let path = folder.join(Man::new(command.clone()).get_filename());
    std::fs::write(&path, page(command, is_root)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    below.map(|below| write_all(below, false, folder)).sum::<anyhow::Result<usize>>().map(|n| n + 1)
}

/// The page of `command` in roff.
fn page(command: &Command, is_root: bool) -> anyhow::Result<String> {
    let man = Man::new(command.clone()).manual("Cairn");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        man.render_subcommands_section(&mut page)?;
    }
    if is_root {
        page.extend(sections().render().into_bytes());
    }
    String::from_utf8(page).context("the page is not UTF-8")
}

fn sections() -> Roff {
    let mut roff = Roff::new();
    for section in SECTIONS {
        roff.control("SH", [section.title]);
        for (term, text) in section.entries {
            roff.control("TP", []);
            roff.text([bold(*term)]);
            roff.text([roman(*text)]);
        }
    }
    roff
}

/// The words of `command`, such as `cairn sources`.
fn name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or(command.get_name())
}
