//! `logwalk preview`: the logs as they would arrive, and nothing else happens.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::choice::Choice;
use super::stop::Stop;
use super::wording;
use crate::config::Config;
use crate::error::Error;
use crate::fetch::Reality;
use crate::pages::{Budget, Facts, Run, Stream};

/// Somebody is watching: an API that does not answer by then is said to be down.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// At most so many logs of each stream
    #[arg(long, value_name = "LOGS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let mut fell_short = Vec::new();
    for config in arguments.choice.streams(|_| true)? {
        let label = config.label();
        match preview(config, arguments.limit, out) {
            Ok(()) => {}
            // One stream that fails hides no other.
            Err(Failed::Read(error)) => fell_short.push(format!("{label}: {error}")),
            Err(Failed::Written(error)) => return Err(error.into()),
        }
    }
    if fell_short.is_empty() {
        return Ok(());
    }
    Err(Stop::Short(fell_short))
}

enum Failed {
    Read(Error),
    Written(io::Error),
}

/// Prints the first logs of a stream as a first run would send them.
fn preview(config: Config, limit: u32, out: &mut dyn Write) -> Result<(), Failed> {
    let (label, start) = (config.label(), wording::start(config.start));
    let tags = config.tags.join(",");
    let mut run = begun(config, limit)?;
    let (mut left, mut noted) = (limit, 0);
    while left > 0 {
        let page = run.next_page();
        let said = run.report().said;
        for words in said.iter().skip(noted) {
            note(&format!("{label}: {words}"));
        }
        noted = said.len();
        let Some(page) = page? else { break };
        for line in page.logs.lines() {
            if left == 0 {
                break;
            }
            writeln!(out, "{}", line.to_json(&tags))?;
            left -= 1;
        }
        // A slow API is seen page by page.
        out.flush()?;
    }
    if left == limit {
        note(&format!(
            "{label}: no record from {start} on; set `start` further back to see some"
        ));
    }
    Ok(())
}

fn begun(mut config: Config, limit: u32) -> crate::error::Result<Run<Reality>> {
    let sizes = config
        .source
        .next
        .as_ref()
        .and_then(|next| next.page_size.as_ref());
    if let Some(sizes) = sizes {
        let usual = config.page_size.unwrap_or(sizes.default);
        config.page_size = Some(limit.min(usual));
    }
    let around = Reality::default();
    let budget = Budget {
        bytes: None,
        span: Some(PATIENCE),
    };
    let stream = Stream::new(config, &Facts::default())?;
    Run::new(Arc::new(stream), None, budget, around)
}

/// Beside the logs, so that a script can read those.
fn note(words: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "note: {words}");
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Written(error)
    }
}
