//! One run's delivery: looks at the Agent's files for the ledger, and waits where it says so.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::ledger::{Landing, Ledger, Look, Moment, Remnant, Resume, Room, Stale, Why};
use super::opening::{Opening, Scene};
use super::registry::Entry;
use super::sent::Line;
use super::site::Site;
use super::words;
use crate::error::{Error, Result};

/// The Agent writes its registry once a second.
const BETWEEN_RECEIPTS: Duration = Duration::from_secs(1);
/// The Agent writes a line as soon as it has it; this is patience for a busy disk.
const TO_LAND: Duration = Duration::from_secs(2);
/// A line that is in flight is there within this, whether or not the run was cancelled meanwhile.
const SURELY: Duration = Duration::from_millis(100);
const SHORTEST_LOOK: Duration = Duration::from_millis(1);
const LONGEST_LOOK: Duration = Duration::from_millis(50);
/// A registry that is not there yet is written within a flush or two.
const TO_FIND_THE_REGISTRY: Duration = Duration::from_secs(3);
/// After so long without a receipt somebody should know.
const WORTH_SAYING: Duration = Duration::from_mins(1);
/// While other logs arrive, a receipt that has not come by then does not come any more.
const PASSED_BY: Duration = Duration::from_mins(5);
/// Where nothing else arrives either it may be an outage, and passing by would lose what is waiting.
const GIVEN_UP: Duration = Duration::from_hours(24);
/// So often is a page sent again that the intake may have refused, where the Agent's counter may
/// just as well mean other logs.
const MOST_REFUSALS: u32 = 3;
/// Bytes a second where nothing tells what was read: a quarter of what an emptied file can take.
const PACE: u64 = 256 << 10;

/// What a stream remembers from run to run while its process lives.
#[derive(Debug, Default)]
pub struct Watch {
    /// When a receipt came last, or something to wait for was sent.
    progress: Option<Duration>,
    /// When other logs had arrived last, at that moment.
    others: Option<String>,
    stale: Option<Stale>,
    remnants: Vec<Remnant>,
    /// What the counter of dropped logs rose by since the last receipt.
    risen: u64,
    refusals: u32,
    /// The registry was waited for once.
    searched: bool,
    said_no_receipts: bool,
}

/// What to deliver into, and until when.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The file into which the Agent writes what this check sends.
    pub file: String,
    /// This process.
    pub process: String,
    /// The length at which the Agent empties it.
    pub cap: u64,
    /// The longest line that the Agent passes on whole.
    pub longest: u64,
    /// When the run is over, by the clock that never steps.
    pub until: Option<Duration>,
    /// The `logs:` entry that makes the Agent write it.
    pub entry: String,
}

/// What waiting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// What was waited for has come.
    Come,
    /// The run is over.
    Over,
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
        let empty = || Ledger::new(file, process, terms.cap, kept);
        let read = kept.map(|text| Ledger::read(text, file, process, terms.cap));
        let ledger = read.unwrap_or_else(|| Some(empty())).unwrap_or_else(empty);
        let mut delivery = Self {
            looked: None,
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
        delivery.find_the_registry()?;
        let ready = delivery.settle_the_past()?;
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

    /// Whether something was lost, so that the walk has to begin again.
    #[must_use]
    pub fn has_lost(&self) -> bool {
        self.lost
    }

    /// How many of the lines, whose lengths these are, may be sent; waits until at least one may.
    pub fn room(&mut self, lengths: &[u32]) -> Result<Fit> {
        self.end_the_torn_line()?;
        let (lines, padding) = loop {
            if self.lost {
                break (0, 0);
            }
            let one_page = self.watch.lock().refusals > 0;
            let now = self.site.now();
            let room = self.ledger.room(lengths, self.terms.longest, one_page, now);
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

    fn land(&mut self, lines: &[Line]) -> Result<()> {
        let begin = self.tick();
        let mut pause = SHORTEST_LOOK;
        loop {
            let look = self.site.look(&self.terms.file)?;
            let moment = self.site.now();
            let now = moment.tick;
            let patient = now < begin + TO_LAND;
            match self.ledger.landed(look, lines, patient, moment) {
                Landing::There => break,
                Landing::Lost(records) => {
                    self.lose(records);
                    break;
                }
                Landing::Missing => return Err(self.missing(look, lines)),
                Landing::NotYet if now < begin + SURELY => self.site.nap(pause),
                Landing::NotYet => self.site.pause(pause)?,
            }
            pause = (pause * 2).min(LONGEST_LOOK);
        }
        let mut watch = self.watch.lock();
        watch.stale = self.ledger.stale;
        watch.remnants.clone_from(&self.ledger.remnants);
        drop(watch);
        self.site.sync(&self.terms.file)?;
        self.paced += lines.iter().map(|line| u64::from(line.bytes)).sum::<u64>();
        Ok(())
    }

    /// Reads receipts, at most once a second.
    fn look_for_receipts(&mut self) -> Result<()> {
        let moment = self.site.now();
        let now = moment.tick;
        if !self.receipts
            || self
                .looked
                .is_some_and(|last| now < last + BETWEEN_RECEIPTS)
        {
            return Ok(());
        }
        self.looked = Some(now);
        let look = self.site.look(&self.terms.file)?;
        let reading = self.site.registry(&self.terms.file);
        let entry = reading.as_ref().and_then(|reading| reading.entry);
        if !self.ledger.is_whole(look) {
            let scene = scene(&self.terms, &self.watch, look, entry, moment);
            let lost = self.ledger.lose_the_file(&scene);
            self.watch.lock().stale = self.ledger.stale;
            self.lose(lost);
            return Ok(());
        }
        let Some(reading) = reading else {
            return Ok(());
        };
        if self.is_refused(entry) {
            self.lost = true;
            return Ok(());
        }
        let advanced = self.ledger.observe(entry, moment);
        let mut watch = self.watch.lock();
        watch.stale = self.ledger.stale;
        if advanced || self.ledger.is_confirmed() {
            self.changed |= advanced;
            watch.progress = Some(now);
            watch.others = reading.others;
            if self.ledger.is_confirmed() {
                watch.refusals = 0;
            }
            return Ok(());
        }
        let idle = now.saturating_sub(watch.progress.unwrap_or(now));
        let others_arrive = reading.others > watch.others;
        drop(watch);
        if (idle >= PASSED_BY && others_arrive) || idle >= GIVEN_UP {
            let records = self.ledger.pass_by();
            self.passed += records as u64;
            self.changed = true;
            self.say(words::passed(records, idle));
        }
        Ok(())
    }

    /// Whether what the entry would acknowledge was refused by the intake, as far as anybody can tell.
    fn is_refused(&mut self, entry: Option<Entry>) -> bool {
        self.count_what_was_dropped();
        let acknowledged = self.ledger.acknowledged_by(entry);
        let Some(entry) = entry.filter(|_| acknowledged > 0) else {
            return false;
        };
        let mut watch = self.watch.lock();
        let risen = std::mem::take(&mut watch.risen);
        if risen == 0 {
            return false;
        }
        watch.refusals = watch.refusals.saturating_add(1);
        // Fewer dropped than acknowledged, again and again: they are other logs than ours.
        if watch.refusals > MOST_REFUSALS && risen < acknowledged as u64 {
            return false;
        }
        drop(watch);
        let records = self.ledger.refuse(entry);
        self.say(words::refused(records, risen));
        self.resent += records as u64;
        self.changed = true;
        true
    }

    fn count_what_was_dropped(&mut self) {
        if self.ledger.is_confirmed() && self.ledger.dropped.is_some() {
            return;
        }
        if let Some(counters) = self.site.counters() {
            let before = self.ledger.dropped.replace(counters.dropped);
            let risen = before.map_or(0, |before| counters.dropped.saturating_sub(before));
            self.watch.lock().risen += risen;
        }
    }

    /// Waits a little for what would make room.
    fn wait(&mut self, why: Why) -> Result<Waited> {
        let now = self.tick();
        let idle = now.saturating_sub(self.watch.lock().progress.unwrap_or(now));
        let left = self.terms.until.map(|until| until.saturating_sub(now));
        if left.is_some_and(|left| left.is_zero()) {
            if idle >= WORTH_SAYING {
                let bytes = self.ledger.unconfirmed_bytes();
                self.say(words::waits(why, bytes, idle));
            }
            return Ok(Waited::Over);
        }
        let span = BETWEEN_RECEIPTS.min(left.unwrap_or(BETWEEN_RECEIPTS));
        self.site.pause(span.max(SHORTEST_LOOK))?;
        Ok(Waited::Come)
    }

    fn tick(&self) -> Duration {
        self.site.now().tick
    }

    /// Waits until what was sent in this run is no more than the pace allows.
    fn keep_pace(&mut self) -> Result<Waited> {
        let due = Duration::from_millis(self.paced.saturating_mul(1_000) / PACE);
        let now = self.tick();
        let wait = (self.began + due).saturating_sub(now);
        if self.terms.until.is_some_and(|until| now + wait > until) {
            return Ok(Waited::Over);
        }
        if !wait.is_zero() {
            self.site.pause(wait)?;
        }
        Ok(Waited::Come)
    }

    fn find_the_registry(&mut self) -> Result<()> {
        let searched = std::mem::replace(&mut self.watch.lock().searched, true);
        let until = self.began + TO_FIND_THE_REGISTRY;
        while self.site.registry(&self.terms.file).is_none() {
            if searched || self.tick() >= until {
                self.receipts = false;
                if !std::mem::replace(&mut self.watch.lock().said_no_receipts, true) {
                    self.say(words::no_receipts());
                }
                return Ok(());
            }
            self.site.pause(LONGEST_LOOK)?;
        }
        Ok(())
    }

    /// Finds out what became of what earlier runs sent; says whether this run may send.
    fn settle_the_past(&mut self) -> Result<bool> {
        let now = self.tick();
        match (self.watch.lock().stale, &mut self.ledger.stale) {
            // The same as an earlier run found: since then, the Agent has had time to notice.
            (Some(known), stale) => *stale = Some(known),
            (None, Some(stale)) => stale.since.tick = now,
            (None, None) => {}
        }
        self.ledger.remnants.clone_from(&self.watch.lock().remnants);
        let restarted = self.ledger.process != self.terms.process;
        if restarted {
            // What a restart means is judged once.
            self.changed = !self.ledger.is_forgotten();
            // A new Agent counts from nought, and all that it has dropped it has just read.
            self.ledger.dropped = Some(0);
        }
        loop {
            let now = self.site.now();
            let file = self.ledger.file.clone();
            let look = self.site.look(&file)?;
            let entry = self.site.registry(&file).and_then(|reading| reading.entry);
            if !self.receipts && self.ledger.is_whole(look) {
                let passed = self.ledger.pass_by();
                self.passed += passed as u64;
                self.changed |= passed > 0;
            }
            if self.ledger.is_solid(look) && (restarted || self.ledger.is_whole(look)) {
                self.ledger.grow(look);
                self.is_refused(entry);
            } else {
                self.changed |= !self.ledger.is_forgotten();
            }
            let before = self.ledger.unconfirmed();
            let scene = scene(&self.terms, &self.watch, look, entry, now);
            let opening = self.ledger.open(&scene);
            if self.ledger.unconfirmed() < before {
                self.changed = true;
                self.watch.lock().progress = Some(now.tick);
            }
            match opening {
                Opening::Ready(lost) => {
                    if lost > 0 {
                        self.say(words::lost(&file, lost));
                        self.resent += lost as u64;
                        self.changed = true;
                    }
                    break;
                }
                Opening::Wait(why) => {
                    if self.wait(why)? == Waited::Over {
                        return Ok(false);
                    }
                }
            }
        }
        let now = self.site.now();
        let file = self.terms.file.clone();
        let look = self.site.look(&file)?;
        let entry = self.site.registry(&file).and_then(|reading| reading.entry);
        self.ledger.adopt(&file, look, entry, now);
        let mut watch = self.watch.lock();
        watch.stale = self.ledger.stale;
        watch.remnants.clone_from(&self.ledger.remnants);
        drop(watch);
        self.count_what_was_dropped();
        Ok(true)
    }

    fn end_the_torn_line(&mut self) -> Result<()> {
        if !self.torn {
            return Ok(());
        }
        let until = self.tick() + TO_LAND;
        while self.site.is_torn(&self.terms.file)? {
            if self.tick() >= until {
                return Err(Error::config(
                    "logs",
                    words::missing(&self.terms.file, &self.terms.entry),
                ));
            }
            self.site.pause(LONGEST_LOOK)?;
        }
        self.torn = false;
        let look = self.site.look(&self.terms.file)?;
        if self.ledger.is_whole(look) {
            let (file, now) = (self.terms.file.clone(), self.site.now());
            self.ledger.adopt(&file, look, None, now);
        }
        Ok(())
    }

    fn lose(&mut self, records: usize) {
        self.say(words::lost(&self.terms.file, records));
        self.resent += records as u64;
        (self.lost, self.changed) = (true, true);
    }

    fn missing(&self, look: Option<Look>, lines: &[Line]) -> Error {
        let sent: u64 = lines.iter().map(|line| u64::from(line.bytes)).sum();
        match look {
            None => Error::config("logs", words::missing(&self.terms.file, &self.terms.entry)),
            Some(look) => Error::Unavailable(words::dropped(
                &self.terms.file,
                self.ledger.end + sent,
                look.size,
                &self.terms.entry,
            )),
        }
    }

    fn say(&mut self, words: String) {
        if !self.said.contains(&words) {
            self.said.push(words);
        }
    }
}

fn scene<'t>(
    terms: &'t Terms,
    watch: &Mutex<Watch>,
    look: Option<Look>,
    entry: Option<Entry>,
    now: Moment,
) -> Scene<'t> {
    Scene {
        file: &terms.file,
        process: &terms.process,
        look,
        entry,
        age: now.tick,
        waited: now
            .tick
            .saturating_sub(watch.lock().progress.unwrap_or(now.tick)),
        now,
    }
}
