#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! The machine before an intake that answers as it likes.

mod rules;
mod weather;

use serde_json::{Value, json};

use super::*;
use crate::config::{AgentFacts, Config};
use crate::log::{Line, Mapped, Mapping, Moment, Part, Sheet};
use crate::time::Time;

const NOW: Time = Time(1_795_167_000_000);

fn mapping() -> Mapping {
    let instance = json!({
        "source": {
            "name": "mine/events", "base_url": "https://api.example.com",
            "request": {"path": "/x"}, "records": "items", "record": {"id": "id"},
        },
        "limits": {"log_bytes": 100_000},
    });
    let config = Config::read(&instance, &Value::Null, &AgentFacts::default()).unwrap();
    config.mapping("env:test".to_owned()).unwrap()
}

/// A page of records with these ids, each with so much text.
fn sheet(mapping: &Mapping, ids: &[usize], text: usize) -> Part {
    let mut sheet = Sheet::default();
    for id in ids {
        let record = json!({"id": id.to_string(), "text": "x".repeat(text)}).to_string();
        let (reading, _) = mapping.read(&record, 0, &mut sheet).unwrap();
        let moment = Moment {
            event: NOW,
            now: NOW,
            ordinal: 1,
        };
        assert_eq!(mapping.log(&reading, moment, &mut sheet), Mapped::Log);
    }
    sheet.into()
}

/// The page as what is sent.
fn written(page: &Part) -> Vec<Payload> {
    Writer::default().payloads(page)
}

/// The ids of the logs in a body.
fn ids(json: &str) -> Vec<usize> {
    let logs: Vec<Value> = serde_json::from_str(json).expect(json);
    logs.iter()
        .map(|log| log["logwalk"]["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// The number of the last page that it goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page(usize);

impl Stamp for Page {
    fn then(&mut self, next: Self) {
        assert!(self.0 < next.0, "pages out of order");
        *self = next;
    }
}
