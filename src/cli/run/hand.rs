//! What walks one stream, voyage after voyage, whatever becomes of the others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::board::Row;
use super::journal::{Journal, Level};
use crate::error::{Error, Result};
use crate::fetch::{Cancel, Reality, Surroundings};
use crate::keep::{Health, HealthFile, Keep, PlaceFile};
use crate::pages::{Budget, Run, Stream};
use crate::ship::{Account, Course, Headway, Route, ship};
use crate::time::Time;
use crate::walk::Range;

/// SIGTERM is to be over within three seconds; the rest is for keeping the place and leaving.
const GRACE: Duration = Duration::from_millis(1_800);

/// A voyage with an end is given up when nothing moves for so long.
const STALL: Duration = Duration::from_mins(1);

/// A stream that failed is not tried again before.
const LEAST_WAIT: Duration = Duration::from_secs(5);

/// One that goes on at once all the same.
const BREATH: Duration = Duration::from_secs(1);

/// What walks one stream.
pub(crate) struct Hand {
    pub(crate) stream: Arc<Stream>,
    pub(crate) route: Arc<Route>,
    pub(crate) place: PlaceFile,
    /// Where it is noted how the stream fares, if anywhere.
    pub(crate) health: Option<HealthFile>,
    /// The range that is walked, if it is not the whole log.
    pub(crate) range: Option<Range>,
    pub(crate) row: Arc<Row>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) cancel: Cancel,
    pub(crate) once: bool,
    /// What is there by then is enough; a range has an end of its own and none of these.
    pub(crate) up_to: Option<Time>,
    /// Shared by those that wait for one quota in turns.
    pub(crate) headway: Headway,
}

impl Hand {
    /// Works until told to stop, or once it is caught up where that was asked for.
    pub(crate) fn work(mut self) -> Result<()> {
        self.row.pulse.beat(Reality::default().tick());
        let mut health = self
            .health
            .as_ref()
            .map(HealthFile::read)
            .unwrap_or_default();
        let mut last_said = None;
        let mut moved = Instant::now();
        loop {
            let begin = Instant::now();
            let (ended, account) = self.voyage();
            self.tell(&ended, &account, begin.elapsed(), &mut last_said);
            if self.cancel.is_raised() {
                // How it would have ended nobody knows.
                self.row.end(health);
                return Ok(());
            }
            self.note(&ended, &mut health);
            if account.kept > 0 {
                moved = Instant::now();
            }
            let wait = if self.once {
                ended?;
                let caught_up = account.stands().is_none_or(|standing| !standing.behind);
                if caught_up || account.is_enough() {
                    return Ok(());
                }
                if moved.elapsed() > STALL {
                    return Err(Error::Unavailable(format!(
                        "the end of the log was not reached, and nothing more came for {} s",
                        STALL.as_secs()
                    )));
                }
                BREATH
            } else {
                self.wait(&ended, begin)
            };
            self.rest(wait);
            if self.cancel.is_raised() {
                return Ok(());
            }
        }
    }

    fn rest(&self, span: Duration) {
        let tick = Reality::default().tick();
        self.row.pulse.beat(tick.saturating_add(span));
        let _told_to_stop = self.cancel.wait(span);
        self.row.pulse.beat(Reality::default().tick());
    }

    fn voyage(&mut self) -> (Result<()>, Account) {
        let account = self.row.begin();
        let ended = self.try_voyage(&account);
        let account = account.lock().clone();
        (ended, account)
    }

    fn try_voyage(&mut self, account: &Arc<parking_lot::Mutex<Account>>) -> Result<()> {
        let kept = self.place.load()?;
        for words in &kept.said {
            self.journal
                .say(Level::Warning, Some(&self.row.label), words);
        }
        let course = Course {
            stop: self.cancel.clone(),
            grace: GRACE,
            span: None,
            stall: self.once.then_some(STALL),
            silence: STALL,
            headway: self.headway.clone(),
            holds_on: true,
            pulse: self.row.pulse.clone(),
        };
        let first = self.range.filter(|_| kept.place.is_none());
        let place = match first {
            Some(range) => Some(range.first_place(Time::now())?),
            None => kept.place,
        };
        let budget = Budget {
            bytes: self.stream.config.limits.run_bytes,
            span: None,
        };
        let up_to = self.up_to;
        let walk = |around| {
            let stream = Arc::clone(&self.stream);
            let run = Run::new(stream, place.as_deref(), budget, around)?.scouting();
            Ok(match up_to {
                Some(moment) => run.up_to(moment),
                None => run,
            })
        };
        let mut sequence = kept.sequence;
        let place = &mut self.place;
        let mut keep = |text: &str| {
            place.save(sequence + 1, text)?;
            sequence += 1;
            Ok(())
        };
        ship(walk, &self.route, &course, account, &mut keep)
    }

    /// Says what came of a voyage; the same words only once.
    fn tell(
        &self,
        ended: &Result<()>,
        account: &Account,
        lasted: Duration,
        last_said: &mut Option<String>,
    ) {
        let label = Some(self.row.label.as_str());
        let said = account.report.as_ref().map(|report| report.said.as_slice());
        for words in said.unwrap_or_default() {
            self.journal.say(Level::Warning, label, words);
        }
        if account.rejected > 0
            && let Some(path) = self.route.dead_letters()
        {
            let words = format!(
                "{} logs were refused for good and are kept in {}",
                account.rejected,
                path.display()
            );
            self.journal.say(Level::Error, label, &words);
        }
        if account.tally.logs > 0 {
            let mut facts: Map<String, Value> = Map::new();
            facts.insert("records".to_owned(), json!(account.tally.logs));
            facts.insert("bytes".to_owned(), json!(account.tally.bytes));
            facts.insert("seconds".to_owned(), json!(lasted.as_secs_f64()));
            self.journal.tell(Level::Info, label, "delivered", facts);
        }
        match ended {
            Ok(()) => {
                if last_said.take().is_some() {
                    self.journal.say(Level::Info, label, "all is well again");
                }
            }
            Err(Error::Cancelled) => {}
            Err(error) => {
                let words = error.to_string();
                if last_said.as_ref() != Some(&words) {
                    self.journal.say(Level::Error, label, &words);
                    *last_said = Some(words);
                }
            }
        }
    }

    fn note(&self, ended: &Result<()>, health: &mut Health) {
        match ended {
            Ok(()) => {
                *health = Health {
                    last_success: Some(Time::now()),
                    ..Health::default()
                }
            }
            Err(Error::Cancelled) => {}
            Err(error) => {
                health.failures_in_a_row += 1;
                health.last_error = Some(error.to_string());
            }
        }
        if let Some(file) = &self.health
            && let Err(error) = file.write(health)
        {
            let words = error.to_string();
            self.journal
                .say(Level::Warning, Some(&self.row.label), &words);
        }
        self.row.end(health.clone());
    }

    /// How long until the next voyage.
    fn wait(&self, ended: &Result<()>, begin: Instant) -> Duration {
        let interval = self.stream.config.interval;
        let left = interval.saturating_sub(begin.elapsed());
        let tick = Reality::default().tick();
        let refused = self.route.intake().still_refused(tick);
        match (ended, refused) {
            (_, Some((until, _))) => until.saturating_sub(tick),
            (Ok(()), None) => left,
            (Err(_), None) => left.max(LEAST_WAIT),
        }
    }
}
