//! What a hidden value becomes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::plan::Plan;
use super::{Terms, grammar, text};
use crate::error::Result;
use crate::source::Source;
use crate::written::Fields;

/// What stands in for a redacted value.
pub(super) const REDACTED: &str = "[redacted]";

/// How a value is hidden; where several apply, the last named here wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hiding {
    /// Replaced by its keyed hash: equal values stay equal.
    Hash,
    /// Replaced by [`REDACTED`].
    Redact,
    /// Left out with its key.
    Drop,
}

/// Hashes values with the instance's key; never printed.
#[derive(Clone)]
pub(super) struct Hasher(Hmac<Sha256>);

impl Hasher {
    /// A hasher of a key; none for an empty key, which would hide nothing.
    pub(super) fn new(key: &str) -> Option<Self> {
        let keyed = Hmac::new_from_slice(key.as_bytes()).ok()?;
        (!key.is_empty()).then_some(Self(keyed))
    }

    /// The hash, in hexadecimal digits, of what a JSON value reads as.
    pub(super) fn hash(&self, json: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(text::plain(json).as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

/// Puts into a plan what is hidden, and which strings are opened.
pub(super) fn hide_and_open(fields: &Fields<'_>, plan: &mut Plan) -> Result<()> {
    for (key, hiding) in [
        ("drop", Hiding::Drop),
        ("redact", Hiding::Redact),
        ("hash", Hiding::Hash),
    ] {
        for path in grammar::paths(&fields.at(key))? {
            plan.hide(&path, hiding);
        }
    }
    for path in grammar::paths(&fields.at("decode"))? {
        plan.open(&path);
    }
    Ok(())
}

/// Every log shows the event's time, so it cannot be redacted or hashed.
pub(super) fn time_is_shown(fields: &Fields<'_>, source: &Source) -> Result<()> {
    for key in ["redact", "hash"] {
        let written = fields.at(key);
        let mut hidden = Plan::default();
        for path in grammar::paths(&written)? {
            hidden.hide(&path, Hiding::Redact);
        }
        let mut times = source.record.time.iter().flat_map(|paths| &paths.0);
        if let Some(time) = times.find(|path| hidden.hides(path)) {
            return Err(written.problem(format!(
                "`{}` is the record's time, which every log shows; take it out of this list, or use drop",
                time.0.join(".")
            )));
        }
    }
    Ok(())
}

/// What hashes; missing only where nothing is hashed.
pub(super) fn hasher(fields: &Fields<'_>, terms: &Terms) -> Result<Option<Hasher>> {
    let hasher = terms.hash_key.as_deref().and_then(Hasher::new);
    let wanted = fields.at("hash");
    if hasher.is_none() && !wanted.items()?.is_empty() {
        return Err(wanted.problem(
            "these paths are hashed with a key, which is missing: give it as credentials.hash_key",
        ));
    }
    Ok(hasher)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_hash_is_hmac_sha_256_of_what_the_value_reads_as() {
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let hasher = Hasher::new("Jefe").unwrap();
        assert_eq!(hasher.hash("\"what do ya want for nothing?\""), expected);
        assert_eq!(
            hasher.hash("\"what do ya want \\u0066or nothing?\""),
            expected
        );
    }

    #[test]
    fn an_empty_key_hides_nothing_and_is_no_key() {
        assert!(Hasher::new("").is_none());
    }
}
