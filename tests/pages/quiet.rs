//! A poll that finds nothing.

use logwalk::sim::Stream;

use super::stand::{Stand, small};

#[test]
fn a_poll_that_finds_nothing_costs_one_request_where_the_overlap_fits_one_page() {
    for which in [Stream::ToolCalls, Stream::ApiCalls, Stream::AuditLog] {
        let mut stand = Stand::new(which, 1_000, small());
        stand.catch_up();
        for _ in 0..3 {
            stand.advance(60);
            stand.vendor.forget_requests();
            let came = stand.run();
            assert_eq!((came.error, came.logs), (None, 0));
            assert_eq!(stand.requests(), 1, "{which:?}");
        }
    }
}

#[test]
fn datadogs_closing_page_is_empty_so_a_poll_with_records_in_its_overlap_costs_two() {
    for which in [Stream::DatadogAudit, Stream::DatadogLogs] {
        let mut stand = Stand::new(which, 1_000, small());
        stand.catch_up();
        stand.vendor.forget_requests();
        stand.advance(60);
        assert_eq!(stand.run().logs, 0);
        assert_eq!(stand.requests(), 2, "{which:?}");
    }
}

#[test]
fn a_first_run_that_finds_nothing_fixes_its_start() {
    let mut stand = Stand::new(
        Stream::ToolCalls,
        100,
        logwalk::sim::Options {
            backlog: 0,
            total: Some(0),
            ..small()
        },
    );
    stand.run();
    let start = stand.place()["start"].clone();
    stand.advance(3_600);
    stand.run();
    assert_eq!(stand.place()["start"], start);
    let asked = stand.last_asked("created_after").unwrap();
    assert_eq!(
        asked,
        super::stand::NOW
            .before(std::time::Duration::from_hours(1))
            .to_string()
    );
}
