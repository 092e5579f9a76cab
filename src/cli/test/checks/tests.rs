//! The checks, fed with replies: no socket, no clock.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::{Value, json};

use super::judged;
use crate::cli::test::facts::{Around, Facts, Leg, Linked, Named, Place, Reached, Taken, Terms};
use crate::cli::test::heard::Heard;
use crate::cli::test::{Finding, Verdict};
use crate::config::{AgentFacts, Config};
use crate::error::Error;
use crate::source::{Call, Reply};
use crate::time::Time;

/// 2026-11-20T09:30:00Z
const NOW: Time = Time(1_795_167_000_000);

fn terms(more: &Value) -> Terms {
    let mut source = json!({
        "name": "mine/events",
        "base_url": "https://api.example.com",
        "request": {"path": "/events"},
        "records": "items",
        "record": {"id": "id", "time": "at"},
        "next": {"from": "body.next", "to": "query.cursor"},
    });
    let own = source.as_object_mut().unwrap();
    own.extend(more.as_object().unwrap().clone());
    let instance = json!({ "source": source, "start": "1d" });
    let config = Config::read(&instance, &Value::Null, &AgentFacts::default()).unwrap();
    Terms::of(&config).unwrap()
}

fn heard(number: usize, came: Result<Reply, Error>) -> Heard {
    Heard {
        call: Call {
            post: false,
            url: format!("https://api.example.com/events?cursor={number}"),
            headers: Vec::new(),
            body: None,
        },
        came,
        at: NOW,
        took: Duration::from_millis(20),
    }
}

fn reply(body: &str) -> Reply {
    Reply {
        status: 200,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

fn leg(bodies: &[String]) -> Leg {
    let heard: Vec<Heard> = bodies
        .iter()
        .enumerate()
        .map(|(number, body)| heard(number, Ok(reply(body))))
        .collect();
    let pages = (0..heard.len()).map(|request| Taken {
        request,
        logs: Vec::new(),
    });
    Leg {
        pages: pages.collect(),
        heard,
        ..Leg::default()
    }
}

fn facts(walk: Leg) -> Facts {
    let address = ([127, 0, 0, 1], 443).into();
    Facts {
        began: NOW,
        reached: Reached {
            host: "api.example.com".to_owned(),
            proxied: false,
            named: Ok(Named {
                addresses: vec![address],
            }),
            linked: Some(Ok(Linked {
                address,
                took: Duration::ZERO,
            })),
        },
        walk,
        resumed: None,
        delivered: None,
        around: Around {
            agent: None,
            place: Place::Agents,
            dead_letters: None,
        },
    }
}

fn found(more: &Value, bodies: &[Value]) -> Vec<Finding> {
    let bodies: Vec<String> = bodies.iter().map(Value::to_string).collect();
    judged(&terms(more), &facts(leg(&bodies)))
}

fn record(id: u64, minute: u64) -> Value {
    json!({"id": id, "at": format!("2026-11-20T09:{minute:02}:00Z")})
}

fn page(ids: &[u64], next: &Value) -> Value {
    let items: Vec<Value> = ids.iter().map(|id| record(*id, *id)).collect();
    json!({"items": items, "next": next})
}

#[track_caller]
fn says(findings: &[Finding], check: &str, verdict: Verdict, words: &str) {
    let says = findings.iter().any(|finding| {
        let text = format!("{} {}", finding.words, finding.fix);
        finding.check == check && finding.verdict == verdict && text.contains(words)
    });
    assert!(says, "{check} {verdict:?} {words} in {findings:#?}");
}

#[test]
fn a_cursor_kept_at_the_end_of_a_sticky_source_is_no_circle() {
    let bodies = [page(&[1, 2], &json!("a")), page(&[], &json!("a"))];
    let sticky = json!({"next": {"from": "body.next", "to": "query.cursor", "sticky": true}});
    says(&found(&sticky, &bodies), "cursor", Verdict::Good, "2 pages");
    let plain = found(&json!({}), &bodies);
    says(&plain, "cursor", Verdict::Bad, "`a` was handed out twice");
}

#[test]
fn a_circle_of_several_cursors_is_one_too() {
    let bodies = [
        page(&[1], &json!("a")),
        page(&[2], &json!("b")),
        page(&[3], &json!("a")),
    ];
    says(
        &found(&json!({}), &bodies),
        "cursor",
        Verdict::Bad,
        "`a` was handed out twice",
    );
}

#[test]
fn a_full_page_without_a_cursor_may_be_a_wrong_path() {
    let next = json!({
        "from": "body.nxt", "to": "query.cursor",
        "page_size": {"to": "query.limit", "default": 2, "max": 2},
    });
    let findings = found(&json!({ "next": next }), &[page(&[1, 2], &json!("a"))]);
    says(
        &findings,
        "cursor",
        Verdict::Note,
        "nothing stands at `body.nxt`",
    );
    let findings = found(&json!({ "next": next }), &[page(&[1], &json!("a"))]);
    says(&findings, "cursor", Verdict::Note, "could not be tried");
    let findings = found(
        &json!({ "next": next }),
        &[page(&[1, 2, 3, 4], &json!("a"))],
    );
    says(
        &findings,
        "reply",
        Verdict::Note,
        "2 records were asked for and 4 came",
    );
}

#[test]
fn a_source_without_cursor_id_or_time_is_told_what_that_means() {
    let findings = found(
        &json!({"next": null, "record": {}}),
        &[page(&[1], &json!(null))],
    );
    says(&findings, "cursor", Verdict::Note, "one page a window");
    says(&findings, "id", Verdict::Note, "known by their content");
    says(&findings, "time", Verdict::Note, "dated when it is read");
}

#[test]
fn some_records_without_id_or_time_are_a_note_and_all_are_a_failure() {
    let some =
        json!({"items": [record(1, 1), {"id": 2}, {"at": "2026-11-20T09:03:00Z"}], "next": "a"});
    let findings = found(&json!({}), &[some]);
    says(&findings, "id", Verdict::Note, "1 of 3 have no id at `id`");
    says(
        &findings,
        "time",
        Verdict::Note,
        "1 of 3 have no time at `at`",
    );
    let findings = found(&json!({}), &[json!({"items": [{"a.b": 1}], "next": "a"})]);
    says(&findings, "id", Verdict::Bad, "a record has `a.b`");
    says(
        &findings,
        "time",
        Verdict::Bad,
        "no record has anything at `at`",
    );
}

#[test]
fn dates_and_times_without_a_zone_are_told_apart() {
    let at = |at: &str| vec![json!({"items": [{"id": 1, "at": at}], "next": "a"})];
    let findings = found(&json!({}), &at("2026-11-20 08:00:00"));
    says(
        &findings,
        "time",
        Verdict::Note,
        "have no zone, such as `2026-11-20 08:00:00`",
    );
    let findings = found(&json!({}), &at("2026-11-20"));
    says(
        &findings,
        "time",
        Verdict::Note,
        "are dates without a time of day",
    );
    let findings = found(&json!({}), &at("2026-11-20T08:00:00+01:00"));
    says(&findings, "time", Verdict::Good, "in every record");
}

#[test]
fn records_that_come_back_further_than_the_overlap_can_be_passed_over() {
    let items = [
        record(1, 1),
        record(2, 20),
        record(3, 2),
        record(4, 21),
        record(5, 22),
    ];
    let body = [json!({"items": items, "next": "a"})];
    let findings = found(&json!({"overlap": "5m"}), &body);
    says(&findings, "time", Verdict::Note, "18m out of order");
    says(
        &found(&json!({"overlap": "20m"}), &body),
        "time",
        Verdict::Good,
        "oldest first",
    );
}

#[test]
fn a_start_before_what_the_vendor_keeps_is_told() {
    let findings = found(&json!({"retention": "6h"}), &[page(&[1], &json!("a"))]);
    says(&findings, "records", Verdict::Note, "keeps 6h only");
}

#[test]
fn lines_are_records_and_a_broken_one_is_sent_as_it_is() {
    let ndjson = json!({"format": "ndjson", "records": "", "next": null});
    let lines = format!("{}\nbroken\n", record(1, 1));
    let mut leg = leg(&[lines]);
    leg.pages[0].logs = vec![json!({"logwalk": {"id": "1", "error": "the record is no JSON"}})];
    let findings = judged(&terms(&ndjson), &facts(leg));
    says(&findings, "records", Verdict::Good, "2 records on 1 page");
    says(&findings, "logs", Verdict::Note, "the record is no JSON");
}

#[test]
fn beyond_what_is_indexed_is_told() {
    let mut leg = leg(&[page(&[1], &json!("a")).to_string()]);
    let many: serde_json::Map<String, Value> =
        (0..300).map(|n| (format!("k{n}"), json!(n))).collect();
    let deep = (0..12).fold(json!(1), |inner, _| json!({ "x": inner }));
    leg.pages[0].logs =
        vec![json!({"a": many, "d": deep, "n".repeat(50): 1, "logwalk": {"id": "1"}})];
    let findings = judged(&terms(&json!({})), &facts(leg));
    for words in ["303 attributes", "13 levels", "50 letters"] {
        says(&findings, "logs", Verdict::Note, words);
    }
}

#[test]
fn a_resume_that_repeats_a_log_fails() {
    let body = page(&[1], &json!("a")).to_string();
    let mut facts = facts(leg(std::slice::from_ref(&body)));
    let log = json!({"logwalk": {"id": "1"}});
    facts.walk.pages[0].logs = vec![log.clone()];
    let mut again = leg(&[body]);
    again.pages[0].logs = vec![log];
    facts.resumed = Some(again);
    let findings = judged(&terms(&json!({})), &facts);
    says(
        &findings,
        "resume",
        Verdict::Bad,
        "1 record came again after a save",
    );
}

#[test]
fn what_ends_the_checks_says_which_were_not_tried() {
    let mut facts = facts(Leg::default());
    facts.reached.named = Err("no such host".to_owned());
    let findings = judged(&terms(&json!({})), &facts);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    says(
        &findings,
        "name",
        Verdict::Bad,
        "api.example.com: no such host",
    );
    says(
        &findings,
        "the rest",
        Verdict::Untried,
        "TLS, credentials, permission",
    );
}

#[test]
fn a_token_that_is_not_granted_is_the_credentials_fault() {
    let mut walk = Leg::default();
    let text = "400 from login.example.com: invalid_client; no token was granted, check the secret";
    let error = Error::Credentials(text.to_owned());
    walk.heard = vec![heard(0, Err(error.clone()))];
    walk.failed = Some(error);
    let findings = judged(&terms(&json!({})), &facts(walk));
    says(
        &findings,
        "credentials",
        Verdict::Bad,
        "no token was granted",
    );
}
