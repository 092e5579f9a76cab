//! The members of a line, each written once: as the line has them, and as fields for whoever makes
//! a dict of them.

use super::sheet::{Field, Sheet, Span, Value};
use super::text;
use super::words::{self, Word};
use crate::json;
use crate::time::Time;

impl Sheet {
    /// Begins a line; where it begins.
    pub(super) fn begin(&mut self, time: Option<Time>) -> usize {
        let from = self.text.len();
        self.text.push('{');
        if let Some(time) = time {
            self.name(words::TIMESTAMP);
            self.text.push_str(itoa::Buffer::new().format(time.0));
        }
        from
    }

    /// Writes the name of the value that is written next.
    pub(super) fn name(&mut self, name: Word) {
        // No value ends with this: the name is the first inside its braces.
        let is_first = self.text.as_bytes().last() == Some(&b'{');
        let named = name.named();
        let named = if is_first { &named[1..] } else { named };
        self.text.push_str(named);
    }

    /// Writes a field, and puts it behind those that are there.
    pub(super) fn put(&mut self, name: Word, value: Value) {
        self.name(name);
        let value = self.push(value);
        self.fields.push(Field { name, value });
    }

    /// Writes a field that is a text.
    pub(super) fn put_text(&mut self, name: Word, text: &str) {
        self.name(name);
        let value = self.say(text);
        self.fields.push(Field { name, value });
    }

    /// Writes a field that is a moment.
    pub(super) fn put_time(&mut self, name: Word, time: Time) {
        self.name(name);
        let from = self.text.len();
        self.text.push('"');
        time.push(&mut self.text);
        self.text.push('"');
        let value = Value::Literal(self.since(from));
        self.fields.push(Field { name, value });
    }

    /// Ends the line that began at a place: with the record's name, behind which the record is
    /// sent, and with what `facts` puts into `logwalk`. What stands before the record, and behind.
    pub(super) fn put_around(
        &mut self,
        from: usize,
        record: Option<(Word, Span)>,
        facts: impl FnOnce(&mut Self),
    ) -> [Span; 2] {
        if let Some((name, _)) = record {
            self.name(name);
        }
        let behind = self.text.len();
        self.put_object(words::LOGWALK, facts);
        self.text.push('}');
        [Span::from(from..behind), self.since(behind)]
    }

    /// Writes a value once more; that value.
    pub(super) fn push(&mut self, value: Value) -> Value {
        match value {
            Value::Word(word) => self.text.push_str(word.quoted()),
            Value::Text(span) => {
                let text = self.unquoted.get(span.range()).unwrap_or_default();
                text::push_quoted(text, &mut self.text);
            }
            Value::Literal(span) | Value::Json(span) => self.copy(span),
            Value::Object(_) => {}
        }
        value
    }

    /// Writes a piece of the text once more.
    pub(super) fn copy(&mut self, span: Span) {
        self.text.extend_from_within(span.range());
    }

    /// Writes a text as a value.
    pub(super) fn say(&mut self, text: &str) -> Value {
        say(text, &mut self.text, &mut self.unquoted)
    }

    /// Writes an object and whatever `inside` writes into it; where it is, unless it is empty.
    pub(super) fn object(&mut self, name: Word, inside: impl FnOnce(&mut Self)) -> Option<Span> {
        let before = self.text.len();
        self.name(name);
        let from = self.text.len();
        self.text.push('{');
        let empty = self.text.len();
        inside(self);
        if self.text.len() == empty {
            self.text.truncate(before);
            return None;
        }
        self.text.push('}');
        Some(self.since(from))
    }

    /// Writes an object of fields.
    pub(super) fn put_object(&mut self, name: Word, inside: impl FnOnce(&mut Self)) {
        let at = self.fields.len();
        let value = Value::Object(0);
        self.fields.push(Field { name, value });
        self.object(name, inside);
        let members = self.fields.len() - at - 1;
        if let Some(object) = self.fields.get_mut(at) {
            object.value = Value::Object(members);
        }
    }

    /// Keeps a text that is not written here, as it reads.
    pub(super) fn keep(&mut self, text: &str) -> Value {
        Value::Text(keep(text, &mut self.unquoted))
    }
}

/// Writes a text behind others as JSON; where something in it has to be escaped it is kept as well.
pub(super) fn say(text: &str, out: &mut String, unquoted: &mut String) -> Value {
    if !json::is_plain(text) {
        text::push_quoted(text, out);
        return Value::Text(keep(text, unquoted));
    }
    let from = out.len();
    out.push('"');
    out.push_str(text);
    out.push('"');
    Value::Literal(Span::from(from..out.len()))
}

fn keep(text: &str, unquoted: &mut String) -> Span {
    let from = unquoted.len();
    unquoted.push_str(text);
    Span::from(from..unquoted.len())
}
