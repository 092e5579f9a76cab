//! Is there a time in every record, one that can be believed, in the order that the source says?

use std::time::Duration;

use serde_json::Value;

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::facts::Seen;
use crate::cli::test::finding::{quoted, several};
use crate::cli::wording;
use crate::source::{Paths, TimeFormat};
use crate::time::Time;

/// No log of today is older; what seems so is counted in another unit.
const LONG_AGO: Time = Time(946_684_800_000);
/// Clocks and announced events are that far off, units are further.
const FAR_AHEAD: Duration = Duration::from_hours(24);
/// The walk believes no time further ahead.
const AHEAD: Duration = Duration::from_mins(5);
/// A bound may be cut to its unit.
const UNIT: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

pub(super) fn judged(look: &Look) -> Outcome {
    let Some(paths) = &look.terms.config.source.record.time else {
        return Outcome::one(Finding::note(
            "time",
            "the source names no time: every log is dated when it is read",
            "set `record.time` to the path of the event's time",
        ));
    };
    let all: Vec<&Seen> = look.pages.iter().flat_map(|page| &page.records).collect();
    let dated: Vec<Time> = all.iter().filter_map(|seen| seen.time).collect();
    let now = look.facts.began;
    if dated.is_empty() {
        return Outcome::one(undated(paths, &all));
    }
    let odd = |time: &&Time| **time < LONG_AGO || **time > now.after(FAR_AHEAD);
    if let Some(example) = dated.iter().find(odd)
        && dated.iter().all(|time| odd(&time))
    {
        return Outcome::one(Finding::bad(
            "time",
            format!("every time at `{paths}` is out of this world, such as {example}"),
            "set `record.time_format` to the unit in which the API counts, or `record.time` to the \
             path of the event's time",
        ));
    }
    let mut findings = Vec::new();
    findings.extend(missing(paths, &all));
    findings.extend(without_a_zone(paths, &all));
    findings.extend(ahead(&dated, now));
    findings.extend(before_the_start(look, &dated));
    findings.extend(disorder(look));
    if findings.is_empty() {
        let (oldest, newest) = (dated.iter().min(), dated.iter().max());
        let span = oldest.zip(newest).map(|(oldest, newest)| {
            let order = if look.terms.config.source.descending {
                "newest first"
            } else {
                "oldest first"
            };
            format!("in every record, from {oldest} to {newest}, {order}")
        });
        findings.push(Finding::good("time", span.unwrap_or_default()));
    }
    Outcome::found(findings)
}

/// No record has a time that can be read.
fn undated(paths: &Paths, all: &[&Seen]) -> Finding {
    let found = all.iter().find_map(|seen| paths.find(&seen.value));
    match found {
        Some(value) => Finding::bad(
            "time",
            format!(
                "what stands at `{paths}` is no time: {}",
                quoted(&plain(value))
            ),
            "set `record.time` to the event's time; known are RFC 3339 and seconds, ms, us or ns \
             since 1970",
        ),
        None => Finding::bad(
            "time",
            format!(
                "no record has anything at `{paths}`; a record has {}",
                keys(all)
            ),
            "set `record.time` to the path of the event's time",
        ),
    }
}

fn missing(paths: &Paths, all: &[&Seen]) -> Option<Finding> {
    let without = all.iter().filter(|seen| seen.time.is_none()).count();
    (without > 0).then(|| {
        Finding::note(
            "time",
            format!("{} of {} have no time at `{paths}`", without, all.len()),
            "such a log is dated like the one before it; a list of paths in `record.time` means \
             the first that is there",
        )
    })
}

fn without_a_zone(paths: &Paths, all: &[&Seen]) -> Option<Finding> {
    let dated = all.iter().filter(|seen| seen.time.is_some());
    let values = dated.filter_map(|seen| paths.find(&seen.value));
    let mut texts = values.filter_map(Value::as_str);
    let bare = texts.find(|text| is_bare(text))?;
    if bare.trim().len() == "2026-11-20".len() {
        return Some(Finding::note(
            "time",
            format!(
                "times are dates without a time of day, such as {}",
                quoted(bare)
            ),
            "all records of a day get its first moment: take a path that has the time, if there \
             is one",
        ));
    }
    Some(Finding::note(
        "time",
        format!(
            "times have no zone, such as {}: they are read as UTC",
            quoted(bare)
        ),
        "if the vendor means another zone, logs land hours off: take a path whose time has one",
    ))
}

/// A calendar time that does not say where on earth.
fn is_bare(text: &str) -> bool {
    let text = text.trim();
    text.as_bytes().get(4) == Some(&b'-') && Time::parse(text).is_none()
}

fn ahead(dated: &[Time], now: Time) -> Option<Finding> {
    let ahead = dated.iter().filter(|time| **time > now.after(AHEAD));
    let newest = ahead.max()?;
    Some(Finding::note(
        "time",
        format!("records are dated after now, up to {newest}"),
        "they are delivered and do not move the place; compare the clocks, and whether \
         `record.time` is when it happened or when something will",
    ))
}

/// The API sends what is older than was asked for: it does not see the bound.
fn before_the_start(look: &Look, dated: &[Time]) -> Option<Finding> {
    let source = &look.terms.config.source;
    let bound = source.since.as_ref()?;
    let start = look.terms.start(look.facts.began)?;
    let unit = if bound.format == TimeFormat::Date {
        DAY
    } else {
        UNIT
    };
    let oldest = dated.iter().min()?;
    (*oldest < start.before(unit)).then(|| {
        Finding::note(
            "time",
            format!("records from {start} on were asked for, and one of {oldest} came"),
            format!(
                "the API does not heed `{}`, or bounds another time than `record.time`: correct \
                 `since`",
                bound.to
            ),
        )
    })
}

/// The first time after the last one.
fn disorder(look: &Look) -> Option<Finding> {
    let source = &look.terms.config.source;
    let times: Vec<Time> = look
        .pages
        .iter()
        .flat_map(|page| page.records.iter().filter_map(|seen| seen.time))
        .collect();
    let steps = || times.iter().zip(times.iter().skip(1));
    let (mut up, mut down) = (0, 0);
    let mut furthest = Duration::ZERO;
    for (time, next) in steps() {
        up += usize::from(next > time);
        down += usize::from(next < time);
        let back = if source.descending {
            next.since(*time)
        } else {
            time.since(*next)
        };
        furthest = furthest.max(back);
    }
    let (right, wrong) = if source.descending {
        (down, up)
    } else {
        (up, down)
    };
    if wrong > right {
        let (said, is) = if source.descending {
            ("newest", "ascending")
        } else {
            ("oldest", "descending")
        };
        return Some(Finding::bad(
            "time",
            format!("records do not come {said} first, as the source says"),
            format!("ask the API for that order in `query`, or set `order: {is}`"),
        ));
    }
    (furthest > source.overlap).then(|| {
        Finding::note(
            "time",
            format!(
                "records come up to {} out of order, which is more than the overlap of {}",
                wording::span(furthest),
                wording::span(source.overlap)
            ),
            "raise `overlap` above that, or records can be passed over",
        )
    })
}

/// The keys of a record, to find the right one by.
pub(super) fn keys(all: &[&Seen]) -> String {
    const MOST: usize = 12;
    let Some(Value::Object(map)) = all.first().map(|seen| &seen.value) else {
        return "no keys: it is no object".to_owned();
    };
    let mut names: Vec<String> = map.keys().take(MOST).map(|key| quoted(key)).collect();
    if map.len() > MOST {
        names.push(format!("{} more", several(map.len() - MOST, "key")));
    }
    names.join(", ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
