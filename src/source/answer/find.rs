//! A value within JSON text, found without reading what is around it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::split::Split;
use crate::source::path::index;

/// The value at a path of a reply's body that is not among its records.
pub(super) fn beside<'a>(
    split: &Split<'a>,
    way: &[String],
    path: &[String],
) -> Option<&'a RawValue> {
    for (depth, step) in path.iter().enumerate() {
        let entries = split.levels.get(depth)?;
        // Of a key that is written twice the last one counts, as everywhere.
        if let Some((_, value)) = entries.iter().rev().find(|(key, _)| key == step) {
            return within(value, &path[depth + 1..]);
        }
        if way.get(depth) != Some(step) {
            return None;
        }
    }
    None
}

/// The value at a path within JSON text.
pub(super) fn within<'a>(value: &'a RawValue, path: &[String]) -> Option<&'a RawValue> {
    inside(value.get(), path)
}

/// The value at a path within JSON text.
pub(super) fn inside<'a>(text: &'a str, path: &[String]) -> Option<&'a RawValue> {
    let mut body = serde_json::Deserializer::from_str(text);
    Way(path).deserialize(&mut body).ok().flatten()
}

struct Way<'s>(&'s [String]);

impl<'a> DeserializeSeed<'a> for Way<'_> {
    type Value = Option<&'a RawValue>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            return serde::Deserialize::deserialize(deserializer).map(Some);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Way<'_> {
    type Value = Option<&'a RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'a, str>>()? {
            if self.0.first().is_some_and(|step| *step == key) {
                found = map.next_value_seed(Way(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let wanted = self.0.first().and_then(|step| index(step));
        let mut found = None;
        for i in 0.. {
            if Some(i) == wanted {
                match seq.next_element_seed(Way(&self.0[1..]))? {
                    Some(value) => found = value,
                    None => break,
                }
            } else if seq.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(found)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}
