//! YAML text, and where in it each value stands.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, Location, Options, Spanned};

use crate::error::{Error, Result};

/// The value that a YAML text holds; `file` is what an error calls it.
///
/// A key written twice, a second document, and text that unfolds without end are errors.
pub fn parse(text: &str, file: &str) -> Result<Value> {
    serde_saphyr::from_str_with_options(text, strict()).map_err(|error| wrong(&error, file))
}

/// Where each value of a YAML text stands: it is gone through once, however much is looked up.
pub struct Chart(Spanned<Node>);

impl Chart {
    /// None of a text that is not YAML.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let whole = serde_saphyr::from_str_with_options(text, strict());
        whole.ok().map(Self)
    }

    /// The line and column at which the value of a path such as `instances[0].source.next.to`
    /// stands; where it is missing, those of what should hold it.
    #[must_use]
    pub fn spot(&self, path: &str) -> (u64, u64) {
        let spot = place(&self.0, path).unwrap_or(self.0.referenced);
        (spot.line(), spot.column())
    }
}

/// The same of one path.
#[must_use]
pub fn locate(text: &str, path: &str) -> Option<(u64, u64)> {
    Chart::of(text).map(|chart| chart.spot(path))
}

/// A mistake in what a YAML text holds, with file, line and column put before its path.
#[must_use]
pub fn located(error: Error, text: &str, file: &str) -> Error {
    let Error::Config { at, problem } = error else {
        return error;
    };
    let spot = match locate(text, &at) {
        Some((line, column)) => format!("{file}:{line}:{column}"),
        None => file.to_owned(),
    };
    let whole = if at.is_empty() {
        spot
    } else {
        format!("{spot}: {at}")
    };
    Error::config(whole, problem)
}

fn strict() -> Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        // A snippet of the text may be a secret.
        with_snippet: false,
    }
}

fn wrong(error: &serde_saphyr::Error, file: &str) -> Error {
    let error = error.without_snippet();
    let at = match error.location() {
        Some(spot) => format!("{file}:{}:{}", spot.line(), spot.column()),
        None => file.to_owned(),
    };
    // What the parser says ends with the position, which `at` has already.
    let text = error.to_string();
    let problem = match error {
        serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` is written twice")
        }
        serde_saphyr::Error::DuplicateMappingKey { .. } => "a key is written twice".to_owned(),
        serde_saphyr::Error::MultipleDocuments { .. } => {
            "a second document begins here; one file holds one".to_owned()
        }
        // The enum is open, and what else it says is about the text.
        _ => text.split(" at line ").next().unwrap_or(&text).to_owned(),
    };
    Error::config(at, format!("not valid YAML: {problem}"))
}

/// A value of which only the places matter.
enum Node {
    Leaf,
    List(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Spanned<Node>)>),
}

/// Where the longest part of `path` that exists leads; a key's own place for what it names.
fn place(node: &Spanned<Node>, path: &str) -> Option<Location> {
    let path = path.strip_prefix('.').unwrap_or(path);
    if path.is_empty() {
        return None;
    }
    match &node.value {
        Node::Leaf => None,
        Node::List(items) => {
            let (number, rest) = path.strip_prefix('[')?.split_once(']')?;
            let item = items.get(number.parse::<usize>().ok()?)?;
            Some(place(item, rest).unwrap_or(item.referenced))
        }
        // A key may hold dots and brackets itself: the longest that fits is the one that was meant.
        Node::Mapping(entries) => entries
            .iter()
            .filter_map(|(key, inner)| {
                let rest = path.strip_prefix(key.value.as_str())?;
                let whole = rest.is_empty() || rest.starts_with(['.', '[']);
                whole.then_some((key, inner, rest))
            })
            .max_by_key(|(key, _, _)| key.value.len())
            .map(|(key, inner, rest)| place(inner, rest).unwrap_or(key.referenced)),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(Places)
    }
}

struct Places;

impl<'de> Visitor<'de> for Places {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Mapping(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> std::result::Result<Node, D::Error> {
        IgnoredAny::deserialize(inner).map(|_| Node::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i128<E>(self, _: i128) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u128<E>(self, _: u128) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_unit<E>(self) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_none<E>(self) -> std::result::Result<Node, E> {
        Ok(Node::Leaf)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn problem(text: &str) -> String {
        match parse(text, "a.yaml") {
            Err(error) => error.to_string(),
            Ok(value) => format!("read as {value}"),
        }
    }

    #[test]
    fn numbers_as_keys_become_texts() {
        let value = parse("hints: {401: no, 403: \"b\"}\nq: {true: x, 1.5: z}", "a").unwrap();
        assert_eq!(
            value,
            json!({"hints": {"401": false, "403": "b"}, "q": {"true": "x", "1.5": "z"}})
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_without_the_text_beside_it() {
        for (text, expected) in [
            ("a: 1\nb: [1, 2\nc: 3", "a.yaml:"),
            (
                "a: 1\nb: 2\na: 3",
                "a.yaml:3:1: not valid YAML: the key `a` is written twice",
            ),
            ("a: .nan", "a.yaml:1:4: not valid YAML: "),
            ("a: 1\n---\nb: 2", "a.yaml:"),
            ("token: hunter2\n  x: hunter2", "a.yaml:"),
        ] {
            let problem = problem(text);
            assert!(problem.starts_with(expected), "{text}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn a_text_that_unfolds_without_end_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            let many = vec![format!("*a{}", i - 1); 10].join(", ");
            text = format!("{text}a{i}: &a{i} [{many}]\n");
        }
        assert!(problem(&text).contains("not valid YAML"));
        assert!(problem(&"[".repeat(100_000)).contains("not valid YAML"));
        assert_eq!(locate(&text, "a0"), None);
    }

    #[test]
    fn a_path_is_found_again_in_the_text() {
        let text = "init_config:\ninstances:\n  - source:\n      request:\n        metod: GET\n      query: {a.b: 1, \"x[y]\": {z: 2}}\n";
        for (path, spot) in [
            ("instances[0].source.request.metod", (5, 9)),
            ("instances[0].source.query.a.b", (6, 15)),
            ("instances[0].source.query.x[y].z", (6, 32)),
            // Missing: what should hold it.
            ("instances[0].source.records", (3, 5)),
            ("instances[0].credentials.token", (3, 5)),
            ("instances[7]", (2, 1)),
            ("nowhere", (1, 1)),
        ] {
            assert_eq!(locate(text, path), Some(spot), "{path}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let text = "request:\n  metod: GET\n";
        let error = Error::config("request.metod", "unknown key");
        assert_eq!(
            located(error, text, "mine.yaml").to_string(),
            "mine.yaml:2:3: request.metod: unknown key"
        );
        assert_eq!(
            located(Error::Cancelled, text, "mine.yaml"),
            Error::Cancelled
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in ".*", path in ".*") {
            let _ = (parse(&text, "a"), locate(&text, &path));
        }
    }
}
