//! A log as the line it becomes.

use std::fmt::Write;

use super::sheet::{Field, Log, Sheet, Value};
use super::text;
use super::words::{self, Word};
use crate::time::Time;

/// A log on its sheet.
#[derive(Debug, Clone, Copy)]
pub struct Line<'s> {
    sheet: &'s Sheet,
    /// What is known of it beside its fields.
    pub log: &'s Log,
    /// So many dots stand in `logwalk.padding`, where the line had to be longer.
    pub dots: usize,
}

/// What stands at a log's top level under a name.
#[derive(Debug, Clone)]
pub enum Member<'s> {
    /// The event's time.
    Time(Time),
    /// All tags.
    Tags(&'s str),
    /// A field, and what is inside it.
    Field(&'s Field, Fields<'s>),
    /// The vendor's record as JSON.
    Record(&'s str),
}

/// What padding costs beside its dots.
pub(super) const PADDING_BYTES: usize = ",\"padding\":\"\"".len();

impl<'s> Line<'s> {
    pub(super) fn new(sheet: &'s Sheet, log: &'s Log) -> Self {
        Self {
            sheet,
            log,
            dots: 0,
        }
    }

    pub(super) fn with_dots(self, dots: usize) -> Self {
        Self { dots, ..self }
    }

    /// Its exact length as compact JSON, its newline included.
    #[must_use]
    pub fn bytes(self) -> usize {
        let padding = if self.dots > 0 { PADDING_BYTES } else { 0 };
        self.log.line_bytes + padding + self.dots
    }

    /// Its fields at the top level, in order.
    #[must_use]
    pub fn fields(self) -> Fields<'s> {
        Fields(self.sheet.fields(&self.log.fields))
    }

    /// The sheet whose spans its fields name.
    #[must_use]
    pub fn sheet(self) -> &'s Sheet {
        self.sheet
    }

    /// The vendor's record as JSON.
    #[must_use]
    pub fn record(self) -> Option<&'s str> {
        self.log.record.map(|(_, record)| self.sheet.text(record))
    }

    /// All that stands at the top level, each under its name: its time, its tags, its fields, the
    /// record.
    pub fn members(self) -> impl Iterator<Item = (Word, Member<'s>)> {
        let time = self.log.timestamp;
        let time = time.map(|time| (words::TIMESTAMP, Member::Time(time)));
        let tags = self.log.ddtags.map(|tags| self.sheet.text(tags));
        let tags = tags.map(|tags| (words::DDTAGS, Member::Tags(tags)));
        let fields = self.fields().members();
        let record = self.log.record;
        let record = record.map(|(name, record)| (name, Member::Record(self.sheet.text(record))));
        time.into_iter().chain(tags).chain(fields).chain(record)
    }

    /// The line without its newline; `instance_tags` as the mapping's terms have them.
    #[must_use]
    pub fn to_json(self, instance_tags: &str) -> String {
        let mut out = String::with_capacity(self.bytes());
        self.push_json(instance_tags, &mut out);
        out
    }

    /// Writes the line without its newline behind a text.
    pub fn push_json(self, instance_tags: &str, out: &mut String) {
        let begin = out.len();
        let name = |key: Word, out: &mut String| {
            out.push(if out.len() == begin { '{' } else { ',' });
            out.push_str(key.quoted());
            out.push(':');
        };
        if let Some(time) = self.log.timestamp {
            name(words::TIMESTAMP, out);
            let _ = write!(out, "{}", time.0);
        }
        for (field, inside) in self.fields() {
            if field.name == words::MESSAGE
                && let Some(tags) = self.all_tags(instance_tags)
            {
                name(words::DDTAGS, out);
                text::push_quoted(tags, out);
            }
            if field.name == words::LOGWALK
                && let Some((namespace, record)) = self.log.record
            {
                name(namespace, out);
                out.push_str(self.sheet.text(record));
            }
            name(field.name, out);
            self.push_field(field, inside, out);
        }
        out.push('}');
    }

    /// Writes what one of its fields at the top level holds as JSON behind a text.
    pub fn push_field(self, field: &Field, inside: Fields<'_>, out: &mut String) {
        push(self.sheet, field, inside, out);
        if field.name == words::LOGWALK && self.dots > 0 {
            out.pop();
            let dots = ".".repeat(self.dots);
            let _ = write!(out, r#","padding":"{dots}"}}"#);
        }
    }

    fn all_tags<'t>(&'t self, instance_tags: &'t str) -> Option<&'t str> {
        let instance = Some(instance_tags).filter(|tags| !tags.is_empty());
        let own = self.log.ddtags.map(|tags| self.sheet.text(tags));
        own.or(instance)
    }

    /// Counts the line as [`Line::to_json`] writes it.
    pub(super) fn measured(self, instance_tags: &str) -> usize {
        let all = self.sheet.fields(&self.log.fields);
        let member = |field: &Field| {
            field.name.quoted_len() + self.sheet.value_len(field.value) + ",:".len()
        };
        self.measured_around(all.iter().map(member).sum(), instance_tags)
    }

    /// The same where the fields are counted already.
    pub(super) fn measured_around(self, fields: usize, instance_tags: &str) -> usize {
        let named = |name: &str, value: usize| name.len() + value + "\"\",:".len();
        let time = self.log.timestamp;
        let time = time.map_or(0, |time| named("timestamp", length_of(time.0)));
        let tags = self.all_tags(instance_tags);
        let tags = tags.map_or(0, |tags| named("ddtags", text::quoted_len(tags)));
        let record = self.log.record;
        let record = record.map_or(0, |(name, record)| {
            name.quoted_len() + record.len() + ",:".len()
        });
        // Every member counts a comma, of which the first stands for the opening brace.
        fields + time + tags + record + "}\n".len()
    }
}

/// The fields of one level, each with those inside it.
#[derive(Debug, Clone)]
pub struct Fields<'s>(pub(super) &'s [Field]);

impl<'s> Fields<'s> {
    /// Each as it stands under its name.
    pub fn members(self) -> impl Iterator<Item = (Word, Member<'s>)> {
        self.map(|(field, inside)| (field.name, Member::Field(field, inside)))
    }
}

impl<'s> Iterator for Fields<'s> {
    type Item = (&'s Field, Fields<'s>);

    fn next(&mut self) -> Option<Self::Item> {
        let (field, behind) = self.0.split_first()?;
        let members = match field.value {
            Value::Object(members) => members,
            Value::Word(_) | Value::Text(_) | Value::Literal(_) | Value::Json(_) => 0,
        };
        let (inside, behind) = behind.split_at_checked(members)?;
        self.0 = behind;
        Some((field, Fields(inside)))
    }
}

/// Writes what a field holds as JSON.
pub(super) fn push(sheet: &Sheet, field: &Field, inside: Fields<'_>, out: &mut String) {
    match field.value {
        Value::Word(word) => out.push_str(word.quoted()),
        Value::Text(span) => text::push_quoted(sheet.text(span), out),
        Value::Literal(span) | Value::Json(span) => out.push_str(sheet.text(span)),
        Value::Object(_) => {
            out.push('{');
            for (at, (field, inside)) in inside.enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(field.name.quoted());
                out.push(':');
                push(sheet, field, inside, out);
            }
            out.push('}');
        }
    }
}

fn length_of(number: i64) -> usize {
    let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(number < 0)
}
