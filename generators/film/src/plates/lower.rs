//! What lies along the lower edge: who is seen, and a line that runs.

use tiny_skia::PathBuilder;

use super::{Setting, TICKER};
use crate::{
    canvas::{Canvas, Ink, Place, Side},
    easing::out,
    layer::{LowerThird, Ticker},
    lettering::{self, Fit, Weight},
};

/// How far a ticker moves, in pixels of 720 lines a second.
const TICKER_SPEED: f64 = 110.0;
/// What stands between a ticker's end and its start.
const TICKER_GAP: &str = "     •     ";

/// A name and a role on two areas that are uncovered one after the other.
pub(crate) fn lower_third(canvas: &mut Canvas, third: &LowerThird, setting: &Setting, age: f64) {
    let (u, safe, colours) = (canvas.unit(), canvas.safe(), setting.colours);
    let width_max = (safe.w * 0.62).max(300.0 * u).min(safe.w);
    let fit = |size: f32, weight| Fit {
        weight,
        size: size * u,
        size_min: size * 0.6 * u,
        width: width_max - 56.0 * u,
        lines_max: 1,
    };
    let name = canvas.fitted(&third.name, fit(38.0, Weight::Bold));
    let role = canvas.fitted(&third.role, fit(24.0, Weight::Regular));
    let has_role = !third.role.trim().is_empty();
    let heights = (64.0 * u, if has_role { 44.0 * u } else { 0.0 });
    let bottom = setting.above_captions(canvas) - 10.0 * u;
    let top = bottom - heights.0 - heights.1;
    let left = safe.x;
    let shown = |start: f64| out((((age - start) / 0.5).clamp(0.0, 1.0)) as f32);
    // The accent at the left stands first.
    let bar = Place::new(left, top, 8.0 * u, (heights.0 + heights.1) * shown(0.0));
    canvas.area(bar, colours.spark);
    let plate = Place::new(left + 8.0 * u, top, name.width() + 52.0 * u, heights.0);
    let seen = Place { w: plate.w * shown(0.1), ..plate };
    canvas.within(seen, 1.0, |canvas| {
        canvas.area(plate, Ink::Flat(colours.panel, 0.97));
        let y = plate.y + (plate.h - name.size * 1.36) / 2.0;
        canvas.block(&name, (plate.x + 24.0 * u, y), Side::Left, colours.text);
    });
    if has_role {
        let plate = Place::new(left + 8.0 * u, top + heights.0, role.width() + 52.0 * u, heights.1);
        let seen = Place { w: plate.w * shown(0.25), ..plate };
        canvas.within(seen, 1.0, |canvas| {
            canvas.area(plate, colours.accent);
            let y = plate.y + (plate.h - role.size * 1.36) / 2.0;
            canvas.block(&role, (plate.x + 24.0 * u, y), Side::Left, colours.on_accent());
        });
    }
}

/// A line that runs from right to left, and comes again.
pub(crate) fn ticker(canvas: &mut Canvas, ticker: &Ticker, setting: &Setting, age: f64) {
    let (u, (w, h), colours) = (canvas.unit(), canvas.size, setting.colours);
    let band = Place::new(0.0, h - TICKER * u, w, TICKER * u);
    canvas.area(band, Ink::Flat(colours.panel, 0.97));
    canvas.area(Place { h: 3.0 * u, ..band }, colours.spark);
    let size = 26.0 * u;
    let base = band.y + band.h / 2.0 + size * 0.40;
    let label = canvas.fitted(
        &ticker.label,
        Fit { weight: Weight::Bold, size, size_min: size * 0.7, width: w * 0.3, lines_max: 1 },
    );
    let has_label = !ticker.label.trim().is_empty();
    let start = if has_label { label.width() + w * 0.05 + 44.0 * u } else { 0.0 };
    // A whole text of one line, as often as it takes to reach the right side.
    let line = format!("{}{TICKER_GAP}", ticker.text.trim().replace('\n', "  "));
    let wide = lettering::width(&line, Weight::Regular, size).max(1.0);
    let run = (age * TICKER_SPEED * f64::from(u)) as f32;
    let first = if run < w * 0.75 - start {
        w * 0.75 - run
    } else {
        start - (run - (w * 0.75 - start)) % wide
    };
    canvas.within(Place::new(start, band.y, w - start, band.h), 1.0, |canvas| {
        let mut x = first.round();
        while x < w {
            if x + wide > start {
                let style = (Weight::Regular, size);
                canvas.letters(&line, (x, base), style, (colours.text, 1.0));
            }
            x += wide;
        }
    });
    if has_label {
        let mut path = PathBuilder::new();
        path.move_to(0.0, band.y);
        path.line_to(start, band.y);
        path.line_to(start - 20.0 * u, band.bottom());
        path.line_to(0.0, band.bottom());
        path.close();
        if let Some(path) = path.finish() {
            canvas.fill(&path, colours.accent);
        }
        let y = band.y + (band.h - label.size * 1.36) / 2.0 + 1.0 * u;
        canvas.block(&label, (w * 0.05, y), Side::Left, colours.on_accent());
    }
}
