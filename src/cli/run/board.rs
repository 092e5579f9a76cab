//! How every stream stands, for whoever asks: rows that the streams write and others read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::journal::{Journal, Level};
use crate::cli::wording;
use crate::config::Config;
use crate::fetch::{Pulse, Reality, Surroundings};
use crate::keep::Health;
use crate::ship::Account;
use crate::walk::Standing;

/// A counter's name, and what it is told apart by beside its stream.
pub(crate) type Name = (&'static str, Option<&'static str>);

/// One stream.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) source: String,
    pub(crate) stream: Option<String>,
    /// Beats while the stream is at work, or rests until it has to be.
    pub(crate) pulse: Pulse,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What earlier voyages counted.
    past: BTreeMap<Name, u64>,
    /// The voyage under way.
    live: Option<Arc<Mutex<Account>>>,
    standing: Option<Standing>,
    health: Health,
    trouble: Trouble,
    /// Its thread has ended though nobody told it to.
    dead: bool,
    /// That it is stuck was said.
    stuck: bool,
}

/// How one stream stands at this moment.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) counters: BTreeMap<Name, u64>,
    pub(crate) standing: Option<Standing>,
    pub(crate) health: Health,
    pub(crate) trouble: Option<String>,
    pub(crate) dead: bool,
    /// For how long a sign of life has been missed.
    pub(crate) missed_for: Duration,
}

impl View {
    /// Whether the process has to be started anew for the stream to be walked.
    pub(crate) fn is_well(&self, stuck_after: Duration) -> bool {
        !self.dead && self.missed_for <= stuck_after
    }
}

impl Row {
    /// The row of a stream of which nothing is known yet.
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            label: config.label(),
            source: config.source.name.clone(),
            stream: config.stream.clone(),
            pulse: Pulse::default(),
            state: Mutex::default(),
        }
    }

    /// A voyage begins, which writes into this account.
    pub(crate) fn begin(&self) -> Arc<Mutex<Account>> {
        let account = Arc::default();
        self.state.lock().live = Some(Arc::clone(&account));
        account
    }

    /// The voyage is over.
    pub(crate) fn end(&self, health: Health) {
        let mut state = self.state.lock();
        if let Some(account) = state.live.take() {
            let account = account.lock();
            count(&account, &mut state.past);
            state.standing = account.stands().or(state.standing);
        }
        // Of one that ended well, whoever watches has still to say that it works again.
        if health.failures_in_a_row > 0 {
            state.trouble = Trouble::default();
        }
        state.health = health;
    }

    pub(crate) fn die(&self) {
        self.state.lock().dead = true;
    }

    pub(crate) fn view(&self) -> View {
        let state = self.state.lock();
        let mut view = View {
            counters: state.past.clone(),
            standing: state.standing,
            health: state.health.clone(),
            trouble: None,
            dead: state.dead,
            missed_for: self.pulse.missed_for(Reality::default().tick()),
        };
        if let Some(account) = &state.live {
            let account = account.lock();
            count(&account, &mut view.counters);
            view.standing = account.stands().or(view.standing);
            view.trouble.clone_from(&account.trouble);
        }
        view
    }
}

fn count(account: &Account, counters: &mut BTreeMap<Name, u64>) {
    let mut add = |name, by, number| *counters.entry((name, by)).or_default() += number;
    let tally = &account.tally;
    for (name, number) in [
        ("records_sent", tally.logs),
        ("records_duplicate", tally.duplicate),
        ("records_truncated", tally.truncated),
        ("records_too_old", tally.too_old),
        ("records_future", tally.future),
        ("records_rejected", account.rejected),
        ("bytes_sent", tally.bytes),
        ("places_kept", account.kept),
        ("post_retries", account.retries),
    ] {
        add(name, None, number);
    }
    for (class, number) in &account.posts {
        add("posts", Some(class), *number);
    }
    if let Some(report) = &account.report {
        add("pages_read", None, report.pages);
        add("retries", None, report.requests.retries);
        for (class, number) in &report.requests.requests {
            add("requests", Some(class), *number);
        }
    }
}

/// Every stream.
#[derive(Debug)]
pub(crate) struct Board {
    rows: Mutex<BTreeMap<String, Arc<Row>>>,
    /// No sign of life for so long, and a stream is stuck.
    pub(crate) stuck_after: Duration,
}

impl Board {
    pub(crate) fn new(stuck_after: Duration) -> Self {
        Self {
            rows: Mutex::default(),
            stuck_after,
        }
    }

    /// The row of a stream; its counters go on after a reload.
    pub(crate) fn row(&self, config: &Config) -> Arc<Row> {
        let mut rows = self.rows.lock();
        let row = rows
            .entry(config.identity())
            .or_insert_with(|| Arc::new(Row::of(config)));
        Arc::clone(row)
    }

    /// Forgets the streams that are configured no more.
    pub(crate) fn retain(&self, identities: &[String]) {
        self.rows
            .lock()
            .retain(|identity, _| identities.contains(identity));
    }

    pub(crate) fn rows(&self) -> Vec<Arc<Row>> {
        self.rows.lock().values().cloned().collect()
    }

    /// Says what does not get through at present, once.
    pub(crate) fn watch(&self, journal: &Journal) {
        for row in self.rows() {
            let view = row.view();
            self.watch_the_pulse(&row, &view, journal);
            let mut state = row.state.lock();
            state.trouble.watch(view.trouble, &row.label, journal);
        }
    }

    fn watch_the_pulse(&self, row: &Row, view: &View, journal: &Journal) {
        let stuck = view.missed_for > self.stuck_after && !view.dead;
        let before = std::mem::replace(&mut row.state.lock().stuck, stuck);
        if stuck && !before {
            let words = format!(
                "no sign of life for {}: it is stuck, most often in a disk that does not answer; its \
                 place is safe, and starting logwalk anew may help",
                wording::span(view.missed_for)
            );
            journal.say(Level::Error, Some(&row.label), &words);
        }
    }
}

/// What does not get through, as it was last seen.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Option<String>);

impl Trouble {
    /// Says that it began or ended, once.
    pub(crate) fn watch(&mut self, now: Option<String>, label: &str, journal: &Journal) {
        match (&self.0, &now) {
            (None, Some(why)) => {
                let words = format!("{why}; trying again until it works");
                journal.say(Level::Warning, Some(label), &words);
            }
            (Some(_), None) => journal.say(Level::Info, Some(label), "it works again"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        self.0 = now;
    }
}
