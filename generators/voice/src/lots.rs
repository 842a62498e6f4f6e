//! Numbers that look random and are the same every time (SplitMix64).

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Lots(u64);

impl Lots {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly between −1 and 1.
    pub(crate) fn between(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }

    /// White noise with a root mean square of one.
    pub(crate) fn noise(&mut self) -> f32 {
        (self.between() + self.between()) * 1.224_745
    }
}
