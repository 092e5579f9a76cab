//! Agent Handler's endpoints: two logs by cursor, oldest first, and an audit trail by page number, newest first.

use hyper::body::Bytes;
use reqwest::Url;
use serde_json::json;

use super::http::{Asked, Reply};
use super::ledger::{Place, Span};
use super::stream::Stream;
use super::vendor::{Page, Twist, Vendor, Wanted};
use crate::time::Time;

const DOCUMENTATION: &str =
    "https://docs.merge.dev/merge-agent-handler/observe/stream-logs-to-a-siem";
const DEFAULT_PAGE_SIZE: usize = 100;
const MAX_PAGE_SIZE: usize = 1_000;

/// Which query parameter asks for which value in a record.
const TOOL_CALL_FILTERS: [(&str, &str); 6] = [
    ("connector_id", "/connector/id"),
    ("tool_name", "/tool_name"),
    ("status", "/status"),
    ("error_reason", "/error_reason"),
    ("client_trace_id", "/client_trace_id"),
    ("turn_id", "/turn_id"),
];
const API_CALL_FILTERS: [(&str, &str); 4] = [
    ("connector_id", "/connector/id"),
    ("method", "/method"),
    ("response_status", "/response_status"),
    ("toolcall_id", "/toolcall_id"),
];

/// One of the two logs.
pub(crate) fn logs(vendor: &Vendor, stream: Stream, asked: &Asked, twist: &Twist) -> Reply {
    if let Some(refusal) = refused(vendor, asked) {
        return refusal;
    }
    let now = vendor.clock.now();
    let (count, mut span, filters) =
        match (page_size(asked), span(stream, asked, now), filters(stream)) {
            (Ok(count), Ok(span), filters) => (count, span, filters),
            (Err(refusal), ..) | (_, Err(refusal), _) => return refusal,
        };
    if let Some(text) = asked.value("cursor") {
        match vendor.accepted(text) {
            Ok(cursor) => span.after = span.after.max(cursor.place()),
            Err(status) => {
                return error(
                    status,
                    "invalid_cursor",
                    "The cursor is not valid or has expired.",
                );
            }
        }
    }
    if twist.empty {
        let next = empty_page_cursor(vendor, asked, span.after);
        return envelope(Bytes::new(), Some(&next), true);
    }
    let wanted = Wanted {
        span,
        descending: false,
        count: twist.at_most.map_or(count, |most| most.min(count)),
        filters: filters
            .iter()
            .filter_map(|(name, pointer)| Some((*pointer, asked.value(name)?)))
            .collect(),
        double: twist.double,
    };
    let Page {
        records,
        last,
        more,
    } = vendor.read(stream, &wanted);
    if let (true, Some(sent)) = (twist.repeat, asked.value("cursor")) {
        return envelope(records, Some(sent), true);
    }
    let next = last
        .filter(|_| more)
        .map(|place| vendor.cursor(place).text());
    envelope(records, next.as_deref(), more)
}

/// The audit trail.
pub(crate) fn audit_log(vendor: &Vendor, asked: &Asked, twist: &Twist) -> Reply {
    if let Some(refusal) = refused(vendor, asked) {
        return refusal;
    }
    let number = match asked.value("page").unwrap_or("1").parse::<usize>() {
        Ok(number) if number > 0 => number,
        _ => return error(404, "not_found", "Invalid page."),
    };
    let count = match page_size(asked) {
        Ok(count) => count,
        Err(refusal) => return refusal,
    };
    let now = vendor.clock.now();
    let ledger = vendor.ledger(Stream::AuditLog);
    let mut span = Span::between(now.before(Stream::AuditLog.retention()), now, now);
    let total = ledger.ascending(span).count();
    let skipped = (number - 1).saturating_mul(count);
    if skipped > 0 {
        match ledger.descending(span).nth(skipped - 1) {
            Some(place) if skipped < total => span.before = place,
            _ => return error(404, "not_found", "Invalid page."),
        }
    }
    let wanted = Wanted {
        span,
        descending: true,
        count: twist.at_most.map_or(count, |most| most.min(count)),
        filters: Vec::new(),
        double: twist.double,
    };
    let page = vendor.read(Stream::AuditLog, &wanted);
    let neighbour = |there: bool, number: usize| {
        let url = if there { page_url(asked, number) } else { None };
        json!(url)
    };
    let next = neighbour(skipped + count < total, number + 1);
    let previous = neighbour(number > 1, number - 1);
    Reply::pieces(vec![
        Bytes::from(format!(
            "{{\"count\":{total},\"next\":{next},\"previous\":{previous},\"results\":["
        )),
        page.records,
        Bytes::from_static(b"]}"),
    ])
}

/// What stands at no endpoint: a path whose slash is missing, or nothing at all.
pub(crate) fn elsewhere(asked: &Asked) -> Reply {
    let with_slash = format!("{}/", asked.path);
    if !Stream::ALL
        .into_iter()
        .any(|stream| stream.path() == with_slash)
    {
        return error(404, "not_found", "There is nothing at this path.");
    }
    let query = match asked.raw_query.as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    Reply::new(301, "text/html", "").with("location", format!("{with_slash}{query}"))
}

/// An error as the vendor words it.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Reply {
    let kind = match status {
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    Reply::json(
        status,
        &json!({"error": {"type": kind, "code": code, "message": message, "documentation_url": DOCUMENTATION}}),
    )
}

/// The refusal of a request that may not be made.
fn refused(vendor: &Vendor, asked: &Asked) -> Option<Reply> {
    let key = asked
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let keys = &vendor.keys;
    let refusal = match key {
        Some(key) if key == keys.test => {
            error(404, "not_found", "No such log in this environment.")
        }
        Some(key) if key == keys.without_plan => error(
            403,
            "feature_not_enabled",
            "Log endpoints are not enabled for this organization.",
        ),
        Some(key) if key == keys.production => {
            if asked.method != "GET" {
                return Some(
                    error(405, "method_not_allowed", "Only GET is allowed here.")
                        .with("allow", "GET"),
                );
            }
            let left = vendor.agent_handler_meter.count(vendor.clock.now());
            if !left.refused {
                return None;
            }
            error(429, "rate_limit_exceeded", "Too many requests.").with("retry-after", left.reset)
        }
        Some(_) => error(401, "invalid_api_key", "The API key is invalid."),
        None => error(401, "authentication_required", "An API key is required."),
    };
    Some(refusal)
}

fn page_size(asked: &Asked) -> Result<usize, Reply> {
    let Some(text) = asked.value("page_size") else {
        return Ok(DEFAULT_PAGE_SIZE);
    };
    match text.parse() {
        Ok(size) if (1..=MAX_PAGE_SIZE).contains(&size) => Ok(size),
        _ => Err(error(
            400,
            "invalid_page_size",
            "page_size must be between 1 and 1000.",
        )),
    }
}

fn span(stream: Stream, asked: &Asked, now: Time) -> Result<Span, Reply> {
    let bound = |name: &str| match asked.value(name) {
        None => Ok(None),
        Some(text) => Time::parse(text).map(Some).ok_or_else(|| {
            error(
                400,
                "invalid_date",
                &format!("{name} must be an ISO 8601 date."),
            )
        }),
    };
    let floor = now.before(stream.retention());
    // Silently: whoever asks for more is not told that it is gone.
    let from = bound("created_after")?.map_or(floor, |from| from.max(floor));
    let to = bound("created_before")?.unwrap_or(now);
    Ok(Span::between(from, to, now))
}

fn filters(stream: Stream) -> &'static [(&'static str, &'static str)] {
    match stream {
        Stream::ToolCalls => &TOOL_CALL_FILTERS,
        Stream::ApiCalls => &API_CALL_FILTERS,
        Stream::AuditLog | Stream::DatadogAudit | Stream::DatadogLogs => &[],
    }
}

fn empty_page_cursor(vendor: &Vendor, asked: &Asked, after: Place) -> String {
    let sent = asked
        .value("cursor")
        .and_then(|text| vendor.accepted(text).ok());
    match sent {
        Some(cursor) => cursor.renamed().text(),
        None => vendor.cursor(after).text(),
    }
}

fn envelope(records: Bytes, next: Option<&str>, more: bool) -> Reply {
    let next = json!(next);
    Reply::pieces(vec![
        Bytes::from_static(b"{\"results\":["),
        records,
        Bytes::from(format!("],\"next_cursor\":{next},\"has_more\":{more}}}")),
    ])
}

fn page_url(asked: &Asked, number: usize) -> Option<String> {
    let host = asked.header("host").unwrap_or("127.0.0.1");
    let mut url = Url::parse(&format!("http://{host}{}", asked.path)).ok()?;
    let others = asked.query.iter().filter(|(name, _)| name != "page");
    url.query_pairs_mut()
        .extend_pairs(others)
        .append_pair("page", &number.to_string());
    Some(url.into())
}
