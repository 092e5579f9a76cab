//! What a person should know before a range is walked.

use super::begun::Begun;
use crate::cli::wording;
use crate::config::Config;
use crate::log::{TOO_OLD, TooOld};
use crate::time::Time;
use crate::walk::{Range, undivided};

/// What should be known, in words; `tail` is where the live tail of the same stream began, and `begun`
/// are its ranges so far.
pub(super) fn of(
    config: &Config,
    range: Range,
    tail: Option<Time>,
    begun: &[Begun],
    now: Time,
) -> Vec<String> {
    let overlapping = begun.iter().filter_map(|begun| overlapping(range, begun));
    let said = [
        too_old(config, range, now),
        aged_out(config, range, now),
        twice(range, tail),
        not_yet_visible(config, range, now),
        undivided(&config.source)
            .map(|why| format!("it is walked in one piece, over one connection: {why}")),
    ];
    said.into_iter().flatten().chain(overlapping).collect()
}

/// How much of a range lies before a moment, in words; none where nothing does.
fn part(range: Range, moment: Time) -> Option<String> {
    let before = range.before(moment);
    if before.is_zero() {
        return None;
    }
    if moment >= range.to {
        return Some("the whole range".to_owned());
    }
    let (before, whole) = (wording::span(before), wording::span(range.span()));
    Some(format!("{before} of the range's {whole}"))
}

fn too_old(config: &Config, range: Range, now: Time) -> Option<String> {
    let part = part(range, now.before(TOO_OLD))?;
    let fate = match config.too_old {
        TooOld::Restamp => {
            "records that old arrive under the time at which they are sent, keep their own in \
             `logwalk.event_time`, and carry the tag logwalk_late:true (`too_old: restamp`)"
        }
        TooOld::Keep => {
            "records that old are sent with their own time all the same, and Datadog may give them \
             another or not index them (`too_old: keep`)"
        }
        TooOld::Skip => "records that old are not sent, only counted (`too_old: skip`)",
    };
    Some(format!(
        "{part} lies further back than the {} for which Datadog takes logs at their own time: {fate}",
        wording::span(TOO_OLD)
    ))
}

fn aged_out(config: &Config, range: Range, now: Time) -> Option<String> {
    let kept = config.source.retention?;
    let floor = now.before(kept);
    let part = part(range, floor)?;
    Some(format!(
        "the API keeps its records for {}: {part} lies before {floor} and is gone there; --from \
         {floor} leaves it out",
        wording::span(kept)
    ))
}

fn twice(range: Range, tail: Option<Time>) -> Option<String> {
    let tail = tail.filter(|tail| *tail < range.to)?;
    let fix = if tail > range.from {
        format!("--to {tail} leaves them out")
    } else {
        "look whether this range is needed".to_owned()
    };
    Some(format!(
        "`logwalk run` has delivered this stream from {tail} on: records after that are sent a \
         second time, with the same `logwalk.id`; {fix}"
    ))
}

/// What another range shares with this one; the range itself, begun before, is gone on with.
fn overlapping(range: Range, begun: &Begun) -> Option<String> {
    let other = begun.range;
    let was_sent = begun.is_walked || !begun.done.is_zero();
    let both = range.shared_with(other).filter(|_| was_sent)?;
    if other == range {
        return None;
    }
    let fix = match (range.from < other.from, other.to < range.to) {
        (true, true) => format!(
            "--to {} and a second call with --from {} leave it out",
            other.from, other.to
        ),
        (true, false) => format!("--to {} leaves it out", other.from),
        (false, true) => format!("--from {} leaves it out", other.to),
        (false, false) => format!(
            "--from {} --to {} goes on with that one, or sends nothing once it is finished",
            other.from, other.to
        ),
    };
    Some(format!(
        "another backfill of this stream goes from {} to {}, this one from {} to {}: what lies in \
         both, from {} to {}, is sent twice, with the same `logwalk.id`; {fix}",
        other.from, other.to, range.from, range.to, both.from, both.to
    ))
}

fn not_yet_visible(config: &Config, range: Range, now: Time) -> Option<String> {
    let overlap = config.source.overlap;
    (range.to > now.before(overlap)).then(|| {
        format!(
            "--to is less than {} ago: what the API shows late may still be missing, and a finished \
             range is not read again",
            wording::span(overlap)
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::config::AgentFacts;

    const NOW: Time = Time(1_763_631_000_000);
    const DAY: Duration = Duration::from_hours(24);

    fn said(further: &Value, from: Duration, to: Duration, tail: Option<Time>) -> String {
        let mut instance =
            json!({"source": "agent_handler/tool_calls", "credentials": {"token": "x"}});
        let further = further.as_object().unwrap().clone();
        instance.as_object_mut().unwrap().extend(further);
        let config = Config::read(&instance, &json!({}), &AgentFacts::default()).unwrap();
        let range = Range {
            from: NOW.before(from),
            to: NOW.before(to),
        };
        of(&config, range, tail, &[], NOW).join("\n")
    }

    fn hours_ago(from: u64, to: u64) -> Range {
        let ago = |hours| NOW.before(Duration::from_hours(hours));
        Range {
            from: ago(from),
            to: ago(to),
        }
    }

    /// What is said before the range from ten hours ago to five, where another one was walked.
    fn said_beside(other: Range, is_walked: bool, done: Duration) -> String {
        let begun = Begun {
            range: other,
            done,
            windows: 1,
            finished: 0,
            last_success: None,
            is_walked,
        };
        overlapping(hours_ago(10, 5), &begun).unwrap_or_default()
    }

    #[test]
    fn a_range_that_overlaps_another_one_names_both_and_what_leaves_the_overlap_out() {
        let ago = |hours| NOW.before(Duration::from_hours(hours));
        for (from, to, both, fix) in [
            (12, 7, (10, 7), format!("; --from {} leaves it", ago(7))),
            (8, 3, (8, 5), format!("; --to {} leaves it", ago(8))),
            (
                8,
                7,
                (8, 7),
                format!("; --to {} and a second call with --from {}", ago(8), ago(7)),
            ),
            (
                12,
                3,
                (10, 5),
                format!("; --from {} --to {} goes on", ago(12), ago(3)),
            ),
            (
                10,
                3,
                (10, 5),
                format!("; --from {} --to {} goes on", ago(10), ago(3)),
            ),
        ] {
            let words = said_beside(hours_ago(from, to), false, DAY);
            let named = format!(
                "goes from {} to {}, this one from {} to {}: what lies in both, from {} to {}, is",
                ago(from),
                ago(to),
                ago(10),
                ago(5),
                ago(both.0),
                ago(both.1)
            );
            assert!(words.contains(&named) && words.contains(&fix), "{words}");
        }
    }

    #[test]
    fn ranges_that_meet_one_that_sent_nothing_and_the_range_itself_need_no_word() {
        assert_eq!(said_beside(hours_ago(12, 10), false, DAY), "");
        assert_eq!(said_beside(hours_ago(5, 3), false, DAY), "");
        assert_eq!(said_beside(hours_ago(10, 5), true, DAY), "");
        assert_eq!(said_beside(hours_ago(8, 7), false, Duration::ZERO), "");
        assert_ne!(said_beside(hours_ago(8, 7), true, Duration::ZERO), "");
    }

    #[test]
    fn a_fresh_range_of_a_source_with_bounds_needs_no_word() {
        let (from, to) = (Duration::from_hours(17), Duration::from_hours(1));
        assert_eq!(said(&json!({}), from, to, None), "");
    }

    #[test]
    fn what_becomes_of_old_records_is_said_as_configured() {
        for (too_old, words) in [
            ("restamp", "logwalk_late:true"),
            ("keep", "may give them another or not index them"),
            ("skip", "are not sent, only counted"),
        ] {
            let words_said = said(&json!({"too_old": too_old}), 3 * DAY, 2 * DAY, None);
            assert!(words_said.starts_with("the whole range lies further back than the 17h55m"));
            assert!(words_said.contains(words), "{words_said}");
        }
        let partly = said(&json!({}), DAY, Duration::from_hours(1), None);
        assert!(
            partly.starts_with("6h5m of the range's 23h lies"),
            "{partly}"
        );
    }

    #[test]
    fn what_is_gone_sent_twice_or_not_there_yet_is_said() {
        let (from, to) = (31 * DAY, 20 * DAY);
        let words = said(&json!({}), from, to, None);
        assert!(
            words.contains("keeps its records for 30d: 1d of the range's 11d"),
            "{words}"
        );
        let hours = |hours| Duration::from_hours(hours);
        let tail = NOW.before(hours(5));
        let words = said(&json!({}), hours(10), hours(1), Some(tail));
        assert!(
            words.contains(&format!("--to {tail} leaves them out")),
            "{words}"
        );
        assert_eq!(said(&json!({}), hours(10), hours(5), Some(tail)), "");
        let words = said(&json!({}), hours(10), Duration::from_mins(1), None);
        assert!(words.contains("less than 5m ago"), "{words}");
    }

    #[test]
    fn a_source_without_bounds_says_what_it_costs() {
        let source = json!({"source": "agent_handler/audit_log"});
        let words = said(
            &source,
            Duration::from_hours(10),
            Duration::from_hours(1),
            None,
        );
        assert!(
            words.contains("in one piece, over one connection"),
            "{words}"
        );
        assert!(words.contains("from now back to --from"), "{words}");
    }
}
