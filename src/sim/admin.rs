//! The simulator's own endpoints: faults, the truth to compare with, what was asked, the clock.

use serde::Deserialize;
use serde_json::json;

use super::Prerender;
use super::faults::Rule;
use super::http::{Asked, Reply};
use super::ledger::HandMade;
use super::stream::Stream;
use super::vendor::Vendor;
use crate::time::Time;
use crate::written;

/// Where they are.
pub(crate) const PREFIX: &str = "/sim/";

/// One rule or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    Several(Vec<Rule>),
    One(Box<Rule>),
}

/// Answers a request to one of them.
pub(crate) fn answer(vendor: &Vendor, asked: &Asked) -> Reply {
    let endpoint = asked.path.trim_start_matches(PREFIX).trim_end_matches('/');
    let reply = match (asked.method.as_str(), endpoint) {
        ("POST", "faults") => add_faults(vendor, asked),
        ("DELETE", "faults") => {
            vendor.plan.clear();
            Ok(Reply::json(200, &json!({})))
        }
        ("GET", "ledger") => ledger(vendor, asked),
        ("POST", "records") => add_record(vendor, asked),
        ("GET", "requests") => Ok(Reply::json(200, &json!(vendor.requests()))),
        ("DELETE", "requests") => {
            vendor.forget_requests();
            Ok(Reply::json(200, &json!({})))
        }
        ("GET", "arrived") => Ok(arrived(vendor, asked)),
        ("DELETE", "arrived") => {
            vendor.arrived.forget();
            Ok(Reply::json(200, &json!({})))
        }
        ("POST", "prerender") => prerender(vendor, asked),
        ("GET", "clock") => Ok(clock(vendor)),
        ("POST", "clock") => set_clock(vendor, asked),
        _ => Err("known here: faults (POST, DELETE), ledger (GET), records (POST), requests (GET, DELETE), arrived (GET, DELETE), prerender (POST), clock (GET, POST)".to_owned()),
    };
    reply.unwrap_or_else(|problem| Reply::json(400, &json!({"error": problem})))
}

fn add_faults(vendor: &Vendor, asked: &Asked) -> Result<Reply, String> {
    let rules: Rules = serde_json::from_slice(&asked.body)
        .or_else(|_| {
            serde_json::from_slice::<Rule>(&asked.body).map(|rule| Rules::One(Box::new(rule)))
        })
        .map_err(|problem| format!("not a fault: {problem}"))?;
    let rules = match rules {
        Rules::Several(rules) => rules,
        Rules::One(rule) => vec![*rule],
    };
    let count = rules.len();
    vendor.plan.add(rules);
    Ok(Reply::json(200, &json!({"added": count})))
}

/// What came to the intake: its number with `?count`, else a line each.
fn arrived(vendor: &Vendor, asked: &Asked) -> Reply {
    if asked.value("count").is_some() {
        return Reply::json(200, &json!({"count": vendor.arrived.count()}));
    }
    let mut lines = vendor.arrived.logs().join("\n");
    if !lines.is_empty() {
        lines.push('\n');
    }
    Reply::new(200, "application/x-ndjson", lines)
}

fn ledger(vendor: &Vendor, asked: &Asked) -> Result<Reply, String> {
    let stream = stream(asked)?;
    let now = vendor.clock.now();
    let from = time(asked, "from")?.unwrap_or(now.before(stream.retention()));
    let to = time(asked, "to")?.unwrap_or(now);
    let mut lines = vendor.ids(stream, from, to).join("\n");
    if !lines.is_empty() {
        lines.push('\n');
    }
    Ok(Reply::new(200, "text/plain; charset=utf-8", lines))
}

fn add_record(vendor: &Vendor, asked: &Asked) -> Result<Reply, String> {
    let stream = stream(asked)?;
    let json = String::from_utf8(asked.body.to_vec()).map_err(|_| "the record is not UTF-8")?;
    let now = vendor.clock.now();
    let time_of_it = time(asked, "time")?.unwrap_or(now);
    let id = asked
        .value("id")
        .ok_or("?id= is missing: what the ledger calls the record")?;
    vendor.ledger(stream).insert(HandMade {
        id: id.to_owned(),
        time: time_of_it,
        visible: time(asked, "visible")?.unwrap_or(time_of_it),
        json,
    });
    Ok(Reply::json(200, &json!({})))
}

fn prerender(vendor: &Vendor, asked: &Asked) -> Result<Reply, String> {
    let number = |name: &str, default: usize| match asked.value(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| format!("?{name}= must be a whole number: {text}")),
    };
    let ahead = Prerender {
        stream: stream(asked)?,
        pages: number("pages", 100)?,
        page_size: number("page_size", 1_000)?,
    };
    let pages = vendor.prerender(ahead);
    Ok(Reply::json(200, &json!({"pages": pages})))
}

fn set_clock(vendor: &Vendor, asked: &Asked) -> Result<Reply, String> {
    if let Some(standing) = time(asked, "at")? {
        vendor.clock.stand_at(standing);
    }
    if let Some(text) = asked.value("advance") {
        let span = written::duration(text)
            .ok_or_else(|| format!("?advance= is no span of time: {text}"))?;
        vendor.clock.advance(span);
    }
    Ok(clock(vendor))
}

fn clock(vendor: &Vendor) -> Reply {
    Reply::json(200, &json!({"now": vendor.clock.now().to_string()}))
}

fn stream(asked: &Asked) -> Result<Stream, String> {
    let known: Vec<&str> = Stream::ALL.into_iter().map(Stream::name).collect();
    let name = asked.value("stream").unwrap_or_default();
    Stream::named(name).ok_or_else(|| format!("?stream= must be one of {}", known.join(", ")))
}

fn time(asked: &Asked, name: &str) -> Result<Option<Time>, String> {
    match asked.value(name) {
        None => Ok(None),
        Some(text) => match Time::parse(text) {
            Some(time) => Ok(Some(time)),
            None => Err(format!("?{name}= must be an RFC 3339 time: {text}")),
        },
    }
}
