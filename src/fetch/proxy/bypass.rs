//! What is reached without the proxy: the `no_proxy` rules of Agent checks.

use std::net::IpAddr;

use ipnet::IpNet;

/// What is reached without the proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Bypass(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Rule {
    names: Names,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Names {
    Everything,
    HostAndBelow(String),
    Below(String),
    Address(IpAddr),
    Network(IpNet),
}

impl Bypass {
    /// The rules in some texts, each of which may hold several between commas or semicolons.
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self(
            texts
                .into_iter()
                .flat_map(|text| text.split([',', ';']))
                .filter_map(rule)
                .collect(),
        )
    }

    /// Whether a host is reached without the proxy.
    pub(crate) fn covers(&self, host: &str, port: Option<u16>) -> bool {
        let host = bare(host);
        let address: Option<IpAddr> = host.parse().ok();
        self.0.iter().any(|rule| {
            let port_fits = rule.port.is_none() || rule.port == port;
            port_fits && rule.names.cover(&host, address)
        })
    }
}

impl Names {
    fn cover(&self, host: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::Everything => true,
            Self::HostAndBelow(name) => host == name || is_below(host, name),
            Self::Below(name) => is_below(host, name),
            Self::Address(own) => address == Some(*own),
            Self::Network(net) => address.is_some_and(|address| net.contains(&address)),
        }
    }
}

fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

fn rule(text: &str) -> Option<Rule> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text == "*" {
        return Some(Rule {
            names: Names::Everything,
            port: None,
        });
    }
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(Rule {
            names: Names::Network(net),
            port: None,
        });
    }
    if let Ok(address) = bare(text).parse::<IpAddr>() {
        return Some(Rule {
            names: Names::Address(address),
            port: None,
        });
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, digits)) => match digits.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (text, None),
        },
        None => (text, None),
    };
    let name = bare(name);
    let below = name.strip_prefix("*.").or_else(|| name.strip_prefix('.'));
    let names = match (below, name.parse::<IpAddr>()) {
        (Some(below), _) => Names::Below(below.to_owned()),
        (None, Ok(address)) => Names::Address(address),
        (None, Err(_)) => Names::HostAndBelow(name),
    };
    Some(Rule { names, port })
}

/// A host as it is compared: without brackets or final dot, in lower case.
fn bare(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(rules: &str, host: &str) -> bool {
        Bypass::new([rules]).covers(host, Some(443))
    }

    #[test]
    fn a_star_covers_everything_and_nothing_covers_nothing() {
        assert!(covers("*", "api.example.com"));
        assert!(!covers("", "api.example.com"));
        assert!(!covers(" , ;", "api.example.com"));
    }

    #[test]
    fn a_name_covers_itself_and_what_is_below_it() {
        assert!(covers("example.com", "example.com"));
        assert!(covers("example.com", "API.Example.com."));
        assert!(!covers("example.com", "badexample.com"));
        assert!(!covers("example.com", "example.com.evil.org"));
    }

    #[test]
    fn a_leading_dot_or_star_covers_only_what_is_below() {
        for rule in [".example.com", "*.example.com"] {
            assert!(covers(rule, "api.example.com"), "{rule}");
            assert!(!covers(rule, "example.com"), "{rule}");
            assert!(!covers(rule, "badexample.com"), "{rule}");
        }
    }

    #[test]
    fn addresses_and_networks_cover_addresses() {
        assert!(covers("10.1.2.3", "10.1.2.3"));
        assert!(!covers("10.1.2.3", "10.1.2.30"));
        assert!(covers("10.0.0.0/8", "10.255.0.1"));
        assert!(!covers("10.0.0.0/8", "11.0.0.1"));
        assert!(covers("::1", "[::1]"));
        assert!(covers("[::1]", "[::1]"));
        assert!(covers("fd00::/8", "[fd12::1]"));
        assert!(!covers("10.0.0.0/8", "ten.example.com"));
    }

    #[test]
    fn commas_and_semicolons_part_rules_and_lists_join_them() {
        assert!(covers("a.com;b.com , c.com", "b.com"));
        assert!(covers("a.com;b.com , c.com", "c.com"));
        assert!(Bypass::new(["a.com", "b.com"]).covers("b.com", None));
    }

    #[test]
    fn a_rule_with_a_port_covers_that_port_only() {
        let bypass = Bypass::new(["localhost:8080", "10.0.0.1:80"]);
        assert!(bypass.covers("localhost", Some(8080)));
        assert!(!bypass.covers("localhost", Some(8081)));
        assert!(bypass.covers("10.0.0.1", Some(80)));
        assert!(!bypass.covers("10.0.0.1", Some(443)));
    }
}
