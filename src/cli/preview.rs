//! `logwalk preview`: the logs as they would arrive, and nothing else happens.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::stop::Stop;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A conf.yaml
    #[arg(short, long = "config", value_name = "FILE")]
    config: PathBuf,
    /// At most so many logs of each stream
    #[arg(long, value_name = "LOGS", default_value_t = 10)]
    limit: usize,
}
