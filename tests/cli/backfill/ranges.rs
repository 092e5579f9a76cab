//! The ranges that a store has of a stream: told by `logwalk status`, and where they overlap.

use std::fs;
use std::path::PathBuf;

use super::*;

impl Case {
    fn status(&self, further: &[&str]) -> Ended {
        run(&[&["status", "-c", &self.conf], further].concat())
    }

    /// What is told of the ranges that are not finished.
    fn unfinished(&self) -> Vec<Value> {
        let told = self.status(&["--json"]).json();
        told["backfills"].as_array().unwrap().clone()
    }

    /// The plan of the range that begins then.
    fn plan_of(&self, from: Time) -> PathBuf {
        let folder = self.folder.path().join("places/backfill");
        let of_stream = fs::read_dir(folder).unwrap().next().unwrap().unwrap();
        let begin = from.to_string().replace([':', '.'], "_");
        let is_plan = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(&begin) && path.extension().is_some_and(|end| end == "json")
        };
        let files = fs::read_dir(of_stream.path()).unwrap().flatten();
        files.map(|file| file.path()).find(is_plan).unwrap()
    }
}

#[test]
fn status_tells_a_range_that_is_walked_or_broken_off_and_none_that_is_finished() {
    let case = Case::new(600, &json!({}));
    assert_eq!(case.unfinished(), Vec::<Value>::new());
    let slow = Rule::next(Fault::Delay { ms: 200 }).at("tool-calls");
    case.vendor.fault(slow.storm(1.0));
    let mut going = case.going(&[]);
    until("a window", || {
        let told = case.unfinished();
        told.iter().any(|range| range["windows"]["finished"] != 0)
    });
    let told = case.unfinished();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["state"], "under way");
    assert_eq!(told[0]["from"], case.from.to_string());
    assert_eq!(told[0]["to"], case.to.to_string());
    assert_eq!(told[0]["span_seconds"], 36_000);
    going.0.kill().unwrap();
    going.0.wait().unwrap();
    let told = &case.unfinished()[0];
    assert_eq!(told["state"], "broken off");
    assert_eq!(told["windows"]["all"], json!(case.windows().len()));
    let delivered = told["delivered_seconds"].as_u64().unwrap();
    assert!((1..36_000).contains(&delivered), "{told}");
    let read = Time::parse(told["last_success"].as_str().unwrap()).unwrap();
    assert!(Time::now().since(read) < HOUR / 60, "{told}");
    let table = case.status(&[]).done();
    let row = table.lines().last().unwrap();
    let range = format!(
        "agent_handler/tool_calls  {}  {}  broken off  ",
        case.from, case.to
    );
    assert!(row.starts_with(&range), "{table}");
    assert!(row.contains(" of 10h") && row.ends_with("s ago"), "{table}");
    case.vendor.clear_faults();
    case.finish(&[]);
    assert_eq!(case.unfinished(), Vec::<Value>::new());
    assert!(!case.status(&[]).done().contains("backfill"));
}

#[test]
fn a_damaged_plan_hides_neither_its_stream_nor_another_range() {
    let case = Case::new(100, &json!({}));
    case.finish(&[]);
    let plan = case.plan_of(case.from);
    for damaged in ["", "garbage", &logwalk::keep::seal(1, "{\"windows\":[]}")] {
        fs::write(&plan, damaged).unwrap();
        let ended = case.status(&[]);
        assert_eq!(ended.out.lines().count(), 2, "{}", ended.out);
        let words = ended.failed_late(1);
        assert!(words.contains(plan.to_str().unwrap()), "{words}");
    }
}

#[test]
fn what_overlaps_another_range_is_said_before_it_is_sent_twice() {
    let mut case = Case::new(100, &json!({}));
    case.finish(&[]);
    let first = format!("goes from {} to {}, this one from ", case.from, case.to);
    let overlap = |ended: &Ended| ended.errors.contains(&first) || ended.out.contains(&first);
    assert!(!overlap(&case.run(&["--dry-run"])), "it is the same range");
    let (from, to) = (case.from, case.to);
    case.to = ago(HOUR / 2);
    case.from = to;
    assert!(!overlap(&case.run(&["--dry-run"])), "they meet");
    case.from = to.before(HOUR);
    assert!(overlap(&case.run(&["--dry-run", "--json"])));
    let ended = case.run(&[]);
    assert!(overlap(&ended), "{}", ended.errors);
    assert!(ended.errors.contains(&format!("--from {to} leaves it out")));
    let twice = case
        .vendor
        .ids(Stream::ToolCalls, case.from, Time(to.0 - 1));
    let arrived = arrived(&case.vendor);
    assert!(!twice.is_empty() && twice.iter().all(|id| arrived[id] == 2));
    fs::write(case.plan_of(from), "garbage").unwrap();
    let told = case.run(&["--dry-run"]).done();
    assert!(told.contains("cannot be told: "), "{told}");
}
