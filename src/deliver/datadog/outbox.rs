//! What is sent next, and which places are safe to keep: a machine without I/O.
//!
//! Pages are gathered into groups: a page in as many payloads as it takes, or several small pages in
//! one payload. One group is on its way at a time, its payloads together, and the next one begins
//! only once the place behind it is kept: so a crash repeats one group and never more.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::dead_letters::Buried;
use super::flight::{Flight, Parcel};
use super::payload::Payload;
use super::verdict::Verdict;
use super::{PAYLOAD_BYTES, PAYLOAD_LOGS};
use crate::fetch::backoff;

/// The payloads of one page that are out together.
const MOST_OUT: usize = 4;

/// So many groups wait: one that can go at once, one that is made small meanwhile, and two that level
/// out how long each takes. With fewer, walking, making small and sending wait for each other: a walk
/// took a fortieth longer with three.
const MOST_WAITING: usize = 4;

/// Whoever takes no payload of this size takes none: it is not made smaller than this.
const LEAST_PAYLOAD: usize = 64 * 1024;

/// What goes with a page and is handed out once its logs are delivered.
pub trait Stamp {
    /// Takes in what goes with the page behind.
    fn then(&mut self, next: Self);
}

/// Logs that are sent together.
#[derive(Debug)]
struct Group<S> {
    payloads: Vec<Arc<Payload>>,
    stamp: S,
    /// Whether it was said that nothing is added any more.
    told: bool,
}

impl<S> Group<S> {
    /// Whether small pages may still join it.
    fn is_open(&self, most: usize) -> bool {
        match &self.payloads[..] {
            [payload] => payload.bytes() < most / 2 && payload.len() < PAYLOAD_LOGS / 2,
            _ => false,
        }
    }
}

/// A group that is delivered.
#[derive(Debug)]
pub struct Landed<S> {
    /// What went with its pages.
    pub stamp: S,
    /// What was refused for good: to be kept elsewhere before the place is.
    pub buried: Vec<Buried>,
    /// Logs that were cut because the intake took no larger ones.
    pub cut: u64,
}

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// Post this.
    Send(Parcel),
    /// Nothing before this tick.
    At(Duration),
    /// Nothing before an answer comes or a page.
    Idle,
}

/// Why nothing is sent any more: somebody has to change something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped(pub String);

/// Pages on their way to the intake.
#[derive(Debug)]
pub struct Outbox<S> {
    waiting: VecDeque<Group<S>>,
    flight: Option<Flight<S>>,
    landed: Option<Landed<S>>,
    stopped: Option<Stopped>,
    /// The most bytes that are sent at once: less where the intake wants less.
    most: usize,
    numbers: u64,
    /// Failures since something was accepted.
    failures: u32,
    /// Nothing is sent before this tick.
    not_before: Duration,
    /// Something was accepted, so that the rest may go together.
    proven: bool,
    no_more: bool,
    why: Option<String>,
    retries: u64,
}

/// Nothing to send yet.
impl<S> Default for Outbox<S> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            flight: None,
            landed: None,
            stopped: None,
            most: PAYLOAD_BYTES,
            numbers: 0,
            failures: 0,
            not_before: Duration::ZERO,
            proven: false,
            no_more: false,
            why: None,
            retries: 0,
        }
    }
}

impl<S: Stamp> Outbox<S> {
    /// The same, sending no more bytes at once.
    #[cfg(test)]
    pub(super) fn of_at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Whether there is room for another page, once so many that are on their way here are taken.
    #[must_use]
    pub fn wants_page_beside(&self, pages: usize) -> bool {
        let open = self.waiting.back();
        let open = open.is_some_and(|group| group.is_open(self.most));
        self.waiting.len() + pages < MOST_WAITING + usize::from(open)
    }

    /// Takes a page's logs, and what goes with it.
    pub fn take(&mut self, page: Vec<Payload>, stamp: S) {
        if page.is_empty() {
            self.take_stamp(stamp);
            return;
        }
        let most = self.most;
        if let [small] = &page[..]
            && let Some(group) = self.waiting.back_mut()
            && let [open] = &mut group.payloads[..]
            && let Some(open) = Arc::get_mut(open)
            && open.fits(small.len(), small.line_bytes(), most)
        {
            open.append(small);
            group.stamp.then(stamp);
            return;
        }
        let parts = page.into_iter().flat_map(|payload| payload.in_parts(most));
        self.waiting.push_back(Group {
            payloads: parts.map(Arc::new).collect(),
            stamp,
            told: false,
        });
    }

    /// The payloads that wait and to which nothing is added any more, each told once: they may be
    /// made small before their turn.
    pub fn full(&mut self) -> Vec<Arc<Payload>> {
        let most = self.most;
        let full = |group: &&mut Group<S>| !group.told && !group.is_open(most);
        let full = self.waiting.iter_mut().filter(full);
        full.flat_map(|group| {
            group.told = true;
            group.payloads.clone()
        })
        .collect()
    }

    /// A page without logs only moves the place.
    fn take_stamp(&mut self, stamp: S) {
        if let Some(group) = self.waiting.back_mut() {
            group.stamp.then(stamp);
        } else if let Some(flight) = &mut self.flight {
            flight.stamp.then(stamp);
        } else if let Some(landed) = &mut self.landed {
            landed.stamp.then(stamp);
        } else {
            self.landed = Some(Landed {
                stamp,
                buried: Vec::new(),
                cut: 0,
            });
        }
    }

    /// What to do next.
    pub fn next(&mut self, tick: Duration) -> Next {
        if self.stopped.is_some() || self.landed.is_some() {
            return Next::Idle;
        }
        if self.flight.is_none() {
            let group = self.waiting.pop_front();
            self.flight = group.map(|group| Flight::new(group.payloads, group.stamp));
        }
        self.look_for_proof();
        let flight = self.flight.as_mut().filter(|flight| flight.is_ready());
        let Some(flight) = flight.filter(|_| self.stopped.is_none()) else {
            return Next::Idle;
        };
        // Whoever is refused or overloaded is asked by one request, not by all that wait.
        let one_by_one = !self.proven || self.failures > 0 || flight.is_isolating();
        if flight.out() >= if one_by_one { 1 } else { MOST_OUT } {
            return Next::Idle;
        }
        if tick < self.not_before {
            return Next::At(self.not_before);
        }
        self.numbers += 1;
        flight.send(self.numbers).map_or(Next::Idle, Next::Send)
    }

    /// Whether it is a few logs that are refused or all of them: the next group tells.
    fn look_for_proof(&mut self) {
        let Some(flight) = &mut self.flight else {
            return;
        };
        let Some(words) = flight.unproven() else {
            return;
        };
        if let Some(group) = self.waiting.pop_front() {
            flight.join(group.payloads);
            flight.stamp.then(group.stamp);
        } else if self.no_more {
            self.stopped.get_or_insert(Stopped(words));
        }
    }

    /// Says that no page will follow.
    pub fn no_more(&mut self) {
        self.no_more = true;
    }

    /// Takes in what became of a parcel; `random` is a number from 0 up to 1.
    pub fn answered(&mut self, number: u64, verdict: Verdict, tick: Duration, random: f64) {
        let Some(mut flight) = self.flight.take() else {
            return;
        };
        let Some(parcel) = flight.back(number) else {
            self.flight = Some(flight);
            return;
        };
        let wrong = match verdict {
            Verdict::Accepted => {
                self.failures = 0;
                self.proven = true;
                self.why = None;
                flight.accepted(&parcel)
            }
            Verdict::Again { after, why } => {
                flight.again(parcel);
                self.failed(why, after, tick, random);
                None
            }
            Verdict::Slow(why) => {
                if parcel.bytes() < LEAST_PAYLOAD || !flight.split(&parcel) {
                    flight.again(parcel);
                }
                self.failed(why, None, tick, random);
                None
            }
            Verdict::TooLarge(why) => {
                if parcel.len() > 1 {
                    let half = (parcel.bytes() / 2).max(LEAST_PAYLOAD);
                    self.most = self.most.min(half);
                }
                flight.too_large(&parcel, &why)
            }
            Verdict::Bad(why) => flight.bad(&parcel, &why),
            Verdict::Refused(why) => {
                flight.again(parcel);
                Some(why)
            }
        };
        if let Some(words) = wrong {
            self.stopped.get_or_insert(Stopped(words));
        }
        if !flight.is_over() {
            self.flight = Some(flight);
            return;
        }
        self.landed = Some(Landed {
            stamp: flight.stamp,
            buried: flight.buried,
            cut: flight.cut,
        });
    }

    fn failed(&mut self, why: String, after: Option<Duration>, tick: Duration, random: f64) {
        self.retries += 1;
        self.why = Some(why);
        // Parcels that were out together fail together: that is one failure.
        if tick >= self.not_before {
            let wait = after.unwrap_or_else(|| backoff(self.failures, random));
            self.failures = self.failures.saturating_add(1);
            self.not_before = tick.saturating_add(wait);
        }
    }

    /// What was delivered last: to be kept before anything else is sent.
    pub fn landed(&mut self) -> Option<Landed<S>> {
        self.landed.take()
    }

    /// Why nothing is sent any more.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stopped> {
        self.stopped.as_ref()
    }

    /// Whether all that was taken has landed and was handed out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.flight.is_none() && self.landed.is_none()
    }

    /// How many answers are awaited.
    #[must_use]
    pub fn out(&self) -> usize {
        self.flight.as_ref().map_or(0, Flight::out)
    }

    /// Why sending fails at present, in words.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Parcels that were sent again.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries
    }
}
