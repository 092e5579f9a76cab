//! What a story is made of: records, what happens beside the runs, and how a record is told again.

use serde::{Deserialize, Serialize};

use crate::deliver::Line;

/// What happens beside the check's runs.
#[allow(clippy::struct_excessive_bools)] // Each is a trouble of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::deliver) struct Story {
    pub(in crate::deliver) records: u64,
    pub(in crate::deliver) page: u64,
    pub(in crate::deliver) kills: bool,
    pub(in crate::deliver) power_cuts: bool,
    pub(in crate::deliver) edits: bool,
    pub(in crate::deliver) outages: bool,
    pub(in crate::deliver) refusals: bool,
    pub(in crate::deliver) emptied: bool,
    pub(in crate::deliver) torn_registries: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) seen: Vec<u64>,
}

pub(super) fn line(record: u64) -> Vec<u8> {
    let mut text = format!("{record:06}").into_bytes();
    text.resize(6 + usize::try_from(record * 7 % 40).unwrap_or(0), b'x');
    text
}

/// The record of a line that arrived whole.
pub(super) fn record(text: &[u8]) -> Option<u64> {
    let number = std::str::from_utf8(text.get(..6)?).ok()?.parse().ok()?;
    let padded = text
        .iter()
        .position(|byte| *byte == b'-')
        .unwrap_or(text.len());
    let text = text.get(..padded)?;
    (line(number) == text).then_some(number)
}

pub(super) fn text_of(place: &Place) -> String {
    serde_json::to_string(place).unwrap_or_default()
}

pub(super) fn sized(record: u64) -> Line {
    Line {
        key: record,
        bytes: u32::try_from(line(record).len() + 1).unwrap_or(u32::MAX),
    }
}
