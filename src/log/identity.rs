//! What a record is known as, and the id its log carries.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::hidden::{Hasher, hex};
use super::sheet::Value;
use super::text;

/// A longer id is carried as its hash.
const LONGEST_ID: usize = 256;

/// Between the parts of an identity: a byte that no text holds.
const BETWEEN: [u8; 1] = [0xff];

/// How a record is recognised.
#[derive(Debug)]
pub(super) enum Identity {
    /// By an id of its own, as its log carries it.
    Id(Value),
    /// By what it holds: the beginning of its hash.
    Content([u8; 16]),
}

/// By an id and what makes it a new log.
pub(super) fn by_id<'v>(id: &str, versions: impl Iterator<Item = Option<&'v str>>) -> u64 {
    let mut hash = Sha256::new_with_prefix(id);
    for version in versions {
        hash.update(BETWEEN);
        hash.update(text::plain(version.unwrap_or_default()).as_bytes());
    }
    beginning(&hash.finalize())
}

/// By everything a record holds.
pub(super) fn by_content(record: &str) -> (u64, [u8; 16]) {
    let hash = Sha256::digest(record);
    let mut long = [0; 16];
    long.copy_from_slice(&hash[..16]);
    (beginning(&hash), long)
}

/// The id a log carries: the record's own, or its hash where it is hidden or endless.
pub(super) fn carried<'a>(id: Cow<'a, str>, hidden: bool, hasher: Option<&Hasher>) -> Cow<'a, str> {
    if !hidden && id.len() <= LONGEST_ID {
        return id;
    }
    match hasher.filter(|_| hidden) {
        Some(hasher) => Cow::Owned(hasher.hash(&text::quoted(&id))),
        None => Cow::Owned(hex(&Sha256::digest(id.as_bytes())[..16])),
    }
}

fn beginning(hash: &[u8]) -> u64 {
    hash.iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
