//! Lines that are too long.

use serde_json::json;

use super::*;

fn fitted(log: Value, limit: usize, record: &str) -> Value {
    let mut case = case(log);
    case.terms.log_bytes = limit;
    let sheet = case.log(Record::Json(record));
    let log = sheet.last().unwrap().log;
    assert!(log.truncated);
    assert!(log.line_bytes <= limit, "{} > {limit}", log.line_bytes);
    case.value(record)
}

#[test]
fn a_line_of_exactly_the_limit_is_left_alone() {
    let mut case = case(json!({}));
    let record = format!(r#"{{"a":"{}"}}"#, "x".repeat(500));
    let whole = case.log(Record::Json(&record));
    case.terms.log_bytes = whole.last().unwrap().log.line_bytes;
    assert_eq!(case.log(Record::Json(&record)), whole);
    case.terms.log_bytes -= 1;
    let cut = case.log(Record::Json(&record));
    assert!(cut.last().unwrap().log.truncated);
}

#[test]
fn the_longest_strings_are_cut_and_named_and_nothing_else() {
    let record = format!(
        r#"{{"id":"i","a":"{}","b":[{{"c.d":"{}"}}],"e":"{}"}}"#,
        "a".repeat(5000),
        "b".repeat(3000),
        "short".repeat(10)
    );
    let value = fitted(json!({}), 4000, &record);
    assert_eq!(
        value["logwalk"]["truncated"],
        json!(["acme.a", "acme.b.0.\"c.d\""])
    );
    let a = value["acme"]["a"].as_str().unwrap();
    let kept = a.bytes().take_while(|byte| *byte == b'a').count();
    assert_eq!(
        a,
        format!("{}…[cut {} bytes]", "a".repeat(kept), 5000 - kept)
    );
    assert!(kept > 1000, "{kept}");
    assert_eq!(value["acme"]["e"].as_str().unwrap().len(), 50);
    assert_eq!(value["logwalk"]["id"], "i");
}

#[test]
fn no_more_is_cut_than_is_needed() {
    let mut case = case(json!({}));
    let record = format!(r#"{{"a":"{}"}}"#, "x".repeat(50_000));
    case.terms.log_bytes = 30_000;
    let sheet = case.log(Record::Json(&record));
    assert!(sheet.last().unwrap().log.line_bytes > 29_980);
}

#[test]
fn neither_a_character_nor_an_escape_is_torn() {
    let piece = r#"é\ud83d\ude00\n\u00e9\\😀\""#;
    let record = format!(r#"{{"message":"{}"}}"#, piece.repeat(100));
    for limit in 600..700 {
        let value = fitted(json!({}), limit, &record);
        let kept = value["acme"]["message"]
            .as_str()
            .unwrap()
            .split('…')
            .next()
            .unwrap();
        let whole = "é😀\né\\😀\"".repeat(100);
        assert!(whole.starts_with(kept), "{kept}");
    }
}

#[test]
fn a_message_and_attributes_are_cut_as_well() {
    let log = json!({"message": "{a}", "attributes": {"error.stack": "a"}});
    let record = format!(r#"{{"a":"{}"}}"#, "\\\"".repeat(5000));
    let value = fitted(log, 3000, &record);
    assert_eq!(
        value["logwalk"]["truncated"],
        json!(["message", "error.stack", "acme.a"])
    );
}

#[test]
fn a_record_without_long_strings_becomes_its_own_text() {
    let numbers: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
    let record = format!(
        r#"{{"id":"i","token":"hunter2","n":[{}]}}"#,
        numbers.join(",")
    );
    let log = json!({"redact": ["token"], "attributes": {"evt.name": "id"}, "tags": {"t": "id"}});
    let value = fitted(log.clone(), 2000, &record);
    assert_eq!(value["logwalk"]["truncated"], json!(["*"]));
    let message = value["message"].as_str().unwrap();
    assert!(
        message.starts_with(r#"{"id":"i","token":"[redacted]","n":[0,1,2,"#)
            && message.ends_with(" bytes]"),
        "{message}"
    );
    assert!(value.get("acme").is_none());
    assert_eq!(
        (&value["evt"]["name"], &value["ddtags"]),
        (&json!("i"), &json!("t:i"))
    );
    let value = fitted(log, 450, &record);
    assert!(value.get("evt").is_none() && value.get("ddtags").is_none());
    assert!(value["message"].as_str().unwrap().starts_with("{\"id\""));
}

#[test]
fn a_late_record_stays_marked_however_little_room_there_is() {
    let mut case = case(json!({"tags": {"t": "t"}}));
    case.terms.too_old = TooOld::Restamp;
    case.terms.instance_tags = "env:prod".to_owned();
    case.terms.log_bytes = 500;
    case.moment.event = Time(0);
    let record = format!(r#"{{"t":["{}"]}}"#, ["x"; 400].join("\",\""));
    let value = case.value(&record);
    assert_eq!(value["ddtags"], "env:prod,logwalk_late:true");
}

#[test]
fn a_text_that_is_no_object_is_cut_too() {
    let mut case = case(json!({}));
    case.terms.log_bytes = 600;
    let long = "no json ".repeat(1000);
    let cut = case.log(Record::Broken(&long));
    let cut = cut.last().unwrap();
    assert!(cut.log.truncated && cut.log.line_bytes <= 600);
    assert!(cut.to_json().contains("\"truncated\":[\"message\"]"));
}

#[test]
fn of_a_short_text_that_is_no_json_its_beginning_is_left() {
    let line = "abcdefghij".repeat(8);
    let mut case = case(json!({}));
    for limit in 150..450 {
        case.terms.log_bytes = limit;
        let log: Value = serde_json::from_str(&case.checked(Record::Broken(&line))).unwrap();
        let message = log["message"].as_str().unwrap();
        let kept = message.split('…').next().unwrap();
        assert!(line.starts_with(kept), "{limit}: {message}");
    }
}

#[test]
fn a_limit_below_the_frame_ends_with_the_frame() {
    let mut case = case(json!({"message": "{a}"}));
    let record = format!(r#"{{"a":"{}","b":[1,2,3]}}"#, "x".repeat(9000));
    for limit in [0, 1, 2, 50, 200] {
        case.terms.log_bytes = limit;
        let value = case.value(&record);
        assert_eq!(value["logwalk"]["truncated"], json!(["*"]));
        assert_eq!(value["message"], "");
    }
}

#[test]
fn many_long_strings_deep_down_cost_no_endless_paths() {
    let depth = 200;
    let strings = vec![format!("\"{}\"", "y".repeat(2000)); 200].join(",");
    let record = format!(
        "{{\"a\":{}{strings}{}}}",
        "{\"key\":[".repeat(depth),
        "]}".repeat(depth)
    );
    let mut case = case(json!({}));
    case.terms.log_bytes = 300_000;
    let sheet = case.log(Record::Json(&record));
    let log = sheet.last().unwrap().log;
    assert!(log.truncated && log.line_bytes <= 300_000);
    assert!(log.record.is_some());
}
