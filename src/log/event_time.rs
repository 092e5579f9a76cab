//! When an event happened, in whichever way its API writes that.

use jiff::civil;
use jiff::tz::TimeZone;

use super::decimal::Decimal;
use super::text;
use crate::source::TimeFormat;
use crate::time::Time;

/// The years 1 to 9999: what RFC 3339 can write, and more than any log holds.
const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// Seconds below this lie before the year 5138; what is larger counts something finer.
const MOST_SECONDS: i64 = 100_000_000_000;

/// The moment a text names, cut to the millisecond; none where it names none.
pub(super) fn parse(text: &str, format: Option<TimeFormat>) -> Option<Time> {
    let text = text::trimmed(text);
    let found = match format {
        Some(TimeFormat::Rfc3339 | TimeFormat::Date) => calendar(text),
        Some(TimeFormat::EpochS) => epoch(text, 3),
        Some(TimeFormat::EpochMs) => epoch(text, 0),
        Some(TimeFormat::EpochUs) => epoch(text, -3),
        Some(TimeFormat::EpochNs) => epoch(text, -6),
        None => calendar(text).or_else(|| by_magnitude(text)),
    };
    found.filter(|time| YEARS.contains(&time.0))
}

fn calendar(text: &str) -> Option<Time> {
    // A date has its first dash after the year; a number has none there.
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    if let Some(time) = Time::parse(text) {
        return Some(time);
    }
    // Without an offset it is UTC: nothing else is known.
    let civil: civil::DateTime = match text.parse::<civil::Date>() {
        Ok(date) if text.len() == "2026-11-20".len() => date.at(0, 0, 0, 0),
        _ => text.parse().ok()?,
    };
    let moment = TimeZone::UTC.to_timestamp(civil).ok()?;
    let millis = moment.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(millis).ok().map(Time)
}

fn epoch(text: &str, power: i32) -> Option<Time> {
    Some(Time(Decimal::parse(text)?.floor_times_ten_to(power)?))
}

fn by_magnitude(text: &str) -> Option<Time> {
    let number = Decimal::parse(text)?;
    let whole = number.floor_times_ten_to(0)?;
    let magnitude = whole.unsigned_abs();
    let seconds = MOST_SECONDS.unsigned_abs();
    let power = if magnitude < seconds {
        3
    } else if magnitude < seconds * 1_000 {
        0
    } else if magnitude < seconds * 1_000_000 {
        -3
    } else {
        -6
    };
    number.floor_times_ten_to(power).map(Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        parse(text, None).map(|time| time.to_string())
    }

    #[test]
    fn a_calendar_time_is_read_with_any_offset_and_as_utc_without_one() {
        for same in [
            "2026-11-20T09:30:00.123Z",
            "2026-11-20T09:30:00.123999+00:00",
            "2026-11-20t10:30:00.123+01:00",
            "2026-11-20T10:30:00.123+0100",
            "2026-11-20T04:00:00.123-05:30",
            "2026-11-20T09:30:00.123",
            "2026-11-20 09:30:00.123",
            "2026-11-20 09:30:00.123Z",
            " 2026-11-20T09:30:00.123Z ",
        ] {
            let expected = Some("2026-11-20T09:30:00.123Z".to_owned());
            assert_eq!(read(same), expected, "{same}");
        }
        assert_eq!(
            read("2026-11-20").as_deref(),
            Some("2026-11-20T00:00:00.000Z")
        );
    }

    #[test]
    fn the_unit_of_an_epoch_time_is_told_by_its_size() {
        for same in [
            "1763631000.1239",
            "1763631000123",
            "1763631000123.9",
            "1763631000123999",
            "1763631000123999999",
        ] {
            assert_eq!(parse(same, None), Some(Time(1_763_631_000_123)), "{same}");
        }
        assert_eq!(parse("1763631000", None), Some(Time(1_763_631_000_000)));
    }

    #[test]
    fn a_fixed_unit_is_believed_and_reads_nothing_else() {
        let read = |text, format| parse(text, Some(format));
        assert_eq!(read("5000", TimeFormat::EpochMs), Some(Time(5_000)));
        assert_eq!(read("5000", TimeFormat::EpochUs), Some(Time(5)));
        assert_eq!(read("5000000", TimeFormat::EpochNs), Some(Time(5)));
        assert_eq!(read("5", TimeFormat::EpochS), Some(Time(5_000)));
        assert_eq!(read("2026-11-20T09:30:00Z", TimeFormat::EpochS), None);
        assert_eq!(read("1763631000", TimeFormat::Rfc3339), None);
    }

    #[test]
    fn nonsense_is_no_time() {
        for nonsense in [
            "",
            "yesterday",
            "true",
            "{}",
            "2026-13-40T00:00:00Z",
            "2026-",
            "1e300",
            "99999999999999999999999999",
            "2026-11-20T25:00:00Z",
        ] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
