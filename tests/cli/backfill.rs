//! `logwalk backfill`, as a process: a range delivered once and nothing beside it, broken off, killed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use logwalk::sim::{self, Fault, HandMade, Options, Rule, Running, Stream};
use logwalk::time::Time;
use serde_json::{Value, json};

use super::run::{Going, INTAKE, arrived, conf, instance, until};
use super::{Ended, Folder, run};

/// A vendor whose log lies in the last eleven hours.
fn vendor(records: u64) -> Running {
    #[allow(clippy::cast_precision_loss)] // a few thousand
    let rate = records as f64 / (11.0 * 3_600.0);
    sim::serve(Options {
        rate,
        backlog: records,
        total: Some(records),
        record_bytes: 300,
        ..Options::default()
    })
    .unwrap()
}

/// Ten hours of it, which end one hour ago.
fn range() -> (Time, Time) {
    let now = Time(Time::now().0 / 1_000 * 1_000);
    let hours = |hours| now.before(Duration::from_hours(hours));
    (hours(11), hours(1))
}

struct Case {
    vendor: Running,
    folder: Folder,
    conf: String,
    from: Time,
    to: Time,
}

impl Case {
    fn new(records: u64, further: &Value) -> Self {
        Self::of(vendor(records), further)
    }

    fn of(vendor: Running, further: &Value) -> Self {
        let folder = Folder::new();
        let conf = conf(&folder, "a.yaml", &[instance(&vendor, &folder, further)]);
        let (from, to) = range();
        Self {
            vendor,
            folder,
            conf,
            from,
            to,
        }
    }

    fn words(&self, further: &[&str]) -> Vec<String> {
        let mut words = vec!["-c".to_owned(), self.conf.clone()];
        words.extend(["--from".to_owned(), self.from.to_string()]);
        words.extend(["--to".to_owned(), self.to.to_string()]);
        words.extend(further.iter().map(|word| (*word).to_owned()));
        words
    }

    fn run(&self, further: &[&str]) -> Ended {
        let words = self.words(further);
        let mut all = vec!["backfill"];
        all.extend(words.iter().map(String::as_str));
        run(&all)
    }

    /// To its end; the summary.
    fn finish(&self, further: &[&str]) -> Value {
        let ended = self.run(&[&["--json"], further].concat());
        assert_eq!(ended.status, Some(0), "{}{}", ended.out, ended.errors);
        ended.json()
    }

    fn going(&self, further: &[&str]) -> Going {
        let words = self.words(further);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Going::at("backfill", &words)
    }

    fn windows(&self) -> Vec<Value> {
        let plan = self.run(&["--dry-run", "--json"]);
        assert_eq!(plan.status, Some(0), "{}", plan.errors);
        plan.json()["windows"].as_array().unwrap().clone()
    }

    /// The ids of the range: `to` is not in it.
    fn due(&self, stream: Stream) -> Vec<String> {
        self.vendor.ids(stream, self.from, Time(self.to.0 - 1))
    }

    /// Everything of the range came, once, and nothing else.
    fn came_once(&self, stream: Stream) {
        let due: BTreeMap<String, usize> = self.due(stream).into_iter().map(|id| (id, 1)).collect();
        let arrived = arrived(&self.vendor);
        let missing: Vec<_> = due.keys().filter(|id| !arrived.contains_key(*id)).collect();
        let strange: Vec<_> = arrived
            .iter()
            .filter(|(id, times)| due.get(*id) != Some(*times))
            .collect();
        assert!(
            missing.is_empty() && strange.is_empty(),
            "{missing:?} {strange:?}"
        );
    }
}

fn by_hand(vendor: &Running, id: &str, time: Time) {
    let json =
        json!({"id": id, "started_at": time.to_string(), "status": "success", "tool_name": "t"});
    vendor.insert(
        Stream::ToolCalls,
        HandMade {
            id: id.to_owned(),
            time,
            visible: time,
            json: json.to_string(),
        },
    );
}

#[test]
fn every_record_of_the_range_comes_once_also_where_windows_meet_and_none_beside_it() {
    let case = Case::new(3_000, &json!({}));
    let windows = case.windows();
    assert!(windows.len() > 10, "{windows:?}");
    let edges = windows
        .iter()
        .flat_map(|window| [&window["from"], &window["to"]]);
    let edges: std::collections::BTreeSet<&str> =
        edges.map(|edge| edge.as_str().unwrap()).collect();
    for edge in edges {
        let edge = Time::parse(edge).unwrap();
        for (number, beside) in [-1, 0, 0, 0, 1].into_iter().enumerate() {
            let id = format!("{edge} {number}");
            by_hand(&case.vendor, &id, Time(edge.0 + beside));
        }
    }
    let summary = case.finish(&[]);
    case.came_once(Stream::ToolCalls);
    assert_eq!(summary["records"], json!(case.due(Stream::ToolCalls).len()));
    assert_eq!(summary["finished"], true);
    assert_eq!(summary["windows"]["finished"], json!(windows.len()));
    assert_eq!(summary["rejected"], 0);
    assert!(summary["bytes"].as_u64().unwrap() > 300_000, "{summary}");
}

#[test]
fn a_finished_range_is_not_asked_for_again_and_sends_nothing() {
    let case = Case::new(300, &json!({}));
    case.finish(&[]);
    case.came_once(Stream::ToolCalls);
    case.vendor.forget_requests();
    let again = case.finish(&["--parallel", "16"]);
    assert_eq!(
        (&again["records"], &again["finished"]),
        (&json!(0), &json!(true))
    );
    assert!(case.vendor.requests().is_empty());
    assert!(
        case.windows()
            .iter()
            .all(|window| window["state"] == "finished")
    );
}
