//! Agent Handler as its documentation describes it.

use std::time::Duration;

use logwalk::sim::{HandMade, Options, Quota, Stream, serve};
use logwalk::time::Time;
use serde_json::Value;

use super::wire::{Answer, encoded, merge, send};
use super::{MINUTE, NOW, small, vendor};

fn next(answer: &Answer) -> Option<String> {
    answer.json()["next_cursor"].as_str().map(str::to_owned)
}

/// Every id from a first target on, page after page.
fn walked(addr: std::net::SocketAddr, path: &str, first: &str) -> Vec<Vec<String>> {
    let mut answer = merge(addr, &format!("{path}?{first}"));
    let mut pages = vec![answer.ids()];
    while let Some(cursor) = next(&answer) {
        let size = first.split('&').find(|part| part.starts_with("page_size"));
        let rest = size.unwrap_or("page_size=100");
        answer = merge(addr, &format!("{path}?cursor={}&{rest}", encoded(&cursor)));
        pages.push(answer.ids());
    }
    assert_eq!(answer.json()["has_more"], false);
    pages
}

#[test]
fn a_walk_brings_the_whole_log_oldest_first_and_ends_with_a_null_cursor() {
    let vendor = vendor();
    for (stream, path) in [
        (Stream::ToolCalls, "/logs/tool-calls/"),
        (Stream::ApiCalls, "/logs/api-calls/"),
    ] {
        let pages = walked(vendor.addr(), path, "page_size=100");
        assert_eq!(
            pages.iter().map(Vec::len).collect::<Vec<_>>(),
            [100, 100, 50]
        );
        assert_eq!(pages.concat(), vendor.ids(stream, Time(0), NOW));
    }
    let answer = merge(vendor.addr(), "/logs/tool-calls/?page_size=1000");
    let times: Vec<Option<Time>> = answer.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| Time::parse(record["started_at"].as_str().unwrap()))
        .collect();
    assert_eq!(times.len(), 250);
    assert!(times.is_sorted() && times[0].is_some());
    assert_eq!(answer.json()["next_cursor"], Value::Null);
}

#[test]
fn a_page_holds_a_hundred_records_unless_told_otherwise_and_never_more_than_a_thousand() {
    let vendor = vendor();
    let size = |query: &str| merge(vendor.addr(), &format!("/logs/tool-calls/{query}"));
    assert_eq!(size("").ids().len(), 100);
    assert_eq!(size("?page_size=1").ids().len(), 1);
    for wrong in ["0", "1001", "many", ""] {
        let answer = size(&format!("?page_size={wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(answer.json()["error"]["code"], "invalid_page_size");
    }
}

#[test]
fn both_bounds_of_time_are_included() {
    let vendor = vendor();
    let first = merge(vendor.addr(), "/logs/tool-calls/?page_size=20").json();
    let at = |index: usize| {
        first["results"][index]["started_at"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let target = format!(
        "/logs/tool-calls/?created_after={}&created_before={}",
        encoded(&at(5)),
        encoded(&at(10))
    );
    let found = merge(vendor.addr(), &target).json();
    let times: Vec<Option<Time>> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| Time::parse(record["started_at"].as_str().unwrap()))
        .collect();
    assert_eq!(times.first(), Some(&Time::parse(&at(5))));
    assert_eq!(times.last(), Some(&Time::parse(&at(10))));
    assert_eq!(
        merge(vendor.addr(), "/logs/tool-calls/?created_after=yesterday").status,
        400
    );
}

#[test]
fn what_is_older_than_thirty_days_is_silently_left_out() {
    let vendor = vendor();
    vendor
        .clock()
        .advance(Duration::from_secs(30 * 86_400 - 10));
    let answer = merge(
        vendor.addr(),
        "/logs/tool-calls/?created_after=2020-01-01T00:00:00Z&page_size=1000",
    );
    assert_eq!(answer.status, 200);
    let left = answer.ids().len();
    assert!(
        (80..120).contains(&left),
        "the last ten of 25 seconds, not {left}"
    );
}

#[test]
fn a_record_that_becomes_visible_behind_the_cursor_is_found_only_by_time() {
    let vendor = vendor();
    let first = merge(vendor.addr(), "/logs/tool-calls/?page_size=200");
    vendor.insert(
        Stream::ToolCalls,
        HandMade {
            id: "late".to_owned(),
            time: NOW.before(Duration::from_secs(20)),
            visible: NOW.after(MINUTE),
            json: r#"{"id":"late"}"#.to_owned(),
        },
    );
    vendor.clock().advance(2 * MINUTE);
    let cursor = encoded(&next(&first).unwrap());
    let rest = merge(
        vendor.addr(),
        &format!("/logs/tool-calls/?cursor={cursor}&page_size=1000"),
    );
    assert_eq!(rest.ids().len(), 50);
    assert!(!rest.ids().contains(&"late".to_owned()));
    let again = merge(vendor.addr(), "/logs/tool-calls/?page_size=1000");
    assert!(again.ids().contains(&"late".to_owned()));
}

#[test]
fn the_log_grows_with_the_clock_and_late_records_come_after_their_time() {
    let options = Options {
        total: None,
        late_share: 0.2,
        ..small()
    };
    let vendor = serve(options).unwrap();
    let before = vendor.ids(Stream::ToolCalls, Time(0), NOW);
    vendor.clock().advance(10 * MINUTE);
    let after = vendor.ids(Stream::ToolCalls, Time(0), NOW);
    let late = after.iter().filter(|id| !before.contains(id)).count();
    assert!(late > 5, "{late} records of before are seen only now");
    assert!(
        vendor
            .ids(Stream::ToolCalls, NOW, NOW.after(10 * MINUTE))
            .len()
            > 5_000
    );
}

#[test]
fn a_pending_call_changes_later_under_the_same_id() {
    let options = Options {
        pending_share: 1.0,
        ..small()
    };
    let vendor = serve(options).unwrap();
    let newest = || {
        let page = merge(vendor.addr(), "/logs/tool-calls/?page_size=1000").json();
        page["results"].as_array().unwrap().last().unwrap().clone()
    };
    let before = newest();
    vendor.clock().advance(2 * MINUTE);
    let after = newest();
    assert_eq!(before["status"], "pending");
    assert_ne!(after["status"], "pending");
    assert_eq!(before["id"], after["id"]);
}

#[test]
fn filters_leave_only_what_matches_and_the_cursor_goes_on_behind_it() {
    let vendor = vendor();
    let all = merge(vendor.addr(), "/logs/tool-calls/?page_size=1000").json();
    let errors = all["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["status"] == "error");
    let wanted: Vec<String> = errors
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(wanted.len() > 5);
    let first = merge(vendor.addr(), "/logs/tool-calls/?status=error&page_size=5");
    let cursor = encoded(&next(&first).unwrap());
    let rest = merge(
        vendor.addr(),
        &format!("/logs/tool-calls/?status=error&page_size=1000&cursor={cursor}"),
    );
    assert_eq!([first.ids(), rest.ids()].concat(), wanted);
    let refused = merge(
        vendor.addr(),
        "/logs/api-calls/?response_status=404&page_size=1000",
    )
    .json();
    assert!(
        refused["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|record| record["response_status"] == 404)
    );
}

#[test]
fn the_key_decides_between_401_403_404_and_an_answer() {
    let vendor = vendor();
    let status = |header: &str| {
        let answer = send(vendor.addr(), "GET", "/api/v1/logs/tool-calls/", header, "");
        let error = &answer.json()["error"];
        let words = ["type", "code", "message", "documentation_url"];
        assert!(answer.status == 200 || words.iter().all(|word| error[word].is_string()));
        (
            answer.status,
            error["code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    assert_eq!(status("").0, 401);
    assert_eq!(status("Authorization: Bearer wrong").0, 401);
    assert_eq!(status("Authorization: sim-production-key").0, 401);
    assert_eq!(status("Authorization: Bearer sim-key-without-plan").0, 403);
    assert_eq!(
        status("Authorization: Bearer sim-test-key"),
        (404, "not_found".to_owned())
    );
    assert_eq!(status("Authorization: Bearer sim-production-key").0, 200);
}

#[test]
fn a_path_without_its_slash_is_redirected_and_an_unknown_one_is_not_found() {
    let vendor = vendor();
    let answer = merge(vendor.addr(), "/logs/tool-calls?page_size=5");
    assert_eq!(answer.status, 301);
    assert_eq!(
        answer.header("location"),
        Some("/api/v1/logs/tool-calls/?page_size=5")
    );
    assert_eq!(merge(vendor.addr(), "/logs/llm-calls/").status, 404);
}

#[test]
fn a_cursor_that_was_never_handed_out_is_refused() {
    let vendor = vendor();
    let answer = merge(vendor.addr(), "/logs/tool-calls/?cursor=abc");
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (400, &Value::from("invalid_cursor"))
    );
}

#[test]
fn over_the_quota_there_is_a_429_with_retry_after_and_asking_on_prolongs_it() {
    let options = Options {
        quota: Some(Quota {
            requests: 2,
            period: Duration::from_secs(10),
        }),
        ..small()
    };
    let vendor = serve(options).unwrap();
    let ask = || merge(vendor.addr(), "/logs/tool-calls/");
    assert_eq!([ask().status, ask().status], [200, 200]);
    let refused = ask();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("10"));
    vendor.clock().advance(Duration::from_secs(9));
    assert_eq!(ask().status, 429);
    vendor.clock().advance(Duration::from_secs(9));
    assert_eq!(ask().status, 429);
    vendor.clock().advance(Duration::from_secs(10));
    assert_eq!(ask().status, 200);
}

#[test]
fn the_audit_trail_is_newest_first_by_page_number() {
    let vendor = vendor();
    let first = merge(vendor.addr(), "/audit-log/?page_size=100");
    let body = first.json();
    assert_eq!(body["count"], 250);
    assert_eq!(body["previous"], Value::Null);
    let mut ids = first.ids();
    let mut next = body["next"].as_str().map(str::to_owned);
    let origin = format!("http://{}/api/v1", vendor.addr());
    while let Some(url) = next {
        let page = merge(vendor.addr(), url.strip_prefix(&origin).unwrap());
        assert!(page.json()["previous"].is_string());
        ids.extend(page.ids());
        next = page.json()["next"].as_str().map(str::to_owned);
    }
    ids.reverse();
    assert_eq!(ids, vendor.ids(Stream::AuditLog, Time(0), NOW));
    let record = &body["results"][0];
    for field in [
        "user_name",
        "user_email",
        "role",
        "ip_address",
        "event_type",
        "event_description",
        "created_at",
    ] {
        assert!(record[field].is_string(), "{field}");
    }
    assert_eq!(
        merge(vendor.addr(), "/audit-log/?page=4&page_size=100").status,
        404
    );
}

#[test]
fn new_entries_of_the_audit_trail_shift_its_later_pages() {
    let vendor = vendor();
    let second = || merge(vendor.addr(), "/audit-log/?page=2&page_size=10").ids();
    let before = second();
    vendor.insert(
        Stream::AuditLog,
        HandMade {
            id: "new".to_owned(),
            time: NOW,
            visible: NOW,
            json: r#"{"id":"new"}"#.to_owned(),
        },
    );
    assert_eq!(second()[1..], before[..9]);
}

#[test]
fn json_stands_in_strings_and_some_of_it_is_none() {
    let vendor = vendor();
    let page = merge(vendor.addr(), "/logs/tool-calls/?page_size=1000").json();
    let records = page["results"].as_array().unwrap();
    let opens = |field: &str| {
        let json = |record: &&Value| {
            serde_json::from_str::<Value>(record[field].as_str().unwrap()).is_ok()
        };
        records.iter().filter(json).count()
    };
    assert_eq!((opens("headers"), opens("result")), (250, 250));
    assert!(
        (230..250).contains(&opens("tool_args")),
        "{}",
        opens("tool_args")
    );
    let statuses = |status: &str| {
        records
            .iter()
            .filter(|record| record["status"] == status)
            .count()
    };
    assert!(statuses("success") > 200 && statuses("error") > 5 && statuses("blocked-by-rule") > 1);
}
