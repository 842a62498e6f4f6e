//! A presenter that is plainly a machine: a dark visor with lights for eyes and mouth.

use super::{Design, figure::Pen, motion::Pose};
use crate::{
    canvas::{Ink, Place, rounded},
    colour::Colour,
};

/// Neck and shoulders.
pub(super) fn body(pen: &mut Pen<'_>, design: &Design) {
    let dark = design.shirt;
    for y in [454.0_f32, 478.0, 502.0] {
        if let Some(path) = rounded(Place::new(-46.0, y, 92.0, 17.0), 8.0) {
            pen.path(&path, dark.mixed(Colour::WHITE, 0.08));
        }
    }
    let s = design.shoulders;
    for side in [-1.0_f32, 1.0] {
        let x = |value: f32| value * side;
        let data = format!(
            "M 0 514 L {} 520 C {} 536 {} 548 {} 590 C {} 650 {} 740 {} 1000 L 0 1000 Z",
            x(84.0),
            x(150.0),
            x(s),
            x(s + 26.0),
            x(s + 40.0),
            x(s + 48.0),
            x(s + 60.0)
        );
        let light = if side < 0.0 { 0.35 } else { 0.0 };
        let top = design.jacket.mixed(Colour::WHITE, light);
        pen.fill(&data, Ink::down(top, design.shade, (520.0, 900.0)));
        let seam = format!(
            "M {} 560 C {} 660 {} 760 {} 900",
            x(s - 50.0),
            x(s - 66.0),
            x(s - 60.0),
            x(s - 50.0)
        );
        pen.stroke(&seam, Ink::Flat(dark, 0.35), 3.0);
    }
    pen.fill("M -92 522 C -40 560 40 560 92 522 L 60 640 C 24 664 -24 664 -60 640 Z", dark);
    pen.oval((0.0, 612.0), (60.0, 60.0), Ink::Glow((design.iris, 0.5), (0.0, 612.0), 60.0));
    pen.oval((0.0, 612.0), (13.0, 13.0), design.iris);
}

/// A round head with a visor.
pub(super) fn head(pen: &mut Pen<'_>, design: &Design, pose: &Pose) {
    let (turn, nod) = (pose.turn.0 * 10.0, pose.turn.1 * 8.0);
    for side in [-1.0_f32, 1.0] {
        pen.oval((side * 122.0, 316.0), (20.0, 40.0), design.shade);
        pen.oval((side * 126.0, 316.0), (11.0, 26.0), design.shirt);
    }
    pen.stroke("M 0 176 L 0 132", design.shade, 8.0);
    pen.oval((0.0, 126.0), (34.0, 34.0), Ink::Glow((design.iris, 0.7), (0.0, 126.0), 34.0));
    pen.oval((0.0, 126.0), (12.0, 12.0), design.iris);
    let shell = "M 0 168 C 84 168 128 216 128 310 C 128 400 92 456 0 456 C -92 456 -128 400 -128 310 C -128 216 -84 168 0 168 Z";
    pen.fill(
        shell,
        Ink::Fade((Colour::WHITE, 1.0), (design.shade, 1.0), [(-90.0, 180.0), (110.0, 450.0)]),
    );
    if let Some(visor) = rounded(Place::new(-98.0 + turn, 226.0 + nod, 196.0, 186.0), 70.0) {
        pen.path(&visor, Ink::down(design.hair, design.shirt, (226.0, 412.0)));
        pen.canvas.stroke_by(&visor, Ink::Flat(design.iris, 0.35), 3.0, pen.by);
    }
    let shine = format!(
        "M {} 250 C {} 240 {} 240 {} 244",
        -66.0 + turn,
        -50.0 + turn,
        -20.0 + turn,
        4.0 + turn
    );
    pen.stroke(&shine, Ink::Flat(Colour::WHITE, 0.30), 7.0);
    for side in [-1.0_f32, 1.0] {
        let x = side.mul_add(43.0, turn * 1.3) + pose.gaze.0 * 6.0;
        let y = 304.0 + nod * 1.2 - pose.brows * 5.0 + pose.gaze.1 * 8.0;
        let high = (20.0 * (1.0 - pose.lids)).max(2.5);
        pen.oval((x, y), (36.0, 36.0), Ink::Glow((design.iris, 0.45), (x, y), 36.0));
        pen.oval((x, y), (17.0, high), design.iris);
        pen.oval((x, y - high * 0.3), (7.0, high * 0.35), Ink::Flat(Colour::WHITE, 0.8));
    }
    mouth(pen, design, pose, (turn * 1.3, nod * 1.2));
}

/// Seven bars of light that rise and fall with the sound.
fn mouth(pen: &mut Pen<'_>, design: &Design, pose: &Pose, (x, y): (f32, f32)) {
    let lips = pose.lips;
    for number in -3..=3_i8 {
        let away = f32::from(number.abs());
        let reach = lips.wide.clamp(0.4, 1.3);
        let fall = (1.0 - away / (3.2 * reach + 0.6)).max(0.0);
        let high = 5.0 + 46.0 * lips.open * fall + 6.0 * lips.teeth * fall;
        let left = x + f32::from(number) * 13.0 * (0.75 + 0.25 * reach) - 4.0;
        let bar = Place::new(left, 372.0 + y - high / 2.0, 8.0, high);
        if let Some(bar) = rounded(bar, 4.0) {
            pen.path(&bar, design.lips);
        }
    }
}
