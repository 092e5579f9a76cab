//! `logwalk validate`.

use crate::{Folder, run};

const GOOD: &str = "\
init_config:
instances:
  - source: agent_handler/tool_calls
    credentials:
      token: \"ENC[agent_handler_key]\"
  - source: agent_handler/tool_calls
    stream: eu
    base_url: https://ah-api-eu.merge.dev/api/v1
    start: 2026-11-20T09:30:00Z
    credentials:
      token: \"${env:LOGWALK_TEST_KEY}\"
logs:
  - type: integration
    source: agent_handler
    service: agent-handler
";

#[test]
fn a_good_file_is_summed_up_stream_by_stream() {
    let folder = Folder::new();
    let file = folder.file("conf.yaml", GOOD);
    let out = run(&["validate", "-c", &file]).done();
    for expected in [
        "agent_handler/tool_calls (instances[0])\n",
        "GET https://ah-api.merge.dev/api/v1/logs/tool-calls/\n",
        "from 18h ago, kept in the Agent's cache, identity ",
        "GET https://ah-api-eu.merge.dev/api/v1/logs/tool-calls/\n",
        "from 2026-11-20T09:30:00.000Z, ",
        "valid, 2 streams\n",
    ] {
        assert!(out.contains(expected), "{expected} in\n{out}");
    }
}

#[test]
fn secrets_that_are_resolved_elsewhere_are_a_note_and_no_problem() {
    let folder = Folder::new();
    let file = folder.file("conf.yaml", GOOD);
    let out = run(&["validate", "-c", &file]).done();
    assert!(
        out.contains(":5:7: instances[0].credentials.token: ENC[agent_handler_key] is resolved"),
        "{out}"
    );
    assert!(out.contains("LOGWALK_TEST_KEY is not set here"), "{out}");
}

#[test]
fn every_problem_of_every_instance_is_printed_with_its_line_and_path() {
    let folder = Folder::new();
    let file = folder.file(
        "conf.yaml",
        "\
instances:
  - source: agent_handler/tool_calls
    strat: 18h
    overlap: soon
    credentials:
      token: hunter2-hunter2
  - source: agent_handler/tool_cals
  - source: agent_handler/api_calls
log: []
",
    );
    let ended = run(&["validate", "-c", &file]);
    for expected in [
        ":1:1: logs: missing: add `logs:",
        ":3:5: instances[0].strat: unknown key; did you mean `start`?",
        ":4:5: instances[0].overlap: expected a span of time",
        ":7:5: instances[1].source: no source `agent_handler/tool_cals`",
        ":8:5: instances[2].credentials.token: required",
        ":9:1: log: unknown key; did you mean `logs`?",
    ] {
        let whole = format!("{file}{expected}");
        assert_eq!(
            ended.out.matches(&whole).count(),
            1,
            "{whole} in\n{}",
            ended.out
        );
    }
    assert_eq!(ended.out.lines().count(), 6, "{}", ended.out);
    assert!(!ended.out.contains("hunter2"), "{}", ended.out);
    assert_eq!(ended.failed(2), format!("error: {file}: 6 problems\n"));
}

#[test]
fn a_script_reads_line_column_path_and_text() {
    let folder = Folder::new();
    let file = folder.file("conf.yaml", &GOOD.replace("stream: eu", "steam: eu"));
    let ended = run(&["validate", "--json", "-c", &file]);
    let report = ended.json();
    assert_eq!(report["valid"], false);
    let problem = &report["problems"][0];
    assert_eq!(
        (&problem["line"], &problem["column"], &problem["path"]),
        (&7.into(), &5.into(), &"instances[1].steam".into())
    );
    assert_eq!(report["streams"][0]["stream"], "agent_handler/tool_calls");
    ended.failed(2);
}

#[test]
fn one_stream_configured_twice_is_a_problem_also_across_files() {
    let folder = Folder::new();
    let (one, other) = (folder.file("a.yaml", GOOD), folder.file("b.yaml", GOOD));
    run(&["validate", "-c", &one]).done();
    let ended = run(&["validate", "-c", &one, &other]);
    let expected = format!("{other}:3:5: instances[0]: the same stream as {one}:3:5: instances[0]");
    assert!(ended.out.contains(&expected), "{}", ended.out);
    ended.failed(2);
}

#[test]
fn what_cannot_be_read_at_all_is_said_with_its_line() {
    let folder = Folder::new();
    for (name, text, expected) in [
        ("empty.yaml", "", "there is no instance"),
        ("list.yaml", "- a\n", "expected a mapping"),
        ("torn.yaml", "instances: [\n", "torn.yaml:"),
        (
            "twice.yaml",
            "a: 1\na: 2\n",
            "twice.yaml:2:1: not valid YAML: the key `a` is written twice",
        ),
    ] {
        let file = folder.file(name, text);
        let ended = run(&["validate", "-c", &file]);
        assert!(ended.out.contains(expected), "{}", ended.out);
        ended.failed(2);
    }
    std::fs::write(folder.path().join("latin.yaml"), b"a: \xe9").unwrap();
    for name in ["latin.yaml", "missing.yaml", "."] {
        let path = folder.path().join(name).display().to_string();
        let ended = run(&["validate", "-c", &path]);
        assert!(ended.out.contains("cannot be read: "), "{}", ended.out);
        ended.failed(2);
    }
}
