//! `logwalk assets`: Datadog's side put into an organisation, as often as somebody likes.

mod change;
mod difference;
mod facets;
mod kind;
mod shelf;
mod told;

use std::io::Write;

use clap::{Args, Subcommand};

use super::account::{Account, Api};
use super::stop::Stop;
use change::{Act, Change};
use kind::{Kind, Present};

/// Lists of an organisation's dashboards or pipelines can be long.
const API: Api = Api {
    name: "API for pipelines, dashboards and monitors",
    needs: "the permissions logs_write_pipelines, dashboards_write and monitors_write (for --rules \
            security_monitoring_rules_write too)",
    answer_bytes: 256 << 20,
};

const ABOUT: &str = "\
Each is found again by its name, and changed only where it differs. A monitor that differs is left as
it is, for people tune thresholds and name who is told; --overwrite-monitors replaces it. The API has
no way to make facets: `logwalk assets facets` says which to add by hand.

Keys on a command line are seen by everybody on the machine: set DD_API_KEY and DD_APP_KEY instead.
Exit status: 0; 1 where one fell short or Datadog refused; 2 for usage.";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Assets,
}

#[derive(Debug, Subcommand)]
enum Assets {
    /// Create or update log pipelines, dashboards and monitors
    #[command(after_help = ABOUT)]
    Install(Install),
    /// The facets that the pipelines' logs have, which the API cannot create
    Facets {
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
}

// Each is a switch of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
struct Install {
    #[command(flatten)]
    account: Account,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace monitors that were changed by hand, or are of an older version
    #[arg(long)]
    overwrite_monitors: bool,
    /// Detection rules too, for organisations with Cloud SIEM
    #[arg(long)]
    rules: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    match &arguments.verb {
        Assets::Install(install) => installed(install, out),
        Assets::Facets { json } => facets::told(*json, out),
    }
}

/// Each is told as soon as it is done, so that what came before a refusal is known.
fn installed(install: &Install, out: &mut dyn Write) -> Result<(), Stop> {
    let datadog = install.account.opened(API)?;
    let mut unclear = Vec::new();
    for kind in Kind::ALL {
        if kind == Kind::Rule && !install.rules {
            continue;
        }
        let there = kind.listed(&datadog)?;
        for piece in shelf::pieces(kind)? {
            let act = match there
                .iter()
                .filter(|one| one.name == piece.name)
                .collect::<Vec<_>>()[..]
            {
                [] => Act::Create,
                [Present { id, .. }] => {
                    let whole = kind.whole(&datadog, id)?;
                    let paths = difference::paths(&whole, &piece.body);
                    Act::towards(
                        id,
                        paths,
                        kind == Kind::Monitor && !install.overwrite_monitors,
                    )
                }
                [_, _, ..] => Act::Unclear,
            };
            if !install.dry_run {
                match &act {
                    Act::Create => kind.create(&datadog, &piece)?,
                    Act::Update { id, .. } => kind.update(&datadog, id, &piece)?,
                    Act::Same | Act::Keep { .. } | Act::Unclear => {}
                }
            }
            if act == Act::Unclear {
                unclear.push(format!("{} {}", kind.word(), piece.name));
            }
            let change = Change {
                kind,
                name: &piece.name,
                act,
            };
            told::change(&change, install.dry_run, install.json, out)?;
        }
    }
    if unclear.is_empty() {
        return Ok(());
    }
    Err(Stop::short(format!(
        "there are two of one name: {}; rename or remove one of them",
        unclear.join(", ")
    )))
}
