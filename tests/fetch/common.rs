//! What every test of a call needs.

use std::time::Duration;

use logwalk::error::Result;
use logwalk::fetch::{
    AgentFacts, Auth, Deadline, Fetch, Hidden, Options, Reality, Setup, Surroundings,
};
use logwalk::source::{Call, Pace, Reply};
use logwalk::time::Time;
use logwalk::written::Written;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Real clocks, but a pause passes at once and is remembered.
#[derive(Default)]
pub(crate) struct Skipping {
    reality: Reality,
    skipped: Mutex<Duration>,
    pub(crate) pauses: Mutex<Vec<Duration>>,
}

impl Surroundings for Skipping {
    fn now(&self) -> Time {
        self.reality.now().after(*self.skipped.lock())
    }

    fn tick(&self) -> Duration {
        self.reality.tick() + *self.skipped.lock()
    }

    fn pause(&self, span: Duration) -> Result<()> {
        *self.skipped.lock() += span;
        self.pauses.lock().push(span);
        Ok(())
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn cancelled(&self) -> bool {
        false
    }
}

pub(crate) fn options(instance: Value) -> Options {
    options_with(instance, &AgentFacts::default())
}

pub(crate) fn options_with(mut instance: Value, agent: &AgentFacts) -> Options {
    // The machine's own proxy variables are not to take part, unless a test wants a proxy.
    if instance.get("proxy").is_none() && agent.proxy.http.is_none() {
        instance["skip_proxy"] = json!(true);
    }
    let nothing = json!({});
    let written = Written::new(&instance, "instances[0]");
    let init = Written::new(&nothing, "init_config");
    let fields = written.fields(Options::KEYS).unwrap();
    Options::read(&fields, &init.fields(Options::INIT_KEYS).unwrap(), agent).unwrap()
}

pub(crate) fn setup(base_url: &str) -> Setup {
    Setup {
        base_url: base_url.to_owned(),
        auth: Auth::Headers,
        pace: Pace::default(),
        requests_per_second: None,
        rate_limit: None,
        body_bytes: 1 << 20,
        secrets: Hidden(vec![format!("hunter2-{base_url}")]),
    }
}

pub(crate) fn fetch(instance: Value, setup: Setup) -> Fetch {
    Fetch::new(&options(instance), setup).unwrap()
}

pub(crate) fn get(url: &str) -> Call {
    Call {
        post: false,
        url: url.to_owned(),
        headers: vec![("Authorization".to_owned(), "Bearer hunter2".to_owned())],
        body: None,
    }
}

/// Asks with the real clocks and some seconds of time.
pub(crate) fn ask(fetch: &Fetch, call: &Call, seconds: u64) -> Result<Reply> {
    let around = Reality::default();
    let deadline = Deadline::within(Duration::from_secs(seconds), &around);
    fetch.call(call, deadline, &around)
}

pub(crate) fn text(result: Result<Reply>) -> String {
    match result {
        Ok(reply) => panic!("a reply: {} {}", reply.status, reply.text()),
        Err(error) => error.to_string(),
    }
}
