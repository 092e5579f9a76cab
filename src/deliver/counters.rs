//! What the Agent's logs pipeline counts, as the Agent serves it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

/// All of an Agent's counters are some hundred kilobytes.
const MOST_COUNTERS: u64 = 8 << 20;

/// The Agent's own port on this machine: what takes longer is not there.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the logs pipeline counts for the whole Agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Logs that were given up, as when the intake refused them.
    pub dropped: u64,
    /// Requests that failed and will be made again.
    pub errors: u64,
    /// Logs that the intake has taken.
    pub taken: u64,
}

/// The counters of the Agent whose port this is; none where they cannot be read.
///
/// Over plain HTTP/1.0 on this machine: a client that can do TLS would start a thread for it.
pub(super) fn served_at(port: u16) -> Option<Counters> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream
        .write_all(b"GET /debug/vars HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .ok()?;
    let mut reply = Vec::new();
    stream.take(MOST_COUNTERS).read_to_end(&mut reply).ok()?;
    let body = memchr::memmem::find(&reply, b"\r\n\r\n")? + 4;
    counters_of(reply.get(body..)?)
}

#[derive(Deserialize)]
struct Expvars<'a> {
    #[serde(rename = "logs-agent", borrow)]
    logs: Option<Logs<'a>>,
}

#[derive(Deserialize)]
struct Logs<'a> {
    #[serde(rename = "DestinationLogsDropped", borrow, default)]
    dropped: Option<&'a RawValue>,
    #[serde(rename = "DestinationErrors", default)]
    errors: Option<u64>,
    #[serde(rename = "LogsSent", default)]
    taken: Option<u64>,
}

/// What an Agent's expvars say of its logs pipeline.
fn counters_of(text: &[u8]) -> Option<Counters> {
    let expvars: Expvars<'_> = serde_json::from_slice(text).ok()?;
    let logs = expvars.logs?;
    let dropped = logs.dropped.map_or("{}", RawValue::get);
    let by_host: std::collections::HashMap<String, u64> = serde_json::from_str(dropped).ok()?;
    Some(Counters {
        dropped: by_host.values().sum(),
        errors: logs.errors.unwrap_or(0),
        taken: logs.taken.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dropped_is_counted_over_all_hosts() {
        let text = br#"{"cmdline":["agent"],"logs-agent":{"DestinationErrors":3,
            "DestinationLogsDropped":{"intake-a":2,"intake-b":5},"LogsSent":9}}"#;
        let counted = Counters {
            dropped: 7,
            errors: 3,
            taken: 9,
        };
        assert_eq!(counters_of(text), Some(counted));
        assert_eq!(
            counters_of(br#"{"logs-agent":{}}"#),
            Some(Counters::default())
        );
    }

    #[test]
    fn what_an_agent_does_not_say_is_not_made_up() {
        for text in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"logs-agent":{"DestinationLogsDropped":7}}"#,
        ] {
            assert_eq!(counters_of(text.as_bytes()), None, "{text}");
        }
    }
}
