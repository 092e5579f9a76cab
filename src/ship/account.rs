//! What a voyage came to: what was delivered, and how the stream stands.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::deliver::datadog::Landed;
use crate::fetch::Counts;
use crate::pages::{Report, Tally};
use crate::walk::Standing;

/// Pages that are delivered together: the last one's place, and what became of all their records.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) place: String,
    pub(super) tally: Tally,
    pub(super) standing: Option<Standing>,
}

/// What a voyage came to, so far.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// What became of the records that were delivered and kept.
    pub tally: Tally,
    /// Logs that the intake will never take, kept as dead letters.
    pub rejected: u64,
    /// How often a place was kept.
    pub kept: u64,
    /// How the stream stands by what was kept.
    pub standing: Option<Standing>,
    /// What the walk came to; it is ahead of what was kept.
    pub report: Option<Report>,
    /// Posts to the intake, by what came back.
    pub posts: BTreeMap<&'static str, u64>,
    /// Payloads that were sent again.
    pub retries: u64,
    /// Why sending fails at present, in words.
    pub trouble: Option<String>,
    /// The walk came to its end and all it read was kept: its word on the stream is the last.
    pub ended: bool,
}

impl Account {
    pub(super) fn delivered(&mut self, landed: &Landed<Pages>) {
        let rejected = u64::try_from(landed.buried.len()).unwrap_or(u64::MAX);
        let bytes: usize = landed.buried.iter().map(|one| one.log.len() + 1).sum();
        let mut tally = landed.stamp.tally;
        tally.logs = tally.logs.saturating_sub(rejected);
        tally.bytes = tally.bytes.saturating_sub(bytes as u64);
        tally.truncated += landed.cut;
        self.tally += tally;
        self.rejected += rejected;
        self.kept += 1;
        self.standing = landed.stamp.standing;
    }

    pub(super) fn posted(&mut self, counts: Counts) {
        for (class, count) in counts.requests {
            *self.posts.entry(class).or_default() += count;
        }
    }

    /// How the stream stands, by the walk's own word where that is known to be true.
    #[must_use]
    pub fn stands(&self) -> Option<Standing> {
        match &self.report {
            Some(report) if self.ended => report.standing,
            _ => self.standing,
        }
    }

    /// Whether all was delivered that was there at the moment that is enough.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.ended && self.report.as_ref().is_some_and(|report| report.enough)
    }

    /// How long the walk has taken.
    #[must_use]
    pub fn lasted(&self) -> Duration {
        self.report
            .as_ref()
            .map_or(Duration::ZERO, |report| report.lasted)
    }
}
