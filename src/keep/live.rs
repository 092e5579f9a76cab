//! One live instance per identity in a process.
//!
//! A reload starts the new instance while the old one may still run: the newer supersedes, and the
//! older keeps nothing any more. An older one that is *scheduled* beside it is no reload: the same
//! stream is configured twice, and both say so until one of them is gone. A run that was due when the
//! reload came may begin after the newer one's first: so that is not yet a schedule.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::error::{Error, Result};

/// So many runs beside a newer instance are a schedule: one may have been due when a reload came.
const A_SCHEDULE: u32 = 2;

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);
static LIVE: Mutex<BTreeMap<String, Vec<Live>>> = Mutex::new(BTreeMap::new());

/// One configured stream as the process sees it; it lives from its first run until it leaves or is
/// dropped.
#[derive(Debug)]
pub struct Instance {
    identity: String,
    label: String,
    number: u64,
}

#[derive(Debug)]
struct Live {
    number: u64,
    label: String,
    /// Runs that began although a newer one was live.
    again: u32,
}

impl Instance {
    /// An instance that has not run; one made later is newer.
    #[must_use]
    pub fn new(identity: impl Into<String>, label: impl Into<String>) -> Self {
        Self::born(identity, label, None)
    }

    /// The same, of a check that was made before: which of two is newer was decided then.
    #[must_use]
    pub fn born(
        identity: impl Into<String>,
        label: impl Into<String>,
        number: Option<u64>,
    ) -> Self {
        Self {
            identity: identity.into(),
            label: label.into(),
            number: number.unwrap_or_else(|| NEXT_NUMBER.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// Says that a run begins; an error where the same stream is configured twice.
    pub fn begin_run(&self) -> Result<()> {
        let mut registry = LIVE.lock();
        let live = registry.entry(self.identity.clone()).or_default();
        if !live.iter().any(|other| other.number == self.number) {
            live.push(Live {
                number: self.number,
                label: self.label.clone(),
                again: 0,
            });
        }
        let newer = live
            .iter()
            .filter(|other| other.number > self.number)
            .max_by_key(|other| other.number)
            .map(|other| other.label.clone());
        for own in live.iter_mut().filter(|own| own.number == self.number) {
            own.again = match newer {
                Some(_) => own.again.saturating_add(1),
                None => 0,
            };
        }
        if let Some(newer) = newer {
            return Err(self.twice(&newer));
        }
        match live
            .iter()
            .find(|other| other.again >= A_SCHEDULE && other.number < self.number)
        {
            Some(older) => Err(self.twice(&older.label)),
            None => Ok(()),
        }
    }

    /// Whether this instance may still keep its place: not once a newer one has begun.
    pub fn may_keep(&self) -> Result<()> {
        let registry = LIVE.lock();
        let newer = registry
            .get(&self.identity)
            .and_then(|live| live.iter().find(|other| other.number > self.number));
        match newer {
            Some(newer) => Err(Error::Superseded(format!(
                "superseded: a newer instance of this stream, {}, has begun to run, as after a \
                 reload; this one keeps no resume point any more and the newer goes on from the \
                 last one kept",
                newer.label
            ))),
            None => Ok(()),
        }
    }

    /// Says that this instance is not scheduled any more; should it run again, it comes back.
    pub fn leave(&self) {
        let mut registry = LIVE.lock();
        if let Some(live) = registry.get_mut(&self.identity) {
            live.retain(|other| other.number != self.number);
            if live.is_empty() {
                registry.remove(&self.identity);
            }
        }
    }

    fn twice(&self, other: &str) -> Error {
        Error::config(
            &self.label,
            format!(
                "the same stream is configured twice, here and as {other}: remove one of the two, \
                 or give one its own `stream`"
            ),
        )
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pair(identity: &str) -> (Instance, Instance) {
        (
            Instance::new(identity, "first.yaml"),
            Instance::new(identity, "second.yaml"),
        )
    }

    fn words(result: Result<()>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn one_instance_runs_again_and_again() {
        let (alone, _) = pair("alone");
        for _ in 0..3 {
            alone.begin_run().unwrap();
            alone.may_keep().unwrap();
        }
    }

    #[test]
    fn instances_of_other_identities_do_not_meet() {
        let (one, other) = (Instance::new("one", "x"), Instance::new("other", "x"));
        for _ in 0..2 {
            other.begin_run().unwrap();
            one.begin_run().unwrap();
        }
        one.may_keep().unwrap();
    }

    #[test]
    fn a_newer_instance_supersedes_the_older_which_keeps_nothing_any_more() {
        let (old, new) = pair("reload");
        old.begin_run().unwrap();
        old.may_keep().unwrap();
        new.begin_run().unwrap();
        assert!(words(old.may_keep()).contains("superseded"));
        new.may_keep().unwrap();
        new.begin_run().unwrap();
    }

    #[test]
    fn an_instance_that_was_made_but_never_ran_supersedes_nobody() {
        let (old, _new) = pair("made");
        old.begin_run().unwrap();
        old.may_keep().unwrap();
        old.begin_run().unwrap();
    }

    #[test]
    fn a_superseded_instance_scheduled_again_makes_both_raise_and_name_each_other() {
        let (old, new) = pair("duplicates");
        old.begin_run().unwrap();
        new.begin_run().unwrap();
        assert!(words(old.begin_run()).contains("second.yaml"));
        for _ in 0..2 {
            let olds = words(old.begin_run());
            assert!(
                olds.starts_with("first.yaml: ") && olds.contains("second.yaml"),
                "{olds}"
            );
            let news = words(new.begin_run());
            assert!(
                news.starts_with("second.yaml: ") && news.contains("first.yaml"),
                "{news}"
            );
        }
    }

    #[test]
    fn duplicates_whose_newer_one_runs_first_are_found_without_disturbing_its_keeping() {
        let (old, new) = pair("newer first");
        new.begin_run().unwrap();
        for _ in 0..2 {
            assert!(words(old.begin_run()).contains("second.yaml"));
            new.may_keep().unwrap();
        }
        assert!(words(new.begin_run()).contains("first.yaml"));
    }

    #[test]
    fn a_run_that_was_due_when_the_reload_came_does_not_stop_the_newer_one() {
        let (old, new) = pair("due");
        old.begin_run().unwrap();
        old.leave();
        new.begin_run().unwrap();
        old.begin_run().unwrap_err();
        for _ in 0..3 {
            new.begin_run().unwrap();
            new.may_keep().unwrap();
        }
    }

    #[test]
    fn a_dropped_duplicate_lets_the_other_go_on() {
        let (old, new) = pair("dropped");
        old.begin_run().unwrap();
        new.begin_run().unwrap();
        old.begin_run().unwrap_err();
        old.begin_run().unwrap_err();
        new.begin_run().unwrap_err();
        drop(old);
        new.begin_run().unwrap();
        new.may_keep().unwrap();
    }

    #[test]
    fn a_cancelled_duplicate_lets_the_other_go_on_whichever_it_is() {
        let (old, new) = pair("cancelled");
        old.begin_run().unwrap();
        new.begin_run().unwrap();
        old.begin_run().unwrap_err();
        new.leave();
        old.begin_run().unwrap();
        old.may_keep().unwrap();
    }

    #[test]
    fn a_quarrel_that_is_over_is_not_held_against_a_later_reload() {
        let (old, new) = pair("over");
        new.begin_run().unwrap();
        old.begin_run().unwrap_err();
        drop(new);
        old.begin_run().unwrap();
        let reloaded = Instance::new("over", "third.yaml");
        reloaded.begin_run().unwrap();
    }

    #[test]
    fn an_instance_that_left_may_come_back() {
        let (alone, _) = pair("back");
        alone.begin_run().unwrap();
        alone.leave();
        alone.begin_run().unwrap();
        alone.may_keep().unwrap();
    }

    #[test]
    fn a_cancelled_run_keeps_nothing_once_its_successor_has_begun() {
        let (old, new) = pair("late keep");
        old.begin_run().unwrap();
        old.leave();
        new.begin_run().unwrap();
        old.may_keep().unwrap_err();
        new.begin_run().unwrap();
    }

    #[test]
    fn which_is_newer_was_decided_when_the_check_was_made() {
        let new = Instance::born("born", "new.yaml", Some(8));
        let old = Instance::born("born", "old.yaml", Some(7));
        new.begin_run().unwrap();
        assert!(words(old.begin_run()).contains("new.yaml"));
        new.begin_run().unwrap();
        new.may_keep().unwrap();
    }

    #[test]
    fn the_registry_forgets_whoever_is_gone() {
        let (old, new) = pair("forgotten");
        old.begin_run().unwrap();
        new.begin_run().unwrap();
        drop((old, new));
        assert!(!LIVE.lock().contains_key("forgotten"));
    }
}
