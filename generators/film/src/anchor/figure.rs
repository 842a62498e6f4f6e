//! Puts a presenter together, from back to front. A figure is drawn in units of which the frame
//! has 1000 from top to bottom; 0 across is the middle of the figure.

use tiny_skia::{Path, Transform};

use super::{Anchor, Design, body, face, hair, hands, motion::Moves, motion::Pose, robot, studio};
use crate::{
    canvas::{Canvas, Ink},
    plates::Setting,
    shape::shape,
};

/// A presenter that is ready to be drawn.
#[derive(Debug)]
pub(crate) struct Figure<'a> {
    pub(crate) anchor: &'a Anchor,
    pub(crate) design: &'static Design,
    pub(crate) moves: Moves,
}

/// Draws in the units of a figure.
pub(super) struct Pen<'c> {
    pub(super) canvas: &'c mut Canvas,
    pub(super) by: Transform,
}

impl Pen<'_> {
    /// Fills path data.
    pub(super) fn fill(&mut self, data: &str, ink: impl Into<Ink>) {
        if let Some(path) = shape(data) {
            self.path(&path, ink);
        }
    }

    pub(super) fn path(&mut self, path: &Path, ink: impl Into<Ink>) {
        self.canvas.fill_by(path, ink, self.by);
    }

    /// Strokes path data.
    pub(super) fn stroke(&mut self, data: &str, ink: impl Into<Ink>, width: f32) {
        if let Some(path) = shape(data) {
            self.canvas.stroke_by(&path, ink, width, self.by);
        }
    }

    pub(super) fn oval(&mut self, (x, y): (f32, f32), (rx, ry): (f32, f32), ink: impl Into<Ink>) {
        let rect = tiny_skia::Rect::from_xywh(x - rx, y - ry, 2.0 * rx, 2.0 * ry);
        if let Some(path) = rect.and_then(tiny_skia::PathBuilder::from_oval) {
            self.path(&path, ink);
        }
    }

    /// Draws with a further change of place.
    pub(super) fn changed(&mut self, by: Transform, draw: impl FnOnce(&mut Pen<'_>)) {
        let by = self.by.pre_concat(by);
        draw(&mut Pen { canvas: self.canvas, by });
    }

    /// Draws on both sides: as it is, and mirrored. The number is 1 or -1.
    pub(super) fn both(&mut self, mut draw: impl FnMut(&mut Pen<'_>, f32)) {
        for side in [1.0, -1.0] {
            self.changed(Transform::from_scale(side, 1.0), |pen| draw(pen, side));
        }
    }
}

/// From the units of a figure to pixels.
pub(super) fn units(canvas: &Canvas, anchor: &Anchor) -> Transform {
    let (w, h) = canvas.size;
    let scale = (h / 1000.0).min(w / 760.0);
    let middle = w * anchor.middle(h > w);
    Transform::from_row(scale, 0.0, 0.0, scale, middle, h - 1000.0 * scale)
}

/// Draws a presenter at a moment of the film.
pub(crate) fn draw(canvas: &mut Canvas, figure: &Figure<'_>, setting: &Setting, at: f64) {
    let pose = figure.moves.pose(at);
    let design = figure.design;
    let by = units(canvas, figure.anchor);
    let mut pen = Pen { canvas, by };
    let torso = Transform::from_translate(pose.shift.0 * 0.4, -1.6 * pose.breath);
    let neck = Transform::from_rotate_at(pose.tilt, 0.0, 480.0)
        .post_translate(pose.shift.0, pose.shift.1 - 1.2 * pose.breath);
    if design.is_robot {
        pen.changed(torso, |pen| robot::body(pen, design));
        pen.changed(neck, |pen| robot::head(pen, design, &pose));
    } else {
        pen.changed(neck, |pen| hair::back(pen, design, &pose));
        pen.changed(torso, |pen| body::draw(pen, design));
        pen.changed(neck, |pen| head(pen, design, &pose));
    }
    // The whole desk is part of the studio; here it covers what is below the shoulders.
    let reach = (design.shoulders + 90.0) * by.sx;
    let span = ((by.tx - reach).floor(), (2.0 * reach).ceil());
    studio::desk(pen.canvas, figure.anchor, setting, span);
    hands::draw(&mut pen, design, &pose);
}

fn head(pen: &mut Pen<'_>, design: &Design, pose: &Pose) {
    face::draw(pen, design, pose);
    // Hair lies nearer to the middle of the head: it turns less than the face.
    let by = Transform::from_translate(pose.turn.0 * 2.5, pose.turn.1 * 1.5);
    pen.changed(by, |pen| hair::front(pen, design));
    if design.has_glasses {
        let by = Transform::from_translate(pose.turn.0 * 9.0, pose.turn.1 * 7.0);
        pen.changed(by, face::glasses);
    }
}
