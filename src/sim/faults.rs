//! What goes wrong, and when: faults on demand, counted or left to a seeded chance.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::http::Asked;

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
    /// Datadog's permanent warning: an index that does not exist.
    Warn,
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

/// The rules in force.
#[derive(Debug)]
pub(crate) struct Plan {
    seed: u64,
    rules: Mutex<Rules>,
}

#[derive(Debug, Default)]
struct Rules {
    requests: u64,
    armed: Vec<Armed>,
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    seen: u64,
    done: u64,
}

impl Plan {
    pub(crate) fn new(seed: u64, rules: Vec<Rule>) -> Self {
        let plan = Self {
            seed,
            rules: Mutex::default(),
        };
        plan.add(rules);
        plan
    }

    pub(crate) fn add(&self, rules: Vec<Rule>) {
        let armed = rules.into_iter().map(|rule| Armed {
            rule,
            seen: 0,
            done: 0,
        });
        self.rules.lock().armed.extend(armed);
    }

    pub(crate) fn clear(&self) {
        self.rules.lock().armed.clear();
    }

    /// What goes wrong with this request; several things may.
    pub(crate) fn faults(&self, asked: &Asked) -> Vec<Fault> {
        let mut rules = self.rules.lock();
        rules.requests += 1;
        let request = rules.requests;
        let mut faults = Vec::new();
        for (index, armed) in (0_u64..).zip(&mut rules.armed) {
            if !armed.rule.concerns(asked) {
                continue;
            }
            armed.seen += 1;
            let due = armed.seen > armed.rule.skip
                && armed.rule.times.is_none_or(|times| armed.done < times)
                && Chance::of(&[self.seed, request, index]).happens(armed.rule.chance);
            if due {
                armed.done += 1;
                faults.push(armed.rule.fault.clone());
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn asked(target: &str) -> Asked {
        Asked::get(target)
    }

    #[test]
    fn a_fault_happens_at_the_matching_request_it_was_meant_for() {
        let rule = Rule::next(Fault::Garbage)
            .at("tool-calls")
            .after(1)
            .times(2);
        let plan = Plan::new(1, vec![rule]);
        let mut at = |target: &str| !plan.faults(&asked(target)).is_empty();
        assert!(!at("/logs/tool-calls/"));
        assert!(!at("/logs/api-calls/"));
        assert!(at("/logs/tool-calls/"));
        assert!(at("/logs/tool-calls/"));
        assert!(!at("/logs/tool-calls/"));
    }

    #[test]
    fn a_fault_can_be_kept_for_requests_with_a_cursor() {
        let plan = Plan::new(1, vec![Rule::next(Fault::Repeat).cursor(true)]);
        assert!(plan.faults(&asked("/x?created_after=2026")).is_empty());
        assert_eq!(
            plan.faults(&asked("/x?page%5Bcursor%5D=a")),
            [Fault::Repeat]
        );
    }

    #[test]
    fn a_storm_is_decided_by_the_seed() {
        let hits = |seed| -> Vec<bool> {
            let plan = Plan::new(seed, vec![Rule::next(Fault::Hangup).storm(0.3)]);
            (0..200)
                .map(|_| !plan.faults(&asked("/x")).is_empty())
                .collect()
        };
        assert_eq!(hits(5), hits(5));
        assert_ne!(hits(5), hits(6));
        let count = hits(5).into_iter().filter(|hit| *hit).count();
        assert!((40..80).contains(&count), "{count}");
    }

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
