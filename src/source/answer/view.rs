//! What a reply says beside its records: where it leads, whether it is whole, what it warns of.

use serde_json::Value;

use super::split::Split;
use super::{find, links, shape};
use crate::error::{Error, Result};
use crate::source::{Condition, From, Record, Reply, Source};

/// A cursor goes into URLs and is saved after every page; what is longer is no cursor.
pub(super) const LONGEST_CURSOR: usize = 64 << 10;
/// A warning is for a person to read.
pub(super) const LONGEST_WARNING: usize = 500;
/// More warnings than this say nothing new.
pub(super) const MOST_WARNINGS: usize = 20;

/// A reply taken apart, to be asked.
pub(super) struct View<'v, 'a> {
    pub(super) source: &'v Source,
    pub(super) split: &'v Split<'a>,
    pub(super) records: &'v [Record<'a>],
    pub(super) reply: &'a Reply,
}

impl<'a> View<'_, 'a> {
    /// Where the next page is.
    pub(super) fn next(&self) -> Result<Option<String>> {
        let Some(next) = &self.source.next else {
            return Ok(None);
        };
        let found = match &next.from {
            From::Header(name) => self.reply.header(name).map(str::to_owned),
            From::Link(rel) => links::link(self.reply, rel).map(str::to_owned),
            From::Body(path) => self.cursor(&next.from, self.in_body(&path.0))?,
            From::Last(path) => {
                self.cursor(&next.from, in_record(self.records.iter().rev(), &path.0))?
            }
            From::First(path) => {
                self.cursor(&next.from, in_record(self.records.iter(), &path.0))?
            }
            From::Page { .. } | From::Offset { .. } => None,
        };
        match found {
            Some(cursor) if cursor.len() > LONGEST_CURSOR => Err(Error::Shape(format!(
                "{}: the cursor at `{}` has {} bytes, which is no cursor",
                self.source.name,
                next.from,
                cursor.len()
            ))),
            Some(cursor) if cursor.is_empty() => Ok(None),
            other => Ok(other),
        }
    }

    /// A cursor as text: a number keeps its digits; null, "" and false are none.
    fn cursor(&self, from: &From, value: Option<&str>) -> Result<Option<String>> {
        let Some(value) = value else { return Ok(None) };
        match value.bytes().next() {
            Some(b'n' | b'f') | None => Ok(None),
            Some(b'"') => Ok(text(value)),
            Some(b'{' | b'[' | b't') => Err(Error::Shape(format!(
                "{}: expected a text or a number at `{from}`, found {}",
                self.source.name,
                shape::kind(value)
            ))),
            Some(_) => Ok(Some(value.to_owned())),
        }
    }

    /// Whether there is more: null says no only where pages are counted, for there nothing else can.
    pub(super) fn more(&self) -> Option<bool> {
        let next = self.source.next.as_ref()?;
        let word = match next.more.as_ref()? {
            From::Header(name) => self.reply.header(name)?.trim().to_owned(),
            From::Body(path) => {
                let value = self.in_body(&path.0)?;
                match value.bytes().next() {
                    Some(b'n') | None => return next.from.is_counted().then_some(false),
                    Some(b'"') => text(value)?,
                    Some(b'{' | b'[') => return None,
                    Some(_) => value.to_owned(),
                }
            }
            From::Link(_)
            | From::Last(_)
            | From::First(_)
            | From::Page { .. }
            | From::Offset { .. } => {
                return None;
            }
        };
        let says_no = ["", "false", "0", "no"]
            .iter()
            .any(|no| word.eq_ignore_ascii_case(no));
        Some(!says_no)
    }

    /// The sign in words, where the reply shows it.
    pub(super) fn sign(&self, sign: &Condition) -> Option<String> {
        let found = self.value(&sign.when)?;
        match &sign.is {
            None => is_something(&found).then(|| format!("the reply has `{}`", sign.when)),
            Some(wanted) if same(wanted, &found) => {
                Some(format!("`{}` is {}", sign.when, plain(wanted)))
            }
            Some(_) => None,
        }
    }

    /// What the API warned of, in words.
    pub(super) fn warnings(&self) -> Vec<String> {
        let found = self
            .source
            .warnings
            .iter()
            .filter_map(|place| self.value(place));
        let mut all = Vec::new();
        for value in found.filter(is_something) {
            match value {
                Value::Array(items) => all.extend(items.iter().map(in_words)),
                other => all.push(in_words(&other)),
            }
        }
        all.truncate(MOST_WARNINGS);
        all
    }

    fn value(&self, place: &From) -> Option<Value> {
        match place {
            From::Header(name) => self.reply.header(name).map(Value::from),
            From::Body(path) => {
                let value = self.in_body(&path.0)?;
                // What is nested beyond reading is still something.
                Some(serde_json::from_str(value).unwrap_or(Value::Bool(true)))
            }
            From::Link(_)
            | From::Last(_)
            | From::First(_)
            | From::Page { .. }
            | From::Offset { .. } => None,
        }
    }

    fn in_body(&self, path: &[String]) -> Option<&'a str> {
        find::beside(self.split, &self.source.records.0, path)
    }
}

fn in_record<'a, 'r>(
    mut records: impl Iterator<Item = &'r Record<'a>>,
    path: &[String],
) -> Option<&'a str>
where
    'a: 'r,
{
    records.find_map(|record| match record {
        Record::Json(text) => Some(find::within(text, path)),
        Record::Broken(_) => None,
    })?
}

fn text(value: &str) -> Option<String> {
    serde_json::from_str(value).ok()
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The same value, or the same text: YAML and vendors differ in what they take for a number.
fn same(wanted: &Value, found: &Value) -> bool {
    wanted == found || (!found.is_null() && plain(wanted) == plain(found))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A warning for a person: its code and its words, else as it stands.
fn in_words(warning: &Value) -> String {
    let words: Vec<String> = ["code", "title", "message", "detail"]
        .iter()
        .filter_map(|key| warning.get(key))
        .filter(|value| is_something(value))
        .map(plain)
        .collect();
    let mut whole = if words.is_empty() {
        plain(warning)
    } else {
        words.join(": ")
    };
    if let Some((end, _)) = whole.char_indices().nth(LONGEST_WARNING) {
        whole.truncate(end);
        whole.push_str("...");
    }
    whole
}
