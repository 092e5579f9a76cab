//! What a person has to mend.

use logwalk::error::Error;
use logwalk::pages::{Budget, Facts, Run, Stream as Pages};
use logwalk::sim::{Fault, Rule, Stream};
use serde_json::{Value, json};
use std::sync::Arc;

use super::around::Around;
use super::stand::{Stand, small};

fn with_token(token: &str) -> Stand {
    let further = json!({"credentials": {"token": token}});
    Stand::with(Stream::ToolCalls, small(), further)
}

#[test]
fn a_refused_key_is_said_with_its_fix_and_never_shown() {
    let mut stand = with_token("wrong-key-hunter2");
    let came = stand.run();
    assert!(
        matches!(came.error, Some(Error::Credentials(_))),
        "{came:?}"
    );
    assert!(came.words().contains("401 from 127.0.0.1"), "{came:?}");
    assert!(
        came.words()
            .contains("credentials.token must be a production key")
    );
    assert!(!format!("{came:?}").contains("hunter2"));
    assert_eq!(stand.requests(), 1, "nobody knocks twice");
}

#[test]
fn a_plan_without_the_log_endpoints_is_said_as_such() {
    let came = with_token("sim-key-without-plan").run();
    assert!(
        matches!(came.error, Some(Error::Credentials(_))),
        "{came:?}"
    );
    assert!(came.words().contains("Enterprise feature"), "{came:?}");
}

#[test]
fn a_test_key_finds_nothing_and_the_words_say_why() {
    let came = with_token("sim-test-key").run();
    assert!(matches!(came.error, Some(Error::Refused(_))), "{came:?}");
    assert!(
        came.words().contains("a test key does not reach"),
        "{came:?}"
    );
}

#[test]
fn a_redirect_to_another_origin_is_not_followed() {
    let mut stand = Stand::new(Stream::ToolCalls, 50, small());
    let to = "http://elsewhere.example/x".to_owned();
    stand.vendor.fault(Rule::next(Fault::Redirect { to }));
    let came = stand.run();
    assert!(matches!(came.error, Some(Error::Refused(_))), "{came:?}");
    assert!(came.words().contains("elsewhere.example"), "{came:?}");
}

#[test]
fn a_key_that_is_refused_in_the_middle_keeps_the_place_until_it_is_mended() {
    let mut stand = Stand::new(Stream::ToolCalls, 50, small());
    let refused = Fault::Status {
        code: 401,
        body: None,
        headers: std::collections::BTreeMap::default(),
    };
    stand.vendor.fault(Rule::next(refused).after(2));
    let came = stand.run();
    assert!(
        matches!(came.error, Some(Error::Credentials(_))),
        "{came:?}"
    );
    assert_eq!(came.logs, 100);
    assert_eq!(stand.run().logs, 150);
    stand.settle_accounts();
}

#[test]
fn a_place_of_another_kind_is_an_error_that_quotes_nothing_of_it() {
    let stand = Stand::new(Stream::ToolCalls, 50, small());
    let instance = json!({"source": "agent_handler/tool_calls", "credentials": {"token": "t"}});
    let stream = Pages::read(&instance, &Value::Null, &Facts::default()).unwrap();
    let stream = Arc::new(stream);
    for place in [r#"{"cursor": "sesame"}"#, "[1]", "sesame"] {
        let around = Around(Arc::clone(&stand.vendor));
        let run = Run::new(Arc::clone(&stream), Some(place), Budget::default(), around);
        let Err(Error::Store(words)) = run.map(|_| ()) else {
            panic!("{place} was taken for a place")
        };
        assert!(words.contains("`logwalk cursor reset`") && !words.contains("sesame"));
    }
}
