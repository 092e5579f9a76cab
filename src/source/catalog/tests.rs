#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::source::{Ask, Filling, From, Record, Reply, To, Unread};
use crate::time::Time;

/// A page of each source as its vendor writes it, and how its second page is asked for.
const PAGES: &[(&str, &str, &str)] = &[
    (
        "agent_handler/api_calls",
        r#"{"results": [{"id": "a", "started_at": "2026-11-20T09:30:00Z"}], "next_cursor": "c==", "has_more": true}"#,
        "cursor=c%3D%3D&page_size=1000",
    ),
    (
        "agent_handler/audit_log",
        r#"{"count": 1, "next": "https://x.example/?page=2", "previous": null, "results": [{"id": "a"}]}"#,
        "page=2&page_size=100",
    ),
    (
        "agent_handler/tool_calls",
        r#"{"results": [{"id": "a", "started_at": "2026-11-20T09:30:00Z"}], "next_cursor": "c==", "has_more": true}"#,
        "cursor=c%3D%3D&page_size=1000",
    ),
    (
        "datadog/audit",
        r#"{"data": [{"id": "a"}], "links": {"next": "https://app.example/"}, "meta": {"page": {"after": "c=="}, "status": "done"}}"#,
        "filter%5Bfrom%5D=2026-11-20T09%3A00%3A00.000Z&filter%5Bto%5D=2026-11-20T10%3A00%3A00.000Z&page%5Bcursor%5D=c%3D%3D&page%5Blimit%5D=1000&sort=timestamp",
    ),
    (
        "datadog/logs",
        r#"{"data": [{"id": "a"}], "links": {"next": "https://app.example/"}, "meta": {"page": {"after": "c=="}, "status": "done"}}"#,
        "filter%5Bfrom%5D=2026-11-20T09%3A00%3A00.000Z&filter%5Bto%5D=2026-11-20T10%3A00%3A00.000Z&page%5Bcursor%5D=c%3D%3D&page%5Blimit%5D=1000&sort=timestamp",
    ),
];

fn filled(source: &Source) -> Filling {
    let defaults = source.settings.iter();
    let names = source.credentials.keys();
    Filling {
        settings: defaults
            .filter_map(|(name, asked)| Some((name.clone(), asked.default.clone()?)))
            .collect(),
        credentials: names
            .map(|name| (name.clone(), format!("{name}-1")))
            .collect(),
        ..Filling::default()
    }
}

fn answered(
    source: &Source,
    body: &str,
) -> (
    usize,
    Option<String>,
    Option<bool>,
    Option<String>,
    Vec<String>,
) {
    let reply = Reply {
        status: 200,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    };
    let text = reply.text();
    let answer = source.answer(&text, &reply, &mut Unread).unwrap();
    assert!(
        answer
            .records
            .iter()
            .all(|record| matches!(record, Record::Json(_)))
    );
    (
        answer.records.len(),
        answer.next,
        answer.more,
        answer.partial,
        answer.warnings,
    )
}

#[test]
fn every_source_says_what_it_is_and_what_a_refusal_means() {
    for name in names() {
        let source = source(name).unwrap();
        assert_eq!(source.name, name);
        assert_ne!(source.title, name);
        assert!(source.docs.is_some(), "{name}");
        assert!(
            source.record.id.is_some() && source.record.time.is_some(),
            "{name}"
        );
        for status in [401, 403, 404] {
            assert!(source.hints.contains_key(&status), "{name} {status}");
        }
        for asked in source.credentials.values().chain(source.settings.values()) {
            assert!(!asked.help.is_empty(), "{name}");
        }
        for key in ["source", "service", "namespace", "message", "attributes"] {
            assert!(source.log.get(key).is_some(), "{name} {key}");
        }
    }
    let order: Vec<&str> = names().collect();
    let sorted: BTreeSet<&str> = names().collect();
    assert_eq!(order, sorted.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_source_asks_for_a_page_reads_it_and_asks_for_the_next() {
    assert_eq!(
        PAGES.iter().map(|(name, _, _)| *name).collect::<Vec<_>>(),
        names().collect::<Vec<_>>()
    );
    for (name, body, expected) in PAGES {
        let source = source(name).unwrap();
        let filling = filled(&source);
        let mut ask = Ask {
            since: Time::parse("2026-11-20T09:00:00Z"),
            until: source
                .until
                .as_ref()
                .filter(|until| until.required)
                .and_then(|_| Time::parse("2026-11-20T10:00:00Z")),
            ..Ask::default()
        };
        let first = source.call(&filling, &ask).unwrap();
        assert!(first.url.starts_with("https://") && !first.post, "{name}");
        for value in filling.credentials.values() {
            assert!(
                first
                    .headers
                    .iter()
                    .any(|(_, header)| header.contains(value)),
                "{name}"
            );
            assert!(!first.url.contains(value), "{name}");
        }
        let (records, next, _, partial, warnings) = answered(&source, body);
        assert_eq!((records, partial, warnings), (1, None, vec![]), "{name}");
        ask.cursor = match &source.next.as_ref().unwrap().from {
            From::Page { start } => Some((start + 1).to_string()),
            _ => next,
        };
        let call = source.call(&filling, &ask).unwrap();
        assert_eq!(call.url.split('?').nth(1), Some(*expected), "{name}");
        assert_eq!(call.url.split('?').next(), first.url.split('?').next());
    }
}

#[test]
fn agent_handlers_last_page_leads_nowhere() {
    for name in ["agent_handler/tool_calls", "agent_handler/api_calls"] {
        let body = r#"{"results": [], "next_cursor": null, "has_more": false}"#;
        assert_eq!(
            answered(&source(name).unwrap(), body),
            (0, None, Some(false), None, vec![])
        );
    }
    let body = r#"{"count": 0, "next": null, "previous": null, "results": []}"#;
    assert_eq!(
        answered(&source("agent_handler/audit_log").unwrap(), body),
        (0, None, Some(false), None, vec![])
    );
    assert!(source("agent_handler/audit_log").unwrap().descending);
}

#[test]
fn datadogs_empty_partial_and_warning_pages_are_told_apart() {
    for name in ["datadog/audit", "datadog/logs"] {
        let source = source(name).unwrap();
        for body in [
            r#"{"data": []}"#,
            r#"{"data": null}"#,
            r#"{"meta": {"status": "done"}}"#,
        ] {
            assert_eq!(
                answered(&source, body),
                (0, None, None, None, vec![]),
                "{body}"
            );
        }
        let late = r#"{"data": [{}], "meta": {"status": "timeout", "page": {"after": "x"}}}"#;
        let partial = Some("`body.meta.status` is timeout".to_owned());
        assert_eq!(
            answered(&source, late),
            (1, Some("x".to_owned()), None, partial, vec![])
        );
        let warned = r#"{"data": [{}], "meta": {"status": "done", "warnings": [{"code": "unknown_index", "title": "no such index"}]}}"#;
        let warnings = vec!["unknown_index: no such index".to_owned()];
        assert_eq!(answered(&source, warned), (1, None, None, None, warnings));
        let limit = source.rate_limit.unwrap();
        assert!(!limit.reset_is_epoch && limit.reset.is_some() && limit.remaining.is_some());
    }
}

#[test]
fn a_source_is_extended_by_what_differs() {
    let written = json!({
        "extends": "agent_handler/tool_calls",
        "name": "me/tools",
        "base_url": "https://ah-api-eu.merge.dev/api/v1",
        "request": {"query": {"status": "error"}, "headers": {"X-Mine": "1"}},
        "next": {"first_only": null, "page_size": {"default": 50}},
        "until": null,
        "record": {"id": "own_id"},
        "log": {"attributes": {"duration": {"from": "ms"}}, "decode": ["result"], "service": null},
    });
    let source = resolved(&Written::new(&written, "source")).unwrap();
    assert_eq!(source.name, "me/tools");
    assert_eq!(source.base_url, "https://ah-api-eu.merge.dev/api/v1");
    assert_eq!(source.request.path, "/logs/tool-calls/");
    assert_eq!(source.request.headers.len(), 2);
    assert_eq!(source.request.query.len(), 1);
    let next = source.next.unwrap();
    assert_eq!(next.to, To::Query("cursor".to_owned()));
    assert!(next.first_only.is_empty());
    assert_eq!(
        next.page_size.map(|size| (size.default, size.max)),
        Some((50, 1000))
    );
    assert!(source.until.is_none() && source.since.is_some());
    assert_eq!(source.record.id.unwrap().to_string(), "own_id");
    assert_eq!(source.log["attributes"]["duration"], json!({"from": "ms"}));
    assert_eq!(source.log["attributes"]["evt.name"], json!("tool_name"));
    assert_eq!(source.log["decode"], json!(["result"]));
    assert_eq!(source.log.get("service"), None);
}

#[test]
fn a_source_of_the_users_own_stands_in_the_instance() {
    let written = json!({"name": "me/log", "base_url": "https://x.example", "records": "", "request": {"path": "/log"}});
    assert_eq!(
        resolved(&Written::new(&written, "source")).map(|source| source.name),
        Ok("me/log".to_owned())
    );
}

#[test]
fn what_extends_nothing_is_said_to() {
    for (extends, expected) in [
        (json!(""), "source.extends: required, but missing or empty"),
        (json!(7), "source.extends: expected a text, found a number"),
        (
            json!("datadog/audits"),
            "source.extends: no source `datadog/audits` in the catalogue; did you mean `datadog/audit`?",
        ),
    ] {
        let written = json!({ "extends": extends });
        let error = resolved(&Written::new(&written, "source")).err().unwrap();
        assert_eq!(error.to_string(), expected);
    }
}
