//! Makes a log fit: its longest strings are cut, evenly, until the line is short enough.
//!
//! All strings are cut to one length, the largest at which the line fits; so the longest give
//! first and short ones nothing. Where even that is not enough, the record becomes its own text.

mod strings;

use memchr::memchr;

use self::strings::{Long, SHORTEST, long_strings};
use super::line::{self, Fields, Line};
use super::sheet::{Field, Log, Sheet, Value};
use super::words::{self, Word};
use super::{tags, text};

/// How much of a record's own text is worth giving up the attributes for.
const WORTHWHILE: usize = 256;

/// What every log has.
const FRAME: [Word; 5] = [
    words::STATUS,
    words::SERVICE,
    words::DDSOURCE,
    words::MESSAGE,
    words::LOGWALK,
];

/// What `logwalk` gains when something is cut.
const LIST_BYTES: usize = ",\"truncated\":[]".len();

impl Long {
    /// What cutting to `length` wins, after what the mark and the path cost.
    fn saving(&self, length: usize) -> usize {
        let costs = mark(self.inside.len()).len() + text::quoted_len(&self.path) + 1;
        self.inside.len().saturating_sub(length + costs)
    }
}

/// A part of a log that may be cut.
struct Part {
    name: Word,
    json: String,
    /// The field it is; none is the record.
    field: Option<usize>,
}

/// Cuts the last log of a sheet, which is too long; it fits afterwards unless its frame alone
/// does not.
pub(super) fn fit(sheet: &mut Sheet, limit: usize, instance_tags: &str) {
    let Some(mut log) = sheet.logs.pop() else {
        return;
    };
    log.truncated = true;
    let parts = parts(sheet, &log);
    let mut longs = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        long_strings(number, part.name.text(), &part.json, &mut longs);
    }
    let excess = (log.line_bytes + LIST_BYTES).saturating_sub(limit);
    match length_that_saves(&longs, excess) {
        Some(length) => cut(sheet, &mut log, &parts, &longs, length),
        None => become_text(sheet, &mut log, limit, instance_tags),
    }
    write_anew(sheet, &mut log, instance_tags);
    sheet.logs.push(log);
}

/// Writes the line of a log once more, with its fields as they are now.
fn write_anew(sheet: &mut Sheet, log: &mut Log, instance_tags: &str) {
    let tags = Line::new(sheet, log).all_tags(instance_tags);
    let tags = tags.map(str::to_owned);
    let fields = sheet.fields.split_off(log.fields.start);
    let from = sheet.begin(log.timestamp);
    for (field, inside) in Fields(&fields) {
        if field.name == words::MESSAGE
            && let Some(tags) = &tags
        {
            sheet.name(words::DDTAGS);
            sheet.say(tags);
        }
        if field.name != words::LOGWALK {
            sheet.put(field.name, field.value);
            continue;
        }
        log.around = sheet.put_around(from, log.record, |sheet| {
            for fact in inside.0 {
                sheet.put(fact.name, fact.value);
            }
        });
    }
    log.fields.end = sheet.fields.len();
    log.line_bytes = line::bytes(log.around, log.record);
}

/// What is never cut of a finished line: it says which log it is, and what Datadog does with it.
const WHOLE: [&str; 5] = [".logwalk.", ".ddtags", ".ddsource", ".service", ".status"];

/// A log's line, its longest strings cut until it is half as long; none where that cannot be.
pub(crate) fn halved(line: &str) -> Option<String> {
    let mut longs = Vec::new();
    long_strings(0, "", line, &mut longs);
    longs.retain(|long| !WHOLE.iter().any(|name| long.path.starts_with(name)));
    let excess = (line.len() + LIST_BYTES).saturating_sub(line.len() / 2);
    let length = length_that_saves(&longs, excess)?;
    let mut out = String::with_capacity(line.len() / 2);
    let (mut copied, mut paths) = (0, Vec::new());
    for long in longs.iter().filter(|long| long.saving(length) > 0) {
        let inside = line.get(long.inside.clone())?;
        let kept = whole_escapes(inside, length);
        out.push_str(line.get(copied..long.inside.start + kept)?);
        out.push_str(&mark(inside.len() - kept));
        copied = long.inside.end;
        paths.push(text::quoted(long.path.trim_start_matches('.')));
    }
    out.push_str(line.get(copied..)?);
    // `logwalk` is the last member of a line, and `truncated` the last of its own.
    let paths = paths.join(",");
    let list = match out.strip_suffix("]}}") {
        Some(open) => format!("{open},{paths}]}}}}"),
        None => format!("{},\"truncated\":[{paths}]}}}}", out.strip_suffix("}}")?),
    };
    Some(list)
}

fn measured(sheet: &Sheet, log: &Log, instance_tags: &str) -> usize {
    Line::new(sheet, log).measured(instance_tags)
}

/// What of a log may be cut, as JSON by name.
fn parts(sheet: &Sheet, log: &Log) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = log.fields.start;
    for (field, inside) in Line::new(sheet, log).fields() {
        let next = at + 1 + inside.0.len();
        let json = match field.value {
            Value::Text(_) => Some(text::quoted(sheet.reads(field.value))),
            Value::Literal(json) | Value::Json(json) => Some(sheet.text(json).to_owned()),
            Value::Word(_) | Value::Object(_) => None,
        };
        parts.extend(json.map(|json| Part {
            name: field.name,
            json,
            field: Some(at),
        }));
        at = next;
    }
    parts.extend(log.record.map(|(name, record)| Part {
        name,
        json: sheet.text(record).to_owned(),
        field: None,
    }));
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

fn cut(sheet: &mut Sheet, log: &mut Log, parts: &[Part], longs: &[Long], length: usize) {
    let mut paths = Vec::new();
    let mut shorter = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let json = &part.json;
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
            shorter.push((part.field, out));
        }
    }
    for (field, json) in shorter {
        put(sheet, log, field, &json);
    }
    list(sheet, log, &paths.join(","));
}

/// Puts a part back where it came from.
fn put(sheet: &mut Sheet, log: &mut Log, field: Option<usize>, json: &str) {
    let Some(at) = field else {
        let json = sheet.write(json);
        log.record = log.record.map(|(name, _)| (name, json));
        return;
    };
    let Some(value) = sheet.fields.get(at).map(|field| field.value) else {
        return;
    };
    let shorter = match value {
        Value::Word(_) | Value::Object(_) => return,
        Value::Text(_) | Value::Literal(_) => sheet.keep(&text::plain(json)),
        Value::Json(_) => Value::Json(sheet.write(json)),
    };
    sheet.fields[at].value = shorter;
}

/// The record as its own text, cut, with as much beside it as there is room for.
fn become_text(sheet: &mut Sheet, log: &mut Log, limit: usize, instance_tags: &str) {
    let record = log.record.take().map(|(_, json)| json);
    list(sheet, log, "\"*\"");
    let record = record.map(|json| sheet.text(json).to_owned());
    let message = set_message(sheet, log, "");
    let Some(whole) = record.or(message) else {
        return;
    };
    if measured(sheet, log, instance_tags) + WORTHWHILE > limit {
        keep_the_frame(sheet, log);
        let restamped = log.timestamp.is_none();
        log.ddtags = restamped.then(|| sheet.keep(&tags::late_alone(instance_tags)));
    }
    let room = limit.saturating_sub(measured(sheet, log, instance_tags));
    set_message(sheet, log, &cut_text(&whole, room));
}

/// Leaves of the fields only what every log has.
fn keep_the_frame(sheet: &mut Sheet, log: &mut Log) {
    let mut frame = Vec::new();
    for (field, inside) in Line::new(sheet, log).fields() {
        if FRAME.contains(&field.name) {
            frame.push(*field);
            frame.extend(inside.0);
        }
    }
    sheet.fields.truncate(log.fields.start);
    sheet.fields.extend(frame);
    log.fields.end = sheet.fields.len();
}

/// Changes the message; what it was.
fn set_message(sheet: &mut Sheet, log: &Log, message: &str) -> Option<String> {
    let message = sheet.keep(message);
    let fields = sheet.fields.get_mut(log.fields.clone())?;
    let field = fields
        .iter_mut()
        .find(|field| field.name == words::MESSAGE)?;
    let was = std::mem::replace(&mut field.value, message);
    Some(sheet.reads(was).to_owned())
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

/// Writes `truncated` at the end of `logwalk`, which is the last of all fields.
fn list(sheet: &mut Sheet, log: &mut Log, paths: &str) {
    let paths = sheet.write(&format!("[{paths}]"));
    let fields = sheet.fields.get_mut(log.fields.start..);
    let last = |field: &&mut Field| field.name == words::LOGWALK;
    if let Some(facts) = fields.and_then(|fields| fields.iter_mut().rfind(last))
        && let Value::Object(members) = &mut facts.value
    {
        *members += 1;
        sheet.fields.push(Field {
            name: words::TRUNCATED,
            value: Value::Json(paths),
        });
    }
    log.fields.end = sheet.fields.len();
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
