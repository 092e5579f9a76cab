//! A page's logs on one sheet: one text and one list of fields, however many logs they are.
//!
//! Logs are made on one thread and let go on another. With a text of its own for each field the
//! two would fight over the allocator's lock, a dozen times a log: that was a tenth of all CPU.

use std::borrow::Cow;
use std::ops::Range;

use super::line::Line;
use super::text;
use super::words::Word;
use crate::time::Time;

/// A line says around its record about this part of it; more is made room for when it comes.
const AROUND: usize = 2;

/// A log has a field for about so many bytes.
const BYTES_A_FIELD: usize = 96;

/// Pages of one stream are about as large as each other: room comes in steps of this size.
const STEP: usize = 256 * 1024;

/// The same for pages of a few records: a thousand idle streams poll such pages.
const SMALL_STEP: usize = 4 * 1024;

/// A piece of a sheet's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    from: usize,
    to: usize,
}

impl Span {
    pub(super) fn range(self) -> Range<usize> {
        self.from..self.to
    }

    pub(super) fn len(self) -> usize {
        self.to - self.from
    }

    /// What stands between the quotes of a JSON string.
    #[must_use]
    pub fn inside(self) -> Self {
        let to = self.to.saturating_sub(1);
        let from = (self.from + 1).min(to);
        Self { from, to }
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        let from = range.start.min(range.end);
        Self {
            from,
            to: range.end,
        }
    }
}

/// Where a value stands; nowhere if it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its JSON.
    pub(super) span: Span,
    /// It is a string in which nothing is escaped, for certain.
    pub(super) bare: bool,
}

impl Mark {
    /// No value is empty, so that one is none.
    pub(super) const NONE: Self = Self {
        span: Span { from: 0, to: 0 },
        bare: false,
    };

    #[inline]
    pub(super) fn at(range: Range<usize>, bare: bool) -> Self {
        Self {
            span: Span::from(range),
            bare,
        }
    }

    #[inline]
    pub(super) fn there(self) -> Option<Self> {
        (self.span.to > 0).then_some(self)
    }
}

/// The values of a record that its identity and its time are read from, as the API gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Raws {
    /// Where each is.
    pub(super) places: Vec<Raw>,
    /// The text of those that stood inside a string.
    pub(super) opened: String,
}

/// Where a raw value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw {
    /// Nowhere.
    Missing,
    /// In the text that the record came from.
    There(Span),
    /// In the text of what was opened.
    Opened(Span),
}

impl Raws {
    /// A raw value, as JSON; `text` is what the record came from.
    pub(super) fn json<'t>(&'t self, number: usize, text: &'t str) -> Option<&'t str> {
        match *self.places.get(number)? {
            Raw::Missing => None,
            Raw::There(span) => text.get(span.from..span.to),
            Raw::Opened(span) => self.opened.get(span.from..span.to),
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// One of the few words that a mapping says again and again.
    Word(Word),
    /// A text in which something may have to be escaped, among those that are not.
    Text(Span),
    /// A text as JSON writes it, quotes included, with no escape in it.
    Literal(Span),
    /// Any JSON, as written.
    Json(Span),
    /// An object: so many of the fields that follow are inside it.
    Object(usize),
}

/// A name and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: Word,
    /// What it holds.
    pub value: Value,
}

/// One log, as it stands on its sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The event's time; none where Datadog would refuse it.
    pub timestamp: Option<Time>,
    /// All tags, the instance's included; none where there are only the instance's.
    pub ddtags: Option<Value>,
    /// The vendor's record as JSON, and the name it stands under.
    pub record: Option<(Word, Span)>,
    /// The line's exact length as compact JSON, its newline included.
    pub line_bytes: usize,
    /// Something was cut so that the line fits.
    pub truncated: bool,
    /// The record is older than Datadog takes at its own time.
    pub late: bool,
    /// The record is dated well after now.
    pub future: bool,
    /// The line up to the record, or up to `logwalk` where there is none, and all behind that.
    pub(super) around: [Span; 2],
    /// What stands at the top level by name: `status`, `service`, `ddsource`, `message`, the
    /// attributes, `logwalk`.
    pub(super) fields: Range<usize>,
}

/// The logs of one page, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Records as they are sent, and what stands around each in its line.
    pub(super) text: String,
    /// Texts in which something has to be escaped, as they read.
    pub(super) unquoted: String,
    pub(super) fields: Vec<Field>,
    pub(super) logs: Vec<Log>,
    /// Where the values that a mapping asks for stand, record by record.
    pub(super) marks: Vec<Mark>,
    /// Where strings are opened.
    pub(super) unescaped: Vec<u8>,
    /// Of the record that was read last.
    pub(super) raws: Raws,
    /// Where texts are put together.
    pub(super) words: String,
}

impl Sheet {
    /// Makes room for the records of a body of so many bytes, and what their lines say around them.
    pub(super) fn make_room(&mut self, bytes: usize) {
        let text = bytes.saturating_add(bytes / AROUND);
        let step = if text < STEP { SMALL_STEP } else { STEP };
        let text = text.next_multiple_of(step);
        // To the byte: a vector that grows as it likes doubles a page's megabyte for a few bytes.
        self.text.reserve_exact(text);
        self.fields.reserve_exact(text / BYTES_A_FIELD);
    }

    /// Wipes everything off; the room stays.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.unquoted.clear();
        self.fields.clear();
        self.logs.clear();
        self.marks.clear();
    }

    /// How many logs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.logs.len()
    }

    /// Whether there is no log.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// The log of a number, from 0 on.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<Line<'_>> {
        let log = self.logs.get(number)?;
        Some(Line::new(self, log))
    }

    /// All logs.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.logs.iter().map(|log| Line::new(self, log))
    }

    /// The log written last.
    #[must_use]
    pub fn last(&self) -> Option<Line<'_>> {
        self.line(self.len().checked_sub(1)?)
    }

    /// Takes the last log back.
    pub fn take_back(&mut self) {
        self.logs.pop();
    }

    /// A piece of the text.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.text.get(span.from..span.to).unwrap_or_default()
    }

    /// What a field reads as: a text without quotes and escapes, anything else as written.
    #[must_use]
    pub fn reads(&self, value: Value) -> &str {
        match value {
            Value::Word(word) => word.text(),
            Value::Text(span) => self.unquoted.get(span.from..span.to).unwrap_or_default(),
            Value::Literal(span) => self.text(span.inside()),
            Value::Json(span) => self.text(span),
            Value::Object(_) => "",
        }
    }

    /// What a value reads as: a string without quotes and escapes, anything else as written.
    #[inline]
    pub(super) fn plain(&self, mark: Mark) -> Cow<'_, str> {
        if mark.bare {
            return Cow::Borrowed(self.text(mark.span.inside()));
        }
        text::plain(self.text(mark.span))
    }

    /// Writes a text.
    pub(super) fn write(&mut self, text: &str) -> Span {
        let from = self.text.len();
        self.text.push_str(text);
        self.since(from)
    }

    /// All that was written since the text was so long.
    pub(super) fn since(&self, from: usize) -> Span {
        Span::from(from..self.text.len())
    }

    /// The fields of a log.
    pub(super) fn fields(&self, range: &Range<usize>) -> &[Field] {
        self.fields.get(range.clone()).unwrap_or_default()
    }
}
