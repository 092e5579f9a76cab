#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::source::catalog;
use crate::source::grammar::tests::source;

fn filling(values: &[(&str, &str)]) -> Filling {
    Filling {
        credentials: values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Filling::default()
    }
}

fn settings(values: &[(&str, &str)]) -> Filling {
    let Filling {
        credentials: settings,
        ..
    } = filling(values);
    Filling {
        settings,
        ..Filling::default()
    }
}

fn at(text: &str) -> Option<Time> {
    Time::parse(text)
}

fn cursor(text: &str) -> Ask {
    Ask {
        cursor: Some(text.to_owned()),
        ..Ask::default()
    }
}

/// The query of a call, decoded, in order.
fn query(call: &Call) -> Vec<(String, String)> {
    Url::parse(&call.url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

fn names(call: &Call) -> Vec<String> {
    query(call).into_iter().map(|(name, _)| name).collect()
}

fn body(call: &Call) -> Value {
    serde_json::from_slice(call.body.as_deref().unwrap()).unwrap()
}

#[test]
fn tool_calls_are_asked_from_a_moment_on_and_then_by_cursor() {
    let tool_calls = catalog::source("agent_handler/tool_calls").unwrap();
    let filling = filling(&[("token", "hunter2")]);
    let mut ask = Ask {
        since: at("2026-11-20T09:30:00.123Z"),
        ..Ask::default()
    };
    let first = tool_calls.call(&filling, &ask).unwrap();
    assert_eq!(
        first.url,
        "https://ah-api.merge.dev/api/v1/logs/tool-calls/?created_after=2026-11-20T09%3A30%3A00.123Z&page_size=1000"
    );
    assert_eq!(
        first.headers,
        [("Authorization".to_owned(), "Bearer hunter2".to_owned())]
    );
    assert!(!first.post && first.body.is_none());
    assert!(!format!("{first:?}").contains("hunter2"));

    ask.cursor = Some("cD0y+/=&x==".to_owned());
    ask.page_size = Some(250);
    let next = tool_calls.call(&filling, &ask).unwrap();
    assert_eq!(
        query(&next),
        [("cursor", "cD0y+/=&x=="), ("page_size", "250")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[test]
fn datadog_is_asked_with_the_same_bounds_on_every_page() {
    let audit = catalog::source("datadog/audit").unwrap();
    let mut filling = filling(&[("api_key", "a"), ("app_key", "b")]);
    filling
        .settings
        .insert("site".to_owned(), "datadoghq.eu".to_owned());
    let ask = Ask {
        cursor: Some("eyJhZnRlciI6IjEifQ==".to_owned()),
        since: at("2026-11-20T09:00:00Z"),
        until: at("2026-11-20T10:00:00Z"),
        page_size: None,
    };
    let call = audit.call(&filling, &ask).unwrap();
    assert_eq!(
        call.url,
        "https://api.datadoghq.eu/api/v2/audit/events?filter%5Bfrom%5D=2026-11-20T09%3A00%3A00.000Z\
         &filter%5Bto%5D=2026-11-20T10%3A00%3A00.000Z&page%5Bcursor%5D=eyJhZnRlciI6IjEifQ%3D%3D\
         &page%5Blimit%5D=1000&sort=timestamp"
    );
    let headers: Vec<&str> = call.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["DD-API-KEY", "DD-APPLICATION-KEY"]);
}

#[test]
fn pages_are_counted_from_the_first_on_which_is_asked_for_too() {
    let audit_log = catalog::source("agent_handler/audit_log").unwrap();
    let filling = filling(&[("token", "x")]);
    let first = audit_log.call(&filling, &Ask::default()).unwrap();
    assert!(
        first.url.ends_with("/audit-log/?page=1&page_size=100"),
        "{}",
        first.url
    );
    let third = audit_log.call(&filling, &cursor("3")).unwrap();
    assert!(
        third.url.ends_with("/audit-log/?page=3&page_size=100"),
        "{}",
        third.url
    );
}

#[test]
fn the_users_own_parameters_win_over_the_sources() {
    let source = source(&json!({"request": {"query": {"a": "1", "b": "2"}}}));
    let filling = Filling {
        query: BTreeMap::from([("a".to_owned(), "x y&".to_owned())]),
        ..Filling::default()
    };
    assert_eq!(
        source.call(&filling, &Ask::default()).unwrap().url,
        "https://x.example/v1/logs?a=x+y%26&b=2"
    );
}

#[test]
fn a_page_size_never_exceeds_what_the_api_takes() {
    let source = source(
        &json!({"next": {"from": "body.n", "to": "query.c", "page_size": {"to": "query.n", "default": 10, "max": 20}}}),
    );
    for (wanted, sent) in [
        (None, "10"),
        (Some(0), "1"),
        (Some(15), "15"),
        (Some(u32::MAX), "20"),
    ] {
        let ask = Ask {
            page_size: wanted,
            ..Ask::default()
        };
        let call = source.call(&Filling::default(), &ask).unwrap();
        assert_eq!(query(&call), [("n".to_owned(), sent.to_owned())]);
    }
}

#[test]
fn what_has_no_value_is_left_out() {
    let source = source(&json!({
        "settings": {"a": {"required": false}},
        "request": {"method": "POST", "query": {"q": "{a}", "k": "1"}, "headers": {"X-A": "x {a}", "X-B": "1"}, "body": {"in": {"a": "{a}", "b": [1, "{a}"]}}},
    }));
    let call = source.call(&Filling::default(), &Ask::default()).unwrap();
    assert_eq!(names(&call), ["k"]);
    assert_eq!(body(&call), json!({"in": {"b": [1]}}));
    assert!(call.headers.iter().all(|(name, _)| name != "X-A"));
    let call = source
        .call(&settings(&[("a", "v")]), &Ask::default())
        .unwrap();
    assert_eq!(names(&call), ["k", "q"]);
    assert_eq!(body(&call), json!({"in": {"a": "v", "b": [1, "v"]}}));
    assert!(call.headers.contains(&("X-A".to_owned(), "x v".to_owned())));
}

#[test]
fn a_body_takes_bounds_cursor_and_size_and_loses_what_is_for_the_first_page() {
    let source = source(&json!({
        "request": {"method": "POST", "body": {"filter": {"kind": "all"}}},
        "next": {"from": "body.cursor", "to": "body.cursor", "first_only": ["body.limit", "body.filter.start"],
                 "page_size": {"to": "body.limit", "default": 100, "max": 1000}},
        "since": {"to": "body.filter.start", "format": "epoch_ms"},
    }));
    let mut ask = Ask {
        since: at("2026-11-20T09:30:00Z"),
        ..Ask::default()
    };
    let first = source.call(&Filling::default(), &ask).unwrap();
    assert!(first.post);
    assert_eq!(first.url, "https://x.example/v1/logs");
    assert_eq!(
        first.headers,
        [("Content-Type".to_owned(), "application/json".to_owned())]
    );
    assert_eq!(
        body(&first),
        json!({"filter": {"kind": "all", "start": 1_795_167_000_000_i64}, "limit": 100})
    );
    ask.cursor = Some("abc".to_owned());
    let next = source.call(&Filling::default(), &ask).unwrap();
    assert_eq!(
        body(&next),
        json!({"filter": {"kind": "all"}, "cursor": "abc"})
    );
}

#[test]
fn a_counted_first_page_is_first_whether_or_not_its_number_is_given() {
    let source = source(&json!({
        "next": {"from": "offset", "to": "query.skip", "first_only": ["query.since"]},
        "since": {"to": "query.since"},
    }));
    let ask = |cursor: Option<&str>| Ask {
        cursor: cursor.map(str::to_owned),
        since: at("2026-11-20T09:30:00Z"),
        ..Ask::default()
    };
    let sent = |cursor| names(&source.call(&Filling::default(), &ask(cursor)).unwrap());
    assert_eq!(sent(None), ["since", "skip"]);
    assert_eq!(sent(Some("0")), ["since", "skip"]);
    assert_eq!(sent(Some("100")), ["skip"]);
}

#[test]
fn a_header_takes_a_cursor_in_place_of_the_one_that_is_there() {
    let source = source(&json!({
        "request": {"headers": {"X-After": "0"}},
        "next": {"from": "header.X-Next", "to": "header.x-after"},
    }));
    let call = source.call(&Filling::default(), &cursor("7")).unwrap();
    assert_eq!(call.headers, [("x-after".to_owned(), "7".to_owned())]);
    let error = source
        .call(&Filling::default(), &cursor("7\r\nX-Evil: 1"))
        .err()
        .unwrap();
    assert_eq!(
        error,
        Error::Shape(
            "what a reply gave for the header x-after cannot be sent in a header".to_owned()
        )
    );
}

mod bounds {
    use super::*;

    fn sent(bound: &str, fields: &Value, time: &str) -> String {
        let mut written = json!({"to": "query.t"});
        written
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let source = source(&json!({ bound: written }));
        let moment = at(time);
        let ask = Ask {
            since: moment,
            until: moment,
            ..Ask::default()
        };
        query(&source.call(&Filling::default(), &ask).unwrap())[0]
            .1
            .clone()
    }

    #[test]
    fn are_written_in_the_apis_format() {
        let time = "2026-11-20T09:30:00.123Z";
        for (format, text) in [
            ("rfc3339", "2026-11-20T09:30:00.123Z"),
            ("epoch_s", "1795167000"),
            ("epoch_ms", "1795167000123"),
            ("epoch_us", "1795167000123000"),
            ("epoch_ns", "1795167000123000000"),
            ("date", "2026-11-20"),
        ] {
            assert_eq!(sent("since", &json!({"format": format}), time), text);
        }
    }

    #[test]
    fn leave_nothing_out_that_is_at_them() {
        let (odd, even) = ("2026-11-20T09:30:00.123Z", "2026-11-20T09:30:00Z");
        for (bound, format, inclusive, time, text) in [
            ("since", "epoch_s", true, odd, "1795167000"),
            ("until", "epoch_s", true, odd, "1795167001"),
            ("until", "epoch_s", true, even, "1795167000"),
            ("since", "epoch_s", false, even, "1795166999"),
            ("until", "epoch_s", false, even, "1795167001"),
            ("since", "rfc3339", false, odd, "2026-11-20T09:30:00.122Z"),
            ("until", "rfc3339", false, odd, "2026-11-20T09:30:00.124Z"),
            ("until", "date", true, odd, "2026-11-21"),
            ("since", "date", false, odd, "2026-11-19"),
        ] {
            let sent = sent(
                bound,
                &json!({"format": format, "inclusive": inclusive}),
                time,
            );
            assert_eq!(sent, text, "{bound} {format} {inclusive} {time}");
        }
    }

    #[test]
    fn from_before_and_after_all_calendars_are_written_as_its_ends() {
        let source = source(&json!({"since": {"to": "query.a"}, "until": {"to": "query.b"}}));
        let ask = Ask {
            since: Some(Time(i64::MIN)),
            until: Some(Time(i64::MAX)),
            ..Ask::default()
        };
        let call = source.call(&Filling::default(), &ask).unwrap();
        assert_eq!(query(&call)[0].1, "1970-01-01T00:00:00.000Z");
        assert_eq!(query(&call)[1].1, "9999-12-30T22:00:00.000Z");
    }

    #[test]
    fn in_a_search_text_stand_beside_each_other_and_the_users_own_words() {
        let source = source(&json!({
            "since": {"to": "query.phrase", "template": "created:>={time}"},
            "until": {"to": "query.phrase", "template": "created:<={time}"},
        }));
        let filling = Filling {
            query: BTreeMap::from([("phrase".to_owned(), "actor:me".to_owned())]),
            ..Filling::default()
        };
        let ask = Ask {
            since: at("2026-11-20T09:00:00Z"),
            until: at("2026-11-20T10:00:00Z"),
            ..Ask::default()
        };
        assert_eq!(
            query(&source.call(&filling, &ask).unwrap())[0].1,
            "actor:me created:>=2026-11-20T09:00:00.000Z created:<=2026-11-20T10:00:00.000Z"
        );
    }

    #[test]
    fn reach_down_to_a_floor_that_is_known() {
        let time = Time::parse("2026-11-20T09:30:00.123Z").unwrap();
        for (since, floor) in [
            (json!(null), "2026-11-20T09:30:00.123Z"),
            (json!({"to": "query.t"}), "2026-11-20T09:30:00.123Z"),
            (
                json!({"to": "query.t", "format": "epoch_s"}),
                "2026-11-20T09:30:00.000Z",
            ),
            (
                json!({"to": "query.t", "format": "date"}),
                "2026-11-20T00:00:00.000Z",
            ),
            (
                json!({"to": "query.t", "inclusive": false}),
                "2026-11-20T09:30:00.122Z",
            ),
        ] {
            assert_eq!(
                source(&json!({"since": since})).floor(time).to_string(),
                floor,
                "{since}"
            );
        }
        assert_eq!(
            source(&json!({"since": {"to": "query.t"}})).floor(Time(-5)),
            Time(-5)
        );
    }
}

mod links {
    use super::*;

    fn followed(next: &str) -> Result<Call> {
        let source = source(&json!({
            "request": {"query": {"limit": "100"}, "headers": {"X": "1"}},
            "next": {"from": "link.next", "to": "url"},
            "since": {"to": "query.since"},
        }));
        let ask = Ask {
            since: at("2026-11-20T09:00:00Z"),
            ..cursor(next)
        };
        source.call(&Filling::default(), &ask)
    }

    #[test]
    fn are_followed_as_they_are() {
        for (next, url) in [
            (
                "https://x.example/v1/logs?after=a%3D%3D",
                "https://x.example/v1/logs?after=a%3D%3D",
            ),
            ("https://X.EXAMPLE:443/other?a", "https://x.example/other?a"),
            ("?after=1", "https://x.example/v1/logs?after=1"),
            ("/v2/logs?after=1", "https://x.example/v2/logs?after=1"),
            ("more?after=1#top", "https://x.example/v1/more?after=1"),
            ("//x.example/y", "https://x.example/y"),
            ("https://me:secret@x.example/y", "https://x.example/y"),
        ] {
            let call = followed(next).unwrap();
            assert_eq!(call.url, url, "{next}");
            assert_eq!(call.headers, [("X".to_owned(), "1".to_owned())]);
        }
    }

    #[test]
    fn to_another_origin_are_refused_with_both_named() {
        for (next, origin) in [
            ("https://evil.example/v1/logs", "https://evil.example"),
            ("http://x.example/v1/logs", "http://x.example"),
            ("https://x.example:8443/", "https://x.example:8443"),
            ("//evil.example/", "https://evil.example"),
            ("https://x.example@evil.example/", "https://evil.example"),
            ("https:\\\\evil.example\\", "https://evil.example"),
            ("data:text/plain,x", "null"),
            ("file:///etc/passwd", "null"),
        ] {
            let error = followed(next).err().unwrap();
            let expected = format!(
                "the reply leads to {origin}, but credentials go to https://x.example only"
            );
            assert!(
                matches!(&error, Error::Refused(why) if why.starts_with(&expected)),
                "{next}: {error}"
            );
        }
    }

    #[test]
    fn that_are_none_are_said_to_be_none() {
        for next in ["https://", "http://[::1/"] {
            assert!(matches!(followed(next), Err(Error::Shape(_))), "{next}");
        }
    }

    proptest! {
        #[test]
        fn lead_nowhere_else_whatever_they_hold(next in "[a-z:/@.?#\\\\\\[\\] \\n]{0,40}|.*") {
            if let Ok(call) = followed(&next) {
                prop_assert!(call.url.starts_with("https://x.example/"), "{}", call.url);
            }
        }
    }
}

#[test]
fn a_setting_in_the_path_cannot_lead_out_of_it() {
    let source = source(&json!({"settings": {"org": {}}, "request": {"path": "/orgs/{org}/log"}}));
    let url = |org: &str| {
        source
            .call(&settings(&[("org", org)]), &Ask::default())
            .map(|call| call.url)
    };
    assert_eq!(
        url("acme-1").unwrap(),
        "https://x.example/v1/orgs/acme-1/log"
    );
    assert_eq!(
        url("a/../b?c#d é").unwrap(),
        "https://x.example/v1/orgs/a%2F..%2Fb%3Fc%23d%20%C3%A9/log"
    );
    for org in ["", ".", ".."] {
        let error = url(org).err().unwrap().to_string();
        assert_eq!(
            error,
            "settings.org: goes into the path /orgs/{org}/log: expected a name, found nothing or dots"
        );
    }
}

#[test]
fn a_credential_that_would_break_a_header_is_named_and_not_shown() {
    let tool_calls = catalog::source("agent_handler/tool_calls").unwrap();
    for token in ["hunter2\n", "a\r\nX-Evil: hunter2", "\0hunter2"] {
        let error = tool_calls
            .call(&filling(&[("token", token)]), &Ask::default())
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.starts_with("credentials.token: goes into the header Authorization"),
            "{error}"
        );
        assert!(!error.contains("hunter2"));
    }
}

proptest! {
    #[test]
    fn every_cursor_survives_the_way_into_a_url(text in "\\PC+|.+") {
        let tool_calls = catalog::source("agent_handler/tool_calls").unwrap();
        let call = tool_calls.call(&filling(&[("token", "x")]), &cursor(&text)).unwrap();
        prop_assert_eq!(&query(&call)[0], &("cursor".to_owned(), text));
    }
}
