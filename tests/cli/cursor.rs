//! `logwalk cursor`.

use crate::{Ended, Folder, run_with};

struct Kept {
    folder: Folder,
    conf: String,
}

impl Kept {
    fn new(instance: &str) -> Self {
        let folder = Folder::new();
        let places = folder.path().join("places").display().to_string();
        let text = format!(
            "instances:\n  - source: agent_handler/tool_calls\n    credentials: {{token: \"ENC[key]\"}}\n    \
             store: {{type: file, path: {places}}}\n{instance}"
        );
        let conf = folder.file("conf.yaml", &text);
        Self { folder, conf }
    }

    fn cursor(&self, words: &[&str]) -> Ended {
        self.cursor_with(words, "")
    }

    fn cursor_with(&self, words: &[&str], input: &str) -> Ended {
        let mut all = vec!["cursor", words[0], "-c", &self.conf];
        all.extend(&words[1..]);
        run_with(&all, input)
    }

    fn place(&self) -> serde_json::Value {
        self.cursor(&["show", "--json"]).json()
    }

    fn second(&self) -> String {
        let places = self.folder.path().join("places").display().to_string();
        format!(
            "  - source: agent_handler/tool_calls\n    stream: eu\n    credentials: {{token: x}}\n    \
             store: {{type: file, path: {places}}}\n"
        )
    }
}

#[test]
fn a_stream_that_never_ran_has_no_place() {
    let kept = Kept::new("    start: 2h\n");
    let out = kept.cursor(&["show"]).done();
    assert!(out.contains("none, the next run begins at 2h ago"), "{out}");
    assert!(!kept.folder.path().join("places").exists());
    let words = kept.cursor(&["export"]).failed(1);
    assert!(words.contains("nothing is kept in "), "{words}");
}

#[test]
fn a_place_is_set_to_a_time_shown_and_reset() {
    let kept = Kept::new("");
    kept.cursor(&["set", "--time", "2026-11-20T10:30:00+01:00"])
        .done();
    let place = kept.place();
    assert_eq!(place["sequence"], 1);
    assert_eq!(place["place"]["start"], 1_795_167_000_000_i64);
    let out = kept.cursor(&["show"]).done();
    assert!(
        out.contains("began at   2026-11-20T09:30:00.000Z\n"),
        "{out}"
    );
    assert!(out.contains("ids known  0\n"), "{out}");
    kept.cursor(&["reset"]).done();
    let place = kept.place();
    assert_eq!(
        (&place["sequence"], &place["place"]),
        (&2.into(), &().into())
    );
    assert_eq!(place["lost"], false);
}

#[test]
fn a_place_is_set_to_a_cursor_within_the_walk_under_way() {
    let kept = Kept::new("    start: 2026-11-01T00:00:00Z\n");
    kept.cursor(&["set", "--token", "page-7"]).done();
    kept.cursor(&["set", "--token", "page-8"]).done();
    let place = kept.place();
    assert_eq!(place["sequence"], 2);
    assert_eq!(place["place"]["walk"]["cursor"], "page-8");
    assert_eq!(place["place"]["walk"]["since"], 1_793_491_200_000_i64);
    assert!(
        kept.cursor(&["show"])
            .done()
            .contains("cursor     page-8\n")
    );
}

#[test]
fn a_cursor_that_cannot_be_one_is_refused() {
    let kept = Kept::new("");
    assert!(
        kept.cursor(&["set", "--token", ""])
            .failed(2)
            .contains("the text of a cursor")
    );
    assert!(
        kept.cursor(&["set", "--time", "soon"])
            .failed(2)
            .contains("expected a time")
    );
    assert!(kept.cursor(&["set"]).failed(2).contains("--token"));
    let both = ["set", "--token", "a", "--time", "2026-11-20T09:30:00Z"];
    assert!(kept.cursor(&both).failed(2).contains("cannot be used"));
    assert_eq!(kept.place()["sequence"], 0);
}

#[test]
fn what_was_exported_is_imported_elsewhere_to_the_letter() {
    let (from, to) = (Kept::new(""), Kept::new(""));
    from.cursor(&["set", "--token", "h\u{e9}llo \"x\""]).done();
    let exported = from.cursor(&["export"]).done();
    to.cursor(&["set", "--time", "2026-11-20T09:30:00Z"]).done();
    to.cursor_with(&["import"], &exported).done();
    assert_eq!(to.place()["sequence"], 2);
    assert_eq!(to.place()["place"], from.place()["place"]);
    assert_eq!(to.place()["place"]["walk"]["cursor"], "h\u{e9}llo \"x\"");
}

#[test]
fn a_place_of_another_stream_or_kind_is_not_imported() {
    let (from, to) = (Kept::new("    stream: eu\n"), Kept::new(""));
    from.cursor(&["set", "--token", "x"]).done();
    let exported = from.cursor(&["export"]).done();
    let words = to.cursor_with(&["import"], &exported).failed(2);
    assert!(words.contains("(stream eu)"), "{words}");
    for text in ["", "{}", "<html>", &exported[..exported.len() / 2]] {
        let words = from.cursor_with(&["import"], text).failed(2);
        assert!(words.contains("holds no exported resume point"), "{words}");
    }
    let newer = exported.replacen("\"version\":1", "\"version\":2", 1);
    assert!(
        from.cursor_with(&["import"], &newer)
            .failed(2)
            .contains("format 2")
    );
    let strange = exported.replacen("\"moved\"", "\"mooved\"", 1);
    assert!(
        from.cursor_with(&["import"], &strange)
            .failed(1)
            .contains("no resume point of this version")
    );
    assert_eq!(to.place()["sequence"], 0);
    assert_eq!(from.place()["sequence"], 1);
}

#[test]
fn of_several_streams_one_has_to_be_chosen_except_to_look() {
    let one = Kept::new("");
    let kept = Kept::new(&one.second());
    let out = kept.cursor(&["show"]).done();
    assert!(
        out.contains("agent_handler/tool_calls\n") && out.contains("(stream eu)\n"),
        "{out}"
    );
    let words = kept.cursor(&["reset"]).failed(2);
    assert!(
        words.contains("2 streams are meant") && words.contains("--instance"),
        "{words}"
    );
    kept.cursor(&["set", "--stream", "eu", "--token", "a"])
        .done();
    assert_eq!(
        kept.cursor(&["show", "--json", "--instance", "1"]).json()["sequence"],
        1
    );
    let named = ["show", "--json", "--stream", "agent_handler/tool_calls"];
    assert_eq!(kept.cursor(&named).json()["sequence"], 0);
    assert!(
        kept.cursor(&["show", "--stream", "us"])
            .failed(2)
            .contains("no stream is called us")
    );
    assert!(
        kept.cursor(&["show", "--instance", "2"])
            .failed(2)
            .contains("instances[2]")
    );
}

#[test]
fn a_damaged_place_is_shown_as_such_and_can_be_moved() {
    let kept = Kept::new("");
    kept.cursor(&["set", "--token", "x"]).done();
    let path = kept.place()["path"].as_str().unwrap().to_owned();
    std::fs::write(&path, "garbage").unwrap();
    assert!(kept.cursor(&["show"]).done().contains("is damaged"));
    assert_eq!(kept.place()["lost"], true);
    let set = kept.cursor(&["set", "--token", "y"]);
    assert!(set.errors.starts_with("warning: "), "{}", set.errors);
    assert_eq!(set.status, Some(0));
    assert_eq!(kept.place()["place"]["walk"]["cursor"], "y");
}

#[test]
fn a_value_that_decides_the_place_has_to_be_known() {
    let kept = Kept::new("    query: {connector_id: \"${env:LOGWALK_TEST_KEY}\"}\n");
    let words = kept.cursor(&["show"]).failed(2);
    assert!(words.contains("instances[0].query.connector_id"), "{words}");
    assert!(words.contains("LOGWALK_TEST_KEY is not set"), "{words}");
}

#[test]
fn a_place_that_this_version_does_not_know_is_shown_as_it_is_and_can_be_reset() {
    let kept = Kept::new("");
    kept.cursor(&["set", "--token", "x"]).done();
    let path = kept.place()["path"].as_str().unwrap().to_owned();
    std::fs::write(&path, logwalk::keep::seal(5, "{\"strange\": 1}")).unwrap();
    let out = kept.cursor(&["show"]).done();
    assert!(
        out.contains("not one of this version: {\"strange\":1}"),
        "{out}"
    );
    assert_eq!(kept.place()["place"]["strange"], 1);
    kept.cursor(&["reset"]).done();
    assert_eq!(kept.place()["sequence"], 6);
}

#[test]
fn a_place_is_moved_only_while_nobody_holds_the_stream() {
    use logwalk::keep::PlaceFile;
    let kept = Kept::new("");
    let identity = kept.place()["identity"].as_str().unwrap().to_owned();
    let folder = kept.folder.path().join("places");
    let mut walking = PlaceFile::new(&folder, "agent_handler/tool_calls", &identity);
    walking.hold().unwrap();
    for words in [&["set", "--token", "x"][..], &["reset"]] {
        assert!(kept.cursor(words).failed(1).contains("in use"));
    }
    kept.cursor(&["show"]).done();
    drop(walking);
    kept.cursor(&["set", "--token", "x"]).done();
}
