//! The command line, with one small file for each command. Results go to stdout, everything else to stderr.
//!
//! With `--json`, a command prints the API's object, if the API has one. Exit codes: 0 done; 1 failed; 2 wrong usage,
//! or faults in the data files; 3 done, but a source failed in this run.

mod audit;
mod audit_table;
mod backup;
mod completions;
mod discover;
mod doctor;
mod engine;
mod eval;
mod eval_graph;
mod exit;
mod export;
mod failure;
mod guide;
mod healthcheck;
mod init;
mod logging;
mod look_up;
mod man;
mod mcp;
mod open;
mod output;
mod own_files;
mod pager;
mod place;
mod progress;
mod publish;
mod pull;
mod refresh;
mod resources;
mod search;
mod section;
mod serve;
mod sources;
mod standalone;
mod status;
mod topics;
mod trial;
mod unknown;
mod vocabulary;
mod ways;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::config::{self, Config, ConfigOverrides, FoundPart};
use crate::printable::shell;
pub use exit::Exit;
pub use failure::{explain_usage, is_broken_pipe};
use failure::{with_command, with_remedy};
use logging::LogFormat;
use open::{audience, open};

/// Study material on machine-learning system design, gathered and made findable.
#[derive(Debug, Parser)]
#[command(name = "cairn", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct GlobalOptions {
    /// The index folder [default: `index` in a checkout, else the platform's data folder]
    #[arg(long, global = true, env = "CAIRN_INDEX", value_name = "DIR")]
    index: Option<PathBuf>,
    /// The folder with catalogue, policy and vocabulary [default: `sources` in a checkout, else your own
    /// that `cairn init` writes, else the copy inside the program]
    #[arg(long, global = true, env = "CAIRN_SOURCES", value_name = "DIR")]
    sources: Option<PathBuf>,
    /// The configuration file [default: the one in the platform's configuration folder, overlaid by
    /// the harmless settings of `cairn.toml` in the current folder]
    #[arg(long, global = true, env = "CAIRN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// What of --index and --sources was found rather than named; `serve` passes this to its refresh
    #[arg(long, global = true, value_enum, hide = true)]
    found: Vec<FoundFolder>,
    /// Only errors on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// More on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// The format of log lines on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Print long answers at once, also on a terminal; else CAIRN_PAGER, PAGER or `less` shows them
    #[arg(long, global = true)]
    no_pager: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FoundFolder {
    Index,
    Sources,
}

impl From<FoundFolder> for FoundPart {
    fn from(found: FoundFolder) -> FoundPart {
        match found {
            FoundFolder::Index => FoundPart::Index,
            FoundFolder::Sources => FoundPart::Sources,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the index, serve pages and API, refresh on schedule (the default)
    Serve(serve::ServeArguments),
    /// Fetch what is new and build a new generation of the index
    Refresh(refresh::RefreshArguments),
    /// Take the generations of another index, so that this machine can serve them too
    Pull(pull::PullArguments),
    /// Write the index to one file, while it is used
    Backup(backup::BackupArguments),
    /// Replace the index by a backup
    Restore(backup::RestoreArguments),
    /// Compare or rebuild what an OpenSearch cluster has of the index
    Engine(engine::EngineArguments),
    /// List the sources; `audit` shows what they consist of, `check` looks for faults in the data files, `discover` for
    /// what the catalogue lacks
    Sources(sources::SourcesArguments),
    /// Check the vocabulary; suggest terms that it lacks
    Vocabulary(vocabulary::VocabularyArguments),
    /// Find passages
    Search(search::SearchArguments),
    /// Show the section at a place in a file
    Section(section::SectionArguments),
    /// List the topics, the most mentioned first
    Topics(topics::TopicListArguments),
    /// Show what is known about a topic
    Topic(topics::TopicArguments),
    /// Show the topics near a topic, with the evidence
    Related(ways::RelatedArguments),
    /// List what to learn before a topic, prerequisites first
    Learn(ways::LearnArguments),
    /// Show how one topic leads to another
    Path(ways::PathArguments),
    /// Print what the sources say about a case study, step by step, as Markdown
    Guide(guide::GuideArguments),
    /// List the articles, papers, talks and tools that most independent authors cite
    Resources(resources::ResourcesArguments),
    /// Write the graph for other programs, or flash cards
    Export(export::ExportArguments),
    /// Serve assistants: the Model Context Protocol over stdin and stdout
    Mcp,
    /// Measure how well search ranks, with judged queries
    Eval(eval::EvalArguments),
    /// Show what the index contains, how the last run went, what is wrong and what is new
    Status(status::StatusArguments),
    /// Check everything that can be wrong, and say what to do
    Doctor(doctor::DoctorArguments),
    /// Ask a running server whether it is ready
    Healthcheck(healthcheck::HealthcheckArguments),
    #[command(flatten)]
    Standalone(standalone::StandaloneCommand),
}

impl Command {
    /// Whether the command prints an answer that may be long, and nothing that the user waits for meanwhile.
    fn is_paged(&self) -> bool {
        matches!(
            self,
            Command::Sources(_)
                | Command::Vocabulary(_)
                | Command::Search(_)
                | Command::Section(_)
                | Command::Topics(_)
                | Command::Topic(_)
                | Command::Related(_)
                | Command::Learn(_)
                | Command::Path(_)
                | Command::Guide(_)
                | Command::Resources(_)
                | Command::Status(_)
        )
    }
}

/// Runs the command that `cli` names, and shows its answer in a pager if it is long and stdout is a terminal.
///
/// `Err` names the failure, its cause and the remedy; the caller prints it.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    if !cli.global.no_pager && cli.command.as_ref().is_some_and(Command::is_paged) {
        pager::begin();
    }
    let ended = run_command(cli);
    let shown = pager::end();
    let exit = ended?;
    shown?;
    Ok(exit)
}

fn run_command(cli: Cli) -> anyhow::Result<Exit> {
    logging::begin(cli.global.quiet, cli.global.verbose, cli.global.log_format);
    logging::take_panics();
    if let Some(Command::Standalone(command)) = &cli.command {
        return command.run(Cli::command());
    }
    give_options(&cli.global);
    let mut config = configured(&cli.global).map_err(with_command)?;
    let index = config.index.clone();
    config.program = std::env::current_exe().ok();
    let command = cli.command.unwrap_or_else(|| Command::Serve(serve::ServeArguments::default()));
    let ended = match command {
        Command::Serve(arguments) => serve::run(config, arguments),
        Command::Refresh(arguments) => refresh::run(&config, arguments, cli.global.quiet),
        Command::Pull(arguments) => pull::run(&config, &arguments),
        Command::Backup(arguments) => backup::back_up(&config, &arguments),
        Command::Restore(arguments) => backup::restore(&config, &arguments, cli.global.quiet),
        Command::Engine(arguments) => engine::run(&config, &arguments, cli.global.quiet),
        Command::Sources(arguments) => sources::run(&config, arguments, cli.global.quiet),
        Command::Vocabulary(arguments) => vocabulary::run(&config, arguments),
        Command::Search(arguments) => search::run(&config, &arguments),
        Command::Section(arguments) => section::run(&config, &arguments),
        Command::Topics(arguments) => topics::list(&config, &arguments),
        Command::Topic(arguments) => topics::one(&config, &arguments),
        Command::Related(arguments) => ways::related(&config, &arguments),
        Command::Learn(arguments) => ways::learn(&config, &arguments),
        Command::Path(arguments) => ways::path(&config, &arguments),
        Command::Guide(arguments) => guide::run(&config, &arguments),
        Command::Export(arguments) => export::run(&config, &arguments),
        Command::Resources(arguments) => resources::run(&config, &arguments),
        Command::Mcp => mcp::run(config),
        Command::Eval(arguments) => eval::run(&config, &arguments),
        Command::Status(arguments) => status::run(&config, &arguments),
        Command::Doctor(arguments) => doctor::run(&config, &arguments),
        Command::Healthcheck(arguments) => healthcheck::run(&config, &arguments),
        Command::Standalone(command) => command.run(Cli::command()),
    };
    ended.map_err(|error| with_remedy(error, &index))
}

/// Adds the options of this command line to the commands that messages advise, so that the commands use the same index
/// and files. Values of environment variables are not added, because they also apply to those commands.
fn give_options(global: &GlobalOptions) {
    let named = [
        ("--index", "CAIRN_INDEX", &global.index),
        ("--sources", "CAIRN_SOURCES", &global.sources),
        ("--config", "CAIRN_CONFIG", &global.config),
    ];
    let given = named.iter().filter_map(|(name, variable, path)| {
        let path = path.as_deref()?;
        let is_environments = std::env::var_os(variable).is_some_and(|value| value == path);
        (!is_environments).then(|| (*name, path.to_str()))
    });
    shell::give_options(&given.collect::<Vec<_>>());
}

fn configured(global: &GlobalOptions) -> anyhow::Result<Config> {
    let overrides = ConfigOverrides {
        config: global.config.clone(),
        index: global.index.clone(),
        sources: global.sources.clone(),
    };
    let found: Vec<FoundPart> = global.found.iter().map(|part| (*part).into()).collect();
    config::load(&overrides)?.with_found(&found)
}
