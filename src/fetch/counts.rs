//! What was asked and how it went, for the metrics.

use std::collections::BTreeMap;
use std::time::Duration;

/// What was asked since somebody last took the counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests by what came back: `2xx`, `3xx`, `4xx`, `5xx`, or `error` for no reply.
    pub requests: BTreeMap<&'static str, u64>,
    /// Requests that repeated one before.
    pub retries: u64,
    /// Time spent waiting because of a quota, ours or the API's.
    pub throttled: Duration,
}

impl Counts {
    /// Whether the API gave a 2xx.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.requests.contains_key("2xx")
    }

    pub(super) fn count(&mut self, status: Option<u16>) {
        let class = match status {
            Some(200..300) => "2xx",
            Some(300..400) => "3xx",
            Some(400..500) => "4xx",
            Some(500..600) => "5xx",
            _ => "error",
        };
        *self.requests.entry(class).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_the_class_of_their_status() {
        let mut counts = Counts::default();
        for status in [
            Some(200),
            Some(301),
            Some(404),
            Some(503),
            Some(599),
            None,
            Some(999),
        ] {
            counts.count(status);
        }
        let expected = [("2xx", 1), ("3xx", 1), ("4xx", 1), ("5xx", 2), ("error", 2)];
        assert_eq!(counts.requests, BTreeMap::from(expected));
    }

    #[test]
    fn only_a_2xx_proves_a_connection() {
        let mut counts = Counts::default();
        counts.count(Some(401));
        assert!(!counts.connected());
        counts.count(Some(204));
        assert!(counts.connected());
    }
}
