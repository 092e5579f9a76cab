#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::json;

use serde_json::Value;

use super::view::{LONGEST_CURSOR, LONGEST_WARNING, MOST_WARNINGS};
use super::*;
use crate::json::{self, Broken};
use crate::source::grammar::tests::source;
use crate::source::{Record, Unread};

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

/// What a source with some keys set otherwise reads in a body: `data` holds the records, `next` the cursor.
fn read<'a>(changes: &Value, reply: &'a Reply, text: &'a str) -> Result<Answer<'a>> {
    let mut all = json!({"next": {"from": "body.next", "to": "query.cursor", "more": "body.more"}});
    for (key, value) in changes.as_object().unwrap() {
        all[key] = value.clone();
    }
    source(&all).answer(text, reply, &mut Unread)
}

fn texts(answer: &Answer) -> Vec<String> {
    let text = |record: &Record| match record {
        Record::Json(text) => (*text).to_owned(),
        Record::Broken(text) => format!("broken {text}"),
    };
    answer.records.iter().map(text).collect()
}

/// What a reader is given, in order.
#[derive(Default)]
struct Given(Vec<String>);

impl<'a> Reads<'a> for Given {
    fn json(&mut self, text: &'a str, at: usize) -> std::result::Result<usize, Broken> {
        self.0.push(format!("at {at}"));
        let end = json::skip(text, at)?;
        self.0.push(text[at..end].to_owned());
        Ok(end)
    }

    fn broken(&mut self, line: &'a str) {
        self.0.push(format!("broken {line}"));
    }
}

fn given(changes: &Value, body: &str) -> Vec<String> {
    let mut given = Given::default();
    let _ = source(changes).answer(body, &reply(200, &[], body), &mut given);
    given.0
}

/// Records, next and more of a body.
fn said(changes: &Value, body: &str) -> (Vec<String>, Option<String>, Option<bool>) {
    let reply = reply(200, &[], body);
    let answer = read(changes, &reply, body).unwrap();
    (texts(&answer), answer.next.clone(), answer.more)
}

fn problem(changes: &Value, status: u16, body: &str) -> Error {
    let reply = reply(status, &[], body);
    read(changes, &reply, body).err().unwrap()
}

fn owned(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn records_are_given_as_they_stand() {
    let (records, next, more) = said(
        &json!({}),
        "{\"more\": true, \"data\": [ {\"id\" : 1.50, \"n\": 12345678901234567890123}, \"a\" ,null,[1 , 2] ], \"next\": \"abc\"}",
    );
    assert_eq!(
        records,
        owned(&[
            "{\"id\" : 1.50, \"n\": 12345678901234567890123}",
            "\"a\"",
            "null",
            "[1 , 2]"
        ])
    );
    assert_eq!(next.as_deref(), Some("abc"));
    assert_eq!(more, Some(true));
}

#[test]
fn records_are_found_wherever_the_path_leads() {
    let body = "{\"data\": {\"items\": [1, 2], \"next\": \"n\"}, \"next\": \"m\"}";
    let (records, next, _) = said(&json!({"records": "data.items"}), body);
    assert_eq!((records, next.as_deref()), (owned(&["1", "2"]), Some("m")));
    let inner =
        json!({"records": "data.items", "next": {"from": "body.data.next", "to": "query.c"}});
    assert_eq!(said(&inner, body).1.as_deref(), Some("n"));
    let listed = json!({"records": "0.hits", "next": null});
    assert_eq!(
        said(&listed, "[{\"a\": 0, \"hits\": [7]}, {\"hits\": [8]}]").0,
        owned(&["7"])
    );
    assert_eq!(
        said(&json!({"records": "", "next": null}), " [7, 8] ").0,
        owned(&["7", "8"])
    );
    assert_eq!(
        said(&json!({"records": "\"a.b\".c"}), "{\"a.b\": {\"c\": [1]}}").0,
        owned(&["1"])
    );
}

#[test]
fn a_cursor_may_come_from_beside_before_or_within_the_way_to_the_records() {
    for (from, expected) in [
        ("body.a.b.c", Some("1")),
        ("body.data.meta.after", Some("2")),
        ("body.list.1", Some("4")),
        ("body.a.b", None),
        ("body.data.items", None),
        ("body.nowhere.at.all", None),
    ] {
        let changes = json!({"records": "data.items", "next": {"from": from, "to": "query.c"}});
        let body = "{\"a\": {\"b\": {\"c\": 1}}, \"data\": {\"meta\": {\"after\": \"2\"}, \"items\": []}, \"list\": [3, 4]}";
        let reply = reply(200, &[], body);
        let next = read(&changes, &reply, body)
            .ok()
            .and_then(|answer| answer.next);
        assert_eq!(next.as_deref(), expected, "{from}");
    }
}

#[test]
fn null_and_an_empty_list_are_an_empty_page() {
    for body in [
        "{\"data\": null}",
        "{\"data\": []}",
        "\u{feff}{\"data\": []}",
    ] {
        assert_eq!(said(&json!({}), body), (vec![], None, None), "{body}");
    }
    let missing = json!({"records_missing": "empty"});
    assert_eq!(said(&missing, "{}"), (vec![], None, None));
    assert_eq!(
        said(
            &json!({"records": "a.b", "records_missing": "empty"}),
            "{\"a\": null}"
        ),
        (vec![], None, None)
    );
}

#[test]
fn a_cursor_keeps_its_digits_and_nothing_is_no_cursor() {
    for (written, expected) in [
        ("\"abc==\"", Some("abc==")),
        ("\"\\u00e9 \\/\"", Some("é /")),
        ("12345678901234567890123", Some("12345678901234567890123")),
        ("1.50", Some("1.50")),
        ("0", Some("0")),
        ("\"\"", None),
        ("null", None),
        ("false", None),
    ] {
        let (_, next, _) = said(
            &json!({}),
            &format!("{{\"data\": [], \"next\": {written}}}"),
        );
        assert_eq!(next.as_deref(), expected, "{written}");
    }
    for (written, kind) in [
        ("{\"a\": 1}", "a mapping"),
        ("[1]", "a list of 1"),
        ("true", "true or false"),
    ] {
        let error = problem(
            &json!({}),
            200,
            &format!("{{\"data\": [], \"next\": {written}}}"),
        );
        assert_eq!(
            error,
            Error::Shape(format!(
                "me/log: expected a text or a number at `body.next`, found {kind}"
            ))
        );
    }
}

#[test]
fn a_cursor_beyond_all_measure_is_refused() {
    let body = format!(
        "{{\"data\": [], \"next\": \"{}\"}}",
        "x".repeat(LONGEST_CURSOR + 1)
    );
    assert!(
        problem(&json!({}), 200, &body)
            .to_string()
            .contains("which is no cursor")
    );
}

#[test]
fn whether_there_is_more_is_read_from_what_vendors_write_for_yes_and_no() {
    let counted = json!({"next": {"from": "page", "to": "query.page", "more": "body.more"}});
    for (written, more, more_of_counted) in [
        ("true", Some(true), Some(true)),
        ("false", Some(false), Some(false)),
        ("\"false\"", Some(false), Some(false)),
        ("0", Some(false), Some(false)),
        ("1", Some(true), Some(true)),
        ("\"https://x.example/?page=2\"", Some(true), Some(true)),
        ("\"\"", Some(false), Some(false)),
        ("null", None, Some(false)),
        ("[]", None, None),
    ] {
        let body = format!("{{\"data\": [], \"more\": {written}}}");
        assert_eq!(said(&json!({}), &body).2, more, "{written}");
        assert_eq!(said(&counted, &body).2, more_of_counted, "{written}");
    }
    assert_eq!(said(&json!({}), "{\"data\": []}").2, None);
}

#[test]
fn a_cursor_may_be_in_a_header_a_link_or_a_record() {
    let next = |from: &str| json!({"next": {"from": from, "to": if from.starts_with("link") { "url" } else { "query.c" }}});
    let headers = [
        ("x-next", "h1"),
        ("link", "<https://x.example/?a=1>; rel=\"next\""),
    ];
    let body = "{\"data\": [{\"id\": \"first\", \"at\": {\"n\": 10}}, 7, {\"id\": \"last\", \"at\": {\"n\": 20}}]}";
    for (from, expected) in [
        ("header.X-Next", Some("h1")),
        ("header.X-Other", None),
        ("link.next", Some("https://x.example/?a=1")),
        ("link.prev", None),
        ("last.id", Some("last")),
        ("first.id", Some("first")),
        ("last.at.n", Some("20")),
        ("last.nothing", None),
        ("page", None),
        ("offset", None),
    ] {
        let reply = reply(200, &headers, body);
        let answer = read(&next(from), &reply, body).unwrap();
        assert_eq!(answer.next.as_deref(), expected, "{from}");
    }
    assert_eq!(said(&next("last.id"), "{\"data\": []}").1, None);
}

#[test]
fn a_reply_of_another_shape_is_described_by_its_keys_and_kinds() {
    let nothing = "me/log: nothing at `data`, where the records should be: the reply is ";
    let fix = "; set `records` to the path of the array";
    for (body, shape) in [
        ("{}", "an empty JSON object"),
        (
            "{\"error\": {\"token\": \"hunter2\"}, \"items\": [1, 2], \"n\": 5, \"t\": \"hunter2\", \"z\": null, \"b\": true}",
            "a JSON object with `error` (a mapping), `items` (a list of 2), `n` (a number), `t` (a text), `z` (null), `b` (true or false)",
        ),
        ("[1, 2, 3]", "a JSON array of 3"),
        ("\"hunter2\"", "a single JSON value"),
        ("7", "a single JSON value"),
        ("null", "a single JSON value"),
    ] {
        assert_eq!(
            problem(&json!({}), 200, body),
            Error::Shape(format!("{nothing}{shape}{fix}")),
            "{body}"
        );
    }
    let many: Vec<String> = (0..20).map(|i| format!("\"k{i}\": 1")).collect();
    assert!(
        problem(&json!({}), 200, &format!("{{{}}}", many.join(",")))
            .to_string()
            .contains("`k11` (a number), and 8 more")
    );
    let long = format!("{{\"{}\": 1}}", "k".repeat(500));
    assert!(problem(&json!({}), 200, &long).to_string().len() < 250);
}

#[test]
fn records_that_are_no_list_are_named_for_what_they_are() {
    for (body, kind) in [
        ("{\"data\": {\"items\": []}}", "a mapping"),
        ("{\"data\": \"hunter2\"}", "a text"),
        ("{\"data\": 7}", "a number"),
        ("{\"data\": -7}", "a number"),
        ("{\"data\": 7.5}", "a number"),
        ("{\"data\": false}", "true or false"),
    ] {
        let expected = format!(
            "me/log: expected an array of records at `data`, found {kind}; set `records` to the path of the array"
        );
        assert_eq!(
            problem(&json!({"records_missing": "empty"}), 200, body),
            Error::Shape(expected),
            "{body}"
        );
    }
    let whole = problem(&json!({"records": "", "next": null}), 200, "{\"data\": []}").to_string();
    assert_eq!(
        whole,
        "me/log: expected an array of records, found a mapping: the reply is a JSON object with `data` (a list of 0); set `records` to the path of the array"
    );
}

#[test]
fn what_is_no_json_is_said_to_be_what_it_is() {
    for (body, shape) in [
        ("", "an empty body"),
        (" \n", "an empty body"),
        (
            "<!DOCTYPE html><html>Sign in</html>",
            "an HTML page of 35 bytes",
        ),
        ("\n<HTML>", "an HTML page of 6 bytes"),
        ("<?xml version='1.0'?><Error/>", "an XML text of 29 bytes"),
        ("upstream timed out", "a text of 18 bytes that is not JSON"),
        ("NaN", "a text of 3 bytes that is not JSON"),
    ] {
        let expected = format!(
            "me/log: expected JSON, found {shape}; is base_url the API's and not a page's?"
        );
        assert_eq!(
            problem(&json!({}), 200, body),
            Error::Shape(expected),
            "{body}"
        );
    }
}

#[test]
fn json_that_breaks_is_told_from_json_that_was_cut_off() {
    for body in [
        "{\"data\": [1, 2",
        "{\"data\": [{\"a\": \"b",
        "{\"data\": [-",
        "{\"data\": [1.",
        "{\"data\": [tr",
        "{\"data\": [\"\\u00",
        "{\"data\": [] ",
        "[",
    ] {
        let expected = format!("me/log: the reply was cut off after {} bytes", body.len());
        assert_eq!(
            problem(&json!({}), 200, body),
            Error::Unavailable(expected),
            "{body}"
        );
    }
    for (body, at) in [
        ("{\"data\": [NaN]}", "line 1 column 11"),
        ("{\"data\": []}{}", "line 1 column 13"),
        ("{\"data\": [\"\\u1\"]}", "line 1 column 15"),
        ("{\"data\": [01]}", "line 1 column 12"),
        ("{\"data\": [1,]}", "line 1 column 13"),
        ("{\"data\": []\n, 'a': 1}", "line 2 column 3"),
    ] {
        let expected = format!("me/log: the reply is not valid JSON at {at}");
        assert_eq!(
            problem(&json!({}), 200, body),
            Error::Shape(expected),
            "{body}"
        );
    }
}

#[test]
fn no_content_is_an_empty_page() {
    let reply = reply(204, &[], "");
    assert_eq!(read(&json!({}), &reply, ""), Ok(Answer::default()));
}

#[test]
fn records_under_a_key_that_comes_twice_are_all_given_and_the_last_cursor_counts() {
    let (records, next, _) = said(
        &json!({}),
        "{\"data\": [1], \"next\": \"a\", \"data\": [2], \"next\": \"b\"}",
    );
    assert_eq!((records, next.as_deref()), (owned(&["1", "2"]), Some("b")));
    assert_eq!(
        said(&json!({}), "{\"data\": [1], \"data\": null}").0,
        owned(&["1"])
    );
    let error = problem(&json!({}), 200, "{\"data\": 5, \"data\": null}").to_string();
    assert!(error.contains("found a number"), "{error}");
    let deeper = json!({"next": {"from": "body.x.a.b", "to": "query.c"}});
    let next = |x: &str| said(&deeper, &format!("{{\"data\": [], \"x\": {x}}}")).1;
    assert_eq!(next(r#"{"a": {"b": "c"}, "a": {}}"#), None);
    assert_eq!(next(r#"{"a": {}, "a": {"b": "c"}}"#).as_deref(), Some("c"));
}

#[test]
fn depth_fails_no_page() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let changes =
        json!({"partial": [{"when": "body.deep", "is": "present"}], "warnings": "body.deep"});
    let body = format!("{{\"data\": [{deep}], \"deep\": {deep}}}");
    let reply = reply(200, &[], &body);
    let answer = read(&changes, &reply, &body).unwrap();
    assert_eq!(answer.records, [Record::Json(&deep)]);
    assert_eq!(answer.partial.as_deref(), Some("the reply has `body.deep`"));
}

#[test]
fn half_a_surrogate_in_a_record_fails_no_page() {
    let body = "{\"data\": [{\"a\\ud800\": \"\\udfff\"}]}";
    assert_eq!(
        said(&json!({}), body).0,
        owned(&["{\"a\\ud800\": \"\\udfff\"}"])
    );
}

#[test]
fn a_partial_answer_is_told_by_its_signs() {
    let partial = |is: Value, body: &str| {
        let changes = json!({"partial": [{"when": "body.meta.status", "is": is}]});
        let reply = reply(200, &[], body);
        read(&changes, &reply, body).unwrap().partial
    };
    let body = |status: &str| format!("{{\"data\": [], \"meta\": {{\"status\": {status}}}}}");
    assert_eq!(
        partial(json!("timeout"), &body("\"timeout\"")).as_deref(),
        Some("`body.meta.status` is timeout")
    );
    assert_eq!(partial(json!("timeout"), &body("\"done\"")), None);
    assert_eq!(
        partial(json!(206), &body("\"206\"")).as_deref(),
        Some("`body.meta.status` is 206")
    );
    assert_eq!(partial(json!("timeout"), "{\"data\": []}"), None);
    for (found, is_present) in [
        ("\"x\"", true),
        ("[1]", true),
        ("{\"a\": 1}", true),
        ("0", true),
        ("[]", false),
        ("\"\"", false),
        ("{}", false),
        ("null", false),
    ] {
        assert_eq!(
            partial(json!("present"), &body(found)).is_some(),
            is_present,
            "{found}"
        );
    }
    let headers = reply(200, &[("x-partial", "1")], "{\"data\": []}");
    let changes = json!({"partial": [{"when": "header.X-Partial", "is": 1}]});
    assert_eq!(
        read(&changes, &headers, "{\"data\": []}")
            .unwrap()
            .partial
            .as_deref(),
        Some("`header.X-Partial` is 1")
    );
}

#[test]
fn warnings_are_passed_on_in_words() {
    let warnings = |body: &str| {
        let reply = reply(200, &[("warning", "199 slow")], body);
        read(
            &json!({"warnings": ["body.meta.warnings", "header.Warning"]}),
            &reply,
            body,
        )
        .unwrap()
        .warnings
    };
    let body = r#"{"data": [], "meta": {"warnings": [{"code": "unknown_index", "title": "One index is unknown", "detail": "indexes: x"}, "plain", {"other": 1}]}}"#;
    assert_eq!(
        warnings(body),
        [
            "unknown_index: One index is unknown: indexes: x",
            "plain",
            "{\"other\":1}",
            "199 slow"
        ]
    );
    let long = format!(
        "{{\"data\": [], \"meta\": {{\"warnings\": \"{}\"}}}}",
        "é".repeat(10_000)
    );
    assert_eq!(warnings(&long)[0].chars().count(), LONGEST_WARNING + 3);
    let many = format!(
        "{{\"data\": [], \"meta\": {{\"warnings\": {:?}}}}}",
        vec!["w"; 1000]
    );
    assert_eq!(warnings(&many).len(), MOST_WARNINGS);
}

#[test]
fn lines_are_records_and_one_that_breaks_fails_no_other() {
    let changes =
        json!({"format": "ndjson", "records": null, "next": {"from": "last.id", "to": "query.c"}});
    let body = "{\"id\": 1}\r\n\n  {\"id\":2} \n{\"id\": 3\nplain\n";
    let (records, next, _) = said(&changes, body);
    assert_eq!(
        records,
        owned(&[
            "{\"id\": 1}",
            "{\"id\":2}",
            "broken {\"id\": 3",
            "broken plain"
        ])
    );
    assert_eq!(next.as_deref(), Some("2"));
    assert_eq!(said(&changes, ""), (vec![], None, None));
}

#[test]
fn each_record_is_read_while_the_body_is_taken_apart() {
    let nested = json!({"records": "data.1.items", "next": null});
    let body = "{\"a\": [0], \"data\": [7, {\"items\": [ {\"id\": 1} ,\"x\", null ]}], \"b\": [1]}";
    assert_eq!(
        given(&nested, body),
        ["at 35", "{\"id\": 1}", "at 46", "\"x\"", "at 51", "null"]
    );
    let broken = "{\"data\": [1, {\"a\" 2}, 3]}";
    assert_eq!(given(&json!({}), broken), ["at 10", "1", "at 13"]);
}

#[test]
fn a_line_that_breaks_is_taken_back_once_it_was_read() {
    let lines = json!({"format": "ndjson", "records": null, "next": null});
    assert_eq!(
        given(&lines, " 1 \n{\"a\": 2} x\n{\"b\"\n\n3"),
        [
            "at 0",
            "1",
            "at 0",
            "{\"a\": 2}",
            "broken {\"a\": 2} x",
            "at 0",
            "broken {\"b\"",
            "at 0",
            "3"
        ]
    );
}

#[test]
fn a_key_is_found_however_it_is_escaped() {
    let changes =
        json!({"records": "resu\u{301}lts.é", "next": {"from": "body.ne\"xt.a", "to": "query.c"}});
    let body = r#"{"resu\u0301lts": {"\u00E9": [1]}, "half \udc00": "\ud800", "ne\"xt": {"\u0061": "b", "a": 7, "b": 0}}"#;
    let (records, next, _) = said(&changes, body);
    assert_eq!((records, next.as_deref()), (owned(&["1"]), Some("7")));
}

#[test]
fn records_are_borrowed_from_the_body() {
    let body = "{\"data\": [{\"id\": 1}]}";
    let reply = reply(200, &[], body);
    let answer = read(&json!({}), &reply, body).unwrap();
    let Record::Json(text) = answer.records[0] else {
        panic!("broken")
    };
    assert!(body.as_bytes().as_ptr_range().contains(&text.as_ptr()));
}

fn shapes() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        Just(json!({"records": "", "next": null})),
        Just(json!({"records": "data.0.x", "records_missing": "empty"})),
        Just(json!({"next": {"from": "last.id", "to": "query.c"}})),
        Just(json!({"next": {"from": "link.next", "to": "url"}})),
        Just(json!({"format": "ndjson", "records": null, "next": null})),
        Just(json!({"partial": [{"when": "body.next", "is": "present"}], "warnings": "body.data"})),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), changes in shapes()) {
        let reply = Reply { status: 200, headers: vec![], body: bytes };
        let text = reply.text();
        let _ = read(&changes, &reply, &text);
    }

    #[test]
    fn nothing_that_looks_like_json_makes_reading_panic(body in "[\\[\\]{}:,\"0-9a-z\\\\ ]{0,40}|\\{\"(data|next)\": ?[\\[{\"0-9nt].{0,20}", changes in shapes()) {
        let reply = reply(200, &[("link", &body)], &body);
        let _ = read(&changes, &reply, &body);
    }

    #[test]
    fn every_record_of_a_list_is_given(records in prop::collection::vec("[a-z]{0,5}", 0..20)) {
        let body = json!({"x": 1, "data": records, "next": "n"}).to_string();
        let written: Vec<String> = records.iter().map(|text| format!("\"{text}\"")).collect();
        prop_assert_eq!(said(&json!({}), &body).0, written);
    }
}
