//! `logwalk samples`, against the simulated Datadog.

use std::collections::BTreeMap;
use std::time::Duration;

use logwalk::sim::{Change, Fault, Options, Quota, Rule, Running, serve};
use serde_json::Value;

use crate::{Ended, finished, logwalk};

fn vendor() -> Running {
    serve(Options::default()).unwrap()
}

/// Runs the command with keys in the environment, and sees to it that none is shown.
fn samples(vendor: &Running, keys: [&str; 2], words: &[&str]) -> Ended {
    let mut command = logwalk();
    command
        .arg("samples")
        .args(words)
        .args(["--url", &vendor.url()])
        .env("DD_API_KEY", keys[0])
        .env("DD_APP_KEY", keys[1]);
    let ended = finished(&mut command, "");
    for text in [&ended.out, &ended.errors] {
        assert!(
            !keys.iter().any(|key| text.contains(key)),
            "a key in: {text}"
        );
    }
    ended
}

const KEYS: [&str; 2] = ["sim-api-key", "sim-application-key"];

fn done(vendor: &Running, words: &[&str]) -> String {
    samples(vendor, KEYS, words).done()
}

fn status(code: u16) -> Rule {
    Rule::next(Fault::Status {
        code,
        body: None,
        headers: BTreeMap::new(),
    })
}

fn saying(to: &str) -> Rule {
    Rule::next(Fault::Rewrite {
        at: "data.attributes.status".to_owned(),
        to: Change::Set(Value::from(to)),
    })
}

#[test]
fn a_pack_is_subscribed_to_listed_and_ended() {
    let vendor = vendor();
    assert!(done(&vendor, &["list"]).contains("no subscription"));
    let said = done(
        &vendor,
        &["subscribe", "aws-cloudtrail", "--duration", "1d"],
    );
    assert!(
        said.contains("aws-cloudtrail  subscribed  sample logs come until 20"),
        "{said}"
    );
    let said = done(&vendor, &["subscribe", "aws-cloudtrail"]);
    assert!(said.contains("renewed"), "{said}");
    let said = done(&vendor, &["list"]);
    assert!(said.starts_with("pack            status  since"), "{said}");
    assert!(said.contains("\naws-cloudtrail  active  20"), "{said}");
    let said = done(&vendor, &["unsubscribe", "aws-cloudtrail"]);
    assert!(said.contains("unsubscribed"), "{said}");
    assert!(done(&vendor, &["list"]).contains("no subscription"));
    assert!(done(&vendor, &["list", "--all"]).contains("expired"));
    let since = ["list", "--from", "2020-01-01T00:00:00Z"];
    assert!(done(&vendor, &since).contains("aws-cloudtrail"));
    let before = [&since[..], &["--to", "2020-01-02T00:00:00Z"]].concat();
    assert!(done(&vendor, &before).contains("no subscription"));
}

#[test]
fn the_duration_is_what_datadog_is_asked_for() {
    let vendor = vendor();
    vendor
        .clock()
        .stand_at(logwalk::time::Time::parse("2026-11-20T09:30:00Z").unwrap());
    for (words, until) in [
        (vec!["subscribe", "okta"], "2026-11-23T09:30"),
        (
            vec!["subscribe", "okta", "--duration", "7d"],
            "2026-11-27T09:30",
        ),
        (
            vec!["subscribe", "okta", "github", "--duration", "1h"],
            "2026-11-20T10:30",
        ),
    ] {
        let said = done(&vendor, &words);
        assert!(said.contains(until), "{said}");
    }
}

#[test]
fn more_packs_than_go_at_once_are_asked_for_in_turn_and_each_has_its_outcome() {
    let vendor = vendor();
    let packs = [
        "okta",
        "github",
        "nothing",
        "cloudflare",
        "1password",
        "azure-security",
        "okta",
    ];
    let words = [&["subscribe", "--json"][..], &packs].concat();
    let ended = samples(&vendor, KEYS, &words);
    let results = ended.json()["results"].as_array().unwrap().clone();
    let of = |name: &str| -> Vec<Value> { results.iter().map(|one| one[name].clone()).collect() };
    assert_eq!(of("content_pack_id"), packs[..6]);
    assert_eq!(of("ok"), [true, true, false, true, true, true]);
    assert!(
        results[2]["text"]
            .as_str()
            .unwrap()
            .contains("unknown content pack")
    );
    assert!(
        results[2]["fix"]
            .as_str()
            .unwrap()
            .contains("what Datadog calls the pack")
    );
    assert!(
        ended
            .failed_late(1)
            .contains("not subscribed to: nothing\n")
    );
    let asked = vendor.requests();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|one| one.path.ends_with("/bulk")));
    let listed = samples(&vendor, KEYS, &["list", "--json"]).json();
    assert_eq!(listed["total"], 5);
    assert_eq!(listed["subscriptions"][0]["is_active"], true);
}

#[test]
fn what_was_subscribed_to_before_a_refusal_is_still_told() {
    let vendor = vendor();
    vendor.fault(status(500).after(1));
    let packs = [
        "okta",
        "github",
        "nothing",
        "cloudflare",
        "1password",
        "azure-security",
    ];
    let words = [&["subscribe"][..], &packs].concat();
    let ended = samples(&vendor, KEYS, &words);
    assert!(
        ended.out.contains("okta        subscribed"),
        "{}",
        ended.out
    );
    assert!(ended.failed_late(1).contains("status.datadoghq.com"));
}

#[test]
fn each_status_is_explained() {
    let vendor = vendor();
    let fails = |words: &[&str], expected: &[&str]| {
        let ended = samples(&vendor, KEYS, words);
        assert_eq!(ended.status, Some(1));
        for expected in expected {
            assert!(ended.out.contains(expected), "{expected} in {}", ended.out);
        }
    };
    fails(
        &["unsubscribe", "okta"],
        &["no_active_subscription", "fix: `logwalk samples list`"],
    );
    vendor.fault(saying("not_available"));
    fails(
        &["subscribe", "okta"],
        &["not_available", "fix: check the pack's name; under legacy"],
    );
    vendor.fault(saying("expired"));
    fails(
        &["subscribe", "okta"],
        &["expired", "its time is over", "fix: subscribe again"],
    );
    vendor.fault(saying("unheard_of"));
    assert!(done(&vendor, &["subscribe", "okta"]).contains("does not know"));
    let legacy = [KEYS[0], "sim-application-key-on-legacy-pricing"];
    let ended = samples(&vendor, legacy, &["subscribe", "okta", "github"]);
    assert_eq!(ended.out.matches("not_available").count(), 2);
    assert!(ended.failed_late(1).contains("okta, github"));
}

#[test]
fn each_refusal_has_its_words_and_its_fix() {
    let vendor = vendor();
    let refused = |keys: [&str; 2], expected: &[&str]| {
        let errors = samples(&vendor, keys, &["list"]).failed(1);
        for expected in expected {
            assert!(errors.contains(expected), "{expected} in {errors}");
        }
    };
    refused(
        ["other-api-key", KEYS[1]],
        &["403", "DD_API_KEY) is not known at --url http"],
    );
    refused(
        [KEYS[0], "sim-application-key-without-trial"],
        &[
            "trial organizations",
            "the API key is good",
            "trial of Cloud SIEM",
        ],
    );
    refused(
        [KEYS[0], "sim-application-key-without-permission"],
        &[
            "checks: security_monitoring_filters_write;",
            "or logs_modify_indexes",
        ],
    );
    let (long, short) = ("a".repeat(40), "b".repeat(32));
    refused([&long, &short], &["the two keys look swapped"]);
    for (rule, words) in [
        (status(400), "switched off for this organisation"),
        (status(401), "a key is missing or unknown"),
        (status(404), "no sample log API here: check --url"),
        (status(429), "try again in"),
        (status(503), "status.datadoghq.com"),
        (
            Rule::next(Fault::Html),
            "not what Datadog's sample log API gives",
        ),
        (
            Rule::next(Fault::Garbage),
            "not what Datadog's sample log API gives",
        ),
        (
            Rule::next(Fault::Redirect {
                to: "http://elsewhere/".into(),
            }),
            "not followed with keys",
        ),
        (Rule::next(Fault::Hangup), "and the way there"),
        (Rule::next(Fault::Cut { after: 5 }), "and the way there"),
    ] {
        vendor.fault(rule);
        refused(KEYS, &[words]);
    }
    vendor.fault(status(400));
    let errors = samples(&vendor, KEYS, &["subscribe", "okta"]).failed(1);
    assert!(
        errors.contains("check that okta is what Datadog calls the pack"),
        "{errors}"
    );
}

#[test]
fn a_spent_quota_says_how_long_to_wait() {
    let quota = Some(Quota {
        requests: 1,
        period: Duration::from_mins(10),
    });
    let vendor = serve(Options {
        quota,
        ..Options::default()
    })
    .unwrap();
    vendor
        .clock()
        .stand_at(logwalk::time::Time::parse("2026-11-20T09:31:00Z").unwrap());
    done(&vendor, &["list"]);
    let errors = samples(&vendor, KEYS, &["list"]).failed(1);
    assert!(
        errors.contains("429") && errors.contains("try again in 9m"),
        "{errors}"
    );
}

#[test]
fn a_key_that_datadog_repeats_is_not_shown() {
    let vendor = vendor();
    vendor.fault(Rule::next(Fault::Status {
        code: 403,
        body: Some("{\"errors\": [\"bad key sim-application-key\"]}".to_owned()),
        headers: BTreeMap::new(),
    }));
    let errors = samples(&vendor, KEYS, &["list"]).failed(1);
    assert!(errors.contains("bad key [secret]"), "{errors}");
    vendor.fault(saying("sim-api-key"));
    assert!(done(&vendor, &["subscribe", "okta", "--json"]).contains("[secret]"));
}

#[test]
fn what_is_asked_wrongly_ends_with_2_and_names_the_fix() {
    let said = |words: &[&str], environment: &[(&str, &str)]| {
        let mut command = logwalk();
        command
            .env_remove("DD_SITE")
            .env_remove("DD_API_KEY")
            .env_remove("DD_APP_KEY");
        command
            .arg("samples")
            .args(words)
            .envs(environment.iter().copied());
        finished(&mut command, "").failed(2)
    };
    let keys = ["--api-key", "k-0123", "--app-key", "k-4567"];
    let with = |words: &[&str]| said(&[words, &keys].concat(), &[]);
    assert!(said(&["list"], &[]).contains("set DD_API_KEY, or give --api-key"));
    assert!(said(&["list"], &[("DD_API_KEY", " ")]).contains("an API key is required"));
    assert!(said(&["list", "--api-key", "k"], &[]).contains("set DD_APP_KEY, or give --app-key"));
    let blank = said(&["list", "--site", ""], &[]);
    assert!(blank.contains("an API key is required"), "{blank}");
    let errors = with(&["list", "--site", "datadoghq.ue"]);
    assert!(errors.contains("did you mean datadoghq.eu?"), "{errors}");
    assert!(with(&["list", "--url", "ftp://x"]).contains("--url: expected scheme"));
    assert!(with(&["subscribe", "okta", "--duration", "2d"]).contains("1h, 1d, 3d, 7d"));
    assert!(with(&["unsubscribe", "../okta"]).contains("such as aws-cloudtrail"));
    assert!(with(&["list", "--to", "2026-01-01T00:00:00Z"]).contains("--from"));
    let odd = said(&["list", "--api-key", "k\n0123", "--app-key", "k"], &[]);
    assert!(
        odd.contains("--api-key: cannot be sent") && !odd.contains("0123"),
        "{odd}"
    );
    let shown = finished(
        logwalk()
            .args(["samples", "--help"])
            .env("DD_API_KEY", "k-0123"),
        "",
    );
    assert!(!shown.done().contains("k-0123"));
}
