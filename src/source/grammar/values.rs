//! Addresses and paths where the grammar has them.

use crate::error::Result;
use crate::source::{From, Path, Paths, TimeFormat, To};
use crate::written::{Fields, Written};

/// The words for how a moment is written.
pub(super) const TIME_FORMATS: &[(&str, TimeFormat)] = &[
    ("rfc3339", TimeFormat::Rfc3339),
    ("epoch_s", TimeFormat::EpochS),
    ("epoch_ms", TimeFormat::EpochMs),
    ("epoch_us", TimeFormat::EpochUs),
    ("epoch_ns", TimeFormat::EpochNs),
    ("date", TimeFormat::Date),
];

/// Where a value is read.
pub(super) fn from(value: &Written, start: Option<u64>) -> Result<Option<From>> {
    match value.text()? {
        None => Ok(None),
        Some(text) => From::parse(&text, start)
            .map(Some)
            .map_err(|problem| value.problem(problem)),
    }
}

/// Where a value that has to be in a reply's body or headers is read.
pub(super) fn from_reply(value: &Written) -> Result<Option<From>> {
    let Some(address) = from(value, None)? else {
        return Ok(None);
    };
    match address {
        From::Body(_) | From::Header(_) => Ok(Some(address)),
        From::Link(_)
        | From::Last(_)
        | From::First(_)
        | From::Page { .. }
        | From::Offset { .. } => Err(value.problem(format!(
            "expected body.PATH or header.NAME, found `{address}`"
        ))),
    }
}

/// Where a value that has to be in a reply's headers is read.
pub(super) fn from_header(value: &Written) -> Result<Option<From>> {
    match from_reply(value)? {
        Some(address @ From::Body(_)) => {
            Err(value.problem(format!("expected header.NAME, found `{address}`")))
        }
        other => Ok(other),
    }
}

/// Where a value goes.
pub(super) fn to(value: &Written) -> Result<To> {
    match value.text()? {
        None => Err(value.problem("required, but missing or empty")),
        Some(text) => To::parse(&text).map_err(|problem| value.problem(problem)),
    }
}

/// Where a value goes that cannot be the URL itself.
pub(super) fn to_part(value: &Written) -> Result<To> {
    match to(value)? {
        To::Url => Err(value.problem(
            "expected one of query.NAME, body.PATH, header.NAME, found `url`, which is for a next page's URL",
        )),
        address => Ok(address),
    }
}

/// One path.
pub(super) fn path(value: &Written) -> Result<Option<Path>> {
    match value.text()? {
        None => Ok(None),
        Some(text) => Path::parse(&text)
            .map(Some)
            .map_err(|problem| value.problem(format!("not a path: {problem}"))),
    }
}

/// A path or a list of them.
pub(super) fn paths(value: &Written) -> Result<Option<Paths>> {
    if value.is_absent() {
        return Ok(None);
    }
    if value.value.is_string() {
        return Ok(path(value)?.map(|path| Paths(vec![path])));
    }
    if !value.value.is_array() {
        return Err(value.wrong("a path or a list of paths"));
    }
    let mut found = Vec::new();
    for item in value.items()? {
        found.push(path(&item)?.ok_or_else(|| item.wrong("a path"))?);
    }
    Ok(if found.is_empty() {
        None
    } else {
        Some(Paths(found))
    })
}

/// A text that has to be there and may be a number in YAML's eyes.
pub(super) fn required_scalar(fields: &Fields, key: &str) -> Result<String> {
    let value = fields.at(key);
    match value.scalar()? {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) | None => Err(value.problem("required, but missing or empty")),
    }
}
