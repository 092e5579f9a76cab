//! A conf.yaml as the Agent reads it: its instances, checked, and where in the file each problem is.

mod every;
mod finding;
mod sections;

use std::collections::BTreeMap;
use std::path::Path;

use once_cell::unsync::OnceCell;
use serde_json::Value;

use super::secret::{self, Named};
use super::stop::Stop;
use crate::config::{AgentFacts, Config};
use crate::error::Error;
use crate::pages::{Facts, Stream};
use crate::written::Written;
use crate::written::yaml::{self, Chart};

pub(crate) use finding::Finding;

/// One configuration file, read but not judged; it may hold secrets, hence no `Debug`.
pub(crate) struct ConfFile {
    name: String,
    text: String,
    whole: Value,
    chart: OnceCell<Option<Chart>>,
}

/// One instance of it.
pub(crate) struct Instance {
    /// Its path in the file, such as `instances[0]`.
    pub(crate) at: String,
    /// It, checked, or all that is wrong with it.
    pub(crate) config: Result<Config, Vec<Finding>>,
    /// What it names and cannot be known here, each with its path.
    pub(crate) missing: Vec<(String, Named)>,
}

/// One instance in which nothing is wrong.
pub(crate) struct Checked {
    /// It.
    pub(crate) config: Config,
    /// Its path in the file.
    pub(crate) at: String,
    /// What it names and cannot be known here, each with its path.
    pub(crate) missing: Vec<(String, Named)>,
}

impl ConfFile {
    /// Reads a file; a finding where there is no YAML to judge.
    pub(crate) fn read(path: &Path) -> Result<Self, Finding> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Finding::of_file(&name, format!("cannot be read: {error}")))?;
        match yaml::parse(&text, &name) {
            Ok(whole) => Ok(Self {
                name,
                text,
                whole,
                chart: OnceCell::new(),
            }),
            // What the parser says begins with the file and the spot already.
            Err(Error::Config { at, problem }) => Err(Finding::of_file(&at, problem)),
            Err(error) => Err(Finding::of_file(&name, error.to_string())),
        }
    }

    /// The handles of the secrets that it names.
    pub(crate) fn handles(&self) -> Vec<String> {
        secret::handles(&self.whole)
    }

    /// Puts in the secrets of handles, wherever these stand.
    pub(crate) fn resolve(&mut self, secrets: &BTreeMap<String, String>) {
        secret::resolve(&mut self.whole, secrets);
    }

    /// What is wrong with the file itself, its instances left aside.
    pub(crate) fn problems(&self) -> Vec<Finding> {
        let problems = sections::problems(&self.whole);
        problems.iter().map(|error| self.found(error)).collect()
    }

    /// Whether its `logs` section tells the Agent to pass over no log.
    pub(crate) fn reads_from_the_beginning(&self) -> bool {
        sections::reads_from_the_beginning(&self.whole)
    }

    /// Every instance, in the order of the file.
    pub(crate) fn instances(&self) -> Vec<Instance> {
        let Some(instances) = self.whole.get("instances").and_then(Value::as_array) else {
            return Vec::new();
        };
        let mut init = self.whole.get("init_config").cloned().unwrap_or_default();
        let init_missing = secret::fill(&mut init, "init_config");
        let mut read = Vec::new();
        for (index, written) in instances.iter().enumerate() {
            let at = format!("instances[{index}]");
            let mut instance = written.clone();
            let mut missing = secret::fill(&mut instance, &at);
            missing.extend(init_missing.clone());
            let config_of = |instance: &Value| config(instance, &at, &init);
            let config = config_of(&instance).map_err(|_| {
                let errors = every::problems(&instance, &at, config_of);
                errors.iter().map(|error| self.found(error)).collect()
            });
            read.push(Instance {
                at,
                config,
                missing,
            });
        }
        read
    }

    /// Every instance, checked; an error with all that is wrong where anything is. What is around
    /// them is the Agent's.
    pub(crate) fn checked(&self) -> Result<Vec<Checked>, Stop> {
        let around = sections::problems(&self.whole);
        let unusable = around
            .iter()
            .filter(|error| sections::leaves_no_instance(error));
        let mut problems: Vec<Finding> = unusable.map(|error| self.found(error)).collect();
        let mut checked = Vec::new();
        for instance in self.instances() {
            match instance.config {
                Ok(config) => checked.push(Checked {
                    config,
                    at: instance.at,
                    missing: instance.missing,
                }),
                Err(findings) => problems.extend(findings),
            }
        }
        if problems.is_empty() {
            return Ok(checked);
        }
        Err(stop(problems))
    }

    /// An error where what an instance names and cannot be known here is needed.
    pub(crate) fn known(
        &self,
        missing: &[(String, Named)],
        needed: impl Fn(&str) -> bool,
    ) -> Result<(), Stop> {
        let problems: Vec<Finding> = missing
            .iter()
            .filter(|(at, _)| needed(at))
            .map(|(at, named)| self.finding(at, named.fix()))
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(stop(problems))
    }

    /// Something about the value at a path, or about what should hold it.
    pub(crate) fn finding(&self, at: &str, words: impl Into<String>) -> Finding {
        let chart = self.chart.get_or_init(|| Chart::of(&self.text));
        Finding {
            spot: chart.as_ref().map(|chart| chart.spot(at)),
            path: Some(at.to_owned()),
            ..Finding::of_file(&self.name, words)
        }
    }

    fn found(&self, error: &Error) -> Finding {
        match error {
            Error::Config { at, problem } => self.finding(at, problem),
            error => Finding::of_file(&self.name, error.to_string()),
        }
    }
}

/// An instance that stands at `at`, checked as a run checks it.
fn config(instance: &Value, at: &str, init: &Value) -> Result<Config, Error> {
    let config = Config::read_at(
        &Written::new(instance, at),
        &Written::new(init, "init_config"),
        &AgentFacts::default(),
    )?;
    match Stream::new(config.clone(), &Facts::default()) {
        Ok(_) => Ok(config),
        Err(Error::Config { at: own, problem }) => {
            Err(Error::config(format!("{at}.{own}"), problem))
        }
        Err(other) => Err(other),
    }
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        stop(vec![finding])
    }
}

fn stop(findings: Vec<Finding>) -> Stop {
    let findings = in_order(findings);
    Stop::Usage(findings.iter().map(Finding::to_string).collect())
}

/// In the order of the file, each once: `init_config` belongs to every instance.
pub(crate) fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort();
    findings.dedup();
    findings
}
