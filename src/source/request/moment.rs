//! How a bound of time is written, so that nothing at the bound is left out.

use serde_json::Value;

use crate::source::{Bound, TimeFormat};
use crate::time::Time;

/// The last millisecond that the calendar writes, late in 9999; no log is from before 1970 or after this.
const LAST: i64 = 253_402_207_200_000;

/// The lower bound as sent: rounded down, and one unit lower where the API leaves the bound itself out.
pub(super) fn lower(bound: &Bound, time: Time) -> Time {
    let unit = unit(bound.format);
    let floored = time.0.clamp(0, LAST).div_euclid(unit) * unit;
    let excluded = if bound.inclusive { 0 } else { unit };
    Time((floored - excluded).max(0))
}

/// The upper bound as sent: rounded up, and one unit higher where the API leaves the bound itself out.
pub(super) fn upper(bound: &Bound, time: Time) -> Time {
    let unit = unit(bound.format);
    let moment = time.0.clamp(0, LAST);
    let raised = (moment + unit - 1).div_euclid(unit) * unit;
    let excluded = if bound.inclusive { 0 } else { unit };
    Time((raised + excluded).min(LAST))
}

/// The moment in the bound's format, wrapped in its template; a number where the format is one and nothing wraps it.
pub(super) fn written(bound: &Bound, moment: Time) -> Value {
    let millis = i128::from(moment.0);
    let number = match bound.format {
        TimeFormat::Rfc3339 => return wrapped(bound, &moment.to_string()),
        TimeFormat::Date => {
            let text = moment.to_string();
            return wrapped(bound, text.split('T').next().unwrap_or(&text));
        }
        TimeFormat::EpochS => millis / 1_000,
        TimeFormat::EpochMs => millis,
        TimeFormat::EpochUs => millis * 1_000,
        TimeFormat::EpochNs => millis * 1_000_000,
    };
    match (&bound.template, i64::try_from(number)) {
        (None, Ok(number)) => Value::from(number),
        (None, Err(_)) | (Some(_), _) => wrapped(bound, &number.to_string()),
    }
}

fn wrapped(bound: &Bound, moment: &str) -> Value {
    match &bound.template {
        Some(template) => Value::String(template.replace("{time}", moment)),
        None => Value::String(moment.to_owned()),
    }
}

/// The step of a format in milliseconds; finer ones step with the clock that times are kept in.
fn unit(format: TimeFormat) -> i64 {
    match format {
        TimeFormat::Rfc3339 | TimeFormat::EpochMs | TimeFormat::EpochUs | TimeFormat::EpochNs => 1,
        TimeFormat::EpochS => 1_000,
        TimeFormat::Date => 86_400_000,
    }
}
