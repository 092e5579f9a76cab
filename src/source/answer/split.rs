//! One pass over a reply's body: the records apart, the rest unread.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::Record;
use crate::source::path::index;

/// A body taken apart: its records, and what stands beside the way to them, as text.
#[derive(Default)]
pub(super) struct Split<'a> {
    /// What was found where the records are expected.
    pub(super) found: Found,
    /// The records, where `found` is an array.
    pub(super) records: Vec<Record<'a>>,
    /// For each step of the way to the records: what is beside it. A key that is written twice is here twice.
    pub(super) levels: Vec<Vec<(String, &'a RawValue)>>,
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
pub(super) fn split<'a>(text: &'a str, way: &[String]) -> serde_json::Result<Split<'a>> {
    let mut split = Split::default();
    let mut body = serde_json::Deserializer::from_str(text);
    Step {
        way,
        depth: 0,
        split: &mut split,
    }
    .deserialize(&mut body)?;
    body.end()?;
    Ok(split)
}

struct Step<'s, 'a> {
    way: &'s [String],
    depth: usize,
    split: &'s mut Split<'a>,
}

impl<'a> Step<'_, 'a> {
    fn deeper(&mut self) -> Step<'_, 'a> {
        Step {
            way: self.way.get(1..).unwrap_or_default(),
            depth: self.depth + 1,
            split: &mut *self.split,
        }
    }

    fn beside(&mut self) -> &mut Vec<(String, &'a RawValue)> {
        let levels = &mut self.split.levels;
        if levels.len() <= self.depth {
            levels.resize_with(self.depth + 1, Vec::new);
        }
        &mut levels[self.depth]
    }

    fn other(&mut self, kind: &'static str) {
        if self.way.is_empty() {
            self.split.found = Found::Else(kind);
        }
    }
}

impl<'a> DeserializeSeed<'a> for Step<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Step<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.other("a mapping");
        self.beside();
        while let Some(key) = map.next_key::<String>()? {
            if self.way.first() == Some(&key) {
                map.next_value_seed(self.deeper())?;
            } else {
                let value = map.next_value()?;
                self.beside().push((key, value));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let Some(step) = self.way.first() else {
            self.split.found = Found::Array;
            while let Some(record) = seq.next_element::<&RawValue>()? {
                self.split.records.push(Record::Json(record.get()));
            }
            return Ok(());
        };
        let wanted = index(step);
        for i in 0.. {
            let more = if Some(i) == wanted {
                seq.next_element_seed(self.deeper())?.is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        if self.way.is_empty() && self.split.found == Found::Nothing {
            self.split.found = Found::Null;
        }
        Ok(())
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        self.other("true or false");
        Ok(())
    }

    fn visit_i64<E>(mut self, _: i64) -> Result<(), E> {
        self.other("a number");
        Ok(())
    }

    fn visit_u64<E>(mut self, _: u64) -> Result<(), E> {
        self.other("a number");
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.other("a number");
        Ok(())
    }

    fn visit_str<E>(mut self, _: &str) -> Result<(), E> {
        self.other("a text");
        Ok(())
    }
}
