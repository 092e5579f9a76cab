//! `logwalk test`: a stream tried out on its API, and each thing that can be wrong with it named.
//!
//! [`trial`] asks and notes down what came, as [`facts`]; [`checks`] judge those without asking
//! anything; the findings are told for a person or a script.

mod around;
mod checks;
mod delivered;
mod facts;
mod finding;
mod heard;
mod reach;
mod told;
mod trial;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::choice::Choice;
use super::sample::Sample;
use super::stop::Stop;
use facts::Terms;
use finding::{Finding, Verdict};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// How long an API is waited for that is silent or fails
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// The Agent's own configuration [default: /etc/datadog-agent/datadog.yaml, where it is there]
    #[arg(long, value_name = "FILE")]
    agent_config: Option<PathBuf>,
    /// Keep the replies, without credentials and what the mapping hides, for `preview --replay`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// One JSON object a stream
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let patience = Duration::from_secs(arguments.timeout);
    let agent = around::agent_side(&arguments.choice, arguments.agent_config.as_deref())?;
    let mut sample = Sample::default();
    let mut fell_short = Vec::new();
    for (index, config) in arguments.choice.streams(|_| true)?.iter().enumerate() {
        let label = config.label();
        let terms = Terms::of(config)?;
        let (facts, scrub) = trial::tried(config, &agent, patience);
        let findings: Vec<Finding> = checks::judged(&terms, &facts)
            .into_iter()
            .map(|finding| finding.scrubbed(&scrub))
            .collect();
        if arguments.save.is_some() {
            sample.add(&terms.config, facts.began, &facts.walk.replies(), &scrub);
        }
        if arguments.json {
            writeln!(out, "{}", told::as_json(&label, &findings))?;
        } else {
            told::print(&label, &findings, index > 0, out)?;
        }
        // A slow API is seen stream by stream.
        out.flush()?;
        fell_short.extend(told::short(&label, &findings));
    }
    if let Some(path) = &arguments.save {
        sample.write(path)?;
    }
    if fell_short.is_empty() {
        return Ok(());
    }
    Err(Stop::Short(fell_short))
}
