//! The sampler alone, on logits that a test writes.

use proptest::prelude::*;

use super::*;

fn sampler(temperature: f32, top_k: usize, top_p: f32) -> Sampler {
    let asked = Sampling {
        temperature: Some(temperature),
        top_k: Some(top_k as u32),
        top_p: Some(top_p),
        seed: 7,
        ..Sampling::default()
    };
    Sampler::new(SamplerSettings::new(&asked, &Defaults::default()))
}

fn ids(sampler: &Sampler, logits: &[f32]) -> Vec<u32> {
    sampler.candidates(logits).unwrap().iter().map(|candidate| candidate.0).collect()
}

#[test]
fn each_limit_keeps_the_likeliest() {
    // Probabilities 0.1, 0.6, 0.1, 0.2.
    let logits = [0.1_f32.ln(), 0.6_f32.ln(), 0.1_f32.ln(), 0.2_f32.ln()];
    let cases: [(f32, usize, f32, &[u32]); 6] = [
        (1.0, 99, 1.0, &[1, 3, 0, 2]),
        (0.0, 99, 1.0, &[1]),
        (1.0, 2, 1.0, &[1, 3]),
        (1.0, 99, 0.5, &[1]),
        (1.0, 99, 0.7, &[1, 3]),
        (1.0, 99, 0.0, &[1]),
    ];
    for (temperature, top_k, top_p, expected) in cases {
        assert_eq!(ids(&sampler(temperature, top_k, top_p), &logits), expected);
    }
}

#[test]
fn draws_follow_the_probabilities() {
    let logits = [0.7_f32.ln(), 0.3_f32.ln()];
    let mut sampler = sampler(1.0, 99, 1.0);
    let draws = 20_000;
    let ones = (0..draws).filter(|_| sampler.draw(&logits, None, None).unwrap() == 1).count();
    // Five standard deviations: 5 · √(20,000 · 0.3 · 0.7) = 324.
    assert!(ones.abs_diff(6_000) < 324, "{ones}");
}

#[derive(Debug)]
struct Only(u32);

impl SamplerHook for Only {
    fn reweigh(&mut self, _previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
        let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
        assert!((sum - 1.0).abs() < 1e-5);
        assert!(candidates.is_sorted_by(|a, b| a.1 >= b.1));
        for candidate in candidates {
            candidate.1 = if candidate.0 == self.0 { 0.1 } else { 0.0 };
        }
    }
}

#[test]
fn the_hook_has_its_say() {
    let mut sampler = sampler(1.0, 99, 1.0);
    for wanted in 0..4 {
        assert_eq!(sampler.draw(&[0.0; 4], None, Some(&mut Only(wanted))).unwrap(), wanted);
    }
    let refused = sampler.draw(&[0.0; 4], None, Some(&mut Only(9)));
    assert!(refused.unwrap_err().to_string().contains("no candidate"));
}

#[test]
fn damaged_logits_are_an_error() {
    assert!(sampler(1.0, 9, 1.0).draw(&[0.0, f32::NAN], None, None).is_err());
    assert!(sampler(1.0, 9, 1.0).draw(&[], None, None).is_err());
}

#[test]
fn a_seed_means_the_same_for_ever() {
    let mut sampler = sampler(1.0, 99, 1.0);
    let drawn: Vec<u32> = (0..8).map(|_| sampler.draw(&[0.0; 100], None, None).unwrap()).collect();
    assert_eq!(drawn, [81, 91, 5, 52, 67, 69, 53, 75]);
}

proptest! {
    #[test]
    fn candidates_are_a_distribution(
        logits in prop::collection::vec(-30.0_f32..30.0, 1..3000),
        temperature in 0.0_f32..2.0, top_k in 1_usize..2000, top_p in 0.0_f32..=1.0,
    ) {
        let candidates = sampler(temperature, top_k, top_p).candidates(&logits).unwrap();
        let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
        prop_assert!((sum - 1.0).abs() < 1e-4);
        prop_assert!(candidates.is_sorted_by(|a, b| a.1 >= b.1));
        prop_assert!(candidates.len() <= top_k.min(CANDIDATES_MAX));
    }
}

/// Greedy draws with changed settings.
fn greedy(logits: &[f32], count: usize, change: impl FnOnce(&mut SamplerSettings)) -> Vec<u32> {
    let mut sampler = sampler(0.0, 9, 1.0);
    change(&mut sampler.settings);
    sampler.read(&[0]);
    (0..count).map(|_| sampler.draw(logits, None, None).unwrap()).collect()
}

#[test]
fn penalties_and_biases_move_the_choice() {
    let logits = [1.0, 0.9, 0.5, -0.1];
    assert_eq!(greedy(&logits, 3, |_| {}), [0, 0, 0]);
    assert_eq!(greedy(&logits, 4, |s| s.presence_penalty = 0.45), [0, 1, 0, 0]);
    assert_eq!(greedy(&logits, 5, |s| s.frequency_penalty = 0.3), [0, 1, 0, 1, 2]);
    // The prompt has token 0, so it is penalised before it is written.
    assert_eq!(greedy(&logits, 3, |s| s.repetition_penalty = 2.0), [1, 0, 0]);
    assert_eq!(greedy(&logits, 1, |s| s.logit_bias = [(0, -100.0), (3, 2.0)].into()), [3]);
    let mut none = sampler(1.0, 9, 1.0);
    none.settings.logit_bias = [(0, -100.0)].into();
    assert!(none.draw(&[1.0], None, None).is_err());
}

#[test]
fn min_p_drops_what_is_unlikely_beside_the_likeliest() {
    let mut sampler = sampler(1.0, 99, 1.0);
    let logits = [0.6_f32.ln(), 0.3_f32.ln(), 0.1_f32.ln()];
    for (min_p, expected) in [(0.0, 3), (0.3, 2), (0.6, 1), (1.0, 1)] {
        sampler.settings.min_p = min_p;
        assert_eq!(sampler.candidates(&logits).unwrap().len(), expected, "{min_p}");
    }
}

#[test]
fn log_probabilities_are_those_of_the_network() {
    let mut sampler = sampler(0.0, 1, 1.0);
    sampler.settings.top_logprobs = Some(2);
    sampler.settings.presence_penalty = 2.0;
    let logits = [0.6_f32.ln() + 7.0, 0.3_f32.ln() + 7.0, 0.1_f32.ln() + 7.0];
    for (drawn, expected) in [(0, 0.6_f32), (1, 0.3)] {
        assert_eq!(sampler.draw(&logits, None, None).unwrap(), drawn);
        let opinion = sampler.opinions.last().unwrap();
        assert!((opinion.token.1 - expected.ln()).abs() < 1e-4, "{opinion:?}");
        assert_eq!(opinion.likeliest.iter().map(|one| one.0).collect::<Vec<_>>(), [0, 1]);
    }
}

proptest! {
    #[test]
    fn the_likeliest_are_those_that_comparing_finds(
        logits in prop::collection::vec(
            prop_oneof![any::<f32>(), (-3_i8..3).prop_map(f32::from), Just(-0.0_f32)],
            0..60,
        ),
        count in 0_usize..70,
    ) {
        let mut expected: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
        expected.retain(|candidate| candidate.1 > f32::NEG_INFINITY);
        expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        expected.truncate(if count == 0 { usize::MAX } else { count });
        let bits = |all: Vec<(u32, f32)>| -> Vec<(u32, u32)> {
            all.into_iter().map(|(id, logit)| (id, logit.to_bits())).collect()
        };
        prop_assert_eq!(bits(likeliest(&logits, count)), bits(expected));
    }
}
