//! Grows a corpus: makes many synthetic sources of real sections, to measure Cairn at sizes that no collection of ours
//! has.
//!
//! ```text
//! cargo run --release --example grow -- FOLDER OUT --times 10
//! cairn --sources OUT --index INDEX refresh
//! ```
//!
//! FOLDER contains tarballs of repositories named `OWNER+NAME.tar.gz`, such as those that `--example github` serves.
//! OUT becomes a folder of data files: a `catalogue.toml`, the rules of the program, and a folder for each source. With
//! `--tarballs`, it contains a tarball for each source instead, with a `manifest.json`, and `--example github -- OUT`
//! serves them.
//!
//! Each Markdown file of each repository becomes `--times` documents in as many sources. Headings, lists, tables and
//! code keep their form. Each sentence, list item, cell and line of code is spliced: it consists of the beginning of
//! one such text and the end of another, which are drawn from all repositories. So the words have their natural
//! frequencies, but no two sections are near-duplicates. Half of the links are changed, so that the number of cited
//! pages grows with the number of sources. With `--forks N`, each source also gets N forks, in which about one word in
//! eighty differs. So each section has near-duplicates. The same arguments give the same files.

mod text;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use cairn::config::DataFiles;
use clap::Parser;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use text::TextPools;

/// The formats that are read.
const FORMATS: [&str; 3] = [".md", ".mdx", ".markdown"];

#[derive(Parser)]
#[command(about = "Makes many synthetic sources of the sections of real ones")]
struct GrowArguments {
    /// Folder with tarballs named OWNER+NAME.tar.gz
    folder: PathBuf,
    /// Folder to create
    out: PathBuf,
    /// Number of sources to make of each repository
    #[arg(long, default_value_t = 10)]
    times: usize,
    /// Number of forks of each source
    #[arg(long, default_value_t = 0)]
    forks: usize,
    /// Seed of the random choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write tarballs instead of folders
    #[arg(long)]
    tarballs: bool,
}

fn main() -> ExitCode {
    match grow(&GrowArguments::parse()) {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A repository with its Markdown files.
struct Repository {
    owner: String,
    name: String,
    /// Paths and texts.
    files: Vec<(String, String)>,
}

/// Writes all sources. Returns a message with their numbers.
fn grow(arguments: &GrowArguments) -> Result<String> {
    let repositories = read_folder(&arguments.folder)?;
    let mut pools = TextPools::default();
    for (_, text) in repositories.iter().flat_map(|repository| &repository.files) {
        pools.add(text);
    }
    let (mut catalogue, mut listed, mut files) = (String::new(), Vec::new(), 0);
    for time in 0..arguments.times {
        for (at, repository) in repositories.iter().enumerate() {
            let seed = arguments.seed ^ ((time as u64) << 32) ^ ((at as u64) << 16);
            for fork in 0..=arguments.forks {
                let source = NewSource::of(repository, &pools, time, seed, fork);
                match arguments.tarballs {
                    true => source.write_tarball(&arguments.out)?,
                    false => source.write_folder(&arguments.out)?,
                }
                catalogue += &source.entry(arguments.tarballs);
                listed.push(serde_json::json!({"full_name": source.id(), "license": "MIT"}));
                files += source.documents.len();
            }
        }
    }
    fs::write(arguments.out.join("catalogue.toml"), catalogue)?;
    write_rules(&arguments.out)?;
    if arguments.tarballs {
        let manifest = serde_json::json!({"repos": listed});
        fs::write(arguments.out.join("manifest.json"), manifest.to_string())?;
    }
    let (out, sources) = (arguments.out.display(), listed.len());
    Ok(format!("{sources} sources with {files} files in {out}"))
}

/// Copies the program's policy and vocabulary into `out`.
fn write_rules(out: &Path) -> Result<()> {
    let vocabulary = DataFiles::Compiled.list("vocabulary", ".ttl")?;
    let vocabulary = vocabulary.into_iter().map(|name| format!("vocabulary/{name}"));
    fs::create_dir_all(out.join("vocabulary"))?;
    for path in vocabulary.chain(["policy.toml".to_owned()]) {
        fs::write(out.join(&path), DataFiles::Compiled.read(&path)?.unwrap_or_default())?;
    }
    Ok(())
}

/// The repositories in `folder`, sorted by name.
fn read_folder(folder: &Path) -> Result<Vec<Repository>> {
    let mut repositories = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = file_name.strip_suffix(".tar.gz").and_then(|name| name.split_once('+'));
        let Some((owner, name)) = name else { continue };
        let files = read_tarball(&path).with_context(|| format!("cannot read {file_name}"))?;
        let (owner, name) = (owner.to_owned(), name.to_owned());
        repositories.push(Repository { owner, name, files });
    }
    Ok(repositories)
}

fn read_tarball(path: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(GzDecoder::new(fs::File::open(path)?)).entries()? {
        let mut entry = entry?;
        let full = entry.path()?.to_string_lossy().into_owned();
        let Some((_, inner)) = full.split_once('/') else { continue };
        if FORMATS.iter().any(|end| inner.ends_with(end)) && entry.header().entry_type().is_file() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            files.push((inner.to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(files)
}

/// A source that is to be written.
struct NewSource {
    owner: String,
    name: String,
    /// The id of the source of which this is a fork.
    fork_of: Option<String>,
    /// Paths and texts.
    documents: Vec<(String, String)>,
}

impl NewSource {
    /// Source number `time` in the form of `repository`, or its fork number `fork` if that is not 0.
    fn of(
        repository: &Repository,
        pools: &TextPools,
        time: usize,
        seed: u64,
        fork: usize,
    ) -> NewSource {
        let mut documents = Vec::new();
        for (at, (path, original)) in repository.files.iter().enumerate() {
            let mut dice = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003) ^ at as u64);
            let mut new = pools.document(original, &format!("{seed:x}"), &mut dice);
            if fork > 0 {
                let mut dice = fastrand::Rng::with_seed(dice.u64(..) ^ fork as u64);
                new = text::changed(&new, &mut dice);
            }
            documents.push((path.clone(), new));
        }
        let Repository { owner, name, .. } = repository;
        let name = format!("{name}-{time:04}");
        let (owner, fork_of) = match fork {
            0 => (owner.clone(), None),
            _ => (format!("{owner}-{fork}"), Some(format!("{owner}/{name}"))),
        };
        NewSource { owner, name, fork_of, documents }
    }

    fn id(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    fn folder(&self) -> String {
        format!("{}+{}", self.owner, self.name)
    }

    /// The entry of the catalogue.
    fn entry(&self, is_repository: bool) -> String {
        let origin = match is_repository {
            true => format!("repo = {:?}", self.id()),
            false => {
                format!("folder = {:?}\nid = {:?}\nlicence = \"MIT\"", self.folder(), self.id())
            }
        };
        let fork_of = self.fork_of.as_ref().map(|of| format!("fork_of = {of:?}\n"));
        format!("[[source]]\n{origin}\nwhy = \"grown\"\n{}\n", fork_of.unwrap_or_default())
    }

    /// Writes a folder into `out`.
    fn write_folder(&self, out: &Path) -> Result<()> {
        for (path, text) in &self.documents {
            let path = out.join(self.folder()).join(path);
            fs::create_dir_all(path.parent().unwrap_or(out))?;
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Writes a tarball into `out`.
    fn write_tarball(&self, out: &Path) -> Result<()> {
        fs::create_dir_all(out)?;
        let file = fs::File::create(out.join(format!("{}.tar.gz", self.folder())))?;
        let mut tar = tar::Builder::new(GzEncoder::new(file, Compression::fast()));
        let licence = ("LICENSE".to_owned(), include_str!("../../LICENSE-MIT").to_owned());
        for (path, text) in self.documents.iter().chain([&licence]) {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, format!("{}/{path}", self.name), text.as_bytes())?;
        }
        tar.into_inner()?.finish()?.flush()?;
        Ok(())
    }
}
