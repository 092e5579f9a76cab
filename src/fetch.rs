//! One call over the network: authenticated, paced, tried again, bounded.

/// How requests are made: the options every Agent check has.
#[derive(Debug, Clone, Default)]
pub struct Options {}
