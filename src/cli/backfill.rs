//! `logwalk backfill`: a range of time beside the live tail, cut into windows that connections walk
//! side by side, each with a resume point of its own.

mod begun;
mod connection;
mod home;
mod plan;
mod progress;
mod queue;
mod shown;
mod summary;
mod warnings;
mod windows;

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::backend::SECRETS;
use super::choice::Choice;
use super::patience::{Orders, Told};
use super::run::board::{Row, Trouble};
use super::run::crew::Crew;
use super::run::journal::{Journal, Level};
use super::stop::Stop;
use super::wording;
use crate::config::{Config, Destination, Store};
use crate::error::Error;
use crate::fetch::Cancel;
use crate::pages::{Facts, Stream};
use crate::ship::{Headway, Route};
use crate::time::Time;
use crate::walk::Range;
pub(crate) use begun::Begun;
use connection::Connection;
use plan::Plan;
use progress::Progress;
use queue::Queue;
use shown::Shown;
use summary::Summary;

/// How often the connections are looked at.
const LOOK_UP: Duration = Duration::from_millis(200);

const HELP: &str = "\
--from belongs to the range, --to does not. Where it was broken off, the same command goes on; once
the range is finished it sends nothing. What lies in two ranges of a stream is sent twice, which a
warning says. `logwalk run` may go on beside it.

Progress and warnings are told on standard error, the summary on standard output.
Exit status: 0 once the whole range is delivered; 1 where something of it is left; 2 for usage and
configuration.";

#[derive(Debug, Args)]
#[command(after_help = format!("{SECRETS}\n\n{HELP}"), next_line_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// The first moment of the range, such as 2026-11-01T00:00:00Z
    #[arg(long, value_name = "T", value_parser = wording::moment)]
    from: Time,
    /// The moment after its last
    #[arg(long, value_name = "T", value_parser = wording::moment)]
    to: Time,
    // Sixteen pages and their payloads are held at once then, and no vendor's quota is for more.
    /// How many connections walk side by side, 1 to 16
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    parallel: u8,
    /// Tell what would be walked, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// The summary as a JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let config = arguments.choice.direct("backfill")?;
    let now = Time::now();
    let range = checked(arguments, &config, now)?;
    let mut plan = Plan::of(&config, range)?;
    let (others, unread) = Begun::all(&config);
    let mut warnings = warnings::of(&config, range, plan.tail(), &others, now);
    let untold = |error| format!("whether that range overlaps this one cannot be told: {error}");
    warnings.extend(unread.iter().map(untold));
    if arguments.dry_run {
        return summary::dry(&config, &plan, &warnings, arguments.json, out);
    }
    plan.hold()?;
    let orders = Orders::watched()?;
    let shown = Shown::begin();
    let journal = Arc::new(shown.journal());
    for words in &warnings {
        journal.say(Level::Warning, Some(&config.label()), words);
    }
    let begin = Instant::now();
    let (rows, ended) = walked(arguments, &config, &mut plan, &journal, &orders, &shown)?;
    shown.end();
    let summary = Summary::of(&config, &plan, &rows, begin.elapsed())?;
    summary.tell(arguments.json, out)?;
    match ended {
        Ended::Told if summary.is_finished() => Ok(()),
        Ended::Told => Err(Stop::short(summary.left("told to stop"))),
        Ended::Over(Err(Stop::Short(mut problems))) => {
            problems.push(summary.left("the range is not finished"));
            Err(Stop::Short(problems))
        }
        Ended::Over(over) => over,
    }
}

/// How the connections ended.
enum Ended {
    Told,
    Over(Result<(), Stop>),
}

fn checked(arguments: &Arguments, config: &Config, now: Time) -> Result<Range, Stop> {
    let (from, to) = (arguments.from, arguments.to);
    if from >= to {
        return Err(Stop::usage(format!(
            "--from {from} is not before --to {to}: there is nothing in that range"
        )));
    }
    let settled = now.before(config.source.settle);
    if to > settled {
        return Err(Stop::usage(format!(
            "--to {to} has not passed yet: records are complete up to {settled} at most; the live \
             tail, `logwalk run`, delivers what comes after"
        )));
    }
    Ok(Range { from, to })
}

fn walked(
    arguments: &Arguments,
    config: &Config,
    plan: &mut Plan,
    journal: &Arc<Journal>,
    orders: &Orders,
    shown: &Shown,
) -> Result<(Vec<Arc<Row>>, Ended), Stop> {
    let (Destination::Datadog(options), Store::File(_)) = (&config.destination, &config.store)
    else {
        return Err(Error::config(config.label(), "needs an Agent").into());
    };
    let queue = Arc::new(Queue::new(
        &plan.windows().ranges,
        plan.stands(&config.source)?,
    ));
    let route = Arc::new(Route::new(options, config, None)?);
    let (cancel, headway) = (Cancel::default(), Headway::default());
    let mut crew = Crew::new(cancel.clone(), true, journal);
    let mut rows = Vec::new();
    for _ in 0..usize::from(arguments.parallel).min(queue.left()) {
        let row = Arc::new(Row::of(config));
        rows.push(Arc::clone(&row));
        let connection = Connection {
            stream: Arc::new(Stream::new(config.clone(), &Facts::default())?),
            route: Arc::clone(&route),
            row: Arc::clone(&row),
            journal: Arc::clone(journal),
            cancel: cancel.clone(),
            headway: headway.clone(),
            windows: plan.windows(),
            queue: Arc::clone(&queue),
        };
        crew.add(row, move || connection.work())?;
    }
    let label = config.label();
    let mut trouble = Trouble::default();
    let begin = Instant::now();
    let progress = Progress::new(plan.range().span(), queue.done());
    loop {
        let told = orders.next(LOOK_UP);
        if told == Some(Told::Enough) {
            crew.dismiss();
            return Ok((rows, Ended::Told));
        }
        trouble.watch(
            rows.iter().find_map(|row| row.view().trouble),
            &label,
            journal,
        );
        let records = summary::counted(&rows, "records_sent");
        let view = progress.at(begin.elapsed(), queue.done(), records);
        shown.show(&label, &view, journal);
        if let Some(over) = crew.ended() {
            return Ok((rows, Ended::Over(over)));
        }
    }
}
