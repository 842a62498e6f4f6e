//! Noise that is the same on every machine and in every release for the same seed.

use chacha20::{ChaCha8Rng, rand_core::Rng as _};

/// `count` normal numbers by Box and Muller's method, computed in f64 and rounded once.
pub(crate) fn normal(rng: &mut ChaCha8Rng, count: usize) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(count + 1);
    while numbers.len() < count {
        let radius = (-2.0 * uniform(rng).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * uniform(rng)).sin_cos();
        numbers.extend([(radius * cosine) as f32, (radius * sine) as f32]);
    }
    numbers.truncate(count);
    numbers
}

/// A number above 0 and at most 1.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use chacha20::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn moments_are_those_of_the_normal_distribution() {
        let numbers = normal(&mut ChaCha8Rng::seed_from_u64(1), 100_001);
        assert_eq!(numbers.len(), 100_001);
        let moment = |power: i32| {
            let sum: f64 = numbers.iter().map(|x| f64::from(*x).powi(power)).sum();
            sum / numbers.len() as f64
        };
        // Each bound is five standard errors.
        assert!(moment(1).abs() < 0.016);
        assert!((moment(2) - 1.0).abs() < 0.023);
        assert!((moment(4) - 3.0).abs() < 0.16);
    }

    #[test]
    fn a_seed_always_gives_the_same_noise() {
        let first = normal(&mut ChaCha8Rng::seed_from_u64(7), 3);
        assert_eq!(first, normal(&mut ChaCha8Rng::seed_from_u64(7), 4)[..3]);
        assert_ne!(first, normal(&mut ChaCha8Rng::seed_from_u64(8), 3));
    }
}
