//! Clocks that stand unless somebody waits: a wait moves the vendor's clock as well as ours.

use std::sync::Arc;
use std::time::Duration;

use logwalk::error::Result;
use logwalk::fetch::Surroundings;
use logwalk::sim::Running;
use logwalk::time::Time;

/// The chance that tests have: the same each time.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 up to `most`, without it.
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most
    }

    pub(crate) fn happens(&mut self, in_a_hundred: u64) -> bool {
        self.below(100) < in_a_hundred
    }
}

#[derive(Clone)]
pub(crate) struct Around(pub(crate) Arc<Running>);

impl Surroundings for Around {
    fn now(&self) -> Time {
        self.0.clock().now()
    }

    fn tick(&self) -> Duration {
        Duration::from_millis(self.now().0.unsigned_abs())
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.0.clock().advance(span.max(Duration::from_millis(1)));
        Ok(())
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn cancelled(&self) -> bool {
        false
    }
}
