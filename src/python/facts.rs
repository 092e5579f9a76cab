//! What the check tells of the Agent around it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::config::{AgentFacts, AgentProxy};
use crate::deliver::{Habits, Overtaking};
use crate::keep::slot_file;
use crate::pages::Facts;

/// What the check tells of its Agent.
#[derive(Deserialize)]
pub(super) struct Agent {
    pub(super) check_id: Option<String>,
    /// The how manieth check of this process it is.
    pub(super) born: Option<u64>,
    tags: Option<String>,
    proxy: Option<Proxy>,
    max_message_size_bytes: Option<Value>,
    run_path: Option<String>,
    cache_path: Option<String>,
    integrations_logs_files_max_size: Option<Value>,
    file_scan_period: Option<Value>,
    close_timeout: Option<Value>,
    batch_max_concurrent_send: Option<Value>,
    http_timeout: Option<Value>,
    sender_backoff_base: Option<Value>,
    sender_backoff_max: Option<Value>,
    expvar_port: Option<Value>,
    fips: Option<bool>,
}

/// Megabytes after which the Agent empties a file, unless datadog.yaml says otherwise.
const FILE_MEGABYTES: f64 = 10.0;
/// Where the Agent serves its counters, unless datadog.yaml says otherwise.
const EXPVAR_PORT: u16 = 5_000;

/// The Agent's files, as one check has to know them.
pub(super) struct Files {
    pub(super) run_path: PathBuf,
    /// Where the Agent writes what this check sends.
    pub(super) log: String,
    /// What it does with that file, and when.
    pub(super) habits: Habits,
    pub(super) expvar_port: u16,
}

#[derive(Deserialize)]
struct Proxy {
    http: Option<String>,
    https: Option<String>,
    #[serde(rename = "no_proxy")]
    exceptions: Option<Exceptions>,
}

/// A list in datadog.yaml; one text where it comes from the environment.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exceptions {
    List(Vec<String>),
    Text(String),
}

impl Agent {
    pub(super) fn facts(&self) -> Facts {
        let agent = AgentFacts {
            proxy: self.proxy.as_ref().map(Proxy::facts).unwrap_or_default(),
            max_message_bytes: self.max_message_bytes(),
            fips: self.fips.unwrap_or(false),
            ..AgentFacts::default()
        };
        Facts {
            agent,
            tags: Some(self.tags.clone().unwrap_or_default()),
        }
    }

    /// Where the Agent keeps the two slots of an identity; none where there is no Agent.
    pub(super) fn slots(&self, identity: &str) -> Option<[PathBuf; 2]> {
        let check_id = self.check_id.as_deref()?;
        let folder = self
            .cache_path
            .as_deref()
            .filter(|path| !path.trim().is_empty())?;
        Some([0, 1].map(|slot| slot_file(Path::new(folder), check_id, identity, slot)))
    }

    /// The Agent's files; none where there is no Agent.
    pub(super) fn files(&self) -> Option<Files> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let (run_path, check_id) = (given(&self.run_path)?, given(&self.check_id)?);
        let name = format!("{}.log", check_id.replace(':', "_"));
        let run_path = PathBuf::from(run_path);
        Some(Files {
            log: run_path
                .join("integrations")
                .join(name)
                .to_string_lossy()
                .into_owned(),
            habits: self.habits(),
            expvar_port: number(self.expvar_port.as_ref()).unwrap_or(EXPVAR_PORT),
            run_path,
        })
    }

    fn habits(&self) -> Habits {
        let usual = Habits::usual(self.file_cap());
        Habits {
            scan: period(self.file_scan_period.as_ref()).unwrap_or(usual.scan),
            close: period(self.close_timeout.as_ref()).unwrap_or(usual.close),
            overtaking: self.overtaking(),
            ..usual
        }
    }

    /// Newer Agents keep their receipts in order all the same; which do, they do not say.
    fn overtaking(&self) -> Option<Overtaking> {
        let at_once: i64 = number(self.batch_max_concurrent_send.as_ref()).unwrap_or(0);
        let usual = Overtaking::default();
        (at_once != 0).then(|| Overtaking {
            request: period(self.http_timeout.as_ref()).unwrap_or(usual.request),
            first_wait: period(self.sender_backoff_base.as_ref()).unwrap_or(usual.first_wait),
            longest_wait: period(self.sender_backoff_max.as_ref()).unwrap_or(usual.longest_wait),
        })
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn file_cap(&self) -> u64 {
        let written: Option<f64> = number(self.integrations_logs_files_max_size.as_ref());
        let megabytes = written.filter(|size| size.is_finite() && *size > 0.0);
        (megabytes.unwrap_or(FILE_MEGABYTES) * f64::from(1 << 20)) as u64
    }

    /// Where files of ours may lie; none where there is no Agent.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let given = self
            .run_path
            .as_ref()
            .filter(|path| !path.trim().is_empty());
        given.map(|path| PathBuf::from(path).join("logwalk"))
    }

    /// What the Agent passes on whole; never more than half of its file, or one line could outgrow
    /// what was in the file before it was emptied.
    fn max_message_bytes(&self) -> Option<usize> {
        let written = number(self.max_message_size_bytes.as_ref()).filter(|most: &usize| *most > 0);
        let half = usize::try_from(self.file_cap() / 2).unwrap_or(usize::MAX);
        match written {
            Some(most) => Some(most.min(half)),
            None => Some(half).filter(|half| *half < LONGEST_LINE),
        }
    }
}

/// Every Agent passes on whole what is no longer than this.
const LONGEST_LINE: usize = 250_000;

/// A number, however the Agent writes it; anything else is the Agent's to judge.
fn number<T: std::str::FromStr>(written: Option<&Value>) -> Option<T> {
    let text = match written? {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    text.parse().ok()
}

/// Seconds as a setting has them, with or without a fraction; what is no time at all is not believed.
fn period(written: Option<&Value>) -> Option<Duration> {
    let seconds: f64 = number(written)?;
    let period = Duration::try_from_secs_f64(seconds).ok()?;
    Some(period).filter(|period| !period.is_zero())
}

impl Proxy {
    fn facts(&self) -> AgentProxy {
        let given = |url: &Option<String>| url.clone().filter(|url| !url.is_empty());
        AgentProxy {
            http: given(&self.http),
            https: given(&self.https),
            no_proxy: match &self.exceptions {
                None => Vec::new(),
                Some(Exceptions::List(hosts)) => hosts.clone(),
                Some(Exceptions::Text(text)) => text
                    .split([',', ';', ' '])
                    .filter(|host| !host.is_empty())
                    .map(str::to_owned)
                    .collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn agent(written: &Value) -> Agent {
        serde_json::from_value(written.clone()).unwrap()
    }

    #[test]
    fn the_largest_message_is_read_however_it_is_written() {
        for (written, bytes) in [
            (json!(900_000), Some(900_000)),
            (json!("900000"), Some(900_000)),
            (json!(null), None),
            (json!(0), None),
            (json!(-1), None),
            (json!("much"), None),
        ] {
            let facts = agent(&json!({"max_message_size_bytes": written})).facts();
            assert_eq!(facts.agent.max_message_bytes, bytes, "{written}");
        }
    }

    #[test]
    fn hosts_without_a_proxy_are_a_list_or_a_text() {
        for written in [json!(["a", "b"]), json!("a b"), json!("a,b"), json!("a; b")] {
            let facts = agent(&json!({"proxy": {"no_proxy": written}})).facts();
            assert_eq!(facts.agent.proxy.no_proxy, ["a", "b"], "{written}");
        }
    }

    #[test]
    fn the_log_file_is_named_after_the_check_below_the_run_path() {
        let files = agent(&json!({"check_id": "logwalk:1f:2e", "run_path": "/run"})).files();
        let files = files.unwrap();
        assert_eq!(files.log, "/run/integrations/logwalk_1f_2e.log");
        assert_eq!((files.habits.cap, files.expvar_port), (10 << 20, 5_000));
        for nobody in [json!({}), json!({"check_id": "logwalk:1f", "run_path": ""})] {
            assert!(agent(&nobody).files().is_none());
        }
    }

    #[test]
    fn the_length_at_which_a_file_is_emptied_is_in_megabytes() {
        for (written, cap) in [
            (json!(1), 1 << 20),
            (json!(0.5), 1 << 19),
            (json!("2"), 2 << 20),
            (json!(0), 10 << 20),
            (json!("much"), 10 << 20),
        ] {
            let told = json!({"check_id": "c", "run_path": "/r", "integrations_logs_files_max_size": written});
            assert_eq!(agent(&told).files().unwrap().habits.cap, cap, "{written}");
        }
    }

    #[test]
    fn how_soon_the_agent_looks_at_its_files_is_what_it_says_or_what_is_usual() {
        let usual = Habits::usual(10 << 20);
        for (written, seconds) in [
            (json!(2), 2.0),
            (json!(0.5), 0.5),
            (json!("30"), 30.0),
            (json!(null), usual.scan.as_secs_f64()),
            (json!(0), usual.scan.as_secs_f64()),
            (json!(-1), usual.scan.as_secs_f64()),
            (json!("soon"), usual.scan.as_secs_f64()),
            (json!(1e300), usual.scan.as_secs_f64()),
        ] {
            let told = json!({"check_id": "c", "run_path": "/r", "file_scan_period": written});
            let habits = agent(&told).files().unwrap().habits;
            assert_eq!(habits.scan, Duration::from_secs_f64(seconds), "{written}");
            assert_eq!(habits.close, usual.close);
        }
        let told = json!({"check_id": "c", "run_path": "/r", "close_timeout": 5});
        let habits = agent(&told).files().unwrap().habits;
        assert_eq!(
            (habits.scan, habits.close),
            (usual.scan, Duration::from_secs(5))
        );
    }

    #[test]
    fn requests_can_overtake_each_other_where_several_are_made_at_once() {
        let of = |at_once: Value| {
            let told = json!({"check_id": "c", "run_path": "/r", "http_timeout": 3,
                "batch_max_concurrent_send": at_once});
            agent(&told).files().unwrap().habits.overtaking
        };
        let expected = Overtaking {
            request: Duration::from_secs(3),
            ..Overtaking::default()
        };
        for at_once in [json!(4), json!("4"), json!(-1)] {
            assert_eq!(of(at_once.clone()), Some(expected), "{at_once}");
        }
        for one in [json!(0), json!("0"), json!(null), json!("many")] {
            assert_eq!(of(one.clone()), None, "{one}");
        }
    }

    #[test]
    fn a_line_is_at_most_half_a_file_long() {
        let told =
            json!({"integrations_logs_files_max_size": 0.25, "max_message_size_bytes": 900_000});
        assert_eq!(agent(&told).facts().agent.max_message_bytes, Some(1 << 17));
    }
}
