//! Sounds that nobody recorded: chords that change, with breath and beats.

/// Numbers in −1 to 1 (xorshift64*, Vigna 2016).
pub(crate) fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let bits = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        bits as f32 / (1_u32 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A tune of so many seconds; every seed has its own.
pub(crate) fn tune(seed: u64, rate: u32, seconds: u32) -> Vec<f32> {
    let count = (rate * seconds) as usize;
    let draws = noise(seed + 1000, 4096);
    let draw = |at: usize| draws[at % draws.len()] * 0.5 + 0.5;
    let mut breath = noise(seed + 2000, count);
    // Breath is softer at high frequencies.
    let mut last = 0.0;
    for sample in &mut breath {
        last += 0.25 * (*sample - last);
        *sample = last;
    }
    (0..count)
        .map(|at| {
            let time = at as f32 / rate as f32;
            let (beat, since) = ((time / 0.31) as usize, (time % 0.31) / 0.31);
            let loud = (-4.0 * since).exp() * (since * 60.0).min(1.0);
            let chord = (0..3).map(|voice| {
                let step = (draw(beat / 2 * 3 + voice) * 24.0).floor();
                let hertz = 130.0 * (step / 12.0).exp2();
                let overtones = (1..24).filter(|n| hertz * *n as f32 * 2.2 < rate as f32);
                let tone = overtones.map(|n| {
                    let turn = std::f32::consts::TAU * (hertz * n as f32 * time).fract();
                    turn.sin() / (n as f32).powf(1.2)
                });
                tone.sum::<f32>()
            });
            0.12 * loud * chord.sum::<f32>() + breath[at] * (0.05 + 0.25 * loud * draw(beat + 7))
        })
        .collect()
}
