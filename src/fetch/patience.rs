//! Is a reply worth another try, and after how long: rules without a clock.

use std::time::Duration;

use crate::source::{From, RateLimit, Reply};
use crate::time::Time;

/// The first back-off is drawn from up to this.
const BASE: Duration = Duration::from_secs(1);

/// No back-off is longer.
const CAP: Duration = Duration::from_mins(1);

/// Whoever tells us to wait longer is asked again once a day all the same: a number that large is
/// more often a mistake than a wish, and a request a day harms nobody.
const LONGEST: Duration = Duration::from_hours(24);

/// A larger number of seconds can only be a date.
const SURELY_EPOCH: f64 = 1e9;

/// A larger number can only be a date in milliseconds.
const SURELY_MILLIS: f64 = 1e11;

/// What becomes of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The caller's to judge.
    Answer,
    /// The proxy on the way wants to know who asks.
    Proxy,
    /// Leads elsewhere.
    Redirect,
    /// Asked too often: everybody with this credential waits.
    Limited,
    /// Broken for now: asked again.
    Again,
}

/// What becomes of a reply with a status.
pub(super) fn judge(reply: &Reply, limit: Option<&RateLimit>) -> Verdict {
    match reply.status {
        301 | 302 | 303 | 307 | 308 => Verdict::Redirect,
        407 => Verdict::Proxy,
        429 => Verdict::Limited,
        // Some say 403 for a spent quota; the headers tell it from a refused credential.
        403 if reply.header("retry-after").is_some() || is_spent(reply, limit) => Verdict::Limited,
        // What a server does not know today it will not know in a minute.
        501 | 505 => Verdict::Answer,
        408 | 425 | 500..=599 => Verdict::Again,
        _ => Verdict::Answer,
    }
}

/// The wait that a refusal asks for: `Retry-After`, else the reset of its quota. A wait of nothing
/// is not one: it would make a loop.
pub(super) fn told(reply: &Reply, limit: Option<&RateLimit>, now: Time) -> Option<Duration> {
    let retry_after = reply
        .header("retry-after")
        .and_then(|text| retry_after(text, server_time(reply, now)));
    let wait = match reply.status {
        429 | 403 => retry_after.or_else(|| reset(reply, limit, now)),
        _ => retry_after,
    };
    wait.filter(|wait| !wait.is_zero())
}

/// The wait before the next request that a good reply announces: the quota is spent.
pub(super) fn spent(reply: &Reply, limit: Option<&RateLimit>, now: Time) -> Option<Duration> {
    if !is_spent(reply, limit) {
        return None;
    }
    reset(reply, limit, now).filter(|wait| !wait.is_zero())
}

/// Full jitter: anything up to a bound that doubles with each try.
pub(crate) fn backoff(attempt: u32, random: f64) -> Duration {
    let bound = BASE.saturating_mul(2_u32.saturating_pow(attempt)).min(CAP);
    bound.mul_f64(random.clamp(0.0, 1.0))
}

/// The wait after a refusal that does not say how long: never next to nothing, for asking through a
/// limit keeps it up.
pub(super) fn unasked(attempt: u32, random: f64) -> Duration {
    BASE + backoff(attempt, random)
}

fn is_spent(reply: &Reply, limit: Option<&RateLimit>) -> bool {
    let remaining = limit.and_then(|limit| header(reply, limit.remaining.as_ref()));
    remaining.and_then(number).is_some_and(|left| left < 1.0)
}

fn reset(reply: &Reply, limit: Option<&RateLimit>, now: Time) -> Option<Duration> {
    let limit = limit?;
    let number = number(header(reply, limit.reset.as_ref())?)?;
    if number < SURELY_EPOCH && !limit.reset_is_epoch {
        return seconds(number);
    }
    let millis = if number < SURELY_MILLIS {
        number * 1000.0
    } else {
        number
    };
    let now = server_time(reply, now);
    #[allow(clippy::cast_precision_loss)] // both far below 2^53
    seconds((millis - now.0 as f64) / 1000.0)
}

fn header<'r>(reply: &'r Reply, from: Option<&From>) -> Option<&'r str> {
    match from {
        Some(From::Header(name)) => reply.header(name),
        _ => None,
    }
}

/// A wait in seconds or until a date.
fn retry_after(text: &str, now: Time) -> Option<Duration> {
    if let Ok(number) = text.trim().parse::<f64>() {
        return seconds(number);
    }
    let date = date(text)?;
    Some(date.since(now).min(LONGEST))
}

/// The server's own clock, where it shows it: dates it names are meant by that.
fn server_time(reply: &Reply, now: Time) -> Time {
    reply.header("date").and_then(date).unwrap_or(now)
}

fn date(text: &str) -> Option<Time> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let moment = parser.parse_timestamp(text.trim()).ok()?;
    Some(Time(moment.as_millisecond()))
}

/// The first token of a header such as `160, 160;w=1`.
fn number(text: &str) -> Option<f64> {
    let token = text.split([',', ';']).next()?;
    token.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

fn seconds(number: f64) -> Option<Duration> {
    if number.is_nan() || number < 0.0 {
        return None;
    }
    // Rounded up to the millisecond: never earlier than told.
    let millis = (number.min(LONGEST.as_secs_f64()) * 1000.0).ceil();
    Duration::try_from_secs_f64(millis / 1000.0).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: Time = Time(1_763_631_000_000);

    fn reply(status: u16, headers: &[(&str, &str)]) -> Reply {
        Reply {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Vec::new(),
        }
    }

    fn limit(epoch: bool) -> RateLimit {
        RateLimit {
            remaining: Some(From::Header("X-Remaining".to_owned())),
            reset: Some(From::Header("X-Reset".to_owned())),
            reset_is_epoch: epoch,
        }
    }

    fn waits(retry_after: &str) -> Option<Duration> {
        told(&reply(429, &[("retry-after", retry_after)]), None, NOW)
    }

    #[allow(clippy::unnecessary_wraps)] // it stands for what the rules return
    fn secs(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn each_status_has_its_verdict() {
        let verdict = |status| judge(&reply(status, &[]), None);
        for status in [200, 204, 304, 400, 401, 403, 404, 410, 422, 501, 505] {
            assert_eq!(verdict(status), Verdict::Answer, "{status}");
        }
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(verdict(status), Verdict::Redirect, "{status}");
        }
        for status in [408, 425, 500, 502, 503, 504, 520, 599] {
            assert_eq!(verdict(status), Verdict::Again, "{status}");
        }
        assert_eq!(verdict(429), Verdict::Limited);
        assert_eq!(verdict(407), Verdict::Proxy);
    }

    #[test]
    fn a_403_is_a_spent_quota_only_where_its_headers_say_so() {
        let limit = limit(false);
        let spent = reply(403, &[("x-remaining", "0")]);
        assert_eq!(judge(&spent, Some(&limit)), Verdict::Limited);
        let left = reply(403, &[("x-remaining", "7")]);
        assert_eq!(judge(&left, Some(&limit)), Verdict::Answer);
        let later = reply(403, &[("retry-after", "60")]);
        assert_eq!(judge(&later, None), Verdict::Limited);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(waits("17"), secs(17));
        assert_eq!(waits("1.5"), Some(Duration::from_millis(1500)));
        // 1763631000 is 2025-11-20T09:30:00Z
        assert_eq!(waits("Thu, 20 Nov 2025 09:31:00 GMT"), secs(60));
    }

    #[test]
    fn a_retry_after_that_makes_no_sense_is_no_wait_and_a_huge_one_a_day() {
        for garbage in [
            "",
            "soon",
            "-5",
            "0",
            "nan",
            "Thu, 20 Nov 2025 09:29:00 GMT",
            "Thu, 99",
        ] {
            assert_eq!(waits(garbage), None, "{garbage}");
        }
        for huge in [
            "99999999999999999999",
            "inf",
            "1e300",
            "Thu, 20 Nov 2099 09:29:00 GMT",
        ] {
            assert_eq!(waits(huge), Some(LONGEST), "{huge}");
        }
    }

    #[test]
    fn dates_are_meant_by_the_servers_clock() {
        let headers = [
            ("date", "Thu, 20 Nov 2025 08:00:00 GMT"),
            ("retry-after", "Thu, 20 Nov 2025 08:00:30 GMT"),
        ];
        assert_eq!(told(&reply(503, &headers), None, NOW), secs(30));
        let headers = [
            ("date", "Thu, 20 Nov 2025 09:29:00 GMT"),
            ("x-reset", "1763631000"),
        ];
        assert_eq!(
            told(&reply(429, &headers), Some(&limit(true)), NOW),
            secs(60)
        );
    }

    #[test]
    fn a_reset_is_read_in_both_dialects() {
        let delta = reply(429, &[("x-reset", "12")]);
        assert_eq!(told(&delta, Some(&limit(false)), NOW), secs(12));
        let epoch = reply(429, &[("x-reset", "1763631012")]);
        assert_eq!(told(&epoch, Some(&limit(true)), NOW), secs(12));
        let structured = reply(429, &[("x-reset", "160, 160;w=1")]);
        assert_eq!(told(&structured, Some(&limit(false)), NOW), secs(160));
        let millis = reply(429, &[("x-reset", "1763631012500")]);
        assert_eq!(
            told(&millis, Some(&limit(true)), NOW),
            Some(Duration::from_millis(12_500))
        );
    }

    #[test]
    fn an_epoch_where_seconds_were_described_is_still_an_epoch() {
        let epoch = reply(429, &[("x-reset", "1763631012")]);
        assert_eq!(told(&epoch, Some(&limit(false)), NOW), secs(12));
    }

    #[test]
    fn retry_after_outranks_the_reset_and_a_broken_server_has_no_reset() {
        let both = reply(429, &[("retry-after", "3"), ("x-reset", "12")]);
        assert_eq!(told(&both, Some(&limit(false)), NOW), secs(3));
        let broken = reply(503, &[("x-reset", "12")]);
        assert_eq!(told(&broken, Some(&limit(false)), NOW), None);
        let broken = reply(503, &[("retry-after", "3")]);
        assert_eq!(told(&broken, None, NOW), secs(3));
    }

    #[test]
    fn a_spent_quota_holds_the_next_request_until_its_reset() {
        let last = reply(200, &[("x-remaining", "0"), ("x-reset", "9")]);
        assert_eq!(spent(&last, Some(&limit(false)), NOW), secs(9));
        let more = reply(200, &[("x-remaining", "1"), ("x-reset", "9")]);
        assert_eq!(spent(&more, Some(&limit(false)), NOW), None);
        let past = reply(200, &[("x-remaining", "0"), ("x-reset", "1763630000")]);
        assert_eq!(spent(&past, Some(&limit(true)), NOW), None);
        assert_eq!(spent(&last, None, NOW), None);
    }

    #[test]
    fn a_limit_is_never_run_into_again_at_once() {
        assert_eq!(unasked(0, 0.0), Duration::from_secs(1));
        assert_eq!(unasked(2, 0.5), Duration::from_secs(3));
    }

    #[test]
    fn backing_off_doubles_is_jittered_and_ends_at_a_minute() {
        assert_eq!(backoff(0, 1.0), Duration::from_secs(1));
        assert_eq!(backoff(3, 1.0), Duration::from_secs(8));
        assert_eq!(backoff(3, 0.25), Duration::from_secs(2));
        assert_eq!(backoff(3, 0.0), Duration::ZERO);
        assert_eq!(backoff(6, 1.0), Duration::from_mins(1));
        assert_eq!(backoff(u32::MAX, 1.0), Duration::from_mins(1));
    }
}
