//! Title, unit, legend, source and axes of a chart.

use super::{ChartKind, Plot, scale::Scale};
use crate::{
    canvas::{Canvas, Ink, Place, Side},
    lettering::{self, Block, Fit, Weight},
    number,
    plates::Setting,
};

/// Draws title, unit, legend and source; what is left is for the values.
pub(super) fn heading(
    canvas: &mut Canvas,
    plot: &Plot<'_>,
    whole: Place,
    setting: &Setting,
) -> Place {
    let (u, colours) = (canvas.unit(), setting.colours);
    let fit = |size: f32, weight, width, lines_max| Fit {
        weight,
        size: size * u,
        size_min: size * 0.6 * u,
        width,
        lines_max,
    };
    let mut y = whole.y;
    if !plot.chart.title.trim().is_empty() {
        let title =
            canvas.fitted(&plot.chart.title, fit(38.0, Weight::Bold, whole.w - 24.0 * u, 2));
        let bar = Place::new(whole.x, y + 4.0 * u, 7.0 * u, title.height() - 2.0 * u);
        canvas.area(bar, colours.spark);
        canvas.block(&title, (whole.x + 22.0 * u, y), Side::Left, colours.text);
        y += title.height() + 10.0 * u;
    }
    let mut x = whole.x + 22.0 * u;
    let is_row = plot.chart.form != ChartKind::Pie;
    if !plot.unit.is_empty() {
        let unit = canvas.fitted(&plot.unit, fit(22.0, Weight::Regular, whole.w * 0.4, 1));
        canvas.block(&unit, (x, y), Side::Left, colours.muted);
        x += unit.width() + 36.0 * u;
    }
    if is_row && plot.rows.len() > 1 {
        y = legend(canvas, plot, (x, y), whole, setting);
    }
    if !plot.unit.is_empty() || (is_row && plot.rows.len() > 1) {
        y += 36.0 * u;
    }
    let mut bottom = whole.bottom();
    if !plot.chart.source.trim().is_empty() {
        let source = canvas.fitted(&plot.chart.source, fit(18.0, Weight::Regular, whole.w, 1));
        bottom -= source.height();
        canvas.block(&source, (whole.x, bottom), Side::Left, colours.muted);
        bottom -= 8.0 * u;
    }
    y += 6.0 * u;
    Place { y, h: (bottom - y).max(10.0 * u), ..whole }
}

/// The name of each row beside its colour; returns the top of its last line.
fn legend(
    canvas: &mut Canvas,
    plot: &Plot<'_>,
    (start, top): (f32, f32),
    whole: Place,
    setting: &Setting,
) -> f32 {
    let u = canvas.unit();
    let (mut x, mut y) = (start, top);
    for (number, row) in plot.rows.iter().enumerate() {
        let name = canvas.fitted(
            &row.name,
            Fit {
                weight: Weight::Regular,
                size: 22.0 * u,
                size_min: 16.0 * u,
                width: whole.w * 0.4,
                lines_max: 1,
            },
        );
        let wide = name.width() + 30.0 * u;
        if x + wide > whole.right() && x > start {
            (x, y) = (whole.x + 22.0 * u, y + 30.0 * u);
        }
        let mark = Place::new(x, y + 7.0 * u, 16.0 * u, 16.0 * u);
        canvas.round(mark, 4.0 * u, setting.colours.row(number));
        canvas.block(&name, (x + 24.0 * u, y), Side::Left, setting.colours.text);
        x += wide + 26.0 * u;
    }
    y
}

/// Draws both axes; what is left lies between them.
pub(super) fn axes(
    canvas: &mut Canvas,
    plot: &Plot<'_>,
    whole: Place,
    setting: &Setting,
    scale: &Scale,
) -> Place {
    let (u, colours) = (canvas.unit(), setting.colours);
    let size = 20.0 * u;
    let most = scale.from.abs().max(scale.to.abs());
    let ticks: Vec<(f64, String)> = scale
        .ticks()
        .map(|value| (value, number::tick(value, scale.step, most, setting.is_chinese)))
        .collect();
    let wide = ticks
        .iter()
        .map(|(_, text)| lettering::width(text, Weight::Regular, size))
        .fold(0.0, f32::max);
    let left = whole.x + wide + 14.0 * u;
    let slots = slots(plot, (whole.right() - left).max(1.0), u);
    let labels = names(canvas, plot, &slots, u);
    let high = labels.iter().flatten().map(Block::height).fold(0.0, f32::max);
    let inner = Place::new(
        left,
        whole.y + 12.0 * u,
        (whole.right() - left).max(1.0),
        (whole.h - high - 24.0 * u).max(1.0),
    );
    for (value, text) in &ticks {
        let y = inner.bottom() - inner.h * scale.share(*value);
        let is_zero = value.abs() < scale.step * 1e-6;
        let (alpha, width) = if is_zero { (1.0, 2.5 * u) } else { (0.55, 1.2 * u) };
        canvas.line((inner.x, y), (inner.right(), y), Ink::Flat(colours.line, alpha), width);
        let style = (Weight::Regular, size);
        let x = inner.x - 12.0 * u - lettering::width(text, style.0, style.1);
        canvas.letters(text, (x, y + size * 0.36), style, (colours.muted, 1.0));
    }
    for (number, label) in labels.iter().enumerate() {
        if let Some(label) = label {
            let wide = label.width() / 2.0;
            let x = inner.x + slots.middle(number, inner.w);
            let x = x.clamp(whole.x + wide, (whole.right() - wide).max(whole.x + wide));
            canvas.block(label, (x, inner.bottom() + 10.0 * u), Side::Middle, colours.muted);
        }
    }
    inner
}

/// How the names of the first column are spread along the axis.
pub(super) struct Slots {
    count: usize,
    /// Whether names stand in the middle of a slot each; otherwise they reach from end to end.
    is_boxed: bool,
    /// Every which name is written.
    stride: usize,
    width: f32,
}

impl Slots {
    /// The middle of a name, from the left of an axis of this width.
    pub(super) fn middle(&self, number: usize, width: f32) -> f32 {
        if self.is_boxed || self.count < 2 {
            return width * (number as f32 + 0.5) / self.count as f32;
        }
        width * number as f32 / (self.count - 1) as f32
    }
}

/// Spreads the names; so many are left out that the others have room.
pub(super) fn slots(plot: &Plot<'_>, width: f32, u: f32) -> Slots {
    let count = plot.labels.len().max(1);
    let size = 20.0 * u;
    let wide = plot
        .labels
        .iter()
        .map(|label| lettering::width(label, Weight::Regular, size))
        .fold(0.0, f32::max);
    let is_boxed = plot.chart.form == ChartKind::Bar;
    let slot = width / count as f32;
    // Names of bars may be wrapped and are all written; others are left out evenly.
    let needed = if is_boxed { wide.min(70.0 * u) } else { wide.min(200.0 * u) } + 14.0 * u;
    let stride = (needed / slot).ceil().max(1.0) as usize;
    Slots { count, is_boxed, stride, width: slot * stride as f32 - 10.0 * u }
}

fn names(canvas: &mut Canvas, plot: &Plot<'_>, slots: &Slots, u: f32) -> Vec<Option<Block>> {
    let names = plot.labels.iter().enumerate().map(|(number, label)| {
        let fit = Fit {
            weight: Weight::Regular,
            size: 20.0 * u,
            size_min: 15.0 * u,
            width: slots.width.max(24.0 * u),
            lines_max: 2,
        };
        (number.is_multiple_of(slots.stride)).then(|| canvas.fitted(label, fit))
    });
    names.collect()
}
