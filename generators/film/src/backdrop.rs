//! What lies behind the layers: grounds, pictures that pan and zoom, and moving patterns.

use std::f32::consts::TAU;

use tiny_skia::PathBuilder;

use crate::{
    canvas::{Canvas, Ink, Place},
    colour::Colour,
    easing::chance,
    palette::Colours,
    resampling::Levels,
    storyboard::{Area, Background, Pattern},
};

/// Whether a background is the same at all times.
pub(crate) const fn is_still(background: &Background) -> bool {
    matches!(
        background,
        Background::Palette | Background::Colour { .. } | Background::Gradient { .. }
    )
}

/// Draws what does not move.
pub(crate) fn ground(canvas: &mut Canvas, background: &Background, colours: &Colours) {
    let (w, h) = canvas.size;
    match background {
        Background::Colour { colour } => canvas.area(canvas.all(), *colour),
        Background::Gradient { from, to, angle } => {
            let (sin, cos) = angle.to_radians().sin_cos();
            let reach = (w * cos.abs() + h * sin.abs()) / 2.0;
            let (x, y) = (w / 2.0, h / 2.0);
            let ends = [(x - cos * reach, y - sin * reach), (x + cos * reach, y + sin * reach)];
            canvas.area(canvas.all(), Ink::Fade((*from, 1.0), (*to, 1.0), ends));
        }
        Background::Picture { .. } => canvas.area(canvas.all(), Colour::BLACK),
        Background::Palette | Background::Animated { .. } => palette_ground(canvas, colours),
    }
}

fn palette_ground(canvas: &mut Canvas, colours: &Colours) {
    let (w, h) = canvas.size;
    let [above, below] = colours.ground;
    canvas.area(canvas.all(), Ink::down(above, below, (0.0, h)));
    // Two broad slanted bands give the flat ground some depth.
    for (left, wide, alpha) in [(0.62, 0.20, 0.10), (0.80, 0.34, 0.08)] {
        let mut path = PathBuilder::new();
        path.move_to(w * left + h * 0.30, 0.0);
        path.line_to(w * (left + wide) + h * 0.30, 0.0);
        path.line_to(w * (left + wide) - h * 0.30, h);
        path.line_to(w * left - h * 0.30, h);
        path.close();
        if let Some(path) = path.finish() {
            canvas.fill(&path, Ink::Flat(colours.line, alpha));
        }
    }
}

/// Draws what moves, at a share of the scene from 0 to 1.
pub(crate) fn moving(
    canvas: &mut Canvas,
    background: &Background,
    pictures: &[Levels<'_>],
    colours: &Colours,
    (at, share): (f64, f32),
) {
    match background {
        Background::Picture { index, from, to, dim } => {
            let Some(levels) = pictures.get(*index) else { return };
            let size = canvas.size;
            let window = between(levels.window(*from, size), levels.window(*to, size), share);
            levels.fill(window, canvas.map_mut(), ((1.0 - dim) * 256.0) as u32);
        }
        Background::Animated { pattern } => match pattern {
            Pattern::Waves => waves(canvas, colours, at as f32),
            Pattern::Lights => lights(canvas, colours, at as f32),
            Pattern::Bands => bands(canvas, colours, at as f32),
            Pattern::Grid => grid(canvas, colours, at as f32),
        },
        _ => {}
    }
}

/// A window between two; the path is mostly even, with a soft start and end.
fn between(
    from: (f32, f32, f32, f32),
    to: (f32, f32, f32, f32),
    share: f32,
) -> (f32, f32, f32, f32) {
    let share = 0.6 * share + 0.4 * crate::easing::smooth(share);
    let mix = |a: f32, b: f32| a + (b - a) * share;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2), mix(from.3, to.3))
}

fn waves(canvas: &mut Canvas, colours: &Colours, at: f32) {
    let (w, h) = canvas.size;
    for (number, colour) in (0_u8..).zip([colours.series[0], colours.spark, colours.series[3]]) {
        let n = f32::from(number);
        let mut path = PathBuilder::new();
        path.move_to(0.0, h);
        for step in 0..=24_u8 {
            let x = f32::from(step) / 24.0;
            let phase = x * TAU * (0.9 + n * 0.25) + at * (0.35 + n * 0.12) + n * 1.7;
            let swell = phase.sin() * 0.05 + (phase * 0.53 + n).sin() * 0.04;
            path.line_to(w * x, h * (0.66 + n * 0.09 + swell));
        }
        path.line_to(w, h);
        path.close();
        if let Some(path) = path.finish() {
            let (clear, full) = ((colour, 0.26), (colour, 0.04));
            canvas.fill(&path, Ink::Fade(clear, full, [(0.0, h * 0.55), (0.0, h)]));
        }
    }
}

fn lights(canvas: &mut Canvas, colours: &Colours, at: f32) {
    let (w, h) = canvas.size;
    let u = canvas.unit();
    for number in 0..18_u64 {
        let lot = |place: u64| chance(number, place);
        let speed = 0.015 + 0.035 * lot(1);
        let y = 1.15 - (lot(2) + at * speed).rem_euclid(1.3);
        let x = lot(3) + 0.02 * (at * 0.5 + lot(4) * TAU).sin();
        let radius = (14.0 + 62.0 * lot(5)) * u;
        let colour = colours.row(number as usize % 3);
        canvas.oval((x * w, y * h), (radius, radius), Ink::Flat(colour, 0.05 + 0.10 * lot(6)));
    }
}

fn bands(canvas: &mut Canvas, colours: &Colours, at: f32) {
    let (w, h) = canvas.size;
    let lean = h * 0.35;
    for number in 0..7_u64 {
        let lot = |place: u64| chance(number + 40, place);
        let speed = 0.03 + 0.05 * lot(1);
        let left = ((lot(2) + at * speed).rem_euclid(1.6) - 0.4) * w;
        let wide = (0.03 + 0.12 * lot(3)) * w;
        let mut path = PathBuilder::new();
        path.move_to(left + lean, 0.0);
        path.line_to(left + wide + lean, 0.0);
        path.line_to(left + wide - lean, h);
        path.line_to(left - lean, h);
        path.close();
        if let Some(path) = path.finish() {
            canvas.fill(&path, Ink::Flat(colours.row(number as usize % 2), 0.05 + 0.08 * lot(4)));
        }
    }
}

fn grid(canvas: &mut Canvas, colours: &Colours, at: f32) {
    let (w, h) = canvas.size;
    let (u, horizon) = (canvas.unit(), h * 0.56);
    canvas.area(
        Place::new(0.0, horizon, w, h - horizon),
        Ink::Fade((colours.spark, 0.20), (colours.spark, 0.0), [(0.0, horizon), (0.0, h)]),
    );
    for number in -10..=10_i8 {
        let x = w / 2.0 + f32::from(number) * w * 0.035;
        let foot = w / 2.0 + f32::from(number) * w * 0.22;
        canvas.line((x, horizon), (foot, h), Ink::Flat(colours.row(0), 0.35), u * 1.5);
    }
    for number in 0..9_u8 {
        let depth = (f32::from(number) + (at * 0.8).fract()) / 9.0;
        let y = horizon + (h - horizon) * depth * depth;
        canvas.line((0.0, y), (w, y), Ink::Flat(colours.row(0), 0.5 * depth), u * 1.5);
    }
}

/// Whether an area lies inside of the whole.
pub(crate) fn is_inside(area: &Area) -> bool {
    let Area { left, top, width, height } = *area;
    let slack = 1e-4;
    [left, top, width, height].iter().all(|value| value.is_finite())
        && left >= -slack
        && top >= -slack
        && width > 0.001
        && height > 0.001
        && left + width <= 1.0 + slack
        && top + height <= 1.0 + slack
}
