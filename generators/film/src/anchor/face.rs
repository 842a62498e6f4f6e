//! Eyes, brows, nose and mouth on a head.

use tiny_skia::Transform;

use super::{Design, design::Hair, figure::Pen, lips::Lips, motion::Pose};
use crate::{canvas::Ink, colour::Colour};

const WHITE: Colour = Colour::hex(0xfb_f7_f2);
const TEETH: Colour = Colour::hex(0xf7_f3_ec);
const DARK: Colour = Colour::hex(0x24_12_12);

/// Draws a head without hair.
pub(super) fn draw(pen: &mut Pen<'_>, design: &Design, pose: &Pose) {
    let drop = pose.lips.open * 15.0;
    let (turn, nod) = pose.turn;
    ears(pen, design, turn);
    let (jaw, chin) = (design.jaw, 456.0 + drop);
    let near = jaw + 18.0;
    let half = |side: f32| {
        let x = |value: f32| value * side;
        format!(
            "C {} 172 {} 218 {} 296 C {} 344 {} 370 {} 394 C {} {} {} {chin} 0 {chin}",
            x(64.0),
            x(103.0),
            x(103.0),
            x(103.0),
            x(97.0),
            x(near),
            x(jaw),
            chin - 28.0,
            x(jaw * 0.55)
        )
    };
    let outline = format!("M 0 172 {} L 0 172 {} Z", half(1.0), half(-1.0));
    pen.fill(&outline, design.skin);
    // The side away from the light.
    let shade = format!(
        "M 52 186 C 88 206 103 248 103 296 C 103 344 97 370 {near} 394 C {jaw} {} {} {chin} 0 {chin} \
         C 44 {} 66 424 72 386 C 86 330 92 250 52 186 Z",
        chin - 28.0,
        jaw * 0.55,
        chin - 12.0
    );
    pen.fill(&shade, Ink::Flat(design.shade, 0.34));
    let turned = Transform::from_translate(turn * 9.0, nod * 7.0);
    pen.changed(turned, |pen| {
        pen.both(|pen, _| {
            let blush = Ink::Glow((design.lips, 0.30), (56.0, 366.0), 34.0);
            pen.oval((56.0, 366.0), (34.0, 26.0), blush);
        });
        if design.has_beard {
            beard(pen, design, drop);
        }
        nose(pen, design);
        pen.both(|pen, side| eye(pen, design, pose, side));
    });
    let turned = Transform::from_translate(turn * 8.0, nod * 6.0);
    pen.changed(turned, |pen| mouth(pen, design, &pose.lips));
    // The soft edge of the chin.
    let fold = format!("M -16 {} Q 0 {} 16 {}", chin - 19.0, chin - 14.0, chin - 19.0);
    pen.stroke(&fold, Ink::Flat(design.shade, 0.30), 3.0);
}

fn ears(pen: &mut Pen<'_>, design: &Design, turn: f32) {
    if matches!(design.style, Hair::Scarf | Hair::Bob | Hair::Long) {
        return;
    }
    pen.changed(Transform::from_translate(-turn * 3.0, 0.0), |pen| {
        pen.both(|pen, side| {
            let colour =
                if side > 0.0 { design.skin.mixed(design.shade, 0.3) } else { design.skin };
            pen.oval((102.0, 320.0), (14.0, 27.0), colour);
            pen.oval((104.0, 320.0), (7.0, 16.0), Ink::Flat(design.shade, 0.45));
        });
    });
}

fn beard(pen: &mut Pen<'_>, design: &Design, drop: f32) {
    let low = 458.0 + drop;
    let data = format!(
        "M -99 316 C -98 372 -88 410 -66 436 C -46 {low} -22 {low} 0 {low} C 22 {low} 46 {low} 66 436 \
         C 88 410 98 372 99 316 C 93 352 88 384 70 398 C 58 406 52 392 46 384 C 24 372 10 379 0 379 \
         C -10 379 -24 372 -46 384 C -52 392 -58 406 -70 398 C -88 384 -93 352 -99 316 Z"
    );
    pen.fill(&data, Ink::Flat(design.hair, 0.82));
}

fn nose(pen: &mut Pen<'_>, design: &Design) {
    let data = "M 8 312 C 9 338 20 352 19 364 C 14 376 0 376 -12 372 C 2 368 10 362 8 346 Z";
    pen.fill(data, Ink::Flat(design.shade, 0.40));
    pen.stroke("M -15 364 Q -14 372 -7 371", Ink::Flat(design.shade, 0.75), 3.0);
    pen.stroke("M 7 371 Q 15 372 17 363", Ink::Flat(design.shade, 0.85), 3.0);
    pen.oval((-3.0, 356.0), (5.0, 7.0), Ink::Flat(Colour::WHITE, 0.16));
}

fn eye(pen: &mut Pen<'_>, design: &Design, pose: &Pose, side: f32) {
    pen.changed(Transform::from_translate(44.0, 308.0), |pen| {
        let lids = pose.lids;
        let upper = -21.0 + 33.0 * lids;
        let lid = format!("M -23 4 Q -3 {upper} 24 0");
        let white = format!("{lid} Q 2 15 -23 4 Z");
        let line = design.hair.mixed(DARK, 0.6);
        if lids < 0.9 {
            pen.fill(&white, WHITE);
            // Both eyes look to the same side, also the one that is mirrored.
            let x = pose.gaze.0 * 7.0 * side - 1.0;
            let y = -1.0 + pose.gaze.1 * 5.0;
            pen.oval((x, y), (11.0, 11.0), design.iris.mixed(DARK, 0.35));
            pen.oval((x, y), (9.0, 9.0), design.iris);
            pen.oval((x, y), (5.0, 5.0), DARK);
            let light = side.mul_add(-3.4, x);
            pen.oval((light, y - 4.0), (3.0, 3.0), Ink::Flat(Colour::WHITE, 0.95));
        }
        let skin = design.skin.mixed(design.shade, 0.22);
        let patch = format!("{lid} L 25 -6 Q 2 -29 -24 -7 Z");
        pen.fill(&patch, skin);
        let lower = "M -24 4 Q 2 15 25 0 L 24 9 Q 2 25 -22 11 Z";
        pen.fill(lower, design.skin.mixed(design.shade, 0.10));
        pen.stroke("M -24 -4 Q -2 -25 24 -8", Ink::Flat(design.shade, 0.70), 2.4);
        let width = if design.has_lashes { 5.2 } else { 3.6 };
        pen.stroke(&lid, line, width);
        if design.has_lashes {
            let end = format!("M 18 {} L 30 {}", -3.0 + 5.0 * lids, -9.0 + 11.0 * lids);
            pen.stroke(&end, line, 4.0);
        }
        brow(pen, design, pose);
    });
}

fn brow(pen: &mut Pen<'_>, design: &Design, pose: &Pose) {
    let up = pose.brows * 8.0;
    let thick = design.brow;
    let (y, top) = (-31.0 - up, -44.0 - up * 1.2);
    let data = format!(
        "M -27 {y} C -12 {} 8 {} 33 {} C 10 {} -8 {} -26 {} Z",
        top + 8.0,
        top - 2.0,
        y + 6.0,
        top + thick * 0.9,
        top + 9.0 + thick,
        y + thick
    );
    let colour = if matches!(design.style, Hair::Scarf) {
        Colour::hex(0x3a_26_1c)
    } else {
        design.hair.mixed(DARK, 0.35)
    };
    pen.fill(&data, Ink::Flat(colour, 0.94));
}

fn mouth(pen: &mut Pen<'_>, design: &Design, lips: &Lips) {
    let half = 32.0 * lips.wide - 3.0 * lips.round;
    let y = 405.0;
    // A slight smile at rest; corners fall when the mouth opens.
    let corner = y - 4.0 + 4.0 * lips.open;
    let up = y - 7.0 * lips.open;
    let down = y + 34.0 * lips.open - 3.0 * lips.tucked;
    let full = 1.0 + 0.4 * lips.round;
    // The lips around the opening.
    let top = up - 8.5 * full;
    let foot = arc(down + (10.0 - 6.0 * lips.tucked) * full, corner);
    let (outer, inner) = (half + 4.0, half * 0.72);
    let data = format!(
        "M -{outer} {corner} C -{} {} -11 {top} -6 {top} Q 0 {} 6 {top} C 11 {top} {} {} {outer} {corner} \
         C {} {foot} -{} {foot} -{outer} {corner} Z",
        half * 0.7,
        top + 4.0,
        top + 4.0,
        half * 0.7,
        top + 4.0,
        inner + 2.0,
        inner + 2.0
    );
    pen.fill(&data, design.lips);
    let shine = down + (6.0 - 4.0 * lips.tucked) * full;
    let shine = format!("M -9 {shine} Q 0 {} 9 {shine}", shine + 2.0);
    pen.stroke(&shine, Ink::Flat(Colour::WHITE, 0.20), 3.0);
    if lips.open < 0.05 {
        let low = arc(y + 1.0, corner);
        let line = format!("M -{half} {corner} C -{inner} {low} {inner} {low} {half} {corner}");
        pen.stroke(&line, design.lips.mixed(DARK, 0.62), 3.2);
        return;
    }
    let open = |top: f32, foot: f32| {
        let (top, foot) = (arc(top, corner), arc(foot, corner));
        format!(
            "M -{half} {corner} C -{inner} {top} {inner} {top} {half} {corner} \
             C {inner} {foot} -{inner} {foot} -{half} {corner} Z"
        )
    };
    pen.fill(&open(up, down), Colour::hex(0x43_12_18));
    if lips.tongue > 0.1 {
        let raised = down - (down - up) * (0.22 + 0.40 * lips.tongue);
        pen.fill(&open(raised, down), Colour::hex(0xb8_58_60));
    }
    if lips.teeth > 0.1 {
        let shown = (up + 9.0 * lips.teeth.min(1.0)).min(down - 0.5);
        pen.fill(&open(up, shown.max(up)), Ink::Flat(TEETH, (0.4 + lips.teeth).min(0.97)));
    }
}

/// Where both control points of a curve lie that starts and ends at `corner` and reaches `depth`.
fn arc(depth: f32, corner: f32) -> f32 {
    (depth - 0.25 * corner) / 0.75
}

/// A thin frame before both eyes.
pub(super) fn glasses(pen: &mut Pen<'_>) {
    let frame = Colour::hex(0x1d_1f_26);
    pen.both(|pen, _| {
        let lens = "M 16 300 C 16 286 24 284 44 284 C 68 284 76 288 76 302 C 76 326 66 336 46 336 C 26 336 16 326 16 300 Z";
        pen.fill(lens, Ink::Flat(Colour::WHITE, 0.10));
        pen.stroke(lens, frame, 4.6);
        pen.stroke("M 76 298 L 100 304", frame, 4.6);
        pen.stroke("M 58 292 L 66 300", Ink::Flat(Colour::WHITE, 0.55), 3.0);
    });
    pen.stroke("M -17 302 Q 0 292 17 302", frame, 4.6);
}
