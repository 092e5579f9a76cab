//! The registry of the Agent's logs pipeline: how far into each file the intake has taken the bytes.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What the registry says of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Behind the last line that the intake is done with.
    pub offset: u64,
    /// When the Agent had read that line; 0 where the registry is too old to say.
    pub taken: i64,
}

/// The registry, as far as one file's receipts need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The file's own entry.
    pub entry: Option<Entry>,
    /// When the entry of any other file or unit moved last, as the Agent writes moments.
    pub others: Option<String>,
}

#[derive(Deserialize)]
struct Registry<'a> {
    #[serde(rename = "Registry", borrow)]
    entries: Option<HashMap<Cow<'a, str>, &'a RawValue>>,
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(rename = "Offset", borrow)]
    offset: Option<&'a RawValue>,
    #[serde(rename = "IngestionTimestamp", default)]
    taken: Option<i64>,
}

#[derive(Deserialize)]
struct Moved<'a> {
    #[serde(rename = "LastUpdated", borrow, default)]
    updated: Option<Cow<'a, str>>,
}

/// Reads a registry of any version that keeps offsets; none where it is torn or something else.
pub(super) fn read(text: &[u8], path: &str) -> Option<Reading> {
    let registry: Registry<'_> = serde_json::from_slice(text).ok()?;
    let key = format!("file:{path}");
    let mut reading = Reading::default();
    // Version 0 has the path itself for a key.
    let is_ours = |name: &str| name == key || name == path;
    for (name, raw) in registry.entries.into_iter().flatten() {
        if is_ours(&name) {
            reading.entry = Some(entry(raw)?);
        } else if let Ok(Moved {
            updated: Some(updated),
        }) = serde_json::from_str(raw.get())
        {
            let newest = reading.others.as_deref().unwrap_or_default();
            if *newest < *updated {
                reading.others = Some(updated.into_owned());
            }
        }
    }
    Some(reading)
}

/// A decimal text since version 2, a number before.
fn entry(raw: &RawValue) -> Option<Entry> {
    let written: Written<'_> = serde_json::from_str(raw.get()).ok()?;
    let offset = written.offset?.get().trim_matches('"').parse().ok()?;
    Some(Entry {
        offset,
        taken: written.taken.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    const PATH: &str = "/run/integrations/logwalk_1f.log";

    fn of(text: &str) -> Option<Reading> {
        read(text.as_bytes(), PATH)
    }

    fn offset(text: &str) -> Option<u64> {
        of(text).unwrap().entry.map(|entry| entry.offset)
    }

    #[test]
    fn every_version_says_how_far_the_file_was_taken() {
        let two = r#"{"Version":2,"Registry":{"file:/run/integrations/logwalk_1f.log":{"LastUpdated":"2026-11-20T09:30:00.5Z","Offset":"4711","TailingMode":"beginning","IngestionTimestamp":1763631000123456789,"Fingerprint":{"Value":0}}}}"#;
        assert_eq!(
            of(two).unwrap().entry,
            Some(Entry {
                offset: 4711,
                taken: 1_763_631_000_123_456_789
            })
        );
        let one = r#"{"Version":1,"Registry":{"file:/run/integrations/logwalk_1f.log":{"Timestamp":"","Offset":4711,"LastUpdated":"2026-11-20T09:30:00Z"}}}"#;
        assert_eq!(offset(one), Some(4711));
        let zero = r#"{"Version":0,"Registry":{"/run/integrations/logwalk_1f.log":{"Path":"x","Timestamp":"2026-11-20T09:30:00Z","Offset":4711}}}"#;
        assert_eq!(offset(zero), Some(4711));
    }

    #[test]
    fn a_file_that_is_not_in_it_has_no_entry() {
        assert_eq!(
            of(r#"{"Version":2,"Registry":{}}"#),
            Some(Reading::default())
        );
        assert_eq!(
            of(r#"{"Version":2,"Registry":null}"#),
            Some(Reading::default())
        );
    }

    #[test]
    fn what_is_torn_or_something_else_is_no_registry() {
        for text in [
            "",
            "{",
            "[]",
            "null",
            r#"{"Version":2,"Registry":{"file:/run/integrations/logwalk_1f.log":{"Offset":"47"#,
            r#"{"Version":2,"Registry":{"file:/run/integrations/logwalk_1f.log":{"Offset":"-1"}}}"#,
            r#"{"Version":2,"Registry":{"file:/run/integrations/logwalk_1f.log":{"Offset":"x"}}}"#,
            r#"{"Version":2,"Registry":{"file:/run/integrations/logwalk_1f.log":{}}}"#,
            r#"{"Version":2,"Registry":{"file:/run/integrations/logwalk_1f.log":7}}"#,
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(read(b"\xff\xfe", PATH), None);
    }

    #[test]
    fn the_newest_of_the_others_is_what_shows_that_the_pipeline_works() {
        let text = r#"{"Version":2,"Registry":{
            "file:/var/log/a.log":{"LastUpdated":"2026-11-20T09:30:00Z","Offset":"1"},
            "journald:x":{"LastUpdated":"2026-11-20T09:31:00Z","Offset":"s=1;"},
            "broken":[]}}"#;
        assert_eq!(of(text).unwrap().others.unwrap(), "2026-11-20T09:31:00Z");
    }

    proptest! {
        #[test]
        fn no_text_whatever_breaks_the_reader(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&text, PATH);
        }
    }
}
