//! Datadog's events: its audit trail and its logs, one shape with different insides.

use super::written::{self, ip, number, quoted, sentence};
use super::{Draft, tool, words};

const ACTIONS: &[&str] = &["accessed", "modified", "created", "deleted", "login"];
const AUDITED: &[&str] = &[
    "Authentication",
    "Dashboard",
    "Monitor",
    "Log Management",
    "Access Management",
    "Integration",
    "API Key",
    "Notebook",
];
const SERVICES: &[&str] = &[
    "web-store",
    "payments",
    "checkout",
    "auth",
    "search",
    "mailer",
];
const STATUSES: &[&str] = &["info", "info", "info", "warn", "error", "debug"];

pub(super) fn audit_event(draft: &mut Draft<'_>, out: &mut String) {
    let person = written::person(&mut draft.chance, draft.style.seed);
    let action = draft.chance.pick_skewed(ACTIONS);
    let event = draft.chance.pick_skewed(AUDITED);
    let message = format!("User {} {action} {event}", person.email);
    begin(draft, "audit", "audit-trail", &message, out);

    let chance = &mut draft.chance;
    out.push_str(",\"tags\":[\"source:audit\",\"env:");
    out.push_str(chance.pick_skewed(&["prod", "staging", "dev"]));
    out.push_str("\"],\"attributes\":{\"evt\":{\"name\":\"");
    out.push_str(event);
    out.push_str("\",\"actor\":{\"type\":\"USER\"}},\"action\":\"");
    out.push_str(action);
    out.push_str("\",\"timestamp\":");
    // This one is in microseconds; the event's own is the RFC 3339 text above.
    number(
        i128::from(draft.place.time.0) * 1_000 + i128::from(chance.below(1_000)),
        out,
    );
    out.push_str(",\"usr\":{\"id\":\"");
    out.push_str(&written::uuid(chance));
    out.push_str("\",\"name\":");
    quoted(&person.name, out);
    out.push_str(",\"email\":");
    quoted(&person.email, out);
    out.push_str(
        "},\"org\":{\"uuid\":\"4dee724d-00cc-11ea-a77b-570c9d03c6c5\"},\"auth_method\":\"",
    );
    out.push_str(chance.pick_skewed(&["SESSION", "API_AND_APP_KEY", "OAUTH2"]));
    out.push_str("\",\"network\":{\"client\":{\"ip\":\"");
    ip(chance, out);
    out.push_str("\"}},\"http\":{\"status_code\":");
    number(chance.pick_skewed(&[200, 201, 204, 403, 404]), out);
    out.push_str(",\"method\":\"");
    out.push_str(chance.pick_skewed(&["GET", "POST", "PUT", "DELETE"]));
    out.push_str("\",\"url_details\":{\"path\":\"/api/v2/");
    out.push_str(chance.pick(words::WORDS));
    out.push_str("\"},\"useragent\":");
    quoted(chance.pick(words::AGENTS), out);
    out.push_str("},\"asset\":");
    end_with_items(draft, out);
}

pub(super) fn log_event(draft: &mut Draft<'_>, out: &mut String) {
    let mut message = String::new();
    sentence(&mut draft.chance, 14, &mut message);
    let service = draft.chance.pick_skewed(SERVICES);
    begin(draft, "log", service, &message, out);

    let chance = &mut draft.chance;
    out.push_str(",\"host\":\"i-0");
    written::hex(chance, 6, out);
    out.push_str("\",\"status\":\"");
    out.push_str(chance.pick(STATUSES));
    out.push_str("\",\"tags\":[\"env:prod\",\"version:1.");
    number(chance.below(40), out);
    out.push_str("\",\"pod_name:");
    out.push_str(service);
    out.push('-');
    written::letters(chance, b"bcdfghjklmnpqrstvwxz2456789", 10, out);
    out.push_str("\"],\"attributes\":{\"duration\":");
    number(chance.latency(2e6), out);
    out.push_str(",\"trace_id\":\"");
    // Beyond 2^53, as trace ids are; as a number too, which only careful readers keep.
    let span = chance.number();
    number(span, out);
    out.push_str("\",\"span_id\":");
    number(span, out);
    out.push_str(",\"http\":{\"status_code\":");
    number(chance.pick_skewed(&[200, 204, 302, 404, 500]), out);
    out.push_str(",\"url\":\"");
    written::url(chance, out);
    out.push_str("\"},\"detail\":");
    end_with_items(draft, out);
}

fn begin(draft: &Draft<'_>, kind: &str, service: &str, message: &str, out: &mut String) {
    out.push_str("{\"id\":\"");
    out.push_str(&draft.id);
    out.push_str("\",\"type\":\"");
    out.push_str(kind);
    out.push_str("\",\"attributes\":{\"timestamp\":\"");
    written::moment(draft.place.time, false, out);
    out.push_str("\",\"service\":\"");
    out.push_str(service);
    out.push_str("\",\"message\":");
    quoted(message, out);
}

fn end_with_items(draft: &mut Draft<'_>, out: &mut String) {
    let mut items = String::new();
    let room = draft.full_at.saturating_sub(out.len());
    tool::items(&mut draft.chance, room, &mut items);
    out.push_str(&items);
    out.push_str("}}}");
}
