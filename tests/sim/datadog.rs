//! Datadog's list endpoints as their documentation describes them.

use std::time::Duration;

use logwalk::sim::{Fault, Options, Quota, Rule, Stream, serve};
use logwalk::time::Time;
use serde_json::Value;

use super::wire::{Answer, datadog, encoded, send};
use super::{MINUTE, NOW, small, vendor};

fn after(answer: &Answer) -> String {
    answer.json()["meta"]["page"]["after"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_walk_in_time_order_closes_with_an_empty_page_without_meta_or_links() {
    let vendor = vendor();
    for (stream, path) in [
        (Stream::DatadogAudit, "/audit/events"),
        (Stream::DatadogLogs, "/logs/events"),
    ] {
        let mut target = format!("{path}?sort=timestamp&page%5Blimit%5D=125");
        let mut ids = Vec::new();
        for _ in 0..2 {
            let page = datadog(vendor.addr(), &target);
            ids.extend(page.ids());
            let cursor = after(&page);
            assert!(cursor.ends_with("=="), "{cursor}");
            target = format!(
                "{path}?sort=timestamp&page%5Blimit%5D=125&page%5Bcursor%5D={}",
                encoded(&cursor)
            );
        }
        assert_eq!(ids, vendor.ids(stream, Time(0), NOW));
        assert_eq!(datadog(vendor.addr(), &target).text(), r#"{"data":[]}"#);
    }
}

#[test]
fn without_sort_the_newest_come_first_and_without_limit_ten() {
    let vendor = vendor();
    let mut newest = vendor.ids(Stream::DatadogAudit, Time(0), NOW);
    newest.reverse();
    let first = datadog(vendor.addr(), "/audit/events");
    assert_eq!(first.ids(), newest[..10]);
    let second = format!("/audit/events?page%5Bcursor%5D={}", encoded(&after(&first)));
    assert_eq!(datadog(vendor.addr(), &second).ids(), newest[10..20]);
    for wrong in [
        "page%5Blimit%5D=1001",
        "page%5Blimit%5D=0",
        "sort=name",
        "filter%5Bfrom%5D=x",
        "page%5Bcursor%5D=x",
    ] {
        let answer = datadog(vendor.addr(), &format!("/audit/events?{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.json()["errors"][0].is_string());
    }
}

#[test]
fn bounds_are_iso_or_relative_and_the_default_is_the_last_fifteen_minutes() {
    let vendor = vendor();
    vendor.clock().advance(16 * MINUTE);
    let count = |query: &str| {
        datadog(
            vendor.addr(),
            &format!("/audit/events?page%5Blimit%5D=1000&{query}"),
        )
        .ids()
        .len()
    };
    assert_eq!(count(""), 0);
    assert_eq!(count("filter%5Bfrom%5D=now-1h"), 250);
    let from = encoded(&NOW.before(Duration::from_secs(30)).to_string());
    assert_eq!(count(&format!("filter%5Bfrom%5D={from}")), 250);
    let to = encoded(&NOW.before(Duration::from_secs(10)).to_string());
    let part = count(&format!("filter%5Bfrom%5D={from}&filter%5Bto%5D={to}"));
    assert!((130..170).contains(&part), "{part}");
}

#[test]
fn a_cursor_holds_no_window_so_bounds_have_to_be_sent_again() {
    let vendor = vendor();
    let to = encoded(&NOW.before(Duration::from_secs(10)).to_string());
    let bounded = format!("/audit/events?sort=timestamp&page%5Blimit%5D=100&filter%5Bto%5D={to}");
    let cursor = encoded(&after(&datadog(vendor.addr(), &bounded)));
    let within = datadog(
        vendor.addr(),
        &format!("{bounded}&page%5Bcursor%5D={cursor}"),
    )
    .ids()
    .len();
    let without =
        format!("/audit/events?sort=timestamp&page%5Blimit%5D=1000&page%5Bcursor%5D={cursor}");
    assert!(within < datadog(vendor.addr(), &without).ids().len());
}

#[test]
fn the_next_link_is_on_another_host_and_another_path() {
    let vendor = vendor();
    let page = datadog(vendor.addr(), "/audit/events?sort=timestamp");
    let link = page.json()["links"]["next"].as_str().unwrap().to_owned();
    assert!(
        link.starts_with("https://app.datadoghq.com/api/v2/audit/event?"),
        "{link}"
    );
    assert!(link.contains("sort=timestamp") && link.contains("cursor%5D="));
    assert_eq!(page.json()["meta"]["status"], "done");
}

#[test]
fn keys_that_are_not_both_right_are_forbidden() {
    let vendor = vendor();
    for headers in [
        "",
        "DD-API-KEY: sim-api-key",
        "DD-API-KEY: sim-api-key\r\nDD-APPLICATION-KEY: x",
    ] {
        let answer = send(vendor.addr(), "GET", "/api/v2/audit/events", headers, "");
        assert_eq!(
            (answer.status, answer.text()),
            (403, r#"{"errors":["Forbidden"]}"#)
        );
    }
}

#[test]
fn the_quota_stands_in_the_headers_with_its_reset_in_seconds_from_now() {
    let options = Options {
        quota: Some(Quota {
            requests: 2,
            period: Duration::from_mins(1),
        }),
        start: Some(NOW.after(Duration::from_secs(45))),
        ..small()
    };
    let vendor = serve(options).unwrap();
    let first = datadog(vendor.addr(), "/audit/events");
    let header = |name: &str| first.header(name).map(str::to_owned);
    assert_eq!(header("x-ratelimit-limit").as_deref(), Some("2"));
    assert_eq!(header("x-ratelimit-remaining").as_deref(), Some("1"));
    assert_eq!(header("x-ratelimit-period").as_deref(), Some("60"));
    assert_eq!(header("x-ratelimit-reset").as_deref(), Some("15"));
    datadog(vendor.addr(), "/audit/events");
    let refused = datadog(vendor.addr(), "/audit/events");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), None);
    assert!(refused.json()["errors"][0].is_string());
    vendor.clock().advance(Duration::from_secs(15));
    assert_eq!(datadog(vendor.addr(), "/audit/events").status, 200);
}

#[test]
fn a_partial_answer_says_so_and_a_missing_index_is_only_a_warning() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Partial));
    vendor.fault(Rule::next(Fault::Warn).after(1));
    let ask = || {
        datadog(
            vendor.addr(),
            "/logs/events?sort=timestamp&page%5Blimit%5D=100",
        )
    };
    let partial = ask();
    assert_eq!(
        (
            partial.json()["meta"]["status"].clone(),
            partial.ids().len()
        ),
        (Value::from("timeout"), 50)
    );
    let warned = ask();
    assert_eq!(
        (warned.json()["meta"]["status"].clone(), warned.ids().len()),
        (Value::from("done"), 100)
    );
    assert_eq!(
        warned.json()["meta"]["warnings"][0]["code"],
        "unknown_index"
    );
}

#[test]
fn an_event_has_the_shape_that_is_documented() {
    let vendor = vendor();
    let audit = datadog(vendor.addr(), "/audit/events").json()["data"][0].clone();
    assert_eq!(audit["type"], "audit");
    let attributes = &audit["attributes"];
    assert!(Time::parse(attributes["timestamp"].as_str().unwrap()).is_some());
    assert!(attributes["attributes"]["evt"]["name"].is_string());
    assert!(attributes["attributes"]["usr"]["email"].is_string());
    assert!(attributes["tags"].is_array() && attributes["message"].is_string());
    let log = datadog(vendor.addr(), "/logs/events").json()["data"][0].clone();
    assert_eq!(log["type"], "log");
    assert!(log["attributes"]["host"].is_string() && log["attributes"]["status"].is_string());
}
