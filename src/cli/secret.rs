//! Secrets that a configuration names and does not hold.

use std::collections::BTreeMap;
use std::env;
use std::fs;

use serde_json::Value;

/// What a configuration names in place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// `${env:NAME}`, and there is no such variable here.
    Variable(String),
    /// `${file:PATH}`, and it cannot be read here.
    File(String),
    /// `ENC[handle]`, which the Agent resolves.
    Handle(String),
}

impl Named {
    /// What to do for a command that needs the value.
    pub(crate) fn fix(&self) -> String {
        match self {
            Self::Variable(name) => {
                format!("the environment variable {name} is not set: export it and try again")
            }
            Self::File(path) => format!("the file {path} cannot be read: check that it is there"),
            Self::Handle(handle) => format!(
                "ENC[{handle}] is resolved by the Agent: give the Agent's --secret-backend-command \
                 here too, or write ${{env:NAME}} or ${{file:PATH}} there"
            ),
        }
    }

    /// What to say where the value is not needed.
    pub(crate) fn note(&self) -> String {
        match self {
            Self::Variable(name) => format!("the environment variable {name} is not set here"),
            Self::File(path) => format!("the file {path} cannot be read here"),
            Self::Handle(handle) => format!("ENC[{handle}] is resolved by the Agent"),
        }
    }
}

/// Puts in the values that are known here; what is not is returned, each with the path at which it
/// stands. A handle's own name stands in for what the Agent will put there.
pub(crate) fn fill(value: &mut Value, at: &str) -> Vec<(String, Named)> {
    let mut missing = Vec::new();
    fill_each(value, at, &mut missing);
    missing
}

fn fill_each(value: &mut Value, at: &str, missing: &mut Vec<(String, Named)>) {
    match value {
        Value::String(text) => match filled(text) {
            Ok(Some(secret)) => *text = secret,
            Ok(None) => {}
            Err(named) => {
                if let Named::Handle(handle) = &named {
                    text.clone_from(handle);
                }
                missing.push((at.to_owned(), named));
            }
        },
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                fill_each(item, &format!("{at}[{index}]"), missing);
            }
        }
        Value::Object(map) => {
            for (key, inner) in map {
                fill_each(inner, &format!("{at}.{key}"), missing);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The handles that stand in a value.
pub(crate) fn handles(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => handle(text).map(str::to_owned).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(handles).collect(),
        Value::Object(map) => map.values().flat_map(handles).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Puts the secrets of handles in, as far as they are known.
pub(crate) fn resolve(value: &mut Value, secrets: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(secret) = handle(text).and_then(|handle| secrets.get(handle)) {
                text.clone_from(secret);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, secrets)),
        Value::Object(map) => map.values_mut().for_each(|inner| resolve(inner, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn handle(text: &str) -> Option<&str> {
    text.strip_prefix("ENC[")?.strip_suffix(']')
}

/// The text with what it names put in; none where it names nothing.
fn filled(text: &str) -> Result<Option<String>, Named> {
    if let Some(handle) = handle(text) {
        return Err(Named::Handle(handle.to_owned()));
    }
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        result.push_str(before);
        match name.split_once(':') {
            Some(("env", variable)) => {
                let value = env::var(variable).map_err(|_| Named::Variable(variable.to_owned()))?;
                result.push_str(&value);
            }
            Some(("file", path)) => {
                let value = fs::read_to_string(path).map_err(|_| Named::File(path.to_owned()))?;
                // Editors end a file with a newline that no key has.
                result.push_str(value.trim_end_matches(['\r', '\n']));
            }
            Some(_) | None => {
                result.push_str("${");
                rest = after;
                continue;
            }
        }
        rest = behind;
    }
    if rest.len() == text.len() {
        return Ok(None);
    }
    result.push_str(rest);
    Ok(Some(result))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn variables_are_put_in_wherever_they_stand() {
        let mut value = json!({"a": ["x-${env:CARGO_PKG_NAME}-${env:CARGO_PKG_NAME}", 1], "b": "plain ${other} $"});
        assert_eq!(fill(&mut value, "instances[0]"), []);
        assert_eq!(
            value,
            json!({"a": ["x-logwalk-logwalk", 1], "b": "plain ${other} $"})
        );
    }

    #[test]
    fn a_file_gives_its_text_without_the_newline_at_its_end() {
        let path = env::temp_dir().join(format!("logwalk-secret-{}", std::process::id()));
        fs::write(&path, "s3cret\r\n").unwrap();
        let mut value = json!(format!("${{file:{}}}", path.display()));
        assert_eq!(fill(&mut value, "x"), []);
        fs::remove_file(path).unwrap();
        assert_eq!(value, json!("s3cret"));
    }

    #[test]
    fn what_is_not_known_here_is_named_with_its_place() {
        let mut value = json!({
            "token": "${env:LOGWALK_NO_SUCH_VARIABLE}",
            "key": "ENC[agent_handler_key]",
            "other": "${file:/no/such/file}",
            "not one": "ENC[open",
        });
        let missing = fill(&mut value, "instances[0].credentials");
        assert_eq!(value["token"], "${env:LOGWALK_NO_SUCH_VARIABLE}");
        assert_eq!(value["key"], "agent_handler_key");
        assert_eq!(
            missing,
            [
                (
                    "instances[0].credentials.token".to_owned(),
                    Named::Variable("LOGWALK_NO_SUCH_VARIABLE".to_owned())
                ),
                (
                    "instances[0].credentials.key".to_owned(),
                    Named::Handle("agent_handler_key".to_owned())
                ),
                (
                    "instances[0].credentials.other".to_owned(),
                    Named::File("/no/such/file".to_owned())
                ),
            ]
        );
    }
}
