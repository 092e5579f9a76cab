//! Numbers that look random and are the same for the same seed.

pub(in crate::deliver) struct Chance(u64);

impl Chance {
    pub(in crate::deliver) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From `least` up to `most`, both included.
    pub(in crate::deliver) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// Once in so many times.
    pub(in crate::deliver) fn one_in(&mut self, times: u64) -> bool {
        self.between(1, times) == 1
    }
}
