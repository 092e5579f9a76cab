//! The message's template: words, and fields of the record in braces.

use std::borrow::Cow;

use super::plan::Plan;
use super::reading::Reading;
use super::sheet::Sheet;
use super::text;
use crate::error::Result;
use crate::source::Path;
use crate::written::Written;

use super::grammar;

/// Where records without a template most often say what happened.
const USUAL: [&str; 8] = [
    "message",
    "msg",
    "summary",
    "title",
    "description",
    "event_type",
    "action",
    "type",
];

/// How a record's message is made.
#[derive(Debug)]
pub(super) enum Message {
    /// Words and fields in turn.
    Template(Vec<Part>),
    /// The first of these that is there.
    First(Vec<usize>),
}

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Part {
    /// As written.
    Words(String),
    /// The value of a mark.
    Field(usize),
}

impl Message {
    /// A template as written: `{a.b}` is a field of the record, `{{` and `}}` are braces.
    pub(super) fn new(written: &Written<'_>, plan: &mut Plan) -> Result<Self> {
        let Some(template) = written.text()? else {
            let usual = USUAL.iter().map(|key| Path(vec![(*key).to_owned()]));
            return Ok(Self::First(usual.map(|path| plan.mark(&path)).collect()));
        };
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = template.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            words.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                words.push_str(brace);
                rest = after;
                continue;
            }
            let Some((field, after)) = rest.split_once('}').filter(|_| brace == "{") else {
                return Err(written.problem(format!(
                    "a single `{brace}` in a message; write {{path}} for a field of the record, {brace}{brace} for the brace itself"
                )));
            };
            parts.push(Part::Words(std::mem::take(&mut words)));
            parts.push(Part::Field(plan.mark(&grammar::path(written, field)?)));
            rest = after;
        }
        words.push_str(rest);
        parts.push(Part::Words(words));
        Ok(Self::Template(parts))
    }

    /// The message of a record; empty where none of its fields is there.
    pub(super) fn render<'m>(
        &self,
        reading: &Reading,
        sheet: &Sheet,
        message: &'m mut String,
    ) -> &'m str {
        message.clear();
        let value = |mark| reading.marked(sheet, mark);
        match self {
            Self::First(usual) => {
                let mut said = usual.iter().filter_map(|mark| value(*mark));
                let said = said.find(|mark| {
                    let json = sheet.text(mark.span);
                    json.starts_with('"') && json != "\"\""
                });
                message.push_str(&said.map(|mark| sheet.plain(mark)).unwrap_or_default());
                message
            }
            Self::Template(parts) => join(parts, |mark| Some(sheet.plain(value(mark)?)), message),
        }
    }
}

fn join<'r, 'm>(
    parts: &[Part],
    value: impl Fn(usize) -> Option<Cow<'r, str>>,
    message: &'m mut String,
) -> &'m str {
    let mut missing = false;
    let mut said = false;
    for part in parts {
        match part {
            Part::Words(words) => {
                // A field that is not there leaves no gap of two spaces behind.
                let gap = missing && (message.is_empty() || message.ends_with(' '));
                message.push_str(if gap { words.trim_start() } else { words });
            }
            Part::Field(mark) => {
                let field = value(*mark).unwrap_or_default();
                missing = field.is_empty();
                said |= !missing;
                message.push_str(&field);
            }
        }
    }
    // Punctuation between fields that are all missing says nothing.
    if !said && !message.contains(char::is_alphanumeric) {
        return "";
    }
    text::trimmed(message)
}
