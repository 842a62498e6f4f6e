//! The text mark over whole texts of a synthetic language.

use crate::language::{Language, Writer};
use types::Mark;
use watermark::{TextMark, WatermarkKey, text};

const BOUND: f64 = 1e-6;

fn key() -> WatermarkKey {
    WatermarkKey::new([42; 32])
}

/// Another key for every text: under one key, texts that share phrases share their luck.
fn stranger(seed: u64) -> WatermarkKey {
    WatermarkKey::new(std::array::from_fn(|i| seed.to_le_bytes()[i % 8]))
}

fn marked(writer: &mut Writer, tokens: usize) -> (Vec<u32>, Mark) {
    let mut mark = TextMark::new(&key());
    let text = writer.write(tokens, |previous, candidates| mark.reweigh(previous, candidates));
    (text, mark.outcome())
}

fn unmarked(writer: &mut Writer, tokens: usize) -> Vec<u32> {
    writer.write(tokens, |_, _| {})
}

/// How many of `texts` marked texts are found after `edit`.
fn found(texts: u64, edit: impl Fn(&mut Writer, Vec<u32>) -> Vec<u32>) -> usize {
    let detected = (0..texts).filter(|seed| {
        let mut writer = Writer::new(Language::LIVELY, *seed);
        let (text, _) = marked(&mut writer, 200);
        text::detect(&[key()], &edit(&mut writer, text)).p_value < BOUND
    });
    detected.count()
}

#[test]
fn two_hundred_tokens_are_found() {
    for seed in 0..40 {
        let (text, mark) = marked(&mut Writer::new(Language::LIVELY, seed), 200);
        assert!(matches!(mark, Mark::Statistical { tokens_marked, .. } if tokens_marked > 60));
        let detection = text::detect(&[key()], &text);
        assert!(detection.p_value < BOUND && detection.decidable, "{seed}: {detection:?}");
        let stranger = text::detect(&[WatermarkKey::new([43; 32])], &text);
        assert!(stranger.p_value > BOUND, "another key finds nothing: {stranger:?}");
    }
}

#[test]
fn most_edited_texts_are_found() {
    let deleted =
        found(40, |writer, text| text.into_iter().filter(|_| writer.fraction() > 0.3).collect());
    let replaced = found(40, |writer, text| {
        let strange = unmarked(writer, text.len());
        text.into_iter()
            .zip(strange)
            .map(|(a, b)| if writer.fraction() < 0.3 { b } else { a })
            .collect()
    });
    assert!(deleted >= 32 && replaced >= 24, "deleted {deleted}, replaced {replaced} of 40");
}

#[test]
fn a_marked_passage_is_found_in_a_longer_text() {
    for seed in 0..10 {
        let mut writer = Writer::new(Language::LIVELY, seed);
        let (before, after) = (unmarked(&mut writer, 500), unmarked(&mut writer, 400));
        let (passage, _) = marked(&mut writer, 300);
        let text = [before, passage, after].concat();
        let detection = text::detect(&[key()], &text);
        let found: Vec<_> = detection.passages.iter().map(|found| found.tokens.clone()).collect();
        let inside = found.iter().cloned().flatten().filter(|at| (500..800).contains(at)).count();
        let all: usize = found.iter().map(ExactSizeIterator::len).sum();
        assert!(inside >= 250 && all <= inside + 40, "{found:?}");
    }
}

#[test]
fn unmarked_texts_are_not_found_and_their_p_values_hold() {
    let mut p_values: Vec<f64> = (0..400)
        .map(|seed| {
            let mut writer = Writer::new(Language::LIVELY, 10_000 + seed);
            text::detect(&[stranger(seed)], &unmarked(&mut writer, 300)).p_value
        })
        .collect();
    assert!(p_values.iter().all(|p| *p > BOUND));
    p_values.sort_by(f64::total_cmp);
    // A valid p-value is at most α with probability at most α. By Dvoretzky, Kiefer and Wolfowitz
    // 400 texts exceed this by √(ln 1000 / 800) once in a thousand samples.
    for (rank, p) in p_values.iter().enumerate() {
        let share = (rank + 1) as f64 / 400.0;
        assert!(share <= p + 0.093, "{share} of the unmarked texts have p ≤ {p}");
    }
}

#[test]
fn scores_of_unmarked_texts_are_standard_normal() {
    let mut scores: Vec<f64> = (0..400)
        .map(|seed| {
            let mut writer = Writer::new(Language::DULL, 20_000 + seed);
            text::detect(&[stranger(seed)], &unmarked(&mut writer, 150)).z
        })
        .collect();
    scores.sort_by(f64::total_cmp);
    // Kolmogorov and Smirnov: 1.95 / √400 is exceeded once in a thousand samples.
    let distance = scores.iter().enumerate().map(|(rank, z)| {
        let normal = f64::midpoint(1.0, libm::erf(z / std::f64::consts::SQRT_2));
        (normal - rank as f64 / 400.0).abs().max((normal - (rank + 1) as f64 / 400.0).abs())
    });
    let distance = distance.fold(0.0, f64::max);
    assert!(distance < 0.0975, "{distance}");
}

#[test]
fn dull_texts_say_that_they_carry_nothing() {
    let (text, mark) = marked(&mut Writer::new(Language::FIXED, 1), 300);
    assert!(
        matches!(mark, Mark::NotMarkable { reason } if reason.starts_with("too little freedom"))
    );
    assert!(text::detect(&[key()], &text).p_value > BOUND);
    let (_, mark) = marked(&mut Writer::new(Language::LIVELY, 1), 12);
    assert!(matches!(mark, Mark::NotMarkable { reason } if reason.starts_with("short text")));
}

#[test]
fn fifty_lively_tokens_are_enough_and_the_mark_says_so() {
    let mut agreed = 0;
    for seed in 0..40 {
        let (text, mark) = marked(&mut Writer::new(Language::LIVELY, 500 + seed), 50);
        if matches!(mark, Mark::Statistical { .. }) {
            let detection = text::detect(&[key()], &text);
            assert!(detection.decidable && !detection.passages.is_empty(), "{seed}: {detection:?}");
            agreed += 1;
        }
    }
    assert!(agreed >= 36, "{agreed} of 40 say that they are marked");
}

#[test]
fn two_passages_are_told_apart_under_the_right_key() {
    let mut writer = Writer::new(Language::LIVELY, 7);
    let (passage, _) = marked(&mut writer, 200);
    let (again, _) = marked(&mut writer, 200);
    let (before, between) = (unmarked(&mut writer, 300), unmarked(&mut writer, 300));
    let text = [before, passage, between, again].concat();
    let keys = [WatermarkKey::new([43; 32]), key(), WatermarkKey::new([44; 32])];
    let detection = text::detect(&keys, &text);
    assert_eq!(detection.key, 1);
    let bounds = [(300, 500), (800, 1000)];
    assert_eq!(detection.passages.len(), 2, "{detection:?}");
    for (passage, (from, to)) in detection.passages.iter().zip(bounds) {
        assert!(passage.tokens.start.abs_diff(from) < 25, "{passage:?}");
        assert!(passage.tokens.end.abs_diff(to) < 25, "{passage:?}");
        assert!(passage.p_value < BOUND);
    }
}
