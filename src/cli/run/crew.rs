//! All streams at work, each on a thread of its own.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::board::{Board, Row};
use super::hand::Hand;
use super::journal::{Journal, Level};
use crate::cli::stop::Stop;
use crate::config::{Config, Destination, Store};
use crate::error::{Error, Result};
use crate::fetch::Cancel;
use crate::keep::{HealthFile, PlaceFile};
use crate::pages::{Facts, Stream};
use crate::ship::{Headway, Route};
use crate::time::Time;

/// Whatever a network does, nobody waits longer for a stream to end.
const PATIENCE: Duration = Duration::from_millis(2_600);

/// Streams begin so far apart: a thousand that ask in the same moment are a burst to the vendor,
/// and each has its threads and its room at once.
const APART: Duration = Duration::from_millis(3);

const LOOK_UP: Duration = Duration::from_millis(10);

/// All at work.
pub(crate) struct Crew {
    cancel: Cancel,
    hands: Vec<(Arc<Row>, JoinHandle<Result<()>>)>,
    failed: Vec<String>,
    journal: Arc<Journal>,
    once: bool,
}

impl Crew {
    /// Nobody yet; `once` where each ends by itself.
    pub(crate) fn new(cancel: Cancel, once: bool, journal: &Arc<Journal>) -> Self {
        Self {
            cancel,
            hands: Vec::new(),
            failed: Vec::new(),
            journal: Arc::clone(journal),
            once,
        }
    }

    /// One more, at work at once.
    pub(crate) fn add(
        &mut self,
        row: Arc<Row>,
        work: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> std::io::Result<()> {
        let thread = std::thread::Builder::new().name("logwalk-stream".to_owned());
        self.hands.push((row, thread.spawn(work)?));
        Ok(())
    }

    /// Locks every stream, then lets all of them work.
    pub(crate) fn begin(
        streams: Vec<Config>,
        once: bool,
        board: &Arc<Board>,
        journal: &Arc<Journal>,
    ) -> std::result::Result<Self, Stop> {
        let cancel = Cancel::default();
        let identities: Vec<String> = streams.iter().map(Config::identity).collect();
        let mut hands = Vec::new();
        for config in streams {
            hands.push(hand(config, once, board, journal, &cancel)?);
        }
        board.retain(&identities);
        let mut crew = Self::new(cancel, once, journal);
        let mut turn = Duration::ZERO;
        for hand in hands {
            let row = Arc::clone(&hand.row);
            let (wait, cancel) = (turn, crew.cancel.clone());
            turn += APART;
            crew.add(row, move || {
                // Whoever is to stop before it has begun finds out by itself.
                let _ = cancel.wait(wait);
                hand.work()
            })?;
        }
        let words = match crew.hands.len() {
            1 => "1 stream is walked".to_owned(),
            many => format!("{many} streams are walked"),
        };
        journal.say(Level::Info, None, &words);
        Ok(crew)
    }

    /// Tells all to stop, and waits for them, but not for ever.
    pub(crate) fn dismiss(&mut self) {
        self.cancel.raise();
        let begin = Instant::now();
        for (row, thread) in self.hands.drain(..) {
            while !thread.is_finished() && begin.elapsed() < PATIENCE {
                std::thread::sleep(LOOK_UP);
            }
            if !thread.is_finished() {
                let words = "did not stop in time and is left behind; its place is safe";
                self.journal.say(Level::Warning, Some(&row.label), words);
            }
        }
    }

    /// How it ended, once all have; those that only a fault can end are said to be dead.
    pub(crate) fn ended(&mut self) -> Option<std::result::Result<(), Stop>> {
        let (over, at_work) = std::mem::take(&mut self.hands)
            .into_iter()
            .partition(|(_, thread)| thread.is_finished());
        self.hands = at_work;
        for (row, thread) in over {
            match thread.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.failed.push(format!("{}: {error}", row.label)),
                Err(_) => {
                    row.die();
                    let words = "ended by a fault in logwalk; its place did not move past what was \
                                 delivered";
                    self.journal.say(Level::Error, Some(&row.label), words);
                    self.failed.push(format!("{}: {words}", row.label));
                }
            }
        }
        if !self.hands.is_empty() {
            return None;
        }
        if self.failed.is_empty() && self.once {
            return Some(Ok(()));
        }
        Some(Err(Stop::Short(std::mem::take(&mut self.failed))))
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.cancel.raise();
    }
}

fn hand(
    config: Config,
    once: bool,
    board: &Board,
    journal: &Arc<Journal>,
    cancel: &Cancel,
) -> Result<Hand> {
    let (Destination::Datadog(options), Store::File(folder)) = (&config.destination, &config.store)
    else {
        return Err(Error::config(config.label(), "needs an Agent"));
    };
    let route = Route::new(options, &config, None)?;
    let mut place = PlaceFile::new(folder, &config.label(), &config.identity());
    place.hold()?;
    let row = board.row(&config);
    Ok(Hand {
        health: Some(HealthFile::beside(&place)),
        range: None,
        route: Arc::new(route),
        stream: Arc::new(Stream::new(config, &Facts::default())?),
        place,
        row,
        journal: Arc::clone(journal),
        cancel: cancel.clone(),
        once,
        up_to: once.then(Time::now),
        headway: Headway::default(),
    })
}
