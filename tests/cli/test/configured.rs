//! How it is told, and what is refused before anything is asked.

use logwalk::sim::{Change, Fault, Rule, Stream};

use super::Vendor;

#[test]
fn a_person_reads_a_line_for_each_check_and_its_fix_below() {
    let vendor = Vendor::new();
    let good = vendor.test(&vendor.tool_calls(""), &[]).done();
    assert!(
        good.starts_with("agent_handler/tool_calls\n  ok        name         127.0.0.1"),
        "{good}"
    );
    assert!(!good.contains('\u{1b}'), "{good}");
    vendor.running.fault(Rule::next(Fault::Html));
    let bad = vendor.test(&vendor.tool_calls(""), &[]);
    assert!(
        bad.out.contains("\n  failed    reply        "),
        "{}",
        bad.out
    );
    assert!(
        bad.out
            .contains("\n                         fix: set `base_url`"),
        "{}",
        bad.out
    );
    assert!(
        bad.out
            .contains("  not tried the rest     time, id, cursor, resume"),
        "{}",
        bad.out
    );
    let words = bad.failed(1);
    assert_eq!(
        words,
        "error: agent_handler/tool_calls: 1 of 10 checks failed: reply\n"
    );
}

#[test]
fn a_stream_that_fails_hides_no_other() {
    let vendor = Vendor::new();
    let refused = vendor.instance(Stream::ToolCalls, "token: no-such-secret-key", "");
    let good = vendor.instance(Stream::ApiCalls, "token: sim-production-key", "");
    let ended = vendor.test(&format!("{refused}{good}"), &["--json"]);
    assert_eq!(ended.out.lines().count(), 2);
    assert!(
        ended.out.lines().last().unwrap().contains("\"ok\":true"),
        "{}",
        ended.out
    );
    assert_eq!(ended.status, Some(1));
    let only = vendor.test(&format!("{refused}{good}"), &["--json", "--instance", "1"]);
    assert_eq!(only.status, Some(0));
}

#[test]
fn what_the_vendor_says_cannot_move_the_terminals_cursor() {
    let vendor = Vendor::new();
    let at = "results.*.started_at".to_owned();
    let to = Change::Set("\u{1b}[2J".into());
    let rewrite = Fault::Rewrite { at, to };
    vendor.running.fault(Rule::next(rewrite).storm(1.0));
    let ended = vendor.test(&vendor.tool_calls(""), &[]);
    assert!(
        ended.out.contains("is no time: `\u{fffd}[2J`"),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains('\u{1b}'), "{:?}", ended.out);
}

#[test]
fn a_wrong_configuration_is_refused_with_its_line() {
    let vendor = Vendor::new();
    let words = vendor
        .test(&vendor.tool_calls("    strat: 1d\n"), &[])
        .failed(2);
    assert!(words.contains("did you mean `start`"), "{words}");
    let sealed = vendor.instance(Stream::ToolCalls, "token: \"ENC[key]\"", "");
    assert!(vendor.test(&sealed, &[]).failed(2).contains("${env:NAME}"));
    assert!(vendor.running.requests().is_empty());
}

#[test]
fn logs_that_would_be_cut_or_not_indexed_are_noted() {
    let vendor = Vendor::new();
    let small = vendor.checks(&vendor.tool_calls("    limits: {log_bytes: 700}\n"));
    small.say("logs", "note", &["would be cut to 700 bytes", "log.drop"]);
    let large = super::Vendor::with(logwalk::sim::Options {
        record_bytes: 30_000,
        ..logwalk::sim::Options::default()
    });
    large
        .checks(&large.tool_calls(""))
        .say("logs", "note", &["that Datadog recommends"]);
}

#[test]
fn an_overlap_of_nothing_is_noted() {
    let vendor = Vendor::new();
    let checks = vendor.checks(&vendor.tool_calls("    overlap: 0s\n"));
    checks.say("cursor", "note", &["`overlap` is 0", "passed over"]);
}
