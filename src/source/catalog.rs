//! The sources that come with the program, compiled in, and those described by how they differ from one.

use serde_json::{Map, Value};

use super::Source;
use crate::error::{Error, Result};
use crate::written::{Written, nearest, yaml};

/// Name and description of each.
const ENTRIES: &[(&str, &str)] = &[
    (
        "agent_handler/api_calls",
        include_str!("catalog/agent_handler/api_calls.yaml"),
    ),
    (
        "agent_handler/audit_log",
        include_str!("catalog/agent_handler/audit_log.yaml"),
    ),
    (
        "agent_handler/tool_calls",
        include_str!("catalog/agent_handler/tool_calls.yaml"),
    ),
    ("datadog/audit", include_str!("catalog/datadog/audit.yaml")),
    ("datadog/logs", include_str!("catalog/datadog/logs.yaml")),
];

/// The mappings of `log` whose entries are whole in themselves: an entry replaces, and is not merged into, another.
const ENTRIES_OF_LOG: [&str; 2] = ["attributes", "tags"];

/// The names of all sources that come with the program, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|(name, _)| *name)
}

/// The description of a source as it was written.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    ENTRIES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// The source of a name.
pub fn source(name: &str) -> Result<Source> {
    let value = Value::from(name);
    resolved(&Written::new(&value, "source"))
}

/// The source that is meant by what is written: a name, `extends` with what differs, or a whole source.
pub fn resolved(written: &Written) -> Result<Source> {
    match written.value {
        Value::Null => Err(written.problem(format!(
            "required, but missing: a name from the catalogue ({}) or a source of your own",
            all()
        ))),
        Value::String(name) => {
            let value = described(written, name)?;
            Source::read(&Written::new(&value, &written.at))
        }
        Value::Object(map) if map.contains_key("extends") => {
            let value = extended(written, map)?;
            Source::read(&Written::new(&value, &written.at))
        }
        Value::Object(_) => Source::read(written),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            Err(written.wrong("a name from the catalogue or a mapping"))
        }
    }
}

/// `log` with what differs put over it, key by key: lists and values replace, null takes away.
#[must_use]
pub fn merged_log(base: &Value, over: &Value) -> Value {
    let (Value::Object(base), Value::Object(over)) = (base, over) else {
        return if over.is_null() {
            base.clone()
        } else {
            over.clone()
        };
    };
    let mut merged = base.clone();
    for (key, value) in over {
        let inner = match merged.get(key) {
            Some(old) if ENTRIES_OF_LOG.contains(&key.as_str()) => entry_by_entry(old, value),
            Some(old) => deep(old, value),
            None => value.clone(),
        };
        put(&mut merged, key, inner);
    }
    Value::Object(merged)
}

fn extended(written: &Written, map: &Map<String, Value>) -> Result<Value> {
    let fields = written.any_fields()?;
    let name = fields.required("extends")?;
    let base = described(&fields.at("extends"), &name)?;
    let mut over = map.clone();
    over.shift_remove("extends");
    let log = over.shift_remove("log").unwrap_or(Value::Null);
    let merged_logs = merged_log(base.get("log").unwrap_or(&Value::Null), &log);
    let mut merged = deep(&base, &Value::Object(over));
    if let Value::Object(keys) = &mut merged {
        put(keys, "log", merged_logs);
    }
    Ok(merged)
}

fn described(written: &Written, name: &str) -> Result<Value> {
    let Some(text) = text(name) else {
        let known: Vec<&str> = names().collect();
        return Err(written.problem(match nearest(name, &known) {
            Some(near) => format!("no source `{name}` in the catalogue; did you mean `{near}`?"),
            None => format!("no source `{name}` in the catalogue; there are {}", all()),
        }));
    };
    // What is compiled in is valid, as a test of each entry proves.
    yaml::parse(text, name).map_err(|error| Error::config(&written.at, error.to_string()))
}

/// Mappings are merged, all else replaces, null takes away.
fn deep(base: &Value, over: &Value) -> Value {
    let (Value::Object(base), Value::Object(over)) = (base, over) else {
        return over.clone();
    };
    let mut merged = base.clone();
    for (key, value) in over {
        let inner = match merged.get(key) {
            Some(old) => deep(old, value),
            None => value.clone(),
        };
        put(&mut merged, key, inner);
    }
    Value::Object(merged)
}

fn entry_by_entry(base: &Value, over: &Value) -> Value {
    let (Value::Object(base), Value::Object(over)) = (base, over) else {
        return over.clone();
    };
    let mut merged = base.clone();
    for (key, value) in over {
        put(&mut merged, key, value.clone());
    }
    Value::Object(merged)
}

fn put(map: &mut Map<String, Value>, key: &str, value: Value) {
    if value.is_null() {
        map.shift_remove(key);
    } else {
        map.insert(key.to_owned(), value);
    }
}

fn all() -> String {
    names().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
