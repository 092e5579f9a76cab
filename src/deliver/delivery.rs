//! One run's delivery: looks at the Agent's files for the ledger, and waits where it says so.

mod grace;
mod landing;
mod past;
mod receipts;
mod refusals;
mod waiting;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use self::refusals::Trial;
use self::waiting::Waited;
use super::habits::Habits;
use super::ledger::{Ledger, Resume, Room};
use super::sent::Line;
use super::site::Site;
use super::words;
use crate::error::Result;

pub use watch::Watch;

/// What to deliver into, and until when.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The file into which the Agent writes what this check sends.
    pub file: String,
    /// This process.
    pub process: String,
    /// What the Agent does with it, and when.
    pub habits: Habits,
    /// The longest line that the Agent passes on whole.
    pub longest: u64,
    /// When the run is over, by the clock that never steps.
    pub until: Option<Duration>,
    /// The `logs:` entry that makes the Agent write it.
    pub entry: String,
}

/// A delivery that begins.
pub struct Opened<S> {
    /// What the run sends through.
    pub delivery: Delivery<S>,
    /// Where the walk goes on.
    pub resume: Resume,
    /// Whether anything may be sent in this run.
    pub ready: bool,
    /// What has to be kept before anything is sent.
    pub text: Option<String>,
}

/// What may be sent now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    /// So many lines; none where the run is over.
    pub lines: usize,
    /// The first has to be longer by so many bytes, or a few more.
    pub padding: u64,
    /// What is to be kept before.
    pub text: Option<String>,
}

/// What became of a part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// What is to be kept.
    pub text: Option<String>,
    /// Something is lost: the walk has to begin again from what is kept.
    pub lost: bool,
}

/// One run's delivery.
#[allow(clippy::struct_excessive_bools)] // Each says another thing, and none follows from another.
pub struct Delivery<S> {
    site: S,
    terms: Terms,
    ledger: Ledger,
    watch: Arc<Mutex<Watch>>,
    /// Whether the registry can be read.
    receipts: bool,
    looked: Option<Duration>,
    counted: Option<Duration>,
    torn: bool,
    lost: bool,
    changed: bool,
    began: Duration,
    paced: u64,
    /// Records that are sent again.
    pub resent: u64,
    /// Records passed by without a receipt.
    pub passed: u64,
    /// What a person should know.
    pub said: Vec<String>,
}

impl<S: Site> Delivery<S> {
    /// Reads what was kept, and waits until it is clear what has become of what was sent.
    pub fn open(
        site: S,
        terms: Terms,
        kept: Option<&str>,
        watch: Arc<Mutex<Watch>>,
    ) -> Result<Opened<S>> {
        let (file, process) = (terms.file.as_str(), terms.process.as_str());
        let empty = || Ledger::new(file, process, terms.habits, kept);
        let read = kept.map(|text| Ledger::read(text, file, process, terms.habits));
        let ledger = read.unwrap_or_else(|| Some(empty())).unwrap_or_else(empty);
        let mut delivery = Self {
            looked: None,
            counted: None,
            torn: site.is_torn(file)?,
            ledger,
            receipts: true,
            lost: false,
            changed: false,
            began: site.now().tick,
            paced: 0,
            resent: 0,
            passed: 0,
            said: Vec::new(),
            watch,
            terms,
            site,
        };
        let now = delivery.tick();
        delivery.watch.lock().progress.get_or_insert(now);
        let ready = delivery.find_the_registry()? && delivery.settle_the_past()?;
        let changed = std::mem::take(&mut delivery.changed);
        Ok(Opened {
            resume: delivery.ledger.resume(),
            ready,
            text: delivery.ledger.text().filter(|_| changed),
            delivery,
        })
    }

    /// Whether receipts can be read: else only the run's budget holds anything back.
    #[must_use]
    pub fn has_receipts(&self) -> bool {
        self.receipts
    }

    /// Whether a line was left unended by a crash: it has to be ended before anything is sent.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// Bytes that were sent and are not acknowledged.
    #[must_use]
    pub fn unconfirmed_bytes(&self) -> u64 {
        self.ledger.unconfirmed_bytes()
    }

    /// The place up to which all is acknowledged; none before there is any.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        self.ledger.base.as_ref().map(|base| base.place.as_ref())
    }

    /// Whether something was lost, so that the walk has to begin again.
    #[must_use]
    pub fn has_lost(&self) -> bool {
        self.lost
    }

    /// How many of the lines, whose lengths these are, may be sent; waits until at least one may.
    pub fn room(&mut self, lengths: &[u32]) -> Result<Fit> {
        self.end_the_torn_line()?;
        self.count_anew();
        let (lines, padding) = loop {
            if self.lost {
                break (0, 0);
            }
            let trial = self.watch.lock().refusals.trial();
            let lengths = match trial {
                Trial::Log => lengths.get(..1).unwrap_or(lengths),
                Trial::Page | Trial::Everything => lengths,
            };
            let (now, one) = (self.site.now(), trial != Trial::Everything);
            let room = self.ledger.room(lengths, self.terms.longest, one, now);
            let waited = match room {
                Room::Lines(lines, padding) if self.receipts => break (lines, padding),
                Room::Lines(lines, padding) => match self.keep_pace()? {
                    Waited::Come => break (lines, padding),
                    Waited::Over => Waited::Over,
                },
                Room::Wait(why) => self.wait(why)?,
            };
            if waited == Waited::Over {
                break (0, 0);
            }
            self.look_for_receipts()?;
        };
        let changed = std::mem::take(&mut self.changed);
        Ok(Fit {
            lines,
            padding,
            text: self.ledger.text().filter(|_| changed),
        })
    }

    /// Waits until the lines are in the file and on the disk; `place` is where the walk has come to
    /// with them, where they end a page.
    pub fn landed(&mut self, lines: &[Line], place: Option<&str>) -> Result<Landed> {
        let fresh = self.ledger.is_confirmed();
        if !lines.is_empty() {
            self.land(lines)?;
            if fresh {
                self.watch.lock().progress = Some(self.tick());
            }
        }
        if !self.lost {
            if let Some(place) = place {
                self.ledger.reach(place);
            }
            if !self.receipts {
                self.ledger.pass_by();
            }
            self.look_for_receipts()?;
        }
        self.changed = false;
        Ok(Landed {
            text: self.ledger.text(),
            lost: self.lost,
        })
    }

    fn lose(&mut self, records: usize) {
        self.say(words::lost(&self.terms.file, records));
        self.resent += records as u64;
        (self.lost, self.changed) = (true, true);
    }

    fn tick(&self) -> Duration {
        self.site.now().tick
    }

    fn say(&mut self, words: String) {
        if !self.said.contains(&words) {
            self.said.push(words);
        }
    }
}
