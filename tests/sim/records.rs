//! What the records say, and how they change.

use logwalk::sim::{Options, serve};
use logwalk::time::Time;
use serde_json::Value;

use super::wire::{datadog, merge};
use super::{MINUTE, small, vendor};

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
