//! Lines from value to value; where a value is missing, the line is interrupted.

use tiny_skia::PathBuilder;

use super::{Drawing, Row, frame::slots, no_data};
use crate::{
    canvas::{Canvas, Ink, Place},
    easing::smooth,
    lettering::{self, Weight},
    number,
};

/// Values of which each has a dot when there are no more.
const DOTS_MAX: usize = 16;

pub(super) fn draw(canvas: &mut Canvas, drawing: &Drawing<'_>, is_filled: bool) {
    let Drawing { plot, inner, share, .. } = *drawing;
    let u = canvas.unit();
    gaps(canvas, drawing);
    // The lines are uncovered from the left.
    let reach = Place::new(inner.x - 12.0 * u, inner.y - 12.0 * u, 0.0, inner.h + 24.0 * u);
    let seen = Place { w: (inner.w + 24.0 * u) * share, ..reach };
    canvas.within(seen, 1.0, |canvas| {
        for (number, row) in plot.rows.iter().enumerate() {
            one(canvas, drawing, (number, row), is_filled);
        }
    });
    for (number, row) in plot.rows.iter().enumerate() {
        last(canvas, drawing, (number, row));
    }
}

/// Places of the values that follow each other without a gap.
fn runs(drawing: &Drawing<'_>, row: &Row, u: f32) -> Vec<Vec<(f32, f32)>> {
    let slots = slots(drawing.plot, drawing.inner.w, u);
    let mut runs = vec![Vec::new()];
    for (at, value) in row.values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => {
                let x = drawing.inner.x + slots.middle(at, drawing.inner.w);
                run.push((x, drawing.y(*value)));
            }
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn one(canvas: &mut Canvas, drawing: &Drawing<'_>, (number, row): (usize, &Row), is_filled: bool) {
    let u = canvas.unit();
    let colour = drawing.setting.colours.row(number);
    let has_dots = row.values.len() <= DOTS_MAX;
    for run in runs(drawing, row, u) {
        let mut path = PathBuilder::new();
        for (at, (x, y)) in run.iter().enumerate() {
            if at == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        if is_filled && let (Some(first), Some(end)) = (run.first(), run.last()) {
            let zero = drawing.y(0.0);
            let mut area = path.clone();
            area.line_to(end.0, zero);
            area.line_to(first.0, zero);
            area.close();
            if let Some(area) = area.finish() {
                let ends = [(0.0, drawing.inner.y), (0.0, drawing.inner.bottom())];
                canvas.fill(&area, Ink::Fade((colour, 0.50), (colour, 0.12), ends));
            }
        }
        if let Some(path) = path.finish() {
            canvas.stroke(&path, colour, 4.0 * u);
        }
        // A value alone between two gaps has no line.
        for (x, y) in run.iter().filter(|_| has_dots || run.len() == 1) {
            canvas.oval((*x, *y), (6.0 * u, 6.0 * u), colour);
            canvas.oval((*x, *y), (2.6 * u, 2.6 * u), drawing.setting.colours.panel);
        }
    }
}

/// The last value of a row beside its end.
fn last(canvas: &mut Canvas, drawing: &Drawing<'_>, (number, row): (usize, &Row)) {
    let u = canvas.unit();
    let shown = smooth((drawing.share - 0.9) / 0.1);
    let value = row.values.iter().rev().flatten().next();
    let place = runs(drawing, row, u).last().and_then(|run| run.last().copied());
    if let (Some(value), Some((x, y))) = (value, place)
        && shown > 0.0
    {
        let text = number::written(*value, drawing.setting.is_chinese);
        let style = (Weight::Bold, 22.0 * u);
        let wide = lettering::width(&text, style.0, style.1);
        let x = (x - wide / 2.0).min(drawing.inner.right() - wide);
        let above = y - 16.0 * u;
        let y = if above - style.1 < drawing.inner.y { y + 30.0 * u } else { above };
        let plate = Place::new(x - 6.0 * u, y - style.1 * 0.86, wide + 12.0 * u, style.1 * 1.16);
        let colours = drawing.setting.colours;
        canvas.round(plate, 5.0 * u, Ink::Flat(colours.panel, 0.8 * shown));
        let colour = colours.row(number).mixed(colours.text, 0.25);
        canvas.letters(&text, (x, y), style, (colour, shown));
    }
}

/// Bands where no row has a value.
fn gaps(canvas: &mut Canvas, drawing: &Drawing<'_>) {
    let (u, plot, inner) = (canvas.unit(), drawing.plot, drawing.inner);
    let slots = slots(plot, inner.w, u);
    let is_empty =
        |at: usize| plot.rows.iter().all(|row| row.values.get(at).copied().flatten().is_none());
    let count = plot.labels.len();
    let mut at = 0;
    while at < count {
        let first = at;
        while at < count && is_empty(at) {
            at += 1;
        }
        if at > first {
            let left = if first == 0 { 0.0 } else { slots.middle(first - 1, inner.w) };
            let right = if at >= count { inner.w } else { slots.middle(at, inner.w) };
            let band = Place::new(inner.x + left, inner.y, (right - left).max(1.0), inner.h);
            let colours = drawing.setting.colours;
            canvas.area(band, Ink::Flat(colours.line, 0.22));
            let text = no_data(drawing.setting);
            let size = 17.0 * u;
            let wide = lettering::width(text, Weight::Regular, size);
            if wide < band.w {
                let x = band.x + (band.w - wide) / 2.0;
                let style = (Weight::Regular, size);
                canvas.letters(text, (x, band.y + size * 1.3), style, (colours.muted, 1.0));
            }
        }
        at += 1;
    }
}
