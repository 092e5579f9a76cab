//! A log as a person can take it in: its first fields, its texts cut.

use serde_json::{Map, Value};

/// Wide enough for an id and a time, narrow enough for 80 columns.
const TEXT: usize = 44;
/// A nested object shows so many of its fields.
const FIELDS: usize = 4;

/// The log as indented JSON, with what was left out said in it.
pub(super) fn shortened(log: &Value) -> String {
    let Value::Object(fields) = log else {
        return String::new();
    };
    let mut short = Map::new();
    for (name, value) in fields {
        short.insert(name.clone(), cut(value));
    }
    let text = serde_json::to_string_pretty(&Value::Object(short)).unwrap_or_default();
    indented(&text)
}

fn cut(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > TEXT => {
            let begin: String = text.chars().take(TEXT).collect();
            Value::String(format!("{begin}..."))
        }
        Value::Object(fields) => {
            let mut short: Map<String, Value> = fields
                .iter()
                .take(FIELDS)
                .map(|(name, value)| (name.clone(), cut(value)))
                .collect();
            let left_out = fields.len() - short.len();
            if left_out > 0 {
                short.insert("...".to_owned(), format!("{left_out} more fields").into());
            }
            Value::Object(short)
        }
        Value::Array(items) => Value::String(format!("[{} items]", items.len())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_texts_and_wide_objects_are_cut_and_say_so() {
        let log = json!({
            "message": "m".repeat(100),
            "whole": {"a": 1, "b": {"c": null}, "d": [1, 2], "e": "x", "f": 1, "g": 2},
        });
        let text = shortened(&log);
        let cut: Value = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(cut["message"], "m".repeat(TEXT) + "...");
        assert_eq!(cut["whole"]["d"], "[2 items]");
        assert_eq!(cut["whole"]["..."], "2 more fields");
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    }
}
