//! An OAuth token: asked for by one stream, used by all that have the same client.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use once_cell::sync::Lazy;
use parking_lot::{Condvar, Mutex};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::fetch::{Deadline, Surroundings};

/// Where the server does not say how long a token lives.
const LIFETIME: Duration = Duration::from_mins(5);

/// A token is not used in its last minute: it could expire on the way.
const SKEW: Duration = Duration::from_mins(1);

/// How often a stream that waits for another one's token looks up.
const LOOK_UP: Duration = Duration::from_millis(50);

static SHELVES: Lazy<Mutex<HashMap<[u8; 32], Weak<Shelf>>>> = Lazy::new(Mutex::default);

/// A token just granted.
pub(in crate::fetch) struct Fresh {
    token: String,
    lifetime: Duration,
}

impl Fresh {
    pub(super) fn new(token: &str, seconds: Option<f64>) -> Self {
        let lifetime = seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or(LIFETIME);
        Self {
            token: token.to_owned(),
            lifetime: lifetime.saturating_sub(SKEW.min(lifetime / 2)),
        }
    }
}

/// Where the token of one client lies.
#[derive(Default)]
pub(in crate::fetch) struct Shelf {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    /// Somebody is asking for one.
    Asking,
    There {
        token: String,
        end: Duration,
    },
}

impl Shelf {
    /// The shelf for requests of tokens that are the same.
    pub(in crate::fetch) fn shared(url: &str, form: &str) -> Arc<Self> {
        let mut hash = Sha256::new();
        hash.update(url.len().to_le_bytes());
        hash.update(url);
        hash.update(form);
        let key = hash.finalize().into();
        let mut shelves = SHELVES.lock();
        shelves.retain(|_, shelf| shelf.strong_count() > 0);
        if let Some(there) = shelves.get(&key).and_then(Weak::upgrade) {
            return there;
        }
        let new = Arc::new(Self::default());
        shelves.insert(key, Arc::downgrade(&new));
        new
    }

    /// The token, asked for with `ask` if there is none and nobody else is asking.
    pub(in crate::fetch) fn token(
        &self,
        deadline: Deadline,
        around: &dyn Surroundings,
        ask: &dyn Fn() -> Result<Fresh>,
    ) -> Result<String> {
        let mut state = self.state.lock();
        loop {
            match &*state {
                State::There { token, end } if around.tick() < *end => return Ok(token.clone()),
                State::There { .. } | State::Empty => break,
                State::Asking => {}
            }
            self.changed.wait_for(&mut state, LOOK_UP);
            if around.cancelled() {
                return Err(Error::Cancelled);
            }
            if deadline.is_before(around.tick()) {
                return Err(Error::Unavailable(
                    "no token before the run's time was over".to_owned(),
                ));
            }
        }
        *state = State::Asking;
        drop(state);

        let answered = Answered(self);
        let fresh = ask()?;
        let token = fresh.token.clone();
        *self.state.lock() = State::There {
            end: around.tick().saturating_add(fresh.lifetime),
            token: fresh.token,
        };
        drop(answered);
        Ok(token)
    }

    /// Takes a token away that the API refused, unless it is a newer one already.
    pub(in crate::fetch) fn refuse(&self, refused: &str) {
        let mut state = self.state.lock();
        if matches!(&*state, State::There { token, .. } if token == refused) {
            *state = State::Empty;
        }
    }
}

/// However asking ends, those who wait go on.
struct Answered<'s>(&'s Shelf);

impl Drop for Answered<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        if matches!(*state, State::Asking) {
            *state = State::Empty;
        }
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fetch::surroundings::fake::Fake;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_token_is_asked_for_again_a_minute_before_its_end() {
        let shelf = Shelf::default();
        let fake = Fake::default();
        let asked = Cell::new(0);
        let take = || {
            let ask = || {
                asked.set(asked.get() + 1);
                Ok(Fresh::new("t", Some(3600.0)))
            };
            shelf.token(Deadline::NEVER, &fake, &ask).unwrap()
        };
        take();
        fake.pause(Duration::from_secs(3539)).unwrap();
        take();
        assert_eq!(asked.get(), 1);
        fake.pause(Duration::from_secs(1)).unwrap();
        take();
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn lifetimes_that_make_no_sense_are_five_minutes_and_short_ones_are_halved() {
        let lifetime = |seconds| Fresh::new("t", seconds).lifetime;
        for odd in [None, Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            assert_eq!(lifetime(odd), Duration::from_mins(4));
        }
        assert_eq!(lifetime(Some(10.0)), Duration::from_secs(5));
    }

    #[test]
    fn only_the_token_that_was_refused_is_taken_away() {
        let shelf = Shelf::default();
        let fake = Fake::default();
        let ask = |token: &'static str| move || -> Result<Fresh> { Ok(Fresh::new(token, None)) };
        assert_eq!(shelf.token(Deadline::NEVER, &fake, &ask("a")).unwrap(), "a");
        shelf.refuse("older");
        assert_eq!(shelf.token(Deadline::NEVER, &fake, &ask("b")).unwrap(), "a");
        shelf.refuse("a");
        assert_eq!(shelf.token(Deadline::NEVER, &fake, &ask("b")).unwrap(), "b");
    }

    #[test]
    fn who_fails_to_get_one_leaves_the_next_to_try() {
        let shelf = Shelf::default();
        let fake = Fake::default();
        let refused = || Err(Error::Credentials("no".to_owned()));
        assert!(shelf.token(Deadline::NEVER, &fake, &refused).is_err());
        let granted = || Ok(Fresh::new("t", None));
        assert_eq!(shelf.token(Deadline::NEVER, &fake, &granted).unwrap(), "t");
    }

    #[test]
    fn many_streams_ask_once() {
        let shelf = Shelf::default();
        let asked = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let ask = || {
                        asked.fetch_add(1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(30));
                        Ok(Fresh::new("t", None))
                    };
                    let token =
                        shelf.token(Deadline::NEVER, &crate::fetch::Reality::default(), &ask);
                    assert_eq!(token.unwrap(), "t");
                });
            }
        });
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn the_same_request_for_a_token_has_the_same_shelf() {
        let one = Shelf::shared("https://a", "client_id=1");
        assert!(Arc::ptr_eq(
            &one,
            &Shelf::shared("https://a", "client_id=1")
        ));
        assert!(!Arc::ptr_eq(
            &one,
            &Shelf::shared("https://a", "client_id=2")
        ));
    }
}
