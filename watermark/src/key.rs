//! The secret of an installation's marks, and what is drawn from it.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secret behind every mark of an installation.
///
/// Who holds it can read marks, and can also make them: keep it like a signing key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct WatermarkKey([u8; 32]);

impl WatermarkKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The numbers of one purpose; purposes with different names are independent.
    pub(crate) fn numbers(&self, purpose: &str) -> Numbers {
        // HMAC pads a short key with zeros to the block of its hash (RFC 2104).
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(padded, byte)| *padded = byte);
        let mac = Hmac::<Sha256>::new(&block.into()).chain_update(purpose);
        block.zeroize();
        Numbers { mac, counter: 0, rest: Vec::new() }
    }
}

impl fmt::Debug for WatermarkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatermarkKey(..)")
    }
}

/// An endless row of numbers: HMAC-SHA256 of the purpose and a counter.
pub(crate) struct Numbers {
    mac: Hmac<Sha256>,
    counter: u64,
    rest: Vec<u8>,
}

impl Numbers {
    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        if self.rest.is_empty() {
            let block = self.mac.clone().chain_update(self.counter.to_be_bytes()).finalize();
            self.rest = block.into_bytes().to_vec();
            self.counter += 1;
        }
        let at = self.rest.len().saturating_sub(8);
        self.rest.split_off(at).into_iter().fold(0, |bits, byte| bits << 8 | u64::from(byte))
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn fraction(&mut self) -> f64 {
        // 53 bits are what the mantissa holds.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = (self.fraction() * (last + 1) as f64) as usize;
            list.swap(last, other.min(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", WatermarkKey::new([7; 32])), "WatermarkKey(..)");
    }

    #[test]
    fn numbers_are_those_of_hmac_sha256() {
        // python3 -c "import hmac; print(hmac.new(bytes(range(32)), b'test' + bytes(8), 'sha256').hexdigest()[-16:])"
        let key = WatermarkKey::new(std::array::from_fn(|i| i as u8));
        assert_eq!(format!("{:016x}", key.numbers("test").bits()), "d6114d8fd212299f");
    }

    #[test]
    fn purposes_and_keys_are_independent() {
        let draw = |secret, purpose| WatermarkKey::new([secret; 32]).numbers(purpose).bits();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn fractions_fill_their_range_evenly() {
        let mut numbers = WatermarkKey::new([3; 32]).numbers("test");
        let drawn: Vec<f64> = (0..4000).map(|_| numbers.fraction()).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        // The mean of 4,000 has a standard error of 0.0046.
        assert!((drawn.iter().sum::<f64>() / 4000.0 - 0.5).abs() < 0.02);
    }

    #[test]
    fn shuffling_keeps_every_element() {
        let mut list: Vec<u32> = (0..100).collect();
        WatermarkKey::new([3; 32]).numbers("test").shuffle(&mut list);
        assert!(list.iter().zip(0..).filter(|(a, b)| **a == *b).count() < 10);
        list.sort_unstable();
        assert!(list.into_iter().eq(0..100));
    }
}
