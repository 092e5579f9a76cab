//! The command: what a person or a script asks for, a file for each of its verbs.

mod account;
mod assets;
mod backend;
mod backfill;
mod choice;
mod completions;
mod conf;
mod cursor;
mod demo;
mod patience;
mod preview;
mod run;
mod sample;
mod samples;
mod secret;
mod sim;
mod sources;
mod status;
mod stop;
mod store;
mod test;
mod validate;
mod wording;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};

use clap::{Parser, Subcommand};

use stop::Stop;

/// Walks cursor-paginated HTTP log APIs and delivers every record to Datadog.
#[derive(Debug, Parser)]
#[command(name = "logwalk", version, arg_required_else_help = true)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Watch the whole path: a simulated vendor, the check, a restart and a kill
    Demo(demo::Arguments),
    /// The catalogue; with a name one source in full and a ready conf.yaml
    Sources(sources::Arguments),
    /// Check a configuration, offline, with line numbers
    Validate(validate::Arguments),
    /// Try streams out on their APIs: a line for each check, with its fix
    Test(test::Arguments),
    /// Print the mapped logs as JSON lines; nothing is sent or kept
    Preview(preview::Arguments),
    /// Walk and deliver without an Agent: a container, a cron job, a function
    Run(run::Arguments),
    /// Walk a range of the past, over several connections, beside the live tail
    Backfill(backfill::Arguments),
    /// How each stream stands: place, lag, last success, failures, retention left; its backfills
    Status(status::Arguments),
    /// Show or move the resume point of a stream
    Cursor(cursor::Arguments),
    /// Sample logs of Cloud SIEM's content packs: subscribe, list, unsubscribe
    Samples(samples::Arguments),
    /// Put pipelines, dashboards and monitors into a Datadog organisation
    Assets(assets::Arguments),
    /// Serve the simulated vendors, with rates and faults
    Sim(sim::Arguments),
    /// Print what a shell needs to complete this command's words
    Completions(completions::Arguments),
}

/// Runs the command and says its exit status: 0, 1 where something fell short, 2 for usage and
/// configuration. `python` is the interpreter that started it, if one did.
pub fn main<Word>(argv: impl IntoIterator<Item = Word>, python: Option<String>) -> i32
where
    Word: Into<OsString> + Clone,
{
    let command = match Command::try_parse_from(argv) {
        Ok(command) => command,
        Err(usage) => {
            // Where even this cannot be printed there is nobody to tell.
            let _ = usage.print();
            return usage.exit_code();
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let ended = done(&command.verb, python, &mut out).and_then(|()| Ok(out.flush()?));
    match ended {
        Ok(()) => stop::DONE,
        Err(stop) => {
            let _ = out.flush();
            stop.told(&mut io::stderr().lock())
        }
    }
}

fn done(verb: &Verb, python: Option<String>, out: &mut dyn Write) -> Result<(), Stop> {
    match verb {
        Verb::Demo(arguments) => demo::run(arguments, python, out),
        Verb::Sources(arguments) => sources::run(arguments, out),
        Verb::Validate(arguments) => validate::run(arguments, out),
        Verb::Test(arguments) => test::run(arguments, out),
        Verb::Preview(arguments) => preview::run(arguments, out),
        Verb::Run(arguments) => run::run(arguments, out),
        Verb::Backfill(arguments) => backfill::run(arguments, out),
        Verb::Status(arguments) => status::run(arguments, out),
        Verb::Cursor(arguments) => cursor::run(arguments, out),
        Verb::Samples(arguments) => samples::run(arguments, out),
        Verb::Assets(arguments) => assets::run(arguments, out),
        Verb::Sim(arguments) => sim::run(arguments, out),
        Verb::Completions(arguments) => completions::run(arguments, out),
    }
}
