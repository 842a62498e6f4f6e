//! Charts of tables: `scale` finds axes, `frame` draws title, axes and legend, and `bars`, `lines`
//! and `pie` draw the values. Where a table has no value nothing is drawn in its place.

mod bars;
mod frame;
mod lines;
mod pie;
mod scale;

use serde::{Deserialize, Serialize};

use crate::{
    canvas::{Canvas, Place},
    easing::out,
    error::FilmError,
    layer::Span,
    plates::{Setting, place},
    storyboard::Area,
    table::Table,
};

/// A chart of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Chart {
    /// What is drawn.
    pub form: ChartKind,
    /// The table as CSV ([`Table::parse_csv`]): names in the first column, a row of the chart in
    /// each column of numbers.
    pub csv: String,
    /// What it shows.
    pub title: String,
    /// The unit; that of the table when nothing is given.
    pub unit: String,
    /// Whose numbers they are.
    pub source: String,
    /// Where; most of the frame when nothing is given.
    pub area: Option<Area>,
    /// When.
    pub time: Span,
}

/// Forms of charts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Upright bars from zero.
    #[default]
    Bar,
    /// Lines from value to value.
    Line,
    /// Lines with the area down to zero.
    Area,
    /// Parts of a whole.
    Pie,
}

/// Seconds until a chart stands.
pub(crate) const SECONDS: f64 = 1.6;
/// The most rows side by side, bars and slices.
const ROWS_MAX: usize = 6;
const BARS_MAX: usize = 48;
const SLICES_MAX: usize = 10;

/// A chart whose table was read.
#[derive(Debug)]
pub(crate) struct Plot<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) labels: Vec<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) unit: String,
}

/// The values of one colour.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
}

impl<'a> Plot<'a> {
    /// Reads the table and checks that it can be drawn in this form.
    pub(crate) fn of(chart: &'a Chart) -> Result<Self, FilmError> {
        let table = Table::parse_csv(&chart.csv)?;
        let mut units: Vec<String> = table.series().filter_map(|(c, _)| c.unit.clone()).collect();
        units.dedup();
        let unit = match (chart.unit.trim(), units.as_slice()) {
            ("", [one]) => one.clone(),
            (given, _) => given.to_owned(),
        };
        let rows: Vec<Row> = table
            .series()
            .map(|(column, values)| Row { name: column.name.clone(), values: values.to_vec() })
            .collect();
        let plot = Self { chart, labels: table.labels().to_vec(), rows, unit };
        plot.check()?;
        Ok(plot)
    }

    fn check(&self) -> Result<(), FilmError> {
        let unsuited = |reason: String| Err(FilmError::Unsuited { what: "chart", reason });
        let count = self.labels.len();
        if self.values().next().is_none() {
            return unsuited("it has no numbers: give a column of them".to_owned());
        }
        if self.rows.len() > ROWS_MAX {
            return unsuited(format!("{} rows: give at most {ROWS_MAX}", self.rows.len()));
        }
        match self.chart.form {
            ChartKind::Bar if count * self.rows.len() > BARS_MAX => unsuited(format!(
                "{} bars: give at most {BARS_MAX}, or draw lines",
                count * self.rows.len()
            )),
            ChartKind::Pie if self.rows.len() > 1 => {
                unsuited("a pie shows one column of numbers: give one".to_owned())
            }
            ChartKind::Pie if count > SLICES_MAX => {
                unsuited(format!("{count} slices: give at most {SLICES_MAX}, or draw bars"))
            }
            ChartKind::Pie if self.values().any(|value| value < 0.0) => {
                unsuited("a pie has no parts below zero: draw bars".to_owned())
            }
            ChartKind::Pie if self.values().sum::<f64>() <= 0.0 => {
                unsuited("the parts of a pie add up to zero: draw bars".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// All values that there are.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().flat_map(|row| row.values.iter().flatten().copied())
    }

    /// Draws the chart `age` seconds after it came.
    pub(crate) fn draw(&self, canvas: &mut Canvas, setting: &Setting, age: f64) {
        let u = canvas.unit();
        let whole = match self.chart.area {
            Some(area) => place(canvas, area).inset(14.0 * u),
            None => setting.free(canvas).inset(6.0 * u),
        };
        if self.chart.area.is_some() {
            let panel = whole.inset(-14.0 * u);
            canvas.shadow(panel, 14.0 * u, 10.0 * u);
            canvas.round(panel, 14.0 * u, crate::canvas::Ink::Flat(setting.colours.panel, 0.93));
        }
        let share = out((age / SECONDS) as f32);
        let inner = frame::heading(canvas, self, whole, setting);
        match self.chart.form {
            ChartKind::Pie => pie::draw(canvas, self, inner, setting, share),
            form => {
                let scale = scale::Scale::of(self, inner.h / u);
                let inner = frame::axes(canvas, self, inner, setting, &scale);
                let drawing = Drawing { plot: self, inner, scale: &scale, setting, share };
                match form {
                    ChartKind::Bar => bars::draw(canvas, &drawing),
                    _ => lines::draw(canvas, &drawing, form == ChartKind::Area),
                }
            }
        }
    }
}

/// What drawing values needs.
struct Drawing<'a> {
    plot: &'a Plot<'a>,
    /// Between the axes.
    inner: Place,
    scale: &'a scale::Scale,
    setting: &'a Setting,
    /// How far the chart has grown, from 0 to 1.
    share: f32,
}

impl Drawing<'_> {
    /// The height of a value, in pixels.
    fn y(&self, value: f64) -> f32 {
        self.inner.bottom() - self.inner.h * self.scale.share(value)
    }
}

/// What stands where there is no value.
const fn no_data(setting: &Setting) -> &'static str {
    if setting.is_chinese { "无数据" } else { "no data" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: ChartKind, csv: &str, is_taken: bool) {
        let chart = Chart { form, csv: csv.to_owned(), ..Chart::default() };
        assert_eq!(Plot::of(&chart).is_ok(), is_taken, "{form:?} of {csv:?}");
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        check(ChartKind::Bar, "a,b\nx,1\ny,\n", true);
        check(ChartKind::Bar, "a,b\nx,\ny,\n", false);
        check(ChartKind::Pie, "a,b\nx,1\ny,-1\n", false);
        check(ChartKind::Pie, "a,b,c\nx,1,2\n", false);
        check(ChartKind::Pie, "a,b\nx,0\n", false);
        let many: String = (0..60).map(|row| format!("r{row},{row}\n")).collect();
        check(ChartKind::Bar, &format!("a,b\n{many}"), false);
        check(ChartKind::Line, &format!("a,b\n{many}"), true);
    }
}
