//! Garments drawn by program, warped in known ways onto photos, and tried on again.

use retouch::{Mask, Picture, try_on};

use crate::{Photo, Sums, lots::Lots, measures::ssim, save};

const SIDE: usize = 320;
const SHAPES: [&str; 5] = ["shirt", "dress", "trousers", "coat", "poncho"];
const WARPS: [&str; 6] = ["turn", "perspective", "bend", "waves", "swirl", "thin plate"];

pub(crate) fn trying(photos: &[Photo], out: &str) {
    println!(
        "| Warp | SSIM inside the mask: affine paste | try_on with the garment's mask | without |\n|---|---|---|---|"
    );
    let mut all = Sums::default();
    let mut wins = 0.0;
    for (kind, warp) in WARPS.iter().enumerate() {
        let mut sums = Sums::default();
        for (number, shape) in SHAPES.iter().enumerate() {
            for strength in [0.5, 1.0] {
                let mut lots = Lots((kind * 100 + number * 10) as u64 + strength as u64);
                let (garment, cut) = garment(shape, photos, &mut lots);
                let map = map(warp, strength, &mut lots);
                let ground = &photos[(kind * 5 + number + 1) % photos.len()].picture;
                let (truth, mask) = worn(ground, &garment, &cut, &map);
                let person = person(ground, &mask, &mut lots);
                let inside = |place: usize| mask.values()[place] > 0;
                let affine = pasted(&person, &garment, &mask, &cut);
                let told = try_on(&person, &garment, &mask, Some(&cut), &mut |_, _| true).unwrap();
                let found = try_on(&person, &garment, &mask, None, &mut |_, _| true).unwrap();
                let row = [&affine, &told, &found].map(|p| ssim(&truth, p, inside));
                wins += f64::from(u8::from(row[1] > row[0]));
                sums.add(&row);
                all.add(&row);
                if std::env::var("SAY").is_ok() {
                    println!("{warp} {shape} {strength}: {row:.3?}");
                }
                let name = format!("{out}/wear-{}-{shape}-{strength}", warp.replace(' ', ""));
                for (picture, what) in [
                    (&garment, "garment"),
                    (&truth, "truth"),
                    (&person, "person"),
                    (&affine, "affine"),
                    (&told, "ours"),
                ] {
                    save(picture, &format!("{name}-{what}.png"));
                }
            }
        }
        println!("| {warp} | {} |", sums.means());
    }
    println!(
        "| all | {} |\n\ntry_on is nearer in {wins} of {}",
        all.means(),
        WARPS.len() * SHAPES.len() * 2
    );
}

/// A garment in front of a plain ground, and where it is.
fn garment(shape: &str, photos: &[Photo], lots: &mut Lots) -> (Picture, Mask) {
    let cloth = &photos[(lots.unit() * photos.len() as f32) as usize % photos.len()].picture;
    let colours: Vec<[f32; 3]> =
        (0..3).map(|_| [0; 3].map(|_| lots.between(20.0, 215.0))).collect();
    let (pattern, period) = ((lots.unit() * 4.0) as usize, lots.between(14.0, 34.0));
    let (mut pixels, mut values) = (Vec::new(), Vec::new());
    for y in 0..SIDE {
        for x in 0..SIDE {
            let at = [2.2 * x as f32 / SIDE as f32 - 1.1, 2.2 * y as f32 / SIDE as f32 - 1.1];
            let inside = is_inside(shape, at[0].abs(), at[1]);
            values.push(if inside { 255 } else { 0 });
            let (a, b) = ((x as f32 / period) as usize, (y as f32 / period) as usize);
            let colour = match pattern {
                0 => colours[b % 2],
                1 => colours[(a + b) % 3],
                2 => {
                    colours[usize::from(
                        (x as f32 % period - period / 2.0).hypot(y as f32 % period - period / 2.0)
                            < period / 3.0,
                    )]
                }
                _ => {
                    let place = ((y + 60) * cloth.width() as usize + x + 80) * 3;
                    [0, 1, 2].map(|c| 0.9 * f32::from(cloth.pixels()[place + c]))
                }
            };
            let colour = if inside { colour } else { [244.0; 3] };
            pixels.extend(colour.map(|v| (v + 2.0 * lots.normal()).clamp(0.0, 255.0) as u8));
        }
    }
    (
        Picture::new(SIDE as u32, SIDE as u32, pixels).unwrap(),
        Mask::new(SIDE as u32, SIDE as u32, values).unwrap(),
    )
}

fn is_inside(shape: &str, x: f32, y: f32) -> bool {
    match shape {
        "shirt" => {
            let body = x < 0.55 && (-0.8..0.9).contains(&y);
            let sleeve = (0.5..0.98).contains(&x)
                && y > -0.8 + 0.55 * (x - 0.5)
                && y < -0.25 + 0.5 * (x - 0.5);
            (body || sleeve) && x.hypot(y + 0.85) > 0.22
        }
        "dress" => {
            let side = if y < -0.1 { 0.42 - 0.12 * (y + 0.9) } else { 0.32 + 0.55 * (y + 0.1) };
            (-0.95..0.95).contains(&y) && x < side && (x > 0.18 || y > -0.7)
        }
        "trousers" => {
            (-0.95..0.95).contains(&y)
                && x < 0.45 + 0.1 * y
                && (y < -0.35 || x > 0.08 + 0.05 * (y + 0.35))
        }
        "coat" => {
            let body = x < 0.5 + 0.1 * y && (-0.9..0.95).contains(&y);
            let arm = (0.38..0.85).contains(&x)
                && y > -0.9 + 0.7 * (x - 0.38)
                && y < 0.35 - 0.3 * x
                && x > 0.4 + 0.15 * (y + 0.9);
            (body || arm) && !(x < 0.2 - 0.5 * (y + 0.9) && y < -0.5)
        }
        _ => x + 0.75 * (y - 0.1).abs() < 0.95 && x.hypot(y + 0.95) > 0.3,
    }
}

type Map = Box<dyn Fn([f32; 2]) -> [f32; 2]>;

/// From the person's frame to the garment's, both −1.1 to 1.1.
fn map(warp: &str, strength: f32, lots: &mut Lots) -> Map {
    let s = strength * if lots.unit() < 0.5 { -1.0 } else { 1.0 };
    let (a, b) = (lots.between(0.7, 1.0), lots.between(0.0, 6.0));
    match warp {
        "turn" => {
            let (sin, cos) = (0.42 * s * a).sin_cos();
            Box::new(move |[x, y]| [1.1 * (cos * x - sin * y), 1.05 * (sin * x + cos * y)])
        }
        "perspective" => Box::new(move |[x, y]| {
            let w = 1.0 + 0.3 * s * a * x + 0.25 * s * y;
            [1.1 * x / w, 1.1 * y / w]
        }),
        "bend" => Box::new(move |[x, y]| {
            [1.1 * x + 0.35 * s * a * (y * y - 0.4), 1.1 * y + 0.15 * s * x * x]
        }),
        "waves" => Box::new(move |[x, y]| {
            [1.12 * x + 0.1 * s * (3.2 * y + b).sin(), 1.12 * y + 0.07 * s * (3.5 * x + b).sin()]
        }),
        "swirl" => Box::new(move |[x, y]| {
            let (sin, cos) = (0.6 * s * a * (1.0 - 0.7 * x.hypot(y))).sin_cos();
            [1.1 * (cos * x - sin * y), 1.1 * (sin * x + cos * y)]
        }),
        _ => {
            let nodes: Vec<[f32; 4]> = (0..9)
                .map(|k| {
                    let place = [(k % 3) as f32 * 0.8 - 0.8, (k / 3) as f32 * 0.8 - 0.8];
                    [place[0], place[1], 0.09 * s * lots.normal(), 0.09 * s * lots.normal()]
                })
                .collect();
            Box::new(move |[x, y]| {
                let mut moved = [1.12 * x, 1.12 * y];
                for [px, py, dx, dy] in &nodes {
                    let near = (-((x - px).powi(2) + (y - py).powi(2)) / 0.5).exp();
                    moved = [moved[0] + near * dx, moved[1] + near * dy];
                }
                moved
            })
        }
    }
}

/// Frame of the garment on a ground: its middle and half its side in pixels.
fn place(ground: &Picture) -> (f32, f32, f32) {
    (ground.width() as f32 / 2.0, ground.height() as f32 / 2.0, 170.0)
}

fn worn(ground: &Picture, garment: &Picture, cut: &Mask, map: &Map) -> (Picture, Mask) {
    let (cx, cy, half) = place(ground);
    let width = ground.width() as usize;
    let mut pixels = ground.pixels().to_vec();
    let mut values = vec![0; pixels.len() / 3];
    for at in 0..values.len() {
        let frame =
            [((at % width) as f32 - cx) / half * 1.1, ((at / width) as f32 - cy) / half * 1.1];
        let [x, y] = map(frame).map(|v| (v + 1.1) / 2.2 * SIDE as f32);
        let (left, top) = (x.floor(), y.floor());
        if left < 0.0 || top < 0.0 || left as usize + 1 >= SIDE || top as usize + 1 >= SIDE {
            continue;
        }
        if cut.values()[y.round() as usize * SIDE + x.round() as usize] == 0 {
            continue;
        }
        values[at] = 255;
        for c in 0..3 {
            let at_corner = |dx: usize, dy: usize| {
                f32::from(
                    garment.pixels()[((top as usize + dy) * SIDE + left as usize + dx) * 3 + c],
                )
            };
            let (a, b) = (x - left, y - top);
            let upper = at_corner(0, 0) * (1.0 - a) + at_corner(1, 0) * a;
            let lower = at_corner(0, 1) * (1.0 - a) + at_corner(1, 1) * a;
            pixels[at * 3 + c] = (upper * (1.0 - b) + lower * b).round() as u8;
        }
    }
    (
        Picture::new(ground.width(), ground.height(), pixels).unwrap(),
        Mask::new(ground.width(), ground.height(), values).unwrap(),
    )
}

/// The ground with another, plain cloth where the garment will be.
fn person(ground: &Picture, mask: &Mask, lots: &mut Lots) -> Picture {
    let colour = [0; 3].map(|_| lots.between(60.0, 200.0));
    let mut pixels = ground.pixels().to_vec();
    for (pixel, value) in pixels.chunks_mut(3).zip(mask.values()) {
        if *value > 0 {
            for (place, level) in pixel.iter_mut().zip(colour) {
                *place = (level + 3.0 * lots.normal()) as u8;
            }
        }
    }
    Picture::new(ground.width(), ground.height(), pixels).unwrap()
}

/// The garment's box stretched to the mask's box.
fn pasted(person: &Picture, garment: &Picture, mask: &Mask, cut: &Mask) -> Picture {
    let bounds = |mask: &Mask| {
        let width = mask.width() as usize;
        let marked = (0..mask.values().len()).filter(|i| mask.values()[*i] > 0);
        marked.fold([f32::MAX, f32::MAX, 0.0f32, 0.0f32], |[a, b, c, d], at| {
            let (x, y) = ((at % width) as f32, (at / width) as f32);
            [a.min(x), b.min(y), c.max(x + 1.0), d.max(y + 1.0)]
        })
    };
    let (to, from) = (bounds(mask), bounds(cut));
    let width = person.width() as usize;
    let mut pixels = person.pixels().to_vec();
    for at in (0..mask.values().len()).filter(|i| mask.values()[*i] > 0) {
        let along = |p: f32, k: usize| {
            (p + 0.5 - to[k]) / (to[k + 2] - to[k]) * (from[k + 2] - from[k]) + from[k] - 0.5
        };
        let (x, y) = (along((at % width) as f32, 0), along((at / width) as f32, 1));
        let (x, y) = (x.clamp(0.0, SIDE as f32 - 1.001), y.clamp(0.0, SIDE as f32 - 1.001));
        let (left, top) = (x.floor(), y.floor());
        for c in 0..3 {
            let corner = |dx: usize, dy: usize| {
                f32::from(
                    garment.pixels()[((top as usize + dy) * SIDE + left as usize + dx) * 3 + c],
                )
            };
            let (a, b) = (x - left, y - top);
            let upper = corner(0, 0) * (1.0 - a) + corner(1, 0) * a;
            let lower = corner(0, 1) * (1.0 - a) + corner(1, 1) * a;
            pixels[at * 3 + c] = (upper * (1.0 - b) + lower * b).round() as u8;
        }
    }
    Picture::new(person.width(), person.height(), pixels).unwrap()
}
