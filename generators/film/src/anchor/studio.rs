//! What is around a presenter: walls, screens, a window over a city, and the desk.

use tiny_skia::PathBuilder;

use super::{Anchor, Studio, figure::units, interpreter_area};
use crate::{
    canvas::{Canvas, Ink, Place, Side, rounded},
    colour::Colour,
    easing::chance,
    lettering::{Fit, Weight},
    map::land_of_the_world,
    plates::{Setting, paste, place},
    resampling::Levels,
    storyboard::Area,
};

/// Draws all that is behind a presenter and does not move.
pub(crate) fn draw(
    canvas: &mut Canvas,
    anchor: &Anchor,
    pictures: &[Levels<'_>],
    setting: &Setting,
) {
    match anchor.studio {
        Studio::Newsroom => newsroom(canvas, setting),
        Studio::City => city(canvas, setting),
        Studio::Plain => plain(canvas, anchor, setting),
        Studio::None => {}
    }
    let whole = (0.0, canvas.size.0);
    desk(canvas, anchor, setting, whole);
    if anchor.has_screen() {
        screen(canvas, anchor, pictures, setting);
    }
    if anchor.interpreter {
        let area = place(canvas, interpreter_area());
        let u = canvas.unit();
        canvas.round(area, 14.0 * u, Ink::Flat(setting.colours.panel, 0.92));
        if let Some(path) = rounded(area, 14.0 * u) {
            canvas.stroke(&path, Ink::Flat(setting.colours.line, 0.9), 2.0 * u);
        }
    }
}

/// The dark side of the palette: studios are lit scenes, also in a light palette.
fn night(setting: &Setting) -> [Colour; 2] {
    let [above, below] = setting.colours.ground;
    if above.contrast(Colour::BLACK) > 8.0 {
        [Colour::hex(0x17_2b_4d), Colour::hex(0x2d_4a_78)]
    } else {
        [above, below]
    }
}

fn newsroom(canvas: &mut Canvas, setting: &Setting) {
    let (w, h) = canvas.size;
    let [above, below] = night(setting);
    let spark = setting.colours.row(0);
    canvas.area(canvas.all(), Ink::down(above.mixed(Colour::BLACK, 0.25), below, (0.0, h)));
    // The wall of screens: three panels, the middle one with the world.
    let panels = [(-0.02, 0.225), (0.235, 0.53), (0.775, 0.245)];
    for (number, (left, wide)) in panels.into_iter().enumerate() {
        let panel = Place::new(left * w, h * 0.055, wide * w, h * 0.63);
        let top = below.mixed(spark, if number == 1 { 0.30 } else { 0.16 });
        let foot = above.mixed(spark, 0.10);
        canvas.round(panel, h * 0.018, Ink::down(top, foot, (panel.y, panel.bottom())));
        canvas.within(panel.inset(2.0), 1.0, |canvas| {
            if number == 1 {
                world(canvas, panel, spark);
            } else {
                bars(canvas, panel, (spark, number as u64));
            }
        });
        if let Some(path) = rounded(panel, h * 0.018) {
            canvas.stroke(&path, Ink::Flat(spark.mixed(Colour::WHITE, 0.4), 0.30), h * 0.0022);
        }
    }
    for x in [0.22, 0.77] {
        let strip = Place::new(w * x - h * 0.005, h * 0.03, h * 0.010, h * 0.69);
        let glow = setting.colours.accent.mixed(setting.colours.spark, 0.5);
        for (wider, alpha) in [(0.030, 0.10), (0.016, 0.16), (0.006, 0.25)] {
            canvas.round(strip.inset(-h * wider), h * 0.04, Ink::Flat(glow, alpha));
        }
        canvas.round(strip, h * 0.005, glow.mixed(Colour::WHITE, 0.55));
    }
    floor(canvas, setting, 0.725);
    let middle = (w * 0.5, h * 0.40);
    canvas.area(canvas.all(), Ink::Glow((Colour::WHITE, 0.10), middle, w * 0.42));
}

/// Land as a faint shape on a screen.
fn world(canvas: &mut Canvas, panel: Place, colour: Colour) {
    let wide = panel.w * 1.04;
    let scale = wide / 360.0;
    let middle = (panel.centre().0, panel.y + panel.h * 0.56);
    if let Some(path) = land_of_the_world(middle, scale) {
        canvas.fill(&path, Ink::Flat(colour.mixed(Colour::WHITE, 0.25), 0.26));
    }
    let step = panel.h / 9.0;
    for number in 1..9_u8 {
        let y = panel.y + step * f32::from(number);
        canvas.line((panel.x, y), (panel.right(), y), Ink::Flat(Colour::WHITE, 0.035), 1.0);
    }
}

/// Rows of faint bars on a screen.
fn bars(canvas: &mut Canvas, panel: Place, (colour, seed): (Colour, u64)) {
    let count = 9_u8;
    let step = panel.w / f32::from(count);
    for number in 0..count {
        let high = panel.h * (0.15 + 0.5 * chance(seed + 90, u64::from(number)));
        let x = panel.x + step * (f32::from(number) + 0.2);
        let bar = Place::new(x, panel.bottom() - high - panel.h * 0.08, step * 0.6, high);
        let light = colour.mixed(Colour::WHITE, 0.3);
        let ends = [(0.0, bar.y), (0.0, bar.bottom())];
        canvas.round(bar, step * 0.1, Ink::Fade((light, 0.22), (light, 0.04), ends));
    }
}

fn floor(canvas: &mut Canvas, setting: &Setting, top: f32) {
    let (w, h) = canvas.size;
    let [above, below] = night(setting);
    let place = Place::new(0.0, h * top, w, h * (1.0 - top));
    let near = above.mixed(Colour::BLACK, 0.45);
    canvas.area(place, Ink::down(below.mixed(Colour::BLACK, 0.1), near, (place.y, h)));
    canvas.area(Place { h: h * 0.003, ..place }, Ink::Flat(Colour::WHITE, 0.25));
}

fn city(canvas: &mut Canvas, setting: &Setting) {
    let (w, h) = canvas.size;
    let sky = [Colour::hex(0x1a_23_4f), Colour::hex(0xe8_8a_5e)];
    canvas.area(canvas.all(), Ink::down(sky[0], sky[1], (0.0, h * 0.74)));
    canvas.area(
        canvas.all(),
        Ink::Glow((Colour::hex(0xff_d9_a0), 0.55), (w * 0.72, h * 0.66), w * 0.34),
    );
    // Three rows of houses; those behind are paler.
    for (row, (base, tone)) in (0_u64..).zip([(0.42, 0.45), (0.34, 0.68), (0.22, 0.9)]) {
        let colour = Colour::hex(0x8a_5f_7a).mixed(Colour::hex(0x12_17_33), tone);
        let (mut x, mut number) = (-0.02 * w, 0);
        while x < w {
            let lot = |place: u64| chance(row * 1000 + number, place);
            let wide = w * (0.035 + 0.05 * lot(1));
            let high = h * (base * (0.45 + 0.75 * lot(2)));
            let house = Place::new(x, h * 0.76 - high, wide, high);
            canvas.area(house, colour);
            windows(canvas, house, (row, number));
            x += wide + w * 0.004;
            number += 1;
        }
    }
    // The frame of the window.
    let frame = night(setting)[0].mixed(Colour::BLACK, 0.35);
    for x in [0.0, 0.333, 0.666, 1.0] {
        canvas.area(Place::new(w * x - h * 0.008, 0.0, h * 0.016, h * 0.76), frame);
    }
    canvas.area(Place::new(0.0, 0.0, w, h * 0.03), frame);
    canvas.area(Place::new(0.0, 0.0, w, h * 0.76), Ink::Flat(Colour::hex(0x10_14_2c), 0.18));
    floor(canvas, setting, 0.74);
}

fn windows(canvas: &mut Canvas, house: Place, (row, number): (u64, u64)) {
    if row == 0 {
        return;
    }
    let size = canvas.size.1 * 0.008;
    let (columns, rows) = ((house.w / (size * 2.2)) as u64, (house.h / (size * 2.6)) as u64);
    for at in 0..columns * rows.min(24) {
        let lot = chance(row * 77 + number * 13, at + 500);
        if lot < 0.42 {
            let (column, line) = (at % columns, at / columns);
            let x = house.x + size * (0.8 + 2.2 * column as f32);
            let y = house.y + size * (1.4 + 2.6 * line as f32);
            let light = Colour::hex(0xff_dc_8f).mixed(Colour::hex(0x8f_c4_ff), lot);
            canvas.area(Place::new(x, y, size, size * 1.3), Ink::Flat(light, 0.30 + lot));
        }
    }
}

fn plain(canvas: &mut Canvas, anchor: &Anchor, setting: &Setting) {
    let (w, h) = canvas.size;
    let [above, below] = night(setting);
    canvas.area(canvas.all(), Ink::down(below, above, (0.0, h)));
    let middle = (w * anchor.middle(h > w), h * 0.42);
    let light = below.mixed(Colour::WHITE, 0.45);
    canvas.area(canvas.all(), Ink::Glow((light, 0.75), middle, h * 0.80));
    for (radius, alpha) in [(0.46, 0.10), (0.60, 0.07), (0.75, 0.05)] {
        let radius = h * radius;
        if let Some(path) = PathBuilder::from_circle(middle.0, middle.1, radius) {
            canvas.stroke(&path, Ink::Flat(Colour::WHITE, alpha), h * 0.003);
        }
    }
}

/// Where the screen beside a presenter is.
const SCREEN: Area = Area { left: 0.555, top: 0.115, width: 0.395, height: 0.47 };
const SCREEN_UPRIGHT: Area = Area { left: 0.06, top: 0.07, width: 0.88, height: 0.30 };

fn screen(canvas: &mut Canvas, anchor: &Anchor, pictures: &[Levels<'_>], setting: &Setting) {
    let (u, colours) = (canvas.unit(), setting.colours);
    let is_upright = canvas.size.1 > canvas.size.0;
    let mut whole = place(canvas, if is_upright { SCREEN_UPRIGHT } else { SCREEN });
    if anchor.interpreter && !is_upright {
        whole.h = place(canvas, interpreter_area()).y - whole.y - 18.0 * u;
    }
    canvas.shadow(whole, 12.0 * u, 20.0 * u);
    canvas.round(whole.inset(-5.0 * u), 14.0 * u, colours.panel.mixed(Colour::WHITE, 0.22));
    let levels = anchor.screen.and_then(|index| pictures.get(index));
    let has_topic = !anchor.topic.trim().is_empty();
    let (size, lines_max) = if levels.is_some() { (32.0, 2) } else { (50.0, 4) };
    let fit = Fit {
        weight: Weight::Bold,
        size: size * u,
        size_min: 20.0 * u,
        width: whole.w - 52.0 * u,
        lines_max,
    };
    let topic = canvas.fitted(&anchor.topic, fit);
    match levels {
        Some(levels) => {
            let (w, h) = (whole.w.round().max(1.0) as u32, whole.h.round().max(1.0) as u32);
            if let Some(mut map) = tiny_skia::Pixmap::new(w, h) {
                levels.fill(levels.window(Area::ALL, (whole.w, whole.h)), &mut map, 256);
                paste(canvas, &map, whole, 10.0 * u);
            }
            if has_topic {
                let high = topic.height() + 22.0 * u;
                let foot = Place { y: whole.bottom() - high, h: high, ..whole };
                canvas.area(foot, Ink::Flat(colours.panel, 0.92));
                canvas.area(Place { h: 4.0 * u, ..foot }, colours.spark);
                let at = (foot.x + 20.0 * u, foot.y + 11.0 * u);
                canvas.block(&topic, at, Side::Left, colours.text);
            }
        }
        None => {
            let [above, below] = colours.ground;
            canvas.round(whole, 10.0 * u, Ink::down(below, above, (whole.y, whole.bottom())));
            let high = topic.height();
            let y = whole.y + (whole.h - high) / 2.0;
            canvas.area(
                Place::new(whole.x + 22.0 * u, y - 20.0 * u, 70.0 * u, 6.0 * u),
                colours.spark,
            );
            canvas.block(&topic, (whole.x + 22.0 * u, y), Side::Left, colours.text);
        }
    }
}

/// Draws the desk, which is before the presenter, from `span.0` over a width of `span.1`.
pub(super) fn desk(canvas: &mut Canvas, anchor: &Anchor, setting: &Setting, span: (f32, f32)) {
    let h = canvas.size.1;
    let by = units(canvas, anchor);
    let unit = by.sx;
    let (left, w) = span;
    let top = h - 122.0 * unit;
    let [above, below] = night(setting);
    let front = top + 62.0 * unit;
    let wood = below.mixed(Colour::WHITE, 0.30);
    let near = below.mixed(Colour::WHITE, 0.12);
    canvas.area(Place::new(left, top, w, front - top), Ink::down(wood, near, (top, front)));
    canvas.area(Place::new(left, top, w, 2.5 * unit), Ink::Flat(Colour::WHITE, 0.35));
    let face = above.mixed(Colour::BLACK, 0.30);
    canvas.area(
        Place::new(left, front, w, h - front),
        Ink::down(face.mixed(Colour::WHITE, 0.06), face, (front, h)),
    );
    canvas.area(Place::new(left, front, w, 5.0 * unit), wood.mixed(Colour::WHITE, 0.45));
    let glow = setting.colours.accent.mixed(setting.colours.spark, 0.6);
    canvas.area(Place::new(left, front + 22.0 * unit, w, 4.0 * unit), glow);
}
