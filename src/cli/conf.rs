//! A conf.yaml as the Agent reads it: its instances, checked, and where in the file each problem is.

mod sections;

use std::path::Path;

use serde_json::Value;

use super::secret::{self, Named};
use super::stop::Stop;
use crate::config::{AgentFacts, Config};
use crate::error::{Error, Result};
use crate::written::{Written, yaml};

/// One configuration file, read but not judged.
#[derive(Debug)]
pub(crate) struct ConfFile {
    name: String,
    text: String,
    whole: Value,
}

/// One instance of it.
pub(crate) struct Instance {
    /// Its path in the file, such as `instances[0]`.
    pub(crate) at: String,
    /// It, checked, or what is wrong with it.
    pub(crate) config: Result<Config>,
    /// What it names and cannot be known here, each with its path.
    pub(crate) missing: Vec<(String, Named)>,
}

impl ConfFile {
    /// Reads a file; an error where there is no YAML to judge.
    pub(crate) fn read(path: &Path) -> std::result::Result<Self, Stop> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Stop::usage(format!(
                "cannot read {name}: {error}; name a conf.yaml with -c"
            ))
        })?;
        let whole = yaml::parse(&text, &name)?;
        Ok(Self { name, text, whole })
    }

    /// What is wrong with the file itself, its instances left aside.
    pub(crate) fn problems(&self) -> Vec<Error> {
        sections::problems(&self.whole)
    }

    /// Every instance, in the order of the file.
    pub(crate) fn instances(&self) -> Vec<Instance> {
        let Some(instances) = self.whole.get("instances").and_then(Value::as_array) else {
            return Vec::new();
        };
        let mut init = self.whole.get("init_config").cloned().unwrap_or_default();
        let init_missing = secret::fill(&mut init, "init_config");
        instances
            .iter()
            .enumerate()
            .map(|(index, written)| {
                let at = format!("instances[{index}]");
                let mut instance = written.clone();
                let mut missing = secret::fill(&mut instance, &at);
                missing.extend(init_missing.clone());
                let config = Config::read(
                    &Written::new(&instance, &at),
                    &Written::new(&init, "init_config"),
                    &AgentFacts::default(),
                );
                Instance {
                    at,
                    config,
                    missing,
                }
            })
            .collect()
    }

    /// Every instance, checked; all that is wrong with the file where anything is.
    pub(crate) fn checked(&self) -> std::result::Result<Vec<Instance>, Stop> {
        let instances = self.instances();
        let problems: Vec<String> = self
            .problems()
            .iter()
            .chain(instances.iter().filter_map(|instance| instance.config.as_ref().err()))
            .map(|error| self.told(error))
            .collect();
        if problems.is_empty() {
            Ok(instances)
        } else {
            Err(Stop::Usage(problems))
        }
    }

    /// `FILE:LINE:COL: path: problem`, as editors and people find it again.
    pub(crate) fn told(&self, error: &Error) -> String {
        match error {
            Error::Config { at, .. } => format!("{}: {error}", self.spot(at)),
            error => format!("{}: {error}", self.name),
        }
    }

    /// `FILE:LINE:COL` of a path, or of what should hold it.
    pub(crate) fn spot(&self, at: &str) -> String {
        match yaml::locate(&self.text, at) {
            Some((line, column)) => format!("{}:{line}:{column}", self.name),
            None => self.name.clone(),
        }
    }
}
