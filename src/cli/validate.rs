//! `logwalk validate`: a configuration judged without asking any API.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::conf::{ConfFile, Finding, in_order};
use super::stop::Stop;
use super::wording;
use crate::config::Config;
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
#[derive(Default)]
struct Report {
    problems: Vec<Finding>,
    notes: Vec<Finding>,
    streams: Vec<(String, Config)>,
}

/// Where each stream was met first: all files of a folder are one check's.
type Met = BTreeMap<String, String>;

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let mut met = Met::new();
    let mut wrong = Vec::new();
    for path in &arguments.config {
        let report = match ConfFile::read(path) {
            Ok(file) => judged(&file, &mut met),
            Err(unreadable) => Report {
                problems: vec![unreadable],
                ..Report::default()
            },
        };
        let name = path.display().to_string();
        if arguments.json {
            writeln!(out, "{}", report.as_json(&name))?;
        } else {
            report.print(&name, out)?;
        }
        match report.problems.len() {
            0 => {}
            1 => wrong.push(format!("{name}: 1 problem")),
            many => wrong.push(format!("{name}: {many} problems")),
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Stop::Usage(wrong))
}

fn judged(file: &ConfFile, met: &mut Met) -> Report {
    let mut problems = file.problems();
    let (mut notes, mut streams) = (Vec::new(), Vec::new());
    for instance in file.instances() {
        let at = instance.at;
        let missing = instance.missing.iter();
        notes.extend(missing.map(|(at, named)| file.finding(at, named.note())));
        let config = match instance.config {
            Ok(config) => config,
            Err(findings) => {
                problems.extend(findings);
                continue;
            }
        };
        match met.entry(config.identity()) {
            Entry::Vacant(first) => {
                first.insert(file.finding(&at, "").place());
            }
            Entry::Occupied(first) => problems.push(file.finding(
                &at,
                format!(
                    "the same stream as {}: remove one of the two, or give one its own `stream`",
                    first.get()
                ),
            )),
        }
        streams.push((at, config));
    }
    Report {
        problems: in_order(problems),
        notes: in_order(notes),
        streams,
    }
}

impl Report {
    fn print(&self, name: &str, out: &mut dyn Write) -> Result<(), Stop> {
        for (at, config) in &self.streams {
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
        for note in &self.notes {
            writeln!(out, "{note} (a note)")?;
        }
        for problem in &self.problems {
            writeln!(out, "{problem}")?;
        }
        if self.problems.is_empty() {
            let number = self.streams.len();
            let streams = if number == 1 { "stream" } else { "streams" };
            writeln!(out, "{name}: valid, {number} {streams}")?;
        }
        Ok(())
    }

    fn as_json(&self, name: &str) -> Value {
        let findings =
            |findings: &[Finding]| -> Value { findings.iter().map(Finding::as_json).collect() };
        let streams = self.streams.iter();
        json!({
            "file": name,
            "valid": self.problems.is_empty(),
            "problems": findings(&self.problems),
            "notes": findings(&self.notes),
            "streams": streams.map(|(at, config)| as_json(at, config)).collect::<Value>(),
        })
    }
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
