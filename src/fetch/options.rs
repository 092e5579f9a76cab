//! How requests are made: the options that every Agent check has, under their usual names.

mod refused;

use std::time::Duration;

use base64::Engine as _;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::agent_facts::AgentFacts;
use super::proxy::Proxies;
use super::tls::Tls;
use crate::error::{Error, Result};
use crate::written::{Fields, Written};

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

/// The user's own headers.
#[derive(Clone, Default)]
pub(super) struct Headers {
    /// `headers`: instead of ours.
    pub(super) instead: Option<Vec<(HeaderName, HeaderValue)>>,
    /// `extra_headers`: beside all others.
    pub(super) extra: Vec<(HeaderName, HeaderValue)>,
}

/// Names only: values are often secrets.
impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.instead.iter().flatten().chain(&self.extra);
        f.debug_list().entries(all.map(|(name, _)| name)).finish()
    }
}

/// `username` and `password`, as the header they become.
#[derive(Clone)]
pub(super) struct Basic {
    pub(super) password: String,
    pub(super) encoded: String,
}

impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Basic")
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
        if agent.fips {
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
            headers: Headers {
                instead: headers(&instance.at("headers"))?,
                extra: headers(&instance.at("extra_headers"))?.unwrap_or_default(),
            },
            basic: basic(instance)?,
            redirects_refused: flag(&instance.at("allow_redirects"))? == Some(false),
        })
    }

    /// How connections are made, for others who make some to the same world.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// What must not be seen.
    pub(super) fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> = self.transport.proxies.secrets().collect();
        if let Some(basic) = &self.basic {
            secrets.extend([basic.password.clone(), basic.encoded.clone()]);
        }
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

fn headers(written: &Written) -> Result<Option<Vec<(HeaderName, HeaderValue)>>> {
    if written.is_absent() {
        return Ok(None);
    }
    let mut headers = Vec::new();
    for (name, value) in written.texts()? {
        let at = format!("{}.{name}", written.at);
        headers.push(header(&name, &value).map_err(|problem| Error::config(at, problem))?);
    }
    Ok(Some(headers))
}

/// A header, or what is wrong with it (never its value: it is often a secret).
pub(super) fn header(
    name: &str,
    value: &str,
) -> std::result::Result<(HeaderName, HeaderValue), &'static str> {
    let name = HeaderName::from_bytes(name.trim().as_bytes())
        .map_err(|_| "not a header's name: letters, digits and dashes")?;
    let mut value = HeaderValue::from_bytes(value.trim().as_bytes())
        .map_err(|_| "not a header's value: it holds a line break or another control character")?;
    if name == "accept-encoding" && value != "gzip" && value != "identity" {
        return Err("only gzip or identity can be read here; leave it out for gzip");
    }
    value.set_sensitive(true);
    Ok((name, value))
}

fn basic(instance: &Fields) -> Result<Option<Basic>> {
    let username = instance.at("username").scalar()?;
    let password = instance.at("password").scalar()?;
    // As in other checks: by default Latin-1 where that is possible.
    let legacy = flag(&instance.at("use_legacy_auth_encoding"))?.unwrap_or(true);
    match (username, password) {
        (None, None) => Ok(None),
        (Some(username), Some(password)) => {
            let pair = format!("{username}:{password}");
            Ok(Some(Basic {
                encoded: encoded(&pair, legacy),
                password,
            }))
        }
        (Some(_), None) => Err(instance
            .at("password")
            .problem("required beside `username`")),
        (None, Some(_)) => Err(instance
            .at("username")
            .problem("required beside `password`")),
    }
}

fn encoded(pair: &str, latin1: bool) -> String {
    let narrow: std::result::Result<Vec<u8>, _> =
        pair.chars().map(|c| u8::try_from(u32::from(c))).collect();
    let bytes = match narrow {
        Ok(bytes) if latin1 => bytes,
        _ => pair.as_bytes().to_vec(),
    };
    base64::engine::general_purpose::STANDARD.encode(bytes)
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
        assert_eq!(transport.read_timeout, Duration::from_secs(60));
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
    fn basic_authentication_needs_both_halves() {
        assert!(problem(&json!({"username": "me"})).contains("password: required"));
        assert!(problem(&json!({"password": "hunter2"})).contains("username: required"));
        let options = read(
            &json!({"username": "me", "password": "hunter2"}),
            &json!({}),
        )
        .unwrap();
        assert_eq!(options.basic.unwrap().encoded, "bWU6aHVudGVyMg==");
    }

    #[test]
    fn passwords_are_latin_1_by_default_and_utf_8_when_asked_or_needed() {
        assert_eq!(encoded("a:é", true), "YTrp");
        assert_eq!(encoded("a:é", false), "YTrDqQ==");
        assert_eq!(encoded("a:€", true), encoded("a:€", false));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_named_without_its_value() {
        let text = problem(&json!({"headers": {"X-Key": "hunter2\nEvil: 1"}}));
        assert!(
            text.starts_with("instances[0].headers.X-Key: not a header's value"),
            "{text}"
        );
        assert!(!text.contains("hunter2"));
        assert!(problem(&json!({"extra_headers": {"a b": "c"}})).contains("not a header's name"));
        assert!(problem(&json!({"headers": {"Accept-Encoding": "br"}})).contains("only gzip"));
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
        let error = Options::read_with(&fields, &fields, &facts, &|_| None).unwrap_err();
        assert!(matches!(&error, Error::Config { problem, .. } if problem.contains("GOFIPS")));
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
