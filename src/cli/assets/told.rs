//! What was done, a line each.

use std::io::Write;

use serde_json::json;

use super::change::{Act, Change};
use crate::cli::stop::Stop;

/// More paths than these tell a person nothing more.
const PATHS: usize = 3;

pub(super) fn change(
    change: &Change,
    dry_run: bool,
    as_json: bool,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let Change { kind, name, act } = change;
    if as_json {
        let line = json!({
            "act": act.word(),
            "kind": kind.word(),
            "name": name,
            "differs": act.paths(),
            "done": !dry_run,
        });
        writeln!(out, "{line}")?;
    } else {
        let act_word = match act {
            Act::Create | Act::Update { .. } if dry_run => format!("would {}", act.word()),
            _ => act.word().to_owned(),
        };
        write!(out, "{act_word:<13}{:<10} {name}", kind.word())?;
        match act {
            Act::Update { paths, .. } => writeln!(out, " ({})", some(paths))?,
            Act::Keep { paths } => writeln!(
                out,
                " (differs in {}; --overwrite-monitors replaces it)",
                some(paths)
            )?,
            Act::Create | Act::Same | Act::Unclear => writeln!(out)?,
        }
    }
    // What was done is told even if the next step never ends.
    Ok(out.flush()?)
}

fn some(paths: &[String]) -> String {
    let shown: Vec<&str> = paths.iter().take(PATHS).map(String::as_str).collect();
    match paths.len().saturating_sub(PATHS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
