//! A run that delivers its logs itself: no record crosses into Python.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::deliver;
use crate::error::Result;
use crate::fetch::{Cancel, Pulse};
use crate::keep::live::Instance;
use crate::keep::{Keep, Kept};
use crate::pages;
use crate::ship::{Account, Course, Headway, Route, ship};

/// `check` has to return within a second of the wish to stop.
const GRACE: Duration = Duration::from_millis(500);

/// What a run has that delivers its logs itself.
pub(super) struct Direct {
    pub(super) stream: Arc<pages::Stream>,
    pub(super) route: Arc<Route>,
    pub(super) live: Arc<Instance>,
    pub(super) cancel: Cancel,
}

impl Direct {
    /// Walks and delivers to the end of the log or of the run's time.
    pub(super) fn go(
        &self,
        keep: &mut (dyn Keep + Send),
        kept: &Kept,
        account: &Arc<Mutex<Account>>,
    ) -> Result<()> {
        let budget = self.stream.budget(false);
        let course = Course {
            stop: self.cancel.clone(),
            grace: GRACE,
            span: budget.span,
            stall: None,
            silence: Duration::MAX,
            headway: Headway::default(),
            holds_on: true,
            pulse: Pulse::default(),
        };
        let walk = |around| {
            let stream = Arc::clone(&self.stream);
            // What was sent through the Agent before and not acknowledged is judged by the Agent.
            let resume = kept
                .place
                .as_deref()
                .map(deliver::resume_of)
                .unwrap_or_default();
            let run = pages::Run::resume(
                stream,
                resume.place.as_deref(),
                &resume.delivered,
                budget,
                around,
            )?;
            Ok(run.scouting())
        };
        let mut sequence = kept.sequence;
        let mut keep = |place: &str| {
            self.live.may_keep()?;
            keep.save(sequence + 1, place)?;
            sequence += 1;
            Ok(())
        };
        ship(walk, &self.route, &course, account, &mut keep)
    }

    /// What somebody should know although the run did not fail.
    pub(super) fn warnings(&self, account: &Account) -> Vec<String> {
        let report = account.report.as_ref();
        let mut said = report.map(|report| report.said.clone()).unwrap_or_default();
        if let Some(path) = self.route.dead_letters().filter(|_| account.rejected > 0) {
            said.push(format!(
                "{} logs were refused by the intake for good and are kept in {}, each with the \
                 reason",
                account.rejected,
                path.display()
            ));
        }
        said
    }
}
