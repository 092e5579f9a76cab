//! What a run came to: the numbers behind the metrics, and what a person should know.

use std::time::Duration;

use crate::fetch::Counts;
use crate::log::Log;
use crate::source::Answer;
use crate::time::Time;
use crate::walk::Standing;

/// What a run came to, so far.
#[derive(Debug, Clone)]
pub struct Report {
    /// Logs handed out.
    pub sent: u64,
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
    /// Pages read.
    pub pages: u64,
    /// Requests made.
    pub requests: Counts,
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
            sent: 0,
            bytes: 0,
            duplicate: 0,
            truncated: 0,
            too_old: 0,
            future: 0,
            pages: 0,
            requests: Counts::default(),
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

    pub(super) fn count(&mut self, logs: &[Log], bytes: u64) {
        let count = |of: fn(&Log) -> bool| logs.iter().filter(|log| of(log)).count() as u64;
        self.sent += logs.len() as u64;
        self.bytes += bytes;
        self.truncated += count(|log| log.truncated);
        self.too_old += count(|log| log.late);
        self.future += count(|log| log.future);
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
