//! `logwalk cursor`: the resume point as something a person can read and move.

mod carried;
pub(crate) mod place;
mod shown;

use std::io::{self, Read, Write};

use clap::{Args, Subcommand};

use super::choice::Choice;
use super::stop::Stop;
use super::store::{AgentPath, Opened};
use super::wording;
use crate::config::Config;
use crate::keep::Kept;
use crate::time::Time;

/// A place holds some 65 000 ids at most, about a megabyte; what is larger is something else.
const LARGEST_IMPORT: u64 = 16 << 20;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Where a stream stands; without a choice, each stream of the file
    Show {
        #[command(flatten)]
        choice: Choice,
        /// A JSON object a stream
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        agent: AgentPath,
    },
    /// Go on from a cursor of the API's, or from a time
    Set {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        to: Target,
        #[command(flatten)]
        moving: Moving,
    },
    /// Forget the resume point: the next run begins at `start`
    Reset {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        moving: Moving,
    },
    /// Write the resume point to standard output, as JSON
    Export {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        agent: AgentPath,
    },
    /// Take a resume point that was exported from standard input
    Import {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        moving: Moving,
    },
}

/// What moves a resume point needs to know of the Agent.
#[derive(Debug, Args)]
struct Moving {
    #[command(flatten)]
    agent: AgentPath,
    /// Move it although an Agent may be running
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// The cursor of the page to be read next
    #[arg(long, value_name = "T")]
    token: Option<String>,
    /// Records from this moment on, such as 2026-11-20T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = wording::moment)]
    time: Option<Time>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    match &arguments.verb {
        Verb::Show {
            choice,
            json,
            agent,
        } => show(choice, agent, *json, out),
        Verb::Set { choice, to, moving } => set(choice, to, moving, out),
        Verb::Reset { choice, moving } => reset(choice, moving, out),
        Verb::Export { choice, agent } => export(choice, agent, out),
        Verb::Import { choice, moving } => import(choice, moving, out),
    }
}

fn show(choice: &Choice, agent: &AgentPath, json: bool, out: &mut dyn Write) -> Result<(), Stop> {
    for (index, config) in choice.streams(decides_the_place)?.iter().enumerate() {
        let mut opened = agent.open(config)?;
        let kept = opened.load()?;
        if json {
            let line = shown::as_json(config, opened.path(), &kept)?;
            writeln!(out, "{line}")?;
            continue;
        }
        if index > 0 {
            writeln!(out)?;
        }
        shown::print(config, opened.path(), &kept, Time::now(), out)?;
    }
    Ok(())
}

fn set(choice: &Choice, to: &Target, moving: &Moving, out: &mut dyn Write) -> Result<(), Stop> {
    let config = choice.stream(decides_the_place)?;
    let mut file = moving.open(&config)?;
    let kept = file.load()?;
    let now = Time::now();
    let place = match (&to.token, to.time) {
        (Some(token), _) => place::at_token(&config, &kept, token, now)?,
        (None, Some(time)) => place::at_time(time, now),
        (None, None) => return Err(Stop::usage("give --token or --time")),
    };
    let sequence = moved(&mut file, &kept, &place::written(&place)?)?;
    writeln!(out, "{}: moved, number {sequence}", config.label())?;
    Ok(())
}

fn reset(choice: &Choice, moving: &Moving, out: &mut dyn Write) -> Result<(), Stop> {
    let config = choice.stream(decides_the_place)?;
    moving.open(&config)?.reset()?;
    let start = wording::start(config.start);
    writeln!(
        out,
        "{}: reset, the next run begins at `start`: {start}",
        config.label()
    )?;
    Ok(())
}

fn export(choice: &Choice, agent: &AgentPath, out: &mut dyn Write) -> Result<(), Stop> {
    let config = choice.stream(decides_the_place)?;
    let mut file = agent.open(&config)?;
    let kept = file.load()?;
    warn(&kept);
    match carried::text(&config, &kept)? {
        Some(text) => writeln!(out, "{text}")?,
        None => {
            return Err(Stop::short(format!(
                "{}: nothing is kept in {}",
                config.label(),
                file.path().display()
            )));
        }
    }
    Ok(())
}

fn import(choice: &Choice, moving: &Moving, out: &mut dyn Write) -> Result<(), Stop> {
    let config = choice.stream(decides_the_place)?;
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(LARGEST_IMPORT)
        .read_to_string(&mut text)
        .map_err(|error| Stop::usage(format!("standard input cannot be read: {error}")))?;
    let place = carried::place(&config, &text)?;
    let mut file = moving.open(&config)?;
    let kept = file.load()?;
    let sequence = moved(&mut file, &kept, &place::written(&place)?)?;
    writeln!(out, "{}: imported, number {sequence}", config.label())?;
    Ok(())
}

fn moved(file: &mut Opened, kept: &Kept, place: &str) -> Result<u64, Stop> {
    warn(kept);
    let sequence = kept.sequence.saturating_add(1);
    file.save(sequence, place)?;
    Ok(sequence)
}

/// What was found wrong, beside the answer so that a script can still read that.
fn warn(kept: &Kept) {
    for said in &kept.said {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(io::stderr(), "warning: {said}");
    }
}

impl Moving {
    fn open(&self, config: &Config) -> Result<Opened, Stop> {
        self.agent.open_to_move(config, self.force)
    }
}

/// Whether a value of an instance is part of what a resume point is kept under.
pub(crate) fn decides_the_place(path: &str) -> bool {
    let option = path.split(['.', '[']).next();
    option.is_some_and(|option| {
        ["source", "settings", "base_url", "query", "stream", "store"].contains(&option)
    })
}
