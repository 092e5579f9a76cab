//! `logwalk sim`: the simulated vendors on a port, until somebody has had enough.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};

use super::patience;
use super::stop::Stop;
use crate::sim::{Keys, Options, Quota, Rule, Running, Stream, serve};
use crate::time::Time;
use crate::written::{duration, yaml};

const EXAMPLE: &str = "\
A fault is a mapping, in YAML or JSON:
  --fault '{do: {status: {code: 503}}, times: 3}'
  --fault '{do: {delay: {ms: 2000}}, chance: 0.1, times: null}'
  --fault '{do: hangup, path: tool-calls, with_cursor: true, skip: 2}'
  --fault '{do: {rewrite: {at: results.*.id, to: remove}}, times: null}'
It happens once unless `times` says otherwise; `times: null` is for ever. `path` keeps it to URLs that
hold the text, `skip` lets so many requests pass first.

What may stand behind `do`:
  status: {code, body, headers}     this instead of an answer; without a body the vendor's own words
  delay: {ms}                       the answer comes later
  cut: {after}                      the connection ends after so many bytes of the body
  hangup                            it ends without an answer
  drip: {bytes_per_second}          the body comes slowly
  html                              a sign-in page with status 200
  redirect: {to}                    a redirect
  garbage                           the JSON breaks off although all promised bytes came
  huge: {bytes}, bomb: {bytes}      a body so large; the bomb is compressed
  skew: {seconds}                   the Date header is wrong
  repeat                            the next cursor is the one that was asked with
  expire: {status}                  all cursors so far are refused from now on
  empty                             an empty page with a new cursor
  short: {records}                  no more records than that on the page, and more behind it
  double                            the last record of the page stands there twice
  partial, warn                     Datadog's partial answer, Datadog's warning
  rewrite: {at, to}                 what stands at a path becomes: remove, renew, unzone,
                                    {rename: KEY} or {set: VALUE}
  refuse_with: {text}               the intake cannot read payloads that hold the text
  refuse_over: {bytes}              the intake takes no larger payload

Keys with a fault of their own: sim-test-key and sim-key-without-plan (token), and as application
keys sim-application-key-without-permission, -without-trial, -on-legacy-pricing (`logwalk samples`).";

// Each is a flag of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE, next_line_help = true)]
pub(crate) struct Arguments {
    /// A loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8765")]
    listen: SocketAddr,
    /// Decides every record, lateness and random fault
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Records per second, in each log
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Records each log holds at the beginning
    #[arg(long, value_name = "RECORDS", default_value_t = 5_000)]
    backlog: u64,
    /// No log gets more records than this
    #[arg(long, value_name = "RECORDS")]
    total: Option<u64>,
    /// Share of records that can be seen only later than they happened
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    late_share: f64,
    /// How much later at most
    #[arg(long, value_name = "SPAN", default_value = "3m", value_parser = span)]
    late_by: Duration,
    /// Share of tool calls that are pending at first and change a minute later
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pending_share: f64,
    /// The size of a record, about
    #[arg(long, value_name = "BYTES", default_value_t = 1_000)]
    record_bytes: usize,
    /// Where the vendors' clock starts; without it, it is the real one
    #[arg(long, value_name = "TIME", value_parser = moment)]
    start: Option<Time>,
    /// Requests in a period that each key may make, such as 60/10s
    #[arg(long, value_name = "N/SPAN", value_parser = quota)]
    quota: Option<Quota>,
    /// Send every reply uncompressed
    #[arg(long)]
    no_gzip: bool,
    /// The intake looks into what came only when asked what arrived
    #[arg(long)]
    trusting: bool,
    /// What goes wrong, and when; may be given several times
    #[arg(long = "fault", value_name = "FAULT", value_parser = fault)]
    faults: Vec<Rule>,
    /// One line of JSON first, with the addresses and credentials
    #[arg(long)]
    json: bool,
    /// End when standard input ends, beside ctrl-c and SIGTERM
    #[arg(long)]
    until_stdin_closes: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let options = options(arguments);
    let keys = options.keys.clone();
    let end = patience::End::watched(arguments.until_stdin_closes)?;
    let running = serve(options)?;
    let url = format!("http://{}", running.addr());
    if arguments.json {
        let line = json!({
            "url": url,
            "streams": streams(&running, &keys),
            "conf": conf(&running, &keys),
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "# The simulated vendors answer at {url} until ctrl-c.")?;
        writeln!(out, "# A conf.yaml for all of them:\n")?;
        write!(out, "{}", conf(&running, &keys))?;
        writeln!(
            out,
            "\n# For `logwalk run` each instance needs beside them:\n\
             #    destination: {{type: datadog, url: \"{url}\", api_key: {}}}\n\
             #    store: {{type: file, path: ./places}}\n\
             # What arrives: curl {url}/sim/arrived",
            keys.datadog_api
        )?;
    }
    out.flush()?;
    end.wait();
    running.stop();
    Ok(())
}

fn options(arguments: &Arguments) -> Options {
    Options {
        listen: arguments.listen,
        seed: arguments.seed,
        rate: arguments.rate,
        backlog: arguments.backlog,
        total: arguments.total,
        late_share: arguments.late_share,
        late_by: arguments.late_by,
        pending_share: arguments.pending_share,
        record_bytes: arguments.record_bytes,
        start: arguments.start,
        quota: arguments.quota,
        gzip: !arguments.no_gzip,
        trusting: arguments.trusting,
        faults: arguments.faults.clone(),
        ..Options::default()
    }
}

/// The credentials that a stream's source asks for.
fn credentials(stream: Stream, keys: &Keys) -> Vec<(&'static str, &str)> {
    match stream {
        Stream::ToolCalls | Stream::ApiCalls | Stream::AuditLog => {
            vec![("token", keys.production.as_str())]
        }
        Stream::DatadogAudit | Stream::DatadogLogs => vec![
            ("api_key", keys.datadog_api.as_str()),
            ("app_key", keys.datadog_application.as_str()),
        ],
    }
}

fn streams(running: &Running, keys: &Keys) -> Map<String, Value> {
    Stream::ALL
        .into_iter()
        .map(|stream| {
            let secrets: Map<String, Value> = credentials(stream, keys)
                .into_iter()
                .map(|(name, key)| (name.to_owned(), json!(key)))
                .collect();
            let about = json!({"base_url": running.base_url(stream), "credentials": secrets});
            (stream.name().to_owned(), about)
        })
        .collect()
}

fn conf(running: &Running, keys: &Keys) -> String {
    let mut lines = vec!["init_config:".to_owned(), "instances:".to_owned()];
    for stream in Stream::ALL {
        lines.push(format!("  - source: {}", stream.name()));
        lines.push(format!("    base_url: {}", running.base_url(stream)));
        lines.push("    credentials:".to_owned());
        for (name, key) in credentials(stream, keys) {
            lines.push(format!("      {name}: {key}"));
        }
    }
    lines.extend(
        [
            "logs:",
            "  - type: integration",
            "    source: agent_handler",
            "    service: agent-handler",
        ]
        .map(str::to_owned),
    );
    lines.join("\n") + "\n"
}

fn span(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "expected a span of time such as 30s or 5m".to_owned())
}

fn moment(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "expected a time such as 2026-11-20T09:30:00Z".to_owned())
}

fn quota(text: &str) -> Result<Quota, String> {
    let parts = text.split_once('/').and_then(|(requests, period)| {
        let period = duration(period).filter(|period| !period.is_zero())?;
        Some(Quota {
            requests: requests.trim().parse().ok()?,
            period,
        })
    });
    parts.ok_or_else(|| "expected requests and a span of time such as 60/10s".to_owned())
}

fn fault(text: &str) -> Result<Rule, String> {
    let value = yaml::parse(text, "the fault").map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sim::Fault;

    #[test]
    fn a_fault_is_read_as_yaml_or_json() {
        let rule = fault("{do: {status: {code: 503}}, times: 3}").unwrap();
        assert_eq!(rule.times, Some(3));
        assert!(matches!(rule.fault, Fault::Status { code: 503, .. }));
        assert_eq!(
            fault(r#"{"do": "hangup", "times": null}"#).unwrap().times,
            None
        );
        let rule = fault("{do: {rewrite: {at: results, to: {rename: items}}}}").unwrap();
        assert!(matches!(rule.fault, Fault::Rewrite { .. }));
        assert!(fault("{do: explode}").unwrap_err().contains("explode"));
    }

    #[test]
    fn the_help_tells_of_every_fault() {
        let problem = fault("{do: explode}").unwrap_err();
        let names: Vec<&str> = problem.split('`').skip(3).step_by(2).collect();
        assert!(names.len() > 20, "{problem}");
        for name in names {
            assert!(EXAMPLE.contains(&format!(" {name}")), "{name}");
        }
    }

    #[test]
    fn a_quota_names_requests_and_a_period() {
        let quota = quota("60/10s").unwrap();
        assert_eq!(
            (quota.requests, quota.period),
            (60, Duration::from_secs(10))
        );
        for bad in ["", "60", "60/", "/10s", "60/0s", "x/1s"] {
            assert!(super::quota(bad).is_err(), "{bad}");
        }
    }
}
