//! Polls the model as a check does, and keeps the accounts of what was sent.

#![allow(clippy::expect_used)]

use std::collections::HashMap;
use std::sync::Arc;

use super::{Answered, Api, Fault};
use crate::source::Source;
use crate::time::Time;
use crate::walk::{Ending, Fact, Lead, Place, Verdict, Walk};

/// One run of the check.
#[derive(Debug, Clone)]
pub(in crate::walk) struct Poll {
    pub(in crate::walk) pages: usize,
    pub(in crate::walk) cut_after: Option<usize>,
    pub(in crate::walk) crash_at: Option<(usize, usize)>,
    pub(in crate::walk) faults: HashMap<usize, Fault>,
}

/// The whole of what happened to a stream: what was sent, and what is kept.
pub(in crate::walk) struct Stream {
    pub(in crate::walk) source: Arc<Source>,
    pub(in crate::walk) start: Option<Time>,
    pub(in crate::walk) kept: Option<String>,
    pub(in crate::walk) sent: HashMap<u64, u32>,
    pub(in crate::walk) excused: HashMap<u64, u32>,
    pub(in crate::walk) requests: usize,
}

impl Stream {
    /// `ours` is what our clock says while it is `now` at the API.
    pub(in crate::walk) fn poll(
        &mut self,
        api: &Api,
        poll: &Poll,
        now: i64,
        ours: i64,
    ) -> Option<Ending> {
        let place: Option<Place> = self
            .kept
            .as_ref()
            .map(|text| serde_json::from_str(text).expect("a place reads back"));
        let mut walk = Walk::resume(self.source.clone(), None, place, self.start, Time(ours));
        self.kept = Some(walk.written().expect("a place is written"));
        self.requests = 0;
        let mut room = poll.cut_after;
        for page in 0.. {
            let Some(ask) = walk.ask().filter(|_| page < poll.pages) else {
                break;
            };
            self.requests += 1;
            assert!(self.requests < 3_000, "the walk does not end: {ask:?}");
            let fault = poll.faults.get(&page).copied().unwrap_or(Fault::None);
            match api.answer(&ask, fault, now) {
                Answered::Refused => {
                    if walk.refused("410", Time(ours)).is_err() {
                        return None;
                    }
                }
                Answered::TooLarge => walk.too_large("slow").expect("larger than one"),
                Answered::Wait => walk.told_to_wait(Time(ours + 5), Time(ours)),
                Answered::Failed => return None,
                Answered::Page(records, lead) => {
                    let crash = poll
                        .crash_at
                        .filter(|(at, _)| *at == page)
                        .map(|(_, after)| after);
                    if !self.deliver(api, &mut walk, &records, &lead, &mut room, crash, ours) {
                        return None;
                    }
                }
            }
            self.kept = Some(walk.written().expect("a place is written"));
        }
        walk.ending().cloned()
    }

    #[allow(clippy::too_many_arguments)]
    fn deliver(
        &mut self,
        api: &Api,
        walk: &mut Walk,
        records: &[(usize, Fact)],
        lead: &Lead,
        room: &mut Option<usize>,
        crash: Option<usize>,
        ours: i64,
    ) -> bool {
        let facts: Vec<Fact> = records.iter().map(|(_, fact)| *fact).collect();
        let verdicts = walk.read(&facts, Time(ours));
        let mut taken = 0;
        let mut delivered = Vec::new();
        for ((at, _), verdict) in records.iter().zip(&verdicts) {
            if matches!(verdict, Verdict::Deliver { .. }) {
                if *room == Some(0) {
                    break;
                }
                *room = room.map(|room| room - 1);
                delivered.push(api.counts_as(*at));
            }
            taken += 1;
        }
        for (sent, name) in delivered.iter().enumerate() {
            if crash.is_some_and(|after| sent >= after) {
                break;
            }
            *self.sent.entry(*name).or_default() += 1;
            if crash.is_some() {
                *self.excused.entry(*name).or_default() += 1;
            }
        }
        walk.turn(lead, taken, Time(ours));
        crash.is_none()
    }

    /// Panics unless everything was sent, and nothing twice but what a crash explains.
    pub(in crate::walk) fn settle_accounts(&self, api: &Api, now: i64) {
        let mut due: HashMap<u64, u32> = HashMap::new();
        let mut kept: HashMap<u64, u32> = HashMap::new();
        for at in 0..api.events.len() {
            *due.entry(api.counts_as(at)).or_default() += 1;
            if !api.has_aged_out(at, now) {
                *kept.entry(api.counts_as(at)).or_default() += 1;
            }
        }
        for (at, event) in api.events.iter().enumerate() {
            let name = api.counts_as(at);
            let sent = self.sent.get(&name).copied().unwrap_or(0);
            let excused = self.excused.get(&name).copied().unwrap_or(0);
            let kept = kept.get(&name).copied().unwrap_or(0);
            assert!(sent >= kept, "lost: {event:?} sent {sent} of {kept}");
            assert!(
                sent <= due[&name] + excused,
                "repeated: {event:?} sent {sent} of {} with {excused} excused",
                due[&name]
            );
        }
    }
}
