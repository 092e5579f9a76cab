//! What a reply looks like, in words: keys and kinds, never values.

use super::split::{Found, Split};
use crate::json;

/// A reply is told by its first keys.
const MOST_KEYS: usize = 12;
/// A key longer than this is data.
const LONGEST_KEY: usize = 40;

/// What a body is that is no JSON.
pub(super) fn of_text(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    if text.starts_with('<') {
        let page = text
            .as_bytes()
            .iter()
            .take(1024)
            .map(u8::to_ascii_lowercase)
            .collect::<Vec<u8>>();
        let is_page = [&b"<html"[..], b"<!doctype html"]
            .iter()
            .any(|sign| memchr::memmem::find(&page, sign).is_some());
        let kind = if is_page {
            "an HTML page"
        } else {
            "an XML text"
        };
        return format!("{kind} of {} bytes", text.len());
    }
    format!("a text of {} bytes that is not JSON", text.len())
}

/// What a body is in which the records are not where they should be.
pub(super) fn of_split(split: &Split, text: &str) -> String {
    let text = text.trim();
    if text.starts_with('[') {
        return format!("a JSON array of {}", count(text));
    }
    let Some(entries) = split.levels.first() else {
        return "a single JSON value".to_owned();
    };
    let mut keys: Vec<String> = entries
        .iter()
        .take(MOST_KEYS)
        .map(|(key, value)| format!("`{}` ({})", shortened(key), kind(value)))
        .collect();
    if entries.len() > MOST_KEYS {
        keys.push(format!("and {} more", entries.len() - MOST_KEYS));
    }
    if keys.is_empty() {
        return match split.found {
            Found::Nothing if split.levels.len() < 2 => "an empty JSON object".to_owned(),
            Found::Nothing | Found::Null | Found::Array | Found::Else(_) => {
                "a JSON object with nothing else".to_owned()
            }
        };
    }
    format!("a JSON object with {}", keys.join(", "))
}

/// What kind of value JSON text is.
pub(super) fn kind(value: &str) -> String {
    match value.bytes().next() {
        Some(b'{') => "a mapping".to_owned(),
        Some(b'[') => format!("a list of {}", count(value)),
        Some(b'"') => "a text".to_owned(),
        Some(b't' | b'f') => "true or false".to_owned(),
        Some(b'n') | None => "null".to_owned(),
        Some(_) => "a number".to_owned(),
    }
}

fn count(list: &str) -> usize {
    let mut items = 0;
    let whole = json::list(list, 0, |at| {
        items += 1;
        json::skip(list, at)
    });
    whole.map_or(0, |_| items)
}

fn shortened(key: &str) -> String {
    if key.chars().count() <= LONGEST_KEY {
        return key.to_owned();
    }
    let begin: String = key.chars().take(LONGEST_KEY).collect();
    format!("{begin}...")
}
