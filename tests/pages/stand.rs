//! One stream before one vendor: runs follow each other, crash, and keep accounts of what was sent.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use logwalk::error::Error;
use logwalk::log::Line;
use logwalk::pages::{Budget, Facts, Report, Run, Stream, Tally};
use logwalk::sim::{self, Options, Running};
use logwalk::time::Time;
use serde_json::{Value, json};

use super::around::Around;

/// 2026-11-20T09:30:00Z, where the vendors' clock stands at first.
pub(crate) const NOW: Time = Time(1_795_167_000_000);

/// 250 records in 25 seconds, and nothing after.
pub(crate) fn small() -> Options {
    Options {
        seed: 7,
        rate: 10.0,
        backlog: 250,
        total: Some(250),
        start: Some(NOW),
        record_bytes: 300,
        ..Options::default()
    }
}

/// How a run goes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Course {
    pub(crate) bytes: Option<u64>,
    /// It crashes on this page, after so many of its logs were delivered.
    pub(crate) crash: Option<(usize, usize)>,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) logs: usize,
    pub(crate) tally: Tally,
    pub(crate) error: Option<Error>,
    pub(crate) report: Report,
}

impl Came {
    pub(crate) fn words(&self) -> String {
        self.error
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

pub(crate) struct Stand {
    pub(crate) vendor: Arc<Running>,
    pub(crate) kept: Option<String>,
    pub(crate) sent: HashMap<String, u32>,
    excused: HashMap<String, u32>,
    which: sim::Stream,
    stream: Arc<Stream>,
}

impl Stand {
    pub(crate) fn new(which: sim::Stream, page_size: u32, options: Options) -> Self {
        Self::with(which, options, json!({"page_size": page_size}))
    }

    /// With further options of the instance.
    pub(crate) fn with(which: sim::Stream, options: Options, further: Value) -> Self {
        let vendor = Arc::new(sim::serve(options).unwrap());
        let stream = Arc::new(Self::stream(&vendor, which, further));
        Self {
            vendor,
            kept: None,
            sent: HashMap::new(),
            excused: HashMap::new(),
            which,
            stream,
        }
    }

    /// The instance is edited and loaded again.
    pub(crate) fn edited(&mut self, further: Value) {
        self.stream = Arc::new(Self::stream(&self.vendor, self.which, further));
    }

    fn stream(vendor: &Running, which: sim::Stream, further: Value) -> Stream {
        let credentials = if which.name().starts_with("datadog/") {
            json!({"api_key": "sim-api-key", "app_key": "sim-application-key"})
        } else {
            json!({"token": "sim-production-key"})
        };
        let mut instance = json!({
            "source": which.name(),
            "base_url": vendor.base_url(which),
            "credentials": credentials,
            "start": "1h",
            "limits": {"run_seconds": 30},
        });
        let Value::Object(further) = further else {
            panic!("the options are a mapping")
        };
        instance.as_object_mut().unwrap().extend(further);
        Stream::read(&instance, &Value::Null, &Facts::default()).unwrap()
    }

    pub(crate) fn run(&mut self) -> Came {
        self.go(Course::default())
    }

    pub(crate) fn go(&mut self, course: Course) -> Came {
        let around = Around(Arc::clone(&self.vendor));
        let budget = Budget {
            bytes: course.bytes,
            ..self.stream.budget(true)
        };
        let stream = Arc::clone(&self.stream);
        let run = Run::new(stream, self.kept.as_deref(), budget, around).unwrap();
        let mut run = run.scouting();
        let mut came = Came {
            logs: 0,
            tally: Tally::default(),
            error: None,
            report: run.report(),
        };
        for number in 0.. {
            let page = match run.next_page() {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(error) => {
                    came.error = Some(error);
                    break;
                }
            };
            assert!(number < 2_000, "the run does not end: {:?}", page.place);
            let crash = course.crash.filter(|(at, _)| *at == number);
            let delivered = crash.map_or(page.logs.len(), |(_, after)| after);
            for log in page.logs.lines().take(delivered) {
                let id = name(log);
                *self.sent.entry(id.clone()).or_default() += 1;
                came.logs += 1;
                if crash.is_some() {
                    *self.excused.entry(id).or_default() += 1;
                }
            }
            if crash.is_some() {
                return came;
            }
            came.tally += page.tally;
            self.kept = page.place;
        }
        came.report = run.report();
        came
    }

    /// Runs until a run ends at the end of the log.
    pub(crate) fn catch_up(&mut self) {
        for _ in 0..50 {
            let came = self.run();
            assert_eq!(came.error, None);
            let standing = came.report.standing.unwrap();
            if !standing.behind {
                // What became visible behind a walk while it lasted is the next one's.
                self.run();
                return;
            }
        }
        panic!("never caught up: {:?}", self.kept);
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.vendor.clock().advance(Duration::from_secs(seconds));
    }

    pub(crate) fn due(&self) -> Vec<String> {
        let now = self.vendor.clock().now();
        let span = Duration::from_hours(1);
        self.vendor.ids(self.which, NOW.before(span), now)
    }

    /// Panics unless all of the log was sent, and nothing twice but what a crash explains.
    pub(crate) fn settle_accounts(&self) {
        let due = self.due();
        for id in &due {
            let times = self.sent.get(id).copied().unwrap_or(0);
            let excused = self.excused.get(id).copied().unwrap_or(0);
            let at = due.iter().position(|due| due == id);
            assert!(times > 0, "lost: {id}, {at:?} of {}", due.len());
            assert!(times <= 1 + excused, "{id} came {times} times");
        }
        assert_eq!(self.sent.len(), due.len(), "more than there is");
    }

    pub(crate) fn place(&self) -> Value {
        serde_json::from_str(self.kept.as_ref().unwrap()).unwrap()
    }

    pub(crate) fn requests(&self) -> usize {
        self.vendor.requests().len()
    }

    /// What the last request said for a parameter.
    pub(crate) fn last_asked(&self, name: &str) -> Option<String> {
        let requests = self.vendor.requests();
        let query = &requests.last().unwrap().query;
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }
}

/// The id that a log carries.
pub(crate) fn name(log: Line<'_>) -> String {
    let line: Value = serde_json::from_str(&log.to_json()).unwrap();
    line["logwalk"]["id"].as_str().unwrap().to_owned()
}
