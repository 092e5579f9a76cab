//! A sample that answers in its API's place.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;

use super::Kept;
use crate::error::{Error, Result};
use crate::fetch::{Reality, Surroundings};
use crate::pages::Between;
use crate::source::{Call, Reply};
use crate::time::Time;

/// Gives the replies of a sample, one after the other, whatever is asked.
#[derive(Debug)]
pub(crate) struct Replay {
    replies: Mutex<VecDeque<Reply>>,
}

impl Kept {
    /// The replies, to be given again.
    pub(crate) fn replay(&self) -> Replay {
        let replies = self.replies.iter().map(|kept| Reply {
            status: kept.status,
            headers: kept.headers.clone().into_iter().collect(),
            body: kept.body.clone().into_bytes(),
        });
        Replay {
            replies: Mutex::new(replies.collect()),
        }
    }

    /// The clock as it stood then.
    pub(crate) fn then(&self) -> Then {
        Then {
            at: self.at,
            real: Reality::default(),
        }
    }
}

impl Between for Replay {
    fn call(&self, _: &Call, _: &dyn Fn() -> Result<Reply>) -> Result<Reply> {
        let next = self.replies.lock().pop_front();
        next.ok_or_else(|| Error::Unavailable("the sample has no more replies".to_owned()))
    }
}

/// The surroundings in which a sample was made.
#[derive(Debug)]
pub(crate) struct Then {
    at: Time,
    real: Reality,
}

impl Surroundings for Then {
    fn now(&self) -> Time {
        self.at
    }

    fn tick(&self) -> Duration {
        self.real.tick()
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.real.pause(span)
    }

    fn random(&self) -> f64 {
        self.real.random()
    }

    fn cancelled(&self) -> bool {
        self.real.cancelled()
    }
}
