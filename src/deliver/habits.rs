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
}

impl Habits {
    /// The habits of an Agent of which no more is known than when it empties a file.
    #[must_use]
    pub fn usual(cap: u64) -> Self {
        Self {
            cap,
            scan: Duration::from_secs(10),
            close: Duration::from_mins(1),
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
