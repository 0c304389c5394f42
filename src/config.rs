//! Settings: where the index and the data files are, GitHub's base addresses, the schedule.
//!
//! Order of precedence: command line, environment, configuration file, default. Nothing here
//! touches the network. Tokens are held as secrets: they have no `Debug` or `Display` that shows
//! them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use rust_embed::Embed;
use secrecy::SecretString;
use serde::Deserialize;

/// The data files as they were when the program was built.
#[derive(Embed)]
#[folder = "sources/"]
struct CompiledSources;

/// The data files that people edit: catalogue, policy, vocabulary, own notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sources {
    /// A folder on disk.
    Disk(PathBuf),
    /// The copy inside the program.
    Compiled,
}

impl Sources {
    /// The bytes of the file `path` (relative, `/`-separated), or `None` where there is none.
    ///
    /// Reads one file from disk, or copies it out of the program. `Err` if the file is there but
    /// can't be read.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Sources::Disk(folder) => match std::fs::read(folder.join(path)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => {
                    Err(error).with_context(|| format!("cannot read {}", self.name_of(path)))
                }
            },
            Sources::Compiled => Ok(CompiledSources::get(path).map(|file| file.data.into_owned())),
        }
    }

    /// The names of the files directly in the folder `folder` that end in `ending`, sorted.
    pub fn list(&self, folder: &str, ending: &str) -> anyhow::Result<Vec<String>> {
        let mut names: Vec<String> = match self {
            Sources::Disk(root) => match std::fs::read_dir(root.join(folder)) {
                Ok(entries) => {
                    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("cannot list {}", self.name_of(folder)));
                }
            },
            Sources::Compiled => CompiledSources::iter()
                .filter_map(|path| {
                    let name = path.strip_prefix(folder)?.strip_prefix('/')?;
                    (!name.contains('/')).then(|| name.to_owned())
                })
                .collect(),
        };
        names.retain(|name| name.ends_with(ending));
        names.sort();
        Ok(names)
    }

    /// All files below `folder` of the copy inside the program, as (path below it, bytes).
    pub fn compiled_below(folder: &str) -> Vec<(String, Vec<u8>)> {
        CompiledSources::iter()
            .filter_map(|path| {
                let inner = path.strip_prefix(folder)?.strip_prefix('/')?.to_owned();
                Some((inner, CompiledSources::get(&path)?.data.into_owned()))
            })
            .collect()
    }

    /// How messages name the file `path`.
    pub fn name_of(&self, path: &str) -> String {
        match self {
            Sources::Disk(folder) => folder.join(path).display().to_string(),
            Sources::Compiled => format!("(compiled in) sources/{path}"),
        }
    }
}

/// GitHub's base addresses, without a trailing slash; GitHub Enterprise and tests set others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubHosts {
    pub api: String,
    pub codeload: String,
    pub raw: String,
    /// Where people read: the links in answers start here.
    pub web: String,
}

/// When `serve` starts a refresh by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    Never,
    /// This long after the last run ended.
    Every(Duration),
    /// At the times of a cron line (five fields, local time).
    Cron(String),
}

/// All settings of one invocation.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration file that was named, for the refresh that `serve` starts.
    pub file: Option<PathBuf>,
    /// The index folder; created when first needed.
    pub index: PathBuf,
    pub sources: Sources,
    /// The web assets on disk, in a checkout; `None` means the copy inside the program.
    pub web_folder: Option<PathBuf>,
    pub github: GitHubHosts,
    pub token: Option<SecretString>,
    pub schedule: Schedule,
    /// Sources fetched at once.
    pub jobs: usize,
    /// Runs in which GitHub answers 404 after which a source is taken to be gone…
    pub gone_after: u32,
    /// …and how long what is indexed of it is kept then.
    pub drop_after: Duration,
    /// Address and port of the server.
    pub listen: String,
}

/// What the command line says; `None` falls through to the file, then to the default.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub config: Option<PathBuf>,
    pub index: Option<PathBuf>,
    pub sources: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    index: Option<PathBuf>,
    sources: Option<PathBuf>,
    refresh: RefreshFile,
    serve: ServeFile,
    github: GitHubFile,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RefreshFile {
    every: Option<String>,
    cron: Option<String>,
    jobs: Option<usize>,
    gone_after: Option<u32>,
    drop_after: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ServeFile {
    listen: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GitHubFile {
    api: Option<String>,
    codeload: Option<String>,
    raw: Option<String>,
    web: Option<String>,
    token_file: Option<PathBuf>,
}

/// The settings that `overrides`, the environment and the configuration file add up to.
///
/// Reads the configuration file (`--config`, else `CAIRN_CONFIG`, else `cairn.toml` in the current
/// folder, else the platform's configuration folder; none need exist but a named one), the token
/// file if one is set, and looks whether the current folder is a checkout.
///
/// `Err` for a named file that can't be read, unknown keys, and values that make no sense.
pub fn load(overrides: &Overrides) -> anyhow::Result<Config> {
    let file = read_file(overrides)?;
    let checkout = Path::new("sources/catalogue.toml").is_file();
    let data = || dirs::data_dir().unwrap_or_else(|| PathBuf::from(".")).join("cairn");

    let index =
        overrides.index.clone().or(file.index).unwrap_or_else(|| {
            if checkout { PathBuf::from("index") } else { data().join("index") }
        });
    let sources = match overrides.sources.clone().or(file.sources) {
        Some(folder) if folder.is_dir() => Sources::Disk(folder),
        Some(folder) => bail!(
            "the sources folder {} does not exist; name another with --sources",
            folder.display()
        ),
        None if checkout => Sources::Disk(PathBuf::from("sources")),
        None => Sources::Compiled,
    };
    Ok(Config {
        file: overrides.config.clone(),
        index,
        sources,
        web_folder: (checkout && Path::new("web/cairn.css").is_file())
            .then(|| PathBuf::from("web")),
        token: token(file.github.token_file.as_deref())?,
        schedule: schedule(file.refresh.every, file.refresh.cron)?,
        gone_after: file.refresh.gone_after.unwrap_or(3).max(1),
        drop_after: period("drop_after", file.refresh.drop_after.as_deref().unwrap_or("90d"))?,
        jobs: file.refresh.jobs.unwrap_or(4).clamp(1, 32),
        listen: file.serve.listen.unwrap_or_else(|| "127.0.0.1:7878".to_owned()),
        github: hosts(file.github)?,
    })
}

fn read_file(overrides: &Overrides) -> anyhow::Result<File> {
    let named = overrides.config.clone().or_else(|| env("CAIRN_CONFIG").map(PathBuf::from));
    let path = match named {
        Some(path) => path,
        None => {
            let here = PathBuf::from("cairn.toml");
            let platform = dirs::config_dir().map(|dir| dir.join("cairn").join("cairn.toml"));
            match [Some(here), platform].into_iter().flatten().find(|path| path.is_file()) {
                Some(path) => path,
                None => return Ok(File::default()),
            }
        }
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("in the configuration {}", path.display()))
}

fn hosts(file: GitHubFile) -> anyhow::Result<GitHubHosts> {
    let pick = |variable: &str, setting: Option<String>, default: &str| {
        let address = env(variable).or(setting).unwrap_or_else(|| default.to_owned());
        let parsed = url::Url::parse(&address)
            .with_context(|| format!("the address {address:?} (setting {variable})"))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            bail!("the address {address:?} (setting {variable}) must begin with http or https");
        }
        Ok(address.trim_end_matches('/').to_owned())
    };
    Ok(GitHubHosts {
        api: pick("CAIRN_GITHUB_API_URL", file.api, "https://api.github.com")?,
        codeload: pick("CAIRN_GITHUB_CODELOAD_URL", file.codeload, "https://codeload.github.com")?,
        raw: pick("CAIRN_GITHUB_RAW_URL", file.raw, "https://raw.githubusercontent.com")?,
        web: pick("CAIRN_GITHUB_WEB_URL", file.web, "https://github.com")?,
    })
}

fn token(file: Option<&Path>) -> anyhow::Result<Option<SecretString>> {
    let text = match (env("GITHUB_TOKEN"), file) {
        (Some(token), _) => token,
        (None, Some(path)) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the token file {}", path.display()))?,
        (None, None) => return Ok(None),
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| SecretString::from(text.to_owned())))
}

fn schedule(every: Option<String>, cron: Option<String>) -> anyhow::Result<Schedule> {
    match (every, cron) {
        (Some(_), Some(_)) => {
            bail!("[refresh] has both `every` and `cron` in the configuration; keep one of them")
        }
        (Some(every), None) if every == "never" => Ok(Schedule::Never),
        (Some(every), None) => {
            let period = humantime::parse_duration(&every).with_context(|| {
                format!("[refresh] every = {every:?} is no time such as \"24h\"")
            })?;
            if period < Duration::from_secs(60) {
                bail!("[refresh] every = {every:?} is too often; a minute is the least");
            }
            Ok(Schedule::Every(period))
        }
        (None, Some(line)) => {
            line.parse::<croner::Cron>().with_context(|| {
                format!("[refresh] cron = {line:?} is no cron line such as \"0 4 * * *\"")
            })?;
            Ok(Schedule::Cron(line))
        }
        (None, None) => Ok(Schedule::Every(Duration::from_secs(24 * 60 * 60))),
    }
}

fn period(key: &str, text: &str) -> anyhow::Result<Duration> {
    humantime::parse_duration(text)
        .with_context(|| format!("[refresh] {key} = {text:?} is no time such as \"24h\""))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_a_period_or_a_cron_line_but_not_both() {
        let day = Duration::from_secs(86_400);
        assert_eq!(schedule(None, None).unwrap(), Schedule::Every(day));
        assert_eq!(schedule(Some("1day".into()), None).unwrap(), Schedule::Every(day));
        assert!(schedule(Some("1s".into()), None).is_err());
        assert!(schedule(None, Some("every night".into())).is_err());
        assert!(schedule(Some("1h".into()), Some("0 4 * * *".into())).is_err());
    }

    #[test]
    fn the_compiled_sources_hold_the_catalogue_and_the_notes() {
        assert!(Sources::Compiled.read("catalogue.toml").unwrap().is_some());
        assert!(Sources::Compiled.read("no-such-file").unwrap().is_none());
        let notes = Sources::Compiled.list("notes", ".md").unwrap();
        assert!(notes.contains(&"video-recommendation.md".to_owned()), "{notes:?}");
        assert_eq!(Sources::compiled_below("notes").len(), notes.len());
    }
}
