//! Where a stream stands, for a person and for a script.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::place;
use crate::cli::stop::Stop;
use crate::cli::wording;
use crate::config::Config;
use crate::keep::Kept;
use crate::time::Time;
use crate::walk::Place;

/// Cursors can be whole JSON documents in base64; their begin is enough to compare.
const SHOWN_OF_CURSOR: usize = 60;

pub(super) fn as_json(config: &Config, path: &Path, kept: &Kept) -> Result<Value, Stop> {
    let place = match &kept.place {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| Stop::short(format!("{}: {error}", path.display())))?,
        None => Value::Null,
    };
    Ok(json!({
        "stream": config.label(),
        "identity": config.identity(),
        "path": path.display().to_string(),
        "sequence": kept.sequence,
        "lost": kept.lost,
        "place": place,
    }))
}

pub(super) fn print(
    config: &Config,
    path: &Path,
    kept: &Kept,
    now: Time,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    writeln!(out, "{}", config.label())?;
    let mut lines = vec![("file", path.display().to_string())];
    match place::read(kept) {
        Ok(Some(place)) => {
            lines.push(("number", kept.sequence.to_string()));
            lines.extend(standing(&place, now));
        }
        Ok(None) if kept.lost => lines.push(("place", "damaged, see below".to_owned())),
        Ok(None) => {
            let start = wording::start(config.start);
            lines.push(("place", format!("none, the next run begins at {start}")));
        }
        Err(_) => {
            let text = kept.place.as_deref().unwrap_or_default();
            lines.push(("number", kept.sequence.to_string()));
            lines.push((
                "place",
                format!("not one of this version: {}", begin_of(text)),
            ));
        }
    }
    for (name, value) in lines {
        writeln!(out, "  {name:<10} {value}")?;
    }
    for said in &kept.said {
        writeln!(out, "  {said}")?;
    }
    Ok(())
}

fn standing(place: &Place, now: Time) -> Vec<(&'static str, String)> {
    let ago = |time: Time| match now.since(time) {
        zero if zero.is_zero() => time.to_string(),
        span => format!("{time} ({} ago)", wording::span(span)),
    };
    let mut lines = vec![("moved", ago(place.moved))];
    lines.push(match place.start {
        Some(start) => ("began at", start.to_string()),
        None => ("began at", "the oldest record".to_owned()),
    });
    lines.extend(place.newest.map(|newest| ("newest", ago(newest))));
    lines.extend(place.bound.map(|bound| ("bound", ago(bound))));
    lines.extend(place.checked.map(|checked| ("caught up", ago(checked))));
    if let Some(walk) = &place.walk {
        let from = walk
            .since
            .map_or_else(|| "the oldest record".to_owned(), |since| since.to_string());
        let to = walk
            .until
            .map_or_else(|| "now".to_owned(), |until| until.to_string());
        lines.push(("under way", format!("{from} to {to}")));
        lines.extend(
            walk.cursor
                .as_deref()
                .map(|cursor| ("cursor", begin_of(cursor))),
        );
    }
    lines.extend(
        place
            .resting
            .as_ref()
            .map(|resting| ("cursor", begin_of(&resting.cursor))),
    );
    lines.extend(
        place
            .not_before
            .map(|until| ("waiting", format!("until {until}, as the API asked"))),
    );
    lines.extend(
        place
            .page_size
            .map(|size| ("page size", format!("{size}, turned down"))),
    );
    lines.push(("ids known", wording::grouped(place.seen.len())));
    lines
}

fn begin_of(cursor: &str) -> String {
    let begin: String = cursor.chars().take(SHOWN_OF_CURSOR).map(shown).collect();
    if begin.chars().count() < cursor.chars().count() {
        return format!("{begin}...");
    }
    begin
}

/// What would move a terminal's own cursor is not shown as it is.
fn shown(character: char) -> char {
    if character.is_control() {
        '\u{fffd}'
    } else {
        character
    }
}
