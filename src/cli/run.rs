//! `logwalk run`: the forwarder without an Agent; every stream by itself, until somebody says stop.

pub(crate) mod board;
pub(crate) mod crew;
pub(crate) mod hand;
pub(crate) mod journal;
pub(crate) mod logs;
mod served;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::backend::{SECRETS, Secrets};
use super::patience::{Orders, Told};
use super::stop::Stop;
use crate::written::duration;
use crew::Crew;
use journal::{Journal, Level};
use served::Served;

/// How often the state of the streams is looked at.
const LOOK_UP: Duration = Duration::from_millis(50);

/// Whoever waits for the end of one round waits no longer than it takes.
const ONCE_LOOK_UP: Duration = Duration::from_millis(3);

const ENDING: &str = "\
SIGTERM and ctrl-c: done within 3 seconds. SIGHUP: the configuration is read again.
Exit status: 0; 1 where a stream fell short; 2 for usage and configuration.";

#[derive(Debug, Args)]
#[command(after_help = format!("{SECRETS}\n\n{ENDING}"), next_line_help = true)]
pub(crate) struct Arguments {
    /// A conf.yaml, or a folder of them
    #[arg(short, long = "config", value_name = "FILE", required = true, num_args = 1..)]
    config: Vec<PathBuf>,
    /// End once all is delivered that was there when it began
    #[arg(long)]
    once: bool,
    /// Serve /healthz and /metrics here
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// No sign of life of a stream for so long, and /healthz says that it is stuck
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = span)]
    stuck_after: Duration,
    #[command(flatten)]
    secrets: Secrets,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let orders = Orders::watched()?;
    let load = || logs::streams(&arguments.config, &arguments.secrets);
    let journal = Arc::new(Journal::default());
    let board = Arc::new(board::Board::new(arguments.stuck_after));
    let streams = load()?;
    let served = match arguments.listen {
        Some(listen) => Some(Served::begin(listen, Arc::clone(&board))?),
        None => None,
    };
    if let Some(served) = &served {
        writeln!(out, "http://{}", served.addr())?;
        out.flush()?;
    }
    let mut crew = Crew::begin(streams, arguments.once, &board, &journal)?;
    let look_up = if arguments.once {
        ONCE_LOOK_UP
    } else {
        LOOK_UP
    };
    loop {
        match orders.next(look_up) {
            Some(Told::Enough) => {
                journal.say(Level::Info, None, "told to stop");
                crew.dismiss();
                return Ok(());
            }
            Some(Told::Again) if arguments.once => {}
            Some(Told::Again) => match load() {
                Ok(streams) => {
                    crew.dismiss();
                    journal.say(Level::Info, None, "the configuration was read again");
                    crew = Crew::begin(streams, false, &board, &journal)?;
                }
                Err(stop) => {
                    for problem in stop.problems() {
                        let words = format!("{problem}; going on with what was read before");
                        journal.say(Level::Error, None, &words);
                    }
                }
            },
            None => {}
        }
        board.watch(&journal);
        if let Some(ended) = crew.ended() {
            return ended;
        }
    }
}

fn span(text: &str) -> Result<Duration, String> {
    let span = duration(text).filter(|span| !span.is_zero());
    span.ok_or_else(|| "expected a span of time such as 30s or 5m".to_owned())
}
