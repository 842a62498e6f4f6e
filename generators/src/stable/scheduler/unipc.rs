//! UniPC of order 2 with B₂(h) (Zhao and others, 2023), on predicted pictures.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

/// What the steps before leave behind.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Predicted pictures of the last two steps, the latest last.
    predicted: Vec<Vec<f32>>,
    /// What the last step began with.
    before: Option<Vec<f32>>,
    order: usize,
    done: usize,
}

/// Picture and noise in a sample of this noise level.
pub(crate) fn shares(sigma: f64) -> (f64, f64) {
    let picture = 1.0 / (sigma * sigma + 1.0).sqrt();
    (picture, sigma * picture)
}

/// How a step changes numbers: from one noise level to another.
struct Move {
    /// What is left of the sample.
    left: f64,
    picture: f64,
    /// e^−h − 1, which is also B₂.
    shrink: f64,
    h: f64,
}

impl Move {
    fn new(from: f64, to: f64) -> Self {
        let ((picture, noise), (_, before)) = (shares(to), shares(from));
        // The logarithm of picture over noise is minus that of the noise level.
        let h = from.ln() - to.ln();
        Self { left: noise / before, picture, shrink: (-h).exp_m1(), h }
    }

    /// Where another level lies, counted in lengths of this step.
    fn place(&self, from: f64, other: f64) -> f64 {
        (from.ln() - other.ln()) / self.h
    }
}

impl History {
    /// From the sample before step `at` and the picture predicted of it to the sample after it.
    pub(crate) fn step(
        &mut self,
        (sigmas, at): (&[f64], usize),
        predicted: Vec<f32>,
        sample: &[f32],
    ) -> Vec<f32> {
        let corrected = self.corrected(sigmas, at, &predicted);
        let sample = corrected.unwrap_or_else(|| sample.to_vec());
        if self.predicted.len() == 2 {
            self.predicted.remove(0);
        }
        self.predicted.push(predicted);
        let steps = sigmas.len() - 1;
        self.order = 2.min(steps - at).min(self.done + 1);
        self.done += 1;
        let next = self.predict(sigmas, at, &sample);
        self.before = Some(sample);
        next
    }

    fn predict(&self, sigmas: &[f64], at: usize, sample: &[f32]) -> Vec<f32> {
        let step = Move::new(sigmas[at], sigmas[at + 1]);
        let latest = &self.predicted[self.predicted.len() - 1];
        let mut weights = [step.left, -step.picture * step.shrink, 0.0];
        let mut earlier = latest;
        if self.order == 2 {
            earlier = &self.predicted[self.predicted.len() - 2];
            let slope = 0.5 / step.place(sigmas[at], sigmas[at - 1]);
            let change = -step.picture * step.shrink * slope;
            weights[1] -= change;
            weights[2] += change;
        }
        mixed(weights, [sample, latest, earlier])
    }

    /// The sample of step `at` once more, now that it is known where the last step led.
    fn corrected(&self, sigmas: &[f64], at: usize, now: &[f32]) -> Option<Vec<f32>> {
        let before = self.before.as_deref()?;
        let step = Move::new(sigmas[at - 1], sigmas[at]);
        let count = self.predicted.len();
        let latest = &self.predicted[count - 1];
        let (scale, full) = (-step.picture * step.shrink, step.left);
        if self.order < 2 {
            let weights = [full, 0.5 * scale, 0.5 * scale];
            return Some(mixed(weights, [before, latest, now]));
        }
        let earlier = &self.predicted[count - 2];
        let place = step.place(sigmas[at - 1], sigmas[at - 2]);
        let hh = -step.h;
        let first = step.shrink / hh - 1.0;
        let second = first / hh - 0.5;
        let (b1, b2) = (first / step.shrink, 2.0 * second / step.shrink);
        // Solves w₁ + w₂ = b₁ and place·w₁ + w₂ = b₂.
        let w1 = (b1 - b2) / (1.0 - place);
        let w2 = b1 - w1;
        let slope = w1 / place;
        let weights = [full, scale * (1.0 - slope - w2), scale * slope];
        let mut out = mixed(weights, [before, latest, earlier]);
        out.iter_mut().zip(now).for_each(|(x, now)| *x += (scale * w2) as f32 * now);
        Some(out)
    }
}

fn mixed(weights: [f64; 3], of: [&[f32]; 3]) -> Vec<f32> {
    let [a, b, c] = weights.map(|weight| weight as f32);
    let [x, y, z] = of;
    x.iter().zip(y).zip(z).map(|((x, y), z)| a * x + b * y + c * z).collect()
}
