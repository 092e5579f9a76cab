//! Do the API's clock and ours agree?

use std::time::Duration;

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::heard::Heard;
use crate::cli::wording;
use crate::time::Time;

/// The header counts whole seconds, and the reply was on its way.
const TOLERATED: Duration = Duration::from_secs(10);

pub(super) fn judged(look: &Look) -> Outcome {
    let legs = std::iter::once(&look.facts.walk).chain(&look.facts.resumed);
    let apart = legs.flat_map(|leg| &leg.heard).filter_map(apart);
    let Some(skew) = apart.min_by_key(|apart| apart.unsigned_abs()) else {
        return Outcome::one(Finding::note(
            "clock",
            "no reply has a Date header: the API's clock cannot be compared with ours",
            "",
        ));
    };
    let span = Duration::from_millis(skew.unsigned_abs());
    if span <= TOLERATED {
        return Outcome::one(Finding::good("clock", "the API's clock and ours agree"));
    }
    let (way, fix) = if skew > 0 {
        ("ahead of", "behind")
    } else {
        ("behind", "ahead")
    };
    Outcome::one(Finding::note(
        "clock",
        format!(
            "the API's clock is {} {way} ours, by its Date header",
            wording::span(span)
        ),
        format!(
            "let a time service set this machine's clock, which is {fix} if the API's is right: \
             `start`, the walk's bounds and the lag are counted by it, and Datadog keeps a log at \
             its own time only from 18 h back to 2 h ahead"
        ),
    ))
}

/// By how many milliseconds the API's clock is ahead, at least.
fn apart(heard: &Heard) -> Option<i64> {
    let date = heard.came.as_ref().ok()?.header("date")?;
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let date = Time(parser.parse_timestamp(date.trim()).ok()?.as_millisecond());
    let asked = heard.at.before(heard.took);
    // It was written between the request and the reply, and its second had begun.
    let (earliest, latest) = (asked.0.saturating_sub(1_000), heard.at.0);
    Some(if date.0 < earliest {
        date.0.saturating_sub(earliest)
    } else {
        date.0.saturating_sub(latest).max(0)
    })
}
