//! How all of it came out.

use serde::Serialize;
use serde_json::Value;

use super::account::Account;
use super::book::Chapter;

/// A kill leaves a piece of a line at most.
const TORN_BY_THE_KILL: usize = 1;

/// How a stream came out.
#[derive(Debug, Serialize)]
pub(super) struct StreamOutcome {
    pub(super) source: &'static str,
    #[serde(flatten)]
    pub(super) account: Account,
    /// Records that came behind newer ones.
    pub(super) late: usize,
    /// Pieces of lines that the kill left; their records came whole.
    pub(super) torn: usize,
}

/// How all of it came out.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) chapters: Vec<Chapter>,
    pub(super) streams: Vec<StreamOutcome>,
    /// A log as it arrived.
    pub(super) sample: Value,
    pub(super) seconds: f64,
}

impl Outcome {
    pub(super) fn is_good(&self) -> bool {
        let good = |one: &StreamOutcome| one.account.is_good() && one.torn <= TORN_BY_THE_KILL;
        self.streams.iter().all(good)
    }

    /// What is not as promised, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for one in &self.streams {
            let (source, account) = (one.source, &one.account);
            if one.torn > TORN_BY_THE_KILL {
                problems.push(format!("{source}: {} lines are no logs", one.torn));
            }
            for (ids, what) in [
                (&account.missing, "did not arrive"),
                (&account.unknown, "arrived, and the vendor does not know it"),
                (&account.unexplained, "came again, and no kill explains it"),
            ] {
                problems.extend(ids.iter().map(|id| format!("{source}: {id} {what}")));
            }
        }
        problems
    }
}
