//! Serves a folder of repository tarballs like GitHub, to try a crawl without GitHub:
//! `cargo run --example github -- FOLDER`.

#[path = "../tests/github/mod.rs"]
mod github;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use tokio::time::interval;

use github::{GitHub, load_folder};

/// The environment variables that make the crawler use this server.
const VARIABLES: [&str; 3] =
    ["CAIRN_GITHUB_API_URL", "CAIRN_GITHUB_CODELOAD_URL", "CAIRN_GITHUB_RAW_URL"];

/// The interval at which finished requests are printed.
const TICK: Duration = Duration::from_millis(100);

#[derive(Parser)]
#[command(about = "Serves a folder of OWNER+NAME.tar.gz files in the shape of GitHub")]
struct Args {
    /// Folder with the tarballs, a manifest.json and OWNER+NAME.threads.json files if there are any
    folder: PathBuf,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:7879")]
    listen: SocketAddr,
    /// Print no line per request
    #[arg(long)]
    quiet: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: &Args) -> Result<()> {
    let repos = load_folder(&args.folder)?;
    let server = GitHub::start_on(args.listen, repos)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    server.load_threads(&args.folder)?;
    for variable in VARIABLES {
        writeln!(io::stdout(), "{variable}={}", server.base())?;
    }
    tokio::select! {
        result = report(&server, args.quiet) => result.context("cannot print the requests"),
        result = tokio::signal::ctrl_c() => result.context("cannot wait for Ctrl-C"),
    }
}

/// Prints each finished request, unless `quiet`. In both cases, it removes them from the log, which would grow.
async fn report(server: &GitHub, quiet: bool) -> io::Result<()> {
    let mut tick = interval(TICK);
    loop {
        tick.tick().await;
        for request in server.take_finished() {
            if !quiet {
                let (method, path) = (request.method, request.path);
                let (status, bytes) = (request.status, request.bytes_sent);
                writeln!(io::stdout(), "{method} {path} {status} {bytes}")?;
            }
        }
    }
}
