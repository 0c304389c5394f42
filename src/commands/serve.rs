//! `cairn serve`. It is the default command, so plain `cairn` does the same.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::Exit;
use crate::config::Config;
use crate::serve::{self, RefreshPolicy};

#[derive(Debug, Default, Args)]
pub(super) struct ServeArguments {
    /// Address and port [default: 127.0.0.1:7878, or the configuration's]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Allow other machines: needed to listen on an address that they can reach
    #[arg(long)]
    public: bool,
    /// For development: read stylesheet, scripts and icons from this folder for each request
    #[arg(long, value_name = "DIR")]
    web: Option<PathBuf>,
    /// Serve only; fetch nothing
    #[arg(long)]
    no_refresh: bool,
}

pub(super) fn run(config: Config, arguments: ServeArguments) -> anyhow::Result<Exit> {
    let mut config = config.with_admin_token()?;
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    config.public |= arguments.public;
    if let Some(folder) = &arguments.web
        && !folder.is_dir()
    {
        bail!("--web {} is not a folder; in a checkout, use web", folder.display());
    }
    config.web_folder = arguments.web;
    let refreshing =
        if arguments.no_refresh { RefreshPolicy::Never } else { RefreshPolicy::Scheduled };
    if refreshing == RefreshPolicy::Scheduled {
        config.github_token()?;
    }
    serve::serve(config, refreshing)?;
    Ok(Exit::Done)
}
