//! How a stream has fared, beside its place and never in it: writing this moves nothing.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How a stream has fared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// When it last came to an end without an error.
    pub last_success: Option<Time>,
    /// How often it has failed since.
    pub failures_in_a_row: u64,
    /// How it failed last.
    pub last_error: Option<LastError>,
}

/// A failure, and when it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastError {
    /// When.
    pub at: Time,
    /// In words, without secrets.
    pub text: String,
}

impl Health {
    /// After a run that went well.
    pub fn went_well(&mut self, now: Time) {
        self.last_success = Some(now);
        self.failures_in_a_row = 0;
    }

    /// After a run that failed.
    pub fn failed(&mut self, now: Time, text: impl Into<String>) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let text = text.into();
        self.last_error = Some(LastError { at: now, text });
    }
}
