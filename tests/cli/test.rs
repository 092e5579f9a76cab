//! `logwalk test`, against the simulated vendors.

mod around;
mod configured;
mod delivered;
mod every;
mod faults;
mod kept;
mod unreachable;

use logwalk::sim::{Options, Running, Stream, serve};
use serde_json::Value;

use crate::{Ended, Folder, finished, logwalk};

/// Short, for a fault that lasts is waited for as long.
const PATIENCE: &str = "2";

/// What an Agent needs in the file.
const LOGS: &str =
    "logs:\n  - {type: integration, source: x, service: x, start_position: beginning}\n";

struct Vendor {
    running: Running,
    folder: Folder,
}

impl Vendor {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let options = Options {
            backlog: 200,
            rate: 0.1,
            ..options
        };
        Self {
            running: serve(options).unwrap(),
            folder: Folder::new(),
        }
    }

    fn tool_calls(&self, more: &str) -> String {
        self.instance(Stream::ToolCalls, "token: sim-production-key", more)
    }

    fn audit(&self, more: &str) -> String {
        let keys = "api_key: sim-api-key, app_key: sim-application-key";
        self.instance(Stream::DatadogAudit, keys, more)
    }

    fn instance(&self, stream: Stream, credentials: &str, more: &str) -> String {
        let base = self.running.base_url(stream);
        instance(stream.name(), &base, credentials, more)
    }

    fn test(&self, instance: &str, words: &[&str]) -> Ended {
        test(&self.folder, instance, words)
    }

    /// The checks of the one stream, and the status.
    fn checks(&self, instance: &str) -> Checks {
        Checks::of(&self.test(instance, &["--json"]))
    }
}

fn instance(source: &str, base: &str, credentials: &str, more: &str) -> String {
    format!(
        "  - source: {source}\n    base_url: {base}\n    start: 1d\n    \
         credentials: {{{credentials}}}\n    store: {{type: file, path: PLACES}}\n{more}"
    )
}

fn test(folder: &Folder, instance: &str, words: &[&str]) -> Ended {
    let places = folder.path().join("places").display().to_string();
    let conf = folder.file(
        "conf.yaml",
        &format!("instances:\n{}{LOGS}", instance.replace("PLACES", &places)),
    );
    let mut all = vec!["test", "-c", &conf, "--timeout", PATIENCE];
    all.extend(words);
    finished(logwalk().args(all).env_remove("NO_COLOR"), "")
}

/// What was found of one stream.
struct Checks {
    status: Option<i32>,
    all: Vec<Value>,
    told: String,
}

impl Checks {
    fn of(ended: &Ended) -> Self {
        let told = format!("{}{}", ended.out, ended.errors);
        let value: Value = serde_json::from_str(&ended.out).expect(&told);
        let failed = ended.status == Some(1);
        assert_eq!(value["ok"], !failed, "{told}");
        Self {
            status: ended.status,
            all: value["checks"].as_array().unwrap().clone(),
            told,
        }
    }

    fn named(&self, check: &str, verdict: &str) -> Vec<&Value> {
        let all = self.all.iter();
        all.filter(|found| found["check"] == check && found["verdict"] == verdict)
            .collect()
    }

    /// Asserts that one check came to a verdict, said in words and with a fix that has these.
    #[track_caller]
    fn say(&self, check: &str, verdict: &str, words: &[&str]) {
        let found = self.named(check, verdict);
        let says = |found: &&Value| {
            let text = format!("{} {}", found["text"], found["fix"]);
            words.iter().all(|words| text.contains(words))
        };
        assert!(
            found.iter().any(says),
            "{check} {verdict} {words:?} in\n{:#?}",
            self.all
        );
        let fixed = |found: &&Value| !found["fix"].as_str().unwrap().is_empty();
        assert!(
            verdict != "failed" || found.iter().all(fixed),
            "{:#?}",
            self.all
        );
    }

    /// Asserts that nothing is to be mended.
    #[track_caller]
    fn are_good(&self) {
        let good = self.all.iter().all(|found| found["verdict"] == "ok");
        assert!(good && self.status == Some(0), "{:#?}", self.all);
    }
}
