//! Photos in the style of others: how much nearer the statistics come, and whether edges stay.

use retouch::{Picture, restyle};

use crate::{Photo, Sums, lots::Lots, measures::ssim_of, save};

pub(crate) fn restyling(photos: &[Photo], out: &str) {
    println!(
        "| Style | edge SSIM | least | Gram distance left: patches 3×3 | patches 5×5 at ½ | patches at ¼ | Gabor bank | Gabor bank rectified | worst |\n|---|---|---|---|---|---|---|---|---|"
    );
    for kind in ["photo", "poster", "strokes", "dots"] {
        let mut sums = Sums::default();
        let mut least: f64 = 1.0;
        let mut worst: f64 = 0.0;
        for (number, photo) in photos.iter().enumerate() {
            let mut lots = Lots(500 + number as u64);
            let style = match kind {
                "photo" => photos[(number + 5) % photos.len()].picture.clone(),
                _ => drawn(kind, &mut lots),
            };
            let result = restyle(&photo.picture, &style, 1.0, &mut |_, _| true).unwrap();
            let edge = edge_ssim(&photo.picture, &result);
            let (was, wanted, is) = (grams(&photo.picture), grams(&style), grams(&result));
            let left: Vec<f64> = (0..wanted.len())
                .map(|k| apart(&is[k], &wanted[k]) / apart(&was[k], &wanted[k]))
                .collect();
            let most = left.iter().copied().fold(0.0, f64::max);
            (least, worst) = (least.min(edge), worst.max(most));
            if std::env::var("SAY").is_ok() {
                println!("{kind} {} {edge:.3} {left:.3?}", photo.name);
            }
            sums.add(&[&[edge][..], &left].concat());
            save(&style, &format!("{out}/style-{kind}-{}-style.png", photo.name));
            save(&result, &format!("{out}/style-{kind}-{}-ours.png", photo.name));
        }
        let means = sums.means();
        let (edge, rest) = means.split_once(" | ").unwrap();
        println!("| {kind} | {edge} | {least:.3} | {rest} | {worst:.3} |");
    }
}

/// Flat illustrations and painted textures.
fn drawn(kind: &str, lots: &mut Lots) -> Picture {
    let (width, height) = (512usize, 384usize);
    let colours: Vec<[f32; 3]> =
        (0..5).map(|_| [0; 3].map(|_| lots.between(10.0, 245.0))).collect();
    let mut pixels: Vec<[f32; 3]> = vec![colours[0]; width * height];
    let count = match kind {
        "poster" => 25,
        "strokes" => 2500,
        _ => 1500,
    };
    for _ in 0..count {
        let (x, y) = (lots.unit() * width as f32, lots.unit() * height as f32);
        let colour = colours[(lots.unit() * 5.0) as usize % 5];
        let (a, b, angle) = match kind {
            "poster" => (lots.between(20.0, 130.0), lots.between(20.0, 130.0), 0.0),
            "strokes" => (
                lots.between(8.0, 26.0),
                lots.between(1.5, 4.0),
                (x / 90.0).sin() + (y / 70.0).cos(),
            ),
            _ => (lots.between(2.0, 6.0), 0.0, 0.0),
        };
        let b = if b == 0.0 { a } else { b };
        let shade = [0; 3].map(|_| 12.0 * lots.normal());
        let (sin, cos) = angle.sin_cos();
        let reach = a.max(b) as i32 + 1;
        for py in (y as i32 - reach).max(0)..(y as i32 + reach).min(height as i32) {
            for px in (x as i32 - reach).max(0)..(x as i32 + reach).min(width as i32) {
                let (dx, dy) = (px as f32 - x, py as f32 - y);
                let (u, v) = ((cos * dx + sin * dy) / a, (cos * dy - sin * dx) / b);
                let on =
                    if kind == "poster" { u.abs().max(v.abs()) < 1.0 } else { u.hypot(v) < 1.0 };
                if on {
                    let flat = if kind == "poster" { 0.0 } else { 1.0 };
                    pixels[py as usize * width + px as usize] = [0, 1, 2]
                        .map(|c| colour[c] + flat * shade[c] * (1.0 + 0.3 * (7.0 * v).sin()));
                }
            }
        }
    }
    let bytes = pixels.iter().flatten().map(|v| v.clamp(0.0, 255.0) as u8).collect();
    Picture::new(width as u32, height as u32, bytes).unwrap()
}

type Planes = (usize, usize, Vec<[f64; 3]>);

fn planes(picture: &Picture) -> Planes {
    let pixels = picture.pixels().chunks(3);
    let pixels = pixels.map(|p| [0, 1, 2].map(|c| f64::from(p[c]) / 255.0)).collect();
    (picture.width() as usize, picture.height() as usize, pixels)
}

fn halved((width, height, pixels): &Planes) -> Planes {
    let (w, h) = (width / 2, height / 2);
    let mean = |i: usize| {
        let at = (i / w * 2) * width + i % w * 2;
        [0, 1, 2].map(|c| {
            (pixels[at][c] + pixels[at + 1][c] + pixels[at + width][c] + pixels[at + width + 1][c])
                / 4.0
        })
    };
    (w, h, (0..w * h).map(mean).collect())
}

/// Gram matrices (mean products of features) of several banks.
fn grams(picture: &Picture) -> Vec<Vec<f64>> {
    let full = planes(picture);
    let half = halved(&full);
    let quarter = halved(&half);
    vec![
        patches(&full, 1),
        patches(&half, 2),
        patches(&quarter, 1),
        gabor(&[&full, &half, &quarter], false),
        gabor(&[&full, &half, &quarter], true),
    ]
}

fn patches((width, height, pixels): &Planes, reach: usize) -> Vec<f64> {
    let side = 2 * reach + 1;
    gram((0..(width - side) / 2 * ((height - side) / 2)).map(|i| {
        let across = (width - side) / 2;
        let (x, y) = (i % across * 2, i / across * 2);
        (0..side * side).flat_map(|k| pixels[(y + k / side) * width + x + k % side]).collect()
    }))
}

/// Waves of four directions and two phases in every channel, on three scales; centred.
fn gabor(scales: &[&Planes], rectified: bool) -> Vec<f64> {
    let mut result = Vec::new();
    for (width, height, pixels) in scales {
        let filters: Vec<Vec<f64>> = (0..8)
            .map(|k| {
                let (sin, cos) = (f64::from(k / 2) * std::f64::consts::FRAC_PI_4).sin_cos();
                let phase = f64::from(k % 2) * std::f64::consts::FRAC_PI_2;
                let taps: Vec<f64> = (0..49)
                    .map(|i| {
                        let (x, y) = (f64::from(i % 7 - 3), f64::from(i / 7 - 3));
                        (-(x * x + y * y) / 5.0).exp() * (1.6 * (cos * x + sin * y) + phase).cos()
                    })
                    .collect();
                let mean = taps.iter().sum::<f64>() / 49.0;
                taps.iter().map(|t| t - mean).collect()
            })
            .collect();
        let across = (width - 7) / 3;
        result.extend(gram((0..across * ((height - 7) / 3)).map(|i| {
            let (x, y) = (i % across * 3, i / across * 3);
            let mut answers = Vec::with_capacity(24);
            for filter in &filters {
                for c in [0, 1, 2] {
                    let taps = filter.iter().enumerate();
                    let at = |k: usize| pixels[(y + k / 7) * width + x + k % 7][c];
                    let sum: f64 = taps.map(|(k, tap)| tap * at(k)).sum();
                    answers.push(if rectified { sum.max(0.0) } else { sum });
                }
            }
            answers
        })));
    }
    result
}

fn gram(rows: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
    let mut sums: Vec<f64> = Vec::new();
    let mut count = 0.0;
    for row in rows {
        let n = row.len();
        sums.resize(n * n, 0.0);
        for (i, a) in row.iter().enumerate() {
            for (place, b) in sums[i * n..].iter_mut().zip(&row) {
                *place += a * b;
            }
        }
        count += 1.0;
    }
    sums.iter().map(|sum| sum / count).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn edge_ssim(a: &Picture, b: &Picture) -> f64 {
    let (width, height) = (a.width() as usize, a.height() as usize);
    let edges = |picture: &Picture| -> Vec<f64> {
        let light: Vec<f64> = picture
            .pixels()
            .chunks(3)
            .map(|p| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]))
            .collect();
        let at = |x: usize, y: usize, dx: i32, dy: i32| {
            let x = (x as i32 + dx).clamp(0, width as i32 - 1) as usize;
            let y = (y as i32 + dy).clamp(0, height as i32 - 1) as usize;
            light[y * width + x]
        };
        (0..width * height)
            .map(|i| {
                let (x, y) = (i % width, i / width);
                let gx = at(x, y, 1, -1) + 2.0 * at(x, y, 1, 0) + at(x, y, 1, 1)
                    - at(x, y, -1, -1)
                    - 2.0 * at(x, y, -1, 0)
                    - at(x, y, -1, 1);
                let gy = at(x, y, -1, 1) + 2.0 * at(x, y, 0, 1) + at(x, y, 1, 1)
                    - at(x, y, -1, -1)
                    - 2.0 * at(x, y, 0, -1)
                    - at(x, y, 1, -1);
                (gx.hypot(gy) / 4.0).min(255.0)
            })
            .collect()
    };
    ssim_of(&edges(a), &edges(b), (width, height), &|_| true)
}
