//! Moments written one after the other: most are in the same minute as the one before.

use super::Time;
use super::rfc3339::{self, MINUTE};

/// As long as a moment up to its seconds.
const TO_SECONDS: usize = "2026-11-20T09:30:".len();

/// The minute of the moment that was written last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Minute {
    number: Option<i64>,
    text: String,
}

impl Minute {
    /// Writes a moment as [`Time::push`] does.
    pub(crate) fn push(&mut self, time: Time, out: &mut String) {
        let number = time.0.div_euclid(MINUTE);
        if self.number != Some(number) {
            self.number = None;
            self.text.clear();
            if !rfc3339::write(time, &mut self.text) {
                time.push(out);
                return;
            }
            self.text.truncate(TO_SECONDS);
            self.number = Some(number);
        }
        out.push_str(&self.text);
        rfc3339::write_seconds(time, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_the_same_whichever_was_written_before() {
        let mut minute = Minute::default();
        let at = 1_763_631_000_000;
        let moments = [
            at,
            at + 1,
            at + 59_999,
            at + 60_000,
            at - 1,
            at,
            -1,
            0,
            i64::MAX,
            i64::MAX,
            at + 12_345,
            i64::MIN,
            -60_001,
        ];
        for moment in moments.map(Time) {
            let mut out = String::new();
            minute.push(moment, &mut out);
            assert_eq!(out, moment.to_string());
        }
    }
}
