//! What a conf.yaml holds around its instances.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::written::Written;

/// What the Agent itself reads at the top of a check's file.
const KNOWN: [&str; 10] = [
    "init_config",
    "instances",
    "logs",
    "ad_identifiers",
    "advanced_ad_identifiers",
    "check_tag_cardinality",
    "cluster_check",
    "ignore_autodiscovery_tags",
    "jmx_metrics",
    "service",
];

const THE_FILE: &str = "the file";

const LOGS_EXAMPLE: &str = "add `logs: [{type: integration, source: SOURCE, service: SERVICE}]`, \
                            without which the Agent drops every log";

/// Everything that is wrong outside of the instances.
pub(super) fn problems(whole: &Value) -> Vec<Error> {
    let Ok(fields) = Written::new(whole, "").any_fields() else {
        let right = "expected a mapping with `init_config`, `instances` and `logs`";
        return vec![Error::config(THE_FILE, right)];
    };
    let mut problems: Vec<Error> = fields
        .keys()
        .filter(|key| !KNOWN.contains(&key.as_str()))
        .map(|key| fields.unknown(key, &KNOWN))
        .collect();
    problems.extend(fields.at("init_config").any_fields().err());
    problems.extend(instances(&fields.at("instances")).err());
    // What goes to the intake directly, the Agent has no part in.
    let entries = fields.at("logs");
    if !entries.is_absent() || !all_direct(&fields.at("instances")) {
        problems.extend(logs(&entries).err());
    }
    problems
}

/// Whether the Agent is told to pass over no log.
pub(super) fn reads_from_the_beginning(whole: &Value) -> bool {
    let entries = whole["logs"].as_array();
    entries.is_some_and(|entries| {
        entries
            .iter()
            .any(|entry| entry["type"] == "integration" && entry["start_position"] == "beginning")
    })
}

/// Whether a problem means that there is no instance to work with.
pub(super) fn leaves_no_instance(error: &Error) -> bool {
    matches!(error, Error::Config { at, .. } if at == THE_FILE || at == "instances")
}

fn all_direct(instances: &Written) -> bool {
    let is_direct = |instance: &Written| {
        let kind = instance
            .value
            .get("destination")
            .and_then(|one| one.get("type"));
        kind.is_some_and(|kind| kind != "agent")
    };
    let instances = instances.items().unwrap_or_default();
    !instances.is_empty() && instances.iter().all(is_direct)
}

fn instances(written: &Written) -> Result<()> {
    if written.items()?.is_empty() {
        return Err(written.problem("there is no instance: add one with `- source: NAME`"));
    }
    Ok(())
}

fn logs(written: &Written) -> Result<()> {
    let entries = written.items()?;
    if entries.is_empty() {
        return Err(written.problem(format!("missing: {LOGS_EXAMPLE}")));
    }
    let mut integrations = 0;
    for entry in &entries {
        // Everything else in an entry is the Agent's own and may grow with it.
        let fields = entry.any_fields()?;
        if fields.at("type").text()?.as_deref() == Some("integration") {
            fields.required("source")?;
            integrations += 1;
        }
    }
    match integrations {
        1 => Ok(()),
        0 => Err(written.problem(format!("no entry with `type: integration`: {LOGS_EXAMPLE}"))),
        _ => Err(written.problem(
            "more than one entry with `type: integration`: each log would be sent once for each; \
             keep one",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(whole: &Value) -> Vec<String> {
        problems(whole).iter().map(Error::to_string).collect()
    }

    fn file() -> Value {
        json!({
            "init_config": null,
            "instances": [{"source": "x"}],
            "logs": [{"type": "integration", "source": "x", "service": "y", "start_position": "beginning"}],
        })
    }

    fn file_with(key: &str, value: Value) -> Value {
        let mut file = file();
        file[key] = value;
        file
    }

    #[test]
    fn a_file_as_the_agent_wants_it_has_no_problem() {
        assert_eq!(words(&file()), [""; 0]);
        assert_eq!(words(&file_with("ad_identifiers", json!(["x"]))), [""; 0]);
    }

    #[test]
    fn logs_that_do_not_go_through_the_agent_need_no_section() {
        let direct = json!({"source": "x", "destination": {"type": "datadog"}});
        let mut file = json!({"instances": [direct]});
        assert_eq!(words(&file), [""; 0]);
        file["instances"] = json!([direct, {"source": "y", "destination": "agent"}]);
        assert!(words(&file)[0].contains("logs: missing"));
    }

    #[test]
    fn an_unknown_section_is_named_with_the_nearest_known_one() {
        assert_eq!(
            words(&file_with("instance", json!([]))),
            ["instance: unknown key; did you mean `instances`?"]
        );
    }

    #[test]
    fn a_missing_or_empty_or_wrong_section_is_named() {
        for (key, value, expected) in [
            ("instances", json!(null), "instances: there is no instance"),
            ("instances", json!([]), "instances: there is no instance"),
            (
                "instances",
                json!({}),
                "instances: expected a list, found a mapping",
            ),
            (
                "init_config",
                json!([]),
                "init_config: expected a mapping, found a list",
            ),
            ("logs", json!(null), "logs: missing: add"),
            ("logs", json!("x"), "logs: expected a list, found a text"),
            (
                "logs",
                json!(["x"]),
                "logs[0]: expected a mapping, found a text",
            ),
            (
                "logs",
                json!([{"type": "file"}]),
                "logs: no entry with `type: integration`",
            ),
            (
                "logs",
                json!([{"type": "integration"}]),
                "logs[0].source: required",
            ),
            (
                "logs",
                json!([{"type": "integration", "source": "a"}, {"type": "integration", "source": "b"}]),
                "logs: more than one entry",
            ),
        ] {
            let found = words(&file_with(key, value));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found.iter().all(|words| words.starts_with(expected)),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_is_no_mapping_at_all_is_said_so() {
        for whole in [json!(null), json!([]), json!("x")] {
            assert!(!words(&whole).is_empty());
        }
    }
}
