//! The log's status, from a word or a number of the record.

use std::collections::BTreeMap;

use super::grammar;
use super::plan::Plan;
use super::text;
use super::words::{self, Word};
use crate::error::Result;
use crate::written::Written;

/// What a record without a status is.
const INFO: &str = "info";

/// The words Datadog knows by itself; where no map says otherwise they pass.
const KNOWN: [&str; 22] = [
    "emergency",
    "emerg",
    "alert",
    "critical",
    "crit",
    "fatal",
    "severe",
    "error",
    "err",
    "warning",
    "warn",
    "notice",
    "info",
    "information",
    "informational",
    "verbose",
    "debug",
    "trace",
    "ok",
    "success",
    "failure",
    "failed",
];

/// How a record's status is found.
#[derive(Debug)]
pub(super) struct Status {
    from: Vec<usize>,
    /// Few, and told apart by their length: to compare them one by one is the shortest way.
    map: Vec<(String, Word)>,
    /// For values that the map does not name; none lets known words pass.
    otherwise: Option<Word>,
    default: Word,
    known: Vec<Word>,
}

impl Status {
    /// A status as written: a path, a list of paths, or `{from, map, default}`.
    pub(super) fn new(written: &Written<'_>, plan: &mut Plan) -> Result<Self> {
        let whole = written.value.is_object();
        let fields = if whole {
            Some(written.fields(&["from", "map", "default"])?)
        } else {
            None
        };
        let from = match &fields {
            Some(fields) => grammar::marks(&fields.at("from"), plan)?,
            None => grammar::marks(written, plan)?,
        };
        let mut map = BTreeMap::new();
        let mut default = None;
        if let Some(fields) = &fields {
            for (value, status) in fields.at("map").texts()? {
                let status = word(&fields.at("map"), &status)?;
                map.insert(value.to_lowercase(), status);
                map.entry(value).or_insert(status);
            }
            let written = fields.at("default");
            if let Some(text) = written.scalar()? {
                default = Some(word(&written, &text)?);
            }
        }
        Ok(Self {
            from,
            otherwise: default.filter(|_| !map.is_empty()),
            map: map.into_iter().collect(),
            default: default.unwrap_or_else(|| words::word(INFO)),
            known: KNOWN.map(words::word).to_vec(),
        })
    }

    /// The paths looked at, as marks.
    pub(super) fn from(&self) -> &[usize] {
        &self.from
    }

    /// The status that a record's own one means.
    pub(super) fn meaning(&self, own: Option<&str>) -> Word {
        let Some(own) = own.map(text::trimmed) else {
            return self.default;
        };
        if let Some(mapped) = self.mapped(own) {
            return mapped;
        }
        if let Some(otherwise) = self.otherwise {
            return otherwise;
        }
        let known = self
            .known
            .iter()
            .find(|word| own.eq_ignore_ascii_case(word.text()));
        known.copied().unwrap_or(self.default)
    }

    fn mapped(&self, own: &str) -> Option<Word> {
        if self.map.is_empty() {
            return None;
        }
        let named = |own: &str| {
            let found = self.map.iter().find(|(name, _)| name == own)?;
            Some(found.1)
        };
        if let Some(found) = named(own) {
            return Some(found);
        }
        // HTTP's statuses by their hundred.
        if own.len() == 3 && own.bytes().all(|byte| byte.is_ascii_digit()) {
            return named(&format!("{}xx", &own[..1]));
        }
        named(&own.to_lowercase())
    }
}

fn word(written: &Written<'_>, text: &str) -> Result<Word> {
    let lower = text.trim().to_lowercase();
    if lower.is_empty() {
        return Err(
            written.problem("expected a status such as info, warn or error, found an empty text")
        );
    }
    Ok(words::word(&lower))
}
