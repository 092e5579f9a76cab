//! `logwalk status`: how each stream and its backfills stand, by what is kept; no API is asked.

mod backfills;
mod facts;
mod table;

use std::io::Write;

use clap::Args;

use super::backfill::Begun;
use super::choice::Choice;
use super::cursor::decides_the_place;
use super::stop::Stop;
use super::store::AgentPath;
use crate::error::Error;
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
        // What cannot be read hides nothing else.
        let mut short = |error: Error| fell_short.push(format!("{}: {error}", config.label()));
        let (mut backfills, unread) = Begun::all(&config);
        backfills.retain(|begun| !begun.is_finished());
        unread.into_iter().for_each(&mut short);
        match read {
            Ok(facts) => rows.push(Facts { backfills, ..facts }),
            Err(error) => short(error),
        }
    }
    if arguments.json {
        for row in &rows {
            writeln!(out, "{}", row.as_json())?;
        }
    } else {
        table::print(&rows, now, out)?;
        backfills::print(&rows, now, out)?;
    }
    if fell_short.is_empty() {
        return Ok(());
    }
    Err(Stop::Short(fell_short))
}
