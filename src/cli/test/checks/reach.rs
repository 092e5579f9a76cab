//! Is there a host of that name, and does it take connections?

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::finding::several;

const NO_HOST: &str = "no host, no request";

pub(super) fn judged(look: &Look) -> Outcome {
    let reached = &look.facts.reached;
    let who = if reached.proxied {
        format!("the proxy {}", reached.host)
    } else {
        reached.host.clone()
    };
    let named = match &reached.named {
        Ok(named) => named,
        Err(problem) => {
            let fix = if reached.proxied {
                "check `proxy`, and this machine's name server"
            } else {
                "check `base_url` and `settings` letter by letter, and this machine's name server; \
                 where only a proxy may go out, set `proxy`"
            };
            let words = format!("nobody knows an address of {who}: {problem}");
            return Outcome::last(Finding::bad("name", words, fix), NO_HOST);
        }
    };
    let addresses = several(named.addresses.len(), "address").replace("addresss", "addresses");
    let name = Finding::good("name", format!("{who} has {addresses}"));
    match &reached.linked {
        Some(Ok(linked)) => {
            let words = format!(
                "{} takes connections, after {} ms",
                linked.address,
                linked.took.as_millis()
            );
            Outcome::found(vec![name, Finding::good("connection", words)])
        }
        Some(Err(problem)) => {
            let fix = if reached.proxied {
                "check `proxy`, and whether that proxy runs"
            } else {
                "check the port in `base_url`, and what stands between: a firewall that lets \
                 nothing out, or a proxy to be named in `proxy`"
            };
            let bad = Finding::bad("connection", format!("no connection to {problem}"), fix);
            Outcome::last(bad, NO_HOST).after(vec![name])
        }
        None => Outcome::last(
            Finding::bad(
                "connection",
                format!("{who} has no address"),
                "check `base_url`",
            ),
            NO_HOST,
        ),
    }
}
