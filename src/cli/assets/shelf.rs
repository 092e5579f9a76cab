//! The pieces, compiled in, as the API wants them.

use serde_json::{Map, Value};

use super::kind::Kind;
use crate::error::Result;
use crate::written::yaml;

/// One thing to be put into an organisation.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) body: Value,
}

macro_rules! shelf {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../assets/", $file)))),*]
    };
}

/// In this order a log passes them: first what holds for all of them.
pub(super) const PIPELINES: &[(&str, &str)] = shelf![
    "logs/logwalk.yaml",
    "logs/aegis.yaml",
    "logs/agent_handler.yaml",
    "logs/datadog_audit.yaml",
];

const DASHBOARDS: &[(&str, &str)] = shelf![
    "dashboards/agent_handler_what_the_agents_did.json",
    "dashboards/logwalk_is_it_working.json",
];

const MONITORS: &[(&str, &str)] = shelf![
    "monitors/aegis_blocked.json",
    "monitors/aegis_stalled.json",
    "monitors/aegis_vendor_blocked.json",
    "monitors/agent_handler_blocked_calls.json",
    "monitors/agent_handler_failed_calls.json",
    "monitors/credential_refused.json",
    "monitors/gap.json",
    "monitors/ingest_stalled.json",
    "monitors/lag_above.json",
    "monitors/records_rejected.json",
    "monitors/retention_running_out.json",
];

const RULES: &[(&str, &str)] = shelf![
    "security/aegis_unfamiliar_actor.json",
    "security/agent_handler_unfamiliar_actor.json",
];

/// Everything of a kind.
pub(super) fn pieces(kind: Kind) -> Result<Vec<Piece>> {
    let files = match kind {
        Kind::Pipeline => PIPELINES,
        Kind::Dashboard => DASHBOARDS,
        Kind::Monitor => MONITORS,
        Kind::Rule => RULES,
    };
    files
        .iter()
        .map(|(file, text)| {
            let whole = yaml::parse(text, file)?;
            let body = match kind {
                Kind::Pipeline => in_the_apis_words(&whole["pipeline"]),
                Kind::Dashboard => without_ids(&whole),
                Kind::Monitor => whole["definition"].clone(),
                Kind::Rule => whole,
            };
            let name = body[kind.name_of_a_piece()].as_str().unwrap_or_default();
            Ok(Piece {
                name: name.to_owned(),
                body,
            })
        })
        .collect()
}

/// A pipeline's file has names in `camelCase`, of which the API knows none.
fn in_the_apis_words(value: &Value) -> Value {
    let mut body = renamed(value);
    if let Some(map) = body.as_object_mut() {
        // Only pipelines inside of pipelines say what they are.
        map.shift_remove("type");
    }
    body
}

fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(renamed).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, inner)| (api_name(name), renamed(inner)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn api_name(name: &str) -> String {
    match name {
        "enabled" | "encoded" | "replaceMissing" => format!("is_{}", in_snake_case(name)),
        _ => in_snake_case(name),
    }
}

fn in_snake_case(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

/// Datadog numbers widgets itself.
fn without_ids(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_ids).collect(),
        Value::Object(map) => map
            .iter()
            .filter(|(name, _)| !(*name == "id" && map.contains_key("definition")))
            .map(|(name, inner)| (name.clone(), without_ids(inner)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn everything_that_there_is_is_on_the_shelf() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        for (folder, shelf) in [
            ("logs", PIPELINES),
            ("dashboards", DASHBOARDS),
            ("monitors", MONITORS),
            ("security", RULES),
        ] {
            let files: BTreeSet<String> = std::fs::read_dir(assets.join(folder))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| !name.ends_with("_tests.yaml"))
                .map(|name| format!("{folder}/{name}"))
                .collect();
            let known = shelf.iter().map(|(file, _)| (*file).to_owned()).collect();
            assert_eq!(files, known);
        }
    }

    #[test]
    fn every_piece_has_a_name_of_its_own() {
        for kind in Kind::ALL {
            let pieces = pieces(kind).unwrap();
            let names: BTreeSet<&str> = pieces.iter().map(|piece| piece.name.as_str()).collect();
            assert_eq!(names.len(), pieces.len());
            assert!(!names.contains(""), "{kind:?}");
        }
    }

    #[test]
    fn a_pipeline_is_in_the_words_of_the_api() {
        let pieces = pieces(Kind::Pipeline).unwrap();
        let audit = pieces
            .iter()
            .find(|piece| piece.name.contains("Audit Trail"))
            .unwrap();
        let first = &audit.body["processors"][0];
        assert_eq!(audit.body["is_enabled"], true);
        assert_eq!(audit.body.get("type"), None);
        assert_eq!(first["type"], "attribute-remapper");
        assert_eq!(first["override_on_conflict"], false);
        assert_eq!(first["is_enabled"], true);
    }
}
