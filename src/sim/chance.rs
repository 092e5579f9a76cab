//! Seeded chance: the same seed gives the same vendor, record for record, on every machine.

// Chance is cut to the width that is asked for; which bits go is of no interest.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of numbers that looks random and is decided by what it was made of.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The chance that belongs to these numbers, such as a seed, a stream and a record.
    pub(crate) fn of(parts: &[u64]) -> Self {
        let mixed = parts.iter().fold(GOLDEN, |state, part| {
            mix(state ^ part.wrapping_mul(GOLDEN)).wrapping_add(GOLDEN)
        });
        Self(mixed)
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number from zero to one, one excluded.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `end`; zero where `end` is.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.number()) * u128::from(end)) >> 64) as u64
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of the items, each as likely as the other.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// One of the items, the first ones far more likely, as users and tools are in real logs.
    pub(crate) fn pick_skewed<T: Copy>(&mut self, items: &[T]) -> T {
        let first_biased = self
            .below(items.len() as u64)
            .min(self.below(items.len() as u64));
        items[first_biased as usize]
    }

    /// A number around `median` with the long tail that latencies have.
    pub(crate) fn latency(&mut self, median: f64) -> u64 {
        // Twelve uniform numbers add up to a bell of variance one.
        let bell: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        let spread = median * (bell * 0.9).exp();
        spread.clamp(1.0, 1e9).round() as u64
    }
}

fn mix(state: u64) -> u64 {
    let first = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let second = (first ^ (first >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    second ^ (second >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_numbers_and_other_parts_others() {
        assert_eq!(Chance::of(&[1, 2]).number(), Chance::of(&[1, 2]).number());
        assert_ne!(Chance::of(&[1, 2]).number(), Chance::of(&[2, 1]).number());
        assert_ne!(Chance::of(&[1]).number(), Chance::of(&[1, 0]).number());
    }

    #[test]
    fn a_probability_is_met_over_many_tries() {
        let mut chance = Chance::of(&[7]);
        let hits = (0..10_000).filter(|_| chance.happens(0.25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }

    #[test]
    fn latencies_lie_around_their_median_with_a_long_tail() {
        let mut chance = Chance::of(&[3]);
        let mut seen: Vec<u64> = (0..9_999).map(|_| chance.latency(400.0)).collect();
        seen.sort_unstable();
        assert!((350..450).contains(&seen[4_999]), "{}", seen[4_999]);
        assert!(seen[9_900] > 2_000, "{}", seen[9_900]);
    }
}
