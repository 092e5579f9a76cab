//! Every fault that the simulator can show is named, in words of its own.

use std::collections::BTreeMap;

use logwalk::sim::{Change, Fault, Options, Quota, Rule, Stream};
use serde_json::json;

use super::{Checks, Vendor};

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        body: None,
        headers: BTreeMap::new(),
    }
}

fn rewrite(at: &str, to: Change) -> Rule {
    let at = at.to_owned();
    Rule::next(Fault::Rewrite { at, to }).storm(1.0)
}

fn of(source: Stream, rules: Vec<Rule>) -> Checks {
    let vendor = Vendor::new();
    for rule in rules {
        vendor.running.fault(rule);
    }
    let instance = match source {
        Stream::DatadogAudit => vendor.audit(""),
        _ => vendor.tool_calls(""),
    };
    let checks = vendor.checks(&instance);
    assert!(
        !checks.told.contains("sim-production-key"),
        "{}",
        checks.told
    );
    checks
}

fn tool_calls(rule: Rule) -> Checks {
    of(Stream::ToolCalls, vec![rule])
}

#[track_caller]
fn fails(rule: Rule, check: &str, words: &[&str]) {
    let checks = tool_calls(rule);
    checks.say(check, "failed", words);
    assert_eq!(checks.status, Some(1));
}

#[track_caller]
fn notes(rule: Rule, check: &str, words: &[&str]) {
    let checks = tool_calls(rule);
    checks.say(check, "note", words);
    assert_eq!(checks.status, Some(0), "{:#?}", checks.all);
}

#[test]
fn a_stream_without_a_fault_is_all_green_whatever_its_paging() {
    let vendor = Vendor::new();
    vendor.checks(&vendor.tool_calls("")).are_good();
    vendor.checks(&vendor.audit("")).are_good();
    for stream in [Stream::ApiCalls, Stream::AuditLog] {
        let instance = vendor.instance(stream, "token: sim-production-key", "");
        vendor.checks(&instance).are_good();
    }
    let keys = "api_key: sim-api-key, app_key: sim-application-key";
    let logs = vendor.instance(Stream::DatadogLogs, keys, "");
    vendor.checks(&logs).are_good();
}

#[test]
fn no_more_than_three_pages_and_the_resume_are_asked_for_and_no_place_is_touched() {
    let vendor = Vendor::new();
    let places = vendor.folder.path().join("places");
    let kept = format!("{{type: file, path: {}}}", places.display());
    let instance = vendor
        .tool_calls("")
        .replace("{type: file, path: PLACES}", &kept);
    vendor.checks(&instance).are_good();
    assert_eq!(vendor.running.requests().len(), 4);
    assert!(!places.exists());
}

#[test]
fn a_refused_key_a_key_of_another_environment_and_a_missing_plan_are_told_apart() {
    let vendor = Vendor::new();
    for (key, check, words) in [
        ("no-such-secret-key", "credentials", "401"),
        (
            "sim-test-key",
            "request",
            "a test key does not reach the production log",
        ),
        ("sim-key-without-plan", "permission", "Enterprise feature"),
    ] {
        let instance = vendor.instance(Stream::ToolCalls, &format!("token: {key}"), "");
        let checks = vendor.checks(&instance);
        checks.say(check, "failed", &[words]);
        checks.say(
            "the rest",
            "not tried",
            &["cursor", "there is no page to look at"],
        );
        assert!(!checks.told.contains(key), "{}", checks.told);
    }
    let wrong = "api_key: sim-api-key, app_key: no-such-secret-key";
    let checks = vendor.checks(&vendor.instance(Stream::DatadogAudit, wrong, ""));
    checks.say(
        "permission",
        "failed",
        &["403", "audit_logs_read", "settings.site"],
    );
}

#[test]
fn a_status_is_said_with_what_to_look_at() {
    fails(
        Rule::next(status(400)),
        "request",
        &["400", "look at `query`"],
    );
    fails(Rule::next(status(404)), "request", &["404"]);
    fails(
        Rule::next(status(405)),
        "request",
        &["405", "request.method"],
    );
    fails(
        Rule::next(status(418)),
        "request",
        &["418", "documentation"],
    );
    let down = Rule::next(status(503)).storm(1.0);
    fails(down, "request", &["503", "status page"]);
}

#[test]
fn a_quota_that_is_used_up_is_told_with_the_wait() {
    let limited = Fault::Status {
        code: 429,
        body: None,
        headers: BTreeMap::from([("retry-after".to_owned(), "60".to_owned())]),
    };
    fails(
        Rule::next(limited).storm(1.0),
        "request",
        &["told to wait until", "429", "quota is used up"],
    );
    let silent = Rule::next(status(429)).storm(1.0);
    fails(silent, "request", &["429", "quota is used up"]);
    let quota = Some(Quota {
        requests: 2,
        period: std::time::Duration::from_mins(1),
    });
    let vendor = Vendor::with(Options {
        quota,
        ..Options::default()
    });
    let checks = vendor.checks(&vendor.tool_calls(""));
    checks.say(
        "cursor",
        "failed",
        &["after 2 pages no other one came", "429"],
    );
}

#[test]
fn what_passes_by_itself_is_a_note() {
    for fault in [status(503), Fault::Hangup, Fault::Cut { after: 50 }] {
        notes(Rule::next(fault), "pace", &["had to be made again"]);
    }
    let slow = Rule::next(Fault::Delay { ms: 3_200 });
    let vendor = Vendor::new();
    vendor.running.fault(slow);
    let ended = vendor.test(&vendor.tool_calls(""), &["--json", "--timeout", "9"]);
    assert_eq!(ended.status, Some(2), "an option given twice");
    let conf = vendor.folder.path().join("conf.yaml").display().to_string();
    let slow = crate::run(&["test", "-c", &conf, "--json", "--timeout", "9"]);
    Checks::of(&slow).say("pace", "note", &["a reply took 3."]);
}

#[test]
fn what_lasts_is_no_note() {
    let lasting = |fault| Rule::next(fault).storm(1.0);
    fails(lasting(Fault::Hangup), "request", &["no usable answer now"]);
    fails(lasting(Fault::Cut { after: 50 }), "request", &["cut off"]);
    fails(
        lasting(Fault::Delay { ms: 60_000 }),
        "request",
        &["did not answer before"],
    );
    let drip = Fault::Drip {
        bytes_per_second: 100,
    };
    fails(
        lasting(drip),
        "request",
        &["began its reply and did not end it"],
    );
    fails(
        lasting(Fault::Garbage),
        "reply",
        &["was cut off after", "page_size"],
    );
    let large = "    limits: {body_bytes: 100000}\n";
    for fault in [
        Fault::Huge { bytes: 1 << 20 },
        Fault::Bomb { bytes: 1 << 20 },
    ] {
        let vendor = Vendor::new();
        vendor.running.fault(lasting(fault));
        let checks = vendor.checks(&vendor.tool_calls(large));
        checks.say(
            "request",
            "failed",
            &["larger than 100000 bytes", "limits.body_bytes"],
        );
    }
}

#[test]
fn a_page_that_has_to_be_smaller_is_noted() {
    let vendor = Vendor::new();
    let checks = vendor.checks(&vendor.tool_calls("    limits: {body_bytes: 12000}\n"));
    checks.say(
        "pace",
        "note",
        &["pages had to be made smaller", "page_size"],
    );
}

#[test]
fn a_page_for_people_and_a_redirect_elsewhere_are_told() {
    fails(
        Rule::next(Fault::Html),
        "reply",
        &["an HTML page", "sign-in"],
    );
    let to = "https://login.example.com/".to_owned();
    fails(
        Rule::next(Fault::Redirect { to }),
        "request",
        &["redirect to https://login.example.com", "base_url"],
    );
    let vendor = Vendor::new();
    let without_a_slash =
        "    source: {extends: agent_handler/tool_calls, request: {path: /logs/tool-calls}}\n";
    let instance = vendor
        .tool_calls("")
        .replace("source: agent_handler/tool_calls\n", "stream: bare\n");
    let checks = vendor.checks(&format!("{instance}{without_a_slash}"));
    checks.say(
        "pace",
        "note",
        &["redirects to another path", "slash at the end"],
    );
}

#[test]
fn records_that_are_not_where_they_should_be_fail_and_an_empty_page_does_not() {
    let renamed = rewrite("results", Change::Rename("items".to_owned()));
    fails(
        renamed,
        "reply",
        &[
            "nothing at `results`",
            "`items` (a list of 20)",
            "set `records`",
        ],
    );
    let text = rewrite("results", Change::Set(json!("none")));
    fails(
        text,
        "reply",
        &["expected an array of records at `results`"],
    );
    let null = rewrite("results", Change::Set(json!(null)));
    let checks = of(
        Stream::ToolCalls,
        vec![null, rewrite("has_more", Change::Set(json!(false)))],
    );
    checks.say("records", "note", &["no record from 1d ago on", "`start`"]);
    assert_eq!(checks.status, Some(0));
    let gone = of(
        Stream::DatadogAudit,
        vec![
            rewrite("data", Change::Remove),
            rewrite("meta", Change::Remove),
        ],
    );
    gone.say("records", "note", &["no record"]);
}

#[test]
fn a_cursor_that_repeats_vanishes_or_is_refused_is_told_apart() {
    let repeats = Rule::next(Fault::Repeat).storm(1.0);
    fails(repeats, "cursor", &["does not advance", "handed out twice"]);
    let last = Rule::next(Fault::Repeat).cursor(true).after(1);
    fails(last, "cursor", &["does not advance", "handed out twice"]);
    let same = rewrite("next_cursor", Change::Set(json!("same")));
    fails(same, "cursor", &["does not take it"]);
    let vanishes = rewrite("next_cursor", Change::Set(json!(null)));
    fails(
        vanishes,
        "cursor",
        &["there is more", "nothing stands at `body.next_cursor`"],
    );
    let refused = Rule::next(Fault::Expire { status: 410 }).cursor(true);
    fails(
        refused,
        "cursor",
        &["does not take it", "410", "next.durable"],
    );
    let empty = Rule::next(Fault::Empty).after(1);
    let checks = tool_calls(empty);
    checks.say("cursor", "ok", &["3 pages"]);
}

#[test]
fn a_page_number_that_the_api_does_not_see_is_no_cursor() {
    let vendor = Vendor::new();
    let source = "    source: {extends: agent_handler/audit_log, next: {to: query.pge}}\n";
    let instance = vendor.instance(Stream::AuditLog, "token: sim-production-key", "");
    let instance = instance.replace("source: agent_handler/audit_log\n", "stream: typo\n");
    let checks = vendor.checks(&format!("{instance}{source}"));
    checks.say(
        "cursor",
        "failed",
        &["hold the same records", "`query.pge`"],
    );
}

#[test]
fn a_log_of_one_page_says_that_the_cursor_was_not_tried() {
    let rules = vec![
        Rule::next(Fault::Short { records: 5 }).storm(1.0),
        rewrite("next_cursor", Change::Set(json!(null))),
        rewrite("has_more", Change::Set(json!(false))),
    ];
    let checks = of(Stream::ToolCalls, rules);
    checks.say(
        "cursor",
        "note",
        &["one page held all 5 records", "could not be tried"],
    );
    checks.say("resume", "ok", &["none of them twice"]);
}

#[test]
fn clocks_that_differ_are_told_with_the_direction() {
    let skew = |seconds| Rule::next(Fault::Skew { seconds }).storm(1.0);
    notes(skew(600), "clock", &["10m ahead of ours", "time service"]);
    notes(skew(-7_200), "clock", &["behind ours"]);
    tool_calls(skew(2)).are_good();
}

#[test]
fn times_that_are_missing_bare_or_of_another_world_are_told_apart() {
    let time = "results.*.started_at";
    let missing = of(
        Stream::ToolCalls,
        vec![
            rewrite(time, Change::Remove),
            rewrite("results.*.created_at", Change::Remove),
            rewrite("results.*.timestamp", Change::Remove),
        ],
    );
    missing.say(
        "time",
        "failed",
        &["no record has anything at `started_at", "`tool_name`"],
    );
    fails(
        rewrite(time, Change::Set(json!("soon"))),
        "time",
        &["is no time: `soon`"],
    );
    fails(
        rewrite(time, Change::Set(json!(12))),
        "time",
        &["out of this world", "time_format"],
    );
    let zone = rewrite(time, Change::Unzone);
    let bare = of(Stream::ToolCalls, vec![zone]);
    bare.say("time", "note", &["have no zone", "read as UTC"]);
    assert_eq!(bare.named("time", "note").len(), 1, "{:#?}", bare.all);
    let ahead = rewrite(
        time,
        Change::Set(json!(logwalk::time::Time::now().0 + 3_600_000)),
    );
    notes(ahead, "time", &["dated after now"]);
    let old = rewrite(time, Change::Set(json!("2020-01-01T00:00:00Z")));
    notes(
        old,
        "time",
        &[
            "one of 2020-01-01T00:00:00.000Z came",
            "`query.created_after`",
        ],
    );
}

#[test]
fn records_in_another_order_than_the_source_says_fail() {
    let vendor = Vendor::new();
    let source = "    source: {extends: agent_handler/tool_calls, order: descending}\n";
    let instance = vendor
        .tool_calls("")
        .replace("source: agent_handler/tool_calls\n", "stream: turned\n");
    let checks = vendor.checks(&format!("{instance}{source}"));
    checks.say(
        "time",
        "failed",
        &["do not come newest first", "order: ascending"],
    );
}

#[test]
fn ids_that_are_missing_shared_or_new_each_time_are_told_apart() {
    let vendor = Vendor::new();
    let nowhere = "    source: {extends: agent_handler/tool_calls, record: {id: nowhere}}\n";
    let instance = vendor
        .tool_calls("")
        .replace("source: agent_handler/tool_calls\n", "stream: typo\n");
    let checks = vendor.checks(&format!("{instance}{nowhere}"));
    checks.say(
        "id",
        "failed",
        &["no record has anything at `nowhere`", "`id`"],
    );
    let missing = of(
        Stream::DatadogAudit,
        vec![rewrite("data.*.id", Change::Remove)],
    );
    missing.say("id", "failed", &["no record has anything at `id`"]);
    let same = of(
        Stream::DatadogAudit,
        vec![rewrite("data.*.id", Change::Set(json!("x")))],
    );
    same.say(
        "id",
        "failed",
        &["59 records carry the id of another record"],
    );
    let new = of(
        Stream::DatadogAudit,
        vec![rewrite("data.*.id", Change::Renew)],
    );
    new.say("resume", "failed", &["other ids", "`record.id`"]);
    let twice = Rule::next(Fault::Double).times(1);
    notes(twice, "id", &["1 record came twice: each is sent once"]);
}

#[test]
fn what_the_api_says_of_its_own_answer_is_passed_on() {
    let partial = of(Stream::DatadogAudit, vec![Rule::next(Fault::Partial)]);
    partial.say("reply", "note", &["only part of its answer", "timeout"]);
    let warned = of(
        Stream::DatadogAudit,
        vec![Rule::next(Fault::Warn).storm(1.0)],
    );
    warned.say("reply", "note", &["unknown_index"]);
    assert_eq!(warned.named("reply", "note").len(), 1);
}
