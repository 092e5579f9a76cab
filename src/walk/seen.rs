//! The records a walk has delivered lately, so that what is read again is sent once.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::time::Time;

/// The most ids a place holds: under a megabyte of text, and eighteen records a second for an hour.
pub const MOST_SEEN: usize = 65_536;

/// Ids of delivered records as 64-bit hashes, in segments of one page each; bounded.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    segments: VecDeque<Segment>,
    known: HashMap<Key, Met, BuildHasherDefault<Itself>>,
    again: Vec<u64>,
    let_go: Option<Time>,
}

/// Keys are the beginning of a cryptographic hash: hashing them again would win nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// A key as bytes: beside one that is aligned as a number, [`Met`] would take eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key([u8; 8]);

impl From<u64> for Key {
    fn from(key: u64) -> Self {
        Self(key.to_ne_bytes())
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from_ne_bytes(self.0));
    }
}

/// When a key was met last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    Before,
    InThisWalk,
}

/// The ids of one page, and its text as it stands in a place: written once, copied ever after.
#[derive(Debug, Clone)]
struct Segment {
    from: Time,
    to: Time,
    keys: Vec<u64>,
    this_walk: bool,
    text: Box<RawValue>,
}

impl Seen {
    /// Whether a record was delivered before.
    #[must_use]
    pub fn knows(&self, key: u64) -> bool {
        self.known.contains_key(&key.into())
    }

    /// Whether a record was met in the walk that is under way.
    #[must_use]
    pub fn met_in_this_walk(&self, key: u64) -> bool {
        self.known.get(&key.into()) == Some(&Met::InThisWalk)
    }

    /// Takes in the records of a page that were delivered; the oldest go when they are too many.
    pub fn remember(&mut self, delivered: &[(u64, Time)]) {
        let fresh: Vec<(u64, Time)> = delivered
            .iter()
            .copied()
            .filter(|(key, _)| !self.knows(*key))
            .collect();
        let (Some(from), Some(to)) = (
            fresh.iter().map(|(_, time)| *time).min(),
            fresh.iter().map(|(_, time)| *time).max(),
        ) else {
            return;
        };
        let keys: Vec<u64> = fresh.iter().map(|(key, _)| *key).collect();
        self.known
            .extend(keys.iter().map(|key| ((*key).into(), Met::InThisWalk)));
        self.segments.push_back(Segment::new(from, to, keys, true));
        while self.known.len() > MOST_SEEN {
            self.let_the_oldest_go();
        }
    }

    /// Takes in records that were delivered beyond the place, which the walk has yet to meet.
    pub fn know(&mut self, keys: &[u64], now: Time) {
        let keys: Vec<u64> = keys
            .iter()
            .copied()
            .filter(|key| !self.knows(*key))
            .collect();
        if keys.is_empty() {
            return;
        }
        let known = keys.iter().map(|key| ((*key).into(), Met::Before));
        self.known.extend(known);
        self.segments.push_back(Segment::new(now, now, keys, false));
    }

    /// Notes that a record delivered in an earlier walk was met again in this one.
    pub fn meet_again(&mut self, key: u64) {
        if let Some(met @ Met::Before) = self.known.get_mut(&key.into()) {
            *met = Met::InThisWalk;
            self.again.push(key);
        }
    }

    /// A new walk begins: nothing was met in it yet.
    pub fn begin_walk(&mut self) {
        self.again.clear();
        for segment in self.segments.iter_mut().filter(|segment| segment.this_walk) {
            *segment = Segment::new(
                segment.from,
                segment.to,
                std::mem::take(&mut segment.keys),
                false,
            );
        }
        for met in self.known.values_mut() {
            *met = Met::Before;
        }
    }

    /// Forgets the pages that lie wholly before a moment.
    pub fn forget_before(&mut self, moment: Time) {
        let known = &mut self.known;
        self.segments.retain(|segment| {
            let stays = segment.to >= moment;
            if !stays {
                segment.keys.iter().for_each(|key| {
                    known.remove(&(*key).into());
                });
            }
            stays
        });
        if self.let_go.is_some_and(|time| time < moment) {
            self.let_go = None;
        }
    }

    /// The newest record that had to be let go for want of room: before it nothing can be told apart.
    #[must_use]
    pub fn let_go(&self) -> Option<Time> {
        self.let_go
    }

    /// How many records are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no record is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    fn let_the_oldest_go(&mut self) {
        let oldest = self
            .segments
            .iter()
            .enumerate()
            .min_by_key(|(_, segment)| segment.to);
        let Some(segment) = oldest
            .map(|(at, _)| at)
            .and_then(|at| self.segments.remove(at))
        else {
            self.known.clear();
            return;
        };
        for key in &segment.keys {
            self.known.remove(&(*key).into());
        }
        self.let_go = self.let_go.max(Some(segment.to));
    }
}

impl Segment {
    fn new(from: Time, to: Time, keys: Vec<u64>, this_walk: bool) -> Self {
        let written = Written {
            from,
            to,
            this_walk: this_walk.then_some(true),
            keys: to_text(&keys),
        };
        // Numbers, a flag and base64 always make a JSON text.
        let text = serde_json::value::to_raw_value(&written).unwrap_or_default();
        Self {
            from,
            to,
            keys,
            this_walk,
            text,
        }
    }
}

/// A segment as it stands in a place.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: Time,
    to: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    this_walk: Option<bool>,
    keys: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSeen<S> {
    pages: Vec<S>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    again: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    let_go: Option<Time>,
}

impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pages = self.segments.iter().map(|segment| &segment.text).collect();
        WrittenSeen {
            pages,
            again: to_text(&self.again),
            let_go: self.let_go,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written: WrittenSeen<Written> = WrittenSeen::deserialize(deserializer)?;
        let mut seen = Self {
            let_go: written.let_go,
            ..Self::default()
        };
        for page in written.pages {
            let keys = to_keys(&page.keys).map_err(D::Error::custom)?;
            let this_walk = page.this_walk.unwrap_or(false);
            let met = if this_walk {
                Met::InThisWalk
            } else {
                Met::Before
            };
            seen.known
                .extend(keys.iter().map(|key| ((*key).into(), met)));
            seen.segments
                .push_back(Segment::new(page.from, page.to, keys, this_walk));
        }
        for key in to_keys(&written.again).map_err(D::Error::custom)? {
            seen.meet_again(key);
        }
        Ok(seen)
    }
}

fn to_text(keys: &[u64]) -> String {
    let bytes: Vec<u8> = keys.iter().flat_map(|key| key.to_be_bytes()).collect();
    STANDARD.encode(bytes)
}

fn to_keys(text: &str) -> Result<Vec<u64>, String> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| format!("the ids seen: {error}"))?;
    let (keys, rest) = bytes.as_chunks::<8>();
    if rest.is_empty() {
        Ok(keys.iter().map(|key| u64::from_be_bytes(*key)).collect())
    } else {
        Err("the ids seen are cut off".to_owned())
    }
}

#[cfg(test)]
mod tests;
