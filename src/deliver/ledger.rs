//! What was sent into one integration file and not yet acknowledged, and what may be sent next.

use std::sync::Arc;
use std::time::Duration;

use crate::time::Time;

use super::registry::Entry;
use super::sent::{Chunk, Line, Now, Sent};

/// What a line may be longer than asked by being made longer: a name, quotes and commas.
const PADDING: u64 = 16;

/// Records remembered at once: half of the ids that a place remembers, so that a walk which sends
/// the lost ones again has room for those that survived.
pub(super) const MOST_SENT: usize = 32_768;

/// A file that was emptied is noticed at the Agent's next scan, ten seconds by default; after three
/// times that it has been, although nothing that came since may have moved the registry's offset.
const NOTICED: Duration = Duration::from_secs(30);

/// Both clocks at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The clock that never steps, counted from early in the process.
    pub tick: Duration,
    /// The wall clock, by which the registry counts.
    pub wall: Time,
}

/// Where a tailer stands that reads on in a file after it was emptied in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remnant {
    offset: u64,
    until: Duration,
}

/// A tailer is closed a minute after the scan that noticed, with room to spare.
const CLOSED: Duration = Duration::from_secs(90);

/// What a look at the file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its length.
    pub size: u64,
    /// What tells it from another file of the same name.
    pub inode: u64,
}

/// How much may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// So many of the lines, the first made longer by so many bytes.
    Lines(usize, u64),
    /// None, until something has happened.
    Wait(Why),
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The next line would empty the file, and something in it is not acknowledged.
    Full,
    /// The Agent has not noticed yet that the file was emptied.
    Unnoticed,
    /// As many records as can be remembered are not acknowledged.
    Many,
    /// The intake refused what was sent last; one page is tried.
    Refused,
    /// The Agent has just started, and its registry does not say where it reads on.
    Entry,
    /// What was sent under an earlier configuration is not acknowledged.
    OldFile,
}

/// What became of lines that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// They are in the file.
    There,
    /// Not all of them are, so far.
    NotYet,
    /// The file was emptied before everything in it was acknowledged: so many records are lost.
    Lost(usize),
    /// The file is not what any of it would make of it.
    Missing,
}

/// The place to go on from, and what is known as delivered beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The walk's place; none is where the configuration begins.
    pub place: Option<String>,
    /// What the records are known as that were delivered after it.
    pub delivered: Vec<u64>,
}

/// A place, and the number of the first record sent after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) place: Arc<str>,
    pub(super) at: u64,
}

/// The registry's offset of what was in the file before it was emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stale {
    pub(super) offset: u64,
    /// When it was found so.
    pub(super) since: Moment,
    /// The file was emptied before all of it was acknowledged: what the Agent had read of it may
    /// still be, at any offset.
    pub(super) in_flight: bool,
}

impl Stale {
    /// Whether the Agent has noticed by now.
    fn is_noticed(&self, now: Moment) -> bool {
        now.tick >= self.since.tick + NOTICED
    }

    /// Whether an entry speaks of what came after.
    pub(super) fn is_older_than(&self, entry: Entry) -> bool {
        let read_after = entry.taken / 1_000_000 >= self.since.wall.after(NOTICED).0;
        read_after || (entry.offset < self.offset && !self.in_flight)
    }
}

/// The unread window of one integration file.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(super) file: String,
    pub(super) process: String,
    pub(super) cap: u64,
    pub(super) inode: u64,
    pub(super) end: u64,
    pub(super) confirmed: u64,
    pub(super) stale: Option<Stale>,
    pub(super) remnants: Vec<Remnant>,
    pub(super) entry: Option<Entry>,
    pub(super) taken: i64,
    /// The Agent's counter of dropped logs, as read last.
    pub(super) dropped: Option<u64>,
    pub(super) sent: Sent,
    pub(super) base: Option<Point>,
    pub(super) middle: Option<Point>,
    pub(super) newest: Option<Point>,
}

impl Ledger {
    /// A ledger of a file of which nothing is remembered.
    #[must_use]
    pub fn new(file: &str, process: &str, cap: u64, place: Option<&str>) -> Self {
        let base = place.map(|place| Point {
            place: place.into(),
            at: 0,
        });
        Self {
            file: file.to_owned(),
            process: process.to_owned(),
            cap,
            inode: 0,
            end: 0,
            confirmed: 0,
            stale: None,
            remnants: Vec::new(),
            entry: None,
            taken: 0,
            dropped: None,
            sent: Sent::default(),
            base,
            middle: None,
            newest: None,
        }
    }

    /// Whether no record is remembered.
    pub(super) fn is_forgotten(&self) -> bool {
        self.sent.is_empty()
    }

    /// Whether nothing that was sent is unacknowledged.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.unconfirmed() == 0
    }

    /// How many records are not acknowledged.
    #[must_use]
    pub fn unconfirmed(&self) -> usize {
        self.sent.behind(self.confirmed).0
    }

    /// How many bytes are not acknowledged.
    #[must_use]
    pub fn unconfirmed_bytes(&self) -> u64 {
        self.sent.behind(self.confirmed).1
    }

    /// Passes by what is not acknowledged, as if it were; says how many records that is.
    pub fn pass_by(&mut self) -> usize {
        let passed = self.unconfirmed();
        self.sent = self.sent.placed_anew(|_| Now::Confirmed);
        self.settle();
        passed
    }

    /// How many of the lines, whose lengths these are, may be sent now.
    #[must_use]
    pub fn room(&self, lengths: &[u32], longest: u64, one_page: bool, now: Moment) -> Room {
        let confirmed = self.is_confirmed();
        if one_page && !confirmed {
            return Room::Wait(Why::Refused);
        }
        if self.sent.len() >= MOST_SENT && !confirmed {
            return Room::Wait(Why::Many);
        }
        if self
            .stale
            .is_some_and(|stale| stale.in_flight && !stale.is_noticed(now))
        {
            return Room::Wait(Why::Unnoticed);
        }
        // What outgrows the old offset before the registry has forgotten it is never read: not by an
        // Agent that has not noticed, nor by one that begins there after a restart. Where it is too
        // small to live below, the first must do, and a restart is judged by what it left.
        let half = self.cap / 2;
        let above = self
            .stale
            .filter(|stale| stale.offset >= half || !stale.is_noticed(now));
        let below = above.map_or(self.cap, |stale| {
            self.cap.min(stale.offset.saturating_sub(1))
        });
        // A tailer of what was in the file before sends a second time what grows beyond it.
        let remnants = self
            .remnants
            .iter()
            .filter(|remnant| now.tick < remnant.until);
        let remnants = remnants.map(|remnant| remnant.offset.saturating_sub(1));
        let below = remnants.min().map_or(below, |remnant| below.min(remnant));
        match fitting(lengths, self.end, below) {
            0 if above.is_some() => Room::Wait(Why::Unnoticed),
            0 if !confirmed => Room::Wait(Why::Full),
            0 => self.room_in_the_next(lengths, longest, below),
            lines => Room::Lines(lines.min(MOST_SENT), 0),
        }
    }

    /// The next line empties the file, in which nothing is unread; where it would still fit, but for
    /// a tailer that must not see it, it is made longer until it does not.
    fn room_in_the_next(&self, lengths: &[u32], longest: u64, below: u64) -> Room {
        let first = lengths.first().map_or(0, |length| u64::from(*length));
        let padding = (self.cap + 1).saturating_sub(self.end + first);
        if padding > 0 && first + padding + PADDING > longest {
            return Room::Wait(Why::Unnoticed);
        }
        let below = below
            .min(self.offset_seen().saturating_sub(1))
            .min(self.end.saturating_sub(1));
        let margin = padding + PADDING * u64::from(padding > 0);
        Room::Lines(fitting(lengths, margin, below).max(1), padding)
    }

    /// What became of lines that were sent, by what the file is now; `patient` until it has had time.
    pub fn landed(
        &mut self,
        look: Option<Look>,
        lines: &[Line],
        patient: bool,
        now: Moment,
    ) -> Landing {
        let later = if patient {
            Landing::NotYet
        } else {
            Landing::Missing
        };
        let Some(look) = look else { return later };
        let grown = self.end + length(lines);
        if look.size == grown && self.is_the_inode(look) {
            self.take(lines, self.end, look);
            return Landing::There;
        }
        let expected = self.cut_before(lines);
        let fits = |at: usize| {
            lines
                .get(at..)
                .is_some_and(|rest| length(rest) == look.size)
        };
        if let Some(at) = expected.filter(|at| fits(*at)) {
            return self.cut(look, lines, at, now);
        }
        if patient {
            return Landing::NotYet;
        }
        match (0..lines.len()).find(|at| fits(*at)) {
            Some(at) => self.cut(look, lines, at, now),
            None => Landing::Missing,
        }
    }

    /// Notes that the walk has come to a place with all that was sent.
    pub fn reach(&mut self, place: &str) {
        let point = Point {
            place: place.into(),
            at: self.sent.next(),
        };
        if self.base.is_none() {
            // Before the first page there is nothing to go back to but where it began.
            if self.sent.is_empty() {
                self.base = Some(point);
                return;
            }
        }
        self.newest = Some(point);
        self.settle();
    }

    /// Takes in what the registry says of the file; says whether anything is acknowledged by it.
    pub fn observe(&mut self, entry: Option<Entry>, now: Moment) -> bool {
        let Some(entry) = entry.filter(|entry| entry.taken >= self.taken) else {
            return false;
        };
        self.entry = Some(entry);
        self.taken = entry.taken;
        let ours =
            entry.offset <= self.end && self.stale.is_none_or(|stale| stale.is_older_than(entry));
        if !ours {
            let fresh = Stale {
                offset: 0,
                since: now,
                in_flight: false,
            };
            if self.stale.is_none() {
                self.leave_a_tailer(entry.offset, now);
            }
            self.stale.get_or_insert(fresh).offset = entry.offset;
            return false;
        }
        self.stale = None;
        let advanced = entry.offset > self.confirmed;
        self.confirmed = self.confirmed.max(entry.offset);
        self.settle();
        advanced
    }

    /// Whether an entry speaks of what is in the file, and not of what was.
    pub(super) fn is_of_this_file(&self, entry: Entry) -> bool {
        entry.offset <= self.end && self.stale.is_none_or(|stale| stale.is_older_than(entry))
    }

    /// Whether the file is still the one that everything was sent into.
    #[must_use]
    pub fn is_whole(&self, look: Option<Look>) -> bool {
        match look {
            None => self.end == 0,
            Some(look) => look.size >= self.end && self.is_the_inode(look),
        }
    }

    /// Whether what was kept about is still there: what was not synced may be gone.
    pub(super) fn is_solid(&self, look: Option<Look>) -> bool {
        look.is_some_and(|look| look.size >= self.sent.end() && self.is_the_inode(look))
    }

    fn is_the_inode(&self, look: Look) -> bool {
        self.inode == 0 || look.inode == self.inode
    }

    /// Where the walk goes on, and what it need not send again.
    #[must_use]
    pub fn resume(&self) -> Resume {
        let point = self.newest.as_ref().or(self.base.as_ref());
        Resume {
            place: point.map(|point| point.place.to_string()),
            delivered: self.sent.keys_from(point.map_or(0, |point| point.at)),
        }
    }

    /// Gives up what `survives` says is nowhere; the walk goes back to what is acknowledged. Says how
    /// many records are to be sent again.
    pub(super) fn lose(&mut self, fate: impl Fn((u64, u64)) -> Now) -> usize {
        let before = self.sent.len();
        let confirmed = self.confirmed;
        self.sent = self.sent.placed_anew(|span| match span {
            None => Now::Confirmed,
            Some((_, end)) if end <= confirmed => Now::Confirmed,
            Some(span) => fate(span),
        });
        let lost = before - self.sent.len();
        if lost > 0 {
            self.newest = None;
            self.middle = None;
        }
        self.settle();
        lost
    }

    /// Where the registry last said that the Agent is.
    pub(super) fn offset_seen(&self) -> u64 {
        self.entry.map_or(0, |entry| entry.offset)
    }

    fn take(&mut self, lines: &[Line], at: u64, look: Look) {
        self.sent.push(Chunk::new(Some(at), lines.to_vec()));
        self.end = look.size;
        self.inode = look.inode;
    }

    /// The last line before which the Agent empties the file, if it does as it is known to.
    fn cut_before(&self, lines: &[Line]) -> Option<usize> {
        let mut size = self.end;
        let mut cut = None;
        for (at, line) in lines.iter().enumerate() {
            let bytes = u64::from(line.bytes);
            if size + bytes > self.cap {
                size = 0;
                cut = Some(at);
            }
            size += bytes;
        }
        cut
    }

    fn cut(&mut self, look: Look, lines: &[Line], at: usize, now: Moment) -> Landing {
        let (dropped, rest) = lines.split_at_checked(at).unwrap_or((lines, &[]));
        let lost = self.lose(|_| Now::Lost) + dropped.len();
        if lost == 0 && look.inode == self.inode {
            self.leave_a_tailer(self.end, now);
        }
        // The Agent may read on in the new lines as if they were the old ones, where those were not
        // all read.
        let trusted = if lost == 0 { rest } else { &[] };
        // What is acknowledged was so by offsets of the file as it was.
        self.sent = self.sent.placed_anew(|_| Now::Confirmed);
        self.confirmed = 0;
        self.stale = Some(Stale {
            offset: self.offset_seen(),
            since: now,
            in_flight: lost > 0,
        });
        self.take(trusted, look.size - length(trusted), look);
        if lost == 0 {
            return Landing::There;
        }
        self.newest = None;
        self.middle = None;
        Landing::Lost(lost + rest.len())
    }

    /// Notes that a tailer stands at an offset behind the file's end until it is closed.
    pub(super) fn leave_a_tailer(&mut self, offset: u64, now: Moment) {
        self.remnants.retain(|remnant| now.tick < remnant.until);
        self.remnants.push(Remnant {
            offset,
            until: now.tick + CLOSED,
        });
    }

    /// Moves the base on to what is acknowledged, and forgets the records before it.
    pub(super) fn settle(&mut self) {
        let reached = self.sent.first_behind(self.confirmed);
        let is_reached =
            |point: &Option<Point>| point.as_ref().is_some_and(|point| point.at <= reached);
        if is_reached(&self.newest) {
            self.base = self.newest.take();
            self.middle = None;
        } else if is_reached(&self.middle) {
            self.base = self.middle.take();
        }
        if self.middle.is_none() {
            self.middle.clone_from(&self.newest);
        }
        if let Some(base) = &self.base {
            self.sent.drop_before(base.at);
        }
    }
}

fn length(lines: &[Line]) -> u64 {
    lines.iter().map(|line| u64::from(line.bytes)).sum()
}

fn fitting(lengths: &[u32], mut size: u64, most: u64) -> usize {
    let fits = |length: &&u32| {
        size += u64::from(**length);
        size <= most
    };
    lengths.iter().take_while(fits).count()
}
