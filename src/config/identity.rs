//! What a place is saved under: all that decides which records come, and nothing else.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Config;
use crate::source::{From, Next};

/// 128 bits: two of a person's streams never share it by chance.
const DIGITS: usize = 32;

impl Config {
    /// The name under which the place is kept: the same while the same records come, whatever else is edited.
    #[must_use]
    pub fn identity(&self) -> String {
        let source = &self.source;
        // A base URL that cannot be filled in was refused when the configuration was read.
        let base = source
            .base(&self.filling)
            .map_or_else(|_| source.base_url.clone(), String::from);
        let mut query = source.request.query.clone();
        query.extend(self.filling.query.clone());
        let whole = json!({
            "source": source.name,
            "method": if source.request.post { "POST" } else { "GET" },
            "base_url": base.trim_end_matches('/'),
            "path": source.request.path,
            "query": query,
            "body": source.request.body,
            "records": source.records.to_string(),
            "next": source.next.as_ref().map(next),
            "settings": self.filling.settings,
            "stream": self.stream,
        });
        let digest = Sha256::digest(sorted(&whole).to_string().as_bytes());
        let mut digits = String::with_capacity(DIGITS);
        for byte in &digest[..DIGITS / 2] {
            // Writing to a text cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}

/// How pages lead to pages, without their size.
fn next(next: &Next) -> Value {
    let start = match next.from {
        From::Page { start } | From::Offset { start } => Some(start),
        From::Body(_) | From::Header(_) | From::Link(_) | From::Last(_) | From::First(_) => None,
    };
    json!({
        "from": next.from.to_string(),
        "start": start,
        "to": next.to.to_string(),
        "more": next.more.as_ref().map(ToString::to_string),
        "sticky": next.sticky,
        "durable": next.durable,
        "first_only": next.first_only.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// The same with every mapping's keys in order, for the order in which they were written means nothing.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let keys: BTreeMap<&String, Value> = map
                .iter()
                .map(|(key, inner)| (key, sorted(inner)))
                .collect();
            keys.into_iter()
                .map(|(key, inner)| (key.clone(), inner))
                .collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
