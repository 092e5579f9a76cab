//! What is seen while it goes on: a bar on a terminal, else lines now and then.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::Mutex;
use serde_json::{Map, json};

use super::progress::View;
use crate::cli::run::journal::{Journal, Level};
use crate::cli::wording;

/// A line so often, where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// The bar has so many steps.
const STEPS: u64 = 1_000;

/// What is seen while it goes on.
pub(super) struct Shown {
    bar: Option<ProgressBar>,
    last: Mutex<Instant>,
}

impl Shown {
    /// A bar where standard error is a terminal.
    pub(super) fn begin() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(STEPS);
            let style = ProgressStyle::with_template("[{bar:30}] {percent:>3} %  {msg}");
            // A bar of another look is better than none.
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self {
            bar,
            last: Mutex::new(Instant::now()),
        }
    }

    /// Where it is told what happens: above the bar in words, else as lines of JSON.
    pub(super) fn journal(&self) -> Journal {
        let Some(bar) = self.bar.clone() else {
            return Journal::default();
        };
        Journal::told_by(move |entry| {
            if entry.level == Level::Info {
                // The bar says it.
                return;
            }
            bar.suspend(|| {
                // Where standard error is closed nobody wants to know.
                let _ = writeln!(io::stderr(), "{}: {}", entry.level.word(), entry.words);
            });
        })
    }

    /// How it stands now.
    pub(super) fn show(&self, label: &str, view: &View, journal: &Journal) {
        if let Some(bar) = &self.bar {
            #[allow(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss
            )] // from 0 to STEPS
            bar.set_position((view.share() * STEPS as f64) as u64);
            bar.set_message(words(view));
            return;
        }
        let mut last = self.last.lock();
        if last.elapsed() < BETWEEN_LINES {
            return;
        }
        *last = Instant::now();
        let mut facts = Map::new();
        facts.insert("share".to_owned(), json!(view.share()));
        facts.insert("records".to_owned(), json!(view.records));
        facts.insert(
            "records_per_second".to_owned(),
            json!(view.records_per_second.round()),
        );
        facts.insert("seconds_done".to_owned(), json!(view.done.as_secs()));
        facts.insert(
            "seconds_left".to_owned(),
            json!(view.left.map(|left| left.as_secs())),
        );
        journal.tell(Level::Info, Some(label), "progress", facts);
    }

    /// Leaves the terminal to what follows.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn words(view: &View) -> String {
    let left = match view.left {
        Some(left) => format!("{} left", wording::span(left)),
        None => "time left not known yet".to_owned(),
    };
    let grouped = |number: u64| wording::grouped(usize::try_from(number).unwrap_or(usize::MAX));
    format!(
        "{} of {}  {} records, {:.0}/s  {left}",
        wording::span(view.done),
        wording::span(view.whole),
        grouped(view.records),
        view.records_per_second,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_span_records_rate_and_time_left() {
        let view = View {
            done: Duration::from_hours(36),
            whole: Duration::from_hours(72),
            records: 1_234_567,
            records_per_second: 3_120.4,
            left: Some(Duration::from_mins(125)),
        };
        assert_eq!(
            words(&view),
            "1d12h of 3d  1 234 567 records, 3120/s  2h5m left"
        );
        let begun = View { left: None, ..view };
        assert!(words(&begun).ends_with("time left not known yet"));
    }
}
