//! What the Agent around us says about itself.

use std::time::Duration;

/// The Agent runs a check so often unless the instance says otherwise.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(15);

/// What a check can know of its Agent, passed in so that reading a configuration stays pure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFacts {
    /// `proxy` of datadog.yaml.
    pub proxy: AgentProxy,
    /// `logs_config.max_message_size_bytes`, where it can be read.
    pub max_message_bytes: Option<usize>,
    /// Whether the process is bound to a FIPS cryptographic module.
    pub fips: bool,
    /// How often a check runs that does not say.
    pub default_interval: Duration,
}

impl Default for AgentFacts {
    fn default() -> Self {
        Self {
            proxy: AgentProxy::default(),
            max_message_bytes: None,
            fips: false,
            default_interval: DEFAULT_INTERVAL,
        }
    }
}

/// `proxy` of datadog.yaml.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AgentProxy {
    /// For http URLs.
    pub http: Option<String>,
    /// For https URLs.
    pub https: Option<String>,
    /// Hosts asked without it.
    pub no_proxy: Vec<String>,
}

/// Whether there is one: a proxy's URL may hold a password.
impl std::fmt::Debug for AgentProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentProxy")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_password_is_never_shown() {
        let proxy = AgentProxy {
            https: Some("http://user:hunter2@proxy:3128".to_owned()),
            ..AgentProxy::default()
        };
        let facts = AgentFacts {
            proxy,
            ..AgentFacts::default()
        };
        assert!(!format!("{facts:?}").contains("hunter2"));
    }
}
