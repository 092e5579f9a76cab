//! What each refusal of the intake comes to.

use logwalk::error::Error;
use logwalk::sim::Fault;
use serde_json::json;

use super::stand::{Stand, records};

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        body: None,
        headers: [].into(),
    }
}

#[test]
fn a_refused_key_stops_the_stream_and_is_not_tried_again_at_once() {
    let mut stand = Stand::with(records(300), &json!({"api_key": "hunter2-hunter2"}));
    let words = stand.words();
    for part in [
        "403 from 127.0.0.1",
        "API key is invalid",
        "`destination.api_key`",
        "application key",
        "`destination.url`",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert!(!words.contains("hunter2"), "{words}");
    // Where a first run begins is fixed before anything can go wrong; nothing moves behind it.
    let kept = stand.kept.clone();
    assert!(matches!(stand.go(), Err(Error::Credentials(_))));
    assert_eq!((stand.posts(), &stand.kept), (1, &kept));
    assert!(stand.dead_letters().is_empty());
}

#[test]
fn an_application_key_is_recognised_by_its_length() {
    let key = "0123456789abcdef0123456789abcdef01234567";
    let mut stand = Stand::with(records(10), &json!({ "api_key": key }));
    let words = stand.words();
    assert!(
        words.contains("as long as an application key") && !words.contains(key),
        "{words}"
    );
}

#[test]
fn a_web_page_a_redirect_and_a_wrong_path_are_no_intake() {
    for (fault, part) in [
        (Fault::Html, "no log intake"),
        (
            Fault::Redirect {
                to: "http://127.0.0.1:1/x".to_owned(),
            },
            "a redirect, which is not followed",
        ),
        (status(404), "404 from"),
        (status(401), "401 from"),
        (status(415), "destination.compression"),
    ] {
        let mut stand = Stand::new(records(10));
        stand.fault(fault);
        let words = stand.words();
        assert!(words.contains(part), "{part} in {words}");
        assert!(stand.arrived().is_empty());
    }
}

#[test]
fn a_bad_log_is_set_aside_with_the_reason_and_all_others_arrive() {
    let mut stand = Stand::new(records(700));
    let sick = stand.due()[333].clone();
    stand
        .vendor
        .fault(logwalk::sim::Rule::next(Fault::RefuseWith { text: sick.clone() }).storm(1.0));
    stand.go().unwrap();
    let arrived = stand.arrived();
    assert_eq!(arrived.len(), 699);
    assert!(!arrived.contains_key(&sick));
    let letters = stand.dead_letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["log"]["logwalk"]["id"], json!(sick));
    assert_eq!(
        (&letters[0]["status"], &letters[0]["stream"]),
        (&json!(400), &json!("agent_handler/tool_calls"))
    );
    assert!(
        letters[0]["reason"]
            .as_str()
            .unwrap()
            .contains("cannot be read")
    );
    assert_eq!((stand.account.rejected, stand.account.tally.logs), (1, 699));
}

#[test]
fn where_all_logs_are_refused_none_is_set_aside() {
    let mut stand = Stand::new(records(300));
    let text = "logwalk".to_owned();
    stand
        .vendor
        .fault(logwalk::sim::Rule::next(Fault::RefuseWith { text }).storm(1.0));
    let words = stand.words();
    assert!(words.contains("it is not the logs"), "{words}");
    assert!(stand.dead_letters().is_empty() && stand.arrived().is_empty());
}

#[test]
fn what_is_too_large_is_split_and_no_log_is_cut() {
    let mut options = records(200);
    options.record_bytes = 3_000;
    let mut stand = Stand::new(options);
    let fault = Fault::RefuseOver { bytes: 100_000 };
    stand
        .vendor
        .fault(logwalk::sim::Rule::next(fault).storm(1.0));
    stand.go().unwrap();
    stand.all_came(0);
    assert_eq!(stand.account.tally.truncated, 0);
}
