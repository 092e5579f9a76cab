//! The JSON body: filled in, written to, and taken from.

use serde_json::{Map, Value};

use crate::source::Path;
use crate::source::path::index;
use crate::source::template;

/// The template with every name replaced; what has no value is left out.
pub(super) fn filled<'v>(body: &Value, value: &impl Fn(&str) -> Option<&'v str>) -> Option<Value> {
    match body {
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(body.clone()),
        Value::String(text) => template::filled(text, value).map(Value::String),
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| filled(item, value))
                .collect(),
        ),
        Value::Object(map) => {
            let entries = map
                .iter()
                .filter_map(|(key, inner)| Some((key.clone(), filled(inner, value)?)));
            Some(Value::Object(entries.collect::<Map<_, _>>()))
        }
    }
}

/// Writes a value at a path, with the mappings that lead there; false where something else is in the way.
pub(in crate::source) fn put(body: &mut Value, path: &Path, value: Value) -> bool {
    let mut inner = body;
    for step in &path.0 {
        if inner.is_null() {
            *inner = Value::Object(Map::new());
        }
        inner = match inner {
            Value::Object(map) => map.entry(step.clone()).or_insert(Value::Null),
            Value::Array(items) => match index(step).and_then(|i| items.get_mut(i)) {
                Some(item) => item,
                None => return false,
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return false,
        };
    }
    *inner = value;
    true
}

/// Takes a value out.
pub(super) fn remove(body: &mut Value, path: &Path) {
    let Some((last, way)) = path.0.split_last() else {
        return;
    };
    let mut inner = body;
    for step in way {
        let next = match inner {
            Value::Object(map) => map.get_mut(step),
            Value::Array(items) => index(step).and_then(|i| items.get_mut(i)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        match next {
            Some(next) => inner = next,
            None => return,
        }
    }
    if let Value::Object(map) = inner {
        map.shift_remove(last);
    }
}
