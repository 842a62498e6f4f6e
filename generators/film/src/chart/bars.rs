//! Upright bars from zero, side by side for each name.

use super::{Drawing, frame::slots, no_data};
use crate::{
    canvas::{Canvas, Ink, Place},
    easing::smooth,
    lettering::{self, Weight},
    number,
};

pub(super) fn draw(canvas: &mut Canvas, drawing: &Drawing<'_>) {
    let Drawing { plot, inner, setting, share, .. } = *drawing;
    let u = canvas.unit();
    let slots = slots(plot, inner.w, u);
    let count = plot.labels.len().max(1);
    let rows = plot.rows.len();
    let slot = inner.w / count as f32;
    let bar = (slot * 0.72 / rows as f32).min(110.0 * u);
    for (number, row) in plot.rows.iter().enumerate() {
        for (at, value) in row.values.iter().enumerate() {
            let middle = inner.x + slots.middle(at, inner.w);
            let left = middle + (number as f32 - rows as f32 / 2.0) * bar;
            // One bar after the other grows.
            let late = 0.5 * at as f32 / count as f32;
            let grown = smooth((share - late) / (1.0 - late).max(0.5));
            let place = Place::new(left + bar * 0.06, 0.0, bar * 0.88, 0.0);
            match value {
                Some(value) => {
                    one(canvas, drawing, place, (*value, grown), setting.colours.row(number));
                }
                None => gap(canvas, drawing, place, grown),
            }
        }
    }
}

fn one(
    canvas: &mut Canvas,
    drawing: &Drawing<'_>,
    place: Place,
    (value, grown): (f64, f32),
    colour: crate::colour::Colour,
) {
    let u = canvas.unit();
    let zero = drawing.y(0.0);
    let end = zero + (drawing.y(value) - zero) * grown;
    let bar = Place { y: zero.min(end), h: (zero - end).abs().max(1.0 * u), ..place };
    let lighter = colour.mixed(crate::colour::Colour::WHITE, 0.14);
    canvas.area(bar, Ink::down(lighter, colour, (bar.y, bar.bottom())));
    let text = number::written(value, drawing.setting.is_chinese);
    let size = 20.0 * u;
    let wide = lettering::width(&text, Weight::Bold, size);
    let fits = wide <= place.w * 1.12 + 4.0 * u;
    if fits && grown > 0.6 {
        let y = if value < 0.0 { end + size * 1.05 } else { end - 8.0 * u };
        let x = place.x + place.w / 2.0 - wide / 2.0;
        let alpha = smooth((grown - 0.6) / 0.4);
        let tint = (drawing.setting.colours.text, alpha);
        canvas.letters(&text, (x, y), (Weight::Bold, size), tint);
    }
}

/// Says that there is no value, without drawing one.
fn gap(canvas: &mut Canvas, drawing: &Drawing<'_>, place: Place, grown: f32) {
    let u = canvas.unit();
    let zero = drawing.y(0.0);
    let colours = drawing.setting.colours;
    let mut x = place.x;
    while x + 4.0 * u < place.right() {
        let end = (x + 8.0 * u).min(place.right());
        canvas.line(
            (x, zero - 5.0 * u),
            (end, zero - 5.0 * u),
            Ink::Flat(colours.muted, grown),
            2.0 * u,
        );
        x += 14.0 * u;
    }
    let text = no_data(drawing.setting);
    let full = 17.0 * u;
    let wide = lettering::width(text, Weight::Regular, full);
    let size = full * ((place.w * 1.3) / wide).min(1.0);
    if size >= 10.0 * u {
        let left = place.x + place.w / 2.0 - wide * size / full / 2.0;
        let tint = (colours.muted, grown);
        canvas.letters(text, (left, zero - 14.0 * u), (Weight::Regular, size), tint);
    }
}
