//! Streams in a table, for a person.

use std::io::Write;
use std::time::Duration;

use super::facts::{Facts, State};
use crate::cli::stop::Stop;
use crate::cli::wording;
use crate::time::Time;

const NOTHING: &str = "-";

const HEADS: [&str; 8] = [
    "stream",
    "state",
    "delivered to",
    "lag",
    "last success",
    "failures",
    "retention left",
    "unconfirmed",
];

/// A row a stream, and below what should be known about one.
pub(super) fn print(rows: &[Facts], now: Time, out: &mut dyn Write) -> Result<(), Stop> {
    let cells: Vec<[String; 8]> = rows.iter().map(|row| cells(row, now)).collect();
    wording::table(&HEADS.map(str::to_owned), &cells, out)?;
    for row in rows {
        let error = row.health.as_ref().and_then(|health| {
            let failing = health.failures_in_a_row > 0;
            health.last_error.as_ref().filter(|_| failing)
        });
        if let Some(error) = error {
            writeln!(out, "{}: failing: {}", row.label, wording::visible(error))?;
        }
        for said in &row.said {
            writeln!(out, "{}: {}", row.label, wording::visible(said))?;
        }
    }
    Ok(())
}

fn cells(row: &Facts, now: Time) -> [String; 8] {
    let span = |span: Option<Duration>| span.map_or(NOTHING.to_owned(), wording::span);
    let state = match row.state {
        State::Waiting(until) => format!("waiting {}", wording::span(until.since(now))),
        other => other.word().to_owned(),
    };
    let failures = row.health.as_ref().map(|health| health.failures_in_a_row);
    [
        row.label.clone(),
        state,
        row.reached
            .map_or(NOTHING.to_owned(), |time| time.to_string()),
        span(row.lag),
        ago(row.last_success, now),
        failures.map_or(NOTHING.to_owned(), |failures| failures.to_string()),
        span(row.retention_left),
        match row.unconfirmed {
            0 => NOTHING.to_owned(),
            bytes => format!(
                "{} B",
                wording::grouped(usize::try_from(bytes).unwrap_or(usize::MAX))
            ),
        },
    ]
}

/// How long ago a moment was.
pub(super) fn ago(time: Option<Time>, now: Time) -> String {
    time.map_or(NOTHING.to_owned(), |time| {
        format!("{} ago", wording::span(now.since(time)))
    })
}
