//! What a log calls its source, its service and the record.

use super::Terms;
use crate::error::{Error, Result};
use crate::source::Source;
use crate::written::{Fields, Written, nearest};

/// What Datadog reads at the top level of a log, and what logwalk writes there: no record may
/// stand under such a name.
const RESERVED: [&str; 26] = [
    "timestamp",
    "ddtags",
    "ddsource",
    "status",
    "service",
    "message",
    "logwalk",
    "host",
    "hostname",
    "source",
    "date",
    "@timestamp",
    "_timestamp",
    "Timestamp",
    "eventTime",
    "published_date",
    "time",
    "severity",
    "level",
    "syslog",
    "dd",
    "msg",
    "log",
    "trace_id",
    "span_id",
    "tags",
];

/// The service: the instance's own one wins; none leaves it to whoever reads the log.
pub(super) fn service(fields: &Fields<'_>, terms: &Terms) -> Result<Option<String>> {
    let own = terms.service.clone().filter(|service| !service.is_empty());
    match own {
        Some(service) => Ok(Some(service)),
        None => filled(fields, "service", terms),
    }
}

/// The source, by which Datadog picks a pipeline.
pub(super) fn ddsource(fields: &Fields<'_>, source: &Source, terms: &Terms) -> Result<String> {
    let Some(name) = filled(fields, "source", terms)? else {
        return Ok(vendor(source).to_lowercase());
    };
    let odd = |c: char| c.is_uppercase() || c.is_whitespace() || c == ',';
    if name.is_empty() || name.contains(odd) {
        let lower = name.to_lowercase();
        return Err(fields.at("source").problem(format!(
            "`{name}` cannot be a log's source, which is in lower case, without spaces or commas; write `{}`",
            lower.replace(|c: char| c.is_whitespace() || c == ',', "_")
        )));
    }
    Ok(name)
}

/// The name under which the record stands.
pub(super) fn namespace(fields: &Fields<'_>, source: &Source, terms: &Terms) -> Result<String> {
    let written = filled(fields, "namespace", terms)?;
    let name = written.unwrap_or_else(|| vendor(source).to_owned());
    let at = fields.at("namespace");
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    {
        return Err(at.problem(format!(
            "`{name}` cannot hold the record: choose a name of letters, digits, _ and -"
        )));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(at.problem(format!(
            "`{name}` has a meaning of its own in Datadog; choose another name for the record"
        )));
    }
    Ok(name)
}

fn vendor(source: &Source) -> &str {
    source.name.split('/').next().unwrap_or_default()
}

/// A text with the instance's settings put in.
fn filled(fields: &Fields<'_>, key: &str, terms: &Terms) -> Result<Option<String>> {
    let at = fields.at(key);
    let Some(template) = at.text()? else {
        return Ok(None);
    };
    let mut out = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        let Some(value) = terms.settings.get(name) else {
            return Err(unknown_setting(&at, name, terms));
        };
        out.push_str(before);
        out.push_str(value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(Some(out))
}

fn unknown_setting(at: &Written<'_>, name: &str, terms: &Terms) -> Error {
    let known: Vec<&str> = terms.settings.keys().map(String::as_str).collect();
    match nearest(name, &known) {
        Some(near) => at.problem(format!(
            "no setting is called `{name}`; did you mean `{near}`?"
        )),
        None => at.problem(format!("no setting is called `{name}`")),
    }
}
