//! What is wrong in a mapping is named with its place and the fix.

use serde_json::json;

use super::*;

#[test]
fn every_wrong_key_and_type_is_named_with_its_place() {
    for (log, problem) in [
        (
            json!({"atributes": {}}),
            "log.atributes: unknown key; did you mean `attributes`?",
        ),
        (json!([]), "log: expected a mapping, found a list"),
        (
            json!({"message": 5}),
            "log.message: expected a text, found a number",
        ),
        (
            json!({"status": {"form": "x"}}),
            "log.status.form: unknown key; did you mean `from`?",
        ),
        (
            json!({"status": {"map": []}}),
            "log.status.map: expected a mapping, found a list",
        ),
        (
            json!({"attributes": {"a": {"time": 5}}}),
            "log.attributes.a.time: unknown key; did you mean `times`?",
        ),
        (
            json!({"attributes": {"a": {"times": 5}}}),
            "log.attributes.a.from: required, but missing: the path of the value",
        ),
        (
            json!({"attributes": {"a": {"from": "b", "times": "x"}}}),
            "log.attributes.a.times: expected a number, found a text",
        ),
        (
            json!({"attributes": {"a": ["b", []]}}),
            "log.attributes.a[1]: expected a text, found a list",
        ),
        (
            json!({"tags": {"a": {}}}),
            "log.tags.a: expected a text, found a mapping",
        ),
        (
            json!({"tags": {"a,b": "x"}}),
            "log.tags.a,b: a tag's name may hold no comma, colon or white space",
        ),
        (
            json!({"decode": "a"}),
            "log.decode: expected a list, found a text",
        ),
        (
            json!({"drop": ["a", ""]}),
            "log.drop[1]: `` is no path of a record: it is empty",
        ),
        (
            json!({"drop": ["*.*.*.*"]}),
            "log.drop[0]: a path may hold at most three `*`",
        ),
        (
            json!({"redact": [["a"]]}),
            "log.redact[0]: expected a text, found a list",
        ),
        (
            json!({"message": "{a"}),
            "log.message: a single `{` in a message",
        ),
        (
            json!({"message": "a}"}),
            "log.message: a single `}` in a message",
        ),
        (
            json!({"message": "{}"}),
            "log.message: `` is no path of a record",
        ),
        (
            json!({"tags": {"a": "b.*"}}),
            "log.tags.a: `*` works in decode, drop, redact and hash only",
        ),
    ] {
        let found = case(log).problem();
        assert!(found.starts_with(problem), "{found}");
    }
}

#[test]
fn a_source_is_in_lower_case() {
    let problem = case(json!({"source": "Acme Audit"})).problem();
    assert!(
        problem.starts_with("log.source: `Acme Audit`") && problem.ends_with("write `acme_audit`"),
        "{problem}"
    );
}

#[test]
fn a_record_stands_under_no_name_with_a_meaning_of_its_own() {
    for name in ["timestamp", "ddtags", "logwalk", "message", "host", "date"] {
        let problem = case(json!({"namespace": name})).problem();
        assert!(
            problem.starts_with(&format!("log.namespace: `{name}`")),
            "{problem}"
        );
    }
    assert!(
        case(json!({"namespace": "a.b"}))
            .problem()
            .contains("letters, digits")
    );
}

#[test]
fn attributes_collide_neither_with_what_logwalk_writes_nor_with_each_other() {
    for attributes in [
        json!({"acme.x": "a"}),
        json!({"logwalk.id": "a"}),
        json!({"timestamp": "a"}),
        json!({"ddtags": "a"}),
        json!({"message": "a"}),
        json!({"evt": "a", "evt.name": "b"}),
        json!({"evt.name": "b", "evt": "a"}),
        json!({"evt.name": "b", "\"evt\".name": "a"}),
    ] {
        let problem = case(json!({"attributes": attributes})).problem();
        assert!(problem.starts_with("log.attributes."), "{problem}");
    }
}

#[test]
fn an_attribute_or_tag_without_a_value_is_left_out() {
    let case = case(json!({"attributes": {"evt.name": null}, "tags": {"a": null}}));
    let value = case.value(r#"{"a":1}"#);
    assert!(value.get("evt").is_none() && value.get("ddtags").is_none());
}

#[test]
fn paths_to_hash_need_a_key() {
    let mut case = case(json!({"hash": ["a"]}));
    assert!(case.problem().contains("credentials.hash_key"));
    case.terms.hash_key = Some(String::new());
    assert!(case.problem().contains("credentials.hash_key"));
}

#[test]
fn the_time_cannot_be_hidden_since_every_log_shows_it() {
    for log in [json!({"redact": ["at"]}), json!({"hash": ["*"]})] {
        let mut case = case(log);
        case.terms.hash_key = Some("k".to_owned());
        let problem = case.problem();
        assert!(problem.contains("the record's time"), "{problem}");
    }
}

#[test]
fn a_setting_that_is_not_there_is_named_with_the_nearest() {
    let problem = case(json!({"service": "a-{orgg}"})).problem();
    assert_eq!(
        problem,
        "log.service: no setting is called `orgg`; did you mean `org`?"
    );
}
