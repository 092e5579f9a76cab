//! Requests and replies, as the vendors see them.

use std::fmt::Display;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::body::Bytes;
use reqwest::Url;
use serde_json::Value;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As it came, without the question mark.
    pub(crate) raw_query: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(super) fn new(method: &str, target: &str, headers: HeaderMap, body: Bytes) -> Self {
        let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
        let query = Url::parse(&format!("http://vendor/?{raw_query}"))
            .map(|url| url.query_pairs().into_owned().collect())
            .unwrap_or_default();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            raw_query: raw_query.to_owned(),
            query,
            headers,
            body,
        }
    }

    #[cfg(test)]
    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target, HeaderMap::new(), Bytes::new())
    }

    /// The value of a query parameter; the last one where it is written twice.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn has_cursor(&self) -> bool {
        self.value("cursor")
            .or(self.value("page[cursor]"))
            .is_some()
    }

    pub(super) fn takes_gzip(&self) -> bool {
        self.header("accept-encoding")
            .is_some_and(|takes| takes.contains("gzip"))
    }
}

/// A reply.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// In pieces, so that a page written ahead need not be copied.
    pub(crate) body: Vec<Bytes>,
}

impl Reply {
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: vec![body.into()],
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::page(status, body.to_string())
    }

    /// A body that is JSON already.
    pub(crate) fn page(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A body that is JSON already, in pieces.
    pub(crate) fn pieces(body: Vec<Bytes>) -> Self {
        Self {
            body,
            ..Self::page(200, "")
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(header, _)| header == name)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// How a reply is sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delivery {
    pub(crate) delay: Duration,
    /// The connection ends without a reply.
    pub(crate) hangup: bool,
    pub(crate) cut_after: Option<usize>,
    pub(crate) bytes_per_second: Option<u64>,
    /// So many bytes of filling come after the body.
    pub(crate) filling: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_its_last_value_counts() {
        let asked = Asked::get("/x?a=1&page%5Bcursor%5D=ab%3D%3D&a=%2B2+3");
        assert_eq!(asked.value("a"), Some("+2 3"));
        assert_eq!(asked.value("page[cursor]"), Some("ab=="));
        assert_eq!(asked.value("b"), None);
        assert!(asked.has_cursor());
    }
}
