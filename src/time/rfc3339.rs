//! RFC 3339 as nearly everybody writes it, read and written without a calendar's help: logs have a
//! time each, and a library that knows every way to write one takes ten times as long.

use std::ops::RangeInclusive;

use super::Time;

/// Of the year 9999 the library leaves out the last days, for whoever lives east of UTC.
const YEARS: RangeInclusive<i64> = 1..=9_998;

const DAY: i64 = 86_400_000;

pub(super) const MINUTE: i64 = 60_000;

/// From the first of March of the year 0, where leap days are last of their years, to 1970.
const DAYS_TO_1970: i64 = 719_468;
const DAYS_IN_400_YEARS: u32 = 146_097;

/// The moment a text names, cut to the millisecond; none where it is not of the usual form, and
/// perhaps names one all the same.
pub(super) fn read(text: &[u8]) -> Option<Time> {
    let (whole, rest) = text.split_first_chunk::<19>()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = *whole
    else {
        return None;
    };
    let year = number(&[y1, y2, y3, y4])?;
    let month = number(&[m1, m2])?;
    let day = number(&[d1, d2])?;
    let (hour, minute) = (number(&[h1, h2])?, number(&[n1, n2])?);
    let second = number(&[s1, s2])?;
    let in_range = YEARS.contains(&year) && day > 0 && day <= days_in(year, month)?;
    if !in_range || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (millis, zone) = fraction(rest)?;
    let minutes = hour * 60 + minute - offset(zone)?;
    Some(Time(
        days(year, month, day) * DAY + minutes * 60_000 + second * 1_000 + millis,
    ))
}

/// Writes a moment in UTC with milliseconds; false where it is too far off.
pub(super) fn write(time: Time, out: &mut String) -> bool {
    let Some((year, month, day)) = date(time.0.div_euclid(DAY)) else {
        return false;
    };
    // Small numbers are divided in half the time.
    let of_day = u32::try_from(time.0.rem_euclid(DAY)).unwrap_or_default();
    let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], seconds / 3_600);
    put(&mut text[14..16], seconds / 60 % 60);
    put(&mut text[17..19], seconds % 60);
    put(&mut text[20..23], millis);
    out.push_str(str::from_utf8(&text).unwrap_or_default());
    true
}

/// Writes what [`write`] writes behind a moment's minute.
pub(super) fn write_seconds(time: Time, out: &mut String) {
    let of_minute = u32::try_from(time.0.rem_euclid(MINUTE)).unwrap_or_default();
    let mut text = *b"00.000Z";
    put(&mut text[0..2], of_minute / 1_000);
    put(&mut text[3..6], of_minute % 1_000);
    out.push_str(str::from_utf8(&text).unwrap_or_default());
}

/// The milliseconds behind a point, if there is one, and what follows.
#[inline]
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = rest.strip_prefix(b".") else {
        return Some((0, rest));
    };
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let (digits, zone) = digits.split_at(length);
    let millis = number(digits)?;
    let nanos = millis * 10_i64.pow(9 - u32::try_from(length).ok()?);
    Some((nanos / 1_000_000, zone))
}

/// The minutes by which a zone is before UTC.
#[inline]
fn offset(zone: &[u8]) -> Option<i64> {
    match *zone {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            let ahead = hours * 60 + minutes;
            let usual = hours < 24 && minutes < 60;
            usual.then_some(if sign == b'+' { ahead } else { -ahead })
        }
        _ => None,
    }
}

#[inline]
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        let value = digit.wrapping_sub(b'0');
        (value < 10).then_some(sum * 10 + i64::from(value))
    })
}

#[inline]
fn put(digits: &mut [u8], number: u32) {
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let [value, ..] = (rest % 10).to_le_bytes();
        *digit = b'0' + value;
        rest /= 10;
    }
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(28 + i64::from(is_leap)),
        _ => None,
    }
}

/// The days from 1970 to a date of our calendar; its months are counted from March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month < 3);
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + of_year - DAYS_TO_1970
}

/// The date so many days after 1970, if it is near enough.
fn date(days: i64) -> Option<(u32, u32, u32)> {
    let days = u32::try_from(days.checked_add(DAYS_TO_1970)?).ok()?;
    let of_them = days % DAYS_IN_400_YEARS;
    let years = (of_them - of_them / 1_460 + of_them / 36_524 - of_them / 146_096) / 365;
    let of_year = of_them - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = days / DAYS_IN_400_YEARS * 400 + years + u32::from(month > 9);
    let near = YEARS.contains(&i64::from(year));
    near.then_some((year, (month + 2) % 12 + 1, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the library reads it.
    fn slowly(text: &str) -> Option<Time> {
        let moment: jiff::Timestamp = text.parse().ok()?;
        let millis = moment.as_nanosecond().div_euclid(1_000_000);
        i64::try_from(millis).ok().map(Time)
    }

    fn agrees(text: &str) {
        if let Some(read) = read(text.as_bytes()) {
            assert_eq!(Some(read), slowly(text), "{text}");
        }
    }

    fn written(time: Time) {
        let mut text = String::new();
        if write(time, &mut text) {
            assert_eq!(text, time.to_string());
            assert_eq!(read(text.as_bytes()), Some(time));
        } else {
            let first = days(*YEARS.start(), 1, 1) * DAY;
            let behind = days(YEARS.end() + 1, 1, 1) * DAY;
            assert!(!(first..behind).contains(&time.0), "{time}");
        }
    }

    #[test]
    fn every_day_of_four_hundred_years_and_the_ends_of_all_others_are_written_and_read() {
        for day in -70_000..80_000 {
            written(Time(day * DAY));
        }
        for year in 0..10_001 {
            let new_year = Time(days(year, 1, 1) * DAY);
            written(new_year);
            written(Time(new_year.0 - 1));
            written(Time(days(year, 3, 1) * DAY - 1));
        }
        for far in [i64::MIN, i64::MIN / DAY * DAY, i64::MAX] {
            written(Time(far));
        }
    }

    #[test]
    fn the_usual_forms_are_read_here() {
        for text in [
            "2026-11-20T09:30:00Z",
            "2026-11-20T09:30:00.1Z",
            "2026-11-20T09:30:00.123456789Z",
            "2026-11-20T09:30:00.123999+00:00",
            "2024-02-29T23:59:59.999-05:30",
            "1969-12-31T23:59:59.9999Z",
        ] {
            assert!(read(text.as_bytes()).is_some(), "{text}");
            agrees(text);
        }
    }

    #[test]
    fn what_is_not_usual_is_left_to_others() {
        for text in [
            "",
            "2026-11-20",
            "2026-11-20T09:30:00",
            "2026-11-20T09:30:00.Z",
            "2026-11-20T09:30:00.1234567890Z",
            "2026-11-20t09:30:00z",
            "2026-11-20 09:30:00Z",
            "2026-11-20T09:30:60Z",
            "2026-11-20T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-13-10T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-04-00T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-11-20T09:30:00+0100",
            "2026-11-20T09:30:00+24:00",
            "2026-11-20T09:30:00Z[UTC]",
            "2026-11-20T09:30:0éZ",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_as_the_library_reads_it(
            usual in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,10})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
            odd in "[0-9:.TZ+-]{18,30}",
        ) {
            agrees(&usual);
            agrees(&odd);
        }

        #[test]
        fn a_moment_is_written_as_the_library_writes_it(millis in any::<i64>(), usual in -1_i64 << 46..1 << 48) {
            written(Time(millis));
            written(Time(usual));
        }
    }
}
