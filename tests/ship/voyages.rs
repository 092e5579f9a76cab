//! Voyages that come to their end, or are ended.

use std::time::{Duration, Instant};

use logwalk::fetch::{Reality, Surroundings};
use logwalk::sim::{Fault, Rule};
use serde_json::{Value, json};

use super::stand::{INTAKE, Stand, course, records};

#[test]
fn all_records_arrive_once_and_the_next_voyage_sends_nothing() {
    let mut stand = Stand::new(records(2_500));
    stand.go().unwrap();
    stand.all_came(0);
    assert_eq!(stand.account.tally.logs, 2_500);
    assert!(stand.account.ended);
    assert!(
        stand
            .account
            .stands()
            .is_some_and(|standing| !standing.behind)
    );
    // Pages that wait share a payload.
    assert!(stand.posts() <= 25, "{}", stand.posts());
    let posts = stand.posts();
    stand.go().unwrap();
    assert_eq!((stand.posts(), stand.account.tally.logs), (posts, 0));
}

#[test]
fn a_log_is_as_the_intake_wants_it() {
    let mut stand = Stand::new(records(1));
    stand.go().unwrap();
    let arrived = stand.vendor.arrived();
    let log: Value = serde_json::from_str(&arrived[0]).unwrap();
    assert_eq!(
        log["ddtags"].as_str().unwrap().split(',').next(),
        Some("env:test")
    );
    assert_eq!(log["ddsource"], "agent_handler");
    assert!(
        log["timestamp"].as_i64().unwrap() > 1_700_000_000_000,
        "milliseconds"
    );
    assert!(!arrived[0].contains("sim-api-key"));
}

#[test]
fn each_compression_is_understood() {
    for compression in ["zstd", "gzip", "none"] {
        let mut stand = Stand::with(records(300), &json!({ "compression": compression }));
        stand.go().unwrap();
        stand.all_came(0);
    }
}

#[test]
fn what_passes_by_itself_is_waited_for() {
    let mut stand = Stand::new(records(600));
    let status = |code| Fault::Status {
        code,
        body: None,
        headers: [].into(),
    };
    for (number, code) in (0..).zip([503, 408]) {
        stand
            .vendor
            .fault(Rule::next(status(code)).at(INTAKE).after(number));
    }
    stand.go().unwrap();
    stand.all_came(0);
    assert!(stand.account.retries == 2, "{}", stand.account.retries);
    assert!(stand.account.posts["5xx"] == 1 && stand.account.trouble.is_none());
}

#[test]
fn a_lost_answer_repeats_one_payload_and_loses_nothing() {
    let mut stand = Stand::new(records(1_500));
    stand
        .vendor
        .fault(Rule::next(Fault::Hangup).at(INTAKE).after(1));
    stand.go().unwrap();
    stand.all_came(1_000);
    let all: usize = stand.arrived().values().sum();
    assert!(all > 1_500, "the lost answer was for logs that were taken");
}

#[test]
fn whoever_stops_waits_for_what_is_out_and_keeps_it() {
    let mut stand = Stand::new(records(3_000));
    stand
        .vendor
        .fault(Rule::next(Fault::Delay { ms: 400 }).at(INTAKE).storm(1.0));
    let course = course();
    let stop = course.stop.clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(600));
        stop.raise();
    });
    let begin = Instant::now();
    stand.go_by(&course).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(3));
    stopper.join().unwrap();
    assert!(!stand.account.ended);
    let before = stand.arrived().len();
    assert!(before > 0 && before < 3_000, "{before}");
    stand.vendor.clear_faults();
    stand.go().unwrap();
    stand.all_came(0);
}

#[test]
fn an_intake_that_never_answers_does_not_hold_up_a_stop() {
    let mut stand = Stand::new(records(100));
    stand.vendor.fault(
        Rule::next(Fault::Delay { ms: 60_000 })
            .at(INTAKE)
            .storm(1.0),
    );
    let mut course = course();
    course.grace = Duration::from_millis(300);
    course.span = Some(Duration::from_millis(500));
    let begin = Instant::now();
    let words = stand.go_by(&course).unwrap_err().to_string();
    assert!(words.contains("the intake did not answer"), "{words}");
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "{:?}",
        begin.elapsed()
    );
    assert!(stand.account.tally.logs == 0);
}

#[test]
fn without_progress_a_voyage_with_a_limit_ends_in_words() {
    let mut stand = Stand::new(records(100));
    let fault = Fault::Status {
        code: 503,
        body: None,
        headers: [].into(),
    };
    stand.vendor.fault(Rule::next(fault).at(INTAKE).storm(1.0));
    let mut course = course();
    course.stall = Some(Duration::from_secs(2));
    let words = stand.go_by(&course).unwrap_err().to_string();
    assert!(
        words.contains("503 from 127.0.0.1") && words.contains("nothing was accepted"),
        "{words}"
    );
    assert!(stand.arrived().is_empty());
}

#[test]
fn what_moves_in_a_voyage_that_shares_the_headway_is_progress() {
    let mut stand = Stand::new(records(100));
    let fault = Fault::Status {
        code: 503,
        body: None,
        headers: [].into(),
    };
    stand.vendor.fault(Rule::next(fault).at(INTAKE).storm(1.0));
    let mut course = course();
    course.stall = Some(Duration::from_secs(1));
    course.span = Some(Duration::from_millis(2_500));
    let headway = course.headway.clone();
    let other = std::thread::spawn(move || {
        for _ in 0..30 {
            headway.made(Reality::default().tick());
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let words = stand.go_by(&course).unwrap_err().to_string();
    other.join().unwrap();
    assert!(words.contains("the run's time was over"), "{words}");
}

#[test]
fn a_source_that_gives_nothing_for_long_is_said_while_it_lasts() {
    let mut stand = Stand::new(records(100));
    let fault = Fault::Delay { ms: 1_500 };
    stand.vendor.fault(Rule::next(fault).at("tool-calls"));
    let mut course = course();
    course.silence = Duration::from_millis(200);
    let live = std::sync::Arc::clone(&stand.live);
    let watcher = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(900));
        live.lock().trouble.clone()
    });
    stand.go_by(&course).unwrap();
    let words = watcher.join().unwrap().unwrap_or_default();
    assert!(words.contains("the source has given no page"), "{words}");
    assert_eq!(stand.account.trouble, None);
    stand.all_came(0);
}
