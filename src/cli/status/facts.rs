//! How a stream stands, from what it keeps: rules without I/O.

use std::time::Duration;

use serde_json::{Value, json};

use super::backfills;
use crate::cli::backfill::Begun;
use crate::cli::wording;
use crate::config::Config;
use crate::deliver::{self, Site};
use crate::error::{Error, Result};
use crate::keep::{Health, Kept};
use crate::time::Time;
use crate::walk::Place;

/// Polls that were missed before a stream that was at the end counts as behind.
const MISSED: u32 = 2;
/// What a poll may take on top.
const LATENESS: Duration = Duration::from_mins(1);

/// How a stream stands.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) label: String,
    pub(super) state: State,
    pub(super) store: String,
    /// How far the log is delivered.
    pub(super) reached: Option<Time>,
    pub(super) lag: Option<Duration>,
    pub(super) last_success: Option<Time>,
    pub(super) health: Option<Health>,
    pub(super) retention_left: Option<Duration>,
    /// Bytes sent to the Agent before the place was kept, and not acknowledged by now.
    pub(super) unconfirmed: u64,
    /// What should be known about the place.
    pub(super) said: Vec<String>,
    /// Ranges of the past that were begun and are not finished.
    pub(super) backfills: Vec<Begun>,
}

/// Where a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It never ran, or was reset.
    NotBegun,
    /// What was kept is no more.
    Lost,
    /// At the end of the log.
    CaughtUp,
    /// It was at the end, and should have looked since.
    Late,
    /// In the middle of a walk.
    Behind,
    /// Until the API wants to be asked again.
    Waiting(Time),
}

impl State {
    /// As scripts read it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::NotBegun => "not begun",
            Self::Lost => "lost",
            Self::CaughtUp => "caught up",
            Self::Late => "late",
            Self::Behind => "behind",
            Self::Waiting(_) => "waiting",
        }
    }
}

impl Facts {
    pub(super) fn of(
        config: &Config,
        kept: &Kept,
        health: Option<Health>,
        agent: &dyn Site,
        now: Time,
    ) -> Result<Self> {
        let mut facts = Self {
            label: config.label(),
            state: if kept.lost {
                State::Lost
            } else {
                State::NotBegun
            },
            store: wording::store(&config.store),
            reached: None,
            lag: None,
            last_success: health.as_ref().and_then(|health| health.last_success),
            health,
            retention_left: None,
            unconfirmed: 0,
            said: kept.said.clone(),
            backfills: Vec::new(),
        };
        let Some(text) = &kept.place else {
            return Ok(facts);
        };
        let place: Place = serde_json::from_str(deliver::base_of(text)).map_err(|_| {
            Error::Store(
                "what is kept is no resume point of this version: `logwalk cursor show` prints it"
                    .to_owned(),
            )
        })?;
        facts.unconfirmed = deliver::unconfirmed_of(text, agent);
        facts.take(config, &place, now);
        Ok(facts)
    }

    fn take(&mut self, config: &Config, place: &Place, now: Time) {
        self.reached = place.reached();
        // Whoever notes no health still moves the place.
        self.last_success = self.last_success.or(place.last_read());
        let at_the_end = place.checked.filter(|_| place.is_at_the_end());
        let standing = place.standing(&config.source, at_the_end.is_none(), now);
        self.lag = Some(standing.lag);
        self.retention_left = standing.retention_left;
        self.state = State::Behind;
        if let Some(checked) = at_the_end {
            let unseen = now.since(checked.max(self.last_success.unwrap_or(checked)));
            let expected = config.interval.saturating_mul(MISSED) + LATENESS;
            self.state = State::CaughtUp;
            if unseen > expected {
                // What came since then nobody has asked for.
                self.state = State::Late;
                self.lag = Some(unseen);
                let kept = config.source.retention;
                self.retention_left = kept.map(|kept| kept.saturating_sub(unseen));
            }
        }
        if let Some(until) = place.not_before.filter(|until| *until > now) {
            self.state = State::Waiting(until);
        }
    }

    pub(super) fn as_json(&self) -> Value {
        let seconds = |span: Option<Duration>| span.map(|span| span.as_secs());
        let time = |time: Option<Time>| time.map(|time| time.to_string());
        let until = match self.state {
            State::Waiting(until) => Some(until),
            _ => None,
        };
        let health = self.health.as_ref();
        let error = health.and_then(|health| health.last_error.as_ref());
        json!({
            "stream": self.label,
            "state": self.state.word(),
            "store": self.store,
            "delivered_to": time(self.reached),
            "lag_seconds": seconds(self.lag),
            "last_success": time(self.last_success),
            "failures_in_a_row": health.map(|health| health.failures_in_a_row),
            "last_error": error,
            "retention_left_seconds": seconds(self.retention_left),
            "unconfirmed_bytes": self.unconfirmed,
            "waiting_until": time(until),
            "notes": self.said,
            "backfills": self.backfills.iter().map(backfills::as_json).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::AgentFacts;
    use crate::deliver::{AgentFiles, Ground};
    use crate::fetch::Reality;
    use std::path::Path;
    use std::sync::Arc;

    /// 2026-11-20T09:30:00Z
    const NOW: Time = Time(1_795_167_000_000);
    const HOUR: Duration = Duration::from_hours(1);

    fn config() -> Config {
        let instance = json!({
            "source": "agent_handler/tool_calls",
            "credentials": {"token": "x"},
            "min_collection_interval": 60,
        });
        Config::read(&instance, &Value::Null, &AgentFacts::default()).unwrap()
    }

    /// An Agent that is not there.
    fn nobody() -> Ground {
        Ground {
            files: Arc::new(AgentFiles::new(Path::new("/nonexistent"), 0)),
            reality: Reality::default(),
        }
    }

    fn facts(place: &Place, health: Option<Health>) -> Facts {
        let kept = Kept {
            sequence: 1,
            place: Some(serde_json::to_string(place).unwrap()),
            ..Kept::default()
        };
        Facts::of(&config(), &kept, health, &nobody(), NOW).unwrap()
    }

    fn at_the_end(ago: Duration) -> Place {
        let mut place = Place::first(Some(NOW.before(HOUR * 30)), NOW.before(ago));
        place.checked = Some(NOW.before(ago));
        place.newest = Some(NOW.before(HOUR * 20));
        place
    }

    #[test]
    fn at_the_end_there_is_no_lag_as_long_as_somebody_looks() {
        let facts = facts(&at_the_end(Duration::from_secs(100)), None);
        assert_eq!(
            (facts.state, facts.lag),
            (State::CaughtUp, Some(Duration::ZERO))
        );
        assert_eq!(
            facts.last_success,
            Some(NOW.before(Duration::from_secs(100)))
        );
        assert_eq!(facts.retention_left, Some(HOUR * 24 * 30));
    }

    #[test]
    fn a_stream_that_nobody_polls_any_more_is_late_and_loses_what_the_vendor_drops() {
        let facts = facts(&at_the_end(HOUR * 48), None);
        assert_eq!((facts.state, facts.lag), (State::Late, Some(HOUR * 48)));
        assert_eq!(facts.retention_left, Some(HOUR * 24 * 28));
    }

    #[test]
    fn in_the_middle_of_a_walk_the_lag_is_the_newest_records() {
        let mut place = Place::first(Some(NOW.before(HOUR * 30)), NOW);
        place.newest = Some(NOW.before(HOUR * 20));
        let facts = facts(&place, None);
        assert_eq!((facts.state, facts.lag), (State::Behind, Some(HOUR * 20)));
        assert_eq!(facts.retention_left, Some(HOUR * 700));
    }

    #[test]
    fn a_wait_and_failures_are_told() {
        let mut place = at_the_end(HOUR);
        place.not_before = Some(NOW.after(HOUR));
        let health = Health {
            last_success: Some(NOW.before(HOUR)),
            failures_in_a_row: 3,
            last_error: Some("401 from host".to_owned()),
        };
        let facts = facts(&place, Some(health));
        assert_eq!(facts.state, State::Waiting(NOW.after(HOUR)));
        let told = facts.as_json();
        assert_eq!(told["failures_in_a_row"], 3);
        assert_eq!(told["last_error"], "401 from host");
        assert_eq!(told["waiting_until"], "2026-11-20T10:30:00.000Z");
    }

    #[test]
    fn what_is_no_place_is_an_error_and_none_is_none() {
        let kept = |place: Option<&str>, lost| Kept {
            place: place.map(str::to_owned),
            lost,
            ..Kept::default()
        };
        let of =
            |kept: &Kept| Facts::of(&config(), kept, None, &nobody(), NOW).map(|facts| facts.state);
        assert_eq!(of(&kept(None, false)), Ok(State::NotBegun));
        assert_eq!(of(&kept(None, true)), Ok(State::Lost));
        assert!(of(&kept(Some("[1]"), false)).is_err());
    }
}
