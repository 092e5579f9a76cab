//! What of a record is kept, and how it is recognised.

use serde_json::json;

use super::*;

fn record_of(line: &str) -> &str {
    let begin = line.find("\"acme\":").unwrap() + "\"acme\":".len();
    &line[begin..line.rfind(",\"logwalk\":").unwrap()]
}

#[test]
fn a_record_is_kept_to_the_digit_where_no_tags_are_possible() {
    let record = r#"{"a":12345678901234567890,"b":1.10,"c":1E5,"d":0.1000000000000000055,"e":-0,"f":"\u00e9\/","f":2}"#;
    assert_eq!(record_of(&case(json!({})).line(record)), record);
}

#[test]
fn where_tags_are_possible_what_a_double_would_change_becomes_a_text() {
    let mut by_restamp = case(json!({}));
    by_restamp.terms.too_old = TooOld::Restamp;
    let mut by_instance = case(json!({}));
    by_instance.terms.instance_tags = "a:b".to_owned();
    for case in [by_restamp, by_instance, case(json!({"tags": {"x": "x"}}))] {
        let record = r#"{"a":[9007199254740993,9007199254740992,-9007199254740993],"b":1.10,"c":1e400,"d":0.1000000000000000055}"#;
        let expected = r#"{"a":["9007199254740993",9007199254740992,"-9007199254740993"],"b":1.10,"c":"1e400","d":"0.1000000000000000055"}"#;
        assert_eq!(record_of(&case.line(record)), expected);
    }
}

#[test]
fn white_space_between_tokens_goes_so_that_a_log_is_one_line() {
    let line = case(json!({"drop": ["x.y"]}))
        .line("{\n \"a\" : [ 1 ,\r\n{ } ],\t\"x\" : { \"z\" : \" \" } }");
    assert_eq!(record_of(&line), r#"{"a":[1,{}],"x":{"z":" "}}"#);
}

#[test]
fn half_a_surrogate_pair_is_replaced_and_a_whole_one_kept() {
    let line = case(json!({"message": "{a}"}))
        .line(r#"{"a":"\ud800x\udc00","\ud83d":"\ud83d\ude00\uFFFD"}"#);
    assert_eq!(
        record_of(&line),
        r#"{"a":"\ufffdx\ufffd","\ufffd":"\ud83d\ude00\uFFFD"}"#
    );
    assert!(line.contains("\"message\":\"\u{fffd}x\u{fffd}\""));
}

#[test]
fn a_nul_in_a_text_is_kept_as_an_escape() {
    let line = case(json!({"message": "{a}"})).line(r#"{"a":"x\u0000y"}"#);
    assert_eq!(record_of(&line), r#"{"a":"x\u0000y"}"#);
    assert!(line.contains(r#""message":"x\u0000y""#));
}

#[test]
fn json_inside_strings_is_opened_where_it_is_json_and_left_where_it_is_not() {
    let case = case(
        json!({"decode": ["a", "b.*", "c", "c.inner"], "attributes": {"evt.name": "c.inner.deep.0"}}),
    );
    let open = |record: &str| record_of(&case.line(record)).to_owned();
    assert_eq!(
        open(r#"{"a":"{\"k\": [1.10, \"\\u00e9\"]}"}"#),
        r#"{"a":{"k":[1.10,"\u00e9"]}}"#
    );
    assert_eq!(open(r#"{"a":" \n[1,2] "}"#), r#"{"a":[1,2]}"#);
    assert_eq!(
        open(r#"{"a":"[1]","b":["{}","x",{"a":"[3]"}]}"#),
        r#"{"a":[1],"b":[{},"x",{"a":"[3]"}]}"#
    );
    for left in [
        r#""""#,
        r#""no""#,
        r#""{\"cut\":""#,
        r#""12""#,
        r#""{} {}""#,
        r#""\"{}\"""#,
        "null",
        "7",
        r#""[\u0001]""#,
    ] {
        let record = format!("{{\"a\":{left}}}");
        assert_eq!(open(&record), record);
    }
    let line = case.line(r#"{"c":"{\"inner\":\"{\\\"deep\\\":[\\\"x\\\"]}\"}"}"#);
    assert_eq!(record_of(&line), r#"{"c":{"inner":{"deep":["x"]}}}"#);
    assert!(line.contains(r#""evt":{"name":"x"}"#));
}

#[test]
fn what_was_opened_keeps_to_the_rules_for_numbers_and_surrogates() {
    let mut case = case(json!({"decode": ["a"]}));
    case.terms.instance_tags = "a:b".to_owned();
    let line = case.line(r#"{"a":"{\"n\":9007199254740993,\"s\":\"\\ud800\"}"}"#);
    assert_eq!(
        record_of(&line),
        r#"{"a":{"n":"9007199254740993","s":"\ufffd"}}"#
    );
}

#[test]
fn a_record_a_hundred_thousand_levels_deep_is_sent_as_its_text() {
    let deep = |inside: &str| format!("{}{inside}{}", "[".repeat(100_000), "]".repeat(100_000));
    let record = format!(r#"{{"id":"x","a":{},"b":"{}"}}"#, deep("1"), deep("2"));
    let case = case(json!({"decode": ["b"], "drop": ["a.0.0.c"], "attributes": {"usr.id": "a"}}));
    let sheet = case.log(Record::Json(&record));
    let log = sheet.last().unwrap();
    assert_eq!(log.record(), None);
    let value: Value = serde_json::from_str(&log.to_json()).unwrap();
    assert!(
        value["message"]
            .as_str()
            .unwrap()
            .starts_with(r#"{"id":"x","a":[[[["#)
    );
    assert_eq!(value["logwalk"]["id"], "x");
    assert_eq!(
        value["logwalk"]["error"],
        "the record is nested deeper than 512 levels: it is sent as its text"
    );
    assert_eq!(value.get("usr"), None);
}

#[test]
fn json_in_a_string_is_opened_at_every_depth_and_left_where_its_brackets_do_not_match() {
    let case = case(json!({"decode": ["s"]}));
    let asking = json!({"decode": ["s"], "attributes": {"usr.id": "s.nothing.there"}});
    let asking = super::case(asking);
    for depth in [1, 2, 61, 62, 63, 64, 65, 66, 100] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let inside = format!("{{\"a\":{open}{{}}{close}}}");
        let record = |inside: &str| format!(r#"{{"s":{}}}"#, json!(inside));
        let line = case.line(&record(&inside));
        assert_eq!(record_of(&line), format!(r#"{{"s":{inside}}}"#));
        for wrong in [
            format!("{{\"a\":{open}{close}]"),
            format!("[{open}{close}}}"),
        ] {
            let record = record(&wrong);
            assert_eq!(record_of(&case.line(&record)), record);
            assert_eq!(record_of(&asking.line(&record)), record);
        }
    }
    let deep = json!(format!("{}{}", "[".repeat(513), "]".repeat(513)));
    let value = case.value(&format!(r#"{{"s":{deep}}}"#));
    assert!(value.get("acme").is_none(), "{value}");
}

#[test]
fn a_record_of_some_depth_is_sent_as_it_is() {
    let record = format!(
        r#"{{"id":"x","a":{}1{}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    let sheet = case(json!({})).log(Record::Json(&record));
    let log = sheet.last().unwrap();
    assert_eq!(log.record(), Some(&*record));
}

#[test]
fn a_key_that_comes_twice_counts_with_its_last_value() {
    let case = case(json!({"message": "{a.b} {c}", "decode": []}));
    let value = case.line(r#"{"a":{"b":1},"c":1,"a":{},"c":2,"id":"x","id":"y"}"#);
    assert!(value.contains("\"message\":\"2\""), "{value}");
    assert!(value.contains("\"logwalk\":{\"id\":\"y\""), "{value}");
    for last in ["null", "1", "\"x\"", "[]"] {
        let value = case.value(&format!(r#"{{"a":{{"b":1}},"c":2,"a":{last}}}"#));
        assert_eq!(value["message"], "2", "{last}");
    }
}

#[test]
fn a_text_that_is_asked_for_as_an_object_too_is_read_without_its_escapes() {
    let mut case = case(json!({"message": "{a} {a.b}", "attributes": {"usr.id": "a"}}));
    case.source.record.time = Some(paths(&["a.at"]));
    let value = case.value(r#"{"a":"x\ty\u00e9\"z"}"#);
    assert_eq!(value["message"], "x\ty\u{e9}\"z");
    assert_eq!(value["usr"]["id"], "x\ty\u{e9}\"z");
}

#[test]
fn records_on_one_sheet_know_nothing_of_each_other() {
    let case = case(json!({"message": "{a}", "attributes": {"usr.id": "b"}, "decode": ["o"]}));
    let mapping = case.mapping();
    let mut sheet = Sheet::default();
    let records = [
        r#"{"id":"x","at":"2025-11-20T09:30:00Z","a":"one","b":2,"o":"{\"k\":1}"}"#,
        "{}",
        r#"{"id":"\u0078","b":"two"}"#,
    ];
    let mut readings = Vec::new();
    for record in records {
        readings.push(whole(mapping.read(record, 0, &mut sheet), record));
    }
    for (reading, record) in readings.iter().zip(records) {
        let before = sheet.len();
        assert_eq!(mapping.log(reading, case.moment, &mut sheet), Mapped::Log);
        let line = sheet.line(before).unwrap();
        assert_eq!(line.to_json(), case.line(record));
        assert_eq!(line.bytes(), case.line(record).len() + 1);
        let alone = super::reading(&mapping, record);
        assert_eq!(
            (reading.known_as, reading.time),
            (alone.known_as, alone.time)
        );
    }
}

#[test]
fn a_key_with_escapes_is_the_key_it_stands_for() {
    let value = case(json!({"message": "{name}"})).value(r#"{"n\u0061me":"x"}"#);
    assert_eq!(value["message"], "x");
}

#[test]
fn what_is_no_object_is_sent_as_its_text_with_the_reason() {
    let case = case(json!({"message": "{a}", "attributes": {"evt.name": "a"}}));
    for (record, message) in [
        ("\"a \\\"word\\\"\"", "a \"word\""),
        ("12345678901234567890", "12345678901234567890"),
        ("null", "null"),
        ("[1, {\"a\": 2}]", "[1,{\"a\":2}]"),
    ] {
        let value = case.value(record);
        assert_eq!(value["message"], message);
        assert_eq!(value["logwalk"]["error"], "the record is no object");
        assert!(value.get("acme").is_none() && value.get("evt").is_none());
    }
    let line = case.checked(Record::Broken("{\"half\": \u{0}\t"));
    let value: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["message"], "{\"half\": \u{0}\t");
    assert_eq!(value["logwalk"]["error"], "the record is no JSON");
    assert_eq!(value["status"], "info");
}

#[test]
fn a_text_is_read_exactly_where_it_is_json() {
    let case = case(
        json!({"drop": ["a.b", "0"], "redact": ["*.c"], "decode": ["s"], "message": "{x.0.y}"}),
    );
    let mapping = case.mapping();
    let whole = r#"{"a":{"b":[1,"\ud800\""],"c":2},"s":"{\"k\":1}","x":[{"y":-1.5e3}],"t":true}"#;
    for cut in 0..=whole.len() {
        for tail in ["", ",", "}", "]", "\"", "\\", "x", "[", "{\"", "\u{0}"] {
            let text = format!("{}{tail}", &whole[..cut]);
            let read = mapping.read(&text, 0, &mut Sheet::default());
            assert_eq!(
                read.map(|(_, end)| end),
                crate::json::skip(&text, 0),
                "{text}"
            );
        }
    }
}

#[test]
fn a_record_is_known_by_its_id_and_version_and_by_nothing_else() {
    let mut case = case(json!({"redact": ["status"]}));
    case.source.record.id = Some(paths(&["uuid", "id"]));
    case.source.record.version = vec![path("status"), path("n")];
    let mapping = case.mapping();
    let known = |record: &str| reading(&mapping, record).known_as;
    let first = known(r#"{"id":"a","status":"x"}"#);
    assert_eq!(first, known(r#"{"other":1, "status":"\u0078","id":"a"}"#));
    assert_eq!(first, known(r#"{"uuid":"a","status":"x","id":"b"}"#));
    assert_eq!(first, known(r#"{"uuid":null,"status":"x","id":"a"}"#));
    assert_eq!(first, known(r#"{"uuid":"","status":"x","id":"a"}"#));
    assert_ne!(first, known(r#"{"id":"a","status":"y"}"#));
    assert_ne!(first, known(r#"{"id":"b","status":"x"}"#));
    assert_ne!(first, known(r#"{"id":"a","n":"x"}"#));
    assert!(!reading(&mapping, r#"{"id":0}"#).by_content);
}

#[test]
fn what_a_record_is_known_as_never_changes_between_versions_of_the_program() {
    let case = case(json!({}));
    let mapping = case.mapping();
    let known = |record: &str| reading(&mapping, record).known_as;
    // sha256("a"), sha256("{}"): saved places hold these numbers.
    assert_eq!(known(r#"{"id":"a"}"#), 0xca97_8112_ca1b_bdca);
    assert_eq!(known("{}"), 0x4413_6fa3_55b3_678a);
}

#[test]
fn a_record_without_an_id_is_known_by_its_content_and_its_number() {
    let mut case = case(json!({}));
    let mapping = case.mapping();
    let known = |record: &'static str| reading(&mapping, record);
    let reading = known("{\"a\":1}");
    assert!(reading.by_content);
    assert_eq!(reading.known_as, known("{\"a\":1}").known_as);
    assert_ne!(reading.known_as, known("{\"a\":2}").known_as);
    case.moment.ordinal = 3;
    let id = case.value("{\"a\":1}")["logwalk"]["id"].clone();
    let hash = "015abd7f5cc57a2dd94b7590f04ad808";
    assert_eq!(id, format!("{hash}-3"));
}

#[test]
fn an_endless_id_is_carried_as_its_hash() {
    let case = case(json!({}));
    let id = |length: usize| {
        let record = format!(r#"{{"id":"{}"}}"#, "i".repeat(length));
        case.value(&record)["logwalk"]["id"].as_str().unwrap().len()
    };
    assert_eq!((id(256), id(257)), (256, 32));
}

#[test]
fn the_time_is_the_first_path_that_holds_one() {
    let mut case = case(json!({"decode": ["inner"]}));
    case.source.record.time = Some(paths(&["at", "inner.ts"]));
    let mapping = case.mapping();
    let time = |record: &str| reading(&mapping, record).time;
    assert_eq!(time(r#"{"at":"2025-11-20T09:30:00.123Z"}"#), Some(EVENT));
    assert_eq!(time(r#"{"at":1763631000.123}"#), Some(EVENT));
    assert_eq!(
        time(r#"{"at":"never","inner":"{\"ts\":\"1763631000123\"}"}"#),
        Some(EVENT)
    );
    assert_eq!(time(r#"{"at":{}}"#), None);
    assert_eq!(time("{}"), None);
}
