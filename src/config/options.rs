//! The options that stand alone: where to begin, where places live, how much a run may do.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::{AgentFacts, Destination, Limits, Start, Store};
use crate::deliver::datadog;
use crate::error::Result;
use crate::log::TooOld;
use crate::time::Time;
use crate::written::{Fields, Written, duration, nearest};

/// Datadog takes logs at their own time for 18 hours.
const DEFAULT_START: Duration = Duration::from_hours(18);
/// What a run sends at most where nothing says what became of it: less than half of the file that
/// the Agent empties when it is full.
pub const RUN_BYTES: u64 = 4 << 20;
/// What Agents of any age pass on whole.
const LOG_BYTES: usize = 250_000;
/// Room for a log's own fields around a record that was cut.
const LEAST_LOG_BYTES: u64 = 512;
const BODY_BYTES: u64 = 64 << 20;
const LEAST_BODY_BYTES: u64 = 1_024;
/// The rest of the interval is for the page under way and what comes after the run.
const SHARE_OF_INTERVAL: f64 = 0.8;
/// The label goes into file names and tags.
const LONGEST_STREAM: usize = 100;

/// Where the very first run begins.
pub(super) fn start(value: &Written) -> Result<Start> {
    const RIGHT: &str = "a span of time back from now such as 18h, an RFC 3339 time, now or oldest";
    match value.value {
        Value::Null => Ok(Start::Ago(DEFAULT_START)),
        Value::String(text) => match text.trim() {
            "now" => Ok(Start::Ago(Duration::ZERO)),
            "oldest" => Ok(Start::Oldest),
            other => duration(other)
                .map(Start::Ago)
                .or_else(|| Time::parse(other).map(Start::At))
                .ok_or_else(|| value.problem(format!("expected {RIGHT}, found `{other}`"))),
        },
        Value::Number(_) => Ok(Start::Ago(value.duration()?.unwrap_or(DEFAULT_START))),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(value.wrong(RIGHT)),
    }
}

/// The label that keeps two instances of one source apart.
pub(super) fn stream(value: &Written) -> Result<Option<String>> {
    let Some(label) = value.scalar()? else {
        return Ok(None);
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if label.is_empty() || label.len() > LONGEST_STREAM || !label.chars().all(plain) {
        return Err(value.problem(format!(
            "expected a label of letters, digits, _, -, . and /, at most {LONGEST_STREAM} bytes long"
        )));
    }
    Ok(Some(label))
}

/// What becomes of records older than Datadog takes at their own time.
pub(super) fn too_old(value: &Written) -> Result<TooOld> {
    let words = [
        ("restamp", TooOld::Restamp),
        ("keep", TooOld::Keep),
        ("skip", TooOld::Skip),
    ];
    Ok(value.word(&words)?.unwrap_or(TooOld::Restamp))
}

/// How often the check runs.
pub(super) fn interval(value: &Written, agent: &AgentFacts) -> Result<Duration> {
    // To the Agent, nought is the same as nothing.
    if value.value.as_f64() == Some(0.0) {
        return Ok(agent.default_interval);
    }
    Ok(seconds(value)?.unwrap_or(agent.default_interval))
}

fn seconds(value: &Written) -> Result<Option<Duration>> {
    let Some(seconds) = value.positive()? else {
        return Ok(None);
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(span) => Ok(Some(span)),
        Err(_) => Err(value.problem("expected seconds that fit a lifetime")),
    }
}

/// How much one run may do.
pub(super) fn limits(
    written: &Written,
    interval: Duration,
    agent: &AgentFacts,
    destination: &Destination,
) -> Result<Limits> {
    let fields = written.fields(&[
        "run_bytes",
        "run_seconds",
        "log_bytes",
        "body_bytes",
        "requests_per_second",
    ])?;
    let run_seconds = seconds(&fields.at("run_seconds"))?;
    Ok(Limits {
        run_bytes: fields.at("run_bytes").whole(1)?,
        run_seconds: Some(
            run_seconds.map_or(interval.as_secs_f64() * SHARE_OF_INTERVAL, |span| {
                span.as_secs_f64()
            }),
        ),
        log_bytes: match destination {
            Destination::Agent => log_bytes(&fields.at("log_bytes"), agent)?,
            Destination::Datadog(_) => direct_log_bytes(&fields.at("log_bytes"))?,
        },
        body_bytes: fields
            .at("body_bytes")
            .whole(LEAST_BODY_BYTES)?
            .unwrap_or(BODY_BYTES),
        requests_per_second: fields.at("requests_per_second").positive()?,
    })
}

fn log_bytes(value: &Written, agent: &AgentFacts) -> Result<usize> {
    let most = agent.max_message_bytes;
    let Some(wanted) = value.whole(LEAST_LOG_BYTES)? else {
        return Ok(most.unwrap_or(LOG_BYTES));
    };
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    match most {
        Some(most) if wanted > most => Err(value.problem(format!(
            "{wanted} is more than the Agent passes on whole, which is {most}; raise logs_config.max_message_size_bytes or lower this"
        ))),
        Some(_) | None => Ok(wanted),
    }
}

fn direct_log_bytes(value: &Written) -> Result<usize> {
    match value.whole(LEAST_LOG_BYTES)?.map(usize::try_from) {
        None => Ok(datadog::LOG_BYTES),
        Some(Ok(wanted)) if wanted <= datadog::LOG_BYTES => Ok(wanted),
        Some(_) => Err(value.problem(format!(
            "expected at most {}, which is what the intake takes whole",
            datadog::LOG_BYTES
        ))),
    }
}

/// Where the resume point lives.
pub(super) fn store(value: &Written) -> Result<Store> {
    const STORES: &str = "expected `agent` or {type: file, path: ...}, the stores of this version";
    match kind(value, &["type", "path", "url"])?.as_deref() {
        None | Some("agent") => Ok(Store::Agent),
        Some("file") => {
            let fields = value.fields(&["type", "path"])?;
            Ok(Store::File(PathBuf::from(fields.required("path")?)))
        }
        Some(other) => {
            let hint = match nearest(other, &["agent", "file"]) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            Err(value.problem(format!("{STORES}, found `{other}`{hint}")))
        }
    }
}

/// The word itself, or a mapping's `type`.
pub(super) fn kind(value: &Written, known: &[&str]) -> Result<Option<String>> {
    match value.value {
        Value::Null | Value::String(_) => value.text(),
        Value::Object(_) => {
            let fields: Fields = value.any_fields()?;
            let word = fields.required("type")?;
            // Of a kind that there is, the other keys are judged as well.
            if matches!(word.as_str(), "agent" | "file") {
                value.fields(known)?;
            }
            Ok(Some(word))
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            Err(value.wrong("a word or a mapping with `type`"))
        }
    }
}
