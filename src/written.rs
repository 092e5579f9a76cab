//! Configuration as somebody wrote it: typed access that knows where each value stands.
//!
//! Every error names the path, what was found (its kind, never its text: it may be a secret) and
//! what would be right; a key that nobody knows names the nearest one that somebody does.

pub mod yaml;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::error::{Error, Result};

static NOTHING: Value = Value::Null;

/// A value and the path at which it stands.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    /// The value as written.
    pub value: &'a Value,
    /// Its path from the outside in, such as `instances[0].source.next`.
    pub at: String,
}

impl<'a> Written<'a> {
    /// The outermost value, under a name of the caller's (`instance`, a file).
    pub fn new(value: &'a Value, at: impl Into<String>) -> Self {
        Self {
            value,
            at: at.into(),
        }
    }

    /// Whether there is nothing here: a missing key, or one written without a value.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// A mapping none of whose keys is outside `known`; an absent one has no keys.
    pub fn fields(&self, known: &[&str]) -> Result<Fields<'a>> {
        let fields = self.any_fields()?;
        match fields.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(fields.unknown(unknown, known)),
            None => Ok(fields),
        }
    }

    /// A mapping whose keys are names of the user's own.
    pub fn any_fields(&self) -> Result<Fields<'a>> {
        match self.value {
            Value::Null => Ok(Fields {
                map: None,
                at: self.at.clone(),
            }),
            Value::Object(map) => Ok(Fields {
                map: Some(map),
                at: self.at.clone(),
            }),
            _ => Err(self.wrong("a mapping")),
        }
    }

    /// The items of a list; an absent one has none.
    pub fn items(&self) -> Result<Vec<Written<'a>>> {
        match self.value {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(i, value)| Written::new(value, format!("{}[{i}]", self.at)))
                .collect()),
            _ => Err(self.wrong("a list")),
        }
    }

    /// A text.
    pub fn text(&self) -> Result<Option<String>> {
        match self.value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(self.wrong("a text")),
        }
    }

    /// A text, or a number or a truth value that YAML took for one.
    pub fn scalar(&self) -> Result<Option<String>> {
        match self.value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            Value::Number(number) => Ok(Some(number.to_string())),
            Value::Bool(truth) => Ok(Some(truth.to_string())),
            _ => Err(self.wrong("a text")),
        }
    }

    /// True or false.
    pub fn flag(&self) -> Result<Option<bool>> {
        match self.value {
            Value::Null => Ok(None),
            Value::Bool(truth) => Ok(Some(*truth)),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A whole number from `least` on.
    pub fn whole(&self, least: u64) -> Result<Option<u64>> {
        match (self.value, self.value.as_u64()) {
            (Value::Null, _) => Ok(None),
            (_, Some(number)) if number >= least => Ok(Some(number)),
            _ => Err(self.wrong(&format!("a whole number from {least} on"))),
        }
    }

    /// A number above zero.
    pub fn positive(&self) -> Result<Option<f64>> {
        match (self.value, self.value.as_f64()) {
            (Value::Null, _) => Ok(None),
            (_, Some(number)) if number > 0.0 && number.is_finite() => Ok(Some(number)),
            _ => Err(self.wrong("a number above zero")),
        }
    }

    /// A span of time: `5m`, `18h`, `1d12h`, `250ms`; a bare number is seconds.
    pub fn duration(&self) -> Result<Option<Duration>> {
        let found = match self.value {
            Value::Null => return Ok(None),
            Value::String(text) => duration(text),
            number => number
                .as_f64()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        };
        found
            .map(Some)
            .ok_or_else(|| self.wrong("a span of time such as 30s, 5m, 18h or 31d"))
    }

    /// A mapping of names to texts.
    pub fn texts(&self) -> Result<BTreeMap<String, String>> {
        let fields = self.any_fields()?;
        let mut texts = BTreeMap::new();
        for key in fields.keys() {
            let value = fields.at(key);
            let text = value.scalar()?.ok_or_else(|| value.wrong("a text"))?;
            texts.insert(key.clone(), text);
        }
        Ok(texts)
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<Option<T>> {
        let Value::String(text) = self.value else {
            return if self.is_absent() {
                Ok(None)
            } else {
                Err(self.wrong(&list(words)))
            };
        };
        if let Some((_, meaning)) = words.iter().find(|(word, _)| word == text) {
            return Ok(Some(*meaning));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let hint = match nearest(text, &known) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        Err(self.problem(format!("expected {}, found a text{hint}", list(words))))
    }

    /// The error that says what was found here and what would be right.
    #[must_use]
    pub fn wrong(&self, right: &str) -> Error {
        Error::config(
            &self.at,
            format!("expected {right}, found {}", kind(self.value)),
        )
    }

    /// An error at this place, in the caller's words.
    pub fn problem(&self, problem: impl Into<String>) -> Error {
        Error::config(&self.at, problem)
    }
}

/// A mapping as written.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    at: String,
}

impl<'a> Fields<'a> {
    /// The value of a key; absent where it is not written.
    #[must_use]
    pub fn at(&self, key: &str) -> Written<'a> {
        let value = self.map.and_then(|map| map.get(key)).unwrap_or(&NOTHING);
        let at = if self.at.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.at)
        };
        Written { value, at }
    }

    /// A text that has to be there.
    pub fn required(&self, key: &str) -> Result<String> {
        let value = self.at(key);
        match value.text()? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(value.problem("required, but missing or empty")),
        }
    }

    /// The keys, as written.
    pub fn keys(&self) -> impl Iterator<Item = &'a String> + use<'a> {
        self.map.into_iter().flat_map(Map::keys)
    }

    /// The error for a key that is not among `known`.
    #[must_use]
    pub fn unknown(&self, key: &str, known: &[&str]) -> Error {
        let hint = match nearest(key, known) {
            Some(near) => format!("unknown key; did you mean `{near}`?"),
            None => format!("unknown key; known here: {}", known.join(", ")),
        };
        Error::config(self.at(key).at, hint)
    }
}

/// The word of `known` that somebody who wrote `word` most likely meant.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    // Half of the letters wrong is another word, not a slip.
    known
        .iter()
        .map(|near| (strsim::jaro_winkler(word, near), *near))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, near)| near)
}

/// What kind of value something is, in words; never the value itself.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// The span a text such as `1d12h` names; a bare number is seconds.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if let Ok(seconds) = rest.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .map_or(rest.len(), |end| digits + end);
        let millis: u64 = match &rest[digits..unit_end] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        rest = rest[unit_end..].trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

fn list<T>(words: &[(&str, T)]) -> String {
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    format!("one of {}", names.join(", "))
}

#[cfg(test)]
mod tests;
