//! A site whose clock is wound by waiting, and whose files are what a test says.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::deliver::{
    Counters, Delivery, Entry, Habits, Line, Look, Moment, Opened, Reading, Site, Terms, Watch,
};
use crate::error::Result;
use crate::time::Time;

pub(super) const FILE: &str = "/run/integrations/logwalk_1f.log";

/// What there is to see.
#[derive(Default)]
pub(super) struct Scenery {
    pub(super) now: Cell<Duration>,
    pub(super) look: Cell<Option<Look>>,
    pub(super) entry: Cell<Option<Entry>>,
    /// After so many looks the registry says this.
    pub(super) then: Cell<Option<(u32, Entry)>>,
    /// Other logs arrive all the time.
    pub(super) others_arrive: Cell<bool>,
    /// Requests fail all the time; none where nothing is known of it.
    pub(super) requests_fail: Cell<Option<bool>>,
    /// What is let go of after a while.
    pub(super) let_go: RefCell<Option<Box<dyn std::any::Any>>>,
}

#[derive(Clone, Default)]
pub(super) struct Stage(pub(super) Rc<Scenery>);

impl Stage {
    /// A file of so many lines of a hundred bytes.
    pub(super) fn has(&self, lines: u64) {
        let look = Look {
            size: lines * 100,
            inode: 7,
        };
        self.0.look.set(Some(look));
    }

    pub(super) fn later(&self, span: Duration) {
        self.0.now.set(self.0.now.get() + span);
    }

    /// A run of ten seconds begins.
    pub(super) fn opened(
        &self,
        process: &str,
        kept: Option<&str>,
        watch: &Arc<Mutex<Watch>>,
    ) -> Opened<Self> {
        let terms = Terms {
            file: FILE.to_owned(),
            process: process.to_owned(),
            habits: Habits::usual(1_000),
            longest: 500,
            until: Some(self.0.now.get() + Duration::from_secs(10)),
            entry: String::new(),
        };
        Delivery::open(self.clone(), terms, kept, Arc::clone(watch)).unwrap()
    }

    /// Ten lines are sent, which fill the file; says what is kept.
    pub(super) fn ten_are_sent(&self, process: &str, watch: &Arc<Mutex<Watch>>) -> String {
        let mut delivery = self.opened(process, Some(r#"{"at":0}"#), watch).delivery;
        assert_eq!(delivery.room(&[100; 10]).unwrap().lines, 10);
        self.has(10);
        let lines: Vec<Line> = (0..10).map(|key| Line { key, bytes: 100 }).collect();
        let landed = delivery.landed(&lines, Some(r#"{"at":10}"#)).unwrap();
        landed.text.unwrap()
    }
}

impl Site for Stage {
    fn look(&self, _: &str) -> Result<Option<Look>> {
        Ok(self.0.look.get())
    }

    fn is_torn(&self, _: &str) -> Result<bool> {
        Ok(false)
    }

    fn sync(&self, _: &str) -> Result<()> {
        Ok(())
    }

    fn registry(&self, _: &str) -> Option<Reading> {
        let others = self.0.others_arrive.get();
        let entry = self.0.entry.get();
        match self.0.then.take() {
            Some((0 | 1, then)) => self.0.entry.set(Some(then)),
            later => self
                .0
                .then
                .set(later.map(|(looks, then)| (looks - 1, then))),
        }
        Some(Reading {
            entry,
            others: others.then(|| format!("{:012}", self.0.now.get().as_millis())),
        })
    }

    fn counters(&self) -> Option<Counters> {
        self.0.requests_fail.get().map(|fail| Counters {
            dropped: 0,
            errors: if fail { self.0.now.get().as_secs() } else { 0 },
            taken: 0,
        })
    }

    fn now(&self) -> Moment {
        Moment {
            tick: self.0.now.get(),
            wall: Time(i64::try_from(self.0.now.get().as_millis()).unwrap()),
        }
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.later(span);
        if self.0.now.get() > Duration::from_secs(2) {
            self.0.let_go.borrow_mut().take();
        }
        Ok(())
    }

    fn nap(&self, span: Duration) {
        self.later(span);
    }
}
