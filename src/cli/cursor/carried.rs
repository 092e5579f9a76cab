//! A resume point on its way from one store to another: JSON that says whose it is.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::place;
use crate::cli::stop::Stop;
use crate::config::Config;
use crate::error::Error;
use crate::keep::{Kept, VERSION};
use crate::walk::Place;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    version: u64,
    stream: String,
    identity: String,
    sequence: u64,
    place: Box<RawValue>,
}

/// The resume point of a stream as one can carry it; none where there is none.
pub(super) fn text(config: &Config, kept: &Kept) -> Result<Option<String>, Stop> {
    let Some(place) = &kept.place else {
        return Ok(None);
    };
    let carried = RawValue::from_string(place.clone()).and_then(|place| {
        serde_json::to_string(&Carried {
            version: VERSION,
            stream: config.label(),
            identity: config.identity(),
            sequence: kept.sequence,
            place,
        })
    });
    match carried {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            Err(Error::Store(format!("the resume point cannot be written: {error}")).into())
        }
    }
}

/// The place that a carried text holds, if it is one of this stream.
pub(super) fn place(config: &Config, text: &str) -> Result<Place, Stop> {
    let carried: Carried = serde_json::from_str(text).map_err(|error| {
        Stop::usage(format!(
            "standard input holds no exported resume point: {error}; make one with `logwalk cursor export`"
        ))
    })?;
    if carried.version != VERSION {
        return Err(Stop::usage(format!(
            "it was exported in format {}, and this logwalk knows {VERSION}: use the same version \
             on both sides",
            carried.version
        )));
    }
    if carried.identity != config.identity() {
        return Err(Stop::usage(format!(
            "it is the resume point of {}, which asks for other records than {} is configured to: \
             compare source, base_url, settings, query and stream of the two",
            carried.stream,
            config.label()
        )));
    }
    place::parsed(carried.place.get())
}
