//! Neck, shoulders and clothes.

use super::{Design, design::Neck, figure::Pen};
use crate::{canvas::Ink, colour::Colour};

/// Draws what is below the head.
pub(super) fn draw(pen: &mut Pen<'_>, design: &Design) {
    let neck = "M -45 400 L -46 494 C -46 522 -84 530 -104 540 L -80 640 L 80 640 L 104 540 C 84 530 46 522 46 494 L 45 400 Z";
    pen.fill(neck, design.skin);
    pen.fill(
        "M 12 430 C 20 476 24 520 40 640 L 80 640 L 104 540 C 84 530 46 522 46 494 L 45 400 Z",
        Ink::Flat(design.shade, 0.30),
    );
    pen.fill(
        "M -45 440 C -24 478 24 478 45 436 L 46 474 C 24 514 -22 512 -46 480 Z",
        Ink::Flat(design.shade, 0.72),
    );
    shirt(pen, design);
    jacket(pen, design);
    collar(pen, design);
}

fn shirt(pen: &mut Pen<'_>, design: &Design) {
    let below = design.shirt.mixed(design.shade, 0.10);
    let ink = Ink::down(design.shirt, below, (500.0, 820.0));
    match design.neck {
        Neck::Blouse => {
            pen.fill("M -96 524 C -60 600 60 600 96 524 L 110 1000 L -110 1000 Z", ink);
            pen.stroke("M -62 520 C -40 578 40 578 62 520", Colour::hex(0xd9_b4_5f), 2.6);
            pen.oval((0.0, 566.0), (6.0, 6.0), Colour::hex(0xe6_c4_6f));
        }
        Neck::Open => {
            pen.fill("M -60 508 L 0 612 L 60 508 L 110 1000 L -110 1000 Z", ink);
        }
        Neck::Tie(_) | Neck::High => {
            pen.fill("M -62 500 L 62 500 L 110 1000 L -110 1000 Z", ink);
        }
    }
}

fn jacket(pen: &mut Pen<'_>, design: &Design) {
    let (s, cloth) = (design.shoulders, design.jacket);
    let dark = cloth.mixed(Colour::BLACK, 0.30);
    for side in [-1.0_f32, 1.0] {
        let x = |value: f32| value * side;
        let data = format!(
            "M {} 492 C {} 528 {} 532 {} 560 C {} 580 {} 650 {} 760 L {} 1000 L 0 1000 L 0 792 Z",
            x(54.0),
            x(92.0),
            x(s - 70.0),
            x(s - 26.0),
            x(s + 16.0),
            x(s + 36.0),
            x(s + 50.0),
            x(s + 64.0)
        );
        let (near, far) =
            if side < 0.0 { (cloth.mixed(Colour::WHITE, 0.07), cloth) } else { (cloth, dark) };
        pen.fill(
            &data,
            Ink::Fade((near, 1.0), (far, 1.0), [(x(60.0), 500.0), (x(s + 40.0), 900.0)]),
        );
        // The seam of the sleeve, and a fold.
        let seam = format!(
            "M {} 590 C {} 680 {} 770 {} 900",
            x(s - 46.0),
            x(s - 60.0),
            x(s - 52.0),
            x(s - 40.0)
        );
        pen.stroke(&seam, Ink::Flat(dark, 0.75), 3.5);
        let fold = format!("M {} 700 Q {} 740 {} 760", x(s - 10.0), x(s - 30.0), x(s - 46.0));
        pen.stroke(&fold, Ink::Flat(dark, 0.55), 3.0);
        lapel(pen, design, side);
    }
    pen.stroke("M 0 792 L 0 1000", Ink::Flat(dark, 0.9), 3.0);
}

fn lapel(pen: &mut Pen<'_>, design: &Design, side: f32) {
    let x = |value: f32| value * side;
    let light = if side < 0.0 { 0.13 } else { 0.05 };
    let data = format!(
        "M {} 492 L {} 532 L {} 604 L {} 618 L {} 642 C {} 700 {} 750 0 794 C {} 720 {} 620 {} 512 Z",
        x(54.0),
        x(88.0),
        x(126.0),
        x(100.0),
        x(114.0),
        x(84.0),
        x(40.0),
        x(26.0),
        x(52.0),
        x(50.0)
    );
    pen.fill(&data, design.jacket.mixed(Colour::WHITE, light));
    pen.stroke(&data, Ink::Flat(design.jacket.mixed(Colour::BLACK, 0.45), 0.7), 2.4);
    if side > 0.0 {
        // A folded cloth in the breast pocket.
        let pocket = "M 128 684 L 142 664 L 156 682 L 170 666 L 178 688 Z";
        pen.fill(pocket, design.shirt.mixed(design.lips, 0.12));
        pen.stroke("M 122 690 L 184 694", design.jacket.mixed(Colour::BLACK, 0.4), 5.0);
    }
}

fn collar(pen: &mut Pen<'_>, design: &Design) {
    let edge = Ink::Flat(design.shirt.mixed(Colour::BLACK, 0.30), 0.8);
    match design.neck {
        Neck::Tie(tie) => {
            pen.fill("M -16 528 L 16 528 L 11 560 L 30 740 L 0 792 L -30 740 L -11 560 Z", tie);
            pen.fill("M -17 524 L 17 524 L 12 562 L -12 562 Z", tie.mixed(Colour::BLACK, 0.22));
            for y in [610, 660, 710] {
                let data = format!("M -20 {} L 22 {}", y + 14, y - 14);
                pen.stroke(&data, Ink::Flat(tie.mixed(Colour::WHITE, 0.5), 0.7), 6.0);
            }
            for side in ["-", ""] {
                let data = format!(
                    "M {side}47 478 L {side}64 502 L {side}40 566 L 0 526 C {side}22 520 {side}40 504 {side}47 478 Z"
                );
                pen.fill(&data, design.shirt);
                pen.stroke(&data, edge, 2.2);
            }
        }
        Neck::Open => {
            for side in ["-", ""] {
                let data = format!(
                    "M {side}47 474 L {side}70 504 L {side}58 586 L {side}4 612 C {side}26 570 {side}42 530 {side}47 474 Z"
                );
                pen.fill(&data, design.shirt);
                pen.stroke(&data, edge, 2.2);
            }
        }
        Neck::High => {
            pen.fill(
                "M -60 486 C -24 512 24 512 60 486 L 66 540 C 24 562 -24 562 -66 540 Z",
                design.shirt,
            );
            pen.stroke("M -62 520 C -24 542 24 542 62 520", edge, 2.4);
        }
        Neck::Blouse => {}
    }
}
