//! A request under way: parts written to their places, and taken from them.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::Value;

use super::body;
use crate::source::To;

/// A request under way.
pub(super) struct Draft {
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl Draft {
    /// Writes a value, in place of one that is there.
    pub(super) fn write(&mut self, target: &To, value: Value) {
        match target {
            To::Query(name) => {
                self.query.insert(name.clone(), plain(value));
            }
            To::Header(name) => {
                self.headers
                    .retain(|known, _| !known.eq_ignore_ascii_case(name));
                self.headers.insert(name.clone(), plain(value));
            }
            To::Body(path) => {
                // Whether the way is free was found out when the source was read.
                body::put(&mut self.body, path, value);
            }
            To::Url => {}
        }
    }

    /// Writes a value; one of a search text goes beside what is there already.
    pub(super) fn write_beside(&mut self, target: &To, value: Value, is_search: bool) {
        if let (To::Query(name), true) = (target, is_search)
            && let Some(there) = self.query.get(name)
        {
            let both = format!("{there} {}", plain(value));
            self.query.insert(name.clone(), both);
            return;
        }
        self.write(target, value);
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, target: &To) {
        match target {
            To::Query(name) => {
                self.query.remove(name);
            }
            To::Header(name) => self
                .headers
                .retain(|known, _| !known.eq_ignore_ascii_case(name)),
            To::Body(path) => body::remove(&mut self.body, path),
            To::Url => {}
        }
    }

    /// The URL with the query.
    pub(super) fn url(&self, mut url: Url) -> Url {
        if !self.query.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(&self.query);
        }
        url
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
