//! What a log looks like.

use serde_json::json;

use super::*;
use crate::log::Part;

/// The log of a record beside its fields.
fn logged(case: &Case, record: &str) -> Log {
    case.log(Record::Json(record)).last().unwrap().log.clone()
}

#[test]
fn a_record_becomes_the_log_that_the_mapping_describes() {
    let mut case = case(json!({
        "source": "agent_handler",
        "service": "agent-handler",
        "namespace": "agent_handler",
        "message": "{tool_name} {status}",
        "status": {"from": "status", "map": {"success": "info", "blocked": "warn"}, "default": "info"},
        "attributes": {
            "usr.id": "user.id",
            "evt.name": "tool_name",
            "evt.outcome": "status",
            "duration": {"from": "latency_ms", "times": 1_000_000},
        },
        "tags": {"connector": "connector.slug"},
        "decode": ["tool_args"],
    }));
    case.terms.source_name = "agent_handler/tool_calls".to_owned();
    case.terms.instance_tags = "env:prod".to_owned();
    let record = r#"{"id":"0f8fad5b","started_at":"2025-11-20T09:30:00.123Z","tool_name":"slack__post_message",
        "status":"success","latency_ms":812,"user":{"id":"user-4821"},"connector":{"slug":"slack"},
        "tool_args":"{\"channel\":\"C1\"}"}"#;
    assert_eq!(
        case.line(record),
        concat!(
            r#"{"timestamp":1763631000123,"status":"info","service":"agent-handler","ddsource":"agent_handler","#,
            r#""ddtags":"env:prod,connector:slack","message":"slack__post_message success","#,
            r#""usr":{"id":"user-4821"},"evt":{"name":"slack__post_message","outcome":"success"},"duration":812000000,"#,
            r#""agent_handler":{"id":"0f8fad5b","started_at":"2025-11-20T09:30:00.123Z","tool_name":"slack__post_message","#,
            r#""status":"success","latency_ms":812,"user":{"id":"user-4821"},"connector":{"slug":"slack"},"#,
            r#""tool_args":{"channel":"C1"}},"#,
            r#""logwalk":{"id":"0f8fad5b","source":"agent_handler/tool_calls","event_time":"2025-11-20T09:30:00.123Z"}}"#
        )
    );
}

#[test]
fn without_a_mapping_every_part_has_a_default() {
    let value = case(json!({})).value(r#"{"id":7,"summary":"a door opened"}"#);
    assert_eq!(value["ddsource"], "acme");
    assert_eq!(value["status"], "info");
    assert_eq!(value["message"], "a door opened");
    assert_eq!(value["acme"], json!({"id": 7, "summary": "a door opened"}));
    assert_eq!(value["logwalk"]["id"], "7");
    assert!(value.get("service").is_none() && value.get("ddtags").is_none());
}

#[test]
fn the_instances_service_wins_over_the_mappings_and_settings_are_put_in() {
    let mut case = case(json!({"service": "audit-{org}", "source": "acme.{org}"}));
    let value = case.value("{}");
    assert_eq!(value["service"], "audit-north");
    assert_eq!(value["ddsource"], "acme.north");
    case.terms.service = Some("mine".to_owned());
    assert_eq!(case.value("{}")["service"], "mine");
}

#[test]
fn a_message_has_no_gap_where_a_field_is_missing() {
    let case = case(json!({"message": "{who} did {what} to {whom}"}));
    let message = |record: &str| case.value(record)["message"].clone();
    assert_eq!(
        message(r#"{"who":"a","what":"b","whom":"c"}"#),
        "a did b to c"
    );
    assert_eq!(message(r#"{"who":"a","whom":"c"}"#), "a did to c");
    assert_eq!(
        message(r#"{"what":null,"whom":"  c  d "}"#),
        "did to   c  d"
    );
}

#[test]
fn a_message_shows_any_kind_of_value_plainly() {
    let case = case(json!({"message": "{a} {b} {c} {d.0} {\"e.f\"} {{x}}"}));
    let record = r#"{"a":1.50,"b":true,"c":{"k": [1]},"d":["\"q\""],"e.f":"\u00e9"}"#;
    assert_eq!(
        case.value(record)["message"],
        "1.50 true {\"k\":[1]} \"q\" é {x}"
    );
}

#[test]
fn a_message_of_which_nothing_is_there_is_the_sources_title() {
    let case = case(json!({"message": "{a}: {b}"}));
    assert_eq!(case.value("{}")["message"], "Acme: events");
}

#[test]
fn a_status_comes_from_the_map_then_from_the_default() {
    let map = json!({"from": ["level", "code"], "map": {"OK": "INFO", "404": "warn", "5xx": "error"}, "default": "notice"});
    let case = case(json!({"status": map}));
    let status = |record: &str| case.value(record)["status"].clone();
    assert_eq!(status(r#"{"level":"OK"}"#), "info");
    assert_eq!(status(r#"{"level":"ok"}"#), "info");
    assert_eq!(status(r#"{"code":404}"#), "warn");
    assert_eq!(status(r#"{"code":"503"}"#), "error");
    assert_eq!(status(r#"{"code":200}"#), "notice");
    assert_eq!(status(r#"{"level":null,"code":500}"#), "error");
    assert_eq!(status(r#"{"level":"error"}"#), "notice");
    assert_eq!(status("{}"), "notice");
}

#[test]
fn without_a_map_the_statuses_that_datadog_knows_pass() {
    let case = case(json!({"status": "level"}));
    let status = |record: &str| case.value(record)["status"].clone();
    assert_eq!(status(r#"{"level":"WARNING"}"#), "warning");
    assert_eq!(status(r#"{"level":"purple"}"#), "info");
    assert_eq!(status(r#"{"level":{"a":1}}"#), "info");
}

#[test]
fn attributes_are_multiplied_mapped_and_joined() {
    let case = case(json!({"attributes": {
        "duration": {"from": "ms", "times": 1_000_000},
        "evt.outcome": {"from": "result", "map": {"ok": "success", "0": "zero"}},
        "evt.roles": {"from": "roles", "join": ", "},
        "network.client.ip": ["nowhere", "ip"],
    }}));
    let value = case.value(r#"{"ms":812.5,"result":"ok","roles":["a","b\"c",3],"ip":"10.0.0.1"}"#);
    assert_eq!(value["duration"].to_string(), "812500000");
    assert_eq!(
        value["evt"],
        json!({"outcome": "success", "roles": "a, b\"c, 3"})
    );
    assert_eq!(value["network"], json!({"client": {"ip": "10.0.0.1"}}));
    let value = case.value(r#"{"ms":"7","result":0,"roles":"none","ip":{"v":4}}"#);
    assert_eq!(value["duration"].to_string(), "7000000");
    assert_eq!(value["evt"], json!({"outcome": "zero", "roles": "none"}));
    assert_eq!(value["network"]["client"]["ip"], json!({"v": 4}));
    let value = case.value(r#"{"ms":"soon","result":"maybe","ip":null}"#);
    assert!(value.get("duration").is_none() && value.get("network").is_none());
    assert_eq!(value["evt"], json!({"outcome": "maybe"}));
}

#[test]
fn a_product_beyond_what_a_double_keeps_is_a_text_where_tags_are_possible() {
    let mut case = case(json!({"attributes": {"duration": {"from": "ms", "times": 1_000_000}}}));
    let record = r#"{"ms":9007199254740993}"#;
    assert!(
        case.line(record)
            .contains("\"duration\":9007199254740993000000,")
    );
    case.terms.instance_tags = "a:b".to_owned();
    assert!(
        case.line(record)
            .contains("\"duration\":\"9007199254740993000000\",")
    );
}

#[test]
fn tags_hold_no_commas_and_a_list_makes_several() {
    let mut case =
        case(json!({"tags": {"team": "teams", "who": "who", "none": "none", "obj": "obj"}}));
    let record = r#"{"teams":["a, b"," c ",null,{"x":1},2],"who":"\tjo\nhn ","none":"","obj":{}}"#;
    assert_eq!(
        case.value(record)["ddtags"],
        "team:a_ b,team:c,team:2,who:jo hn"
    );
    case.terms.instance_tags = "env:prod".to_owned();
    assert_eq!(
        case.value(record)["ddtags"],
        "env:prod,team:a_ b,team:c,team:2,who:jo hn"
    );
    assert_eq!(case.value("{}")["ddtags"], "env:prod");
    assert_eq!(logged(&case, "{}").ddtags, None);
}

#[test]
fn a_tag_is_no_longer_and_no_more_numerous_than_datadog_takes() {
    let case = case(json!({"tags": {"a": "a", "b": "b"}}));
    let items: Vec<String> = (0..300).map(|number| format!("\"{number}\"")).collect();
    let record = format!(r#"{{"a":"{}","b":[{}]}}"#, "é".repeat(500), items.join(","));
    let sheet = case.log(Record::Json(&record));
    let tags = sheet.reads(sheet.last().unwrap().log.ddtags.unwrap());
    let tags: Vec<&str> = tags.split(',').collect();
    assert_eq!((tags[0].chars().count(), tags.len()), (200, 100));
    let record = format!(r#"{{"a":"{}"}}"#, "x".repeat(500));
    let tag = case.value(&record)["ddtags"].clone();
    assert_eq!(tag, format!("a:{}", "x".repeat(198)));
}

#[test]
fn a_record_too_old_for_datadog_is_restamped_kept_or_skipped() {
    let mut case = case(json!({}));
    let edge = Time(NOW.0 - (18 * 3600 - 300) * 1000);
    case.terms.too_old = TooOld::Restamp;
    case.moment.event = edge;
    assert_eq!(case.value("{}")["timestamp"], edge.0);
    case.moment.event = Time(edge.0 - 1);
    case.terms.instance_tags = "env:prod".to_owned();
    let value = case.value("{}");
    assert!(value.get("timestamp").is_none());
    assert_eq!(value["ddtags"], "env:prod,logwalk_late:true");
    assert_eq!(
        value["logwalk"]["event_time"],
        case.moment.event.to_string()
    );
    assert!(logged(&case, "{}").late);
    case.terms.too_old = TooOld::Keep;
    let value = case.value("{}");
    assert_eq!(
        (&value["timestamp"], &value["ddtags"]),
        (&json!(edge.0 - 1), &json!("env:prod"))
    );
    assert!(logged(&case, "{}").late);
    case.terms.too_old = TooOld::Skip;
    let mapping = case.mapping();
    let mut sheet = Sheet::default();
    let reading = mapping.read("{}", 0, &mut sheet).unwrap().0;
    let mapped = mapping.log(&reading, case.moment, &mut sheet);
    assert_eq!(mapped, Mapped::TooOld);
}

#[test]
fn a_record_from_the_future_is_sent_and_marked() {
    let mut case = case(json!({}));
    case.moment.event = Time(NOW.0 + 300_000);
    assert!(!logged(&case, "{}").future);
    case.moment.event = Time(NOW.0 + 300_001);
    let log = logged(&case, "{}");
    assert!(log.future);
    assert_eq!(log.timestamp, Some(case.moment.event));
}

#[test]
fn a_log_that_has_to_be_longer_is_so_and_by_a_few_bytes_at_most() {
    let case = case(json!({"message": "{id}"}));
    for bytes in [1, 12, 13, 14, 500] {
        let mut part = Part::from(case.log(Record::Json(r#"{"id":"1"}"#)));
        let before = part.line(0).unwrap().bytes();
        part.pad(bytes);
        let line = part.line(0).unwrap();
        let longer = (line.bytes() - before) as u64;
        assert!((bytes..bytes + 16).contains(&longer), "{bytes}: {longer}");
        let json = line.to_json();
        assert_eq!(json.len() + 1, line.bytes());
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            value["logwalk"]["padding"].as_str().unwrap().len(),
            line.dots
        );
    }
}
