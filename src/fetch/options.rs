//! How requests are made: the options that every Agent check has, under their usual names.

mod headers;
mod refused;

use std::time::Duration;

use serde_json::Value;

use super::agent_facts::AgentFacts;
use super::proxy::Proxies;
use super::tls::Tls;
use crate::error::{Error, Result};
use crate::written::{Fields, Written};
pub(super) use headers::{Basic, Headers, header};

/// As in every Agent check.
const TIMEOUT: Duration = Duration::from_secs(10);

const OWN: [&str; 22] = [
    "allow_redirects",
    "auth_type",
    "connect_timeout",
    "extra_headers",
    "headers",
    "log_requests",
    "no_proxy",
    "password",
    "persist_connections",
    "proxy",
    "read_timeout",
    "request_size",
    "skip_proxy",
    "timeout",
    "tls_ca_cert",
    "tls_cert",
    "tls_ignore_warning",
    "tls_private_key",
    "tls_validate_hostname",
    "tls_verify",
    "use_agent_proxy",
    "use_legacy_auth_encoding",
];

const ALL: [&str; 41] = {
    let mut all = ["username"; 41];
    let mut i = 0;
    while i < OWN.len() {
        all[i] = OWN[i];
        i += 1;
    }
    let mut k = 0;
    while k < refused::NAMES.len() {
        all[i + k] = refused::NAMES[k];
        k += 1;
    }
    all
};

/// How requests are made; printed without secrets.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(super) transport: Transport,
    pub(super) headers: Headers,
    pub(super) basic: Option<Basic>,
    pub(super) redirects_refused: bool,
}

/// How a connection is made: what clients that look alike share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transport {
    /// How long a connection may take, TLS included.
    pub connect_timeout: Duration,
    /// How long the other side may say nothing.
    pub read_timeout: Duration,
    pub(crate) proxies: Proxies,
    pub(crate) tls: Tls,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            connect_timeout: TIMEOUT,
            read_timeout: TIMEOUT,
            proxies: Proxies::default(),
            tls: Tls::default(),
        }
    }
}

impl Options {
    /// Every option of an instance that is read here, those that are refused included.
    pub const KEYS: &'static [&'static str] = &ALL;

    /// Every option of `init_config` that is read here.
    pub const INIT_KEYS: &'static [&'static str] = &[
        "log_requests",
        "no_proxy",
        "proxy",
        "skip_proxy",
        "timeout",
        "tls_ignore_warning",
        "use_agent_proxy",
    ];

    /// The options of an instance, its `init_config`, the Agent and the environment.
    pub fn read(instance: &Fields, init: &Fields, agent: &AgentFacts) -> Result<Self> {
        let environment = |name: &str| std::env::var(name).ok();
        Self::read_with(instance, init, agent, &environment)
    }

    fn read_with(
        instance: &Fields,
        init: &Fields,
        agent: &AgentFacts,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        if agent.fips || environment("GOFIPS").as_deref() == Some("1") {
            return Err(Error::config(
                "fips",
                "the Agent runs in FIPS mode, and the TLS library of this check is not validated \
                 for it; run the check on an Agent without FIPS mode (GOFIPS unset)",
            ));
        }
        refused::refuse(instance)?;
        for (fields, name) in [
            (instance, "log_requests"),
            (init, "log_requests"),
            (instance, "persist_connections"),
            (instance, "tls_ignore_warning"),
            (init, "tls_ignore_warning"),
        ] {
            // Nothing hangs on them: connections always persist, nothing is logged or warned of.
            flag(&fields.at(name))?;
        }
        instance.at("request_size").positive()?;
        let timeout = match span(&instance.at("timeout"))? {
            Some(own) => Some(own),
            None => span(&init.at("timeout"))?,
        }
        .unwrap_or(TIMEOUT);
        Ok(Self {
            transport: Transport {
                connect_timeout: span(&instance.at("connect_timeout"))?.unwrap_or(timeout),
                read_timeout: span(&instance.at("read_timeout"))?.unwrap_or(timeout),
                proxies: Proxies::read(instance, init, agent, environment)?,
                tls: Tls::read(instance)?,
            },
            headers: Headers::read(instance)?,
            basic: Basic::read(instance)?,
            redirects_refused: flag(&instance.at("allow_redirects"))? == Some(false),
        })
    }

    /// How connections are made, for others who make some to the same world.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// What must not be seen.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> = self.transport.proxies.secrets().collect();
        secrets.extend(self.headers.secrets());
        secrets.extend(self.basic.iter().flat_map(Basic::secrets));
        secrets
    }
}

/// True or false, in any of the spellings that Agent checks take.
pub(super) fn flag(written: &Written) -> Result<Option<bool>> {
    let Value::String(text) = written.value else {
        return written.flag();
    };
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" => Ok(Some(true)),
        "false" | "no" | "off" | "n" | "0" => Ok(Some(false)),
        _ => Err(written.wrong("true or false")),
    }
}

fn span(written: &Written) -> Result<Option<Duration>> {
    match written.duration()? {
        Some(Duration::ZERO) => Err(written.wrong("a number of seconds above zero")),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn read(instance: &Value, init: &Value) -> Result<Options> {
        let instance = Written::new(instance, "instances[0]")
            .fields(Options::KEYS)
            .unwrap();
        let init = Written::new(init, "init_config")
            .fields(Options::INIT_KEYS)
            .unwrap();
        Options::read_with(&instance, &init, &AgentFacts::default(), &|_| None)
    }

    fn problem(instance: &Value) -> String {
        read(instance, &json!({}))
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn every_known_option_is_listed_once() {
        let mut names = Options::KEYS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Options::KEYS.len());
        assert!(names.contains(&"username") && names.contains(&"ntlm_domain"));
    }

    #[test]
    fn a_finer_timeout_outranks_timeout_and_the_instance_init_config() {
        let own = json!({"timeout": 3, "read_timeout": 60});
        let shared = json!({"timeout": 7});
        let transport = read(&own, &shared).unwrap().transport;
        assert_eq!(transport.connect_timeout, Duration::from_secs(3));
        assert_eq!(transport.read_timeout, Duration::from_mins(1));
        let transport = read(&json!({}), &shared).unwrap().transport;
        assert_eq!(transport.connect_timeout, Duration::from_secs(7));
        let transport = read(&json!({}), &json!({})).unwrap().transport;
        assert_eq!(transport.read_timeout, Duration::from_secs(10));
    }

    #[test]
    fn a_timeout_of_nothing_is_refused() {
        assert!(problem(&json!({"timeout": 0})).starts_with("instances[0].timeout: expected"));
        assert!(problem(&json!({"read_timeout": -1})).starts_with("instances[0].read_timeout"));
    }

    #[test]
    fn truth_is_read_in_every_spelling_of_agent_checks() {
        let options = read(&json!({"allow_redirects": "no"}), &json!({})).unwrap();
        assert!(options.redirects_refused);
        let options = read(&json!({"allow_redirects": "yes"}), &json!({})).unwrap();
        assert!(!options.redirects_refused);
        assert!(problem(&json!({"allow_redirects": "maybe"})).contains("expected true or false"));
    }

    #[test]
    fn options_without_effect_are_still_read() {
        let accepted = json!({
            "log_requests": true, "persist_connections": false, "request_size": 16,
            "tls_ignore_warning": true, "use_legacy_auth_encoding": false
        });
        assert_eq!(problem(&accepted), "");
        assert!(problem(&json!({"persist_connections": [1]})).contains("persist_connections"));
        assert!(problem(&json!({"request_size": "many"})).contains("request_size"));
    }

    #[test]
    fn fips_mode_is_refused_with_the_way_out() {
        let nothing = json!({});
        let fields = Written::new(&nothing, "").any_fields().unwrap();
        let facts = AgentFacts {
            fips: true,
            ..AgentFacts::default()
        };
        let said = Options::read_with(&fields, &fields, &facts, &|_| None);
        let variable = |name: &str| (name == "GOFIPS").then(|| "1".to_owned());
        let found = Options::read_with(&fields, &fields, &AgentFacts::default(), &variable);
        for error in [said.unwrap_err(), found.unwrap_err()] {
            assert!(matches!(&error, Error::Config { problem, .. } if problem.contains("GOFIPS")));
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let instance = json!({
            "username": "me", "password": "hunter2",
            "headers": {"X-Key": "hunter2"}, "extra_headers": {"X-More": "hunter2"},
            "proxy": {"https": "http://me:hunter2@proxy"}
        });
        let text = format!("{:?}", read(&instance, &json!({})).unwrap());
        assert!(
            !text.contains("hunter2") && !text.contains("bWU6"),
            "{text}"
        );
        assert!(text.contains("x-more"));
    }
}
