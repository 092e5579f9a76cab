//! What the simulated intake says of the key and of an event.

use std::collections::BTreeMap;

use logwalk::sim::{Fault, Rule};
use serde_json::Value;

use super::{Checks, Vendor};

fn to_the_intake(vendor: &Vendor, key: &str) -> Checks {
    let url = vendor.running.url();
    let destination = format!(
        "    tags: [\"env:trial\"]\n    destination: {{type: datadog, url: \"{url}\", api_key: {key}}}\n"
    );
    vendor.checks(&vendor.tool_calls(&destination))
}

#[test]
fn a_good_key_is_proven_with_an_event_that_can_be_found() {
    let vendor = Vendor::new();
    let checks = to_the_intake(&vendor, "sim-api-key");
    checks.are_good();
    checks.say("key", "ok", &["destination.url"]);
    checks.say("event", "ok", &["logwalk_test:true"]);
    let arrived = vendor.running.arrived();
    assert_eq!(arrived.len(), 1);
    let event: Value = serde_json::from_str(&arrived[0]).unwrap();
    assert_eq!(event["ddtags"], "env:trial,logwalk_test:true");
    assert_eq!(event["ddsource"], "agent_handler");
    let millis = event["timestamp"].as_i64().unwrap();
    assert!((logwalk::time::Time::now().0 - millis).abs() < 60_000);
}

#[test]
fn a_refused_key_sends_no_event_and_is_not_shown() {
    let vendor = Vendor::new();
    let checks = to_the_intake(&vendor, "sim-application-key");
    checks.say("key", "failed", &["403", "must be an API key"]);
    checks.say("event", "not tried", &["no event without a key"]);
    assert_eq!(checks.status, Some(1));
    assert!(
        !checks.told.contains("sim-application-key"),
        "{}",
        checks.told
    );
    assert!(vendor.running.arrived().is_empty());
}

#[test]
fn what_the_intake_answers_is_told_apart() {
    let status = |code, path: &str| {
        let headers = BTreeMap::new();
        let body = None;
        Rule::next(Fault::Status {
            code,
            body,
            headers,
        })
        .at(path)
    };
    for (rule, check, verdict, words) in [
        (
            status(400, "/api/v1/validate"),
            "key",
            "failed",
            "another site",
        ),
        (
            status(429, "/api/v1/validate"),
            "key",
            "note",
            "could not be judged",
        ),
        (
            status(400, "/api/v2/logs"),
            "event",
            "failed",
            "another site",
        ),
        (
            status(403, "/api/v2/logs"),
            "event",
            "failed",
            "must be an API key",
        ),
        (
            status(413, "/api/v2/logs"),
            "event",
            "failed",
            "raise its limit",
        ),
        (
            status(503, "/api/v2/logs"),
            "event",
            "failed",
            "status page",
        ),
        (
            Rule::next(Fault::Html).at("/api/v2/logs"),
            "event",
            "failed",
            "no log intake",
        ),
        (
            Rule::next(Fault::Delay { ms: 30_000 }).at("/api/v1/validate"),
            "key",
            "failed",
            "in time",
        ),
    ] {
        let vendor = Vendor::new();
        vendor.running.fault(rule);
        to_the_intake(&vendor, "sim-api-key").say(check, verdict, &[words]);
    }
}

#[test]
fn the_destination_is_tried_although_the_source_fails() {
    let vendor = Vendor::new();
    vendor
        .running
        .fault(Rule::next(Fault::Html).at("tool-calls"));
    let checks = to_the_intake(&vendor, "sim-api-key");
    checks.say("reply", "failed", &["HTML"]);
    checks.say("event", "ok", &[]);
}
