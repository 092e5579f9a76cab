//! `logwalk backfill`, as a process: a range delivered once and nothing beside it, broken off, killed.

mod ranges;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use logwalk::sim::{self, Fault, HandMade, Options, Rule, Running, Stream};
use logwalk::time::Time;
use serde_json::{Value, json};

use super::run::{Going, INTAKE, arrived, conf, instance, until};
use super::{Ended, Folder, run};

const HOUR: Duration = Duration::from_hours(1);

/// A vendor whose log lies in the last eleven hours.
fn vendor(records: u64) -> Running {
    vendor_since(11 * HOUR, records)
}

fn vendor_since(span: Duration, records: u64) -> Running {
    #[allow(clippy::cast_precision_loss)] // a few thousand
    let rate = records as f64 / span.as_secs_f64();
    sim::serve(Options {
        rate,
        backlog: records,
        total: Some(records),
        record_bytes: 300,
        ..Options::default()
    })
    .unwrap()
}

/// So long ago, in whole seconds.
fn ago(span: Duration) -> Time {
    Time(Time::now().before(span).0 / 1_000 * 1_000)
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
        Self {
            vendor,
            folder,
            conf,
            // Ten hours of the log, in many windows.
            from: ago(11 * HOUR),
            to: ago(HOUR),
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

#[test]
fn what_would_be_walked_is_told_and_nothing_is_sent() {
    let case = Case::new(50, &json!({}));
    let told = case.run(&["--dry-run"]).done();
    assert!(told.contains("windows; nothing is sent"), "{told}");
    assert!(told.contains("to be walked"), "{told}");
    assert!(case.vendor.requests().is_empty() && case.vendor.arrived().is_empty());
    assert!(!case.folder.path().join("places").exists(), "nor written");
}

#[test]
fn sources_without_bounds_are_walked_in_one_piece_and_others_newest_first_too() {
    for (source, stream) in [
        ("agent_handler/audit_log", Stream::AuditLog),
        ("agent_handler/api_calls", Stream::ApiCalls),
        ("datadog/audit", Stream::DatadogAudit),
        ("datadog/logs", Stream::DatadogLogs),
    ] {
        let vendor = vendor(400);
        let mut further = json!({"source": source, "base_url": vendor.base_url(stream)});
        if source.starts_with("datadog") {
            let credentials = json!({"api_key": "sim-api-key", "app_key": "sim-application-key"});
            further["credentials"] = credentials;
        }
        let case = Case::of(vendor, &further);
        assert!(case.due(stream).len() > 300);
        let ended = case.run(&["--json"]);
        assert_eq!(ended.status, Some(0), "{}", ended.errors);
        case.came_once(stream);
        let one_piece = ended.errors.contains("in one piece, over one connection");
        assert_eq!(one_piece, stream == Stream::AuditLog, "{}", ended.errors);
        assert_eq!(ended.json()["windows"]["all"] == 1, one_piece);
    }
}

#[test]
fn a_range_that_cannot_be_is_refused_and_so_is_what_needs_an_agent() {
    let case = Case::new(1, &json!({}));
    let refused = |from: &str, to: &str| {
        run(&["backfill", "-c", &case.conf, "--from", from, "--to", to]).failed(2)
    };
    let words = refused("2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z");
    assert!(words.contains("is not before --to"), "{words}");
    let words = refused("2026-11-02T00:00:00Z", "2999-11-01T00:00:00Z");
    assert!(words.contains("has not passed yet"), "{words}");
    let words = refused("yesterday", "2026-11-01T00:00:00Z");
    assert!(words.contains("expected a time such as"), "{words}");
    assert!(case.run(&["--parallel", "17"]).errors.contains("1..=16"));
    for (option, value) in [("destination", json!("agent")), ("store", json!("agent"))] {
        let mut further = json!({});
        further[option] = value;
        let words = Case::of(vendor(1), &further).run(&[]).failed(2);
        let expected = format!("instances[0].{option}: `logwalk backfill` has no Agent");
        assert!(words.contains(&expected), "{words}");
    }
    let timeless =
        json!({"source": {"extends": "agent_handler/tool_calls", "record": {"time": null}}});
    let words = Case::of(vendor(1), &timeless).run(&[]).failed(2);
    assert!(words.contains("add `record: {time: ...}`"), "{words}");
    assert!(case.vendor.requests().is_empty());
}

#[test]
fn a_refused_key_ends_it_with_1_and_what_is_left_is_walked_later() {
    let case = Case::new(300, &json!({}));
    let fault = Fault::Status {
        code: 401,
        body: None,
        headers: [].into(),
    };
    case.vendor
        .fault(Rule::next(fault).at("tool-calls").storm(1.0));
    let words = case.run(&[]).failed_late(1);
    assert!(words.contains("401 from"), "{words}");
    assert!(
        words.contains("windows are left, and the same command goes on"),
        "{words}"
    );
    assert!(
        case.vendor.requests().len() <= 8,
        "no window after the refused ones is begun"
    );
    case.vendor.clear_faults();
    case.finish(&[]);
    case.came_once(Stream::ToolCalls);
}

#[test]
fn once_a_window_has_failed_no_other_is_begun() {
    let case = Case::new(300, &json!({}));
    let slow = Rule::next(Fault::Delay { ms: 100 }).at("tool-calls");
    case.vendor.fault(slow.storm(1.0));
    let fault = Fault::Status {
        code: 401,
        body: None,
        headers: [].into(),
    };
    case.vendor.fault(Rule::next(fault).at("tool-calls"));
    let ended = case.run(&["--json"]);
    assert_eq!(ended.status, Some(1), "{}", ended.errors);
    let summary = ended.json();
    assert_eq!(summary["finished"], false);
    let finished = summary["windows"]["finished"].as_u64();
    assert!(finished < Some(8), "{summary}");
}

#[test]
fn the_same_range_is_walked_by_one_process_and_a_run_beside_it_goes_on() {
    let case = Case::new(300, &json!({"start": "0s"}));
    case.vendor
        .fault(Rule::next(Fault::Delay { ms: 700 }).at(INTAKE).storm(1.0));
    let live = Going::at("run", &["-c", &case.conf]);
    let first = case.going(&["--json"]);
    until("the first logs", || !case.vendor.arrived().is_empty());
    let words = case.run(&[]).failed_late(1);
    assert!(words.contains("in use: another process holds"), "{words}");
    case.vendor.clear_faults();
    assert_eq!(first.ended().0, Some(0));
    drop(live);
    case.came_once(Stream::ToolCalls);
    let again = case.run(&["--dry-run"]).done();
    assert!(
        !again.contains("a second time"),
        "the tail began after the range: {again}"
    );
}

#[test]
fn the_plan_stays_as_it_was_cut_whatever_is_edited() {
    let case = Case::new(300, &json!({}));
    case.vendor.fault(
        Rule::next(Fault::Delay { ms: 60_000 })
            .at("tool-calls")
            .storm(1.0),
    );
    let windows = case.windows();
    let going = case.going(&[]);
    until("the plan", || {
        !case.vendor.requests().is_empty() || case.folder.path().join("places/backfill").exists()
    });
    std::thread::sleep(Duration::from_millis(300));
    drop(going);
    case.vendor.clear_faults();
    conf(
        &case.folder,
        "a.yaml",
        &[instance(
            &case.vendor,
            &case.folder,
            &json!({"overlap": "1h"}),
        )],
    );
    let edges = |windows: &[Value]| -> Vec<Value> {
        windows
            .iter()
            .map(|window| window["from"].clone())
            .collect()
    };
    assert_eq!(edges(&case.windows()), edges(&windows));
    case.finish(&["--parallel", "2"]);
    case.came_once(Stream::ToolCalls);
}

#[cfg(unix)]
#[test]
fn told_to_stop_it_ends_within_three_seconds_and_goes_on_later() {
    for (name, path) in [("-TERM", INTAKE), ("-INT", "tool-calls")] {
        let case = Case::new(600, &json!({}));
        let slow = Rule::next(Fault::Delay { ms: 60_000 }).at(path).storm(0.2);
        case.vendor.fault(slow);
        let going = case.going(&["--json"]);
        std::thread::sleep(Duration::from_millis(700));
        let begin = Instant::now();
        going.signal(name);
        let (status, said) = going.ended();
        assert!(
            begin.elapsed() < Duration::from_secs(3),
            "{:?}",
            begin.elapsed()
        );
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains("told to stop; "), "{said}");
        case.vendor.clear_faults();
        let before = arrived(&case.vendor).len();
        let rest = case.finish(&[]);
        let due = case.due(Stream::ToolCalls).len();
        assert!(
            before > 0 && rest["records"].as_u64().unwrap() < due as u64,
            "{before} {rest}"
        );
        let arrived = arrived(&case.vendor);
        assert_eq!(arrived.len(), due);
    }
}

/// So many records that most kills come while some are on their way.
const RECORDS_A_KILL: u64 = 1_000;

/// Killed at random moments, it loses nothing, and a connection repeats one payload at most each time.
#[cfg(unix)]
#[test]
fn killed_at_any_moment_it_loses_nothing_and_a_connection_repeats_one_payload() {
    let kills = std::env::var("LOGWALK_KILLS").ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(8_u64);
    let vendor = vendor_since(2 * HOUR, kills * RECORDS_A_KILL);
    // Few windows, so that each is long enough to be repeated in part or in whole.
    let case = Case {
        from: ago(7 * HOUR / 4),
        to: ago(HOUR / 4),
        ..Case::of(vendor, &json!({}))
    };
    assert_eq!(case.windows().len(), 4);
    for (path, ms) in [(INTAKE, 60), ("tool-calls", 40)] {
        case.vendor
            .fault(Rule::next(Fault::Delay { ms }).at(path).storm(0.5));
    }
    let mut delivered: BTreeMap<String, usize> = BTreeMap::new();
    let due = case.due(Stream::ToolCalls);
    let (mut moment, mut on_the_way, mut twice) = (7_u64, 0, 0);
    for kill in 0..=kills {
        if kill < kills {
            let mut going = case.going(&[]);
            let begin = Instant::now();
            // However busy the machine is, most kills come while records are on their way.
            while case.vendor.arrivals() == 0 && begin.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(5));
            }
            moment = moment
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_millis((moment >> 33) % 150));
            going.0.kill().unwrap();
            going.0.wait().unwrap();
            // What was posted may still be on its way in.
            std::thread::sleep(Duration::from_millis(80));
        } else {
            case.vendor.clear_faults();
            case.finish(&[]);
        }
        let fresh = arrived(&case.vendor);
        case.vendor.forget_arrived();
        let (mut again, sent) = (0, !fresh.is_empty());
        for (id, times) in fresh {
            let before = delivered.entry(id).or_default();
            again += times - usize::from(*before == 0);
            *before += times;
        }
        // Pages of fifty share a payload until it has half of a thousand logs.
        assert!(again <= 4 * 550, "{again} came again after kill {kill}");
        twice += again;
        on_the_way += u64::from(kill < kills && sent && delivered.len() < due.len());
    }
    let lost = due.iter().filter(|id| !delivered.contains_key(*id)).count();
    let strange = delivered.len() - (due.len() - lost);
    println!(
        "{} records, {kills} kills, {on_the_way} on the way: {lost} lost, {twice} twice, {strange} not due",
        due.len()
    );
    assert_eq!((lost, strange), (0, 0));
    assert!(
        on_the_way > kills / 4,
        "{on_the_way} of {kills} kills came on the way"
    );
}

/// `logwalk run --once` ends at what was there when it began; a window ends where it was cut, however
/// far the log goes on by a clock that is ahead.
#[test]
fn a_window_is_finished_although_its_pages_go_on_beyond_this_moment() {
    let source = json!({"extends": "agent_handler/tool_calls", "until": null});
    let ahead = sim::serve(Options {
        backlog: 0,
        total: Some(0),
        start: Some(Time::now().after(HOUR / 2)),
        ..Options::default()
    });
    let mut case = Case::of(ahead.unwrap(), &json!({"source": source, "overlap": "1h"}));
    case.to = ago(HOUR / 60);
    // More than a page of each, and the later ones within the overlap behind the range.
    let later = Time::now().after(HOUR / 6);
    for number in 0..200 {
        let time = if number < 60 { ago(HOUR) } else { later };
        by_hand(&case.vendor, &format!("{number}"), time);
    }
    let summary = case.finish(&[]);
    assert_eq!(summary["records"], 60, "{summary}");
    case.came_once(Stream::ToolCalls);
}
