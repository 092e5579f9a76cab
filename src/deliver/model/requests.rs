//! Requests that are made at once: each takes its time, fails as it may, and is made again later.

use super::Chance;
use super::pipeline::Message;

/// How long a request takes at most, and how long it is waited at most before it is made again.
const REQUEST: u64 = 9_000;
const LONGEST_WAIT: u64 = 120_000;

struct Request {
    payload: Vec<Message>,
    failed: u32,
    /// When it is answered, or made again.
    due: u64,
    is_out: bool,
}

pub(in crate::deliver) struct Requests {
    chance: Chance,
    open: Vec<Request>,
}

impl Requests {
    pub(in crate::deliver) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            open: Vec::new(),
        }
    }

    pub(super) fn die(&mut self) {
        self.open.clear();
    }

    pub(super) fn begin(&mut self, payload: Vec<Message>, now: u64) {
        let due = now + self.chance.between(0, REQUEST);
        self.open.push(Request {
            payload,
            failed: 0,
            due,
            is_out: true,
        });
    }

    /// The payloads that the intake is done with, and how many attempts failed.
    pub(super) fn done(&mut self, now: u64, up: bool) -> (Vec<Vec<Message>>, u64) {
        let (mut done, mut failed) = (Vec::new(), 0);
        for mut request in std::mem::take(&mut self.open) {
            if now < request.due {
                self.open.push(request);
                continue;
            }
            if !request.is_out {
                request.is_out = true;
                request.due = now + self.chance.between(0, REQUEST);
            } else if up && !self.chance.one_in(4) {
                done.push(request.payload);
                continue;
            } else {
                failed += 1;
                request.failed += 1;
                let longest = LONGEST_WAIT.min(1_000 << request.failed.min(10));
                request.is_out = false;
                request.due = now + self.chance.between(longest / 2, longest);
            }
            self.open.push(request);
        }
        (done, failed)
    }
}
