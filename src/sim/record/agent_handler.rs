//! Agent Handler's records: tool calls, API calls, the audit trail.

use std::time::Duration;

use super::tool::{self, CONNECTORS, Connector};
use super::written::{self, hex, ip, number, quoted, sentence, trace_parent, url};
use super::{Draft, words};
use crate::sim::chance::Chance;

/// How long a call that is seen as pending stays so.
const PENDING_FOR: Duration = Duration::from_mins(1);

/// How a call went, and why not well.
struct Outcome {
    status: &'static str,
    reason: Option<&'static str>,
}

pub(super) fn tool_call(draft: &mut Draft<'_>, out: &mut String) {
    let outcome = outcome(draft);
    let chance = &mut draft.chance;
    let connector = chance.pick_skewed(CONNECTORS);
    let (tool, fields) = chance.pick_skewed(connector.tools);
    let person = written::person(chance, draft.style.seed);
    let mut trace = String::with_capacity(32);
    hex(chance, 32, &mut trace);

    begin(draft, out);
    let chance = &mut draft.chance;
    out.push_str(",\"tool_name\":\"");
    out.push_str(connector.slug);
    out.push_str("__");
    out.push_str(tool);
    out.push_str("\",\"status\":\"");
    out.push_str(outcome.status);
    out.push_str("\",\"error_reason\":");
    match outcome.reason {
        Some(reason) => quoted(reason, out),
        None => out.push_str("null"),
    }
    out.push_str(",\"latency_ms\":");
    number(chance.latency(420.0), out);
    write_connector(&connector, out);
    out.push_str(",\"registered_user\":{\"id\":\"user-");
    number(person.number, out);
    out.push_str("\",\"name\":");
    quoted(&person.name, out);
    out.push_str(",\"email\":");
    quoted(&person.email, out);
    out.push_str("},\"tool_pack\":{\"name\":\"");
    out.push_str(chance.pick_skewed(words::TEAMS));
    out.push_str("\"},\"client_trace_id\":\"");
    out.push_str(&trace);
    out.push_str("\",\"turn_id\":\"turn_");
    hex(chance, 12, out);
    out.push_str("\",\"request_id\":\"req_");
    hex(chance, 20, out);
    out.push_str("\",\"redaction_hits\":");
    number(chance.below(12).saturating_sub(9), out);
    out.push_str(",\"tool_args\":");
    quoted(&arguments(chance, fields), out);
    out.push_str(",\"headers\":");
    quoted(&client_headers(chance, &trace), out);
    out.push_str(",\"result\":");
    let room = draft.full_at.saturating_sub(out.len());
    quoted(&result(&mut draft.chance, &outcome, room), out);
    out.push('}');
}

pub(super) fn api_call(draft: &mut Draft<'_>, out: &mut String) {
    let chance = &mut draft.chance;
    let connector = chance.pick_skewed(CONNECTORS);
    let method = chance.pick_skewed(&["GET", "POST", "PATCH", "PUT", "DELETE"]);
    let status = chance.pick_skewed(&[200_u16, 200, 200, 201, 204, 404, 401, 429, 500, 503]);

    begin(draft, out);
    let chance = &mut draft.chance;
    out.push_str(",\"toolcall_id\":\"");
    out.push_str(&written::uuid(chance));
    out.push('"');
    write_connector(&connector, out);
    out.push_str(",\"method\":\"");
    out.push_str(method);
    out.push_str("\",\"url\":\"");
    url(chance, out);
    out.push_str("\",\"response_status\":");
    number(status, out);
    out.push_str(",\"latency_ms\":");
    number(chance.latency(180.0), out);
    out.push_str(",\"request_headers\":");
    let mut headers = String::from("{\"authorization\":\"[REDACTED]\",\"user-agent\":");
    quoted(chance.pick(words::AGENTS), &mut headers);
    headers.push_str(",\"x-request-id\":\"");
    headers.push_str(&written::uuid(chance));
    headers.push_str("\"}");
    quoted(&headers, out);
    out.push_str(",\"request_body\":");
    let (_, fields) = chance.pick_skewed(connector.tools);
    let mut body = String::new();
    if method != "GET" {
        tool::arguments(chance, fields, &mut body);
    }
    quoted(&body, out);
    out.push_str(",\"response_headers\":");
    let mut headers = String::from(
        "{\"content-type\":\"application/json\",\"set-cookie\":\"[REDACTED]\",\"etag\":\"",
    );
    hex(chance, 24, &mut headers);
    headers.push_str("\"}");
    quoted(&headers, out);
    out.push_str(",\"response_body\":");
    let outcome = Outcome {
        status: if status < 400 { "success" } else { "error" },
        reason: (status >= 400).then_some("connector_error"),
    };
    let room = draft.full_at.saturating_sub(out.len());
    quoted(&result(&mut draft.chance, &outcome, room), out);
    out.push('}');
}

pub(super) fn audit_entry(draft: &mut Draft<'_>, out: &mut String) {
    let chance = &mut draft.chance;
    let person = written::person(chance, draft.style.seed);
    out.push_str("{\"id\":\"");
    out.push_str(&draft.id);
    out.push_str("\",\"user_name\":");
    quoted(&person.name, out);
    out.push_str(",\"user_email\":");
    quoted(&person.email, out);
    out.push_str(",\"role\":\"");
    out.push_str(chance.pick_skewed(words::ROLES));
    out.push_str("\",\"ip_address\":\"");
    ip(chance, out);
    let (event, what) = chance.pick_skewed(words::AUDIT_EVENTS);
    out.push_str("\",\"event_type\":\"");
    out.push_str(event);
    out.push_str("\",\"event_description\":");
    let mut description = format!("{} {what} ", person.name);
    sentence(chance, 3, &mut description);
    quoted(&description, out);
    out.push_str(",\"created_at\":\"");
    written::moment(draft.place.time, false, out);
    out.push_str("\"}");
}

fn begin(draft: &mut Draft<'_>, out: &mut String) {
    out.push_str("{\"id\":\"");
    out.push_str(&draft.id);
    out.push_str("\",\"started_at\":\"");
    let with_offset = draft.chance.happens(0.25);
    written::moment(draft.place.time, with_offset, out);
    out.push('"');
}

fn write_connector(connector: &Connector, out: &mut String) {
    let mut own = Chance::of(&[
        connector.slug.len() as u64,
        u64::from(connector.slug.as_bytes()[0]),
    ]);
    out.push_str(",\"connector\":{\"id\":\"");
    out.push_str(&written::uuid(&mut own));
    out.push_str("\",\"slug\":\"");
    out.push_str(connector.slug);
    out.push_str("\",\"name\":\"");
    out.push_str(connector.name);
    out.push_str("\"}");
}

fn outcome(draft: &mut Draft<'_>) -> Outcome {
    let share = draft.chance.unit();
    let pending = draft.chance.happens(draft.style.pending_share);
    if pending && draft.now < draft.place.time.after(PENDING_FOR) {
        return Outcome {
            status: "pending",
            reason: None,
        };
    }
    if share < 0.88 {
        return Outcome {
            status: "success",
            reason: None,
        };
    }
    if share < 0.97 {
        let reasons = [
            "tool_execution_error",
            "reauth_required",
            "rate_limit_exceeded",
            "not_found",
        ];
        return Outcome {
            status: "error",
            reason: Some(draft.chance.pick_skewed(&reasons)),
        };
    }
    Outcome {
        status: "blocked-by-rule",
        reason: Some("blocked_by_security_rule"),
    }
}

/// Mostly JSON in a string; sometimes nothing, sometimes plain text.
fn arguments(chance: &mut Chance, fields: &[(&str, tool::Kind)]) -> String {
    let mut text = String::new();
    match chance.below(50) {
        0 => {}
        1 => sentence(chance, 6, &mut text),
        _ => tool::arguments(chance, fields, &mut text),
    }
    text
}

fn client_headers(chance: &mut Chance, trace: &str) -> String {
    let mut text = String::from("{\"x-client\":");
    quoted(chance.pick_skewed(words::AGENTS), &mut text);
    text.push_str(",\"traceparent\":\"");
    trace_parent(chance, trace, &mut text);
    if chance.happens(0.3) {
        text.push_str("\",\"tracestate\":\"dd=s:1;o:rum;t.dm:-");
        number(chance.below(9), &mut text);
    }
    text.push_str("\"}");
    text
}

fn result(chance: &mut Chance, outcome: &Outcome, room: usize) -> String {
    let mut text = String::new();
    let Some(reason) = outcome.reason else {
        // Quotes within the string are escaped, which takes room too.
        tool::items(chance, room * 8 / 10, &mut text);
        return text;
    };
    text.push_str("{\"error\":{\"code\":\"");
    text.push_str(reason);
    text.push_str("\",\"message\":");
    let mut message = String::new();
    sentence(chance, (room as u64 / 7).max(4), &mut message);
    quoted(&message, &mut text);
    text.push_str("}}");
    text
}
