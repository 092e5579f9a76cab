//! Each thing that goes wrong by itself, and what it comes to.

use logwalk::error::Error;
use logwalk::sim::{Fault, Rule, Stream};
use serde_json::{Value, json};

use super::stand::{Stand, small};

const WHICH: Stream = Stream::ToolCalls;

fn stand() -> Stand {
    Stand::new(WHICH, 50, small())
}

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        body: None,
        headers: std::collections::BTreeMap::default(),
    }
}

/// What passes by itself: the run goes on and nobody notices.
#[test]
fn a_server_error_a_hangup_and_a_cut_reply_are_asked_again() {
    for fault in [
        status(500),
        status(503),
        Fault::Hangup,
        Fault::Cut { after: 1_000 },
    ] {
        let mut stand = stand();
        stand
            .vendor
            .fault(Rule::next(fault.clone()).after(1).times(2));
        let came = stand.run();
        assert_eq!((came.error, came.logs), (None, 250), "{fault:?}");
        assert_eq!(came.report.requests.retries, 2, "{fault:?}");
        stand.settle_accounts();
    }
}

#[test]
fn a_vendor_that_gives_no_answer_in_a_whole_run_is_an_error_and_the_place_stays() {
    let mut stand = stand();
    stand.vendor.fault(Rule::next(status(500)).storm(1.0));
    let came = stand.run();
    assert!(
        matches!(came.error, Some(Error::Unavailable(_))),
        "{came:?}"
    );
    assert!(came.words().starts_with("500 from 127.0.0.1"), "{came:?}");
    assert!(stand.place()["walk"]["cursor"].is_null());
    stand.vendor.clear_faults();
    stand.catch_up();
    stand.settle_accounts();
}

#[test]
fn a_vendor_that_falls_silent_in_the_middle_is_a_warning_and_the_next_run_goes_on() {
    let mut stand = stand();
    stand
        .vendor
        .fault(Rule::next(status(500)).after(2).storm(1.0));
    let came = stand.run();
    assert_eq!((came.error, came.logs), (None, 100));
    assert!(
        came.report.said[0].starts_with("500 from"),
        "{:?}",
        came.report.said
    );
    assert!(came.report.standing.unwrap().behind);
    stand.vendor.clear_faults();
    assert_eq!(stand.run().logs, 150);
    stand.settle_accounts();
}

#[test]
fn html_is_another_shape_and_the_place_stays() {
    let mut stand = stand();
    stand.vendor.fault(Rule::next(Fault::Html).after(1));
    let came = stand.run();
    assert!(matches!(came.error, Some(Error::Shape(_))), "{came:?}");
    assert!(came.words().contains("HTML"), "{came:?}");
    assert_eq!(came.logs, 50);
    assert!(stand.place()["walk"]["cursor"].is_string());
    assert_eq!(stand.run().logs, 200);
    stand.settle_accounts();
}

#[test]
fn json_that_breaks_off_is_no_answer_for_now_and_the_place_stays() {
    let mut stand = stand();
    stand.vendor.fault(Rule::next(Fault::Garbage));
    let came = stand.run();
    assert!(
        matches!(came.error, Some(Error::Unavailable(_))),
        "{came:?}"
    );
    assert!(came.words().contains("cut off after"), "{came:?}");
    stand.vendor.fault(Rule::next(Fault::Garbage).after(1));
    let came = stand.run();
    assert_eq!((&came.error, came.logs), (&None, 50));
    assert!(came.report.said[0].contains("cut off after"), "{came:?}");
    assert!(stand.place()["walk"]["cursor"].is_string());
    assert_eq!(stand.run().logs, 200);
    stand.settle_accounts();
}

#[test]
fn a_reply_that_is_too_large_is_asked_for_in_half_and_grows_back() {
    for fault in [
        Fault::Huge { bytes: 400_000 },
        Fault::Bomb { bytes: 400_000 },
        status(413),
    ] {
        let further =
            json!({"page_size": 16, "limits": {"body_bytes": 200_000, "run_seconds": 30}});
        let mut stand = Stand::with(WHICH, small(), further);
        stand.vendor.fault(Rule::next(fault.clone()).after(1));
        let came = stand.run();
        assert_eq!((came.error, came.logs), (None, 250), "{fault:?}");
        let sizes: Vec<String> = stand
            .vendor
            .requests()
            .iter()
            .filter_map(|asked| asked.query.iter().find(|(name, _)| name == "page_size"))
            .map(|(_, size)| size.clone())
            .collect();
        assert_eq!(sizes[..3], ["16", "16", "8"]);
        assert_eq!(sizes.last().unwrap(), "16");
        stand.settle_accounts();
    }
}

#[test]
fn a_reply_that_is_too_slow_is_asked_for_in_half() {
    let further = json!({"page_size": 40, "read_timeout": 0.1, "connect_timeout": 0.1});
    let mut stand = Stand::with(WHICH, small(), further);
    stand.vendor.fault(Rule::next(Fault::Delay { ms: 2_000 }));
    let came = stand.run();
    assert_eq!((came.error, came.logs), (None, 250));
    assert_eq!(stand.vendor.requests()[1].query.len(), 2);
    stand.settle_accounts();
}

#[test]
fn one_record_that_is_too_large_is_an_error_that_names_the_limit() {
    let further = json!({"page_size": 2, "limits": {"body_bytes": 200_000, "run_seconds": 30}});
    let mut stand = Stand::with(WHICH, small(), further);
    stand
        .vendor
        .fault(Rule::next(Fault::Huge { bytes: 400_000 }).storm(1.0));
    let came = stand.run();
    assert!(matches!(came.error, Some(Error::TooLarge(_))), "{came:?}");
    assert!(came.words().contains("`limits.body_bytes`"), "{came:?}");
}

#[test]
fn an_expired_cursor_is_gone_round_by_time_and_said() {
    for status in [400, 404, 410, 422] {
        let mut stand = stand();
        stand
            .vendor
            .fault(Rule::next(Fault::Expire { status }).after(2));
        let came = stand.run();
        assert_eq!((&came.error, came.logs), (&None, 250), "{status}");
        assert!(
            came.report.said[0].contains("nothing is lost"),
            "{:?}",
            came.report.said
        );
        stand.settle_accounts();
    }
}

#[test]
fn cursors_that_are_never_good_end_the_run_in_the_apis_words() {
    let mut stand = stand();
    stand
        .vendor
        .fault(Rule::next(status(410)).cursor(true).storm(1.0));
    let came = stand.run();
    assert!(matches!(came.error, Some(Error::Refused(_))), "{came:?}");
    assert!(came.words().contains("410 from 127.0.0.1"), "{came:?}");
    assert!(came.words().contains("simulated status 410"), "{came:?}");
}

#[test]
fn a_cursor_that_does_not_move_is_an_error_and_the_next_run_begins_by_time() {
    let mut stand = stand();
    stand.vendor.fault(Rule::next(Fault::Repeat).cursor(true));
    let came = stand.run();
    assert!(matches!(came.error, Some(Error::Stuck(_))), "{came:?}");
    assert!(came.words().contains("report it to the vendor"), "{came:?}");
    assert_eq!(came.logs, 100, "what came with it was delivered");
    assert_eq!(stand.place()["walk"], Value::Null);
    assert_eq!(stand.run().logs, 150);
    stand.settle_accounts();
}

#[test]
fn an_empty_page_with_a_new_cursor_is_passed_and_kept() {
    let mut stand = stand();
    stand.vendor.fault(Rule::next(Fault::Empty).times(3));
    let came = stand.run();
    assert_eq!((came.error, came.logs), (None, 250));
    stand.settle_accounts();
}

#[test]
fn short_and_doubled_pages_lose_and_repeat_nothing() {
    for fault in [Fault::Short { records: 3 }, Fault::Double] {
        for which in [WHICH, Stream::DatadogAudit] {
            let mut stand = Stand::new(which, 50, small());
            stand.vendor.fault(Rule::next(fault.clone()).storm(0.5));
            let came = stand.run();
            assert_eq!((came.error, came.logs), (None, 250), "{fault:?}");
            stand.settle_accounts();
        }
    }
}

#[test]
fn a_partial_answer_is_delivered_said_and_asked_for_again_in_smaller_pieces() {
    let mut stand = Stand::new(Stream::DatadogAudit, 50, small());
    stand.vendor.fault(Rule::next(Fault::Partial).after(3));
    let came = stand.run();
    assert_eq!((came.error, came.logs), (None, 250));
    assert!(
        came.report.said[0].contains("partial answer"),
        "{:?}",
        came.report.said
    );
    stand.settle_accounts();
}

#[test]
fn answers_that_stay_partial_end_the_run_with_a_warning_only() {
    let mut stand = Stand::new(Stream::DatadogAudit, 50, small());
    stand.vendor.fault(Rule::next(Fault::Partial).storm(1.0));
    let came = stand.run();
    assert_eq!(came.error, None);
    assert!(stand.requests() < 10, "{}", stand.requests());
    assert!(came.report.standing.unwrap().behind);
    stand.vendor.clear_faults();
    stand.catch_up();
    stand.settle_accounts();
}

#[test]
fn a_permanent_warning_is_said_once_and_holds_nothing_up() {
    let mut stand = Stand::new(Stream::DatadogAudit, 50, small());
    stand.vendor.fault(Rule::next(Fault::Warn).storm(1.0));
    let came = stand.run();
    assert_eq!((came.error, came.logs), (None, 250));
    assert_eq!(came.report.said.len(), 1, "{:?}", came.report.said);
    assert!(came.report.said[0].starts_with("the API warns: "));
}
