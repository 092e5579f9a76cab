//! What the records say: realistic, never the same twice, and decided by the seed.

mod agent_handler;
mod datadog;
mod tool;
mod words;
mod written;

use super::chance::Chance;
use super::ledger::Place;
use super::stream::Stream;
use crate::time::Time;

/// A record is full once its last item is written, about so many bytes beyond the aim.
const OVERSHOOT: u64 = 250;

/// How a vendor's records look.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    pub(crate) seed: u64,
    /// The size aimed at; single records lie around it.
    pub(crate) bytes: usize,
    /// How many tool calls are first seen as pending and change later.
    pub(crate) pending_share: f64,
}

impl Style {
    #[cfg(test)]
    pub(crate) fn plain(seed: u64) -> Self {
        Self {
            seed,
            bytes: 1_000,
            pending_share: 0.0,
        }
    }
}

/// What belongs to one record: its place, its chance, and how far it may grow.
struct Draft<'a> {
    chance: Chance,
    id: String,
    place: Place,
    now: Time,
    style: &'a Style,
    /// The length of the output at which the record is as large as it should be.
    full_at: usize,
}

/// Writes a record as JSON.
pub(crate) fn write(stream: Stream, style: &Style, place: Place, now: Time, out: &mut String) {
    let mut chance = Chance::of(&[style.seed, stream.salt(), place.number, 4]);
    let bytes = style.bytes as u64;
    let aimed_at = (bytes * 6 / 10 + chance.below(bytes * 8 / 10 + 1)).saturating_sub(OVERSHOOT);
    let mut draft = Draft {
        chance,
        id: id(stream, style.seed, place.number),
        place,
        now,
        style,
        full_at: out.len() + usize::try_from(aimed_at).unwrap_or(style.bytes),
    };
    match stream {
        Stream::ToolCalls => agent_handler::tool_call(&mut draft, out),
        Stream::ApiCalls => agent_handler::api_call(&mut draft, out),
        Stream::AuditLog => agent_handler::audit_entry(&mut draft, out),
        Stream::DatadogAudit => datadog::audit_event(&mut draft, out),
        Stream::DatadogLogs => datadog::log_event(&mut draft, out),
    }
}

/// The id of a record.
pub(crate) fn id(stream: Stream, seed: u64, number: u64) -> String {
    let mut chance = Chance::of(&[seed, stream.salt(), number, 5]);
    match stream {
        Stream::ToolCalls | Stream::ApiCalls | Stream::AuditLog => written::uuid(&mut chance),
        Stream::DatadogAudit | Stream::DatadogLogs => written::event_id(&mut chance),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    fn record(stream: Stream, number: u64, bytes: usize) -> String {
        let mut style = Style::plain(9);
        style.bytes = bytes;
        let place = Place {
            time: Time(1_763_631_000_123),
            number,
        };
        let mut out = String::new();
        write(stream, &style, place, place.time, &mut out);
        out
    }

    #[test]
    fn every_record_is_an_object_and_no_two_are_alike() {
        for stream in Stream::ALL {
            let mut seen = HashSet::new();
            for number in 0..2_000 {
                let text = record(stream, number, 1_000);
                let value: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(value["id"], id(stream, 9, number));
                assert!(seen.insert(text), "{} {number}", stream.name());
            }
        }
    }

    #[test]
    fn records_are_about_as_large_as_was_asked() {
        for stream in [Stream::ToolCalls, Stream::ApiCalls, Stream::DatadogLogs] {
            for bytes in [1_000, 10_000] {
                let sum: usize = (0..500).map(|n| record(stream, n, bytes).len()).sum();
                let mean = sum / 500;
                assert!(
                    (bytes * 8 / 10..bytes * 14 / 10).contains(&mean),
                    "{} {mean} for {bytes}",
                    stream.name()
                );
            }
        }
    }

    #[test]
    fn the_seed_decides_the_record() {
        assert_eq!(
            record(Stream::ToolCalls, 7, 1_000),
            record(Stream::ToolCalls, 7, 1_000)
        );
    }
}
