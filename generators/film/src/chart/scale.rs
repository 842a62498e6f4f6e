//! An axis with round steps.

use super::{ChartKind, Plot};
use crate::number;

/// From which value to which an axis goes, and in what steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) step: f64,
}

impl Scale {
    /// An axis for all values of a plot; bars and areas start at zero. The height is in pixels of
    /// 720 lines.
    pub(super) fn of(plot: &Plot<'_>, height: f32) -> Self {
        let (mut low, mut high) = plot
            .values()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
        // Lines that are far from zero may leave it out; their axis says so.
        let is_from_zero = plot.chart.form != ChartKind::Line || low.min(-high) > 0.0;
        let is_near = low > 0.0 && low < 0.5 * high || high < 0.0 && high > 0.5 * low;
        if is_from_zero || is_near || low * high <= 0.0 {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if high - low < 1e-9 * high.abs().max(1e-3) {
            let around = high.abs().max(1.0) * 0.5;
            (low, high) = if low == 0.0 { (0.0, 1.0) } else { (low - around, high + around) };
        }
        let count = f64::from((height / 75.0).clamp(2.0, 6.0));
        let step = number::step(high - low, count);
        Self {
            from: (low / step + 1e-9).floor() * step,
            to: (high / step - 1e-9).ceil() * step,
            step,
        }
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f32 {
        ((value - self.from) / (self.to - self.from)) as f32
    }

    /// The values at its lines.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let first = (self.from / self.step).round() as i64;
        let last = (self.to / self.step).round() as i64;
        (first..=last).take(40).map(|number| number as f64 * self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Chart;

    fn check(form: ChartKind, values: &str, expected: (f64, f64, f64)) {
        let rows: String = values.split(' ').map(|value| format!("x,{value}\n")).collect();
        let chart = Chart { form, csv: format!("a,b\n{rows}"), ..Chart::default() };
        let scale = Scale::of(&Plot::of(&chart).unwrap(), 400.0);
        let (from, to, step) = expected;
        assert_eq!(scale, Scale { from, to, step }, "{form:?} {values}");
    }

    #[test]
    fn steps_are_round() {
        check(ChartKind::Bar, "3 48 97", (0.0, 100.0, 20.0));
        check(ChartKind::Bar, "-3 12", (-5.0, 15.0, 5.0));
        check(ChartKind::Line, "980 1010", (980.0, 1010.0, 10.0));
        check(ChartKind::Area, "980 1010", (0.0, 1200.0, 200.0));
        check(ChartKind::Line, "5 5", (2.5, 7.5, 1.0));
        check(ChartKind::Bar, "0 0", (0.0, 1.0, 0.2));
    }
}
