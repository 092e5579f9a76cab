//! A log as the line it becomes.

use std::fmt::Write;

use super::sheet::{Field, Log, Sheet, Span, Value};
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

/// What every line ends with.
const LAST: &str = "}}";

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
        let tags = self.own_tags();
        let tags = tags.map(|tags| (words::DDTAGS, Member::Tags(tags)));
        let fields = self.fields().members();
        let record = self.log.record;
        let record = record.map(|(name, record)| (name, Member::Record(self.sheet.text(record))));
        time.into_iter().chain(tags).chain(fields).chain(record)
    }

    /// The line without its newline.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut out = String::with_capacity(self.bytes());
        self.push_json(&mut out);
        out
    }

    /// Writes the line without its newline behind a text.
    pub fn push_json(self, out: &mut String) {
        let [before, behind] = self.log.around.map(|span| self.sheet.text(span));
        out.push_str(before);
        out.push_str(self.record().unwrap_or_default());
        out.push_str(behind);
        if self.dots > 0 {
            // What `logwalk` says is the last of all.
            out.truncate(out.len() - LAST.len());
            let dots = ".".repeat(self.dots);
            let _ = write!(out, r#","padding":"{dots}"{LAST}"#);
        }
    }

    fn own_tags(self) -> Option<&'s str> {
        self.log.ddtags.map(|tags| self.sheet.reads(tags))
    }

    /// All tags, where there are any.
    pub(super) fn all_tags<'t>(self, instance_tags: &'t str) -> Option<&'t str>
    where
        's: 't,
    {
        let instance = Some(instance_tags).filter(|tags| !tags.is_empty());
        self.own_tags().or(instance)
    }

    /// How long the line would be with the fields as they are; what of it is written is not looked at.
    pub(super) fn measured(self, instance_tags: &str) -> usize {
        let named = |name: Word, value: usize| name.named().len() + value;
        let fields = self.sheet.fields(&self.log.fields).iter();
        let fields: usize = fields
            .map(|field| named(field.name, value_len(self.sheet, field.value)))
            .sum();
        let time = self.log.timestamp;
        let time = time.map_or(0, |time| {
            named(words::TIMESTAMP, itoa::Buffer::new().format(time.0).len())
        });
        let tags = self.all_tags(instance_tags);
        let tags = tags.map_or(0, |tags| named(words::DDTAGS, text::quoted_len(tags)));
        let record = self.log.record;
        let record = record.map_or(0, |(name, record)| named(name, record.len()));
        // Every member counts a comma, of which the first stands for the opening brace.
        fields + time + tags + record + "}\n".len()
    }
}

/// How long a line is with its record, its newline included.
pub(super) fn bytes(around: [Span; 2], record: Option<(Word, Span)>) -> usize {
    let [before, behind] = around;
    let record = record.map_or(0, |(_, record)| record.len());
    before.len() + record + behind.len() + "\n".len()
}

/// How many bytes a value takes as JSON; of an object only what its members do not count.
fn value_len(sheet: &Sheet, value: Value) -> usize {
    match value {
        Value::Word(word) => word.quoted_len(),
        Value::Text(_) => text::quoted_len(sheet.reads(value)),
        Value::Literal(span) | Value::Json(span) => span.len(),
        // Each member counts a comma: the one too many stands for the opening brace.
        Value::Object(_) => "}".len(),
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
