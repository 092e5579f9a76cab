//! Makes a log fit: its longest strings are cut, evenly, until the line is short enough.
//!
//! All strings are cut to one length, the largest at which the line fits; so the longest give
//! first and short ones nothing. Where even that is not enough, the record becomes its own text.

mod strings;

use memchr::memchr;

use self::strings::{Long, SHORTEST, long_strings};
use super::line::{Leaf, Log};
use super::words::Word;
use super::{tags, text};

/// How much of a record's own text is worth giving up the attributes for.
const WORTHWHILE: usize = 256;

/// What `logwalk` gains when something is cut.
const LIST_BYTES: usize = ",\"truncated\":[]".len();

impl Long {
    /// What cutting to `length` wins, after what the mark and the path cost.
    fn saving(&self, length: usize) -> usize {
        let costs = mark(self.inside.len()).len() + text::quoted_len(&self.path) + 1;
        self.inside.len().saturating_sub(length + costs)
    }
}

/// Cuts a log that is too long; it fits afterwards unless its frame alone does not.
pub(super) fn fit(log: &mut Log, limit: usize, instance_tags: &str) {
    log.truncated = true;
    let parts = parts(log);
    let mut longs = Vec::new();
    for (number, (name, json)) in parts.iter().enumerate() {
        long_strings(number, name, json, &mut longs);
    }
    let excess = (log.line_bytes + LIST_BYTES).saturating_sub(limit);
    match length_that_saves(&longs, excess) {
        Some(length) => cut(log, parts, &longs, length),
        None => become_text(log, limit, instance_tags),
    }
    log.line_bytes = log.measured(instance_tags);
}

/// What of a log may be cut, as JSON by name.
fn parts(log: &mut Log) -> Vec<(Word, String)> {
    let mut parts = Vec::new();
    for (name, leaf) in &log.fields {
        match leaf {
            Leaf::Text(text) => parts.push((*name, text::quoted(text))),
            Leaf::Json(_) | Leaf::Object(_) if &**name != "logwalk" => {
                let mut json = String::new();
                leaf.push(&mut json);
                parts.push((*name, json));
            }
            Leaf::Json(_) | Leaf::Object(_) | Leaf::Word(_) => {}
        }
    }
    parts.extend(log.record.clone());
    parts
}

/// The largest length at which cutting saves enough.
fn length_that_saves(longs: &[Long], excess: usize) -> Option<usize> {
    let saves =
        |length: usize| longs.iter().map(|long| long.saving(length)).sum::<usize>() >= excess;
    if !saves(SHORTEST) {
        return None;
    }
    let mut enough = SHORTEST;
    let mut too_long = longs.iter().map(|long| long.inside.len()).max()?;
    while enough + 1 < too_long {
        let middle = usize::midpoint(enough, too_long);
        if saves(middle) {
            enough = middle;
        } else {
            too_long = middle;
        }
    }
    Some(enough)
}

fn cut(log: &mut Log, parts: Vec<(Word, String)>, longs: &[Long], length: usize) {
    let mut paths = Vec::new();
    for (number, (name, json)) in parts.into_iter().enumerate() {
        let mut out = String::with_capacity(json.len().min(length.saturating_mul(4)));
        let mut copied = 0;
        for long in longs.iter().filter(|long| long.part == number) {
            if long.saving(length) == 0 {
                continue;
            }
            let inside = &json[long.inside.clone()];
            let kept = whole_escapes(inside, length);
            out.push_str(&json[copied..long.inside.start + kept]);
            out.push_str(&mark(inside.len() - kept));
            copied = long.inside.end;
            paths.push(text::quoted(&long.path));
        }
        if copied > 0 {
            out.push_str(&json[copied..]);
            put(log, name, out);
        }
    }
    list(log, &paths.join(","));
}

/// Puts a part back where it came from.
fn put(log: &mut Log, name: &str, json: String) {
    for (key, leaf) in &mut log.fields {
        if &**key != name {
            continue;
        }
        match leaf {
            Leaf::Text(text) => *text = text::plain(&json).into_owned(),
            Leaf::Word(_) => {}
            Leaf::Json(_) | Leaf::Object(_) => *leaf = Leaf::Json(json),
        }
        return;
    }
    if let Some((_, record)) = &mut log.record {
        *record = json;
    }
}

/// The record as its own text, cut, with as much beside it as there is room for.
fn become_text(log: &mut Log, limit: usize, instance_tags: &str) {
    let record = log.record.take().map(|(_, json)| json);
    list(log, "\"*\"");
    let Some(whole) = take_message(log, record) else {
        return;
    };
    if log.measured(instance_tags) + WORTHWHILE > limit {
        let frame = ["status", "service", "ddsource", "message", "logwalk"];
        log.fields.retain(|(name, _)| frame.contains(&&**name));
        let restamped = log.timestamp.is_none();
        log.ddtags = restamped.then(|| tags::late_alone(instance_tags));
    }
    let room = limit.saturating_sub(log.measured(instance_tags));
    let message = cut_text(&whole, room);
    for (_, leaf) in &mut log.fields {
        if let Leaf::Text(text) = leaf {
            text.clone_from(&message);
        }
    }
}

/// The text to send instead of the record, taken out of the log.
fn take_message(log: &mut Log, record: Option<String>) -> Option<String> {
    let mut texts = log.fields.iter_mut().filter_map(|(_, leaf)| match leaf {
        Leaf::Text(text) => Some(text),
        Leaf::Word(_) | Leaf::Json(_) | Leaf::Object(_) => None,
    });
    let message = std::mem::take(texts.next()?);
    Some(record.unwrap_or(message))
}

/// A text of which no more than `room` bytes are left once it is JSON.
fn cut_text(whole: &str, room: usize) -> String {
    let end = mark(whole.len());
    if text::quoted_len(whole) <= room + 2 {
        return whole.to_owned();
    }
    let Some(mut left) = room.checked_sub(end.len()) else {
        return String::new();
    };
    let mut kept = 0;
    for c in whole.chars() {
        let mut bytes = [0; 4];
        let length: usize = c
            .encode_utf8(&mut bytes)
            .bytes()
            .map(text::escaped_len)
            .sum();
        if length > left {
            break;
        }
        left -= length;
        kept += c.len_utf8();
    }
    format!("{}{}", &whole[..kept], mark(whole.len() - kept))
}

/// Writes `truncated` at the end of `logwalk`.
fn list(log: &mut Log, paths: &str) {
    for (name, leaf) in &mut log.fields {
        if let (Leaf::Object(facts), "logwalk") = (leaf, &**name) {
            facts.push(("truncated", Leaf::Json(format!("[{paths}]"))));
        }
    }
}

/// What stands in for what was cut.
fn mark(bytes: usize) -> String {
    format!("…[cut {bytes} bytes]")
}

/// The largest length up to `limit` at which neither an escape nor a character is torn.
fn whole_escapes(inside: &str, limit: usize) -> usize {
    let mut at = 0;
    while let Some(found) = memchr(b'\\', &inside.as_bytes()[at..limit.max(at)]) {
        let escape = at + found;
        let (_, length) = text::escape(&inside.as_bytes()[escape..]);
        if escape + length > limit {
            return escape;
        }
        at = escape + length;
    }
    inside.floor_char_boundary(limit)
}
