//! What a mapping hides, taken out of a reply before it is kept.

use serde_json::Value;

use crate::config::Config;
use crate::source::{Format, Path};

/// In a path: every item of a list, every member of an object.
const EVERY: &str = "*";

const REDACTED: &str = "[redacted]";

/// What is kept of a body in which nobody can find what is to be hidden.
const UNREADABLE: &str = "[not kept: it is no JSON, so that what is to be hidden cannot be found]";

/// Takes out of records what their mapping leaves out, redacts or hashes.
pub(super) struct Hider {
    records: Path,
    lines: bool,
    paths: Vec<Path>,
    /// Ids that are hidden go on telling records apart.
    ids: Vec<Path>,
}

impl Hider {
    pub(super) fn new(config: &Config) -> Self {
        let listed = |key: &str| {
            let items = config.log.get(key).and_then(Value::as_array);
            let texts = items.into_iter().flatten().filter_map(Value::as_str);
            texts
                .filter_map(|text| Path::parse(text).ok())
                .collect::<Vec<_>>()
        };
        let ids = config
            .source
            .record
            .id
            .iter()
            .flat_map(|paths| paths.0.clone());
        Self {
            records: config.source.records.clone(),
            lines: config.source.format == Format::Ndjson,
            paths: ["drop", "redact", "hash"]
                .into_iter()
                .flat_map(listed)
                .collect(),
            ids: ids.collect(),
        }
    }

    /// The body without it, and without the records at its end for which there is no room; says
    /// how many those are.
    pub(super) fn hidden(&self, body: &str, most: usize) -> (String, usize) {
        if self.paths.is_empty() && body.len() <= most {
            return (body.to_owned(), 0);
        }
        if self.lines {
            return self.hidden_lines(body, most);
        }
        let Ok(mut whole) = serde_json::from_str::<Value>(body) else {
            return (self.no_json(body, most), 0);
        };
        let mut left_out = 0;
        if let Some(Value::Array(records)) = found(&mut whole, &self.records.0) {
            for (number, record) in records.iter_mut().enumerate() {
                self.hide(record, number);
            }
            let mut room = most;
            let fitting = records.iter().take_while(|record| {
                let bytes = record.to_string().len() + 1;
                let fits = bytes <= room;
                room = room.saturating_sub(bytes);
                fits
            });
            let fitting = fitting.count();
            left_out = records.len() - fitting;
            records.truncate(fitting);
        } else if !self.paths.is_empty() {
            // Where the records are not where they should be, nobody knows what is among them.
            shape_only(&mut whole);
        }
        let text = whole.to_string();
        // What is large beside the records is no page either.
        if text.len() > most.saturating_mul(2) {
            return (cut(&text, most), left_out);
        }
        (text, left_out)
    }

    fn hidden_lines(&self, body: &str, most: usize) -> (String, usize) {
        let mut kept = String::new();
        let mut left_out = 0;
        for (number, line) in body.lines().enumerate() {
            let text = match serde_json::from_str::<Value>(line) {
                Ok(mut record) => {
                    self.hide(&mut record, number);
                    record.to_string()
                }
                Err(_) => self.no_json(line, most),
            };
            if left_out > 0 || kept.len() + text.len() >= most {
                left_out += 1;
                continue;
            }
            kept.push_str(&text);
            kept.push('\n');
        }
        (kept, left_out)
    }

    fn no_json(&self, text: &str, most: usize) -> String {
        if self.paths.is_empty() || text.trim_start().starts_with('<') {
            return cut(text, most);
        }
        UNREADABLE.to_owned()
    }

    fn hide(&self, record: &mut Value, number: usize) {
        for path in &self.paths {
            let word = if self.ids.contains(path) {
                format!("[redacted {number}]")
            } else {
                REDACTED.to_owned()
            };
            hide_at(record, &path.0, &word);
        }
    }
}

/// Hides the value at the end of a path, also inside texts that hold JSON.
fn hide_at(value: &mut Value, path: &[String], word: &str) {
    let Some((step, ahead)) = path.split_first() else {
        *value = Value::from(word);
        return;
    };
    match value {
        Value::Object(map) if step == EVERY => {
            map.values_mut()
                .for_each(|inner| hide_at(inner, ahead, word));
        }
        Value::Object(map) => {
            if let Some(inner) = map.get_mut(step) {
                hide_at(inner, ahead, word);
            }
        }
        Value::Array(items) if step == EVERY => {
            for inner in items {
                hide_at(inner, ahead, word);
            }
        }
        Value::Array(items) => {
            let at = step.parse::<usize>().ok();
            if let Some(inner) = at.and_then(|at| items.get_mut(at)) {
                hide_at(inner, ahead, word);
            }
        }
        Value::String(text) => {
            let inside = serde_json::from_str::<Value>(text);
            *value = match inside {
                Ok(mut inside @ (Value::Object(_) | Value::Array(_) | Value::String(_))) => {
                    hide_at(&mut inside, path, word);
                    Value::from(inside.to_string())
                }
                Ok(other) => Value::from(other.to_string()),
                // Half of a JSON text could hold it and not be searched.
                Err(_) if text.trim_start().starts_with(['{', '[', '"']) => Value::from(word),
                Err(_) => return,
            };
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn found<'v>(value: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |inner, step| match inner {
        Value::Object(map) => map.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Keys and kinds without a value.
fn shape_only(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(shape_only),
        Value::Array(items) => items.iter_mut().for_each(shape_only),
        Value::String(text) => REDACTED.clone_into(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn cut(text: &str, most: usize) -> String {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn hider(paths: &[&str]) -> Hider {
        Hider {
            records: Path::parse("results").unwrap(),
            lines: false,
            paths: paths
                .iter()
                .map(|path| Path::parse(path).unwrap())
                .collect(),
            ids: vec![Path::parse("id").unwrap()],
        }
    }

    fn hidden(paths: &[&str], body: &Value) -> Value {
        let (text, _) = hider(paths).hidden(&body.to_string(), 1_000_000);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_the_mapping_hides_is_gone_wherever_it_stands() {
        let inside = json!({"password": "hunter2", "n": 1}).to_string();
        let body = json!({"results": [
            {"id": "a", "args": inside, "users": [{"mail": "x@example.com"}, {"mail": "y"}]},
            {"id": "b", "args": "{\"password\": \"hunter2", "users": null},
        ]});
        let kept = hidden(&["args.password", "users.*.mail"], &body);
        assert!(!kept.to_string().contains("hunter2"), "{kept}");
        assert!(!kept.to_string().contains("example.com"), "{kept}");
        assert_eq!(
            kept["results"][0]["args"],
            "{\"password\":\"[redacted]\",\"n\":1}"
        );
        assert_eq!(kept["results"][1]["id"], "b");
    }

    #[test]
    fn hidden_ids_still_tell_records_apart() {
        let kept = hidden(&["id"], &json!({"results": [{"id": "a"}, {"id": "b"}]}));
        assert_eq!(kept["results"][0]["id"], "[redacted 0]");
        assert_ne!(kept["results"][0]["id"], kept["results"][1]["id"]);
    }

    #[test]
    fn where_the_records_cannot_be_found_no_value_is_kept() {
        let kept = hidden(
            &["secret"],
            &json!({"items": [{"secret": "hunter2"}], "n": 3}),
        );
        assert_eq!(kept, json!({"items": [{"secret": "[redacted]"}], "n": 3}));
        let (text, _) = hider(&["secret"]).hidden("{\"secret\": \"hunter2\"", 1_000);
        assert_eq!(text, UNREADABLE);
    }

    #[test]
    fn a_reply_to_the_letter_where_nothing_is_hidden_and_cut_by_records() {
        let body = "{\"results\": [ {\"n\": 12345678901234567890.50} ]}";
        assert_eq!(hider(&[]).hidden(body, 1_000), (body.to_owned(), 0));
        let records: Vec<Value> = (0..100)
            .map(|n| json!({"n": n, "pad": "x".repeat(100)}))
            .collect();
        let (text, left_out) =
            hider(&[]).hidden(&json!({"results": records, "next": "c"}).to_string(), 2_000);
        let kept: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(kept["results"].as_array().unwrap().len() + left_out, 100);
        assert!(text.len() < 2_100 && left_out > 50, "{left_out}");
        assert_eq!(kept["next"], "c");
    }

    #[test]
    fn no_text_is_cut_inside_a_character() {
        assert_eq!(hider(&[]).hidden(&"é".repeat(100), 31).0.len(), 30);
    }
}
