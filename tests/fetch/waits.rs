//! Rate limits, failures and pace: how long a call waits, and for whom.

use std::time::{Duration, Instant};

use logwalk::error::Error;
use logwalk::fetch::{Deadline, Reality, Surroundings};
use logwalk::source::{From, Pace, RateLimit};
use serde_json::json;

use crate::common::{Skipping, ask, fetch, get, setup};
use crate::server::{Server, reply};

fn limit(epoch: bool) -> RateLimit {
    RateLimit {
        remaining: Some(From::Header("X-Remaining".to_owned())),
        reset: Some(From::Header("X-Reset".to_owned())),
        reset_is_epoch: epoch,
    }
}

/// The pauses of a call that is told to wait once, with these headers.
fn pauses(status: u16, headers: &'static [(&'static str, &'static str)]) -> Vec<Duration> {
    let server = Server::new(move |count, _| match count {
        0 => reply(status, headers, ""),
        _ => reply(200, &[], "{}"),
    });
    let mut setup = setup(&server.url(""));
    setup.rate_limit = Some(limit(false));
    let fetch = fetch(json!({}), setup);
    let around = Skipping::default();
    assert_eq!(
        fetch
            .call(&get(&server.url("/")), Deadline::NEVER, &around)
            .unwrap()
            .status,
        200
    );
    around.pauses.into_inner()
}

fn close_to(pauses: &[Duration], seconds: f64) -> bool {
    let whole: Duration = pauses.iter().sum();
    (whole.as_secs_f64() - seconds).abs() < 0.5
}

#[test]
fn a_429_waits_as_told_in_every_dialect() {
    assert!(close_to(&pauses(429, &[("Retry-After", "17")]), 17.0));
    let date = &[
        ("Date", "Thu, 20 Nov 2025 09:30:00 GMT"),
        ("Retry-After", "Thu, 20 Nov 2025 09:30:21 GMT"),
    ];
    assert!(close_to(&pauses(429, date), 21.0));
    assert!(close_to(
        &pauses(429, &[("X-Reset", "160, 160;w=1")]),
        160.0
    ));
    assert!(close_to(&pauses(503, &[("Retry-After", "5")]), 5.0));
    assert!(close_to(
        &pauses(403, &[("X-Remaining", "0"), ("X-Reset", "30")]),
        30.0
    ));
}

#[test]
fn without_a_usable_wait_there_is_a_jittered_one() {
    assert!(close_to(&pauses(429, &[("Retry-After", "soon")]), 1.5));
    assert!(close_to(&pauses(429, &[("Retry-After", "-3")]), 1.5));
    assert!(close_to(&pauses(502, &[]), 0.5));
}

#[test]
fn a_limit_that_stays_is_met_with_growing_waits() {
    let server = Server::new(|count, _| reply(if count < 4 { 429 } else { 200 }, &[], ""));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Skipping::default();
    let call = get(&server.url("/"));
    fetch.call(&call, Deadline::NEVER, &around).unwrap();
    let pauses: Vec<f64> = around
        .pauses
        .lock()
        .iter()
        .map(Duration::as_secs_f64)
        .collect();
    assert_eq!(pauses.len(), 4);
    for (pause, expected) in pauses.iter().zip([1.5, 2.0, 3.0, 5.0]) {
        assert!((pause - expected).abs() < 0.5, "{pauses:?}");
    }
    assert_eq!(fetch.take_counts().retries, 4);
}

#[test]
fn a_wait_longer_than_the_run_ends_the_call_and_says_until_when() {
    let server =
        Server::new(|_, _| reply(429, &[("Retry-After", "3600")], r#"{"message":"slow"}"#));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Reality::default();
    let deadline = Deadline::within(Duration::from_secs(20), &around);
    for _ in 0..2 {
        let error = fetch
            .call(&get(&server.url("/")), deadline, &around)
            .unwrap_err();
        let Error::Waiting { until, why } = error else {
            panic!("{error:?}");
        };
        let wait = until.since(around.now()).as_secs_f64();
        assert!((3595.0..=3600.1).contains(&wait), "{wait}");
        assert_eq!(why, format!("429 from {}: slow", server.address));
    }
    assert_eq!(
        server.asked().len(),
        1,
        "no request before the wait is over"
    );
}

#[test]
fn a_spent_quota_delays_the_next_request_of_every_stream_with_the_same_credential() {
    let server = Server::new(|_, _| reply(200, &[("X-Remaining", "0"), ("X-Reset", "40")], "{}"));
    let mut own = setup(&server.url(""));
    own.rate_limit = Some(limit(false));
    let mut others = setup(&server.url(""));
    others.secrets.0 = vec!["another credential".to_owned()];
    let around = Skipping::default();
    let call = get(&server.url("/"));
    fetch(json!({}), own.clone())
        .call(&call, Deadline::NEVER, &around)
        .unwrap();
    // The first has gone, and its quota with it, unless another stream still has it.
    let first = fetch(json!({}), own.clone());
    let second = fetch(json!({}), own);
    first.call(&call, Deadline::NEVER, &around).unwrap();
    assert!(around.pauses.lock().is_empty());
    fetch(json!({}), others)
        .call(&call, Deadline::NEVER, &around)
        .unwrap();
    assert!(around.pauses.lock().is_empty());
    second.call(&call, Deadline::NEVER, &around).unwrap();
    assert!(close_to(&around.pauses.lock(), 40.0));
    assert!(second.take_counts().throttled > Duration::from_secs(39));
    assert_eq!(first.take_counts().throttled, Duration::ZERO);
}

#[test]
fn failures_are_retried_with_growing_waits_until_the_run_is_over() {
    let server = Server::new(|_, _| reply(503, &[], "<title>Down</title>"));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Skipping::default();
    let deadline = Deadline::within(Duration::from_secs(100), &around);
    let error = fetch
        .call(&get(&server.url("/")), deadline, &around)
        .unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with(&format!(
            "503 from {}: a web page, \"Down\"",
            server.address
        )),
        "{text}"
    );
    let pauses: Vec<f64> = around
        .pauses
        .lock()
        .iter()
        .map(Duration::as_secs_f64)
        .collect();
    assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
    let counts = fetch.take_counts();
    assert_eq!((counts.requests["5xx"], counts.retries), (9, 8));
    assert!(!counts.connected());
}

#[test]
fn a_call_that_fails_at_once_again_and_again_is_slowed_down() {
    let server = Server::new(|_, _| reply(404, &[], ""));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Skipping::default();
    for _ in 0..40 {
        fetch
            .call(&get(&server.url("/")), Deadline::NEVER, &around)
            .unwrap();
    }
    let waited: Duration = around.pauses.lock().iter().sum();
    assert!(waited > Duration::from_secs(15), "{waited:?}");
}

#[test]
fn streams_of_one_credential_share_the_pace() {
    let server = Server::new(|_, _| reply(200, &[], "{}"));
    let mut slow = setup(&server.url(""));
    slow.requests_per_second = Some(4.0);
    slow.pace = Pace {
        requests_per_second: Some(100.0),
        min_interval: None,
    };
    let first = fetch(json!({}), slow.clone());
    let second = fetch(json!({}), slow);
    let begin = Instant::now();
    for fetch in [&first, &second, &first, &second] {
        ask(fetch, &get(&server.url("/")), 10).unwrap();
    }
    assert!(
        begin.elapsed() >= Duration::from_millis(740),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn cancelling_cuts_a_told_wait_short() {
    let server = Server::new(|_, _| reply(429, &[("Retry-After", "60")], ""));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Reality::default();
    let cancel = around.cancel.clone();
    let call = get(&server.url("/"));
    let asking = std::thread::spawn(move || fetch.call(&call, Deadline::NEVER, &around));
    server.await_request();
    let begin = Instant::now();
    cancel.raise();
    assert_eq!(asking.join().unwrap().unwrap_err(), Error::Cancelled);
    assert!(begin.elapsed() < Duration::from_secs(1));
}
