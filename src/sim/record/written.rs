//! The pieces that records are written from.

use std::fmt::Write;

use super::words;
use crate::sim::chance::Chance;
use crate::time::Time;

/// A text as JSON, quotes included.
pub(super) fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "\\u0020",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        out.push_str(escape);
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

/// So many hexadecimal digits.
pub(super) fn hex(chance: &mut Chance, digits: usize, out: &mut String) {
    letters(chance, b"0123456789abcdef", digits, out);
}

/// So many of these letters.
pub(super) fn letters(chance: &mut Chance, alphabet: &[u8], count: usize, out: &mut String) {
    for _ in 0..count {
        out.push(char::from(chance.pick(alphabet)));
    }
}

pub(super) fn uuid(chance: &mut Chance) -> String {
    let mut text = String::with_capacity(36);
    for (group, digits) in [8, 4, 3, 3, 12].into_iter().enumerate() {
        if group > 0 {
            text.push('-');
        }
        match group {
            2 => text.push('4'),
            3 => text.push(char::from(chance.pick(b"89ab"))),
            _ => {}
        }
        hex(chance, digits, &mut text);
    }
    text
}

/// An id as Datadog's events have it.
pub(super) fn event_id(chance: &mut Chance) -> String {
    let mut text = String::from("AwAAAZ");
    letters(
        chance,
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        42,
        &mut text,
    );
    text
}

/// A number; writing to a text cannot fail.
pub(super) fn number(value: impl std::fmt::Display, out: &mut String) {
    let _ = write!(out, "{value}");
}

/// A moment, with milliseconds, in the vendor's two spellings.
pub(super) fn moment(time: Time, with_offset: bool, out: &mut String) {
    let start = out.len();
    number(time, out);
    if with_offset && out.ends_with('Z') {
        out.truncate(out.len() - 1);
        out.push_str("+00:00");
    }
    debug_assert!(out.len() > start);
}

pub(super) fn ip(chance: &mut Chance, out: &mut String) {
    let network = chance.pick(&["10.", "172.16.", "203.0.", "198.51.", "81.2."]);
    out.push_str(network);
    let missing = 4 - network.matches('.').count();
    for part in 0..missing {
        if part > 0 {
            out.push('.');
        }
        number(chance.below(255), out);
    }
}

pub(super) fn url(chance: &mut Chance, out: &mut String) {
    out.push_str("https://");
    out.push_str(chance.pick_skewed(words::HOSTS));
    for _ in 0..=chance.below(3) {
        out.push('/');
        out.push_str(chance.pick(words::WORDS));
    }
    out.push('/');
    letters(chance, b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 10, out);
    if chance.happens(0.3) {
        out.push_str("?page=");
        number(chance.below(90), out);
    }
}

/// A sentence with numbers, names, ids and links between its words, as people and machines write them.
pub(super) fn sentence(chance: &mut Chance, length: u64, out: &mut String) {
    for at in 0..length {
        if at > 0 {
            out.push_str(if chance.happens(0.06) { ", " } else { " " });
        }
        match chance.below(32) {
            0 => number(chance.below(100_000), out),
            1 => {
                out.push_str(chance.pick(&["INC-", "PR #", "ACME-", "order ", "v1."]));
                number(chance.below(9_999), out);
            }
            2 => out.push_str(chance.pick_skewed(words::FIRST_NAMES)),
            3 if chance.happens(0.4) => url(chance, out),
            4 if chance.happens(0.5) => hex(chance, 12, out),
            5 if chance.happens(0.3) => out.push_str(chance.pick(&["\"now\"", "\n", "🚀", "50 %"])),
            _ => out.push_str(chance.pick_skewed(words::WORDS)),
        }
    }
}

/// A W3C trace parent of this trace.
pub(super) fn trace_parent(chance: &mut Chance, trace: &str, out: &mut String) {
    out.push_str("00-");
    out.push_str(trace);
    out.push('-');
    hex(chance, 16, out);
    out.push_str(if chance.happens(0.8) { "-01" } else { "-00" });
}

/// Somebody who uses the product.
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) email: String,
}

pub(super) fn person(chance: &mut Chance, seed: u64) -> Person {
    // A few thousand people, the first ones busier than the rest.
    let number = chance.below(5_000).min(chance.below(5_000));
    let mut own = Chance::of(&[seed, number, 6]);
    let first = own.pick(words::FIRST_NAMES);
    let last = own.pick(words::LAST_NAMES);
    let domain = own.pick_skewed(words::HOSTS);
    Person {
        number,
        name: format!("{first} {last}"),
        email: format!("{}.{number}@{domain}", first.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_read_back_as_it_was() {
        let text = "a \"b\" \\ c\nd\te ü 🚀";
        let mut out = String::new();
        quoted(text, &mut out);
        assert_eq!(
            serde_json::from_str::<String>(&out).ok().as_deref(),
            Some(text)
        );
    }

    #[test]
    fn a_uuid_has_the_form_of_version_four() {
        let text = uuid(&mut Chance::of(&[1]));
        assert_eq!(text.len(), 36);
        assert_eq!(text.as_bytes()[14], b'4');
    }

    #[test]
    fn an_address_has_four_parts() {
        for seed in 0..50 {
            let mut out = String::new();
            ip(&mut Chance::of(&[seed]), &mut out);
            assert!(out.parse::<std::net::Ipv4Addr>().is_ok(), "{out}");
        }
    }
}
