//! Hair behind and before a head.

use tiny_skia::Transform;

use super::{Design, design::Hair, figure::Pen, motion::Pose};
use crate::{canvas::Ink, colour::Colour};

const LONG_BACK: &str = "M 0 138 C -92 136 -130 206 -128 300 C -128 380 -156 430 -148 520 C -144 574 -112 606 -72 610 \
    L 72 610 C 112 606 144 574 148 520 C 156 430 128 380 128 300 C 130 206 92 136 0 138 Z";
const LONG_FRONT: &str = "M -30 150 C -98 158 -120 220 -114 330 C -114 354 -120 380 -126 404 C -96 380 -94 330 -92 296 \
    C -86 250 -50 216 -16 194 C 26 230 78 248 94 302 C 96 336 98 378 126 404 C 120 380 116 352 116 330 \
    C 124 208 90 146 10 144 C -4 144 -18 146 -30 150 Z";
const PARTED: &str = "M -106 306 C -113 272 -116 240 -108 212 C -98 164 -52 134 4 134 C 70 132 110 170 112 224 \
    C 114 252 111 282 106 306 C 102 278 97 258 87 240 C 60 240 16 232 -28 200 C -42 224 -70 244 -90 250 \
    C -97 264 -102 284 -106 306 Z";
const BOB_BACK: &str = "M 0 134 C -98 132 -132 206 -130 300 C -130 360 -138 414 -124 452 C -112 472 -60 474 -40 466 \
    L 40 466 C 60 474 112 472 124 452 C 138 414 130 360 130 300 C 132 206 98 132 0 134 Z";
const BOB_FRONT: &str = "M -112 320 C -122 218 -94 142 0 140 C 94 142 122 218 112 320 C 112 370 118 414 112 448 \
    C 98 424 98 380 95 332 C 93 302 91 286 85 268 C 50 280 -40 280 -84 264 C -91 286 -93 302 -95 332 \
    C -98 380 -98 424 -112 448 C -118 414 -112 370 -112 320 Z";
const CURLY: &str = "M -105 300 C -114 200 -72 140 0 138 C 72 140 114 200 105 300 C 101 268 95 246 82 230 \
    C 40 208 -40 208 -82 230 C -95 246 -101 268 -105 300 Z";
const SCARF_BACK: &str = "M 0 126 C -104 124 -138 210 -132 300 C -128 400 -132 470 -186 570 L 186 570 C 132 470 128 400 132 300 \
    C 138 210 104 124 0 126 Z";
const TIED: &str = "M -107 310 C -116 208 -82 144 0 142 C 82 144 116 208 107 310 C 105 284 98 262 88 248 \
    C 72 220 44 204 14 196 C -30 206 -72 222 -89 248 C -98 262 -105 284 -107 310 Z";

/// What is behind the head.
pub(super) fn back(pen: &mut Pen<'_>, design: &Design, pose: &Pose) {
    let dark = design.hair.mixed(Colour::BLACK, 0.28);
    // It swings a little against the turn of the head.
    let by = Transform::from_translate(-pose.turn.0 * 3.0, 0.0);
    pen.changed(by, |pen| match design.style {
        Hair::Long => {
            pen.fill(LONG_BACK, dark);
            for data in
                ["M -118 360 C -136 430 -134 500 -112 570", "M 118 360 C 136 430 134 500 112 570"]
            {
                pen.stroke(data, Ink::Flat(design.hair.mixed(Colour::WHITE, 0.16), 0.6), 5.0);
            }
        }
        Hair::Bob => pen.fill(BOB_BACK, dark),
        Hair::Scarf => pen.fill(SCARF_BACK, dark),
        Hair::Tied => {
            pen.oval((0.0, 138.0), (54.0, 46.0), dark);
            pen.oval((-8.0, 132.0), (40.0, 33.0), design.hair);
        }
        Hair::Parted | Hair::Curly => {}
    });
}

/// What is before the head.
pub(super) fn front(pen: &mut Pen<'_>, design: &Design) {
    let hair = design.hair;
    let light = Ink::Flat(hair.mixed(Colour::WHITE, 0.24), 0.75);
    match design.style {
        Hair::Long => {
            pen.fill(LONG_FRONT, hair);
            pen.stroke("M -24 168 C -72 182 -98 226 -103 300", light, 6.0);
            pen.stroke("M 6 164 C 62 174 96 216 104 286", light, 5.0);
        }
        Hair::Parted => {
            pen.fill(PARTED, hair);
            pen.stroke("M -20 170 C 20 200 60 212 92 214", light, 6.0);
            pen.stroke("M -4 152 C 40 164 76 182 96 196", light, 4.0);
            pen.stroke("M -34 186 C -56 208 -76 222 -92 226", light, 4.0);
        }
        Hair::Bob => {
            pen.fill(BOB_FRONT, hair);
            pen.stroke("M -92 214 C -40 232 40 232 92 214", light, 9.0);
            for x in [-46, -6, 36] {
                let data = format!("M {x} 244 L {} 272", x + 3);
                pen.stroke(&data, Ink::Flat(Colour::BLACK, 0.35), 2.4);
            }
        }
        Hair::Curly => curls(pen, hair),
        Hair::Scarf => scarf(pen, design),
        Hair::Tied => {
            pen.fill(TIED, hair);
            pen.stroke("M -8 168 C -52 180 -84 212 -96 262", light, 5.0);
            pen.stroke("M 24 168 C 62 182 88 214 97 262", light, 5.0);
        }
    }
}

fn curls(pen: &mut Pen<'_>, hair: Colour) {
    pen.fill(CURLY, hair);
    for number in 0..13_u8 {
        let angle = std::f32::consts::PI * (1.0 + f32::from(number) / 12.0);
        let (sin, cos) = angle.sin_cos();
        pen.oval((cos * 93.0, 236.0 + sin * 84.0), (22.0, 21.0), hair);
    }
    for (x, y) in [(-60, 190), (-26, 166), (14, 162), (52, 182), (-78, 226), (78, 224), (-4, 192)] {
        let (x, y) = (f32::from(x as i16), f32::from(y as i16));
        let data = format!("M {} {y} Q {x} {} {} {y}", x - 9.0, y - 11.0, x + 9.0);
        pen.stroke(&data, Ink::Flat(Colour::WHITE, 0.13), 3.6);
    }
}

fn scarf(pen: &mut Pen<'_>, design: &Design) {
    let hair = design.hair;
    let fold = Ink::Flat(hair.mixed(Colour::BLACK, 0.45), 0.55);
    let light = Ink::Flat(hair.mixed(Colour::WHITE, 0.35), 0.55);
    // The face looks out of an opening; the second part runs the other way around.
    let data = "M 0 128 C 100 126 132 208 130 300 C 128 396 118 480 96 540 C 60 580 -60 580 -96 540 \
        C -118 480 -128 396 -130 300 C -132 208 -100 126 0 128 Z \
        M 0 196 C -62 196 -92 250 -89 316 C -86 394 -52 458 0 464 C 52 458 86 394 89 316 C 92 250 62 196 0 196 Z";
    pen.fill(data, hair);
    pen.stroke("M -104 250 C -112 340 -104 420 -62 484", fold, 5.0);
    pen.stroke("M 104 250 C 112 350 98 430 40 500", fold, 5.0);
    pen.stroke("M -70 500 C -20 530 40 528 88 486", fold, 4.0);
    pen.stroke("M -84 530 C -30 556 40 554 92 520", light, 4.0);
    pen.stroke("M -66 170 C -30 148 40 148 74 178", light, 6.0);
}
