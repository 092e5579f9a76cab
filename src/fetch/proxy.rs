//! Which proxy a request goes through: precedence and exceptions as in every Agent check.

mod bypass;

use reqwest::Url;
use serde_json::Value;

use super::agent_facts::AgentFacts;
use super::options::flag;
use crate::error::{Error, Result};
use crate::written::{Fields, Written};
use bypass::Bypass;

/// The proxies of one stream; none of them means that requests go straight.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    bypass: Bypass,
}

/// Hosts only: a proxy's URL may hold a password.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxies")
            .field("http", &self.http.as_ref().and_then(Url::host_str))
            .field("https", &self.https.as_ref().and_then(Url::host_str))
            .finish_non_exhaustive()
    }
}

impl Proxies {
    /// `skip_proxy`, then the instance's `proxy`, that of `init_config`, the Agent's, the environment's.
    pub(super) fn read(
        instance: &Fields,
        init: &Fields,
        agent: &AgentFacts,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        // `no_proxy` at this level is the old name of `skip_proxy`.
        let skip = first_flag(&[instance, init], &["skip_proxy", "no_proxy"])?;
        if skip == Some(true) {
            return Ok(Self::default());
        }
        for written in [instance.at("proxy"), init.at("proxy")] {
            if let Some(proxies) = mapping(&written)? {
                return Ok(proxies);
            }
        }
        let use_agents = first_flag(&[instance, init], &["use_agent_proxy"])?;
        if use_agents != Some(false)
            && let Some(proxies) = agents(agent)?
        {
            return Ok(proxies);
        }
        from_environment(environment)
    }

    /// The proxy for a URL.
    pub(crate) fn for_url(&self, url: &Url) -> Option<Url> {
        let proxy = if url.scheme() == "https" {
            self.https.as_ref()
        } else {
            self.http.as_ref()
        };
        let host = url.host_str()?;
        let straight = self.bypass.covers(host, url.port_or_known_default());
        proxy.filter(|_| !straight).cloned()
    }

    /// Whether a connection to a proxy is itself encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        [&self.http, &self.https]
            .iter()
            .any(|proxy| proxy.as_ref().is_some_and(|url| url.scheme() == "https"))
    }

    /// The passwords in the proxies' URLs.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        [&self.http, &self.https]
            .into_iter()
            .flatten()
            .filter_map(|url| url.password().map(str::to_owned))
    }
}

fn first_flag(levels: &[&Fields], names: &[&str]) -> Result<Option<bool>> {
    for fields in levels {
        for name in names {
            if let Some(truth) = flag(&fields.at(name))? {
                return Ok(Some(truth));
            }
        }
    }
    Ok(None)
}

fn mapping(written: &Written) -> Result<Option<Proxies>> {
    let fields = written.fields(&["http", "https", "no_proxy"])?;
    let http = proxy(fields.at("http").text()?, &fields.at("http").at)?;
    let https = proxy(fields.at("https").text()?, &fields.at("https").at)?;
    let exceptions = fields.at("no_proxy");
    let texts = match exceptions.value {
        Value::Array(_) => exceptions
            .items()?
            .iter()
            .map(|item| Ok(item.text()?.unwrap_or_default()))
            .collect::<Result<Vec<String>>>()?,
        _ => exceptions.text()?.into_iter().collect(),
    };
    Ok(some(http, https, texts.iter().map(String::as_str)))
}

fn agents(agent: &AgentFacts) -> Result<Option<Proxies>> {
    let AgentFacts { proxy: own, .. } = agent;
    let http = proxy(own.http.clone(), "datadog.yaml proxy.http")?;
    let https = proxy(own.https.clone(), "datadog.yaml proxy.https")?;
    let exceptions = own.no_proxy.iter().map(String::as_str);
    Ok(some(http, https, exceptions))
}

fn from_environment(environment: &dyn Fn(&str) -> Option<String>) -> Result<Proxies> {
    let variable = |name: &str| {
        environment(name)
            .or_else(|| environment(&name.to_ascii_uppercase()))
            .filter(|text| !text.trim().is_empty())
    };
    let all = variable("all_proxy");
    let http = variable("http_proxy").or_else(|| all.clone());
    let https = variable("https_proxy").or(all);
    let exceptions = variable("no_proxy");
    Ok(Proxies {
        http: proxy(http, "environment variable http_proxy")?,
        https: proxy(https, "environment variable https_proxy")?,
        bypass: Bypass::new(exceptions.as_deref()),
    })
}

/// Proxies, if there is any: exceptions alone do not outrank what comes after.
fn some<'t>(
    http: Option<Url>,
    https: Option<Url>,
    exceptions: impl IntoIterator<Item = &'t str>,
) -> Option<Proxies> {
    (http.is_some() || https.is_some()).then(|| Proxies {
        http,
        https,
        bypass: Bypass::new(exceptions),
    })
}

fn proxy(text: Option<String>, at: &str) -> Result<Option<Url>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let text = text.trim();
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    // The text is left out of the error: it may hold a password.
    match Url::parse(&whole) {
        Ok(url) if known.contains(&url.scheme()) && url.host_str().is_some() => Ok(Some(url)),
        _ => Err(Error::config(
            at,
            "expected a proxy's URL such as http://proxy.example.com:3128 or socks5h://host:1080",
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fetch::AgentProxy;
    use serde_json::json;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn read(
        instance: &Value,
        init: &Value,
        agent: &AgentFacts,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<String>> {
        let instance = Written::new(instance, "instances[0]").any_fields().unwrap();
        let init = Written::new(init, "init_config").any_fields().unwrap();
        let proxies = Proxies::read(&instance, &init, agent, environment)?;
        let url = Url::parse("https://api.example.com/logs").unwrap();
        Ok(proxies
            .for_url(&url)
            .and_then(|url| url.host_str().map(str::to_owned)))
    }

    fn agent() -> AgentFacts {
        AgentFacts {
            proxy: AgentProxy {
                https: Some("http://agents:3128".to_owned()),
                ..AgentProxy::default()
            },
            ..AgentFacts::default()
        }
    }

    fn environment(name: &str) -> Option<String> {
        (name == "HTTPS_PROXY").then(|| "environments:3128".to_owned())
    }

    #[test]
    fn each_level_outranks_those_behind_it() {
        let own = json!({"proxy": {"https": "http://instances:3128"}});
        let shared = json!({"proxy": {"https": "http://inits:3128"}});
        let none = json!({});
        let skip = json!({"skip_proxy": true, "proxy": {"https": "http://instances:3128"}});
        let found = |instance: &Value, init: &Value, facts: &AgentFacts| {
            read(instance, init, facts, &environment).unwrap()
        };
        assert_eq!(found(&skip, &shared, &agent()), None);
        assert_eq!(found(&own, &shared, &agent()).as_deref(), Some("instances"));
        assert_eq!(found(&none, &shared, &agent()).as_deref(), Some("inits"));
        assert_eq!(found(&none, &none, &agent()).as_deref(), Some("agents"));
        let without = AgentFacts::default();
        assert_eq!(
            found(&none, &none, &without).as_deref(),
            Some("environments")
        );
    }

    #[test]
    fn the_agents_proxy_can_be_left_out() {
        let none = json!({});
        let without = json!({"use_agent_proxy": false});
        let found = read(&none, &without, &agent(), &environment).unwrap();
        assert_eq!(found.as_deref(), Some("environments"));
        assert_eq!(read(&without, &none, &agent(), &nothing).unwrap(), None);
    }

    #[test]
    fn the_old_name_of_skip_proxy_is_known_and_the_instance_decides() {
        let old = json!({"no_proxy": true});
        let none = json!({});
        assert_eq!(read(&old, &none, &agent(), &environment).unwrap(), None);
        let not = json!({"skip_proxy": false});
        let all = json!({"skip_proxy": true});
        let found = read(&not, &all, &agent(), &nothing).unwrap();
        assert_eq!(found.as_deref(), Some("agents"));
    }

    #[test]
    fn an_empty_proxy_mapping_is_none() {
        let empty = json!({"proxy": {"http": "", "https": null, "no_proxy": "x.com"}});
        let found = read(&empty, &json!({}), &agent(), &nothing).unwrap();
        assert_eq!(found.as_deref(), Some("agents"));
    }

    #[test]
    fn exceptions_are_a_list_or_a_text() {
        for exceptions in [
            json!(["other.com", "example.com"]),
            json!("other.com;example.com"),
        ] {
            let instance = json!({"proxy": {"https": "p:1", "no_proxy": exceptions}});
            let found = read(&instance, &json!({}), &agent(), &environment).unwrap();
            assert_eq!(found, None);
        }
    }

    #[test]
    fn a_proxy_that_is_no_url_is_named_by_its_path_without_its_text() {
        let instance = json!({"proxy": {"https": "ftp://me:hunter2@host"}});
        let error = read(&instance, &json!({}), &agent(), &nothing).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("instances[0].proxy.https: "), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_proxys_password_is_not_printed() {
        let proxies = Proxies {
            https: Some(Url::parse("http://me:hunter2@host").unwrap()),
            ..Proxies::default()
        };
        assert!(!format!("{proxies:?}").contains("hunter2"));
        assert_eq!(proxies.secrets().collect::<Vec<_>>(), ["hunter2"]);
    }
}
