//! Parts of a whole as a ring, with a list of names, values and shares.

use std::f32::consts::{FRAC_PI_2, TAU};

use tiny_skia::{Path, PathBuilder};

use super::{Plot, no_data};
use crate::{
    canvas::{Canvas, Place, Side},
    colour::Colour,
    lettering::{self, Fit, Weight},
    number,
    plates::Setting,
};

pub(super) fn draw(
    canvas: &mut Canvas,
    plot: &Plot<'_>,
    inner: Place,
    setting: &Setting,
    share: f32,
) {
    let u = canvas.unit();
    let Some(row) = plot.rows.first() else { return };
    let total: f64 = row.values.iter().flatten().sum();
    let is_upright = inner.h > inner.w * 1.1;
    let (ring, list) = if is_upright {
        let high = inner.h * 0.5;
        (Place { h: high, ..inner }, Place { y: inner.y + high, h: inner.h - high, ..inner })
    } else {
        let wide = inner.w * 0.46;
        (Place { w: wide, ..inner }, Place { x: inner.x + wide, w: inner.w - wide, ..inner })
    };
    let radius = (ring.w.min(ring.h) / 2.0 - 8.0 * u).max(4.0);
    let mut from = 0.0;
    for (number, value) in row.values.iter().enumerate() {
        let part = (value.unwrap_or(0.0) / total) as f32;
        let to = from + part;
        let ends = (from * share, to * share);
        if part > 0.0
            && let Some(path) = slice(ring.centre(), (radius * 0.56, radius), ends)
        {
            canvas.fill(&path, colour(setting, number));
        }
        from = to;
    }
    names(canvas, plot, list, setting, total);
}

/// The colour of a slice; beyond the palette's they become paler.
fn colour(setting: &Setting, number: usize) -> Colour {
    let colour = setting.colours.row(number);
    let round = number / setting.colours.series.len();
    colour.mixed(setting.colours.text, 0.45 * round as f32)
}

/// A part of a ring; `from` and `to` are shares of the circle from the top, clockwise.
fn slice((x, y): (f32, f32), (inner, outer): (f32, f32), (from, to): (f32, f32)) -> Option<Path> {
    // A thin line of the ground is left between slices.
    let gap = 1.6 / outer / TAU;
    let (from, to) = (from + gap, (to - gap).max(from + gap + 1e-4));
    let steps = (((to - from) * 180.0).ceil() as usize).max(2);
    let point = |share: f32, radius: f32| {
        let (sin, cos) = (share * TAU - FRAC_PI_2).sin_cos();
        (x + cos * radius, y + sin * radius)
    };
    let at = |step: usize| from + (to - from) * step as f32 / steps as f32;
    let mut path = PathBuilder::new();
    let start = point(from, outer);
    path.move_to(start.0, start.1);
    for (share, radius) in (1..=steps)
        .map(|step| (at(step), outer))
        .chain((0..=steps).rev().map(|step| (at(step), inner)))
    {
        let (x, y) = point(share, radius);
        path.line_to(x, y);
    }
    path.close();
    path.finish()
}

fn names(canvas: &mut Canvas, plot: &Plot<'_>, list: Place, setting: &Setting, total: f64) {
    let (u, colours) = (canvas.unit(), setting.colours);
    let Some(row) = plot.rows.first() else { return };
    let count = row.values.len().max(1) as f32;
    let high = (list.h / count).min(56.0 * u);
    let size = (high * 0.52).min(26.0 * u);
    let top = list.y + (list.h - high * count) / 2.0;
    let left = list.x + 30.0 * u;
    for (number, (label, value)) in plot.labels.iter().zip(&row.values).enumerate() {
        let y = top + high * number as f32;
        let mark = Place::new(left, y + (high - size * 0.8) / 2.0, size * 0.8, size * 0.8);
        canvas.round(mark, size * 0.2, colour(setting, number));
        let said = match value {
            Some(value) => {
                let percent = number::written((value / total * 1000.0).round() / 10.0, false);
                let value = number::written(*value, setting.is_chinese);
                if plot.unit == "%" {
                    format!("{value}%")
                } else {
                    format!("{value}  ({percent}%)")
                }
            }
            None => no_data(setting).to_owned(),
        };
        let wide = lettering::width(&said, Weight::Bold, size);
        let name = canvas.fitted(
            label,
            Fit {
                weight: Weight::Regular,
                size,
                size_min: size * 0.7,
                width: (list.right() - left - wide - size * 2.4).max(size * 3.0),
                lines_max: 1,
            },
        );
        let middle = y + (high - size * 1.36) / 2.0;
        canvas.block(&name, (left + size * 1.3, middle), Side::Left, colours.text);
        let base = middle + size * 1.02;
        let tint = (if value.is_some() { colours.text } else { colours.muted }, 1.0);
        canvas.letters(&said, (list.right() - wide, base), (Weight::Bold, size), tint);
    }
}
