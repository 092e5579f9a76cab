//! The threads that post, one for each parcel that is out at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use parking_lot::Mutex;

use super::{Event, Route};
use crate::deliver::datadog::{Parcel, Presses, Verdict};
use crate::error::{Error, Result};
use crate::fetch::Reality;

/// Posts parcels and tells what became of them; its threads end with this value.
pub(super) struct Posters {
    means: Means,
    work: Sender<Parcel>,
    given: Arc<Mutex<Receiver<Parcel>>>,
    threads: usize,
}

/// What a thread posts with.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) route: Arc<Route>,
    pub(super) presses: Arc<Presses>,
    /// What posts wait in; cancelled, they are left behind.
    pub(super) around: Reality,
    pub(super) events: Sender<Event>,
}

impl Posters {
    /// No thread yet.
    pub(super) fn new(means: Means) -> Self {
        let (work, given) = channel();
        Self {
            means,
            work,
            given: Arc::new(Mutex::new(given)),
            threads: 0,
        }
    }

    /// Posts a parcel; `out` are on their way, this one among them.
    pub(super) fn post(&mut self, parcel: Parcel, out: usize) -> Result<()> {
        // A thread for each parcel would cost a hundredth of all that is to do.
        if self.threads < out {
            self.begin()?;
        }
        let number = parcel.number;
        self.work.send(parcel).map_err(|_| {
            Error::Unavailable(format!("no thread is left that could send parcel {number}"))
        })
    }

    fn begin(&mut self) -> Result<()> {
        let (means, given) = (self.means.clone(), Arc::clone(&self.given));
        std::thread::Builder::new()
            .name("logwalk-post".to_owned())
            .spawn(move || {
                loop {
                    let Ok(parcel) = given.lock().recv() else {
                        return;
                    };
                    if means.events.send(means.posted(&parcel)).is_err() {
                        // Nobody listens once the voyage is over.
                        return;
                    }
                }
            })
            .map_err(|error| {
                Error::Unavailable(format!("no thread could be started to send with: {error}"))
            })?;
        self.threads += 1;
        Ok(())
    }
}

impl Means {
    fn posted(&self, parcel: &Parcel) -> Event {
        let post = || self.route.intake.post(parcel, &self.presses, &self.around);
        // A fault here must not leave the voyage waiting for ever.
        let verdict = catch_unwind(AssertUnwindSafe(post)).unwrap_or_else(|_| {
            let why = "the thread that sends met with a fault in logwalk";
            Some(Verdict::Again {
                after: None,
                why: why.to_owned(),
            })
        });
        Event::Answer(parcel.number, verdict)
    }
}
