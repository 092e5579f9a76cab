#![allow(clippy::unwrap_used)]

use std::ops::Range;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

/// Where `serde_json` says that a value ends, whatever follows it.
fn oracle(text: &str, at: usize) -> Option<usize> {
    let mut rest = serde_json::Deserializer::from_str(&text[at..]);
    let raw = <&RawValue>::deserialize(&mut rest).ok()?;
    Some(at + raw.get().len())
}

/// As `skip`, container by container.
fn by_members(text: &str, at: usize) -> Result<usize, Broken> {
    match byte(text, at) {
        b'{' => object(text, at, |_, at| by_members(text, at)),
        b'[' => list(text, at, |at| by_members(text, at)),
        _ => skip(text, at),
    }
}

fn agrees(text: &str) {
    let at = space(text, 0);
    let ours = skip(text, at);
    assert_eq!(ours, by_members(text, at), "{text:?}");
    assert_eq!(ours.ok(), oracle(text, at), "{text:?}");
    if let Err(Broken { at }) = ours {
        let before = &text[..at];
        match skip(before, space(before, 0)) {
            // A leading zero is a number, to which no digit may be added.
            Ok(end) => assert_eq!(end, at, "{text:?}"),
            Err(broken) => assert_eq!(broken, Broken { at }, "{text:?}"),
        }
    }
}

/// Texts in which every token is, each in several guises.
fn every() -> Vec<String> {
    let long = "é".repeat(37);
    [
        r#"{"id":"a1","n":-1.5e+10,"t":true,"f":false,"z":null,"l":[0,[],{}],"o":{"k":"v"}}"#,
        " [ 1 , -0 , 0.5 , 1E5 , 10e-2 , 12345678901234567890123456789 , 1e999 ] ",
        r#"["\"\\\/\b\f\n\r\t","\u00e9\uD83D\uDE00","\ud800","\udfff\ud800x","é😀 plain"]"#,
        "{\n\t\"key \\u0061\" :\r\n  \"value\" ,\n\t\"\" : \"\"\n}",
        &format!("[\"{long}\",\"{long}\\n{long}\",\"\u{7f}\u{80}\u{a0}\u{a2}\"]"),
        &format!("[{0}{{\"a\":[1]}}{1}]", "[".repeat(70), "]".repeat(70)),
        r#"{"{":"[","}":"]",",":":","\\":"\"","a\"b":"c\\"}"#,
        "true",
        "-12.75e-3",
        "\"\"",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn every_token_is_json() {
    for text in every() {
        let end = skip(&text, space(&text, 0));
        assert_eq!(end, Ok(text.trim_end().len()), "{text}");
        agrees(&text);
    }
}

#[test]
fn what_serde_refuses_is_refused_where_it_breaks() {
    for (text, at) in [
        ("", 0),
        ("x", 0),
        ("01", 1),
        ("-", 1),
        ("-x", 1),
        ("+1", 0),
        ("1.", 2),
        ("1.e5", 2),
        (".5", 0),
        ("1e", 2),
        ("1e+", 3),
        ("1e+-5", 3),
        ("-00", 2),
        ("tru", 3),
        ("trun", 3),
        ("nul ", 3),
        ("falsE", 4),
        ("NaN", 0),
        ("\"", 1),
        ("\"abc", 4),
        ("\"a\nb\"", 2),
        ("\"abcdefghijk\u{1f}\"", 12),
        ("\"\\x\"", 2),
        ("\"\\", 2),
        ("\"\\u12\"", 5),
        ("\"\\u12g4\"", 5),
        ("\"\\u+123\"", 3),
        ("[", 1),
        ("[1,]", 3),
        ("[,1]", 1),
        ("[1 2]", 3),
        ("[1}", 2),
        ("{\"a\":1]", 6),
        ("{\"a\":1,}", 7),
        ("{\"a\" 1}", 5),
        ("{\"a\":}", 5),
        ("{1:2}", 1),
        ("{'a':1}", 1),
        ("[\u{a0}1]", 1),
        ("[1,\u{0}]", 3),
    ] {
        assert_eq!(skip(text, 0), Err(Broken { at }), "{text:?}");
        agrees(text);
    }
}

#[test]
fn a_string_of_any_length_ends_at_its_first_bare_quote() {
    for length in 0..100 {
        let plain = "é".repeat(length / 2) + &"x".repeat(length % 2);
        for (tail, escaped) in [("", false), ("\\\\", true), ("\\\"x", true), ("\\n", true)] {
            let written = format!("\"{plain}{tail}\"");
            let text = format!("{written},\"next\"");
            assert_eq!(string(&text, 0), Ok((written.len(), escaped)));
            assert_eq!(string(&written, 0), Ok((written.len(), escaped)));
        }
        for control in '\0'..' ' {
            let text = format!("\"{plain}{control}{plain}\"");
            let at = plain.len() + 1;
            assert_eq!(string(&text, 0), Err(Broken { at }), "{text:?}");
        }
    }
}

#[test]
fn a_number_of_any_length_ends_behind_its_last_digit() {
    for length in 1..40 {
        let number = "9".repeat(length);
        for before in ["", "-", "0.", "1e", "1E-", "-1.5e+"] {
            for behind in ["", ",", "x", "/", ":", "\u{0}", "é", "                "] {
                let text = format!("{before}{number}{behind}");
                let end = before.len() + length;
                let scaled = before.contains(['e', 'E']);
                assert_eq!(super::number(&text, 0), Ok((end, scaled)), "{text:?}");
                agrees(&text);
            }
        }
    }
}

#[test]
fn depth_takes_no_stack_and_every_level_is_closed_as_it_was_opened() {
    for depth in [1, 2, 63, 64, 65, 127, 128, 129, 200_000] {
        let opened: Vec<bool> = (0..depth).map(|level| level % 3 == 0).collect();
        let open: String = opened
            .iter()
            .map(|object| if *object { "{\"a\":" } else { "[" })
            .collect();
        let close: String = opened
            .iter()
            .rev()
            .map(|object| if *object { '}' } else { ']' })
            .collect();
        let text = format!("{open}1{close}");
        assert_eq!(skip(&text, 0), Ok(text.len()));
        for wrong in [0, close.len() / 2, close.len() - 1] {
            let at = open.len() + 1 + wrong;
            let mut text = text.clone();
            let other = if text[at..].starts_with('}') {
                "]"
            } else {
                "}"
            };
            text.replace_range(at..=at, other);
            assert_eq!(skip(&text, 0), Err(Broken { at }));
        }
        let cut = &text[..text.len() - 1];
        assert_eq!(skip(cut, 0), Err(Broken { at: cut.len() }));
    }
}

#[test]
fn where_a_text_breaks_is_told_by_line_and_byte() {
    let place = |text: &str, at| Broken { at }.line_and_column(text);
    assert_eq!(place("", 0), (1, 1));
    assert_eq!(place("[x", 1), (1, 2));
    assert_eq!(place("[\n1,\nx", 5), (3, 1));
    assert_eq!(place("[\n1,\n x", 99), (3, 3));
    assert_eq!(place("\n", 0), (1, 1));
}

#[test]
fn a_key_says_what_its_escapes_stand_for() {
    for (written, said) in [
        (r#""""#, ""),
        (r#""plain é""#, "plain é"),
        (r#""resu\u006cts""#, "results"),
        (r#""\"\\""#, "\"\\"),
        (r#""half \ud800""#, r"half \ud800"),
        ("", ""),
        ("\"", ""),
    ] {
        assert_eq!(key(written), said);
    }
}

#[test]
fn members_are_given_with_their_keys_and_places() {
    let text = "{ \"a\" : [ 1 , {\"b\":2} ] , \"\\u0061\":3 } x";
    let mut given = Vec::new();
    let end = object(text, 0, |key, at| {
        let end = skip(text, at)?;
        given.push((key, &text[at..end]));
        if byte(text, at) == b'[' {
            return list(text, at, |at| {
                let end = skip(text, at)?;
                given.push(("", &text[at..end]));
                Ok(end)
            });
        }
        Ok(end)
    });
    assert_eq!(end, Ok(text.len() - 2));
    assert_eq!(
        given,
        [
            ("\"a\"", "[ 1 , {\"b\":2} ]"),
            ("", "1"),
            ("", "{\"b\":2}"),
            ("\"\\u0061\"", "3")
        ]
    );
}

/// What is told of a text, kept.
#[derive(Debug, Default, PartialEq)]
struct Told {
    spaces: Vec<Range<usize>>,
    escaped: Vec<Range<usize>>,
    numbers: Vec<(Range<usize>, bool)>,
    levels: Vec<usize>,
}

impl Tokens for Told {
    fn space(&mut self, range: Range<usize>) {
        self.spaces.push(range);
    }

    fn escaped(&mut self, range: Range<usize>) {
        self.escaped.push(range);
    }

    fn number(&mut self, range: Range<usize>, scaled: bool) {
        self.numbers.push((range, scaled));
    }

    fn level(&mut self, depth: usize) {
        self.levels.push(depth);
    }
}

fn told(text: &str) -> Told {
    let mut told = Told::default();
    assert_eq!(value(text, 0, &mut told), Ok(text.len()), "{text}");
    told
}

#[test]
fn the_tokens_of_a_value_are_told() {
    assert_eq!(told("true"), Told::default());
    let text = "{ \"a\\n\":[1, -2.5e0 ],\"b\" :\t\"\\\\\",\"c\":{}\n}";
    let Told {
        spaces,
        escaped,
        numbers,
        levels,
    } = told(text);
    let texts = |all: &[Range<usize>]| -> Vec<String> {
        all.iter()
            .map(|range| text[range.clone()].to_owned())
            .collect()
    };
    assert_eq!(texts(&spaces), [" ", " ", " ", " ", "\t", "\n"]);
    assert_eq!(texts(&escaped), ["\"a\\n\"", "\"\\\\\""]);
    let (numbers, scaled): (Vec<_>, Vec<_>) = numbers.into_iter().unzip();
    assert_eq!(texts(&numbers), ["1", "-2.5e0"]);
    assert_eq!(scaled, [false, true]);
    assert_eq!(levels, [1, 2, 2]);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[a-z\\\\\"\n]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((".{0,12}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A piece of any text that JSON may be made of, or not.
const PIECES: &[&str] = &[
    "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "\t", "\r", "0", "1", "9", "-", "+", ".",
    "e", "E", "true", "false", "null", "a", "u", "n", "t", "/", "\\u", "\\ud83d", "12ab", "\u{0}",
    "\u{1f}", "\u{7f}", "\u{a0}", "é", "😀", "\u{feff}", "\"key\":", "\"\"", "[]", "{}", "'",
];

proptest! {
    #[test]
    fn what_serde_writes_is_json_to_its_end(value in values()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            prop_assert_eq!(skip(&text, 0), Ok(text.len()), "{}", text);
        }
    }

    #[test]
    fn a_text_that_is_cut_is_said_to_be(value in values(), cut in any::<prop::sample::Index>()) {
        let text = format!("[{value}]");
        let cut = &text[..text.floor_char_boundary(1 + cut.index(text.len() - 1))];
        prop_assert_eq!(skip(cut, 0), Err(Broken { at: cut.len() }), "{}", cut);
    }

    #[test]
    fn a_text_without_the_spaces_told_is_what_serde_writes_without_any(value in values()) {
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let mut compact = pretty.clone();
        for space in told(&pretty).spaces.into_iter().rev() {
            compact.replace_range(space, "");
        }
        prop_assert_eq!(&compact, &value.to_string());
        let told = told(&compact);
        prop_assert_eq!(told.spaces, vec![]);
        let escaped: Vec<&str> = told.escaped.into_iter().map(|range| &compact[range]).collect();
        prop_assert_eq!(escaped.concat().matches('\\').count(), compact.matches('\\').count());
        prop_assert!(escaped.iter().all(|text| text.contains('\\')));
    }

    #[test]
    fn any_text_is_json_where_serde_says_so(text in ".{0,60}") {
        agrees(&text);
        agrees(&format!("\"{text}\""));
    }

    #[test]
    fn any_pieces_are_json_where_serde_says_so(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20)) {
        agrees(&pieces.concat());
        agrees(&format!("[{}", pieces.concat()));
    }
}

/// Numbers without a pattern, the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

#[test]
fn a_changed_text_is_json_where_serde_says_so() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let (mut sound, mut broken) = (0, 0);
    let texts = every();
    for round in 0..100_000 {
        let mut text = texts[round % texts.len()].clone().into_bytes();
        for _ in 0..=chance.below(3) {
            let at = chance.below(text.len() + 1);
            let piece = PIECES[chance.below(PIECES.len())].bytes();
            match chance.below(4) {
                0 => drop(text.splice(at..at, piece)),
                1 => text.truncate(at),
                2 => drop(text.splice(at..(at + 1).min(text.len()), piece)),
                _ => drop(text.splice(at..(at + 1).min(text.len()), [])),
            }
        }
        let text = String::from_utf8_lossy(&text);
        agrees(&text);
        match skip(&text, space(&text, 0)) {
            Ok(_) => sound += 1,
            Err(_) => broken += 1,
        }
    }
    assert!(sound > 10_000 && broken > 10_000, "{sound}, {broken}");
}
