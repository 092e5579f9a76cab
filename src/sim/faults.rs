//! What goes wrong, and when: faults on demand, counted or left to a seeded chance.

mod plan;
mod rewrite;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::http::Asked;
pub(crate) use plan::Plan;
pub use rewrite::Change;
pub(crate) use rewrite::rewritten;

/// One thing that can go wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// This status instead of an answer; without a body, the vendor's own words.
    Status {
        /// The status.
        code: u16,
        /// The whole body.
        #[serde(default)]
        body: Option<String>,
        /// Headers beside the usual ones.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// The answer comes so much later.
    Delay {
        /// In milliseconds.
        ms: u64,
    },
    /// The connection ends after so many bytes of the body that was promised.
    Cut {
        /// How many.
        after: usize,
    },
    /// The connection ends without an answer.
    Hangup,
    /// The body comes slowly.
    Drip {
        /// How fast.
        bytes_per_second: u64,
    },
    /// The answer names the cursor it was asked with as the next one.
    Repeat,
    /// All cursors handed out so far are refused from now on.
    Expire {
        /// With this status.
        status: u16,
    },
    /// An empty page that names a new cursor and says there is more.
    Empty,
    /// A page with no more than so many records, and more behind it.
    Short {
        /// How many.
        records: usize,
    },
    /// The last record of the page stands there twice.
    Double,
    /// A sign-in page with status 200.
    Html,
    /// A redirect.
    Redirect {
        /// Where to.
        to: String,
    },
    /// A body that breaks off in the middle of its JSON, though all promised bytes came.
    Garbage,
    /// A body of so many bytes, without end for all that a reader can tell.
    Huge {
        /// How many.
        bytes: u64,
    },
    /// A compressed body that is so large once it is not.
    Bomb {
        /// How large.
        bytes: u64,
    },
    /// The Date header is wrong by so many seconds.
    Skew {
        /// How many; negative is in the past.
        seconds: i64,
    },
    /// Datadog's partial answer: `meta.status` is `timeout`, and half of the records are missing.
    Partial,
    /// The intake cannot read a payload that holds this text: 400.
    RefuseWith {
        /// The text.
        text: String,
    },
    /// The intake takes no payload of more bytes, decompressed: 413.
    RefuseOver {
        /// How many.
        bytes: usize,
    },
    /// Datadog's permanent warning: an index that does not exist.
    Warn,
    /// Something in the answer's JSON is not what it should be.
    Rewrite {
        /// Where, such as `results.*.id`; `*` is every item of a list.
        at: String,
        /// What becomes of it.
        to: Change,
    },
}

/// When a fault happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only requests whose path holds this text.
    #[serde(default)]
    pub path: String,
    /// Only requests with, or only those without, a cursor.
    #[serde(default)]
    pub with_cursor: Option<bool>,
    /// So many matching requests are left in peace first.
    #[serde(default)]
    pub skip: u64,
    /// How often; `null` is for ever.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// How likely each time, decided by the seed.
    #[serde(default = "certain")]
    pub chance: f64,
    /// What happens.
    #[serde(rename = "do")]
    pub fault: Fault,
}

// The form serde asks for: a default that is `None` would mean "for ever".
#[allow(clippy::unnecessary_wraps)]
fn once() -> Option<u64> {
    Some(1)
}

fn certain() -> f64 {
    1.0
}

impl Rule {
    /// A fault that happens once, at the next request.
    #[must_use]
    pub fn next(fault: Fault) -> Self {
        Self {
            path: String::new(),
            with_cursor: None,
            skip: 0,
            times: once(),
            chance: certain(),
            fault,
        }
    }

    /// The same, after so many requests that go well.
    #[must_use]
    pub fn after(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// The same, so many times.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        let times = Some(times);
        Self { times, ..self }
    }

    /// The same, for ever, each time with this probability.
    #[must_use]
    pub fn storm(self, chance: f64) -> Self {
        let times = None;
        Self {
            times,
            chance,
            ..self
        }
    }

    /// The same, only where the path holds a text.
    #[must_use]
    pub fn at(self, path: impl Into<String>) -> Self {
        let path = path.into();
        Self { path, ..self }
    }

    /// The same, only with (or only without) a cursor.
    #[must_use]
    pub fn cursor(self, with: bool) -> Self {
        let with_cursor = Some(with);
        Self {
            with_cursor,
            ..self
        }
    }

    fn concerns(&self, asked: &Asked) -> bool {
        asked.path.contains(&self.path)
            && self
                .with_cursor
                .is_none_or(|with| with == asked.has_cursor())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_rule_is_read_from_json_and_an_unknown_word_in_it_is_refused() {
        let rule: Rule =
            serde_json::from_str(r#"{"path": "logs", "skip": 2, "do": {"status": {"code": 503}}}"#)
                .unwrap();
        assert_eq!((rule.skip, rule.times, rule.chance), (2, Some(1), 1.0));
        let forever: Rule = serde_json::from_str(r#"{"times": null, "do": "hangup"}"#).unwrap();
        assert_eq!(forever.times, None);
        assert!(serde_json::from_str::<Rule>(r#"{"do": "hangup", "tiems": 3}"#).is_err());
    }
}
