//! `logwalk run`, as a process: to its end, until it is told to stop, and killed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use logwalk::sim::{self, Fault, Options, Rule, Running};
use logwalk::time::Time;
use serde_json::{Value, json};

use super::{Ended, Folder, finished, logwalk, run};

pub(super) const INTAKE: &str = "/api/v2/logs";

fn vendor(records: u64) -> Running {
    sim::serve(Options {
        backlog: records,
        total: Some(records),
        record_bytes: 300,
        ..Options::default()
    })
    .unwrap()
}

/// An instance, as its conf.yaml has it.
pub(super) fn instance(vendor: &Running, folder: &Folder, further: &Value) -> Value {
    let mut instance = json!({
        "source": "agent_handler/tool_calls",
        "base_url": vendor.base_url(sim::Stream::ToolCalls),
        "credentials": {"token": "sim-production-key"},
        "start": "1h", "page_size": 50, "min_collection_interval": 1,
        "destination": {"type": "datadog", "url": vendor.url(), "api_key": "sim-api-key"},
        "store": {"type": "file", "path": folder.path().join("places")},
    });
    let further = further.as_object().unwrap().clone();
    instance.as_object_mut().unwrap().extend(further);
    instance
}

/// A conf.yaml with these instances: JSON is YAML.
pub(super) fn conf(folder: &Folder, name: &str, instances: &[Value]) -> String {
    folder.file(
        name,
        &json!({"init_config": {}, "instances": instances}).to_string(),
    )
}

fn due(vendor: &Running) -> Vec<String> {
    let now = Time::now();
    vendor.ids(
        sim::Stream::ToolCalls,
        now.before(Duration::from_hours(1)),
        now,
    )
}

pub(super) fn arrived(vendor: &Running) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    // The last member, found as text: all of it read as JSON would take most of a test's time.
    for log in vendor.arrived() {
        let (_, facts) = log.rsplit_once("\"logwalk\":{\"id\":\"").unwrap();
        let (id, _) = facts.split_once('"').unwrap();
        *arrived.entry(id.to_owned()).or_default() += 1;
    }
    arrived
}

fn once(conf: &str) -> Ended {
    run(&["run", "--once", "-c", conf])
}

/// A `run` that goes on; it ends with this value.
pub(super) struct Going(pub(super) Child);

impl Going {
    fn new(conf: &str) -> Self {
        Self::with(&["-c", conf])
    }

    fn with(words: &[&str]) -> Self {
        Self::at("run", words)
    }

    /// Another command that goes on.
    pub(super) fn at(verb: &str, words: &[&str]) -> Self {
        let mut command = logwalk();
        command.arg(verb).args(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        let status = std::process::Command::new("kill")
            .args([name, &id])
            .status();
        assert!(status.unwrap().success());
    }

    /// Its exit status and what it said, once it has ended by itself.
    pub(super) fn ended(mut self) -> (Option<i32>, String) {
        let status = self.0.wait().unwrap().code();
        let mut said = String::new();
        self.0
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (status, said)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn once_walks_to_the_end_and_a_second_time_sends_nothing() {
    let (vendor, folder) = (vendor(500), Folder::new());
    let conf = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &json!({}))]);
    let first = once(&conf);
    assert_eq!(first.status, Some(0), "{}", first.errors);
    let arrived = arrived(&vendor);
    assert!(due(&vendor).iter().all(|id| arrived.get(id) == Some(&1)));
    for line in first.errors.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["at"].is_string() && line["level"].is_string() && line["message"].is_string());
    }
    assert!(first.errors.contains("\"records\":500"), "{}", first.errors);
    assert_eq!(once(&conf).status, Some(0));
    assert_eq!(vendor.arrived().len(), 500);
}

#[test]
fn once_ends_although_the_log_grows_faster_than_it_is_read() {
    let folder = Folder::new();
    let vendor = sim::serve(Options {
        backlog: 2_000,
        rate: 4_000.0,
        record_bytes: 300,
        ..Options::default()
    })
    .unwrap();
    // Twenty pages a second hold a quarter of what is new.
    let slow = json!({"limits": {"requests_per_second": 20}});
    let conf = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &slow)]);
    let due = due(&vendor);
    let ended = once(&conf);
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    let arrived = arrived(&vendor);
    assert!(due.iter().all(|id| arrived.get(id) == Some(&1)));
    assert!(arrived.len() < due.len() * 8, "{}", arrived.len());
}

#[test]
fn one_stream_that_fails_holds_up_no_other_and_ends_once_with_1() {
    let (vendor, folder) = (vendor(200), Folder::new());
    let wrong = json!({"stream": "wrong", "credentials": {"token": "hunter2-hunter2"}});
    let instances = [
        instance(&vendor, &folder, &wrong),
        instance(&vendor, &folder, &json!({})),
    ];
    let ended = once(&conf(&folder, "a.yaml", &instances));
    assert_eq!(ended.status, Some(1), "{}", ended.errors);
    assert_eq!(vendor.arrived().len(), 200);
    assert!(
        ended
            .errors
            .contains("agent_handler/tool_calls (stream wrong): 401"),
        "{}",
        ended.errors
    );
    assert!(!ended.errors.contains("hunter2"), "{}", ended.errors);
}

#[test]
fn a_refused_key_ends_once_with_1_and_moves_nothing() {
    let (vendor, folder) = (vendor(50), Folder::new());
    let destination = json!({"type": "datadog", "url": vendor.url(), "api_key": "hunter2-hunter2"});
    let further = json!({ "destination": destination });
    let ended = once(&conf(
        &folder,
        "a.yaml",
        &[instance(&vendor, &folder, &further)],
    ));
    assert_eq!(ended.status, Some(1));
    assert!(
        ended
            .errors
            .contains("`destination.api_key` must be an API key"),
        "{}",
        ended.errors
    );
    assert!(!ended.errors.contains("hunter2"));
    let conf = conf(&folder, "b.yaml", &[instance(&vendor, &folder, &json!({}))]);
    assert_eq!(once(&conf).status, Some(0));
    assert_eq!(arrived(&vendor).len(), 50);
}

#[test]
fn what_needs_an_agent_is_refused_by_name() {
    let (vendor, folder) = (vendor(1), Folder::new());
    let refused = |name: &str, further: Value| {
        once(&conf(
            &folder,
            name,
            &[instance(&vendor, &folder, &further)],
        ))
        .failed(2)
    };
    let words = refused("a.yaml", json!({"destination": "agent"}));
    assert!(
        words.contains("instances[0].destination: `logwalk run` has no Agent"),
        "{words}"
    );
    let words = refused("b.yaml", json!({"store": "agent"}));
    assert!(
        words.contains("instances[0].store: `logwalk run` has no Agent"),
        "{words}"
    );
    let words = refused(
        "c.yaml",
        json!({"credentials": {"token": "${env:LOGWALK_TEST_KEY}"}}),
    );
    assert!(words.contains("LOGWALK_TEST_KEY is not set"), "{words}");
    let words = refused("d.yaml", json!({"credentials": {"token": "ENC[key]"}}));
    assert!(words.contains("--secret-backend-command"), "{words}");
    let twice = [
        instance(&vendor, &folder, &json!({})),
        instance(&vendor, &folder, &json!({})),
    ];
    let words = once(&conf(&folder, "e.yaml", &twice)).failed(2);
    assert!(words.contains("the same stream as"), "{words}");
    assert!(vendor.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn secrets_come_from_the_environment_files_and_a_backend() {
    let (vendor, folder) = (vendor(20), Folder::new());
    let key = folder.file("key", "sim-api-key\n");
    let destination = json!({
        "type": "datadog", "url": vendor.url(), "api_key": format!("${{file:{key}}}"),
    });
    let further = json!({"destination": destination, "credentials": {"token": "ENC[vendor]"}});
    let conf = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &further)]);
    let script = r#"echo "{\"vendor\":{\"value\":\"$LOGWALK_TEST_KEY\",\"error\":null}}""#;
    let words = [
        "run",
        "--once",
        "-c",
        &conf,
        "--secret-backend-command",
        "/bin/sh",
        "--secret-backend-argument",
        "-c",
        "--secret-backend-argument",
        script,
    ];
    let ended = finished(
        logwalk()
            .args(words)
            .env("LOGWALK_TEST_KEY", "sim-production-key"),
        "",
    );
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    assert_eq!(vendor.arrived().len(), 20);
}

#[test]
fn a_folder_of_files_is_walked_and_a_second_process_is_refused() {
    let (vendor, folder) = (vendor(20), Folder::new());
    let confs = Folder::new();
    conf(&confs, "a.yaml", &[instance(&vendor, &folder, &json!({}))]);
    conf(
        &confs,
        "b.yml",
        &[instance(&vendor, &folder, &json!({"stream": "b"}))],
    );
    confs.file("c.yaml.example", "no: {");
    let path = confs.path().display().to_string();
    let going = Going::new(&path);
    until("both streams", || vendor.arrived().len() == 40);
    let words = run(&["run", "--once", "-c", &path]).failed_late(1);
    assert!(words.contains("in use: another process holds"), "{words}");
    drop(going);
}

#[cfg(unix)]
#[test]
fn sigterm_ends_within_three_seconds_whatever_the_network_does() {
    for fault in [
        Fault::Delay { ms: 60_000 },
        Fault::Drip {
            bytes_per_second: 1,
        },
    ] {
        for path in [INTAKE, "tool-calls"] {
            let (vendor, folder) = (vendor(300), Folder::new());
            vendor.fault(Rule::next(fault.clone()).at(path).storm(1.0));
            let going = Going::new(&conf(
                &folder,
                "a.yaml",
                &[instance(&vendor, &folder, &json!({}))],
            ));
            // A request that is answered late is not yet among those that are remembered.
            std::thread::sleep(Duration::from_millis(400));
            let begin = Instant::now();
            going.signal("-TERM");
            let (status, said) = going.ended();
            assert_eq!(status, Some(0), "{said}");
            assert!(
                begin.elapsed() < Duration::from_secs(3),
                "{:?}",
                begin.elapsed()
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn sighup_reads_the_configuration_again_and_a_broken_one_changes_nothing() {
    let (vendor, folder) = (vendor(30), Folder::new());
    let path = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &json!({}))]);
    let mut going = Going::new(&path);
    let mut said = BufReader::new(going.0.stderr.take().unwrap());
    let mut wait_for = |words: &str| {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "never: {words}");
        }
    };
    wait_for("delivered");
    folder.file("a.yaml", "instances: [");
    going.signal("-HUP");
    wait_for("going on with what was read before");
    conf(
        &folder,
        "a.yaml",
        &[instance(&vendor, &folder, &json!({"stream": "new"}))],
    );
    going.signal("-HUP");
    wait_for("the configuration was read again");
    wait_for("(stream new)");
    until("the new stream", || vendor.arrived().len() == 60);
}

/// Where it serves, which is the first thing that it says.
fn address(going: &mut Going) -> String {
    let mut address = String::new();
    BufReader::new(going.0.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    address
}

fn get(address: &str, path: &str) -> String {
    let address = address.trim().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn health_and_metrics_are_served_and_tell_what_does_not_get_through() {
    let (vendor, folder) = (vendor(40), Folder::new());
    let path = conf(
        &folder,
        "a.yaml",
        &[instance(
            &vendor,
            &folder,
            &json!({"stream": "a\"b".replace('"', "-")}),
        )],
    );
    let mut going = Going::with(&["-c", &path, "--listen", "127.0.0.1:0"]);
    let address = address(&mut going);
    let sent =
        "logwalk_records_sent_total{log_source=\"agent_handler/tool_calls\",stream=\"a-b\"} 40";
    until("the metrics", || get(&address, "/metrics").contains(sent));
    let metrics = get(&address, "/metrics");
    for line in [
        "# TYPE logwalk_records_sent_total counter",
        "logwalk_posts_total{log_source=\"agent_handler/tool_calls\",stream=\"a-b\",status=\"2xx\"} ",
        "# TYPE logwalk_behind gauge",
        "logwalk_delivering{log_source=\"agent_handler/tool_calls\",stream=\"a-b\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    until("health", || {
        let health = get(&address, "/healthz");
        health.starts_with("HTTP/1.1 200")
            && health.contains("\"failures_in_a_row\":0")
            && !health.contains("\"last_success\":null")
    });
    assert!(get(&address, "/x").starts_with("HTTP/1.1 404"));

    let fault = Fault::Status {
        code: 401,
        body: None,
        headers: [].into(),
    };
    vendor.fault(Rule::next(fault).at("tool-calls").storm(1.0));
    until("a failure", || {
        get(&address, "/metrics").contains(
            "logwalk_failures_in_a_row{log_source=\"agent_handler/tool_calls\",stream=\"a-b\"} 1",
        )
    });
    assert!(get(&address, "/healthz").contains("401 from"));
}

/// So many records that most kills come while some are on their way.
const RECORDS_A_KILL: u64 = 1_200;

/// How many logs have arrived, without a copy of them.
fn count(vendor: &Running) -> usize {
    let answer = get(&vendor.url(), "/sim/arrived?count");
    let (_, count) = answer.rsplit_once("\"count\":").unwrap();
    count.trim_end_matches('}').parse().unwrap()
}

/// Killed at random moments, it loses nothing, and repeats one payload at most each time.
#[cfg(unix)]
#[test]
fn killed_at_any_moment_it_loses_nothing_and_repeats_one_payload() {
    let kills = std::env::var("LOGWALK_KILLS").ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(10_u64);
    let records = kills * RECORDS_A_KILL;
    let vendor = sim::serve(Options {
        rate: 1_000.0,
        backlog: records,
        total: Some(records),
        record_bytes: 300,
        ..Options::default()
    })
    .unwrap();
    vendor.fault(Rule::next(Fault::Delay { ms: 15 }).at(INTAKE).storm(0.5));
    vendor.fault(
        Rule::next(Fault::Delay { ms: 10 })
            .at("tool-calls")
            .storm(0.5),
    );
    let folder = Folder::new();
    let path = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &json!({}))]);
    let (mut moment, mut on_the_way) = (7_u64, 0);
    for kill in 0..kills {
        let before = arrived(&vendor);
        let mut going = Going::new(&path);
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        if kill % 4 > 0 && (before.len() as u64) < records {
            // However slowly a busy machine starts a process, it is on its way by then.
            until("something arrives", || {
                count(&vendor) > before.values().sum()
            });
        }
        std::thread::sleep(Duration::from_millis((moment >> 33) % 240));
        going.0.kill().unwrap();
        going.0.wait().unwrap();
        // What was posted may still be on its way in.
        std::thread::sleep(Duration::from_millis(40));
        let after = arrived(&vendor);
        let again =
            |(id, times): &(&String, &usize)| before.get(*id).is_some_and(|was| was < *times);
        let again = after.iter().filter(again).count();
        assert!(again <= 1_000, "{again} came again after kill {kill}");
        on_the_way += u64::from(after.len() > before.len() && after.len() as u64 + 1_000 < records);
    }
    vendor.clear_faults();
    let ended = once(&path);
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    let (due, arrived) = (due(&vendor), arrived(&vendor));
    assert_eq!(due.len() as u64, records);
    let remembered: usize = arrived.values().sum();
    assert_eq!(count(&vendor), remembered, "the simulator forgot some");
    let lost = due.iter().filter(|id| !arrived.contains_key(*id)).count();
    let twice = arrived.values().filter(|times| **times > 1).count();
    println!(
        "{records} records, {kills} kills, {on_the_way} on the way: {lost} lost, {twice} twice"
    );
    assert_eq!(lost, 0);
    assert!(
        on_the_way > kills / 4,
        "{on_the_way} of {kills} kills came on the way"
    );
}

/// A disk that does not answer, as a network's does not: reading a pipe that nobody writes to.
#[cfg(unix)]
#[test]
fn a_stream_that_is_stuck_makes_the_process_unhealthy_until_it_goes_on() {
    let (vendor, folder) = (vendor(20), Folder::new());
    let conf = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &json!({}))]);
    assert_eq!(once(&conf).status, Some(0));
    let place = place_in(&folder);
    let whole = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&place).status();
    assert!(made.unwrap().success());
    let words = [
        "-c",
        &conf,
        "--listen",
        "127.0.0.1:0",
        "--stuck-after",
        "1s",
    ];
    let mut going = Going::with(&words);
    let address = address(&mut going);
    until("stuck", || {
        get(&address, "/healthz").starts_with("HTTP/1.1 503")
    });
    let health = get(&address, "/healthz");
    assert!(health.contains("\"a stream is stuck\"") && health.contains("\"stuck\":true"));
    assert!(get(&address, "/metrics").contains("logwalk_missed_signs_of_life_seconds"));
    // What was waited for comes, and the file is one again.
    std::fs::rename(&place, place.with_extension("pipe")).unwrap();
    std::fs::write(&place, &whole).unwrap();
    std::fs::write(place.with_extension("pipe"), &whole).unwrap();
    until("well again", || {
        get(&address, "/healthz").starts_with("HTTP/1.1 200")
    });
    going.signal("-TERM");
    let (status, said) = going.ended();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("no sign of life for "), "{said}");
}

/// The file of the one place in a folder.
#[cfg(unix)]
fn place_in(folder: &Folder) -> std::path::PathBuf {
    std::fs::read_dir(folder.path().join("places"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "json"))
        .unwrap()
}

/// Asserts that for longer than it takes to try again nothing comes.
#[cfg(unix)]
fn nothing_comes(vendor: &Running) {
    let before = count(vendor);
    std::thread::sleep(Duration::from_millis(6_500));
    assert_eq!(count(vendor), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_for_dead_letters_holds_the_place_and_sends_nothing_twice() {
    let (vendor, folder) = (vendor(120), Folder::new());
    let bad = due(&vendor)[30].clone();
    let refuse = Fault::RefuseWith { text: bad.clone() };
    vendor.fault(Rule::next(refuse).at(INTAKE).storm(1.0));
    let letters = folder.path().join("letters.jsonl");
    std::os::unix::fs::symlink("/dev/full", &letters).unwrap();
    let mut further = instance(&vendor, &folder, &json!({}));
    further["destination"]["dead_letter"] = json!(letters);
    let conf = conf(&folder, "a.yaml", &[further]);
    let mut going = Going::with(&["-c", &conf, "--listen", "127.0.0.1:0"]);
    let address = address(&mut going);
    until("the trouble", || {
        get(&address, "/healthz").contains("No space left")
    });
    let health = get(&address, "/healthz");
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    assert!(health.contains("`destination.dead_letter`"), "{health}");
    nothing_comes(&vendor);
    std::fs::remove_file(&letters).unwrap();
    until("the rest", || count(&vendor) == 119);
    until("all is well", || {
        get(&address, "/healthz").contains("\"trouble\":null")
    });
    std::thread::sleep(Duration::from_millis(200));
    going.signal("-TERM");
    let (status, said) = going.ended();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("it works again"), "{said}");
    let arrived = arrived(&vendor);
    assert!(
        due(&vendor)
            .iter()
            .all(|id| arrived.get(id) == (*id != bad).then_some(&1))
    );
    let letter = std::fs::read_to_string(&letters).unwrap();
    assert_eq!((letter.lines().count(), letter.contains(&bad)), (1, true));
}

#[cfg(unix)]
#[test]
fn a_store_that_takes_nothing_for_a_while_makes_nothing_come_twice() {
    let folder = Folder::new();
    let vendor = sim::serve(Options {
        backlog: 60,
        rate: 4.0,
        total: Some(200),
        start: Some(Time::now().before(Duration::from_mins(2))),
        ..Options::default()
    })
    .unwrap();
    // Nothing that is known already comes first.
    let further = json!({"overlap": "0s"});
    let conf = conf(&folder, "a.yaml", &[instance(&vendor, &folder, &further)]);
    assert_eq!(once(&conf).status, Some(0));
    vendor.clock().advance(Duration::from_mins(1));
    let way = place_in(&folder).with_extension("tmp");
    std::fs::create_dir_all(way.join("full")).unwrap();
    let before = count(&vendor);
    let going = Going::new(&conf);
    until("a page", || count(&vendor) > before);
    nothing_comes(&vendor);
    std::fs::remove_dir_all(&way).unwrap();
    until("the rest", || count(&vendor) == 200);
    going.signal("-TERM");
    let (status, said) = going.ended();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("what was delivered is remembered"), "{said}");
    assert!(arrived(&vendor).values().all(|times| *times == 1));
}
