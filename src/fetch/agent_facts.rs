//! What the Agent around a check says about itself.

/// What the Agent around a check says about itself; the default is "there is no Agent".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentFacts {
    /// `proxy` of datadog.yaml.
    pub proxy: AgentProxy,
    /// `logs_config.max_message_size_bytes`, where it is known.
    pub max_message_bytes: Option<usize>,
    /// Whether the Agent runs in FIPS mode, in which this program may not make TLS connections.
    pub fips: bool,
}

/// `proxy` of datadog.yaml.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AgentProxy {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs.
    pub https: Option<String>,
    /// What is reached without it.
    pub no_proxy: Vec<String>,
}

/// Whether there are any: a proxy's URL may hold a password.
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
    fn a_proxys_password_is_not_printed() {
        let facts = AgentFacts {
            proxy: AgentProxy {
                https: Some("http://me:hunter2@proxy:3128".to_owned()),
                ..AgentProxy::default()
            },
            ..AgentFacts::default()
        };
        assert!(!format!("{facts:?}").contains("hunter2"));
    }
}
