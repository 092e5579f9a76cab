//! What was done and what is left, for a person or a script.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::plan::Plan;
use super::windows::Stand;
use crate::cli::run::board::Row;
use crate::cli::stop::Stop;
use crate::cli::wording;
use crate::config::Config;
use crate::error::Result;
use crate::walk::Range;

/// What is counted, in the words for a person and a script.
const COUNTS: [(&str, &str, &str); 6] = [
    ("records", "records_sent", "records"),
    ("bytes", "bytes_sent", "bytes"),
    ("duplicates", "records_duplicate", "known already"),
    ("rejected", "records_rejected", "refused for good"),
    ("truncated", "records_truncated", "cut to fit"),
    ("too_old", "records_too_old", "too old for their own time"),
];

/// What one call came to.
pub(super) struct Summary {
    label: String,
    range: Range,
    windows: usize,
    finished: usize,
    counts: Vec<u64>,
    lasted: Duration,
}

impl Summary {
    pub(super) fn of(
        config: &Config,
        plan: &Plan,
        rows: &[Arc<Row>],
        lasted: Duration,
    ) -> Result<Self> {
        let stands = plan.stands(&config.source)?;
        let finished = stands.iter().filter(|stand| **stand == Stand::Finished);
        Ok(Self {
            label: config.label(),
            range: plan.range(),
            windows: stands.len(),
            finished: finished.count(),
            counts: COUNTS.map(|(_, name, _)| counted(rows, name)).to_vec(),
            lasted,
        })
    }

    /// Whether the whole range is delivered.
    pub(super) fn is_finished(&self) -> bool {
        self.finished == self.windows
    }

    /// What is left to do, and why.
    pub(super) fn left(&self, why: &str) -> String {
        format!(
            "{}: {why}; {} of {} windows are left, and the same command goes on with them",
            self.label,
            self.windows - self.finished,
            self.windows
        )
    }

    pub(super) fn tell(&self, as_json: bool, out: &mut dyn Write) -> std::result::Result<(), Stop> {
        if as_json {
            let mut all = facts(&self.label, self.range);
            all["finished"] = json!(self.is_finished());
            all["windows"] = json!({"all": self.windows, "finished": self.finished});
            for ((name, ..), number) in COUNTS.iter().zip(&self.counts) {
                all[*name] = json!(number);
            }
            all["seconds"] = json!(self.lasted.as_secs_f64());
            writeln!(out, "{all}")?;
            return Ok(());
        }
        let state = if self.is_finished() {
            "is delivered"
        } else {
            "is delivered in part"
        };
        writeln!(
            out,
            "{}: {} to {} {state}, {} of {} windows",
            self.label, self.range.from, self.range.to, self.finished, self.windows
        )?;
        for ((_, _, words), number) in COUNTS.iter().zip(&self.counts) {
            let number = wording::grouped(usize::try_from(*number).unwrap_or(usize::MAX));
            writeln!(out, "  {words:<27} {number:>16}")?;
        }
        let lasted = format!("{:.1} s", self.lasted.as_secs_f64());
        writeln!(out, "  {:<27} {lasted:>16}", "this call took")?;
        Ok(())
    }
}

/// What would be walked.
pub(super) fn dry(
    config: &Config,
    plan: &Plan,
    warnings: &[String],
    as_json: bool,
    out: &mut dyn Write,
) -> std::result::Result<(), Stop> {
    let windows = plan.windows();
    let stands = plan.stands(&config.source)?;
    let mut rows = windows.ranges.iter().zip(&stands);
    if as_json {
        let rows: Vec<Value> = rows.map(|(range, stand)| window(*range, *stand)).collect();
        let mut all = facts(&config.label(), plan.range());
        all["windows"] = json!(rows);
        all["warnings"] = json!(warnings);
        writeln!(out, "{all}")?;
        return Ok(());
    }
    for words in warnings {
        writeln!(out, "warning: {words}")?;
    }
    let range = plan.range();
    writeln!(
        out,
        "{}: {} to {}, {} windows; nothing is sent",
        config.label(),
        range.from,
        range.to,
        stands.len()
    )?;
    rows.try_for_each(|(range, stand)| {
        let state = match stand {
            Stand::NotBegun => "to be walked".to_owned(),
            Stand::At(time) => format!("delivered to {time}"),
            Stand::Finished => "finished".to_owned(),
        };
        writeln!(out, "  {}  {}  {state}", range.from, range.to)
    })?;
    Ok(())
}

fn window(range: Range, stand: Stand) -> Value {
    let (state, reached) = match stand {
        Stand::NotBegun => ("not begun", None),
        Stand::At(time) => ("under way", Some(time.to_string())),
        Stand::Finished => ("finished", Some(range.to.to_string())),
    };
    json!({"from": range.from.to_string(), "to": range.to.to_string(), "state": state,
        "delivered_to": reached})
}

fn facts(label: &str, range: Range) -> Value {
    json!({"stream": label, "from": range.from.to_string(), "to": range.to.to_string()})
}

/// One counter over all connections.
pub(super) fn counted(rows: &[Arc<Row>], name: &str) -> u64 {
    let of = |row: &Arc<Row>| row.view().counters.get(&(name, None)).copied();
    rows.iter().filter_map(of).sum()
}
