//! What became of packs, for a person and for a script.

use std::io::Write;

use serde_json::{Value, json};

use super::outcome::Outcome;
use crate::cli::stop::Stop;
use crate::cli::wording;

const NOTHING: &str = "-";

/// What became of the packs that were asked about.
pub(super) fn outcomes(outcomes: &[Outcome], json: bool, out: &mut dyn Write) -> Result<(), Stop> {
    if json {
        let results: Vec<Value> = outcomes.iter().map(result).collect();
        writeln!(out, "{}", json!({ "results": results }))?;
        return Ok(());
    }
    let width = |cell: fn(&Outcome) -> &str| {
        let widths = outcomes.iter().map(|one| cell(one).chars().count());
        widths.max().unwrap_or(0)
    };
    let (pack_width, status_width) = (width(|one| &one.pack), width(|one| &one.status));
    for one in outcomes {
        let Outcome {
            pack,
            status,
            words,
            fix,
            ..
        } = one;
        writeln!(out, "{pack:<pack_width$}  {status:<status_width$}  {words}")?;
        if !fix.is_empty() {
            writeln!(out, "{:1$}fix: {fix}", "", pack_width + status_width + 4)?;
        }
    }
    Ok(())
}

/// What is subscribed to; `total` is how many Datadog says there are.
pub(super) fn list(
    listed: &[Outcome],
    total: Option<u64>,
    json: bool,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    if json {
        let all: Vec<Value> = listed.iter().map(subscription).collect();
        writeln!(out, "{}", json!({"subscriptions": all, "total": total}))?;
        return Ok(());
    }
    if listed.is_empty() {
        writeln!(
            out,
            "no subscription; `logwalk samples subscribe PACK` begins one"
        )?;
        return Ok(());
    }
    let time = |time: Option<crate::time::Time>| {
        time.map_or_else(|| NOTHING.to_owned(), |time| time.to_string())
    };
    let heads = ["pack", "status", "since", "until"].map(str::to_owned);
    let rows = listed.iter().map(|one| {
        [
            one.pack.clone(),
            one.status.clone(),
            time(one.created),
            time(one.expires),
        ]
    });
    wording::table(&heads, &rows.collect::<Vec<_>>(), out)?;
    match total {
        Some(total) if total > listed.len() as u64 => {
            writeln!(out, "{} of {total}: Datadog listed no more", listed.len())?;
        }
        _ => {}
    }
    Ok(())
}

fn result(one: &Outcome) -> Value {
    let mut value = subscription(one);
    value["ok"] = json!(one.good);
    value["text"] = json!(one.words);
    value["fix"] = json!(one.fix);
    value
}

fn subscription(one: &Outcome) -> Value {
    json!({
        "content_pack_id": one.pack,
        "status": one.status,
        "is_active": one.active,
        "created_at": one.created.map(|time| time.to_string()),
        "expires_at": one.expires.map(|time| time.to_string()),
    })
}
