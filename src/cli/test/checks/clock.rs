//! Do the API's clock and ours agree?

use std::time::Duration;

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::heard::Heard;
use crate::cli::wording;

/// The header counts whole seconds, and the reply was on its way.
const TOLERATED: Duration = Duration::from_secs(10);
const SECOND: i64 = 1_000;

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

/// By how many milliseconds the API's clock is ahead; nothing where it need not be.
fn apart(heard: &Heard) -> Option<i64> {
    let date = heard.came.as_ref().ok()?.header("date")?;
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let date = parser.parse_timestamp(date.trim()).ok()?.as_millisecond();
    // It was written between the request and the reply, and somewhere in its second.
    let (asked, came) = (heard.at.before(heard.took).0, heard.at.0);
    if (asked.saturating_sub(SECOND)..=came).contains(&date) {
        return Some(0);
    }
    let apart = date.saturating_add(SECOND / 2).saturating_sub(came);
    // To the second, for nobody knows better.
    Some(apart.saturating_add(SECOND / 2).div_euclid(SECOND) * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Call, Reply};
    use crate::time::Time;

    fn heard(date: &str, took: Duration) -> Heard {
        let call = Call {
            post: false,
            url: String::new(),
            headers: Vec::new(),
            body: None,
        };
        Heard {
            call,
            came: Ok(Reply {
                status: 200,
                headers: vec![("date".to_owned(), date.to_owned())],
                body: Vec::new(),
            }),
            // 2026-11-20T09:30:00.900Z
            at: Time(1_795_167_000_900),
            took,
        }
    }

    #[test]
    fn a_clock_is_apart_by_what_neither_the_way_nor_the_second_explains() {
        let quick = Duration::from_millis(20);
        for (date, took, expected) in [
            ("Fri, 20 Nov 2026 09:30:00 GMT", quick, Some(0)),
            (
                "Fri, 20 Nov 2026 09:29:41 GMT",
                Duration::from_secs(20),
                Some(0),
            ),
            ("Fri, 20 Nov 2026 09:40:00 GMT", quick, Some(600_000)),
            ("Fri, 20 Nov 2026 09:20:00 GMT", quick, Some(-600_000)),
            ("yesterday", quick, None),
        ] {
            assert_eq!(apart(&heard(date, took)), expected, "{date}");
        }
    }
}
