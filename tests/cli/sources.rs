//! `logwalk sources`.

use crate::{Folder, run};

#[test]
fn the_catalogue_names_each_source_and_what_it_asks_for_within_80_columns() {
    let out = run(&["sources"]).done();
    for name in [
        "agent_handler/tool_calls",
        "datadog/audit",
        "asks for token",
    ] {
        assert!(out.contains(name), "{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn a_script_can_read_the_catalogue() {
    let all = run(&["sources", "--json"]).json();
    let audit = all
        .as_array()
        .unwrap()
        .iter()
        .find(|source| source["name"] == "datadog/audit")
        .unwrap();
    assert_eq!(audit["settings"]["site"]["default"], "datadoghq.com");
    assert_eq!(audit["credentials"]["api_key"]["required"], true);
}

#[test]
fn the_ready_configuration_of_every_source_is_valid() {
    let all = run(&["sources", "--json"]).json();
    for source in all.as_array().unwrap() {
        let name = source["name"].as_str().unwrap();
        let conf = run(&["sources", name, "--json"]).json()["conf"].clone();
        let conf = conf.as_str().unwrap();
        let folder = Folder::new();
        let file = folder.file("conf.yaml", conf);
        let out = run(&["validate", "-c", &file]).done();
        assert!(out.contains("valid, 1 stream"), "{conf}\n{out}");
        assert!(run(&["sources", name]).done().ends_with(conf));
    }
}

#[test]
fn a_source_in_full_can_be_used_as_ones_own() {
    let yaml = run(&["sources", "agent_handler/tool_calls", "--json"]).json();
    let definition = yaml["definition"].clone();
    assert_eq!(definition["request"]["path"], "/logs/tool-calls/");
    assert!(yaml["yaml"].as_str().unwrap().contains("/logs/tool-calls/"));
    let folder = Folder::new();
    let whole = serde_json::json!({
        "instances": [{"source": definition, "credentials": {"token": "x"}}],
        "logs": [{"type": "integration", "source": "x"}],
    });
    let file = folder.file("conf.yaml", &whole.to_string());
    run(&["validate", "-c", &file]).done();
}

#[test]
fn a_name_that_is_not_there_is_answered_with_the_nearest_one() {
    let words = run(&["sources", "agent_handler/toolcalls"]).failed(2);
    assert!(
        words.contains("did you mean agent_handler/tool_calls?"),
        "{words}"
    );
}
