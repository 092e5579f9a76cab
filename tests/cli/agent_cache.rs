//! `logwalk cursor` and `logwalk status` on the Agent's cache.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::{Ended, Folder, run, run_with};

/// An Agent's `run_path` and a stream that is kept there.
struct Agent {
    folder: Folder,
    conf: String,
}

impl Agent {
    fn new() -> Self {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path().join("run")).unwrap();
        let text =
            "instances: [{source: agent_handler/tool_calls, credentials: {token: \"ENC[key]\"}}]";
        let conf = folder.file("conf.yaml", text);
        Self { folder, conf }
    }

    fn logwalk(&self, words: &[&str]) -> Ended {
        self.logwalk_with(words, "")
    }

    fn logwalk_with(&self, words: &[&str], input: &str) -> Ended {
        let path = self.folder.path().join("run").display().to_string();
        let mut all = words.to_vec();
        all.extend(["-c", &self.conf, "--run-path", &path]);
        run_with(&all, input)
    }

    fn slots(&self) -> Vec<String> {
        let folder = self.folder.path().join("run/logwalk");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn a_place_is_moved_in_the_agents_cache_and_read_there() {
    let agent = Agent::new();
    let out = agent.logwalk(&["cursor", "show"]).done();
    assert!(
        out.contains("none, the next run begins at 18h ago"),
        "{out}"
    );
    let moved = ["cursor", "set", "--force", "--time", "2026-11-20T09:30:00Z"];
    agent.logwalk(&moved).done();
    agent
        .logwalk(&["cursor", "set", "--force", "--token", "page-7"])
        .done();
    let slots = agent.slots();
    assert_eq!(slots.len(), 2, "{slots:?}");
    assert!(
        slots[0].ends_with("_place_0") && slots[1].ends_with("_place_1"),
        "{slots:?}"
    );
    let shown = agent.logwalk(&["cursor", "show", "--json"]).json();
    assert_eq!(
        (&shown["sequence"], &shown["place"]["walk"]["cursor"]),
        (&2.into(), &"page-7".into())
    );
    let exported = agent.logwalk(&["cursor", "export"]).done();
    agent.logwalk(&["cursor", "reset", "--force"]).done();
    assert_eq!(
        agent.logwalk(&["cursor", "show", "--json"]).json()["place"],
        Value::Null
    );
    agent
        .logwalk_with(&["cursor", "import", "--force"], &exported)
        .done();
    let shown = agent.logwalk(&["cursor", "show", "--json"]).json();
    assert_eq!(
        (&shown["sequence"], &shown["place"]["walk"]["cursor"]),
        (&4.into(), &"page-7".into())
    );
}

#[test]
fn beside_an_agent_that_runs_a_place_is_looked_at_and_not_moved() {
    use std::os::unix::process::CommandExt;
    let agent = Agent::new();
    let mut running = Command::new("sleep")
        .arg0("/opt/datadog-agent/bin/agent/agent")
        .arg("60")
        .spawn()
        .unwrap();
    let refused = agent.logwalk(&["cursor", "set", "--token", "x"]);
    let reset = agent.logwalk(&["cursor", "reset"]);
    let shown = agent.logwalk(&["cursor", "show"]);
    running.kill().unwrap();
    running.wait().unwrap();
    let words = refused.failed(2);
    assert!(
        words.contains("stop the Agent") && words.contains("--force"),
        "{words}"
    );
    reset.failed(2);
    shown.done();
    assert!(agent.slots().is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_no_empty_cache() {
    let agent = Agent::new();
    for words in [["cursor", "show"], ["status", "--json"]] {
        let mut all = words.to_vec();
        all.extend(["-c", &agent.conf, "--run-path", "/nonexistent/run"]);
        let words = run(&all).failed(2);
        assert!(
            words.contains("/nonexistent/run") && words.contains("--run-path"),
            "{words}"
        );
    }
}

#[test]
fn what_was_sent_and_not_acknowledged_is_told() {
    let agent = Agent::new();
    let told = agent.logwalk(&["status", "--json"]).json();
    assert_eq!(
        (&told["state"], &told["unconfirmed_bytes"]),
        (&"not begun".into(), &0.into())
    );
    agent
        .logwalk(&["cursor", "set", "--force", "--time", "2026-11-20T09:30:00Z"])
        .done();
    let slot = agent
        .folder
        .path()
        .join("run/logwalk")
        .join(&agent.slots()[0]);
    let kept = std::fs::read_to_string(&slot).unwrap();
    let logwalk::keep::Opened::Whole { place, .. } = logwalk::keep::open(&kept) else {
        panic!("{kept}");
    };
    // Two lines of 700 bytes, of which the first is acknowledged, as the check keeps them.
    // A key, and 700 in pieces of seven bits.
    let line = |key: u8| [0, 0, 0, 0, 0, 0, 0, key, 0xbc, 0x05];
    let text = STANDARD.encode([line(1), line(2)].concat());
    let sent = agent.folder.file("sent.log", &"x".repeat(1_400));
    let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(&sent).unwrap());
    let ledger = format!(
        "{{\"base\":{place},\"file\":\"{sent}\",\"process\":\"p\",\"inode\":{inode},\"end\":1400,\"confirmed\":700,\"sent\":[[0,\"{text}\"]]}}"
    );
    std::fs::write(&slot, logwalk::keep::seal(2, &ledger)).unwrap();
    let told = agent.logwalk(&["status", "--json"]).json();
    assert_eq!(told["unconfirmed_bytes"], 700, "{told}");
    assert!(agent.logwalk(&["status"]).done().contains("700 B"));
    // What the Agent has delivered since is told although the check has not looked.
    let registry = agent.folder.path().join("run/registry.json");
    let acknowledge = |offset: u64| {
        let entry = serde_json::json!({"Offset": offset.to_string(), "LastUpdated": "x"});
        let whole = serde_json::json!({"Version": 2, "Registry": {format!("file:{sent}"): entry}});
        std::fs::write(&registry, whole.to_string()).unwrap();
        agent.logwalk(&["status", "--json"]).json()["unconfirmed_bytes"].clone()
    };
    assert_eq!(acknowledge(1_400), 0);
    assert_eq!(acknowledge(700), 700);
    assert_eq!(
        acknowledge(5_000),
        700,
        "more than the file holds is no receipt"
    );
    std::fs::write(&sent, "shorter").unwrap();
    assert_eq!(acknowledge(1_400), 700, "another file");
}

#[test]
fn a_torn_slot_is_told_beside_the_table() {
    let agent = Agent::new();
    let moved = ["cursor", "set", "--force", "--time", "2026-11-20T09:30:00Z"];
    agent.logwalk(&moved).done();
    agent.logwalk(&moved).done();
    let slot = agent
        .folder
        .path()
        .join("run/logwalk")
        .join(&agent.slots()[1]);
    std::fs::write(&slot, "{\"sum").unwrap();
    let out = agent.logwalk(&["status"]).done();
    assert!(out.contains("was cut short, as by a crash"), "{out}");
    std::fs::write(
        agent
            .folder
            .path()
            .join("run/logwalk")
            .join(&agent.slots()[0]),
        "x",
    )
    .unwrap();
    let told = agent.logwalk(&["status", "--json"]).json();
    assert_eq!(told["state"], "lost");
}
