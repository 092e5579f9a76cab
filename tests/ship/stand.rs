//! One stream between a vendor and an intake, both simulated, and what was kept of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use logwalk::config::Destination;
use logwalk::error::Result;
use logwalk::fetch::{Cancel, Pulse};
use logwalk::pages::{Budget, Facts, Run, Stream};
use logwalk::ship::{Account, Course, Headway, Route, ship};
use logwalk::sim::{self, Fault, Options, Rule, Running};
use logwalk::time::Time;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Where the intake's faults happen.
pub(crate) const INTAKE: &str = "/api/v2/logs";

pub(crate) fn course() -> Course {
    Course {
        stop: Cancel::default(),
        grace: Duration::from_secs(2),
        span: None,
        stall: None,
        silence: Duration::from_mins(1),
        headway: Headway::default(),
        holds_on: false,
        pulse: Pulse::default(),
    }
}

/// So many records, and nothing after.
pub(crate) fn records(count: u64) -> Options {
    Options {
        backlog: count,
        total: Some(count),
        record_bytes: 300,
        ..Options::default()
    }
}

pub(crate) struct Stand {
    pub(crate) vendor: Running,
    pub(crate) stream: Arc<Stream>,
    pub(crate) route: Arc<Route>,
    pub(crate) kept: Option<String>,
    pub(crate) account: Account,
    /// The same while a voyage is under way.
    pub(crate) live: Arc<Mutex<Account>>,
    folder: PathBuf,
}

impl Stand {
    pub(crate) fn new(options: Options) -> Self {
        Self::with(options, &json!({}))
    }

    /// With further options of the destination.
    pub(crate) fn with(options: Options, further: &Value) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("logwalk-ship-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let vendor = sim::serve(options).unwrap();
        let mut destination = json!({
            "type": "datadog", "url": vendor.url(), "api_key": "sim-api-key",
        });
        let further = further.as_object().unwrap().clone();
        destination.as_object_mut().unwrap().extend(further);
        let instance = json!({
            "source": "agent_handler/tool_calls",
            "base_url": vendor.base_url(sim::Stream::ToolCalls),
            "credentials": {"token": "sim-production-key"},
            "start": "1h", "page_size": 100, "tags": ["env:test"],
            "destination": destination,
            "store": {"type": "file", "path": folder},
        });
        let stream = Stream::read(&instance, &Value::Null, &Facts::default()).unwrap();
        let Destination::Datadog(options) = &stream.config.destination else {
            panic!("not to Datadog")
        };
        let route = Route::new(options, &stream.config, None).unwrap();
        Self {
            vendor,
            stream: Arc::new(stream),
            route: Arc::new(route),
            kept: None,
            account: Account::default(),
            live: Arc::default(),
            folder,
        }
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.vendor.fault(Rule::next(fault).at(INTAKE));
    }

    pub(crate) fn go(&mut self) -> Result<()> {
        self.go_by(&course())
    }

    pub(crate) fn go_by(&mut self, course: &Course) -> Result<()> {
        let account = Arc::clone(&self.live);
        *account.lock() = Account::default();
        let from = self.kept.clone();
        let walk = |around| {
            let run = Run::new(
                Arc::clone(&self.stream),
                from.as_deref(),
                Budget::default(),
                around,
            )?;
            Ok(run.scouting())
        };
        let mut keep = |place: &str| {
            self.kept = Some(place.to_owned());
            Ok(())
        };
        let ended = ship(walk, &self.route, course, &account, &mut keep);
        self.account = account.lock().clone();
        ended
    }

    /// The words of a voyage that ended badly.
    pub(crate) fn words(&mut self) -> String {
        self.go().unwrap_err().to_string()
    }

    pub(crate) fn due(&self) -> Vec<String> {
        let now = Time::now();
        self.vendor.ids(
            sim::Stream::ToolCalls,
            now.before(Duration::from_hours(1)),
            now,
        )
    }

    /// How often each record has come.
    pub(crate) fn arrived(&self) -> BTreeMap<String, usize> {
        let mut arrived = BTreeMap::new();
        for log in self.vendor.arrived() {
            let log: Value = serde_json::from_str(&log).unwrap();
            let id = log["logwalk"]["id"].as_str().unwrap().to_owned();
            *arrived.entry(id).or_default() += 1;
        }
        arrived
    }

    /// Panics unless all came, and no more than so many of them twice.
    pub(crate) fn all_came(&self, at_most_twice: usize) {
        let arrived = self.arrived();
        let lost = self
            .due()
            .into_iter()
            .filter(|id| !arrived.contains_key(id));
        assert_eq!(lost.collect::<Vec<_>>(), [""; 0]);
        let twice = arrived.values().filter(|times| **times > 1).count();
        assert!(twice <= at_most_twice, "{twice} came more than once");
    }

    pub(crate) fn dead_letters(&self) -> Vec<Value> {
        let path = self.route.dead_letters().unwrap();
        assert!(
            path.starts_with(self.folder.join("dead-letter")),
            "{}",
            path.display()
        );
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// How often the intake was asked.
    pub(crate) fn posts(&self) -> usize {
        let requests = self.vendor.requests();
        requests
            .iter()
            .filter(|one| one.path.ends_with(INTAKE))
            .count()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
