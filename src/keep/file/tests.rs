//! What holds for a file that is replaced while everything can go wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "logwalk-place-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        Self(std::env::temp_dir().join(name))
    }

    fn file(&self) -> PlaceFile {
        PlaceFile::new(&self.0, "agent_handler/tool_calls", "0123456789abcdef0123")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn words(result: Result<()>) -> String {
    match result {
        Err(Error::Store(text) | Error::Superseded(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_file_is_named_after_the_stream_whatever_its_label_holds() {
    let name = |label: &str| {
        let file = PlaceFile::new(Path::new("places"), label, "0123456789abcdef0123");
        file.path().to_string_lossy().into_owned()
    };
    assert_eq!(
        name("agent_handler/tool_calls"),
        "places/agent_handler_tool_calls-0123456789abcdef.json"
    );
    assert_eq!(name("../\u{e9}\0\n"), "places/______-0123456789abcdef.json");
    assert!(name(&"x".repeat(5000)).len() < 150);
}

#[test]
fn a_first_run_finds_nothing_says_nothing_and_makes_no_folder() {
    let folder = Folder::new();
    assert_eq!(folder.file().load().unwrap(), Kept::default());
    assert!(!folder.file().is_held().unwrap());
    assert!(!folder.0.exists());
}

#[test]
fn what_was_saved_is_loaded_and_a_person_can_read_it() {
    let folder = Folder::new();
    let mut file = folder.file();
    file.save(1, "{\"cursor\":\"abc\",\"ids\":[1,2]}").unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    assert!(text.contains("\n      \"cursor\": \"abc\",\n"), "{text}");
    let kept = folder.file().load().unwrap();
    assert_eq!(kept.sequence, 1);
    assert_eq!(
        kept.place.as_deref(),
        Some("{\"cursor\":\"abc\",\"ids\":[1,2]}")
    );
}

#[cfg(unix)]
#[test]
fn folder_and_file_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mut file = folder.file();
    file.save(1, "{}").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    assert_eq!(mode(file.path()), 0o600);
}

#[test]
fn a_damaged_or_emptied_file_is_said_loudly_and_the_walk_starts_over() {
    let folder = Folder::new();
    let mut file = folder.file();
    file.save(1, "{\"n\":1}").unwrap();
    let whole = std::fs::read(file.path()).unwrap();
    for damaged in [&b""[..], b"\xff\xfe", &whole[..whole.len() / 2]] {
        std::fs::write(file.path(), damaged).unwrap();
        let kept = file.load().unwrap();
        assert_eq!((kept.sequence, kept.place, kept.lost), (0, None, true));
        assert!(kept.said[0].contains("is damaged"), "{:?}", kept.said);
    }
    file.save(1, "{\"n\":2}").unwrap();
    assert_eq!(file.load().unwrap().place.as_deref(), Some("{\"n\":2}"));
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_stays() {
    let folder = Folder::new();
    let mut file = folder.file();
    file.save(1, "{}").unwrap();
    let body = "{\"version\":7}";
    let newer = format!(
        "{{\"sum\":\"{:08x}\",\"body\":{body}}}",
        crc32fast::hash(body.as_bytes())
    );
    std::fs::write(file.path(), &newer).unwrap();
    assert!(words(file.load().map(drop)).contains("format 7"));
    assert!(words(file.save(2, "{}")).contains("format 7"));
    assert_eq!(std::fs::read_to_string(file.path()).unwrap(), newer);
}

#[test]
fn a_reset_forgets_the_place_whatever_is_there_and_overtakes_a_writer_under_way() {
    let folder = Folder::new();
    let (mut writer, mut file) = (folder.file(), folder.file());
    writer.save(1, "{}").unwrap();
    file.reset().unwrap();
    assert_eq!(file.load().unwrap(), Kept::whole(2, "null".into(), vec![]));
    assert_eq!(file.load().unwrap().place, None);
    assert!(words(writer.save(2, "{}")).starts_with("superseded:"));
    std::fs::write(file.path(), "garbage").unwrap();
    file.reset().unwrap();
    let kept = file.load().unwrap();
    assert_eq!((kept.place, kept.lost), (None, false));
}

#[test]
fn a_writer_that_was_overtaken_is_refused() {
    let folder = Folder::new();
    let (mut old, mut new) = (folder.file(), folder.file());
    old.save(1, "{}").unwrap();
    new.save(2, "{\"by\":\"new\"}").unwrap();
    assert!(words(old.save(2, "{}")).starts_with("superseded:"));
    assert_eq!(
        new.load().unwrap().place.as_deref(),
        Some("{\"by\":\"new\"}")
    );
}

#[test]
fn whoever_holds_a_stream_keeps_other_writers_out_but_not_readers() {
    let folder = Folder::new();
    let mut walking = folder.file();
    walking.hold().unwrap();
    walking.save(1, "{}").unwrap();
    let mut other = folder.file();
    assert!(words(other.save(2, "{}")).contains("in use"));
    assert!(words(other.hold()).contains("in use"));
    assert_eq!(other.load().unwrap().sequence, 1);
    assert!(other.is_held().unwrap());
    drop(walking);
    assert!(!other.is_held().unwrap());
    other.save(2, "{}").unwrap();
}

#[test]
fn a_save_that_fails_leaves_the_old_place_and_names_path_and_fix() {
    let folder = Folder::new();
    let mut file = folder.file();
    file.save(1, "{\"n\":1}").unwrap();
    std::fs::create_dir_all(file.path().with_extension("tmp").join("full")).unwrap();
    let said = words(file.save(2, "{\"n\":2}"));
    assert!(
        said.contains("agent_handler_tool_calls") && said.contains("`store.path`"),
        "{said}"
    );
    assert_eq!(file.load().unwrap().place.as_deref(), Some("{\"n\":1}"));
}

#[test]
fn a_file_where_the_folder_should_be_is_an_error_with_the_fix() {
    let folder = Folder::new();
    std::fs::write(&folder.0, "in the way").unwrap();
    let said = words(folder.file().save(1, "{}"));
    let _ = std::fs::remove_file(&folder.0);
    assert!(said.contains("in the way"), "{said}");
}

/// The child of the next test saves until it is killed; run by hand this is one save.
#[test]
fn a_writer_for_the_next_test() {
    let folder = std::env::var_os("LOGWALK_TEST_PLACES");
    let endless = folder.is_some();
    let guard = Folder::new();
    let folder = folder.map_or_else(|| guard.0.clone(), PathBuf::from);
    let mut file = PlaceFile::new(&folder, "s", "1");
    for sequence in 1.. {
        let ids = vec![sequence; 2000];
        file.save(
            sequence,
            &serde_json::json!({"n": sequence, "ids": ids}).to_string(),
        )
        .unwrap();
        assert_eq!(file.load().unwrap().sequence, sequence);
        println!("saved {sequence}");
        if !endless {
            return;
        }
    }
}

#[test]
fn a_killed_writer_leaves_a_whole_place_at_most_one_ahead_of_what_it_said() {
    for patience in 1..8 {
        let folder = Folder::new();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "keep::file::tests::a_writer_for_the_next_test",
                "--nocapture",
            ])
            .env("LOGWALK_TEST_PLACES", &folder.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = 0;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: &str| line.rsplit_once("saved ").and_then(|(_, n)| n.parse().ok());
        while said < patience * 3 {
            let line = lines.next().unwrap().unwrap();
            said = number(&line).unwrap_or(said);
        }
        std::thread::sleep(std::time::Duration::from_micros(patience * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            said = number(&line.unwrap()).unwrap_or(said);
        }
        let mut file = PlaceFile::new(&folder.0, "s", "1");
        let kept = file.load().unwrap();
        assert!(
            [said, said + 1].contains(&kept.sequence),
            "{said} said, {} kept",
            kept.sequence
        );
        let place: serde_json::Value = serde_json::from_str(&kept.place.unwrap()).unwrap();
        assert_eq!(place["n"], kept.sequence);
        file.save(kept.sequence + 1, "{}").unwrap();
    }
}
