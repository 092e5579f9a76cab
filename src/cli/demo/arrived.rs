//! The files that the stand-in writes, read back.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// A line, as far as the account needs it.
#[derive(Debug)]
pub(super) struct Arrival {
    /// The record's id: `logwalk.id`.
    pub(super) id: String,
    /// When it happened: `logwalk.event_time`.
    pub(super) happened: String,
}

/// What is in one integration file.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    /// The source of its logs: `logwalk.source`.
    pub(super) source: String,
    /// Its logs, in order.
    pub(super) arrivals: Vec<Arrival>,
    /// Lines that are no log: what a kill in the middle of writing leaves.
    pub(super) torn: usize,
    /// The last log in full.
    pub(super) sample: Value,
}

#[derive(Deserialize)]
struct Log {
    logwalk: Own,
}

#[derive(Deserialize)]
struct Own {
    id: String,
    source: String,
    event_time: String,
}

/// Reads the text of an integration file.
pub(super) fn read(text: &str) -> Arrived {
    let mut arrived = Arrived::default();
    let mut sample = "";
    for line in text.lines() {
        let Ok(Log { logwalk }) = serde_json::from_str(line) else {
            arrived.torn += 1;
            continue;
        };
        arrived.arrivals.push(Arrival {
            id: logwalk.id,
            happened: logwalk.event_time,
        });
        arrived.source = logwalk.source;
        sample = line;
    }
    arrived.sample = serde_json::from_str(sample).unwrap_or_default();
    arrived
}

/// Every integration file below a run path, by name.
pub(super) fn files(run_path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(run_path.join("integrations")) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// How many records came after one that happened later: found because each poll looks back.
pub(super) fn late(arrivals: &[Arrival]) -> usize {
    let mut newest = "";
    let mut seen = HashSet::new();
    let mut late = 0;
    for arrival in arrivals {
        // What a crash repeats is no late record.
        if !seen.insert(arrival.id.as_str()) {
            continue;
        }
        if arrival.happened.as_str() < newest {
            late += 1;
        } else {
            newest = &arrival.happened;
        }
    }
    late
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str) -> String {
        format!(r#"{{"logwalk":{{"id":"{id}","source":"s","event_time":"2026-01-01T00:00:00Z"}}}}"#)
    }

    #[test]
    fn a_torn_line_is_no_log_and_hides_no_other() {
        let whole = line("a");
        let text = format!("{whole}\n{}\n{}\n", &whole[..20], line("b"));
        let arrived = read(&text);
        let ids: Vec<&str> = arrived.arrivals.iter().map(|one| one.id.as_str()).collect();
        assert_eq!((ids, arrived.torn), (vec!["a", "b"], 1));
        assert_eq!(arrived.source, "s");
    }

    #[test]
    fn late_is_what_comes_for_the_first_time_behind_something_newer() {
        let arrival = |(id, happened): (&str, &str)| Arrival {
            id: id.to_owned(),
            happened: happened.to_owned(),
        };
        let order = [("a", "1"), ("c", "3"), ("a", "1"), ("b", "2"), ("d", "3")];
        assert_eq!(late(&order.map(arrival)), 1);
    }
}
