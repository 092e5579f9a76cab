//! What a stream needs on the machine, and what is wrong where it is not there.

use std::path::Path;

use super::{Checks, LOGS, Vendor};
use crate::{Ended, finished, logwalk};

/// Tries a configuration as it is written.
fn tried(vendor: &Vendor, conf: &str, words: &[&str]) -> Ended {
    let conf = vendor.folder.file("own.yaml", conf);
    let mut all = vec!["test", "--json", "-c", &conf, "--timeout", "2"];
    all.extend(words);
    finished(logwalk().args(all), "")
}

fn conf(vendor: &Vendor, path: &Path, more: &str) -> String {
    let instance = vendor.tool_calls(more);
    let instance = instance.replace("PLACES", &path.display().to_string());
    format!("instances:\n{instance}")
}

#[test]
fn the_file_has_to_tell_the_agent_to_take_logs() {
    let vendor = Vendor::new();
    let places = vendor.folder.path().join("places");
    let whole = conf(&vendor, &places, "");
    for (logs, verdict, words) in [
        ("", "failed", ["`logs", "add `logs: [{type: integration"]),
        (
            "logs:\n  - {type: file, path: /x}\n",
            "failed",
            ["no entry with `type: integration`", "add `logs:"],
        ),
        (
            "logs:\n  - {type: integration, source: x}\n",
            "note",
            ["pass over the first logs", "start_position: beginning"],
        ),
        (LOGS, "ok", ["logs", ""]),
    ] {
        let checks = Checks::of(&tried(&vendor, &format!("{whole}{logs}"), &[]));
        checks.say("file", verdict, &words);
    }
    let direct = "    destination: {type: datadog, url: \"http://127.0.0.1:1\", api_key: k}\n";
    let checks = Checks::of(&tried(&vendor, &conf(&vendor, &places, direct), &[]));
    assert!(
        checks.all.iter().all(|one| one["check"] != "file"),
        "{:#?}",
        checks.all
    );
}

#[test]
fn the_agent_has_to_collect_logs() {
    let vendor = Vendor::new();
    let whole = conf(&vendor, &vendor.folder.path().join("places"), "") + LOGS;
    let own = vendor
        .folder
        .path()
        .join("datadog.yaml")
        .display()
        .to_string();
    for (text, verdict, words) in [
        ("api_key: x\n", "failed", "set `logs_enabled: true` there"),
        ("logs_enabled: false\n", "failed", "collects no logs"),
        ("logs_enabled: true\n", "ok", "is true"),
        ("logs_enabled: 'true'\n", "ok", "is true"),
        ("logs_enabled: [\n", "note", "cannot be read"),
    ] {
        vendor.folder.file("datadog.yaml", text);
        let checks = Checks::of(&tried(&vendor, &whole, &["--agent-config", &own]));
        checks.say("Agent", verdict, &[words]);
    }
    let checks = Checks::of(&tried(&vendor, &whole, &["--agent-config", "/nonexistent"]));
    checks.say(
        "Agent",
        "note",
        &["/nonexistent cannot be read", "--agent-config"],
    );
}

#[test]
fn the_store_has_to_be_one_that_can_be_written_and_stays_as_it_was() {
    let vendor = Vendor::new();
    let deep = vendor.folder.path().join("not").join("yet");
    let checks = Checks::of(&tried(&vendor, &(conf(&vendor, &deep, "") + LOGS), &[]));
    checks.say("store", "ok", &["yet"]);
    assert!(!vendor.folder.path().join("not").exists());
    vendor.folder.file("way", "");
    let way = vendor.folder.path().join("way");
    let checks = Checks::of(&tried(&vendor, &(conf(&vendor, &way, "") + LOGS), &[]));
    checks.say("store", "failed", &["way", "something else is in the way"]);
    checks.say("cursor", "ok", &[]);
    let checks = Checks::of(&tried(
        &vendor,
        &(conf(&vendor, &way.join("x"), "") + LOGS),
        &[],
    ));
    checks.say("store", "failed", &["something else is in the way"]);
}

/// A limit on the size of files is what a full disk is: the kernel refuses the write.
#[cfg(unix)]
#[test]
fn a_disk_that_takes_nothing_is_seen() {
    let vendor = Vendor::new();
    let url = vendor.running.url();
    let direct =
        format!("    destination: {{type: datadog, url: \"{url}\", api_key: sim-api-key}}\n");
    let places = vendor.folder.path().join("places");
    let conf = vendor
        .folder
        .file("own.yaml", &conf(&vendor, &places, &direct));
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", script, "sh", env!("CARGO_BIN_EXE_logwalk")]);
    limited.args(["test", "--json", "-c", &conf]);
    let checks = Checks::of(&finished(&mut limited, ""));
    checks.say("store", "failed", &["File too large", "`store.path`"]);
    checks.say(
        "dead letters",
        "failed",
        &["File too large", "destination.dead_letter"],
    );
    assert!(!places.exists());
}

#[test]
fn a_place_that_is_damaged_fails_and_one_that_is_whole_stays() {
    let vendor = Vendor::new();
    let places = vendor.folder.path().join("places");
    let direct = format!(
        "    destination: {{type: datadog, url: \"{}\", api_key: sim-api-key}}\n",
        vendor.running.url()
    );
    let conf = conf(&vendor, &places, &direct);
    let file = vendor.folder.file("own.yaml", &conf);
    assert_eq!(crate::run(&["run", "-c", &file, "--once"]).status, Some(0));
    let place = std::fs::read_dir(&places)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "json"))
        .unwrap();
    let whole = std::fs::read(&place).unwrap();
    Checks::of(&tried(&vendor, &conf, &[])).are_good();
    assert_eq!(std::fs::read(&place).unwrap(), whole);
    std::fs::write(&place, &whole[..whole.len() / 2]).unwrap();
    let checks = Checks::of(&tried(&vendor, &conf, &[]));
    checks.say("store", "failed", &["is damaged", "cursor reset"]);
}

#[cfg(unix)]
#[test]
fn secrets_of_handles_come_from_the_same_command_as_for_a_run() {
    use std::os::unix::fs::PermissionsExt;
    let vendor = Vendor::new();
    let script = "#!/bin/sh\ncat >/dev/null\necho '{\"key\":{\"value\":\"sim-production-key\",\"error\":null}}'\n";
    let backend = vendor.folder.file("backend", script);
    std::fs::set_permissions(&backend, std::fs::Permissions::from_mode(0o700)).unwrap();
    let sealed = vendor
        .tool_calls("")
        .replace("sim-production-key", "\"ENC[key]\"");
    let words = vendor.test(&sealed, &[]).failed(2);
    assert!(words.contains("--secret-backend-command"), "{words}");
    let with = ["--json", "--secret-backend-command", &backend];
    let checks = Checks::of(&vendor.test(&sealed, &with));
    checks.are_good();
    assert!(
        !checks.told.contains("sim-production-key"),
        "{}",
        checks.told
    );
    let wrong = vendor
        .test(&sealed, &["--secret-backend-command", "/nonexistent"])
        .failed(2);
    assert!(wrong.contains("/nonexistent cannot be started"), "{wrong}");
}
