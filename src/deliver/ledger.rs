//! What was sent into one integration file and not yet acknowledged: the ledger, and the places in it.

mod generation;
mod landing;
mod loss;
mod opening;
mod receipts;
mod room;
mod text;

use std::sync::Arc;

use super::habits::Habits;
use super::registry::Entry;
use super::sent::{Now, Sent};

pub(super) use generation::{Remnant, Stale};
pub use landing::Landing;
pub(super) use opening::{Opening, Scene};
pub use room::{Room, Why};
pub use text::{base_of, resume_of, unconfirmed_of};

/// The place to go on from, and what is known as delivered beyond it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resume {
    /// The walk's place; none is where the configuration begins.
    pub place: Option<String>,
    /// What the records are known as that were delivered after it.
    pub delivered: Vec<u64>,
}

/// A place, and the number of the first record sent after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) place: Arc<str>,
    pub(super) at: u64,
}

/// The unread window of one integration file.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(in crate::deliver) file: String,
    pub(in crate::deliver) process: String,
    pub(in crate::deliver) habits: Habits,
    pub(in crate::deliver) inode: u64,
    pub(in crate::deliver) end: u64,
    pub(in crate::deliver) confirmed: u64,
    pub(in crate::deliver) stale: Option<Stale>,
    pub(in crate::deliver) remnants: Vec<Remnant>,
    pub(in crate::deliver) entry: Option<Entry>,
    pub(in crate::deliver) taken: i64,
    /// The Agent's counter of dropped logs, as read last.
    pub(in crate::deliver) dropped: Option<u64>,
    pub(in crate::deliver) sent: Sent,
    pub(in crate::deliver) base: Option<Point>,
    pub(in crate::deliver) middle: Option<Point>,
    pub(in crate::deliver) newest: Option<Point>,
}

impl Ledger {
    /// A ledger of a file of which nothing is remembered.
    #[must_use]
    pub fn new(file: &str, process: &str, habits: Habits, place: Option<&str>) -> Self {
        let base = place.map(|place| Point {
            place: place.into(),
            at: 0,
        });
        Self {
            file: file.to_owned(),
            process: process.to_owned(),
            habits,
            inode: 0,
            end: 0,
            confirmed: 0,
            stale: None,
            remnants: Vec::new(),
            entry: None,
            taken: 0,
            dropped: None,
            sent: Sent::default(),
            base,
            middle: None,
            newest: None,
        }
    }

    /// Whether no record is remembered.
    pub(super) fn is_forgotten(&self) -> bool {
        self.sent.is_empty()
    }

    /// Whether nothing that was sent is unacknowledged.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.unconfirmed() == 0
    }

    /// How many records are not acknowledged.
    #[must_use]
    pub fn unconfirmed(&self) -> usize {
        self.sent.behind(self.confirmed).0
    }

    /// How many bytes are not acknowledged.
    #[must_use]
    pub fn unconfirmed_bytes(&self) -> u64 {
        self.sent.behind(self.confirmed).1
    }

    /// Notes that the walk has come to a place with all that was sent.
    pub fn reach(&mut self, place: &str) {
        let point = Point {
            place: place.into(),
            at: self.sent.next(),
        };
        if self.base.is_none() {
            // Before the first page there is nothing to go back to but where it began.
            if self.sent.is_empty() {
                self.base = Some(point);
                return;
            }
        }
        self.newest = Some(point);
        self.settle();
    }

    /// Where the walk goes on, and what it need not send again.
    #[must_use]
    pub fn resume(&self) -> Resume {
        let point = self.newest.as_ref().or(self.base.as_ref());
        Resume {
            place: point.map(|point| point.place.to_string()),
            delivered: self.sent.keys_from(point.map_or(0, |point| point.at)),
        }
    }

    /// Passes by what is not acknowledged, as if it were; says how many records that is.
    pub fn pass_by(&mut self) -> usize {
        let passed = self.unconfirmed();
        self.sent = self.sent.placed_anew(|_| Now::Confirmed);
        self.settle();
        passed
    }

    /// Moves the base on to what is acknowledged, and forgets the records before it.
    pub(super) fn settle(&mut self) {
        let reached = self.sent.first_behind(self.confirmed);
        let is_reached =
            |point: &Option<Point>| point.as_ref().is_some_and(|point| point.at <= reached);
        if is_reached(&self.newest) {
            self.base = self.newest.take();
            self.middle = None;
        } else if is_reached(&self.middle) {
            self.base = self.middle.take();
        }
        if self.middle.is_none() {
            self.middle.clone_from(&self.newest);
        }
        if let Some(base) = &self.base {
            self.sent.drop_before(base.at);
        }
    }
}
