//! `logwalk demo`: the whole path on one machine, with a restart and a kill, and an account of it.

mod account;
mod aim;
mod arrived;
mod book;
mod folder;
mod outcome;
mod play;
mod scene;
mod stand_in;
mod told;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::patience::End;
use super::stop::Stop;
use folder::Folder;

const NEEDS_PYTHON: &str = "the demo runs the Python check in a Python process, and this binary was \
    started without Python; install the wheel (or run `make build` in the repository) and use the \
    `logwalk` command that comes with it";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print the account as JSON
    #[arg(long)]
    json: bool,
    /// Write to this folder, new or empty, and leave it there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(crate) fn run(
    arguments: &Arguments,
    python: Option<String>,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let Some(python) = python else {
        return Err(Stop::usage(NEEDS_PYTHON));
    };
    let end = End::watched(false)?;
    let folder = Folder::made(arguments.keep.as_deref())?;
    let mut nobody = io::sink();
    let listener: &mut dyn Write = if arguments.json { &mut nobody } else { out };
    let outcome = play::play(&python, folder.path(), &end, listener)?;
    if arguments.json {
        let account = serde_json::to_string_pretty(&outcome).map_err(io::Error::from)?;
        writeln!(out, "{account}")?;
    } else {
        told::account(&outcome, out)?;
        if arguments.keep.is_some() {
            writeln!(out, "\nAll of it is in {}.", folder.path().display())?;
        }
    }
    out.flush()?;
    if outcome.is_good() {
        return Ok(());
    }
    Err(Stop::Short(outcome.problems()))
}
