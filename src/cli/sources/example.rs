//! A conf.yaml to begin with, for any source.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::source::{Asked, Source};

/// The shortest configuration that works, each value to be filled in marked as such.
pub(super) fn conf(source: &Source) -> String {
    let mut text = String::from("init_config:\ninstances:\n");
    // Writing to a text cannot fail.
    let _ = writeln!(text, "  - source: {}", source.name);
    section(&mut text, "credentials", &source.credentials, |name| {
        format!("\"ENC[{}_{name}]\"", vendor(source))
    });
    section(&mut text, "settings", &source.settings, |name| {
        format!("\"<{}>\"", name.to_uppercase())
    });
    let log = |key: &str| source.log.get(key).and_then(Value::as_str);
    let log_source = log("source").unwrap_or_else(|| vendor(source));
    let service = log("service").unwrap_or(log_source);
    let _ = write!(
        text,
        "    min_collection_interval: 60\nlogs:\n  - type: integration\n    source: {log_source}\n    \
         service: {service}\n    start_position: beginning\n"
    );
    text
}

/// What is required as a line to fill in, what has a default or may be left out as a comment.
fn section(
    text: &mut String,
    name: &str,
    terms: &BTreeMap<String, Asked>,
    value: impl Fn(&str) -> String,
) {
    if terms.is_empty() {
        return;
    }
    let whole = if terms.values().any(|asked| asked.required) {
        ""
    } else {
        "# "
    };
    let _ = writeln!(text, "    {whole}{name}:");
    for (key, asked) in terms {
        if !asked.help.is_empty() {
            let _ = writeln!(text, "    {whole}  # {}", asked.help);
        }
        let written = asked.default.clone().unwrap_or_else(|| value(key));
        let own = if asked.required || !whole.is_empty() {
            ""
        } else {
            "# "
        };
        let _ = writeln!(text, "    {whole}  {own}{key}: {written}");
    }
}

fn vendor(source: &Source) -> &str {
    source.name.split('/').next().unwrap_or(&source.name)
}
