//! What holds for every record, whatever it is.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// JSON as text, so that digits, escapes and white space are as odd as an API's may be.
fn any_json() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,30})",
        "-?(0|[1-9][0-9]{0,5})\\.[0-9]{1,25}",
        "-?[1-9]\\.[0-9]{1,3}[eE][+-]?[0-9]{1,2}",
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number,
        any_string(),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| spaced('[', &items, ']')),
            prop::collection::vec((any_key(), inner.clone()), 0..6)
                .prop_map(|members| object(&members)),
            // JSON inside a string.
            inner.prop_map(|json| serde_json::to_string(&json).unwrap()),
        ]
    })
}

fn any_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z0-9 ]{0,12}",
        1 => any::<String>().prop_map(|text| {
            let quoted = serde_json::to_string(&text).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        }),
        1 => "\\\\u[0-9a-fA-F]{4}",
        1 => Just("\\ud83d\\ude00".to_owned()),
        1 => "x{100,400}",
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-e]".prop_map(|key| format!("\"{key}\"")),
        2 => prop_oneof![Just("\"id\"".to_owned()), Just("\"at\"".to_owned()), Just("\"\\u0061\"".to_owned())],
        1 => any_string(),
    ]
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(key, value)| format!("{key} : {value}"))
        .collect();
    spaced('{', &members, '}')
}

fn spaced(open: char, items: &[String], close: char) -> String {
    format!("{open} {}\n{close}", items.join(" ,\t"))
}

fn any_record() -> impl Strategy<Value = String> {
    let members = prop::collection::vec((any_key(), any_json()), 0..8);
    members.prop_map(|members| object(&members))
}

fn busy() -> Value {
    json!({
        "message": "{a} {b.c} {d}",
        "status": {"from": "a", "map": {"1": "warn"}},
        "attributes": {
            "evt.name": "a",
            "evt.outcome": ["b.a", "c.0"],
            "usr.id": {"from": "d", "join": ","},
            "duration": {"from": "e", "times": 1000},
        },
        "tags": {"a": "a", "c": "c"},
        "decode": ["a", "b", "c.*", "*.d"],
    })
}

/// The record without white space and with lone surrogates replaced: what must come out.
fn compact(record: &str) -> Value {
    let mut kept = String::new();
    let mut rest = record;
    while let Some(at) = rest.find('\\') {
        kept.push_str(&rest[..at]);
        let (meant, length) = super::super::text::escape(&rest.as_bytes()[at..]);
        match meant {
            char::REPLACEMENT_CHARACTER => kept.push_str("\\ufffd"),
            _ => kept.push_str(&rest[at..at + length]),
        }
        rest = &rest[at + length..];
    }
    kept.push_str(rest);
    serde_json::from_str(&kept).unwrap()
}

/// All numbers of a JSON text, as written.
fn numbers(json: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[at..];
        let length = if rest.starts_with('"') {
            let mut end = 1;
            while rest.as_bytes()[end] != b'"' {
                end += if rest.as_bytes()[end] == b'\\' { 2 } else { 1 };
            }
            end + 1
        } else {
            let end = rest
                .find([',', ']', '}', ' ', '\n', '\t'])
                .unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            end
        };
        rest = &rest[length..];
    }
    found
}

proptest! {
    #[test]
    fn without_rewriting_the_namespace_is_the_record_to_the_digit(record in any_record()) {
        let case = case(json!({"message": "{a} {b}", "attributes": {"evt.name": "a.b"}}));
        prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&record).is_ok());
        case.line(&record);
        let sheet = case.log(Record::Json(&record));
        let kept = sheet.last().unwrap().record().unwrap();
        prop_assert_eq!(numbers(kept), numbers(&record));
        if compact(&record) != serde_json::from_str::<Value>(kept).unwrap() {
            prop_assert_eq!(kept, &record);
        }
    }

    #[test]
    fn every_log_is_one_line_of_json_counted_to_the_byte_and_fits(
        record in any_record(),
        limit in 700_usize..2000,
        tags in prop_oneof![Just(""), Just("env:prod")],
    ) {
        let mut case = case(busy());
        case.terms.instance_tags = tags.to_owned();
        case.terms.log_bytes = limit;
        case.line(&record);
        let sheet = case.log(Record::Json(&record));
        let log = sheet.last().unwrap().log;
        prop_assert!(log.line_bytes <= limit || log.record.is_none(), "{}", log.line_bytes);
        if log.line_bytes > limit {
            // The tags alone may be as long as that.
            prop_assert!(log.ddtags.is_none());
        }
    }

    #[test]
    fn a_record_is_read_exactly_where_it_is_json(
        record in any_record(),
        place in any::<prop::sample::Index>(),
        instead in prop_oneof![any::<String>(), "[\\[\\]{}\",:\\\\0-9eu\u{1}]{0,2}"],
    ) {
        let mut case = case(busy());
        case.log["redact"] = json!(["b.c"]);
        case.log["drop"] = json!(["e", "*.d"]);
        let at = record.floor_char_boundary(place.index(record.len()));
        let behind = record.ceil_char_boundary(at + 1);
        let text = format!("{}{instead}{}", &record[..at], &record[behind..]);
        let read = case.mapping().read(&text, 0, &mut Sheet::default());
        prop_assert_eq!(read.map(|(_, end)| end), crate::json::skip(&text, 0));
    }

    #[test]
    fn a_record_is_read_as_if_none_had_come_before_it(
        before in any_record(),
        record in any_record(),
        left_out in any::<prop::sample::Index>(),
    ) {
        let mut case = case(busy());
        case.log["redact"] = json!(["b.c"]);
        case.log["drop"] = json!(["e", "*.d"]);
        // The same members, of which one is missing.
        let mut members = serde_json::from_str::<serde_json::Map<String, Value>>(&compact(&before).to_string()).unwrap();
        if !members.is_empty() {
            members.shift_remove(&members.keys().nth(left_out.index(members.len())).unwrap().clone());
        }
        let fewer = Value::from(members).to_string();
        let read = |mapping: &Mapping, record: &str| {
            let mut sheet = Sheet::default();
            let read = mapping.read(record, 0, &mut sheet);
            (format!("{read:?}"), sheet)
        };
        let used = case.mapping();
        read(&used, &before);
        for record in [&record, &fewer, &before] {
            prop_assert_eq!(read(&used, record), read(&case.mapping(), record), "{}", record);
        }
    }

    #[test]
    fn json_in_a_string_is_the_same_however_it_is_opened(
        inside in any_json(),
        blank in prop_oneof![Just(""), Just(" "), Just("\n")],
        tags in prop_oneof![Just(""), Just("env:prod")],
        place in any::<prop::sample::Index>(),
        instead in prop_oneof![3 => Just(String::new()), 1 => "[\\[\\]{}\",:\\\\0-9eu/\u{1} ]{1,2}"],
    ) {
        // As machines write it, and as nobody does.
        let inside = inside.replace([' ', '\n', '\t'], blank);
        let mut text = format!("{{\"s\":{}}}", serde_json::to_string(&inside).unwrap());
        if !instead.is_empty() {
            let at = text.floor_char_boundary(place.index(text.len()));
            let behind = text.ceil_char_boundary(at + 1);
            text.replace_range(at..behind, &instead);
        }
        let opened = |attributes: Value| {
            let mut case = case(json!({"decode": ["s"], "attributes": attributes}));
            case.terms.instance_tags = tags.to_owned();
            let mut sheet = Sheet::default();
            let read = case.mapping().read(&text, 0, &mut sheet);
            read.map(|(reading, end)| (sheet.text(reading.text).to_owned(), end))
        };
        // Where something inside is asked for, the string is unescaped before it is read.
        prop_assert_eq!(opened(json!({})), opened(json!({"usr.id": "s.nothing.there"})));
    }

    #[test]
    fn nothing_becomes_a_number_that_a_double_would_change(record in any_record()) {
        let mut case = case(busy());
        case.terms.instance_tags = "env:prod".to_owned();
        let line = case.line(&record);
        for number in numbers(&line) {
            prop_assert!(super::super::decimal::double_keeps(&number, number.contains(['e', 'E'])), "{number}");
        }
    }

    #[test]
    fn a_hidden_value_is_nowhere_in_the_line(
        before in any_record(),
        inside in any_json(),
        how in prop_oneof![Just("drop"), Just("redact"), Just("hash")],
        limit in 700_usize..2000,
    ) {
        let secret = "h_u_n_t_e_r";
        let hidden = spaced('[', &[format!("\"{secret}\""), inside], ']');
        let within = serde_json::to_string(&object(&[("\"x\"".to_owned(), hidden.clone())])).unwrap();
        let members = [
            ("\"a\"".to_owned(), hidden.clone()),
            ("\"b\"".to_owned(), object(&[("\"c\"".to_owned(), hidden.clone())])),
            ("\"d\"".to_owned(), within),
            ("\"z\"".to_owned(), before),
            ("\"id\"".to_owned(), hidden),
        ];
        let mut case = case(busy());
        case.terms.hash_key = Some("key".to_owned());
        case.terms.log_bytes = limit;
        case.log[how] = json!(["a", "b.*", "d.x", "id"]);
        let line = case.line(&object(&members));
        prop_assert!(!line.contains(secret), "{line}");
    }

    #[test]
    fn any_text_that_is_no_json_is_sent(line in any::<String>(), limit in 300_usize..2000) {
        let mut case = case(busy());
        case.terms.log_bytes = limit;
        case.checked(Record::Broken(&line));
    }
}
