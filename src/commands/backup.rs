//! `cairn backup` and `cairn restore`.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;

use super::progress::RefreshBars;
use super::{Exit, output};
use crate::backup::{self, BackupReport, Replace, RestoreReport};
use crate::config::Config;
use crate::disk::{self, DiskError, DiskOperation};
use crate::generation::damage::shown;
use crate::printable::log;

#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The file to write; `-` for stdout
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// The file that `cairn backup` wrote; `-` for stdin
    file: PathBuf,
    /// Replace the index that is there
    #[arg(long)]
    force: bool,
}

/// Writes a backup of `config`'s index. If it goes to stdout, the report goes to stderr.
pub(super) fn back_up(config: &Config, arguments: &BackupArguments) -> anyhow::Result<Exit> {
    let started = Instant::now();
    if arguments.file == Path::new("-") {
        if output::is_terminal() {
            log::complaint("a backup is binary; send stdout to a file, or name one instead of -");
            return Ok(Exit::Wrong);
        }
        let scratch = tempfile::Builder::new().prefix("cairn-backup").tempdir()?;
        let out = BufWriter::new(output::binary());
        let report = backup::write(&config.index, scratch.path(), out)?;
        for line in summary(config, &report, "stdout", started) {
            log::notice(&line);
        }
        return Ok(Exit::Done);
    }
    let (report, bytes) = write_file(&config.index, &arguments.file)?;
    let place = format!("{}, {:.1} MB", arguments.file.display(), bytes as f64 / 1e6);
    for line in summary(config, &report, &place, started) {
        output::line(&line)?;
    }
    Ok(Exit::Done)
}

/// Writes a backup of `index` to `file`, which only this account may read. The file is replaced when it is complete.
/// Returns its length too. What a killed backup leaves, the next one to the same file removes.
fn write_file(index: &Path, file: &Path) -> anyhow::Result<(BackupReport, u64)> {
    let failed = |cause| DiskError::new(DiskOperation::Write, file, cause);
    let Some(name) = file.file_name().filter(|_| !file.is_dir()) else {
        bail!("{} is a folder; name a file in it", file.display());
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if !disk::is_there(folder)? {
        bail!(
            "the folder {} does not exist; create it, or name a file elsewhere",
            folder.display()
        );
    }
    let scratch = folder.join(format!(".{}.unfinished", name.to_string_lossy()));
    disk::remove_folder(&scratch)?;
    private_folder(&scratch).map_err(failed)?;
    let written = || -> anyhow::Result<(BackupReport, u64)> {
        let mut archive = tempfile::NamedTempFile::new_in(&scratch).map_err(failed)?;
        let content = scratch.join("content");
        private_folder(&content).map_err(failed)?;
        let mut out = BufWriter::new(archive.as_file_mut());
        let report = backup::write(index, &content, &mut out)?;
        out.flush().map_err(failed)?;
        drop(out);
        archive.as_file().sync_all().map_err(failed)?;
        let bytes = archive.as_file().metadata().map_err(failed)?.len();
        archive.persist(file).map_err(|error| failed(error.error))?;
        disk::sync(folder).map_err(failed)?;
        Ok((report, bytes))
    };
    let written = written();
    // Its files only take space. Failing to remove them must not hide the original error.
    let _ = disk::remove_folder(&scratch);
    written
}

/// Creates the folder `path`, which only this account may open.
fn private_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700).create(path);
    #[cfg(not(unix))]
    fs::create_dir(path)
}

/// What was backed up to `place`, and what was not.
fn summary(config: &Config, report: &BackupReport, place: &str, started: Instant) -> Vec<String> {
    let BackupReport { generation, built_at, documents, sections, files, bytes } = report;
    let sources = match config.sources.folder() {
        Some(folder) => folder.display().to_string(),
        None => "the copy inside the program, unless you have your own".to_owned(),
    };
    let settings = config
        .file
        .as_ref()
        .map_or("cairn.toml, if you have one".to_owned(), |file| file.display().to_string());
    vec![
        format!(
            "generation {generation} of {built_at}: {}, {}; {}, {:.1} MB, to {place}, {:.1} s",
            output::count(*documents, "document"),
            output::count(*sections, "section"),
            output::count(*files, "file"),
            *bytes as f64 / 1e6,
            started.elapsed().as_secs_f64()
        ),
        format!(
            "not in it: catalogue, policy and vocabulary ({sources}), the configuration ({settings}), tokens, and folders \
             that are sources"
        ),
    ]
}

/// Replaces `config`'s index by a backup.
pub(super) fn restore(
    config: &Config,
    arguments: &RestoreArguments,
    quiet: bool,
) -> anyhow::Result<Exit> {
    let replace = if arguments.force { Replace::Allowed } else { Replace::Refused };
    let mut bars = RefreshBars::new(quiet);
    let report = if arguments.file == Path::new("-") {
        if io::stdin().is_terminal() {
            log::complaint("stdin is a terminal; name the file of the backup, or send it to stdin");
            return Ok(Exit::Wrong);
        }
        backup::restore(config, io::stdin().lock(), replace, &mut |event| bars.on_event(&event))
    } else {
        let path = &arguments.file;
        let file =
            File::open(path).map_err(|cause| DiskError::new(DiskOperation::Read, path, cause))?;
        if file.metadata()?.is_dir() {
            bail!("{} is a folder; name the file that `cairn backup` wrote", path.display());
        }
        backup::restore(config, BufReader::new(file), replace, &mut |event| bars.on_event(&event))
    };
    bars.end();
    let report = report.with_context(|| {
        let (file, index) = (arguments.file.display(), shown(&config.index));
        format!("{file} can't be restored, and {index} is unchanged")
    })?;
    for line in restored(config, &report) {
        output::line(&line)?;
    }
    Ok(Exit::Done)
}

/// What was restored.
fn restored(config: &Config, report: &RestoreReport) -> Vec<String> {
    let RestoreReport { created_at, program, backed_up, generation, documents, sections, .. } =
        report;
    let mut lines = vec![format!(
        "restored {} from the backup of {created_at} (Cairn {program}): generation {generation}, {}, {}",
        shown(&config.index),
        output::count(*documents, "document"),
        output::count(*sections, "section"),
    )];
    if generation != backed_up {
        lines.push(format!(
            "generation {backed_up} of the backup was built again, because catalogue, policy, vocabulary or program differ today"
        ));
    }
    if !report.reduced.is_empty() {
        let had = report.had.unwrap_or(*documents);
        lines.push(format!(
            "today's rules leave out {} of {}, from: {}",
            output::count(had.saturating_sub(*documents), "document"),
            had,
            report.reduced.join(", ")
        ));
    }
    lines.push("`cairn refresh` fetches what has changed since".to_owned());
    lines
}
