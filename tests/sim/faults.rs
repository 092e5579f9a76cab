//! What can be made to go wrong, as a client sees it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use logwalk::sim::{Fault, Rule, Stream};
use logwalk::time::Time;

use super::wire::{encoded, merge, send};
use super::{NOW, vendor};

const LOG: &str = "/logs/tool-calls/?page_size=50";

fn next(answer: &super::wire::Answer) -> String {
    encoded(answer.json()["next_cursor"].as_str().unwrap())
}

#[test]
fn a_status_comes_with_its_headers_and_its_body_or_the_vendors_own_words() {
    let vendor = vendor();
    let headers = BTreeMap::from([(
        "Retry-After".to_owned(),
        "Fri, 20 Nov 2026 09:31:00 GMT".to_owned(),
    )]);
    vendor.fault(Rule::next(Fault::Status {
        code: 503,
        body: Some("gone fishing".to_owned()),
        headers,
    }));
    let answer = merge(vendor.addr(), LOG);
    assert_eq!((answer.status, answer.text()), (503, "gone fishing"));
    assert_eq!(
        answer.header("retry-after"),
        Some("Fri, 20 Nov 2026 09:31:00 GMT")
    );
    assert_eq!(merge(vendor.addr(), LOG).status, 200);
    vendor.fault(Rule::next(Fault::Status {
        code: 422,
        body: None,
        headers: BTreeMap::new(),
    }));
    assert!(merge(vendor.addr(), LOG).json()["error"]["code"].is_string());
}

#[test]
fn a_delayed_answer_comes_late_and_whole() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Delay { ms: 200 }));
    let begun = Instant::now();
    assert_eq!(merge(vendor.addr(), LOG).ids().len(), 50);
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[test]
fn a_cut_answer_promises_more_bytes_than_come() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Cut { after: 1_000 }));
    let answer = merge(vendor.addr(), LOG);
    let promised: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 1_000));
    assert!(promised > 20_000);
}

#[test]
fn a_vendor_that_hangs_up_says_nothing_at_all() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Hangup));
    assert_eq!(merge(vendor.addr(), LOG).status, 0);
    assert_eq!(vendor.requests()[0].status, 0);
}

#[test]
fn a_dripping_answer_is_whole_but_slow() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Drip {
        bytes_per_second: 100_000,
    }));
    let begun = Instant::now();
    assert_eq!(merge(vendor.addr(), LOG).ids().len(), 50);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_repeated_cursor_is_the_one_that_was_sent() {
    let vendor = vendor();
    let cursor = next(&merge(vendor.addr(), LOG));
    vendor.fault(Rule::next(Fault::Repeat).cursor(true));
    let answer = merge(vendor.addr(), &format!("{LOG}&cursor={cursor}"));
    assert_eq!(next(&answer), cursor);
    assert_eq!(answer.json()["has_more"], true);
}

#[test]
fn expired_cursors_stay_refused_and_new_ones_are_good() {
    let vendor = vendor();
    let cursor = next(&merge(vendor.addr(), LOG));
    vendor.fault(Rule::next(Fault::Expire { status: 410 }));
    let old = format!("{LOG}&cursor={cursor}");
    assert_eq!(merge(vendor.addr(), &old).status, 410);
    assert_eq!(merge(vendor.addr(), &old).status, 410);
    let fresh = next(&merge(vendor.addr(), LOG));
    assert_eq!(
        merge(vendor.addr(), &format!("{LOG}&cursor={fresh}")).status,
        200
    );
}

#[test]
fn an_empty_page_names_a_new_cursor_and_loses_nothing() {
    let vendor = vendor();
    let first = merge(vendor.addr(), LOG);
    vendor.fault(Rule::next(Fault::Empty).times(2));
    let mut ids = first.ids();
    let mut cursors = vec![next(&first)];
    for _ in 0..3 {
        let cursor = cursors.last().unwrap();
        let answer = merge(vendor.addr(), &format!("{LOG}&cursor={cursor}"));
        ids.extend(answer.ids());
        cursors.push(next(&answer));
    }
    assert_eq!(ids, vendor.ids(Stream::ToolCalls, Time(0), NOW)[..100]);
    cursors.sort();
    cursors.dedup();
    assert_eq!(cursors.len(), 4);
}

#[test]
fn short_and_doubled_pages_go_on_where_they_ended() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Short { records: 3 }));
    vendor.fault(Rule::next(Fault::Double));
    let first = merge(vendor.addr(), LOG);
    let ids = first.ids();
    assert_eq!((ids.len(), &ids[2]), (4, &ids[3]));
    let rest = merge(vendor.addr(), &format!("{LOG}&cursor={}", next(&first)));
    assert_eq!(
        rest.ids()[0],
        vendor.ids(Stream::ToolCalls, Time(0), NOW)[3]
    );
}

#[test]
fn a_sign_in_page_a_redirect_and_garbage_are_no_answers() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Html));
    vendor.fault(
        Rule::next(Fault::Redirect {
            to: "http://elsewhere.example/x".to_owned(),
        })
        .after(1),
    );
    vendor.fault(Rule::next(Fault::Garbage).after(2));
    let html = merge(vendor.addr(), LOG);
    assert_eq!(
        (html.status, html.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    let redirect = merge(vendor.addr(), LOG);
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (302, Some("http://elsewhere.example/x"))
    );
    let garbage = merge(vendor.addr(), LOG);
    assert_eq!(
        garbage.header("content-length"),
        Some(garbage.body.len().to_string().as_str())
    );
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage.body).is_err());
}

#[test]
fn a_huge_body_and_a_bomb_are_as_large_as_was_asked() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Huge { bytes: 3_000_000 }));
    assert_eq!(merge(vendor.addr(), LOG).body.len(), 3_000_000);
    vendor.fault(Rule::next(Fault::Bomb { bytes: 3_000_000 }));
    let bomb = merge(vendor.addr(), LOG);
    assert_eq!(bomb.header("content-encoding"), Some("gzip"));
    assert!(bomb.body.len() < 30_000);
    let opened = std::io::copy(
        &mut flate2::read::GzDecoder::new(bomb.body.as_slice()),
        &mut std::io::sink(),
    );
    assert_eq!(opened.unwrap(), 3_000_000);
}

#[test]
fn a_skewed_clock_shows_in_the_date_header() {
    let vendor = vendor();
    assert_eq!(
        merge(vendor.addr(), LOG).header("date"),
        Some("Fri, 20 Nov 2026 09:30:00 GMT")
    );
    vendor.fault(Rule::next(Fault::Skew { seconds: -3_600 }));
    assert_eq!(
        merge(vendor.addr(), LOG).header("date"),
        Some("Fri, 20 Nov 2026 08:30:00 GMT")
    );
}

#[test]
fn faults_are_ordered_and_called_off_over_http() {
    let vendor = vendor();
    let order =
        |method: &str, body: &str| send(vendor.addr(), method, "/sim/faults", "", body).status;
    assert_eq!(
        order(
            "POST",
            r#"[{"times": null, "do": {"status": {"code": 500}}}]"#
        ),
        200
    );
    assert_eq!(merge(vendor.addr(), LOG).status, 500);
    assert_eq!(order("DELETE", ""), 200);
    assert_eq!(merge(vendor.addr(), LOG).status, 200);
    assert_eq!(order("POST", r#"{"do": "repeat"}"#), 200);
    assert_eq!(order("POST", r#"{"do": "dance"}"#), 400);
}
