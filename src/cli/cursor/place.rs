//! Places made by hand.

use crate::cli::stop::Stop;
use crate::config::{Config, Start};
use crate::deliver;
use crate::error::Error;
use crate::keep::Kept;
use crate::source::From;
use crate::time::Time;
use crate::walk::{Place, Resting, UnderWay};

/// The place from which every record since a moment is delivered, whatever was before.
pub(super) fn at_time(time: Time, now: Time) -> Place {
    Place::first(Some(time), now)
}

/// The place from which the page at a cursor is read next, and all of it is delivered.
pub(super) fn at_token(
    config: &Config,
    kept: &Kept,
    token: &str,
    now: Time,
) -> Result<Place, Stop> {
    let next = config.source.next.as_ref().filter(|next| next.durable);
    let Some(next) = next else {
        return Err(Stop::usage(format!(
            "{} has no cursor that may be kept: use --time",
            config.source.name
        )));
    };
    let counted = matches!(next.from, From::Page { .. } | From::Offset { .. });
    if token.is_empty() || (counted && token.parse::<u64>().is_err()) {
        let right = if counted {
            "a whole number"
        } else {
            "the text of a cursor"
        };
        return Err(Stop::usage(format!("--token: expected {right}")));
    }
    let before = read(kept)?;
    let under_way = before.as_ref().and_then(|place| place.walk.clone());
    let start = match &before {
        Some(place) => place.start,
        None => begin(config.start, now),
    };
    let mut place = Place::first(start, now);
    if next.sticky {
        place.resting = Some(Resting {
            cursor: token.to_owned(),
            since: under_way.map_or(start, |walk| walk.since),
        });
        return Ok(place);
    }
    // The cursor most likely belongs to the walk that is under way: its bounds go with it.
    place.walk = Some(UnderWay {
        began: now,
        since: under_way.as_ref().map_or(start, |walk| walk.since),
        until: under_way.as_ref().and_then(|walk| walk.until),
        more_windows: under_way.as_ref().is_some_and(|walk| walk.more_windows),
        cursor: Some(token.to_owned()),
        counted_in: None,
        top: under_way.as_ref().and_then(|walk| walk.top),
        first_page_read: under_way.is_some_and(|walk| walk.first_page_read),
        reached: None,
        used: Vec::new(),
        cut: Vec::new(),
    });
    Ok(place)
}

/// The place that was kept; an error where it is whole but of another kind.
pub(crate) fn read(kept: &Kept) -> Result<Option<Place>, Stop> {
    let Some(text) = &kept.place else {
        return Ok(None);
    };
    parsed(text).map(Some)
}

/// The place that a text holds.
pub(super) fn parsed(text: &str) -> Result<Place, Stop> {
    // What is on its way through an Agent is not yet behind the place that a person sees.
    serde_json::from_str(deliver::base_of(text)).map_err(|error| {
        let words = format!("this is no resume point of this version of logwalk: {error}");
        Error::Store(words).into()
    })
}

/// The place as it is kept.
pub(super) fn written(place: &Place) -> Result<String, Stop> {
    serde_json::to_string(place).map_err(|error| {
        Error::Store(format!("the resume point cannot be written: {error}")).into()
    })
}

fn begin(start: Start, now: Time) -> Option<Time> {
    match start {
        Start::Ago(ago) => Some(now.before(ago)),
        Start::At(time) => Some(time),
        Start::Oldest => None,
    }
}
