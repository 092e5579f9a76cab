//! `logwalk status` on files.

use logwalk::keep::{Health, HealthFile, PlaceFile};
use logwalk::time::Time;
use std::time::Duration;

use crate::{Folder, run};

fn conf(folder: &Folder) -> String {
    let places = folder.path().join("places").display().to_string();
    let instance = |source: &str| {
        format!(
            "  - {{source: {source}, credentials: {{token: \"ENC[key]\"}}, store: {{type: file, path: {places}}}}}\n"
        )
    };
    let both = ["agent_handler/tool_calls", "agent_handler/api_calls"].map(instance);
    folder.file("conf.yaml", &format!("instances:\n{}", both.concat()))
}

#[test]
fn each_stream_has_its_row_and_what_is_not_known_is_a_dash() {
    let folder = Folder::new();
    let conf = conf(&folder);
    let out = run(&["status", "-c", &conf]).done();
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!(rows.len(), 3, "{out}");
    assert!(
        rows[0].starts_with("stream ") && rows[0].ends_with("unconfirmed"),
        "{out}"
    );
    assert!(
        rows[1].starts_with("agent_handler/tool_calls  not begun  -"),
        "{out}"
    );
    assert!(!folder.path().join("places").exists());
}

#[test]
fn health_beside_the_place_is_told() {
    let folder = Folder::new();
    let conf = conf(&folder);
    let at = "2026-11-20T09:30:00Z";
    run(&[
        "cursor",
        "set",
        "-c",
        &conf,
        "--instance",
        "0",
        "--time",
        at,
    ])
    .done();
    let shown = run(&["cursor", "show", "-c", &conf, "--instance", "0", "--json"]).json();
    let identity = shown["identity"].as_str().unwrap();
    let places = folder.path().join("places");
    let file = PlaceFile::new(&places, "agent_handler/tool_calls", identity);
    let now = Time::now();
    let health = Health {
        last_success: Some(now.before(Duration::from_hours(2))),
        failures_in_a_row: 1,
        last_error: Some("401 from ah-api.merge.dev: no".to_owned()),
    };
    HealthFile::beside(&file).write(&health).unwrap();
    let told = run(&["status", "-c", &conf, "--instance", "0", "--json"]).json();
    assert_eq!(told["state"], "behind");
    assert_eq!(told["failures_in_a_row"], 1);
    assert_eq!(told["delivered_to"], "2026-11-20T09:30:00.000Z");
    assert!(told["lag_seconds"].as_u64().unwrap() > 3_600, "{told}");
    let out = run(&["status", "-c", &conf]).done();
    assert!(out.contains("2h ago"), "{out}");
    assert!(
        out.contains("agent_handler/tool_calls: failing: 401 from ah-api.merge.dev: no"),
        "{out}"
    );
    let place = run(&["cursor", "show", "-c", &conf, "--instance", "0", "--json"]).json();
    assert_eq!(place, shown);
}

#[test]
fn a_stream_whose_place_cannot_be_read_hides_no_other() {
    let folder = Folder::new();
    let conf = conf(&folder);
    run(&[
        "cursor",
        "set",
        "-c",
        &conf,
        "--instance",
        "0",
        "--token",
        "x",
    ])
    .done();
    let places = folder.path().join("places");
    let mut file = std::fs::read_dir(&places)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let place = file
        .find(|path| path.extension().unwrap() == "json")
        .unwrap();
    std::fs::write(&place, logwalk::keep::seal(3, "[1]")).unwrap();
    let ended = run(&["status", "-c", &conf]);
    assert_eq!(ended.out.lines().count(), 2, "{}", ended.out);
    let words = ended.failed(1);
    assert!(words.contains("no resume point of this version"), "{words}");
}
