//! How near a picture is to another.

use retouch::Picture;

/// Peak signal to noise in dB over the pixels that `inside` names.
pub(crate) fn psnr(a: &Picture, b: &Picture, inside: impl Fn(usize) -> bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (place, (a, b)) in a.pixels().chunks(3).zip(b.pixels().chunks(3)).enumerate() {
        if inside(place) {
            sum += a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>();
            count += 3.0;
        }
    }
    if sum == 0.0 { 99.0 } else { 10.0 * (255.0f64.powi(2) * count / sum).log10() }
}

/// Structural similarity (Gaussian window of deviation 1.5, reach 5; mean over the channels), over
/// the pixels that `inside` names.
pub(crate) fn ssim(a: &Picture, b: &Picture, inside: impl Fn(usize) -> bool) -> f64 {
    let size = (a.width() as usize, a.height() as usize);
    let total: f64 = (0..3)
        .map(|channel| {
            let plane = |p: &Picture| -> Vec<f64> {
                p.pixels().iter().skip(channel).step_by(3).map(|v| f64::from(*v)).collect()
            };
            ssim_of(&plane(a), &plane(b), size, &inside)
        })
        .sum();
    total / 3.0
}

pub(crate) fn ssim_of(
    a: &[f64],
    b: &[f64],
    size: (usize, usize),
    inside: &impl Fn(usize) -> bool,
) -> f64 {
    let times =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    let (ma, mb) = (smooth(a, size), smooth(b, size));
    let (aa, bb, ab) =
        (smooth(&times(a, a), size), smooth(&times(b, b), size), smooth(&times(a, b), size));
    let (c1, c2) = ((0.01f64 * 255.0).powi(2), (0.03f64 * 255.0).powi(2));
    let (mut sum, mut count) = (0.0, 0.0);
    for place in (0..a.len()).filter(|place| inside(*place)) {
        let (x, y) = (ma[place], mb[place]);
        let (vx, vy, vxy) = (aa[place] - x * x, bb[place] - y * y, ab[place] - x * y);
        sum += (2.0 * x * y + c1) * (2.0 * vxy + c2) / ((x * x + y * y + c1) * (vx + vy + c2));
        count += 1.0;
    }
    sum / count
}

fn smooth(values: &[f64], (width, height): (usize, usize)) -> Vec<f64> {
    let taps: Vec<f64> = (-5i32..=5).map(|i| (-0.5 * (f64::from(i) / 1.5).powi(2)).exp()).collect();
    let sum: f64 = taps.iter().sum();
    let along = |values: &[f64], length: usize, step: usize, start: usize, out: &mut Vec<f64>| {
        for i in 0..length as i32 {
            let value: f64 = taps
                .iter()
                .zip(-5i32..)
                .map(|(tap, d)| {
                    let at = (i + d).clamp(0, length as i32 - 1) as usize;
                    tap * values[start + at * step]
                })
                .sum();
            out.push(value / sum);
        }
    };
    let mut rows = Vec::with_capacity(values.len());
    for y in 0..height {
        along(values, width, 1, y * width, &mut rows);
    }
    let mut columns = Vec::with_capacity(values.len());
    for x in 0..width {
        along(&rows, height, width, x, &mut columns);
    }
    let mut result = vec![0.0; values.len()];
    for (place, value) in columns.into_iter().enumerate() {
        result[place % height * width + place / height] = value;
    }
    result
}
