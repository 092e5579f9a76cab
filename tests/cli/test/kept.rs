//! Samples: what `--save` keeps and `preview --replay` maps.

use logwalk::sim::{Change, Fault, Options, Rule, Stream};
use logwalk::time::Time;
use serde_json::{Value, json};

use super::Vendor;
use crate::{Ended, run};

fn saved(vendor: &Vendor, instance: &str) -> (Ended, String) {
    let file = vendor
        .folder
        .path()
        .join("sample.json")
        .display()
        .to_string();
    let ended = vendor.test(instance, &["--save", &file]);
    (ended, file)
}

fn replayed(vendor: &Vendor, file: &str, words: &[&str]) -> Ended {
    let conf = vendor.folder.path().join("conf.yaml").display().to_string();
    let mut all = vec!["preview", "-c", &conf, "--replay", file];
    all.extend(words);
    run(&all)
}

#[test]
fn a_sample_is_mapped_offline_as_the_api_was() {
    let vendor = Vendor::new();
    let instance = vendor.tool_calls("    tags: [\"team:security\"]\n");
    let (ended, file) = saved(&vendor, &instance);
    assert_eq!(ended.status, Some(0), "{}", ended.out);
    let conf = vendor.folder.path().join("conf.yaml").display().to_string();
    let live = run(&["preview", "-c", &conf, "--limit", "5"]).done();
    vendor.running.fault(Rule::next(Fault::Hangup).storm(1.0));
    let asked = vendor.running.requests().len();
    let ended = replayed(&vendor, &file, &["--limit", "100"]);
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    assert!(
        ended.errors.contains("the sample has no more replies"),
        "{}",
        ended.errors
    );
    let logs: Vec<&str> = ended.out.lines().collect();
    assert_eq!(logs.len(), 60);
    let live: Vec<&str> = live.lines().collect();
    assert_eq!(logs[..5], live[..]);
    assert_eq!(vendor.running.requests().len(), asked);
}

#[test]
fn an_old_sample_is_mapped_by_the_clock_of_then() {
    let then = Time::parse("2021-06-02T00:00:00Z").unwrap();
    let vendor = Vendor::with(Options {
        start: Some(then),
        ..Options::default()
    });
    let instance = vendor.tool_calls("");
    let instance = instance.replace("start: 1d", "start: 2021-06-01T00:00:00Z");
    let (_, file) = saved(&vendor, &instance);
    let late = || {
        let logs = replayed(&vendor, &file, &["--limit", "3"]).done();
        assert_eq!(logs.lines().count(), 3, "{logs}");
        logs.matches("logwalk_late:true").count()
    };
    assert_eq!(late(), 3);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut sample: Value = serde_json::from_str(&text).unwrap();
    sample["streams"]["agent_handler/tool_calls"]["at"] = then.0.into();
    std::fs::write(&file, sample.to_string()).unwrap();
    assert_eq!(late(), 0);
}

#[test]
fn a_sample_holds_no_secret_and_nothing_that_the_mapping_hides() {
    let vendor = Vendor::new();
    let echo = Change::Set(json!("Bearer sim-production-key, hunter2"));
    vendor.running.fault(
        Rule::next(Fault::Rewrite {
            at: "results.*.note".to_owned(),
            to: echo,
        })
        .storm(1.0),
    );
    let args = json!({"password": "correct horse", "channel": "C1"}).to_string();
    vendor.running.fault(
        Rule::next(Fault::Rewrite {
            at: "results.*.tool_args".to_owned(),
            to: Change::Set(args.into()),
        })
        .storm(1.0),
    );
    let instance = vendor.tool_calls(
        "    log: {redact: [tool_args.password], drop: [result], hash: [registered_user.id]}\n",
    );
    let instance = instance.replace("token: sim", "hash_key: some-hash-key, token: sim");
    let (_, file) = saved(&vendor, &instance);
    let text = std::fs::read_to_string(&file).unwrap();
    for secret in ["sim-production-key", "correct horse", "some-hash-key"] {
        assert!(!text.contains(secret), "{secret} in {text:.2000}");
    }
    let sample: Value = serde_json::from_str(&text).unwrap();
    let body = &sample["streams"]["agent_handler/tool_calls"]["replies"][0]["body"];
    let body: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    assert_eq!(body["results"][0]["note"], "Bearer [secret], hunter2");
    assert_eq!(body["results"][0]["result"], "[redacted]");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_sample_replaces_what_was_there_and_its_owner_alone_reads_it() {
    let vendor = Vendor::new();
    let file = vendor.folder.file("sample.json", "something else");
    let (ended, again) = saved(&vendor, &vendor.tool_calls(""));
    assert_eq!((ended.status, &again), (Some(0), &file));
    assert_eq!(
        replayed(&vendor, &file, &["--limit", "1"])
            .out
            .lines()
            .count(),
        1
    );
    let nowhere = vendor.test(&vendor.tool_calls(""), &["--save", "/nonexistent/x.json"]);
    assert!(
        nowhere
            .errors
            .contains("cannot be written to /nonexistent/x.json"),
        "{}",
        nowhere.errors
    );
    assert_eq!(nowhere.status, Some(1));
}

#[test]
fn a_refusal_is_replayed_too_and_a_handle_is_no_hindrance() {
    let vendor = Vendor::new();
    let wrong = vendor.instance(Stream::ToolCalls, "token: no-such-secret-key", "");
    let (ended, file) = saved(&vendor, &wrong);
    assert_eq!(ended.status, Some(1));
    let sealed = wrong.replace("no-such-secret-key", "\"ENC[key]\"");
    vendor
        .folder
        .file("conf.yaml", &format!("instances:\n{sealed}"));
    let words = replayed(&vendor, &file, &[]).failed(1);
    assert!(words.contains("401"), "{words}");
}

#[test]
fn what_is_no_sample_of_the_stream_is_refused() {
    let vendor = Vendor::new();
    let (_, file) = saved(&vendor, &vendor.tool_calls(""));
    vendor.folder.file(
        "conf.yaml",
        &format!("instances:\n{}", vendor.tool_calls("    stream: eu\n")),
    );
    let words = replayed(&vendor, &file, &[]).failed(2);
    assert!(
        words.contains("nothing of agent_handler/tool_calls (stream eu)"),
        "{words}"
    );
    for text in ["", "{}", "<html>", "{\"version\": 2, \"streams\": {}}"] {
        let other = vendor.folder.file("other.json", text);
        replayed(&vendor, &other, &[]).failed(2);
    }
    replayed(&vendor, "/nonexistent", &[]).failed(2);
}
