//! The rules in force, and which of them a request meets.

use parking_lot::Mutex;

use super::{Fault, Rule};
use crate::sim::chance::Chance;
use crate::sim::http::Asked;

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
        let at = |target: &str| !plan.faults(&asked(target)).is_empty();
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
}
