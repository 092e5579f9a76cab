//! The next page's request, under way while this page is mapped and delivered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::Stream;
use crate::error::{Error, Result};
use crate::fetch::{Deadline, Surroundings};
use crate::source::{Ask, Reply};
use crate::time::Time;

/// How often a scout in a wait looks whether anybody still wants its page.
const LOOK_UP: Duration = Duration::from_millis(50);

/// The surroundings of whoever sends a scout out.
pub(super) type Around = Arc<dyn Surroundings + Send + Sync>;

/// Asks for the page that will be read next.
pub(super) struct Scout {
    around: Around,
    /// A thread that asks, from the first page on that leads to another: most polls have one page.
    thread: Option<Thread>,
    /// What it was sent for, until its reply is taken.
    out: Option<Ask>,
}

struct Thread {
    errands: Sender<Errand>,
    replies: Receiver<Result<Reply>>,
    /// Whether the run is over: nobody wants a reply any more.
    over: Arc<AtomicBool>,
}

struct Errand {
    ask: Ask,
    deadline: Deadline,
}

impl Scout {
    pub(super) fn new(around: Around) -> Self {
        Self {
            around,
            thread: None,
            out: None,
        }
    }

    /// Sends it out, unless it is out already; where no thread can be had the caller asks itself.
    pub(super) fn send(&mut self, stream: &Arc<Stream>, ask: Ask, deadline: Deadline) {
        if self.out.is_some() {
            return;
        }
        if self.thread.is_none() {
            self.thread = Thread::begin(stream, &self.around);
        }
        let Some(thread) = &self.thread else { return };
        let errand = Errand {
            ask: ask.clone(),
            deadline,
        };
        if thread.errands.send(errand).is_ok() {
            self.out = Some(ask);
        }
    }

    /// Waits for its reply, if this is what it was sent for.
    pub(super) fn reply(&mut self, ask: &Ask) -> Option<Result<Reply>> {
        let out = self.out.take()?;
        let thread = self.thread.as_ref()?;
        let reply = thread.replies.recv();
        if out != *ask {
            return None;
        }
        Some(reply.unwrap_or_else(|_| {
            Err(Error::Unavailable(
                "the thread that asks ended unexpectedly, which is a fault in logwalk; standard \
                 error has the trace"
                    .to_owned(),
            ))
        }))
    }
}

impl Thread {
    fn begin(stream: &Arc<Stream>, around: &Around) -> Option<Self> {
        let (errands, sent) = channel::<Errand>();
        let (told, replies) = channel();
        let over = Arc::new(AtomicBool::new(false));
        let stream = Arc::clone(stream);
        let around = While {
            around: Arc::clone(around),
            over: Arc::clone(&over),
        };
        let thread = std::thread::Builder::new().name("logwalk-scout".to_owned());
        let begun = thread.spawn(move || {
            for errand in sent {
                let reply = stream.ask(&errand.ask, errand.deadline, &around);
                if told.send(reply).is_err() {
                    return;
                }
            }
        });
        begun.ok().map(|_| Self {
            errands,
            replies,
            over,
        })
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Surroundings for as long as a run is not over.
struct While {
    around: Around,
    over: Arc<AtomicBool>,
}

impl Surroundings for While {
    fn now(&self) -> Time {
        self.around.now()
    }

    fn tick(&self) -> Duration {
        self.around.tick()
    }

    fn pause(&self, span: Duration) -> Result<()> {
        let mut left = span;
        while !left.is_zero() {
            if self.cancelled() {
                return Err(Error::Cancelled);
            }
            let step = left.min(LOOK_UP);
            self.around.pause(step)?;
            left = left.saturating_sub(step);
        }
        Ok(())
    }

    fn random(&self) -> f64 {
        self.around.random()
    }

    fn cancelled(&self) -> bool {
        self.over.load(Ordering::Relaxed) || self.around.cancelled()
    }
}
