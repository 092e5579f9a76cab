//! The sample-log API takes and refuses as Datadog's does.

use std::time::Duration;

use logwalk::sim::Running;
use serde_json::{Value, json};

use super::vendor;
use super::wire::{Answer, DATADOG, send};

const BASE: &str = "/api/v2/security_monitoring/sample_log_generation/subscriptions";

fn ask(vendor: &Running, method: &str, below: &str, body: &str) -> Answer {
    let headers = format!("{DATADOG}\r\nContent-Type: application/json");
    send(
        vendor.addr(),
        method,
        &format!("{BASE}{below}"),
        &headers,
        body,
    )
}

fn wanted(kind: &str, attributes: &Value) -> String {
    json!({"data": {"type": kind, "attributes": attributes}}).to_string()
}

fn subscribe(vendor: &Running, pack: &str, duration: &str) -> Answer {
    let wanted = json!({"content_pack_id": pack, "duration": duration});
    ask(
        vendor,
        "POST",
        "",
        &self::wanted("subscription_requests", &wanted),
    )
}

fn statuses(vendor: &Running, query: &str) -> Vec<Value> {
    let listed = ask(vendor, "GET", query, "").json();
    let all = listed["data"].as_array().unwrap();
    assert_eq!(listed["meta"]["total_subscriptions"], all.len());
    all.iter()
        .map(|one| one["attributes"]["status"].clone())
        .collect()
}

#[test]
fn a_subscription_is_begun_renewed_ended_and_runs_out() {
    let vendor = vendor();
    let status = |answer: Answer| answer.json()["data"]["attributes"]["status"].clone();
    assert_eq!(status(subscribe(&vendor, "okta", "1h")), "subscribed");
    assert_eq!(status(subscribe(&vendor, "okta", "1h")), "renewed");
    assert_eq!(statuses(&vendor, ""), ["active"]);
    assert_eq!(status(ask(&vendor, "DELETE", "/okta", "")), "unsubscribed");
    assert_eq!(
        status(ask(&vendor, "DELETE", "/okta", "")),
        "no_active_subscription"
    );
    assert_eq!(status(subscribe(&vendor, "github", "1h")), "subscribed");
    vendor.clock().advance(Duration::from_mins(61));
    assert_eq!(statuses(&vendor, ""), [] as [&str; 0]);
    assert_eq!(statuses(&vendor, "?status=all"), ["expired", "expired"]);
    assert_eq!(
        statuses(&vendor, "?start_timestamp=2020-01-01T00:00:00Z").len(),
        2
    );
    let early = "?start_timestamp=2020-01-01T00:00:00Z&end_timestamp=2020-01-02T00:00:00Z";
    assert_eq!(statuses(&vendor, early).len(), 0);
}

#[test]
fn several_packs_are_taken_or_refused_each_for_itself() {
    let vendor = vendor();
    let bulk = |packs: Value| {
        let wanted = json!({"content_pack_ids": packs});
        ask(
            &vendor,
            "POST",
            "/bulk",
            &self::wanted("bulk_subscription_requests", &wanted),
        )
    };
    let answer = bulk(json!(["okta", "nothing"]));
    assert_eq!(answer.status, 200);
    let items = answer.json()["data"].clone();
    assert_eq!(items[0]["meta"], json!({"status": 200}));
    assert_eq!(items[1]["meta"]["status"], 400);
    assert!(
        items[1]["meta"]["error"]
            .as_str()
            .unwrap()
            .contains("nothing")
    );
    assert_eq!(bulk(json!(["a", "b", "c", "d", "e", "f"])).status, 400);
    assert_eq!(bulk(json!([])).status, 400);
}

#[test]
fn what_is_not_as_documented_is_refused() {
    let vendor = vendor();
    let post = |body: &str| ask(&vendor, "POST", "", body).status;
    let kind = "subscription_requests";
    let cases = [
        ("{".to_owned(), 400),
        ("{}".to_owned(), 400),
        (
            wanted("subscriptions", &json!({"content_pack_id": "okta"})),
            400,
        ),
        (wanted(kind, &json!({})), 400),
        (wanted(kind, &json!({"content_pack_id": 1})), 400),
        (
            wanted(kind, &json!({"content_pack_id": "okta", "duration": "2d"})),
            400,
        ),
        (wanted(kind, &json!({"content_pack_id": "nothing"})), 400),
        (wanted(kind, &json!({"content_pack_id": "okta"})), 200),
    ];
    for (body, status) in cases {
        assert_eq!(post(&body), status, "{body}");
    }
    assert_eq!(ask(&vendor, "GET", "?status=old", "").status, 400);
    assert_eq!(ask(&vendor, "GET", "?start_timestamp=x", "").status, 400);
    assert_eq!(ask(&vendor, "DELETE", "", "").status, 405);
    assert_eq!(ask(&vendor, "PUT", "/okta", "").status, 404);
}

#[test]
fn keys_decide_who_may_ask() {
    let vendor = vendor();
    let list = |headers: &str| send(vendor.addr(), "GET", BASE, headers, "");
    for (application, status) in [
        ("sim-application-key", 200),
        ("sim-application-key-without-trial", 403),
        ("sim-application-key-without-permission", 403),
        ("sim-application-key-on-legacy-pricing", 200),
        ("other", 403),
    ] {
        let headers = format!("DD-API-KEY: sim-api-key\r\nDD-APPLICATION-KEY: {application}");
        assert_eq!(list(&headers).status, status, "{application}");
    }
    assert_eq!(list("DD-API-KEY: sim-api-key").status, 401);
    assert_eq!(
        list("DD-API-KEY: x\r\nDD-APPLICATION-KEY: sim-application-key").status,
        403
    );
}
