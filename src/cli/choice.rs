//! Which streams of which file are meant.

use std::path::PathBuf;

use clap::Args;

use super::backend::Secrets;
use super::conf::{Checked, ConfFile, Finding};
use super::run::logs;
use super::stop::Stop;
use crate::config::Config;

/// A file, and which of its streams.
#[derive(Debug, Args)]
pub(crate) struct Choice {
    /// The conf.yaml that configures the streams
    #[arg(short, long = "config", value_name = "FILE")]
    config: PathBuf,
    /// The stream with this `stream`, or this source where it has none
    #[arg(long, value_name = "LABEL", conflicts_with = "instance")]
    stream: Option<String>,
    /// The instance with this number, counted from 0 as in `instances[0]`
    #[arg(long, value_name = "N")]
    instance: Option<usize>,
    #[command(flatten)]
    secrets: Secrets,
}

impl Choice {
    /// The streams that were meant: all of the file where none was chosen. Of what a configuration
    /// names in place of a value, what is `needed` has to be known; a path within the instance is
    /// asked about.
    pub(crate) fn streams(&self, needed: impl Fn(&str) -> bool) -> Result<Vec<Config>, Stop> {
        self.meant(&self.read()?, needed, |_, _| None)
    }

    /// The one stream that was meant, with all its secrets, for a command that has no Agent.
    pub(crate) fn direct(&self, verb: &str) -> Result<Config, Stop> {
        let file = self.read()?;
        let unfit = |config: &Config, at: &str| logs::unfit(verb, &file, config, at);
        only(self.meant(&file, |_| true, unfit)?)
    }

    fn read(&self) -> Result<ConfFile, Stop> {
        let mut file = ConfFile::read(&self.config)?;
        self.secrets.put_into(std::slice::from_mut(&mut file))?;
        Ok(file)
    }

    fn meant(
        &self,
        file: &ConfFile,
        needed: impl Fn(&str) -> bool,
        unfit: impl Fn(&Config, &str) -> Option<Finding>,
    ) -> Result<Vec<Config>, Stop> {
        let mut meant = file.checked()?;
        let labels: Vec<String> = meant.iter().map(|one| one.config.label()).collect();
        if let Some(number) = self.instance {
            meant = meant.into_iter().skip(number).take(1).collect();
        }
        if let Some(label) = &self.stream {
            meant.retain(|one| is_called(&one.config, label));
        }
        if meant.is_empty() {
            return Err(Stop::usage(self.nobody(&labels)));
        }
        let mut configs = Vec::new();
        for Checked {
            config,
            at,
            missing,
        } in meant
        {
            file.known(&missing, |path| {
                let own = path
                    .strip_prefix(&at)
                    .and_then(|rest| rest.strip_prefix('.'));
                needed(own.unwrap_or(path))
            })?;
            if let Some(finding) = unfit(&config, &at) {
                return Err(finding.into());
            }
            configs.push(config);
        }
        Ok(configs)
    }

    /// What is wrong with the file around its instances, which an Agent would read.
    pub(crate) fn around(&self) -> Result<Vec<Finding>, Stop> {
        Ok(ConfFile::read(&self.config)?.problems())
    }

    /// Whether the file tells the Agent to pass over no log.
    pub(crate) fn reads_from_the_beginning(&self) -> Result<bool, Stop> {
        Ok(ConfFile::read(&self.config)?.reads_from_the_beginning())
    }

    /// The one stream that was meant.
    pub(crate) fn stream(&self, needed: impl Fn(&str) -> bool) -> Result<Config, Stop> {
        only(self.streams(needed)?)
    }

    fn nobody(&self, labels: &[String]) -> String {
        match (&self.stream, self.instance) {
            (Some(label), _) => {
                format!(
                    "no stream is called {label}; the file has {}",
                    labels.join(", ")
                )
            }
            (None, Some(number)) => format!(
                "there is no instances[{number}]: the file has {}, counted from 0",
                labels.len()
            ),
            (None, None) => "the file has no instance".to_owned(),
        }
    }
}

fn only(mut streams: Vec<Config>) -> Result<Config, Stop> {
    let labels: Vec<String> = streams.iter().map(Config::label).collect();
    match streams.pop() {
        Some(only) if streams.is_empty() => Ok(only),
        Some(_) | None => Err(Stop::usage(format!(
            "{} streams are meant, {}: choose one with --stream or --instance",
            labels.len(),
            labels.join(", ")
        ))),
    }
}

fn is_called(config: &Config, label: &str) -> bool {
    let own = config.stream.as_deref().unwrap_or(&config.source.name);
    own == label || config.label() == label
}
