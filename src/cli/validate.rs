//! `logwalk validate`: a configuration judged without asking any API.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::conf::{ConfFile, Instance, once_each};
use super::secret::Named;
use super::stop::Stop;
use super::wording;
use crate::config::Config;
use crate::error::Error;
use crate::source::Ask;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A conf.yaml; several are judged one after the other
    #[arg(short, long = "config", value_name = "FILE", required = true, num_args = 1..)]
    config: Vec<PathBuf>,
    /// One JSON object a file
    #[arg(long)]
    json: bool,
}

/// What was found in one file.
struct Report {
    problems: Vec<String>,
    notes: Vec<String>,
    streams: Vec<(String, Config)>,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let mut problems = Vec::new();
    for path in &arguments.config {
        let report = match ConfFile::read(path) {
            Ok(file) => judged(&file),
            Err(Stop::Usage(unreadable)) => Report {
                problems: unreadable,
                notes: Vec::new(),
                streams: Vec::new(),
            },
            Err(stop) => return Err(stop),
        };
        if arguments.json {
            let streams: Vec<_> = report
                .streams
                .iter()
                .map(|(at, config)| as_json(at, config))
                .collect();
            let line = json!({
                "file": path.display().to_string(),
                "valid": report.problems.is_empty(),
                "problems": report.problems,
                "notes": report.notes,
                "streams": streams,
            });
            writeln!(out, "{line}")?;
        } else {
            print(&report, &path.display().to_string(), out)?;
        }
        problems.extend(report.problems);
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Stop::Usage(problems))
}

fn judged(file: &ConfFile) -> Report {
    let mut problems: Vec<String> = file
        .problems()
        .iter()
        .map(|error| file.told(error))
        .collect();
    let (mut notes, mut streams) = (Vec::new(), Vec::new());
    let mut first_of = BTreeMap::new();
    for Instance {
        at,
        config,
        missing,
    } in file.instances()
    {
        notes.extend(missing.iter().map(|(at, named)| note(file, at, named)));
        let config = match config {
            Ok(config) => config,
            Err(errors) => {
                problems.extend(errors.iter().map(|error| file.told(error)));
                continue;
            }
        };
        if let Some(first) = first_of.insert(config.identity(), at.clone()) {
            let twice = format!(
                "the same stream as {first}: remove one of the two, or give one its own `stream`"
            );
            problems.push(file.told(&Error::config(&at, twice)));
        }
        streams.push((at, config));
    }
    Report {
        problems: once_each(problems),
        notes: once_each(notes),
        streams,
    }
}

fn note(file: &ConfFile, at: &str, named: &Named) -> String {
    format!("{}: {at}: {}", file.spot(at), named.note())
}

fn print(report: &Report, name: &str, out: &mut dyn Write) -> Result<(), Stop> {
    for (at, config) in &report.streams {
        writeln!(out, "{} ({at})", config.label())?;
        writeln!(out, "  {}", endpoint(config))?;
        writeln!(
            out,
            "  from {}, kept in {}, identity {}",
            wording::start(config.start),
            wording::store(&config.store),
            wording::short(&config.identity()),
        )?;
    }
    for note in &report.notes {
        writeln!(out, "note: {note}")?;
    }
    if report.problems.is_empty() {
        let number = report.streams.len();
        let streams = if number == 1 { "stream" } else { "streams" };
        writeln!(out, "{name}: valid, {number} {streams}")?;
    }
    Ok(())
}

fn as_json(at: &str, config: &Config) -> Value {
    json!({
        "instance": at,
        "stream": config.label(),
        "source": config.source.name,
        "endpoint": endpoint(config),
        "start": wording::start(config.start),
        "store": wording::store(&config.store),
        "identity": config.identity(),
    })
}

/// What is asked, without its query: that may hold what is nobody's business.
fn endpoint(config: &Config) -> String {
    match config.source.call(&config.filling, &Ask::default()) {
        Ok(call) => format!("{call:?}"),
        Err(error) => error.to_string(),
    }
}
