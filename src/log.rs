//! One record becomes one log.

/// What becomes of records older than Datadog takes at their own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooOld {
    /// Sent without `timestamp`, marked late.
    Restamp,
    /// Sent with it all the same.
    Keep,
    /// Not sent, counted.
    Skip,
}
