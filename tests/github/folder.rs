//! Reads a folder of tarballs, named `OWNER+NAME.tar.gz`, into repositories to serve. An optional
//! `manifest.json` has metadata that tarballs lack; an `OWNER+NAME.threads.json` has the
//! discussions and issues of one repository.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{Archive, Discussion, GitHub, Issue, Repo, archive};

#[derive(Default, Deserialize)]
struct Manifest {
    #[serde(default)]
    repos: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    full_name: String,
    default_branch: Option<String>,
    license: Option<String>,
    description: Option<String>,
    #[serde(default)]
    stars: u64,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    topics: Vec<String>,
    homepage: Option<String>,
    fork_of: Option<String>,
}

/// The contents of an `OWNER+NAME.threads.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threads {
    #[serde(default)]
    discussions: Vec<Discussion>,
    #[serde(default)]
    issues: Vec<Issue>,
}

impl GitHub {
    /// Adds the threads in the folder's files to their repositories, which must have a tarball there and
    /// be served. Returns the number of threads.
    pub fn load_threads(&self, folder: &Path) -> Result<usize> {
        let mut count = 0;
        for path in files(folder)? {
            let Some(full_name) = full_name(&path, ".threads.json") else {
                continue;
            };
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let threads: Threads = serde_json::from_str(&text)
                .with_context(|| format!("{} holds no threads", path.display()))?;
            if !path.with_file_name(file_name(&full_name)).is_file() {
                bail!("{} has no tarball beside it", path.display());
            }
            count += threads.discussions.len() + threads.issues.len();
            for discussion in threads.discussions {
                self.put_discussion(&full_name, discussion);
            }
            for issue in threads.issues {
                self.put_issue(&full_name, issue);
            }
        }
        Ok(count)
    }
}

fn file_name(full_name: &str) -> String {
    format!("{}.tar.gz", full_name.replacen('/', "+", 1))
}

/// A repository for every tarball of the folder, sorted by name; an error if there is none.
pub fn load_folder(folder: &Path) -> Result<Vec<Repo>> {
    let mut listed = read_manifest(folder)?;
    let mut repos = Vec::new();
    for path in files(folder)? {
        let Some(full_name) = full_name(&path, ".tar.gz") else {
            continue;
        };
        let sha = archive::sha_of_file(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let about = listed.remove(&full_name.to_lowercase());
        repos.push(repo(&full_name, &sha, path, about));
    }
    if repos.is_empty() {
        bail!("no OWNER+NAME.tar.gz in {}", folder.display());
    }
    Ok(repos)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read folder {}", folder.display()))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|error: std::io::Error| error)?;
    paths.sort();
    Ok(paths)
}

fn full_name(path: &Path, end: &str) -> Option<String> {
    let stem = path.file_name()?.to_str()?.strip_suffix(end)?;
    let (owner, name) = stem.split_once('+')?;
    Some(format!("{owner}/{name}"))
}

fn read_manifest(folder: &Path) -> Result<HashMap<String, Listed>> {
    let path = folder.join("manifest.json");
    if !path.exists() {
        return Ok(HashMap::new());
    }
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Manifest = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a list of repositories", path.display()))?;
    let listed = manifest.repos.into_iter();
    Ok(listed.map(|repo| (repo.full_name.to_lowercase(), repo)).collect())
}

fn repo(full_name: &str, sha: &str, path: PathBuf, about: Option<Listed>) -> Repo {
    let repo = Repo::new(full_name, sha, Archive::File(path));
    let Some(about) = about else { return repo };
    Repo {
        default_branch: about.default_branch.unwrap_or(repo.default_branch),
        licence: about.license,
        description: about.description,
        stars: about.stars,
        archived: about.archived,
        topics: about.topics,
        homepage: about.homepage,
        fork_of: about.fork_of,
        ..repo
    }
}
