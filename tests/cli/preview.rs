//! `logwalk preview`.

use logwalk::sim::{Fault, Options, Rule, Running, Stream, serve};
use serde_json::Value;

use crate::{Ended, Folder, finished, logwalk, run};

struct Vendor {
    running: Running,
    folder: Folder,
}

impl Vendor {
    fn new() -> Self {
        let options = Options {
            backlog: 200,
            rate: 1.0,
            ..Options::default()
        };
        Self {
            running: serve(options).unwrap(),
            folder: Folder::new(),
        }
    }

    fn instance(&self, source: &str, token: &str) -> String {
        let base = self.running.base_url(Stream::ToolCalls);
        let places = self.folder.path().join("places").display().to_string();
        format!(
            "  - source: {source}\n    base_url: {base}\n    start: 1d\n    tags: [\"team:security\"]\n    \
             credentials: {{token: \"{token}\"}}\n    store: {{type: file, path: {places}}}\n"
        )
    }

    fn preview(&self, instances: &[String], words: &[&str]) -> Ended {
        let text = format!("instances:\n{}", instances.concat());
        let conf = self.folder.file("conf.yaml", &text);
        let mut all = vec!["preview", "-c", &conf];
        all.extend(words);
        finished(
            logwalk()
                .args(all)
                .env("LOGWALK_TEST_KEY", "sim-production-key"),
            "",
        )
    }
}

fn logs(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_first_logs_are_printed_as_they_would_arrive() {
    let vendor = Vendor::new();
    let tool_calls = vendor.instance("agent_handler/tool_calls", "${env:LOGWALK_TEST_KEY}");
    let logs = logs(&vendor.preview(&[tool_calls], &[]).done());
    assert_eq!(logs.len(), 10);
    for log in &logs {
        assert_eq!(log["ddsource"], "agent_handler");
        assert!(
            log["ddtags"].as_str().unwrap().contains("team:security"),
            "{log}"
        );
        assert_eq!(log["logwalk"]["source"], "agent_handler/tool_calls");
        assert!(log["agent_handler"]["tool_name"].is_string(), "{log}");
    }
}

#[test]
fn nothing_is_kept_and_no_more_is_asked_for_than_is_shown() {
    let vendor = Vendor::new();
    let tool_calls = vendor.instance("agent_handler/tool_calls", "sim-production-key");
    for _ in 0..2 {
        let out = vendor
            .preview(std::slice::from_ref(&tool_calls), &["--limit", "3"])
            .done();
        assert_eq!(logs(&out).len(), 3);
    }
    assert!(!vendor.folder.path().join("places").exists());
    let requests = vendor.running.requests();
    assert_eq!(requests.len(), 2, "{requests:?}");
}

#[test]
fn a_limit_beyond_a_page_walks_on_and_stops_at_the_end_of_the_log() {
    let vendor = Vendor::new();
    let small =
        vendor.instance("agent_handler/tool_calls", "sim-production-key") + "    page_size: 60\n";
    let out = vendor
        .preview(std::slice::from_ref(&small), &["--limit", "150"])
        .done();
    assert_eq!(logs(&out).len(), 150);
    let out = vendor.preview(&[small], &["--limit", "100000"]).done();
    assert!(logs(&out).len() >= 200, "{}", logs(&out).len());
}

#[test]
fn a_stream_that_fails_is_said_with_its_fix_and_hides_no_other() {
    let vendor = Vendor::new();
    let refused = vendor.instance("agent_handler/tool_calls", "no-such-secret-key");
    let good = vendor.instance("agent_handler/api_calls", "sim-production-key");
    let ended = vendor.preview(&[refused, good], &["--limit", "2"]);
    assert_eq!(logs(&ended.out).len(), 2);
    assert!(
        !ended.errors.contains("no-such-secret-key"),
        "{}",
        ended.errors
    );
    let words = ended.failed(1);
    assert!(
        words.starts_with("error: agent_handler/tool_calls: 401"),
        "{words}"
    );
}

#[test]
fn what_the_api_answers_by_mistake_is_said_in_words() {
    let vendor = Vendor::new();
    vendor.running.fault(Rule::next(Fault::Html));
    let tool_calls = vendor.instance("agent_handler/tool_calls", "sim-production-key");
    let ended = vendor.preview(&[tool_calls], &[]);
    assert_eq!(ended.out, "");
    ended.failed(1);
}

#[test]
fn a_log_without_a_record_to_show_is_noted() {
    let vendor = Vendor::new();
    let now = vendor
        .instance("agent_handler/tool_calls", "sim-production-key")
        .replace("start: 1d", "start: 2099-01-01T00:00:00Z");
    let ended = vendor.preview(&[now], &[]);
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), ""));
    assert!(
        ended
            .errors
            .contains("no record from 2099-01-01T00:00:00.000Z on"),
        "{}",
        ended.errors
    );
}

#[test]
fn a_secret_that_only_the_agent_knows_is_refused_with_the_fix() {
    let vendor = Vendor::new();
    let sealed = vendor.instance("agent_handler/tool_calls", "ENC[agent_handler_key]");
    let words = vendor.preview(&[sealed], &[]).failed(2);
    assert!(
        words.contains("instances[0].credentials.token: ENC[agent_handler_key]"),
        "{words}"
    );
    assert!(words.contains("${env:NAME}"), "{words}");
    assert!(vendor.running.requests().is_empty());
}

#[test]
fn one_stream_of_several_can_be_chosen() {
    let vendor = Vendor::new();
    let both = ["agent_handler/tool_calls", "agent_handler/api_calls"]
        .map(|source| vendor.instance(source, "sim-production-key"));
    let out = vendor
        .preview(&both, &["--instance", "1", "--limit", "1"])
        .done();
    assert_eq!(
        logs(&out)[0]["logwalk"]["source"],
        "agent_handler/api_calls"
    );
    assert_eq!(
        logs(&vendor.preview(&both, &["--limit", "1"]).done()).len(),
        2
    );
}

#[test]
fn a_limit_of_nothing_is_refused() {
    run(&["preview", "-c", "x", "--limit", "0"]).failed(2);
}
