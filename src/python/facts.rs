//! What the check tells of the Agent around it.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::config::{AgentFacts, AgentProxy};
use crate::pages::Facts;

/// What the check tells of its Agent.
#[derive(Deserialize)]
pub(super) struct Agent {
    pub(super) check_id: Option<String>,
    tags: Option<String>,
    proxy: Option<Proxy>,
    max_message_size_bytes: Option<Value>,
    run_path: Option<String>,
    fips: Option<bool>,
}

#[derive(Deserialize)]
struct Proxy {
    http: Option<String>,
    https: Option<String>,
    #[serde(rename = "no_proxy")]
    exceptions: Option<Exceptions>,
}

/// A list in datadog.yaml; one text where it comes from the environment.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exceptions {
    List(Vec<String>),
    Text(String),
}

impl Agent {
    pub(super) fn facts(&self) -> Facts {
        let agent = AgentFacts {
            proxy: self.proxy.as_ref().map(Proxy::facts).unwrap_or_default(),
            max_message_bytes: self.max_message_bytes(),
            fips: self.fips.unwrap_or(false),
            ..AgentFacts::default()
        };
        Facts {
            agent,
            tags: Some(self.tags.clone().unwrap_or_default()),
        }
    }

    /// The file into which the Agent writes what this check sends; none where there is no Agent.
    pub(super) fn log_file(&self) -> Option<PathBuf> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let (run_path, check_id) = (given(&self.run_path)?, given(&self.check_id)?);
        let name = format!("{}.log", check_id.replace(':', "_"));
        Some(PathBuf::from(run_path).join("integrations").join(name))
    }

    /// Where files of ours may lie; none where there is no Agent.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let given = self
            .run_path
            .as_ref()
            .filter(|path| !path.trim().is_empty());
        given.map(|path| PathBuf::from(path).join("logwalk"))
    }

    /// A number, however the Agent writes it; anything else is the Agent's to judge.
    fn max_message_bytes(&self) -> Option<usize> {
        let written = match self.max_message_size_bytes.as_ref()? {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        written.parse().ok().filter(|most| *most > 0)
    }
}

impl Proxy {
    fn facts(&self) -> AgentProxy {
        let given = |url: &Option<String>| url.clone().filter(|url| !url.is_empty());
        AgentProxy {
            http: given(&self.http),
            https: given(&self.https),
            no_proxy: match &self.exceptions {
                None => Vec::new(),
                Some(Exceptions::List(hosts)) => hosts.clone(),
                Some(Exceptions::Text(text)) => text
                    .split([',', ';', ' '])
                    .filter(|host| !host.is_empty())
                    .map(str::to_owned)
                    .collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn agent(written: &Value) -> Agent {
        serde_json::from_value(written.clone()).unwrap()
    }

    #[test]
    fn the_largest_message_is_read_however_it_is_written() {
        for (written, bytes) in [
            (json!(900_000), Some(900_000)),
            (json!("900000"), Some(900_000)),
            (json!(null), None),
            (json!(0), None),
            (json!(-1), None),
            (json!("much"), None),
        ] {
            let facts = agent(&json!({"max_message_size_bytes": written})).facts();
            assert_eq!(facts.agent.max_message_bytes, bytes, "{written}");
        }
    }

    #[test]
    fn hosts_without_a_proxy_are_a_list_or_a_text() {
        for written in [json!(["a", "b"]), json!("a b"), json!("a,b"), json!("a; b")] {
            let facts = agent(&json!({"proxy": {"no_proxy": written}})).facts();
            assert_eq!(facts.agent.proxy.no_proxy, ["a", "b"], "{written}");
        }
    }

    #[test]
    fn the_log_file_is_named_after_the_check_below_the_run_path() {
        let file = agent(&json!({"check_id": "logwalk:1f:2e", "run_path": "/run"})).log_file();
        assert_eq!(
            file.unwrap(),
            PathBuf::from("/run/integrations/logwalk_1f_2e.log")
        );
        for nobody in [json!({}), json!({"check_id": "logwalk:1f", "run_path": ""})] {
            assert_eq!(agent(&nobody).log_file(), None);
        }
    }
}
