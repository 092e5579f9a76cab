//! What a run came to: the numbers behind the metrics, and what a person should know.

use std::time::Duration;

use crate::fetch::Counts;
use crate::log::Line;
use crate::source::Answer;
use crate::time::Time;
use crate::walk::Standing;

/// What became of the records of a page, or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Logs made.
    pub logs: u64,
    /// Their lines' bytes, newlines included.
    pub bytes: u64,
    /// Records recognised as delivered before.
    pub duplicate: u64,
    /// Logs cut to fit.
    pub truncated: u64,
    /// Records older than Datadog takes at their own time.
    pub too_old: u64,
    /// Records dated well after now.
    pub future: u64,
}

impl Tally {
    pub(super) fn count(&mut self, line: Line<'_>) {
        self.logs += 1;
        self.bytes += line.bytes() as u64;
        self.truncated += u64::from(line.log.truncated);
        self.too_old += u64::from(line.log.late);
        self.future += u64::from(line.log.future);
    }

    /// What is left when a part of it is taken away.
    pub(super) fn without(self, part: &Self) -> Self {
        Self {
            logs: self.logs - part.logs,
            bytes: self.bytes - part.bytes,
            duplicate: self.duplicate - part.duplicate,
            truncated: self.truncated - part.truncated,
            too_old: self.too_old - part.too_old,
            future: self.future - part.future,
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, page: Self) {
        self.logs += page.logs;
        self.bytes += page.bytes;
        self.duplicate += page.duplicate;
        self.truncated += page.truncated;
        self.too_old += page.too_old;
        self.future += page.future;
    }
}

/// What a run came to, so far, beside what became of its records.
#[derive(Debug, Clone)]
pub struct Report {
    /// Pages read.
    pub pages: u64,
    /// Requests made.
    pub requests: Counts,
    /// All was read that was there at the moment that is enough.
    pub enough: bool,
    /// How the stream stands.
    pub standing: Option<Standing>,
    /// How long the run has taken.
    pub lasted: Duration,
    /// What a person should know although nothing failed.
    pub said: Vec<String>,
    began: Time,
}

impl Report {
    pub(super) fn new(began: Time) -> Self {
        Self {
            pages: 0,
            requests: Counts::default(),
            enough: false,
            standing: None,
            lasted: Duration::ZERO,
            said: Vec::new(),
            began,
        }
    }

    /// Takes in what a person should know; the same words are said once.
    pub(super) fn say(&mut self, words: String) {
        if !self.said.contains(&words) {
            self.said.push(words);
        }
    }

    pub(super) fn read_page(&mut self, answer: &Answer<'_>) {
        self.pages += 1;
        for warning in &answer.warnings {
            self.say(format!("the API warns: {warning}"));
        }
    }

    pub(super) fn requested(&mut self, counts: Counts) {
        for (class, count) in counts.requests {
            *self.requests.requests.entry(class).or_default() += count;
        }
        self.requests.retries += counts.retries;
        self.requests.throttled += counts.throttled;
    }

    pub(super) fn stands(&mut self, standing: Standing, now: Time) {
        if let Some(overlap) = standing.overlap_shrunk_to {
            self.say(format!(
                "more records fall inside the overlap than can be told apart: it reaches back {} s \
                 only",
                overlap.as_secs()
            ));
        }
        if !standing.gap.is_zero() {
            self.say(format!(
                "records of {} s have aged out at the source before they could be read",
                standing.gap.as_secs()
            ));
        }
        self.standing = Some(standing);
        self.lasted = now.since(self.began);
    }
}
