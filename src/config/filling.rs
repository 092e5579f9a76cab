//! The user's own values for what a source asks.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Result;
use crate::source::{Asked, Bound, Filling, Source, To};
use crate::written::{Fields, Written, nearest};

/// The credential that keys the hashes of `log.hash`.
pub(super) const HASH_KEY: &str = "hash_key";

/// The values for `source`, each that it asks for and none that it does not.
pub(super) fn read(instance: &Fields, source: &Source, hashes: bool) -> Result<Filling> {
    let mut credentials = source.credentials.clone();
    if hashes {
        credentials.entry(HASH_KEY.to_owned()).or_insert(Asked {
            help: "a long random text, the key of the hashes that `log.hash` asks for".to_owned(),
            required: true,
            default: None,
        });
    }
    let (written_settings, written_credentials) =
        (instance.at("settings"), instance.at("credentials"));
    let settings = values(&written_settings, &source.settings, plain)?;
    let credentials = values(&written_credentials, &credentials, secret)?;
    Ok(Filling {
        base_url: instance.at("base_url").text()?,
        settings,
        credentials,
        query: query(&instance.at("query"), source)?,
    })
}

fn values(
    written: &Written,
    asked: &BTreeMap<String, Asked>,
    read: fn(&Written) -> Result<Option<String>>,
) -> Result<BTreeMap<String, String>> {
    let fields = written.any_fields()?;
    let known: Vec<&str> = asked.keys().map(String::as_str).collect();
    for name in fields.keys() {
        if !asked.contains_key(name) {
            return Err(not_asked(&fields.at(name), name, &known));
        }
    }
    let mut values = BTreeMap::new();
    for (name, one) in asked {
        let value = fields.at(name);
        let given = read(&value)?.filter(|text| !text.trim().is_empty());
        match given.or_else(|| one.default.clone()) {
            Some(text) => {
                values.insert(name.clone(), text);
            }
            None if one.required => return Err(missing(&value, one)),
            None => {}
        }
    }
    Ok(values)
}

fn not_asked(value: &Written, name: &str, known: &[&str]) -> crate::error::Error {
    value.problem(match nearest(name, known) {
        Some(near) => format!("the source asks for no `{name}`; did you mean `{near}`?"),
        None if known.is_empty() => format!("the source asks for no `{name}`, nor for any other"),
        None => format!(
            "the source asks for no `{name}`; it asks for {}",
            known.join(", ")
        ),
    })
}

fn missing(value: &Written, asked: &Asked) -> crate::error::Error {
    if asked.help.is_empty() {
        value.problem("required, but missing or empty")
    } else {
        value.problem(format!("required, but missing or empty: {}", asked.help))
    }
}

/// A setting, or what YAML took for a number.
fn plain(value: &Written) -> Result<Option<String>> {
    value.scalar()
}

/// A secret as text: what YAML takes for a number may have lost a zero, and a handle is no secret yet.
pub(super) fn secret(value: &Written) -> Result<Option<String>> {
    match value.value {
        Value::Number(_) | Value::Bool(_) => Err(value.problem(format!(
            "expected a text in quotes, found {}, which YAML may have changed",
            crate::written::kind(value.value)
        ))),
        Value::String(text) if is_handle(text) => Err(value.problem(
            "the ENC[...] handle was not resolved; set secret_backend_command in datadog.yaml and look at `datadog-agent secret`",
        )),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => value.text(),
    }
}

fn is_handle(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("ENC[") && text.ends_with(']')
}

/// Further parameters, none of which the walk sets itself.
fn query(written: &Written, source: &Source) -> Result<BTreeMap<String, String>> {
    let query = written.texts()?;
    let fields = written.any_fields()?;
    for name in query.keys() {
        if let Some(option) = set_by(source, name) {
            return Err(fields
                .at(name)
                .problem(format!("the walk sets this parameter itself; {option}")));
        }
    }
    Ok(query)
}

/// What to use instead of a parameter that the walk sets.
fn set_by(source: &Source, name: &str) -> Option<&'static str> {
    let is_it = |to: &To| matches!(to, To::Query(own) if own == name);
    // A search text takes the user's own words beside the bound.
    let is_bound = |bound: &Option<Bound>| {
        bound
            .as_ref()
            .is_some_and(|bound| bound.template.is_none() && is_it(&bound.to))
    };
    if is_bound(&source.since) {
        return Some("use `start` for where the first run begins");
    }
    if is_bound(&source.until) {
        return Some("use `settle` to stay behind now");
    }
    let next = source.next.as_ref()?;
    if is_it(&next.to) {
        return Some("it is where the cursor goes");
    }
    if next.page_size.as_ref().is_some_and(|size| is_it(&size.to)) {
        return Some("use `page_size`");
    }
    None
}
