//! A conf.yaml as the Agent reads it: its instances, checked, and where in the file each problem is.

mod every;
mod sections;

use std::path::Path;

use serde_json::Value;

use super::secret::{self, Named};
use super::stop::Stop;
use crate::config::{AgentFacts, Config};
use crate::error::Error;
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
    /// It, checked, or all that is wrong with it.
    pub(crate) config: Result<Config, Vec<Error>>,
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
    /// Reads a file; an error where there is no YAML to judge.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
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
                let read = |instance: &Value| {
                    Config::read_at(
                        &Written::new(instance, &at),
                        &Written::new(&init, "init_config"),
                        &AgentFacts::default(),
                    )
                };
                let config = read(&instance).map_err(|_| every::problems(&instance, &at, read));
                Instance {
                    at,
                    config,
                    missing,
                }
            })
            .collect()
    }

    /// Every instance, checked; an error with all that is wrong where anything is. The rest of the
    /// file is the Agent's.
    pub(crate) fn checked(&self) -> Result<Vec<Checked>, Stop> {
        let mut problems: Vec<String> = Vec::new();
        let around = self.problems();
        let unusable = around
            .iter()
            .filter(|error| sections::leaves_no_instance(error));
        problems.extend(unusable.map(|error| self.told(error)));
        let mut checked = Vec::new();
        for Instance {
            at,
            config,
            missing,
        } in self.instances()
        {
            match config {
                Ok(config) => checked.push(Checked {
                    config,
                    at,
                    missing,
                }),
                Err(errors) => problems.extend(errors.iter().map(|error| self.told(error))),
            }
        }
        if problems.is_empty() {
            return Ok(checked);
        }
        Err(Stop::Usage(once_each(problems)))
    }

    /// An error where what an instance names and cannot be known here is needed.
    pub(crate) fn known(
        &self,
        missing: &[(String, Named)],
        needed: impl Fn(&str) -> bool,
    ) -> Result<(), Stop> {
        let problems: Vec<String> = missing
            .iter()
            .filter(|(at, _)| needed(at))
            .map(|(at, named)| format!("{}: {at}: {}", self.spot(at), named.fix()))
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Stop::Usage(problems))
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

/// The same without those that were there already: `init_config` belongs to every instance.
pub(crate) fn once_each(problems: Vec<String>) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for problem in problems {
        if !each.contains(&problem) {
            each.push(problem);
        }
    }
    each
}
