//! What is written is read, and what is wrong is said.

use super::*;
use serde_json::json;

#[test]
fn an_unknown_key_names_its_path_and_the_nearest_known_one() {
    let value = json!({"metod": "GET"});
    let error = Written::new(&value, "instances[0].source.request")
        .fields(&["method", "path"])
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("instances[0].source.request.metod: unknown key; did you mean `method`?")
    );
}

#[test]
fn a_key_like_no_other_is_answered_with_all_that_are_known() {
    let value = json!({"zzz": 1});
    let error = Written::new(&value, "x")
        .fields(&["method", "path"])
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("x.zzz: unknown key; known here: method, path")
    );
}

#[test]
fn a_value_of_a_wrong_type_is_named_by_its_kind_and_never_printed() {
    let value = json!({"credentials": "hunter2"});
    let error = Written::new(&value, "")
        .fields(&["credentials"])
        .and_then(|f| f.at("credentials").texts())
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("credentials: expected a mapping, found a text")
    );
}

#[test]
fn a_word_that_is_none_names_the_nearest_and_never_itself() {
    let words = [("ascending", 1), ("descending", 2)];
    let read = |value: Value| Written::new(&value, "order").word(&words);
    let error = read(json!("hunter2 ascnding"))
        .err()
        .map(|error| error.to_string());
    assert!(error.is_some_and(|text| !text.contains("hunter2")));
    let error = read(json!("ascnding")).err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some(
            "order: expected one of ascending, descending, found a text; did you mean `ascending`?"
        )
    );
    assert_eq!(read(json!("descending")), Ok(Some(2)));
    assert_eq!(read(json!(null)), Ok(None));
}

#[test]
fn spans_of_time_read_as_people_write_them() {
    assert_eq!(duration("1d12h"), Some(Duration::from_hours(36)));
    assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
    assert_eq!(duration("90"), Some(Duration::from_secs(90)));
    for bad in [
        "",
        "h",
        "5 parsecs",
        "-5m",
        "99999999999999999999d",
        "nan",
        "inf",
    ] {
        assert_eq!(duration(bad), None, "{bad}");
    }
}
