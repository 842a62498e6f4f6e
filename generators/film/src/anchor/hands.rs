//! Arms on the desk, and hands that are lifted when a sentence begins.

use tiny_skia::Transform;

use super::{Design, figure::Pen, motion::Pose};
use crate::{canvas::Ink, colour::Colour, easing::smooth};

/// A flat hand with its fingers up, the wrist at 0 0, the thumb to the right.
const FLAT: &str = "M -20 4 C -27 -18 -29 -40 -25 -60 C -23 -78 -16 -92 -6 -94 C 8 -97 22 -90 26 -72 \
    C 29 -60 29 -50 33 -40 C 40 -34 46 -36 48 -28 C 48 -20 40 -14 32 -10 C 26 -6 24 0 21 4 Z";
const FINGERS: [&str; 3] = ["M -12 -90 L -11 -56", "M 0 -93 L 0 -56", "M 13 -88 L 11 -54"];
/// An open hand with spread fingers.
const OPEN: &str = "M -21 4 C -27 -14 -29 -30 -27 -44 L -36 -68 Q -38 -77 -31 -79 Q -25 -80 -22 -73 L -15 -56 \
    L -20 -90 Q -20 -99 -13 -99 Q -7 -99 -5 -91 L 0 -60 L 2 -97 Q 4 -106 11 -105 Q 17 -104 16 -95 L 14 -58 \
    L 25 -86 Q 29 -94 35 -91 Q 40 -88 38 -80 L 28 -48 C 29 -40 33 -36 38 -40 L 50 -50 Q 57 -53 60 -47 \
    Q 61 -42 55 -37 L 40 -20 C 34 -12 25 -8 22 4 Z";

/// Draws both arms.
pub(super) fn draw(pen: &mut Pen<'_>, design: &Design, pose: &Pose) {
    // The hand on the viewer's right lies below the other.
    for (side, lift) in [(1.0, pose.hands[1]), (-1.0, pose.hands[0])] {
        pen.changed(Transform::from_scale(side, 1.0), |pen| arm(pen, design, lift, pose.beat));
    }
}

/// The arm on the right; `lift` is how far its hand is up.
fn arm(pen: &mut Pen<'_>, design: &Design, lift: f32, beat: f32) {
    let lift = smooth(lift);
    let mix = |from: f32, to: f32| from + (to - from) * lift;
    let s = design.shoulders;
    let elbow = (s + 34.0, mix(902.0, 916.0));
    let wrist = (mix(96.0, 226.0), mix(884.0, 752.0 + 8.0 * beat));
    let cloth = design.jacket;
    let dark = cloth.mixed(Colour::BLACK, 0.34);
    // From the elbow to the wrist, narrower at the wrist.
    let (dx, dy) = (wrist.0 - elbow.0, wrist.1 - elbow.1);
    let length = dx.hypot(dy).max(1.0);
    let (nx, ny) = (-dy / length, dx / length);
    let (wide, thin) = (43.0, 29.0);
    let point =
        |at: (f32, f32), by: f32| format!("{} {}", nx.mul_add(by, at.0), ny.mul_add(by, at.1));
    let sleeve = format!(
        "M {} L {} L {} L {} C {} {} {} {} {} Z",
        point(elbow, wide),
        point(wrist, thin),
        point(wrist, -thin),
        point(elbow, -wide),
        elbow.0 + 46.0,
        elbow.1 - 30.0,
        elbow.0 + 46.0,
        elbow.1 + 34.0,
        point(elbow, wide)
    );
    let shadow = (1.0 - lift) * 0.30;
    if shadow > 0.02 {
        pen.oval((wrist.0 + 70.0, 916.0), (170.0, 15.0), Ink::Flat(Colour::BLACK, shadow));
    }
    hand(pen, design, wrist, (mix(-97.0, 14.0 + 5.0 * beat), lift));
    let along =
        [(wrist.0 - nx * 30.0, wrist.1 - ny * 30.0), (wrist.0 + nx * 30.0, wrist.1 + ny * 30.0)];
    pen.fill(&sleeve, Ink::Fade((dark, 1.0), (cloth.mixed(Colour::WHITE, 0.06), 1.0), along));
    pen.stroke(&sleeve, Ink::Flat(cloth.mixed(Colour::BLACK, 0.5), 0.55), 2.4);
    // The cuff of the shirt.
    let cuff = (wrist.0 + dx / length * 9.0, wrist.1 + dy / length * 9.0);
    let cuff = format!("M {} L {}", point(cuff, thin * 0.80), point(cuff, -thin * 0.80));
    pen.stroke(&cuff, design.shirt, 12.0);
    let fold = format!(
        "M {} {} Q {} {} {} {}",
        elbow.0 - 26.0,
        elbow.1 - 26.0,
        elbow.0 - 34.0,
        elbow.1,
        elbow.0 - 20.0,
        elbow.1 + 20.0
    );
    pen.stroke(&fold, Ink::Flat(dark, 0.8), 3.0);
}

fn hand(pen: &mut Pen<'_>, design: &Design, wrist: (f32, f32), (angle, lift): (f32, f32)) {
    // Hands that lie on the desk are seen from the front: they look flat.
    let flat = 0.62 + 0.38 * lift;
    let by = Transform::from_translate(wrist.0, wrist.1)
        .pre_scale(1.0, flat.max(0.62))
        .pre_rotate(angle)
        // The thumb points to the middle of the body.
        .pre_scale(-1.06 - 0.16 * lift, 1.06 + 0.16 * lift);
    let line = Ink::Flat(design.shade.mixed(Colour::BLACK, 0.12), 0.85);
    pen.changed(by, |pen| {
        let below = design.skin.mixed(design.shade, 0.25);
        let ink = Ink::Fade((design.skin, 1.0), (below, 1.0), [(-20.0, -60.0), (34.0, -10.0)]);
        if lift > 0.3 {
            pen.fill(OPEN, ink);
            pen.stroke(OPEN, line, 2.0);
            pen.stroke("M -14 -34 Q 4 -40 18 -30", Ink::Flat(design.shade, 0.7), 2.4);
        } else {
            pen.fill(FLAT, ink);
            pen.stroke(FLAT, line, 2.0);
            FINGERS.iter().for_each(|data| pen.stroke(data, line, 2.2));
        }
    });
}
