//! What is dropped, redacted and hashed.

use serde_json::json;

use super::*;

#[test]
fn what_is_dropped_leaves_valid_json_wherever_it_stood() {
    for (drop, record, left) in [
        (
            json!(["a"]),
            r#"{"a":1,"b":2,"c":3}"#,
            json!({"b": 2, "c": 3}),
        ),
        (
            json!(["b"]),
            r#"{"a":1,"b":{"x":[1]},"c":3}"#,
            json!({"a": 1, "c": 3}),
        ),
        (
            json!(["c"]),
            r#"{"a":1,"b":2,"c":3}"#,
            json!({"a": 1, "b": 2}),
        ),
        (json!(["a", "b"]), r#"{"a":1,"b":2,"c":3}"#, json!({"c": 3})),
        (
            json!(["a", "b", "c"]),
            "{\"a\":1 , \"b\":2,\n\"c\":3}",
            json!({}),
        ),
        (json!(["*"]), r#"{"a":1,"b":2,"a":3}"#, json!({})),
        (json!(["a.0", "a.2"]), r#"{"a":[1,2,3]}"#, json!({"a": [2]})),
        (
            json!(["a.*.b"]),
            r#"{"a":[{"b":1},{"b":2,"c":3},4]}"#,
            json!({"a": [{}, {"c": 3}, 4]}),
        ),
        (json!(["a.*"]), r#"{"a":[1,[2],"3"]}"#, json!({"a": []})),
        (
            json!(["\"a.b\".c"]),
            r#"{"a.b":{"c":1},"a":{"b":2}}"#,
            json!({"a.b": {}, "a": {"b": 2}}),
        ),
    ] {
        let value = case(json!({"drop": drop})).value(record);
        assert_eq!(value["acme"], left, "{drop}");
    }
}

#[test]
fn what_is_hidden_shows_nowhere_else_in_the_log() {
    let log = json!({
        "message": "{secret} {deep.secret} {deep}",
        "status": {"from": "secret"},
        "attributes": {"usr.key": "secret", "usr.deep": "deep.secret", "usr.all": "deep"},
        "tags": {"key": "secret", "list": "list"},
        "decode": ["args"],
    });
    let record = r#"{"id":"hunter2","secret":"hunter2","deep":{"secret":"hunter2","secret":["hunter2"]},
        "list":["hunter2"],"args":"{\"secret\": \"hunter2\"}"}"#;
    for how in ["drop", "redact", "hash"] {
        let mut case = case(log.clone());
        case.terms.hash_key = Some("k".to_owned());
        case.log[how] = json!(["id", "secret", "deep.secret", "list.*", "args.secret"]);
        let line = case.line(record);
        assert!(!line.contains("hunter2"), "{how}: {line}");
    }
}

#[test]
fn a_redacted_value_says_so_and_a_hashed_one_is_the_same_for_the_same_value() {
    let mut case =
        case(json!({"redact": ["a", "o"], "hash": ["h", "n", "z"], "message": "{a} {h}"}));
    case.terms.hash_key = Some("Jefe".to_owned());
    let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let value =
        case.value(r#"{"a":1,"o":{"x":[]},"h":"what do ya want for nothing?","n":12,"z":null}"#);
    assert_eq!(value["message"], format!("[redacted] {hash}"));
    assert_eq!(value["acme"]["o"], "[redacted]");
    assert_eq!(value["acme"]["h"], hash);
    assert_eq!(value["acme"]["n"].as_str().unwrap().len(), 64);
    assert_eq!(value["acme"]["z"], Value::Null);
}

#[test]
fn a_string_is_opened_to_hide_what_is_in_it_even_if_decode_does_not_name_it() {
    let case = case(json!({"redact": ["args.password"]}));
    let value = case.value(r#"{"args":"{\"password\":\"hunter2\",\"n\":1}"}"#);
    assert_eq!(
        value["acme"]["args"],
        json!({"password": "[redacted]", "n": 1})
    );
}

#[test]
fn broken_json_in_which_something_is_to_be_hidden_is_hidden_whole() {
    let case = case(json!({"redact": ["args.password"], "decode": ["args"]}));
    let args = |record: &str| case.value(record)["acme"]["args"].clone();
    assert_eq!(args(r#"{"args":"{\"password\":\"hunt"}"#), "[redacted]");
    assert_eq!(args(r#"{"args":"\"{\\\"password\\\":1}\""}"#), "[redacted]");
    assert_eq!(args(r#"{"args":"no secrets"}"#), "no secrets");
    let line = case.checked(Record::Broken(r#"{"args":{"password":"hunt"#));
    assert!(
        !line.contains("hunt") && line.contains("none of it is shown"),
        "{line}"
    );
}

#[test]
fn a_hidden_id_is_carried_as_a_hash_and_still_tells_records_apart() {
    let mut case = case(json!({"redact": ["id"]}));
    let id = |case: &Case, id: &str| {
        let value = case.value(&format!(r#"{{"id":"{id}"}}"#));
        value["logwalk"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id(&case, "a"), id(&case, "a"));
    assert_ne!(id(&case, "a"), id(&case, "b"));
    let plain = id(&case, "a");
    case.terms.hash_key = Some("k".to_owned());
    assert_ne!(id(&case, "a"), plain);
    let mapping = case.mapping();
    let known = |record| reading(&mapping, record).known_as;
    assert_ne!(known(r#"{"id":"a"}"#), known(r#"{"id":"b"}"#));
}

#[test]
fn a_dropped_time_is_still_the_events_time() {
    let case = case(json!({"drop": ["at"]}));
    let mapping = case.mapping();
    let reading = reading(&mapping, r#"{"at":"2025-11-20T09:30:00.123Z"}"#);
    assert_eq!(reading.time, Some(EVENT));
}
