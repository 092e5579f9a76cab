//! One group of logs on its way: what is still to be sent of it, and which of its logs are bad.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::compression::Presses;
use super::dead_letters::Buried;
use super::payload::Payload;
use crate::log;

/// So many logs that are refused one by one, while none is accepted, are no accident.
const SUSPECTS: usize = 4;

/// Some logs to send in one request.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Tells what became of it; sent again it has another one.
    pub number: u64,
    payload: Arc<Payload>,
    logs: Range<usize>,
    /// Its only log, cut.
    cut: Option<String>,
}

impl Parcel {
    /// How many logs it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.logs.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// How many bytes its body has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.cut {
            Some(log) => log.len() + "[]".len(),
            None => self.payload.array_bytes(self.logs.clone()),
        }
    }

    /// The body to send.
    #[must_use]
    pub fn json(&self) -> Cow<'_, str> {
        match &self.cut {
            Some(log) => Cow::Owned(format!("[{log}]")),
            None => self.payload.array(self.logs.clone()),
        }
    }

    /// The body to send, made small.
    pub fn small(&self, presses: &Presses) -> io::Result<Bytes> {
        if self.cut.is_none() && self.len() == self.payload.len() {
            return self.payload.small(presses);
        }
        presses.pressed(&self.json())
    }

    fn part(&self, logs: Range<usize>) -> Self {
        Self {
            number: 0,
            payload: Arc::clone(&self.payload),
            logs,
            cut: None,
        }
    }

    fn halves(&self) -> Option<(Self, Self)> {
        let middle = usize::midpoint(self.logs.start, self.logs.end);
        let halves = (self.logs.start..middle, middle..self.logs.end);
        (self.len() > 1).then(|| (self.part(halves.0), self.part(halves.1)))
    }

    /// The same log, half as long; none where nothing of it can be cut.
    fn shorter(&self) -> Option<Self> {
        let whole = match &self.cut {
            Some(log) => log,
            None => self.payload.log(self.logs.start),
        };
        Some(Self {
            cut: Some(log::halved(whole)?),
            ..self.part(self.logs.clone())
        })
    }

    fn buried(&self, status: u16, reason: String) -> Buried {
        Buried {
            status,
            reason,
            log: self.payload.log(self.logs.start).to_owned(),
        }
    }
}

/// What is on its way, and what it was stamped with.
#[derive(Debug)]
pub(super) struct Flight<S> {
    pub(super) stamp: S,
    ready: VecDeque<Parcel>,
    out: BTreeMap<u64, Parcel>,
    /// Refused alone, and nothing yet proves that it is their own fault.
    suspects: Vec<Buried>,
    pub(super) buried: Vec<Buried>,
    pub(super) cut: u64,
    /// A log of it is bad; which one is being found out.
    isolating: bool,
    /// Something of it was accepted, so that what is refused is refused for its own fault.
    proof: bool,
}

impl<S> Flight<S> {
    pub(super) fn new(payloads: Vec<Arc<Payload>>, stamp: S) -> Self {
        Self {
            stamp,
            ready: parcels(payloads).collect(),
            out: BTreeMap::new(),
            suspects: Vec::new(),
            buried: Vec::new(),
            cut: 0,
            isolating: false,
            proof: false,
        }
    }

    /// Takes another group along.
    pub(super) fn join(&mut self, payloads: Vec<Arc<Payload>>) {
        self.ready.extend(parcels(payloads));
    }

    /// Whether nothing of it is left to send or to wait for.
    pub(super) fn is_over(&self) -> bool {
        self.ready.is_empty() && self.out.is_empty() && self.suspects.is_empty()
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// How many parcels are out.
    pub(super) fn out(&self) -> usize {
        self.out.len()
    }

    pub(super) fn is_isolating(&self) -> bool {
        self.isolating
    }

    /// The next parcel, which is out under this number from now on.
    pub(super) fn send(&mut self, number: u64) -> Option<Parcel> {
        let mut parcel = if self.takes_from_behind() {
            self.ready.pop_back()?
        } else {
            self.ready.pop_front()?
        };
        parcel.number = number;
        self.out.insert(number, parcel.clone());
        Some(parcel)
    }

    /// Logs beside a bad one are often bad for the same reason: what is to prove that others are
    /// accepted is looked for at both ends.
    fn takes_from_behind(&self) -> bool {
        !self.proof && self.suspects.len() % 2 == 1
    }

    /// Takes a parcel back of which an answer came; none where it is not out.
    pub(super) fn back(&mut self, number: u64) -> Option<Parcel> {
        self.out.remove(&number)
    }

    /// To be sent again, before all others.
    pub(super) fn again(&mut self, parcel: Parcel) {
        self.ready.push_front(parcel);
    }

    pub(super) fn accepted(&mut self, parcel: &Parcel) -> Option<String> {
        self.cut += u64::from(parcel.cut.is_some());
        self.proof = true;
        self.settled()
    }

    /// One of the parcel's logs cannot be read; says so in words where all of it means that the
    /// configuration is wrong.
    pub(super) fn bad(&mut self, parcel: &Parcel, why: &str) -> Option<String> {
        self.isolating = true;
        if self.split(parcel) {
            return None;
        }
        self.suspects.push(parcel.buried(400, why.to_owned()));
        self.settled()
    }

    /// The parcel has too many bytes; in words as in [`Flight::bad`].
    pub(super) fn too_large(&mut self, parcel: &Parcel, why: &str) -> Option<String> {
        if self.split(parcel) {
            return None;
        }
        if let Some(shorter) = parcel.shorter() {
            self.ready.push_front(shorter);
            return None;
        }
        self.isolating = true;
        self.suspects.push(parcel.buried(413, why.to_owned()));
        self.settled()
    }

    /// Puts a parcel's halves in its place; not where it is one log.
    pub(super) fn split(&mut self, parcel: &Parcel) -> bool {
        let Some((first, second)) = parcel.halves() else {
            return false;
        };
        if self.takes_from_behind() {
            self.ready.push_back(first);
            self.ready.push_back(second);
        } else {
            self.ready.push_front(second);
            self.ready.push_front(first);
        }
        true
    }

    /// Buries the suspects once something else was accepted; while nothing is, the fault is not
    /// theirs.
    fn settled(&mut self) -> Option<String> {
        // A size that is too large, however small, is about this log and not about who sends it.
        let by_size = self.all_tried() && self.suspects.iter().all(|one| one.status == 413);
        if self.proof || by_size {
            self.buried.append(&mut self.suspects);
        }
        let enough = self.suspects.len() >= SUSPECTS;
        enough.then(|| self.accusation()).flatten()
    }

    fn all_tried(&self) -> bool {
        self.ready.is_empty() && self.out.is_empty()
    }

    /// Words for a group of which every log was refused, too few to tell whose fault that is.
    pub(super) fn unproven(&self) -> Option<String> {
        self.all_tried().then(|| self.accusation()).flatten()
    }

    fn accusation(&self) -> Option<String> {
        let last = self.suspects.last()?;
        Some(format!(
            "{}; {} logs were tried alone and none was accepted, so it is not the logs: none was \
             set aside",
            last.reason,
            self.suspects.len(),
        ))
    }
}

fn parcels(payloads: Vec<Arc<Payload>>) -> impl Iterator<Item = Parcel> {
    payloads.into_iter().map(|payload| Parcel {
        number: 0,
        logs: 0..payload.len(),
        payload,
        cut: None,
    })
}
