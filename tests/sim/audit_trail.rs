//! Agent Handler's audit trail: page numbers, newest first.

use logwalk::sim::{HandMade, Stream};
use logwalk::time::Time;
use serde_json::Value;

use super::wire::merge;
use super::{NOW, vendor};

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
