#![allow(clippy::unwrap_used, clippy::too_many_lines)]

use serde_json::json;

use super::*;

/// A sound source with some keys set otherwise; null takes a key away.
pub(crate) fn own(changes: &Value) -> Value {
    let mut base = json!({
        "name": "me/log", "base_url": "https://x.example/v1", "records": "data", "request": {"path": "/logs"},
    });
    lay_over(&mut base, changes);
    base
}

fn lay_over(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

pub(crate) fn source(changes: &Value) -> Source {
    Source::read(&Written::new(&own(changes), "source")).unwrap()
}

fn problem(changes: &Value) -> String {
    match Source::read(&Written::new(&own(changes), "source")) {
        Ok(_) => "read without an error".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn four_keys_are_a_source() {
    let source = source(&json!({}));
    assert_eq!(source.title, "me/log");
    assert!(!source.request.post && !source.descending && !source.records_may_be_missing);
    assert_eq!(source.format, Format::Json);
    assert_eq!(source.overlap, Duration::from_mins(5));
    assert_eq!(source.settle, Duration::ZERO);
    assert!(source.next.is_none() && source.since.is_none() && source.until.is_none());
    assert!(source.record.id.is_none() && source.record.version.is_empty());
    assert_eq!(source.log, json!({}));
    for key in ["name", "base_url", "records", "request"] {
        let problem = problem(&json!({ key: null }));
        assert!(
            problem.contains(": required, but missing"),
            "{key}: {problem}"
        );
    }
}

#[test]
fn the_whole_grammar_is_read() {
    let text = r#"
name: okta/system
title: "Okta: system log"
docs: https://developer.okta.com
base_url: https://{org}.okta.com/api
settings: { org: { help: "the organisation's name", required: true } }
credentials: { token: { help: "an API token" }, pass: { required: false } }
request:
  method: POST
  path: /v1/logs
  headers: { Authorization: "SSWS {token}", X-Number: 7 }
  query: { sortOrder: ASCENDING, on: true }
  body: { a: { b: "{org}" } }
records: data.items
records_missing: empty
format: json
order: ascending
next: { from: link.next, to: url, more: header.X-More, sticky: true, durable: true, first_only: [query.since, body.a],
        page_size: { to: query.limit, default: 100, max: 1000 } }
since: { to: query.since, format: epoch_s, template: "published ge {time}", inclusive: false }
until: { to: query.until, format: date, required: true }
window: { max: 31d }
retention: 90d
overlap: 10m
settle: 90
record: { id: [uuid, "a.b".c], version: [status, stage], time: published, time_format: epoch_us }
partial: [{ when: body.status, is: timeout }, { when: header.X-Warn, is: present }, { when: body.code, is: 206 }]
warnings: [body.warnings, header.Warning]
limits: { requests_per_second: 0.5, min_interval: 6s }
rate_limit: { remaining: header.X-Rate-Limit-Remaining, reset: header.X-Rate-Limit-Reset, reset_is: epoch_s }
hints: { 401: "no", "403": "never" }
log: { source: okta }
"#;
    let text = text.replace("\"a.b\".c", "'\"a.b\".c'");
    let source = Source::parse(&text, "okta.yaml").unwrap();
    assert_eq!(source.request.query["on"], "true");
    assert_eq!(source.request.headers["X-Number"], "7");
    let next = source.next.unwrap();
    assert_eq!(
        (next.from.to_string(), next.to.to_string()),
        ("link.next".into(), "url".into())
    );
    assert_eq!(next.more.unwrap().to_string(), "header.X-More");
    assert!(next.sticky && next.durable);
    assert_eq!(next.first_only.len(), 2);
    assert_eq!(
        next.page_size.map(|size| (size.default, size.max)),
        Some((100, 1000))
    );
    let since = source.since.unwrap();
    assert_eq!(
        (since.format, since.inclusive),
        (super::super::TimeFormat::EpochS, false)
    );
    assert_eq!(since.template.as_deref(), Some("published ge {time}"));
    let until = source.until.unwrap();
    assert!(until.required && until.inclusive);
    assert_eq!(source.window, Some(Duration::from_hours(31 * 24)));
    assert_eq!(source.retention, Some(Duration::from_hours(90 * 24)));
    assert_eq!(source.overlap, Duration::from_mins(10));
    assert_eq!(source.settle, Duration::from_secs(90));
    assert_eq!(source.record.id.unwrap().to_string(), "uuid, \"a.b\".c");
    assert_eq!(source.record.version.len(), 2);
    assert_eq!(
        source.record.time_format,
        Some(super::super::TimeFormat::EpochUs)
    );
    assert_eq!(source.partial[0].is, Some(json!("timeout")));
    assert_eq!(source.partial[1].is, None);
    assert_eq!(source.partial[2].is, Some(json!(206)));
    assert_eq!(source.warnings.len(), 2);
    assert_eq!(source.pace.requests_per_second, Some(0.5));
    assert_eq!(source.pace.min_interval, Some(Duration::from_secs(6)));
    assert!(source.rate_limit.unwrap().reset_is_epoch);
    assert_eq!(source.hints[&403], "never");
    assert!(source.settings["org"].required && source.credentials["token"].required);
    assert!(!source.credentials["pass"].required);
    assert_eq!(source.log["source"], "okta");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_nearest_right_word() {
    let next = |changes: Value| {
        let mut next = json!({"from": "body.next", "to": "query.cursor"});
        lay_over(&mut next, &changes);
        json!({ "next": next })
    };
    let with_time = |changes: Value| {
        let mut all = json!({"record": {"time": "at"}});
        lay_over(&mut all, &changes);
        all
    };
    let mut cases = vec![
        (
            json!({"nme": "x"}),
            "source.nme: unknown key; did you mean `name`?",
        ),
        (
            json!({"name": "a b"}),
            "source.name: expected vendor/stream in letters, digits, _, - and ., at most 100",
        ),
        (
            json!({"name": "x".repeat(101)}),
            "source.name: expected vendor/stream",
        ),
        (
            json!({"name": 7}),
            "source.name: expected a text, found a number",
        ),
        (
            json!({"base_url": "x.example"}),
            "source.base_url: not a URL: relative URL without a base",
        ),
        (
            json!({"base_url": "https://{sit}.example"}),
            "source.base_url: `{sit}` is neither a setting nor a credential of this source; none is declared (braces meant as such take a space: `{ sit }`)",
        ),
        (
            json!({"base_url": "https://{sit}.x", "settings": {"site": {}}}),
            "source.base_url: `{sit}` is neither a setting nor a credential of this source; did you mean `{site}`? (braces",
        ),
        (
            json!({"base_url": "https://{site}.x", "settings": {"site": {"required": false}}}),
            "source.base_url: `{site}` has to be required or to have a default, for no URL works without it",
        ),
        (
            json!({"base_url": "https://x/{key}", "credentials": {"key": {}}}),
            "source.base_url: `{key}` is a credential, and a URL is logged on its way; credentials go into a header, `auth` or the body",
        ),
        (
            json!({"settings": {"a-b": {}}}),
            "source.settings.a-b: a name is made of letters, digits and _, and begins with no digit",
        ),
        (
            json!({"settings": {"a": {"hlp": "x"}}}),
            "source.settings.a.hlp: unknown key; did you mean `help`?",
        ),
        (
            json!({"credentials": {"a": {"default": "x"}}}),
            "source.credentials.a.default: a credential has no default",
        ),
        (
            json!({"credentials": {"a": {}}, "settings": {"a": {}}}),
            "source.credentials.a: there is a setting of this name too",
        ),
        (
            json!({"request": {"metod": "GET"}}),
            "source.request.metod: unknown key; did you mean `method`?",
        ),
        (
            json!({"request": {"method": "PUT"}}),
            "source.request.method: expected one of GET, POST, found a text",
        ),
        (
            json!({"request": {"path": "/a?b=c"}}),
            "source.request.path: parameters go under `request.query`, not into the path",
        ),
        (
            json!({"request": {"path": "https://y.example/a"}}),
            "source.request.path: expected what comes after `base_url`, found a whole URL",
        ),
        (
            json!({"request": {"headers": {"a b": "x"}}}),
            "source.request.headers.a b: this is not the name of a header",
        ),
        (
            json!({"request": {"headers": {"a": "x\r\ny: z"}}}),
            "source.request.headers.a: a header holds no line breaks or other control characters",
        ),
        (
            json!({"request": {"headers": {"a": "{tokn}"}}, "credentials": {"token": {}}}),
            "source.request.headers.a: `{tokn}` is neither a setting nor a credential of this source; did you mean `{token}`?",
        ),
        (
            json!({"request": {"query": {"a": "{key}"}}, "credentials": {"key": {}}}),
            "source.request.query.a: `{key}` is a credential, and a URL is logged on its way",
        ),
        (
            json!({"request": {"body": {"a": 1}}}),
            "source.request.body: a body needs `request.method: POST`",
        ),
        (
            json!({"request": {"method": "POST", "body": {"a": ["{x}"]}}}),
            "source.request.body.a[0]: `{x}` is neither a setting nor a credential of this source",
        ),
        (
            json!({"request": {"method": "POST", "body": "text"}}),
            "source.request.body: expected a mapping, found a text",
        ),
        (
            json!({"auth": {"oauth": {}}}),
            "source.auth.oauth: unknown key; did you mean `oauth2`?",
        ),
        (
            json!({"auth": {"oauth2": {"token_url": "https://t.example"}}}),
            "source.auth.oauth2.client_id: required, but missing or empty",
        ),
        (
            json!({"auth": {"oauth2": {"token_url": "t.example", "client_id": "a", "client_secret": "b"}}}),
            "source.auth.oauth2.token_url: not a URL: relative URL without a base",
        ),
        (
            json!({"auth": {"basic": {"username": "a"}, "oauth2": {"token_url": "x"}}}),
            "source.auth: expected one of oauth2, basic, found both",
        ),
        (
            json!({"auth": {"basic": {"username": "a"}}, "request": {"headers": {"authorization": "x"}}}),
            "source.auth: `request.headers` sets Authorization too; one of the two has to go",
        ),
        (
            json!({"records": ["a"]}),
            "source.records: expected a text, found a list",
        ),
        (
            json!({"records": "a..b"}),
            "source.records: not a path: a dot without a key beside it",
        ),
        (
            json!({"records_missing": "emty"}),
            "source.records_missing: expected one of error, empty, found a text; did you mean `empty`?",
        ),
        (
            json!({"format": "xml"}),
            "source.format: expected one of json, ndjson, found a text",
        ),
        (
            json!({"order": "newest"}),
            "source.order: expected one of ascending, descending, found a text",
        ),
        (
            json!({"order": "descending"}),
            "source.order: newest first needs `record.time`, or nobody can tell where the last poll has been",
        ),
        (
            json!({"next": "body.next"}),
            "source.next: expected a mapping, found a text",
        ),
        (
            json!({"next": {"to": "query.cursor"}}),
            "source.next.from: required, but missing or empty",
        ),
        (
            json!({"next": {"from": "body.next"}}),
            "source.next.to: required, but missing or empty",
        ),
        (
            next(json!({"form": "x"})),
            "source.next.form: unknown key; did you mean `from`?",
        ),
        (
            next(json!({"from": "bdy.next"})),
            "source.next.from: expected one of body.PATH, header.NAME, link.REL, last.PATH, first.PATH, page, offset, found `bdy.next`",
        ),
        (
            next(json!({"to": "path.x"})),
            "source.next.to: expected one of query.NAME, body.PATH, header.NAME, url, found `path.x`",
        ),
        (
            next(json!({"from": "last.id", "to": "url"})),
            "source.next.to: `last.id` is no URL: expected one of query.NAME, body.PATH, header.NAME",
        ),
        (
            next(json!({"from": "page", "to": "url"})),
            "source.next.to: `page` is no URL",
        ),
        (
            next(json!({"from": "link.next"})),
            "source.next.to: a Link header holds a whole URL: expected `url`, found `query.cursor`",
        ),
        (
            next(json!({"to": "body.cursor"})),
            "source.next.to: `body.cursor` needs `request.method: POST`",
        ),
        (
            next(json!({"start": 1})),
            "source.next.start: goes with `from: page` or `from: offset`, not with `body.next`",
        ),
        (
            next(json!({"from": "page", "start": -1})),
            "source.next.start: expected a whole number from 0 on, found a number",
        ),
        (
            next(json!({"more": "last.id"})),
            "source.next.more: expected body.PATH or header.NAME, found `last.id`",
        ),
        (
            next(json!({"sticky": "yes"})),
            "source.next.sticky: expected true or false, found a text",
        ),
        (
            next(json!({"sticky": true, "durable": false})),
            "source.next.sticky: a cursor that is polled with is saved, so it has to be `durable`",
        ),
        (
            next(json!({"from": "page", "sticky": true})),
            "source.next.sticky: `from: page` counts pages, and leaves no cursor at the end to poll with",
        ),
        (
            next(json!({"first_only": ["query.cursor"]})),
            "source.next.first_only[0]: this is where the cursor goes",
        ),
        (
            next(json!({"first_only": ["url"]})),
            "source.next.first_only[0]: expected one of query.NAME, body.PATH, header.NAME, found `url`",
        ),
        (
            next(json!({"first_only": ["query.sice"]})),
            "source.next.first_only[0]: nothing is sent at `query.sice`; ",
        ),
        (
            next(json!({"page_size": {"to": "query.n"}})),
            "source.next.page_size.default: required, but missing or empty",
        ),
        (
            next(json!({"page_size": {"to": "query.n", "default": 0}})),
            "source.next.page_size.default: expected a whole number from 1 on, found a number",
        ),
        (
            next(json!({"page_size": {"to": "query.n", "default": 1.5}})),
            "source.next.page_size.default: expected a whole number from 1 on, found a number",
        ),
        (
            next(json!({"page_size": {"to": "query.n", "default": 200, "max": 100}})),
            "source.next.page_size.default: 200 is more than `max`, which is 100",
        ),
        (
            next(json!({"page_size": {"to": "query.n", "max": 5_000_000_000_u64}})),
            "source.next.page_size.max: expected at most 4294967295, found 5000000000",
        ),
        (
            next(json!({"page_size": {"default": 5}})),
            "source.next.page_size.to: required, but missing or empty",
        ),
        (
            json!({"since": {"to": "url"}}),
            "source.since.to: expected one of query.NAME, body.PATH, header.NAME, found `url`",
        ),
        (
            json!({"since": {"to": "query.a", "format": "iso"}}),
            "source.since.format: expected one of rfc3339, epoch_s, epoch_ms, epoch_us, epoch_ns, date, found a text",
        ),
        (
            json!({"since": {"to": "query.a", "required": true}}),
            "source.since.required: unknown key; ",
        ),
        (
            json!({"since": {"to": "query.a", "template": "created:>="}}),
            "source.since.template: expected `{time}` somewhere in it, such as \"created:>={time}\"",
        ),
        (
            json!({"since": {"to": "query.a", "template": "{time}{orgg}"}}),
            "source.since.template: `{orgg}` is neither a setting nor a credential",
        ),
        (
            json!({"window": {"max": "1d"}}),
            "source.window: a widest window needs `since` and `until`",
        ),
        (
            json!({"window": {"max": "0s"}}),
            "source.window.max: expected a span of time above zero",
        ),
        (
            json!({"window": "1d"}),
            "source.window: expected a mapping, found a text",
        ),
        (
            json!({"retention": 0}),
            "source.retention: expected a span of time above zero",
        ),
        (
            json!({"retention": "a month"}),
            "source.retention: expected a span of time such as 30s, 5m, 18h or 31d, found a text",
        ),
        (
            json!({"record": {"id": {"a": 1}}}),
            "source.record.id: expected a path or a list of paths, found a mapping",
        ),
        (
            json!({"record": {"id": ["a", null]}}),
            "source.record.id[1]: expected a path, found nothing",
        ),
        (
            json!({"record": {"time_format": "date"}}),
            "source.record.time_format: expected one of rfc3339, epoch_s, epoch_ms, epoch_us, epoch_ns, found a text",
        ),
        (
            json!({"partial": {"when": "body.a"}}),
            "source.partial: expected a list, found a mapping",
        ),
        (
            json!({"partial": [{"is": "x"}]}),
            "source.partial[0].when: required, but missing or empty",
        ),
        (
            json!({"partial": [{"when": "body.a"}]}),
            "source.partial[0].is: required, but missing: a value, or present",
        ),
        (
            json!({"partial": [{"when": "link.next", "is": "x"}]}),
            "source.partial[0].when: expected body.PATH or header.NAME, found `link.next`",
        ),
        (
            json!({"warnings": "warnings"}),
            "source.warnings: expected one of body.PATH, ",
        ),
        (
            json!({"limits": {"requests_per_second": 0}}),
            "source.limits.requests_per_second: expected a number above zero, found a number",
        ),
        (
            json!({"limits": {"rps": 1}}),
            "source.limits.rps: unknown key; ",
        ),
        (
            json!({"rate_limit": {"remaining": "body.left"}}),
            "source.rate_limit.remaining: expected header.NAME, found `body.left`",
        ),
        (
            json!({"rate_limit": {"reset_is": "epoch"}}),
            "source.rate_limit.reset_is: expected one of seconds, epoch_s, found a text",
        ),
        (
            json!({"hints": {"4xx": "x"}}),
            "source.hints.4xx: expected an HTTP status such as 403 as the key",
        ),
        (
            json!({"hints": {"99": "x"}}),
            "source.hints.99: expected an HTTP status such as 403 as the key",
        ),
        (
            json!({"hints": {"403": ["x"]}}),
            "source.hints.403: expected a text, found a list",
        ),
        (
            json!({"log": ["x"]}),
            "source.log: expected a mapping, found a list",
        ),
        (
            json!({"format": "ndjson"}),
            "source.records: a reply of lines (`format: ndjson`) is records and nothing else: leave it out",
        ),
    ];
    let mut lines = next(json!({}));
    lay_over(&mut lines, &json!({"format": "ndjson", "records": null}));
    cases.push((
        lines,
        "source.next.from: a reply of lines (`format: ndjson`) has no `body.next`",
    ));
    let lines =
        json!({"format": "ndjson", "records": null, "partial": [{"when": "body.a", "is": 1}]});
    cases.push((
        lines,
        "source.partial[0].when: a reply of lines (`format: ndjson`) has no `body.a`",
    ));
    let mut sticky = next(json!({"sticky": true}));
    lay_over(&mut sticky, &json!({"order": "descending"}));
    cases.push((
        with_time(sticky),
        "source.next.sticky: a cursor that leads to what comes later needs `order: ascending`",
    ));
    let mut blocked = next(json!({"to": "body.a.b.c"}));
    lay_over(
        &mut blocked,
        &json!({"request": {"method": "POST", "body": {"a": {"b": "text"}}}}),
    );
    cases.push((
        blocked,
        "source.next.to: `body.a.b.c` leads through something in `request.body` that holds no keys",
    ));
    for (changes, expected) in cases {
        let problem = problem(&changes);
        assert!(
            problem.starts_with(expected),
            "{changes}\n  expected {expected}\n  found    {problem}"
        );
    }
}

#[test]
fn what_is_first_only_is_something_that_is_sent() {
    let next = json!({"from": "body.next", "to": "query.cursor", "page_size": {"to": "query.n", "default": 5},
        "first_only": ["query.since", "query.until", "query.n", "query.kind", "header.X-A"]});
    let changes = json!({"next": next, "since": {"to": "query.since"}, "until": {"to": "query.until"},
        "request": {"query": {"kind": "a"}, "headers": {"X-A": "1"}}});
    assert_eq!(
        source(&changes).next.map(|next| next.first_only.len()),
        Some(5)
    );
}

#[test]
fn the_braces_of_graphql_are_no_templates() {
    let text = "query { auditEntries(first: 50) { nodes { id createdAt } } }";
    let source = source(&json!({"request": {"method": "POST", "body": {"query": text}}}));
    assert_eq!(source.request.body["query"], text);
}

#[test]
fn yaml_that_is_none_is_said_with_its_line() {
    let error = Source::parse("name: x\nname: y\n", "mine.yaml")
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "mine.yaml:2:1: not valid YAML: the key `name` is written twice"
    );
    let text = "name: me/log\nbase_url: https://x.example\nrecords: data\nrequest:\n  pth: /x\n";
    let error = Source::parse(text, "mine.yaml").err().unwrap().to_string();
    assert_eq!(
        error,
        "mine.yaml:5:3: request.pth: unknown key; did you mean `path`?"
    );
}
