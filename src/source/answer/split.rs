//! One pass over a reply's body: the records apart and read on the way, the rest unread.

use crate::json::{self, Broken};
use crate::source::path::index;
use crate::source::{Reads, Record};

/// A body taken apart: its records, and what stands beside the way to them, as text.
#[derive(Default)]
pub(super) struct Split<'a> {
    /// What was found where the records are expected.
    pub(super) found: Found,
    /// The records, where `found` is an array.
    pub(super) records: Vec<Record<'a>>,
    /// For each step of the way to the records: what is beside it. A key that is written twice is here twice.
    pub(super) levels: Vec<Vec<(String, &'a str)>>,
}

/// What was found where the records are expected.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The way leads nowhere.
    #[default]
    Nothing,
    /// Null.
    Null,
    /// The array of records.
    Array,
    /// Something that holds no records, in words.
    Else(&'static str),
}

/// Takes a body apart along the way to its records.
pub(super) fn split<'a>(
    text: &'a str,
    way: &[String],
    reader: &mut dyn Reads<'a>,
) -> Result<Split<'a>, Broken> {
    let mut pass = Pass {
        text,
        reader,
        split: Split::default(),
    };
    let end = pass.value(json::space(text, 0), way, 0)?;
    let at = json::space(text, end);
    if at < text.len() {
        return Err(Broken { at });
    }
    Ok(pass.split)
}

/// Takes a body of lines apart: every one that holds something is a record.
pub(super) fn lines<'a>(text: &'a str, reader: &mut dyn Reads<'a>) -> Split<'a> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let records = lines.map(|line| {
        if reader.json(line, 0) == Ok(line.len()) {
            return Record::Json(line);
        }
        reader.broken(line);
        Record::Broken(line)
    });
    Split {
        found: Found::Array,
        records: records.collect(),
        levels: Vec::new(),
    }
}

struct Pass<'r, 'a> {
    text: &'a str,
    reader: &'r mut dyn Reads<'a>,
    split: Split<'a>,
}

impl Pass<'_, '_> {
    /// Reads the value at `at`, from which the records are `way` ahead, and says where it ends; so do all that follow.
    fn value(&mut self, at: usize, way: &[String], depth: usize) -> Result<usize, Broken> {
        match json::byte(self.text, at) {
            b'{' => self.object(at, way, depth),
            b'[' => self.list(at, way, depth),
            first => {
                let end = json::skip(self.text, at)?;
                if way.is_empty() {
                    self.found_leaf(first);
                }
                Ok(end)
            }
        }
    }

    fn object(&mut self, at: usize, way: &[String], depth: usize) -> Result<usize, Broken> {
        if way.is_empty() {
            self.split.found = Found::Else("a mapping");
        }
        if self.split.levels.len() <= depth {
            self.split.levels.resize_with(depth + 1, Vec::new);
        }
        let text = self.text;
        json::object(text, at, |written, at| {
            let key = json::key(written);
            if let Some((step, ahead)) = way.split_first()
                && *step == key
            {
                return self.value(at, ahead, depth + 1);
            }
            let end = json::skip(text, at)?;
            self.split.levels[depth].push((key.into_owned(), &text[at..end]));
            Ok(end)
        })
    }

    fn list(&mut self, at: usize, way: &[String], depth: usize) -> Result<usize, Broken> {
        let text = self.text;
        let Some((step, ahead)) = way.split_first() else {
            self.split.found = Found::Array;
            return json::list(text, at, |at| {
                let end = self.reader.json(text, at)?;
                self.split.records.push(Record::Json(&text[at..end]));
                Ok(end)
            });
        };
        let wanted = index(step);
        let mut item = 0;
        json::list(text, at, |at| {
            let this = item;
            item += 1;
            if Some(this) == wanted {
                self.value(at, ahead, depth + 1)
            } else {
                json::skip(text, at)
            }
        })
    }

    fn found_leaf(&mut self, first: u8) {
        self.split.found = match (first, self.split.found) {
            (b'n', Found::Nothing) => Found::Null,
            (b'n', before) => before,
            (b'"', _) => Found::Else("a text"),
            (b't' | b'f', _) => Found::Else("true or false"),
            _ => Found::Else("a number"),
        };
    }
}
