//! `logwalk assets`, against a simulated organisation.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use logwalk::sim::{Fault, Options, Rule, Running, serve};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::{Ended, finished, logwalk, run};

const KEYS: [&str; 2] = ["sim-api-key", "sim-application-key"];

fn vendor() -> Running {
    serve(Options::default()).unwrap()
}

/// Runs the command with keys in the environment, and sees to it that none is shown.
fn with_keys(vendor: &Running, keys: [&str; 2], words: &[&str]) -> Ended {
    let mut command = logwalk();
    command
        .args(["assets", "install", "--url", &vendor.url()])
        .args(words)
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

fn install(vendor: &Running, words: &[&str]) -> Ended {
    with_keys(vendor, KEYS, words)
}

/// The acts of a run, a line each.
fn acts(ended: Ended) -> Vec<Value> {
    let lines = ended.done();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn with_act<'a>(acts: &'a [Value], act: &str) -> Vec<&'a str> {
    let of = acts.iter().filter(|one| one["act"] == act);
    of.map(|one| one["name"].as_str().unwrap()).collect()
}

/// What the organisation was asked to change.
fn changes(vendor: &Running) -> usize {
    let requests = vendor.requests();
    requests.iter().filter(|one| one.method != "GET").count()
}

fn asked(vendor: &Running, method: &str, path: &str, body: &Value) -> Value {
    static ASKING: OnceLock<(Client, Runtime)> = OnceLock::new();
    let (client, runtime) = ASKING.get_or_init(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_all().build();
        (Client::new(), runtime.unwrap())
    });
    let url = format!("{}{path}", vendor.url());
    let request = match method {
        "GET" => client.get(url),
        "POST" => client.post(url).body(body.to_string()),
        _ => client.put(url).body(body.to_string()),
    };
    let request = request
        .header("dd-api-key", KEYS[0])
        .header("dd-application-key", KEYS[1]);
    let (status, text) = runtime.block_on(async {
        let reply = request.send().await.unwrap();
        (reply.status(), reply.text().await.unwrap())
    });
    assert_eq!(status, 200, "{method} {path}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_is_not_there_is_created_and_a_second_run_changes_nothing() {
    let vendor = vendor();
    let first = acts(install(&vendor, &["--json"]));
    assert_eq!(first.len(), 4 + 2 + 11);
    assert_eq!(with_act(&first, "create").len(), first.len());
    assert_eq!(changes(&vendor), first.len());
    vendor.forget_requests();

    let second = acts(install(&vendor, &["--json"]));
    assert_eq!(with_act(&second, "same").len(), first.len());
    assert_eq!(changes(&vendor), 0);
}

#[test]
fn a_dry_run_says_the_same_and_changes_nothing() {
    let vendor = vendor();
    let said = install(&vendor, &["--dry-run"]).done();
    assert!(said.contains("would create pipeline   logwalk\n"), "{said}");
    assert_eq!(changes(&vendor), 0);
    assert_eq!(
        acts(install(&vendor, &["--json"]))[0]["act"],
        "create",
        "nothing was there"
    );
}

#[test]
fn logs_pass_the_common_pipeline_before_those_of_the_vendors() {
    let vendor = vendor();
    acts(install(&vendor, &["--json"]));
    let pipelines = asked(&vendor, "GET", "/api/v1/logs/config/pipelines", &json!({}));
    let names: Vec<&str> = pipelines
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names[0], "logwalk");
    assert!(names.contains(&"Merge Agent Handler"));
}

#[test]
fn what_differs_is_updated_and_named_but_a_monitor_is_left_to_whoever_tuned_it() {
    let vendor = vendor();
    acts(install(&vendor, &["--json"]));
    let pipelines = asked(&vendor, "GET", "/api/v1/logs/config/pipelines", &json!({}));
    let mut pipeline = pipelines[0].clone();
    pipeline["filter"]["query"] = json!("source:other");
    let path = format!(
        "/api/v1/logs/config/pipelines/{}",
        pipeline["id"].as_str().unwrap()
    );
    asked(&vendor, "PUT", &path, &pipeline);
    let monitors = asked(&vendor, "GET", "/api/v1/monitor", &json!({}));
    let mut monitor = monitors[0].clone();
    monitor["message"] = json!("@pagerduty look");
    let at_monitor = format!("/api/v1/monitor/{}", monitor["id"]);
    asked(&vendor, "PUT", &at_monitor, &monitor);

    let said = install(&vendor, &[]).done();
    assert!(
        said.contains("update       pipeline   logwalk (filter.query)\n"),
        "{said}"
    );
    assert!(
        said.contains("(differs in message; --overwrite-monitors replaces it)"),
        "{said}"
    );
    let kept = asked(&vendor, "GET", &at_monitor, &json!({}));
    assert_eq!(kept["message"], "@pagerduty look");

    let acts = acts(install(&vendor, &["--overwrite-monitors", "--json"]));
    assert_eq!(
        with_act(&acts, "update"),
        [monitor["name"].as_str().unwrap()]
    );
    let replaced = asked(&vendor, "GET", &at_monitor, &json!({}));
    assert_ne!(replaced["message"], "@pagerduty look");
}

#[test]
fn what_was_made_by_others_is_not_touched() {
    let vendor = vendor();
    let read_only = json!({"name": "Merge Agent Handler", "is_read_only": true});
    asked(&vendor, "POST", "/api/v1/logs/config/pipelines", &read_only);
    let monitor = json!({"name": "logwalk: {{log_source.name}} lags", "type": "query alert", "query": "x", "tags": []});
    asked(&vendor, "POST", "/api/v1/monitor", &monitor);
    vendor.forget_requests();

    let acts = acts(install(&vendor, &["--json"]));
    assert_eq!(with_act(&acts, "create").len(), acts.len());
    assert!(vendor.requests().iter().all(|one| one.method != "PUT"));
}

#[test]
fn two_of_one_name_are_left_alone_and_named() {
    let vendor = vendor();
    for _ in 0..2 {
        let mine =
            json!({"title": "logwalk: is it working", "layout_type": "ordered", "widgets": []});
        asked(&vendor, "POST", "/api/v1/dashboard", &mine);
    }
    let words = install(&vendor, &["--dry-run"]).failed_late(1);
    assert!(
        words.contains("two of one name: dashboard logwalk: is it working; rename or remove"),
        "{words}"
    );
}

#[test]
fn rules_are_for_those_who_ask_for_them() {
    let vendor = vendor();
    let acts = acts(install(&vendor, &["--rules", "--json"]));
    assert_eq!(acts.iter().filter(|one| one["kind"] == "rule").count(), 2);
}

#[test]
fn more_monitors_than_a_page_holds_are_all_seen() {
    let vendor = vendor();
    for number in 0..110 {
        let monitor = json!({"name": format!("{number}"), "type": "query alert", "query": "x", "tags": ["integration:logwalk"]});
        asked(&vendor, "POST", "/api/v1/monitor", &monitor);
    }
    acts(install(&vendor, &["--json"]));
    let again = acts(install(&vendor, &["--json"]));
    assert_eq!(with_act(&again, "same").len(), again.len());
}

#[test]
fn refused_keys_and_troubles_are_said_with_what_to_do_and_what_was_done_is_told() {
    let vendor = vendor();
    let words = with_keys(&vendor, ["wrong-api", KEYS[1]], &[]).failed(1);
    assert!(words.contains("DD_API_KEY) is not known"), "{words}");
    let words = with_keys(&vendor, [KEYS[0], "wrong-app"], &[]).failed(1);
    assert!(
        words.contains("logs_write_pipelines, dashboards_write"),
        "{words}"
    );
    let mut nothing = logwalk();
    nothing
        .args(["assets", "install"])
        .env_remove("DD_API_KEY")
        .env_remove("DD_APP_KEY");
    let words = finished(&mut nothing, "").failed(2);
    assert!(words.contains("DD_API_KEY"), "{words}");

    for (code, expected) in [
        (500, "own trouble"),
        (429, "asked too often"),
        (404, "there is no API"),
    ] {
        vendor.fault(Rule::next(Fault::Status {
            code,
            body: None,
            headers: BTreeMap::new(),
        }));
        let words = install(&vendor, &[]).failed(1);
        assert!(words.contains(expected), "{words}");
    }
    vendor.fault(Rule::next(Fault::Html));
    let words = install(&vendor, &[]).failed(1);
    assert!(
        words.contains("not what Datadog's API for pipelines"),
        "{words}"
    );
}

#[test]
fn the_facets_that_the_api_cannot_create_are_listed() {
    let said = run(&["assets", "facets"]).done();
    assert!(said.contains("@logwalk.outcome"), "{said}");
    assert!(said.contains("measure"), "{said}");
    assert!(!said.contains("@usr.email"), "Datadog has it by itself");
    let all = run(&["assets", "facets", "--json"]).json();
    assert!(all.as_array().unwrap().len() > 20);
}
