//! Sentences about whole logs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod any;
mod config;
mod fitting;
mod hiding;
mod lines;
mod records;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Log, Mapped, Mapping, Moment, Reading, Sheet, Terms, TooOld};
use crate::json::Broken;
use crate::source::{
    Auth, Format, Pace, Path, Paths, Record, RecordPaths, Source, Template, TimeFormat,
};
use crate::time::Time;

/// 2025-11-20T09:30:00.123Z.
const EVENT: Time = Time(1_763_631_000_123);
const NOW: Time = Time(1_763_631_060_000);

/// A source, an instance and a moment, to be changed by each test as it needs.
struct Case {
    source: Source,
    log: Value,
    terms: Terms,
    moment: Moment,
}

fn paths(list: &[&str]) -> Paths {
    let all = list.iter().map(|text| path(text)).collect();
    Paths(all)
}

fn path(text: &str) -> Path {
    Path(text.split('.').map(str::to_owned).collect())
}

/// A case with a mapping, under terms that leave the record as it is.
fn case(log: Value) -> Case {
    Case {
        source: source(),
        log,
        terms: Terms {
            source_name: "acme/events".to_owned(),
            service: None,
            instance_tags: String::new(),
            log_bytes: 1_000_000,
            too_old: TooOld::Keep,
            hash_key: None,
            settings: BTreeMap::from([("org".to_owned(), "north".to_owned())]),
        },
        moment: Moment {
            event: EVENT,
            now: NOW,
            ordinal: 0,
        },
    }
}

impl Case {
    fn mapping(&self) -> Mapping {
        Mapping::new(&self.source, &self.log, self.terms.clone()).expect("a right mapping")
    }

    fn problem(&self) -> String {
        match Mapping::new(&self.source, &self.log, self.terms.clone()) {
            Ok(_) => panic!("no problem was found"),
            Err(problem) => problem.to_string(),
        }
    }

    fn log(&self, record: Record<'_>) -> Sheet {
        let mapping = self.mapping();
        let mut sheet = Sheet::default();
        let reading = match record {
            Record::Json(json) => whole(mapping.read(json, 0, &mut sheet), json),
            Record::Broken(line) => mapping.read_broken(line, &mut sheet),
        };
        assert_eq!(mapping.log(&reading, self.moment, &mut sheet), Mapped::Log);
        sheet
    }

    /// The line of a record, after a look at what must hold of every line.
    fn line(&self, record: &str) -> String {
        self.checked(Record::Json(record))
    }

    fn checked(&self, record: Record<'_>) -> String {
        let sheet = self.log(record);
        let log = sheet.last().unwrap();
        let line = log.to_json();
        let value: Value = serde_json::from_str(&line).expect("a line is JSON");
        assert!(value.is_object());
        assert!(!line.contains(['\n', '\r']), "a line is one line");
        assert_eq!(line.len() + 1, log.log.line_bytes, "{line}");
        line
    }

    fn value(&self, record: &str) -> Value {
        serde_json::from_str(&self.line(record)).unwrap()
    }
}

/// A record, read onto a sheet of its own.
fn reading(mapping: &Mapping, record: &str) -> Reading {
    whole(mapping.read(record, 0, &mut Sheet::default()), record)
}

/// What was read of a text that is one record.
fn whole(read: Result<(Reading, usize), Broken>, record: &str) -> Reading {
    let (reading, end) = read.unwrap();
    assert_eq!(end, record.len());
    reading
}

fn source() -> Source {
    Source {
        name: "acme/events".to_owned(),
        title: "Acme: events".to_owned(),
        docs: None,
        base_url: "https://api.acme.example".to_owned(),
        settings: BTreeMap::new(),
        credentials: BTreeMap::new(),
        request: Template {
            post: false,
            path: "/events".to_owned(),
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            body: json!({}),
        },
        auth: Auth::Headers,
        records: Path::default(),
        records_may_be_missing: false,
        format: Format::Json,
        descending: false,
        next: None,
        since: None,
        until: None,
        window: None,
        retention: None,
        overlap: Duration::ZERO,
        settle: Duration::ZERO,
        record: RecordPaths {
            id: Some(paths(&["id"])),
            version: Vec::new(),
            time: Some(paths(&["at"])),
            time_format: None::<TimeFormat>,
        },
        partial: Vec::new(),
        warnings: Vec::new(),
        pace: Pace::default(),
        rate_limit: None,
        hints: BTreeMap::new(),
        log: json!({}),
    }
}
