//! `logwalk preview`: the logs as they would arrive, and nothing else happens.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::choice::Choice;
use super::sample::{Kept, Sample};
use super::stop::Stop;
use super::wording;
use crate::config::Config;
use crate::error::Error;
use crate::fetch::{Reality, Surroundings};
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
    /// Map what `logwalk test --save` kept, and ask no API
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
}

/// What a mapping needs to know even of replies that are there already.
const NEEDED_OFFLINE: &str = "credentials.hash_key";

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let sample = arguments.replay.as_deref().map(Sample::read).transpose()?;
    let live = sample.is_none();
    let needed = |path: &str| live || path == NEEDED_OFFLINE;
    let mut fell_short = Vec::new();
    for config in arguments.choice.streams(needed)? {
        let label = config.label();
        let previewed = match &sample {
            Some(sample) => replayed(config.clone(), sample.of(&config)?, arguments.limit, out),
            None => asked(config, arguments.limit, out),
        };
        match previewed {
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
fn asked(mut config: Config, limit: u32, out: &mut dyn Write) -> Result<(), Failed> {
    let sizes = config
        .source
        .next
        .as_ref()
        .and_then(|next| next.page_size.as_ref());
    if let Some(sizes) = sizes {
        let usual = config.page_size.unwrap_or(sizes.default);
        config.page_size = Some(limit.min(usual));
    }
    let stream = Stream::new(config, &Facts::default())?;
    print(stream, Reality::default(), limit, out)
}

/// Prints the logs that a sample's records become.
fn replayed(config: Config, kept: &Kept, limit: u32, out: &mut dyn Write) -> Result<(), Failed> {
    let stream = Stream::new(config, &Facts::default())?;
    let stream = stream.with_between(Arc::new(kept.replay()));
    print(stream, kept.then(), limit, out)
}

fn print(
    stream: Stream,
    around: impl Surroundings,
    limit: u32,
    out: &mut dyn Write,
) -> Result<(), Failed> {
    let config = &stream.config;
    let (label, start) = (config.label(), wording::start(config.start));
    let budget = Budget {
        bytes: None,
        span: Some(PATIENCE),
    };
    let mut run = Run::new(Arc::new(stream), None, budget, around)?;
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
            writeln!(out, "{}", line.to_json())?;
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
