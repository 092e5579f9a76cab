//! The Agent as one run sees it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::Agent;
use crate::deliver::Counters;
use crate::deliver::registry::{self, Reading};
use crate::deliver::site::{Look, Moment, Site};
use crate::error::{Error, Result};
use crate::time::Time;

/// The Agent as one run sees it.
pub(super) struct Seen(pub(super) Rc<RefCell<Agent>>);

impl Seen {
    fn alive(&self) -> Result<()> {
        let mut agent = self.0.borrow_mut();
        agent.step();
        if agent.dead {
            return Err(Error::Cancelled);
        }
        Ok(())
    }
}

impl Site for Seen {
    fn look(&self, file: &str) -> Result<Option<Look>> {
        self.alive()?;
        let agent = self.0.borrow();
        Ok(agent.files.get(file).map(|file| Look {
            size: file.bytes.len() as u64,
            inode: file.inode,
        }))
    }

    fn is_torn(&self, file: &str) -> Result<bool> {
        self.alive()?;
        let agent = self.0.borrow();
        let last = agent.files.get(file).and_then(|file| file.bytes.last());
        Ok(last.is_some_and(|last| *last != b'\n'))
    }

    fn sync(&self, file: &str) -> Result<()> {
        self.alive()?;
        self.0.borrow_mut().sync(file);
        Ok(())
    }

    fn registry(&self, file: &str) -> Option<Reading> {
        registry::read(self.0.borrow_mut().seen_registry(), file)
    }

    fn counters(&self) -> Option<Counters> {
        Some(Counters {
            dropped: self.0.borrow().pipeline.dropped,
            errors: self.0.borrow().pipeline.errors,
            taken: self.0.borrow().pipeline.arrived.len() as u64,
        })
    }

    fn now(&self) -> Moment {
        let agent = self.0.borrow();
        Moment {
            tick: Duration::from_millis(agent.now - agent.born),
            wall: Time(i64::try_from(agent.now).unwrap_or(i64::MAX)),
        }
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.alive()?;
        self.0.borrow_mut().pass(millis(span));
        self.alive()
    }

    fn nap(&self, span: Duration) {
        self.0.borrow_mut().pass(millis(span));
    }
}

pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
