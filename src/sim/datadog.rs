//! Datadog's list endpoints: audit events and logs, one shape.

use hyper::body::Bytes;
use reqwest::Url;
use serde_json::{Value, json};

use super::http::{Asked, Reply};
use super::ledger::Span;
use super::stream::Stream;
use super::vendor::{Page, Twist, Vendor, Wanted};
use crate::time::Time;
use crate::written;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 1_000;
/// Another host and another path than the ones that were called, as the vendor's own example has it.
const APP: &str = "https://app.datadoghq.com/api/v2";

/// One of the two logs.
pub(crate) fn events(vendor: &Vendor, stream: Stream, asked: &Asked, twist: &Twist) -> Reply {
    let keys = &vendor.keys;
    let known = asked.header("dd-api-key") == Some(&keys.datadog_api)
        && asked.header("dd-application-key") == Some(&keys.datadog_application);
    if !known {
        return error(403, "Forbidden");
    }
    let now = vendor.clock.now();
    let left = vendor.datadog_meter.count(now);
    let reply = if left.refused {
        error(429, "Too many requests")
    } else {
        page(vendor, stream, asked, twist).unwrap_or_else(|refusal| refusal)
    };
    let quota = vendor.datadog_meter.quota;
    reply
        .with("x-ratelimit-limit", quota.requests)
        .with("x-ratelimit-period", quota.period.as_secs())
        .with("x-ratelimit-remaining", left.requests)
        .with("x-ratelimit-reset", left.reset)
        .with("x-ratelimit-name", "audit_logs_api")
}

/// An error as the vendor words it.
pub(crate) fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"errors": [message]}))
}

fn page(vendor: &Vendor, stream: Stream, asked: &Asked, twist: &Twist) -> Result<Reply, Reply> {
    let now = vendor.clock.now();
    let limit = limit(asked)?;
    let from = bound(asked, "filter[from]", "now-15m", now)?;
    let to = bound(asked, "filter[to]", "now", now)?;
    let descending = match asked.value("sort") {
        None | Some("-timestamp") => true,
        Some("timestamp") => false,
        Some(_) => return Err(error(400, "invalid sort: use timestamp or -timestamp")),
    };
    let mut span = Span::between(from.max(now.before(stream.retention())), to, now);
    if let Some(text) = asked.value("page[cursor]") {
        let cursor = vendor
            .accepted(text)
            .map_err(|status| error(status, "invalid page[cursor]"))?;
        if descending {
            span.before = span.before.min(cursor.place());
        } else {
            span.after = span.after.max(cursor.place());
        }
        if twist.empty {
            return Ok(envelope(
                stream,
                asked,
                twist,
                Bytes::new(),
                &cursor.renamed().text(),
            ));
        }
    } else if twist.empty {
        let edge = if descending { span.before } else { span.after };
        return Ok(envelope(
            stream,
            asked,
            twist,
            Bytes::new(),
            &vendor.cursor(edge).text(),
        ));
    }
    let count = if twist.partial {
        limit.div_ceil(2)
    } else {
        limit
    };
    let wanted = Wanted {
        span,
        descending,
        count: twist.at_most.map_or(count, |most| most.min(count)),
        filters: Vec::new(),
        double: twist.double,
    };
    let Page { records, last, .. } = vendor.read(stream, &wanted);
    // However full it is, a page with records names a cursor; the empty one behind it has neither meta nor links.
    let Some(last) = last else {
        return Ok(Reply::page(200, "{\"data\":[]}"));
    };
    let after = match (twist.repeat, asked.value("page[cursor]")) {
        (true, Some(sent)) => sent.to_owned(),
        _ => vendor.cursor(last).text(),
    };
    Ok(envelope(stream, asked, twist, records, &after))
}

fn limit(asked: &Asked) -> Result<usize, Reply> {
    let Some(text) = asked.value("page[limit]") else {
        return Ok(DEFAULT_LIMIT);
    };
    match text.parse() {
        Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(error(400, "page[limit] must be between 1 and 1000")),
    }
}

/// A bound of time: RFC 3339, epoch milliseconds, or `now` less a span.
fn bound(asked: &Asked, name: &str, default: &str, now: Time) -> Result<Time, Reply> {
    let text = asked.value(name).unwrap_or(default);
    let relative = |text: &str| match text.strip_prefix("now")? {
        "" => Some(now),
        rest => Some(now.before(written::duration(rest.strip_prefix('-')?)?)),
    };
    let epoch = || text.parse().ok().map(Time);
    relative(text)
        .or_else(epoch)
        .or_else(|| Time::parse(text))
        .ok_or_else(|| error(400, &format!("{name} is not a date")))
}

fn envelope(stream: Stream, asked: &Asked, twist: &Twist, records: Bytes, after: &str) -> Reply {
    let status = if twist.partial { "timeout" } else { "done" };
    let warning = json!({
        "code": "unknown_index",
        "title": "One or several indexes are missing or invalid, results hold data from the other indexes",
        "detail": "indexes: foo, bar",
    });
    let warnings: Vec<Value> = twist.warn.then_some(warning).into_iter().collect();
    let links = json!({"next": next_link(stream, asked, after)});
    let meta: Value = json!({
        "elapsed": 132,
        "page": {"after": after},
        "request_id": "MWlFUjVaWGZTTTZPYzM0VXp1OXU2d3xLSVpEMjZKQ0VKUTI0dEYtM3RSOFVR",
        "status": status,
        "warnings": warnings,
    });
    Reply::pieces(vec![
        Bytes::from_static(b"{\"data\":["),
        records,
        Bytes::from(format!("],\"links\":{links},\"meta\":{meta}}}")),
    ])
}

fn next_link(stream: Stream, asked: &Asked, after: &str) -> Option<String> {
    let path = match stream {
        Stream::DatadogLogs => "logs/event",
        Stream::DatadogAudit | Stream::ToolCalls | Stream::ApiCalls | Stream::AuditLog => {
            "audit/event"
        }
    };
    let mut url = Url::parse(&format!("{APP}/{path}")).ok()?;
    let others = asked
        .query
        .iter()
        .filter(|(name, _)| name != "page[cursor]");
    url.query_pairs_mut()
        .extend_pairs(others)
        .append_pair("page[cursor]", after);
    Some(url.into())
}
