//! A ledger as it is kept: the place alone where everything is acknowledged.

use serde::Deserialize;
use serde_json::value::RawValue;

use std::time::Duration;

use super::{Ledger, Point, Resume, Stale};
use crate::deliver::habits::Habits;
use crate::deliver::sent::Sent;
use crate::deliver::site::{Moment, Site};
use crate::time::Time;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(borrow)]
    base: &'a RawValue,
    #[serde(borrow, default)]
    place: Option<&'a RawValue>,
    #[serde(default)]
    covered: u64,
    file: String,
    process: String,
    inode: u64,
    end: u64,
    confirmed: u64,
    #[serde(default)]
    stale: Option<(u64, Time, bool)>,
    #[serde(default)]
    taken: i64,
    #[serde(default)]
    dropped: Option<u64>,
    sent: Vec<(Option<u64>, String)>,
}

/// What only a ledger has.
#[derive(Deserialize)]
struct Mark<'a> {
    #[serde(borrow, default)]
    sent: Option<&'a RawValue>,
    #[serde(borrow, default)]
    base: Option<&'a RawValue>,
}

/// The place up to which everything is acknowledged: the text itself where it is but a place.
#[must_use]
pub fn base_of(text: &str) -> &str {
    match serde_json::from_str(text) {
        Ok(Mark {
            sent: Some(_),
            base: Some(base),
        }) => base.get(),
        Ok(_) | Err(_) => text,
    }
}

/// How many bytes were sent to the Agent before this was kept and are not acknowledged by now, for
/// whoever looks on: a receipt counts where it is plainly one for the same file.
#[must_use]
pub fn unconfirmed_of(text: &str, site: &dyn Site) -> u64 {
    let Some(mut ledger) = Ledger::read(text, "", "", Habits::usual(0)) else {
        return 0;
    };
    let entry = site
        .registry(&ledger.file)
        .and_then(|reading| reading.entry);
    let look = site.look(&ledger.file).ok().flatten();
    let same = look.filter(|look| look.inode == ledger.inode && look.size >= ledger.end);
    if let (Some(entry), Some(look), None) = (entry, same, &ledger.stale)
        && entry.offset <= look.size
    {
        ledger.confirmed = ledger.confirmed.max(entry.offset);
    }
    ledger.unconfirmed_bytes()
}

/// Where a walk goes on that delivers nothing through the Agent.
#[must_use]
pub fn resume_of(text: &str) -> Resume {
    let as_it_is = || Resume {
        place: Some(text.to_owned()),
        delivered: Vec::new(),
    };
    Ledger::read(text, "", "", Habits::usual(0)).map_or_else(as_it_is, |ledger| ledger.resume())
}

impl Ledger {
    /// The ledger as it was kept, or one of a place alone; none where it is neither.
    pub(in crate::deliver) fn read(
        text: &str,
        file: &str,
        process: &str,
        habits: Habits,
    ) -> Option<Self> {
        if let Ok(Mark { sent: None, .. }) = serde_json::from_str(text) {
            return Some(Self::new(file, process, habits, Some(text)));
        }
        let written: Written<'_> = serde_json::from_str(text).ok()?;
        let sent = Sent::read(&written.sent)?;
        if written.covered > sent.next() {
            return None;
        }
        let mut ledger = Self::new(
            &written.file,
            &written.process,
            habits,
            Some(written.base.get()),
        );
        ledger.inode = written.inode;
        ledger.end = written.end;
        ledger.confirmed = written.confirmed;
        ledger.taken = written.taken;
        ledger.dropped = written.dropped;
        ledger.stale = written.stale.map(|(offset, wall, in_flight)| Stale {
            offset,
            // The other clock is another in every process: whoever opens the ledger knows it.
            since: Moment {
                tick: Duration::ZERO,
                wall,
            },
            in_flight,
        });
        ledger.sent = sent;
        ledger.newest = written.place.map(|place| Point {
            place: place.get().into(),
            at: written.covered,
        });
        Some(ledger)
    }

    /// What has to be kept so that whoever goes on loses nothing; none before there is any place.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let base = self.base.as_ref()?;
        if self.sent.is_empty() {
            let newest = self.newest.as_ref().unwrap_or(base);
            return Some(newest.place.to_string());
        }
        let mut text = String::with_capacity(base.place.len() * 2 + self.sent.len() * 14 + 512);
        text.push_str("{\"base\":");
        text.push_str(&base.place);
        if let Some(newest) = &self.newest {
            text.push_str(",\"place\":");
            text.push_str(&newest.place);
            let covered = newest.at - self.sent.first();
            push(&mut text, format_args!(",\"covered\":{covered}"));
        }
        let quoted = |word: &str| serde_json::Value::from(word).to_string();
        push(
            &mut text,
            format_args!(
                ",\"file\":{},\"process\":{},\"inode\":{},\"end\":{},\"confirmed\":{},\"taken\":{}",
                quoted(&self.file),
                quoted(&self.process),
                self.inode,
                self.end,
                self.confirmed,
                self.taken
            ),
        );
        if let Some(stale) = self.stale {
            push(
                &mut text,
                format_args!(
                    ",\"stale\":[{},{},{}]",
                    stale.offset, stale.since.wall.0, stale.in_flight
                ),
            );
        }
        if let Some(dropped) = self.dropped {
            push(&mut text, format_args!(",\"dropped\":{dropped}"));
        }
        text.push_str(",\"sent\":");
        self.sent.push_text(&mut text);
        text.push('}');
        Some(text)
    }
}

fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    // A text takes in whatever there is.
    let _ = std::fmt::Write::write_fmt(text, words);
}
