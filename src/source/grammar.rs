//! Reads a source as written, strictly.

mod paging;
mod request;
mod sense;
mod terms;
mod values;

#[cfg(test)]
pub(in crate::source) mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Condition, Format, From, Pace, Path, RateLimit, RecordPaths, Source};
use crate::error::Result;
use crate::written::{Fields, Written, yaml};
use terms::{Place, Terms};

/// Every key of a source, in the order in which a source is best written.
pub(super) const KEYS: &[&str] = &[
    "name",
    "title",
    "docs",
    "base_url",
    "settings",
    "credentials",
    "request",
    "auth",
    "records",
    "records_missing",
    "format",
    "order",
    "next",
    "since",
    "until",
    "window",
    "retention",
    "overlap",
    "settle",
    "record",
    "partial",
    "warnings",
    "limits",
    "rate_limit",
    "hints",
    "log",
];

/// Records show up a little late in every log API that was looked at.
const DEFAULT_OVERLAP: Duration = Duration::from_mins(5);

/// A name is a tag on every metric and part of every place's name.
const LONGEST_NAME: usize = 100;

impl Source {
    /// The source that a YAML text describes; `file` is what an error calls it.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let value = yaml::parse(text, file)?;
        Self::read(&Written::new(&value, "")).map_err(|error| yaml::located(error, text, file))
    }

    /// The source that is written here.
    pub fn read(written: &Written) -> Result<Self> {
        let fields = written.fields(KEYS)?;
        let terms = Terms::read(&fields.at("settings"), &fields.at("credentials"))?;
        let request = request::template(&fields.at("request"), &terms)?;
        let auth = request::auth(&fields.at("auth"), &request.headers, &terms)?;
        let format = fields
            .at("format")
            .word(&[("json", Format::Json), ("ndjson", Format::Ndjson)])?
            .unwrap_or(Format::Json);
        let descending = fields
            .at("order")
            .word(&[("ascending", false), ("descending", true)])?
            .unwrap_or(false);
        let name = name(&fields)?;
        let source = Self {
            title: fields.at("title").text()?.unwrap_or_else(|| name.clone()),
            name,
            docs: fields.at("docs").text()?,
            base_url: base_url(&fields, &terms)?,
            auth,
            request,
            records: records(&fields, format)?,
            records_may_be_missing: fields
                .at("records_missing")
                .word(&[("error", false), ("empty", true)])?
                .unwrap_or(false),
            format,
            descending,
            next: paging::next(&fields.at("next"), descending)?,
            since: paging::bound(&fields.at("since"), false, &terms)?,
            until: paging::bound(&fields.at("until"), true, &terms)?,
            window: span(&fields.at("window").fields(&["max"])?.at("max"))?,
            retention: span(&fields.at("retention"))?,
            overlap: fields.at("overlap").duration()?.unwrap_or(DEFAULT_OVERLAP),
            settle: fields.at("settle").duration()?.unwrap_or(Duration::ZERO),
            record: record(&fields.at("record"))?,
            partial: partial(&fields.at("partial"))?,
            warnings: warnings(&fields.at("warnings"))?,
            pace: pace(&fields.at("limits"))?,
            rate_limit: rate_limit(&fields.at("rate_limit"))?,
            hints: hints(&fields.at("hints"))?,
            log: log(&fields.at("log"))?,
            settings: terms.settings,
            credentials: terms.credentials,
        };
        sense::check(&source, written)?;
        Ok(source)
    }
}

fn name(fields: &Fields) -> Result<String> {
    let name = fields.required("name")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(fields.at("name").problem(format!(
            "expected vendor/stream in letters, digits, _, - and ., at most {LONGEST_NAME}"
        )));
    }
    Ok(name)
}

fn base_url(fields: &Fields, terms: &Terms) -> Result<String> {
    let text = fields.required("base_url")?;
    let value = fields.at("base_url");
    terms.template(&value, &text, Place::Url)?;
    request::web_address(&value, &text)?;
    Ok(text)
}

fn records(fields: &Fields, format: Format) -> Result<Path> {
    let value = fields.at("records");
    match (values::path(&value)?, format) {
        (Some(path), _) => Ok(path),
        (None, Format::Ndjson) => Ok(Path::default()),
        (None, Format::Json) => Err(value.problem(
            "required, but missing: the path to the array of records, or \"\" where the body is the array",
        )),
    }
}

/// A span of time that is not zero.
fn span(value: &Written) -> Result<Option<Duration>> {
    match value.duration()? {
        Some(Duration::ZERO) => Err(value.problem("expected a span of time above zero")),
        other => Ok(other),
    }
}

fn record(written: &Written) -> Result<RecordPaths> {
    let fields = written.fields(&["id", "version", "time", "time_format"])?;
    let formats: Vec<_> = values::TIME_FORMATS
        .iter()
        .copied()
        .filter(|(word, _)| *word != "date")
        .collect();
    Ok(RecordPaths {
        id: values::paths(&fields.at("id"))?,
        version: values::paths(&fields.at("version"))?
            .map(|paths| paths.0)
            .unwrap_or_default(),
        time: values::paths(&fields.at("time"))?,
        time_format: fields.at("time_format").word(&formats)?,
    })
}

fn partial(written: &Written) -> Result<Vec<Condition>> {
    let mut all = Vec::new();
    for item in written.items()? {
        let fields = item.fields(&["when", "is"])?;
        let Some(when) = values::from_reply(&fields.at("when"))? else {
            return Err(fields.at("when").problem("required, but missing or empty"));
        };
        let is = match fields.at("is").value {
            Value::Null => {
                return Err(fields
                    .at("is")
                    .problem("required, but missing: a value, or present"));
            }
            Value::Array(_) | Value::Object(_) => {
                return Err(fields.at("is").wrong("a value, or present"));
            }
            Value::String(word) if word == "present" => None,
            value => Some(value.clone()),
        };
        all.push(Condition { when, is });
    }
    Ok(all)
}

fn warnings(written: &Written) -> Result<Vec<From>> {
    if !written.value.is_array() {
        return Ok(values::from_reply(written)?.into_iter().collect());
    }
    let mut all = Vec::new();
    for item in written.items()? {
        all.extend(values::from_reply(&item)?);
    }
    Ok(all)
}

fn pace(written: &Written) -> Result<Pace> {
    let fields = written.fields(&["requests_per_second", "min_interval"])?;
    Ok(Pace {
        requests_per_second: fields.at("requests_per_second").positive()?,
        min_interval: fields.at("min_interval").duration()?,
    })
}

fn rate_limit(written: &Written) -> Result<Option<RateLimit>> {
    let fields = written.fields(&["remaining", "reset", "reset_is"])?;
    if fields.keys().next().is_none() {
        return Ok(None);
    }
    Ok(Some(RateLimit {
        remaining: values::from_header(&fields.at("remaining"))?,
        reset: values::from_header(&fields.at("reset"))?,
        reset_is_epoch: fields
            .at("reset_is")
            .word(&[("seconds", false), ("epoch_s", true)])?
            .unwrap_or(false),
    }))
}

fn hints(written: &Written) -> Result<BTreeMap<u16, String>> {
    let fields = written.any_fields()?;
    let mut hints = BTreeMap::new();
    for (key, text) in written.texts()? {
        match key.parse() {
            Ok(status @ 100..=599) => hints.insert(status, text),
            Ok(_) | Err(_) => {
                return Err(fields
                    .at(&key)
                    .problem("expected an HTTP status such as 403 as the key"));
            }
        };
    }
    Ok(hints)
}

fn log(written: &Written) -> Result<Value> {
    written.any_fields()?;
    if written.is_absent() {
        return Ok(Value::Object(Map::new()));
    }
    Ok(written.value.clone())
}
