//! `logwalk status`: how each stream stands, by what it keeps; no API is asked.

mod facts;
mod table;

use std::io::Write;

use clap::Args;

use super::choice::Choice;
use super::cursor::decides_the_place;
use super::stop::Stop;
use super::store::AgentPath;
use crate::time::Time;
use facts::Facts;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    agent: AgentPath,
    /// One JSON object a stream
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let now = Time::now();
    let receipts = arguments.agent.receipts();
    let mut rows = Vec::new();
    let mut fell_short = Vec::new();
    for config in arguments.choice.streams(decides_the_place)? {
        let mut opened = arguments.agent.open(&config)?;
        let read = opened
            .load()
            .and_then(|kept| Facts::of(&config, &kept, opened.health(), &receipts, now));
        match read {
            Ok(facts) => rows.push(facts),
            // One stream that cannot be read hides no other.
            Err(error) => fell_short.push(format!("{}: {error}", config.label())),
        }
    }
    if arguments.json {
        for row in &rows {
            writeln!(out, "{}", row.as_json())?;
        }
    } else {
        table::print(&rows, now, out)?;
    }
    if fell_short.is_empty() {
        return Ok(());
    }
    Err(Stop::Short(fell_short))
}
