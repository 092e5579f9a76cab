//! What an Agent does with an integration file, and when, as its settings say.

use std::time::Duration;

/// What an Agent does with an integration file, and when, as its settings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// The length at which it empties the file.
    pub cap: u64,
    /// How long it takes between two looks at which files were emptied.
    pub scan: Duration,
    /// How long it reads on in a file after it has seen that it was emptied.
    pub close: Duration,
    /// How its requests can overtake each other; none where it makes one at a time.
    pub overtaking: Option<Overtaking>,
}

/// What an Agent does that makes several requests at once: the registry may say that it is done with
/// a file up to an offset, while something before that is still tried again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overtaking {
    /// How long a request may take.
    pub request: Duration,
    /// How long it waits after the first that failed; twice as long after each that follows.
    pub first_wait: Duration,
    /// How long it waits at most.
    pub longest_wait: Duration,
}

impl Default for Overtaking {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(2),
        }
    }
}

impl Overtaking {
    /// After so long, what failed last, after so many attempts, has been tried again.
    pub(super) fn until_tried_again(&self, attempts: u64) -> Duration {
        let doubled = u32::try_from(attempts)
            .ok()
            .and_then(|by| 2_u32.checked_pow(by));
        let wait = doubled.map_or(self.longest_wait, |by| self.first_wait.saturating_mul(by));
        wait.min(self.longest_wait).saturating_add(self.request)
    }
}

impl Habits {
    /// The habits of an Agent of which no more is known than when it empties a file.
    #[must_use]
    pub fn usual(cap: u64) -> Self {
        Self {
            cap,
            scan: Duration::from_secs(10),
            close: Duration::from_mins(1),
            overtaking: None,
        }
    }

    /// After so long the Agent has noticed that a file was emptied, although nothing that came since
    /// may have moved the registry's offset: it is busy at one scan, and late at the next.
    pub(super) fn until_noticed(&self) -> Duration {
        self.scan.saturating_mul(3)
    }

    /// After so long whoever read on in a file that was emptied is gone.
    pub(super) fn until_closed(&self) -> Duration {
        self.close.saturating_add(self.until_noticed())
    }
}
