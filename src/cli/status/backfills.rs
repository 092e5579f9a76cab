//! Ranges of the past that are walked, or were broken off, beside a stream's live tail.

use std::io::Write;

use serde_json::{Value, json};

use super::facts::Facts;
use super::table::ago;
use crate::cli::backfill::Begun;
use crate::cli::stop::Stop;
use crate::cli::wording;
use crate::time::Time;

const HEADS: [&str; 6] = [
    "backfill",
    "from",
    "to",
    "state",
    "delivered",
    "last success",
];

/// As scripts read it.
fn state(begun: &Begun) -> &'static str {
    if begun.is_walked {
        "under way"
    } else {
        "broken off"
    }
}

/// A row for each, below the streams; nothing where there is none.
pub(super) fn print(rows: &[Facts], now: Time, out: &mut dyn Write) -> Result<(), Stop> {
    let of_stream = |row: &Facts| -> Vec<[String; 6]> {
        let cells = |begun: &Begun| cells(&row.label, begun, now);
        row.backfills.iter().map(cells).collect()
    };
    let cells: Vec<[String; 6]> = rows.iter().flat_map(of_stream).collect();
    if !cells.is_empty() {
        writeln!(out)?;
        wording::table(&HEADS.map(str::to_owned), &cells, out)?;
    }
    Ok(())
}

fn cells(label: &str, begun: &Begun, now: Time) -> [String; 6] {
    let (done, whole) = (begun.done, begun.range.span());
    [
        label.to_owned(),
        begun.range.from.to_string(),
        begun.range.to.to_string(),
        state(begun).to_owned(),
        format!("{} of {}", wording::span(done), wording::span(whole)),
        ago(begun.last_success, now),
    ]
}

/// How long the rest will take only the process that walks it knows.
pub(super) fn as_json(begun: &Begun) -> Value {
    json!({
        "from": begun.range.from.to_string(),
        "to": begun.range.to.to_string(),
        "state": state(begun),
        "delivered_seconds": begun.done.as_secs(),
        "span_seconds": begun.range.span().as_secs(),
        "windows": {"all": begun.windows, "finished": begun.finished},
        "last_success": begun.last_success.map(|time| time.to_string()),
    })
}
