//! Being told to wait.

use std::collections::BTreeMap;

use logwalk::sim::{Fault, Quota, Rule, Stream};
use logwalk::time::Time;
use serde_json::Value;
use std::time::Duration;

use super::stand::{NOW, Stand, small};

fn too_many(retry_after: &str) -> Fault {
    Fault::Status {
        code: 429,
        body: None,
        headers: BTreeMap::from([("Retry-After".to_owned(), retry_after.to_owned())]),
    }
}

#[test]
fn a_short_wait_is_waited_within_the_run() {
    let mut stand = Stand::new(Stream::ToolCalls, 50, small());
    stand.vendor.fault(Rule::next(too_many("7")).after(1));
    let came = stand.run();
    assert_eq!((came.error, came.logs), (None, 250));
    assert_eq!(came.report.requests.throttled.as_secs(), 7);
    assert!(stand.vendor.clock().now() >= NOW.after(Duration::from_secs(7)));
    stand.settle_accounts();
}

#[test]
fn a_long_wait_ends_the_run_without_an_error_and_no_request_is_made_before_it_is_over() {
    let mut stand = Stand::new(Stream::ToolCalls, 50, small());
    stand.vendor.fault(Rule::next(too_many("600")).after(1));
    let came = stand.run();
    assert_eq!((&came.error, came.logs), (&None, 50));
    assert!(
        came.report.said[0].contains("429 from"),
        "{:?}",
        came.report.said
    );
    let until = NOW.after(Duration::from_mins(10));
    assert_eq!(stand.place()["not_before"], until.0);
    let asked = stand.requests();
    for _ in 0..3 {
        stand.advance(100);
        // Each is another process: nothing is remembered but the place.
        stand.edited(serde_json::json!({"page_size": 50}));
        let came = stand.run();
        assert_eq!((&came.error, came.logs), (&None, 0));
        assert!(
            came.report.said[0].contains(&until.to_string()),
            "{:?}",
            came.report.said
        );
    }
    assert_eq!(stand.requests(), asked);
    stand.advance(301);
    assert_eq!(stand.run().logs, 200);
    assert_eq!(stand.place().get("not_before"), None);
    stand.settle_accounts();
}

#[test]
fn a_wait_of_ages_is_a_day() {
    for wait in ["99999999999", "Thu, 30 Dec 2999 23:59:59 GMT"] {
        let mut stand = Stand::new(Stream::ToolCalls, 50, small());
        stand.vendor.fault(Rule::next(too_many(wait)));
        let came = stand.run();
        assert_eq!(came.error, None);
        let until = stand.place()["not_before"].as_i64().unwrap();
        assert_eq!(Time(until), NOW.after(Duration::from_hours(24)), "{wait}");
    }
}

#[test]
fn a_small_quota_is_honoured_and_all_arrives_over_many_runs() {
    for which in [Stream::ToolCalls, Stream::DatadogAudit] {
        let quota = Quota {
            requests: 3,
            period: Duration::from_secs(40),
        };
        let mut stand = Stand::new(
            which,
            20,
            logwalk::sim::Options {
                quota: Some(quota),
                ..small()
            },
        );
        for _ in 0..40 {
            let came = stand.run();
            assert_eq!(came.error, None, "{which:?}");
            stand.advance(10);
        }
        let refused = stand
            .vendor
            .requests()
            .iter()
            .filter(|asked| asked.status == 429)
            .count();
        let passed = stand.vendor.clock().now().since(NOW).as_secs();
        let periods = usize::try_from(passed / 40 + 1).unwrap();
        assert!(refused <= periods, "{which:?}: {refused} in {periods}");
        assert_ne!(stand.place(), Value::Null);
        stand.settle_accounts();
    }
}
