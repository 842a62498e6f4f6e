//! A frame that is drawn on: shapes, letters, and groups that are laid on it as one.

use std::collections::BTreeSet;

use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point,
    RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

use crate::{
    colour::Colour,
    lettering::{self, Block, Fit, Glyph, Weight},
};

/// With what something is painted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ink {
    /// One colour; the number is how much it covers.
    Flat(Colour, f32),
    /// From one colour to another between two points.
    Fade((Colour, f32), (Colour, f32), [(f32, f32); 2]),
    /// A glow that ends at a distance from a point.
    Glow((Colour, f32), (f32, f32), f32),
}

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        Self::Flat(colour, 1.0)
    }
}

impl Ink {
    /// From `top` at one height to `bottom` at another.
    pub(crate) const fn down(top: Colour, bottom: Colour, (from, to): (f32, f32)) -> Self {
        Self::Fade((top, 1.0), (bottom, 1.0), [(0.0, from), (0.0, to)])
    }

    fn paint(self) -> Paint<'static> {
        let shader = match self {
            Self::Flat(colour, alpha) => Some(Shader::SolidColor(tinted(colour, alpha))),
            Self::Fade(from, to, [a, b]) => {
                let stops = [(0.0, from), (1.0, to)];
                let stops = stops.map(|(at, (c, alpha))| GradientStop::new(at, tinted(c, alpha)));
                let (a, b) = (Point::from_xy(a.0, a.1), Point::from_xy(b.0, b.1));
                LinearGradient::new(a, b, stops.to_vec(), SpreadMode::Pad, Transform::identity())
            }
            Self::Glow((colour, alpha), (x, y), radius) => {
                let stops = [(0.0, alpha), (0.5, alpha * 0.35), (1.0, 0.0)];
                let stops = stops.map(|(at, alpha)| GradientStop::new(at, tinted(colour, alpha)));
                let centre = Point::from_xy(x, y);
                RadialGradient::new(
                    centre,
                    0.0,
                    centre,
                    radius,
                    stops.to_vec(),
                    SpreadMode::Pad,
                    Transform::identity(),
                )
            }
        };
        let shader = shader.unwrap_or(Shader::SolidColor(Color::TRANSPARENT));
        Paint { shader, anti_alias: true, ..Paint::default() }
    }
}

fn tinted(colour: Colour, alpha: f32) -> Color {
    let part = |byte: u8| f32::from(byte) / 255.0;
    Color::from_rgba(part(colour.red), part(colour.green), part(colour.blue), alpha.clamp(0.0, 1.0))
        .unwrap_or(Color::TRANSPARENT)
}

/// A rectangle in pixels: left, top, width, height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) w: f32,
    pub(crate) h: f32,
}

impl Place {
    pub(crate) const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    pub(crate) fn right(&self) -> f32 {
        self.x + self.w
    }

    pub(crate) fn bottom(&self) -> f32 {
        self.y + self.h
    }

    pub(crate) fn centre(&self) -> (f32, f32) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// The rectangle with its sides moved inwards.
    pub(crate) fn inset(&self, by: f32) -> Self {
        Self::new(
            self.x + by,
            self.y + by,
            (self.w - 2.0 * by).max(0.0),
            (self.h - 2.0 * by).max(0.0),
        )
    }

    fn rect(self) -> Option<Rect> {
        Rect::from_xywh(self.x, self.y, self.w, self.h)
    }
}

/// On which side of its point text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Middle,
}

/// A frame, or a part of one.
pub(crate) struct Canvas {
    map: Pixmap,
    /// Added to every place: where the part's left top lies, negated.
    shift: (f32, f32),
    /// The whole frame in pixels.
    pub(crate) size: (f32, f32),
    /// What could not be shown as asked.
    pub(crate) notes: BTreeSet<String>,
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Canvas({}×{})", self.map.width(), self.map.height())
    }
}

impl Canvas {
    /// A transparent frame.
    pub(crate) fn new((width, height): (u32, u32)) -> Self {
        Self::part((width, height), (width as f32, height as f32), (0.0, 0.0))
    }

    /// A frame with these pixels.
    pub(crate) fn of(map: Pixmap) -> Self {
        let size = (map.width() as f32, map.height() as f32);
        Self { map, shift: (0.0, 0.0), size, notes: BTreeSet::new() }
    }

    fn part((width, height): (u32, u32), size: (f32, f32), shift: (f32, f32)) -> Self {
        // A side is only refused when it is 0 or beyond all memory: sizes are checked before.
        let map = Pixmap::new(width.clamp(1, 4096), height.clamp(1, 4096));
        #[expect(clippy::expect_used, reason = "sides from 1 to 4096 are always taken")]
        let map = map.expect("a small picture");
        Self { map, shift, size, notes: BTreeSet::new() }
    }

    /// The pixels.
    pub(crate) fn into_map(self) -> Pixmap {
        self.map
    }

    pub(crate) const fn map_mut(&mut self) -> &mut Pixmap {
        &mut self.map
    }

    /// One pixel of a film of 720 lines, in pixels of this one.
    pub(crate) fn unit(&self) -> f32 {
        self.size.0.min(self.size.1) / 720.0
    }

    /// The whole frame.
    pub(crate) const fn all(&self) -> Place {
        Place::new(0.0, 0.0, self.size.0, self.size.1)
    }

    /// What every screen shows: 5 % are left at each side.
    pub(crate) fn safe(&self) -> Place {
        let (w, h) = self.size;
        Place::new(w * 0.05, h * 0.05, w * 0.9, h * 0.9)
    }

    /// Says that something could not be shown as asked.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.insert(note);
    }

    pub(crate) fn fill(&mut self, path: &Path, ink: impl Into<Ink>) {
        self.fill_by(path, ink, Transform::identity());
    }

    pub(crate) fn fill_by(&mut self, path: &Path, ink: impl Into<Ink>, by: Transform) {
        let by = by.post_translate(self.shift.0, self.shift.1);
        self.map.fill_path(path, &ink.into().paint(), FillRule::Winding, by, None);
    }

    pub(crate) fn stroke(&mut self, path: &Path, ink: impl Into<Ink>, width: f32) {
        self.stroke_by(path, ink, width, Transform::identity());
    }

    pub(crate) fn stroke_by(
        &mut self,
        path: &Path,
        ink: impl Into<Ink>,
        width: f32,
        by: Transform,
    ) {
        let by = by.post_translate(self.shift.0, self.shift.1);
        let (line_cap, line_join) = (tiny_skia::LineCap::Round, tiny_skia::LineJoin::Round);
        let stroke = Stroke { width, line_cap, line_join, ..Stroke::default() };
        self.map.stroke_path(path, &ink.into().paint(), &stroke, by, None);
    }

    /// Fills a rectangle.
    pub(crate) fn area(&mut self, place: Place, ink: impl Into<Ink>) {
        if let Some(rect) = place.rect() {
            self.fill(&PathBuilder::from_rect(rect), ink);
        }
    }

    /// Fills a rectangle with round corners.
    pub(crate) fn round(&mut self, place: Place, radius: f32, ink: impl Into<Ink>) {
        if let Some(path) = rounded(place, radius) {
            self.fill(&path, ink);
        }
    }

    /// Fills an ellipse.
    pub(crate) fn oval(&mut self, (x, y): (f32, f32), (rx, ry): (f32, f32), ink: impl Into<Ink>) {
        let rect = Rect::from_xywh(x - rx, y - ry, 2.0 * rx, 2.0 * ry);
        if let Some(path) = rect.and_then(PathBuilder::from_oval) {
            self.fill(&path, ink);
        }
    }

    /// A straight line.
    pub(crate) fn line(
        &mut self,
        from: (f32, f32),
        to: (f32, f32),
        ink: impl Into<Ink>,
        width: f32,
    ) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        if let Some(path) = path.finish() {
            self.stroke(&path, ink, width);
        }
    }

    /// A soft shadow around a rectangle with round corners, which will cover what is inside.
    pub(crate) fn shadow(&mut self, place: Place, radius: f32, spread: f32) {
        let inner = rounded(place.inset(2.0), radius);
        for step in 0..4_u8 {
            let grow = spread * (1.0 - f32::from(step) / 4.0);
            let larger = place.inset(-grow);
            let lower = Place { y: larger.y + spread * 0.5, ..larger };
            // Only what is seen is filled: the inside would cost much and is covered.
            let mut path = PathBuilder::new();
            for part in [rounded(lower, radius + grow), inner.clone()].iter().flatten() {
                path.push_path(part);
            }
            if let Some(path) = path.finish() {
                let by = Transform::from_translate(self.shift.0, self.shift.1);
                let paint = Ink::Flat(Colour::BLACK, 0.075).paint();
                self.map.fill_path(&path, &paint, FillRule::EvenOdd, by, None);
            }
        }
    }

    /// Draws a part of the frame by itself and lays it on as one; nothing outside is touched.
    pub(crate) fn within(&mut self, place: Place, alpha: f32, draw: impl FnOnce(&mut Self)) {
        self.moved(place, (0.0, 0.0), alpha, draw);
    }

    /// As [`Self::within`], but the part is laid on elsewhere.
    pub(crate) fn moved(
        &mut self,
        place: Place,
        by: (f32, f32),
        alpha: f32,
        draw: impl FnOnce(&mut Self),
    ) {
        // The part and the frame share no pixels beyond the frame's own sides.
        let (left, top) = (
            place.x.floor().max(-by.0.ceil()).max(-4096.0),
            place.y.floor().max(-by.1.ceil()).max(-4096.0),
        );
        let (right, bottom) = (
            place.right().ceil().min(self.size.0 - by.0.floor()),
            place.bottom().ceil().min(self.size.1 - by.1.floor()),
        );
        let (width, height) = (right - left, bottom - top);
        if width < 1.0 || height < 1.0 || alpha <= 0.0 {
            return;
        }
        let mut part = Self::part((width as u32, height as u32), self.size, (-left, -top));
        draw(&mut part);
        let at = (left + by.0.round() + self.shift.0, top + by.1.round() + self.shift.1);
        lay(&mut self.map, &part.map, (at.0 as i32, at.1 as i32), alpha);
        self.notes.append(&mut part.notes);
    }

    /// Text that fits, with a note when some of it is left out.
    pub(crate) fn fitted(&mut self, text: &str, fit: Fit) -> Block {
        let block = Block::fitted(text, fit);
        if block.is_cut {
            let start: String = text.trim().chars().take(40).collect();
            self.note(format!("“{start}…” is too long for its place: it was cut"));
        }
        block
    }

    /// Draws lines from `y`, the top of the first, on a side of `x`.
    pub(crate) fn block(&mut self, block: &Block, (x, y): (f32, f32), side: Side, colour: Colour) {
        let mut base = y + block.size * 1.02;
        for line in &block.lines {
            let wide = lettering::width(line, block.weight, block.size);
            let left = match side {
                Side::Left => x,
                Side::Middle => x - wide / 2.0,
            };
            self.letters(line, (left, base), (block.weight, block.size), (colour, 1.0));
            base += block.leading();
        }
    }

    /// One line of text with its base line at `y`.
    pub(crate) fn letters(
        &mut self,
        line: &str,
        (x, y): (f32, f32),
        (weight, size): (Weight, f32),
        tint: (Colour, f32),
    ) {
        let mut pen = x + self.shift.0;
        let base = (y + self.shift.1).round();
        let end = self.map.width() as f32;
        for letter in line.chars() {
            let (glyph, advance) = lettering::glyph(letter, weight, size);
            let is_seen = pen + advance * 2.0 + size > 0.0 && pen - size < end;
            match glyph {
                Some(glyph) if is_seen => self.stamp(&glyph, (pen, base), tint),
                None if is_seen && !letter.is_whitespace() => {
                    let place = Place::new(
                        pen + size * 0.1 - self.shift.0,
                        base - size * 0.68 - self.shift.1,
                        size * 0.5,
                        size * 0.66,
                    );
                    if let Some(path) = rounded(place, 0.5) {
                        self.stroke(&path, Ink::Flat(tint.0, tint.1), (size * 0.06).max(1.0));
                    }
                }
                _ => {}
            }
            pen += advance;
        }
    }

    /// Lays a letter on the pixels; `pen` is in pixels of the map.
    fn stamp(&mut self, glyph: &Glyph, pen: (f32, f32), (colour, alpha): (Colour, f32)) {
        let thirds = (pen.0 * 3.0).round() as i32;
        let left = thirds.div_euclid(3) + glyph.offset.0;
        let phase = thirds.rem_euclid(3);
        let top = pen.1 as i32 - glyph.offset.1 - glyph.size.1 as i32;
        let (width, height) = (self.map.width() as i32, self.map.height() as i32);
        let ink = [colour.red, colour.green, colour.blue, 255].map(u32::from);
        let strength = (alpha.clamp(0.0, 1.0) * 256.0) as u32;
        let columns = (glyph.size.0 as i32 + phase + 2) / 3;
        let pixels = self.map.data_mut();
        for (row, samples) in glyph.coverage.chunks_exact(glyph.size.0.max(1)).enumerate() {
            let y = top + row as i32;
            if !(0..height).contains(&y) {
                continue;
            }
            for column in 0..columns {
                let x = left + column;
                if !(0..width).contains(&x) {
                    continue;
                }
                let first = column * 3 - phase;
                let sum: u32 = (first..first + 3)
                    .filter_map(|at| samples.get(usize::try_from(at).ok()?))
                    .map(|sample| u32::from(*sample))
                    .sum();
                let cover = sum * strength / (3 * 255);
                if cover == 0 {
                    continue;
                }
                let at = (y * width + x) as usize * 4;
                for (byte, ink) in pixels.iter_mut().skip(at).take(4).zip(ink) {
                    *byte = ((u32::from(*byte) * (256 - cover) + ink * cover + 128) >> 8) as u8;
                }
            }
        }
    }
}

/// A rectangle with round corners.
pub(crate) fn rounded(place: Place, radius: f32) -> Option<Path> {
    let Place { x, y, w, h } = place;
    let r = radius.min(w / 2.0).min(h / 2.0).max(0.0);
    // The distance of control points that makes a quarter of a circle.
    let k = r * 0.447_7;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(x + w - r, y);
    path.cubic_to(x + w - k, y, x + w, y + k, x + w, y + r);
    path.line_to(x + w, y + h - r);
    path.cubic_to(x + w, y + h - k, x + w - k, y + h, x + w - r, y + h);
    path.line_to(x + r, y + h);
    path.cubic_to(x + k, y + h, x, y + h - k, x, y + h - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + k, x + k, y, x + r, y);
    path.close();
    path.finish()
}

/// Lays pixels over others; `alpha` is how much they cover.
fn lay(below: &mut Pixmap, above: &Pixmap, (left, top): (i32, i32), alpha: f32) {
    let strength = (alpha.clamp(0.0, 1.0) * 256.0).round() as u32;
    let (width, height) = (below.width() as i32, below.height() as i32);
    let (first, last) = (left.max(0), (left + above.width() as i32).min(width));
    if first >= last {
        return;
    }
    let rows = above.data().chunks_exact(above.width() as usize * 4);
    for (y, row) in (top..).zip(rows).filter(|(y, _)| (0..height).contains(y)) {
        let start = (y * width + first) as usize;
        let target = below.data_mut().as_chunks_mut::<4>().0;
        let target = target.get_mut(start..start + (last - first) as usize).unwrap_or_default();
        let source = row.as_chunks::<4>().0.iter().skip((first - left) as usize);
        for (to, from) in target.iter_mut().zip(source) {
            match (from[3], strength) {
                (0, _) => {}
                (255, 256) => *to = *from,
                (cover, _) => {
                    let rest = 65_536 - u32::from(cover) * strength * 65_536 / (255 * 256);
                    for (to, from) in to.iter_mut().zip(from) {
                        let sum = ((u32::from(*from) * strength) << 8) + u32::from(*to) * rest;
                        *to = ((sum + 32_768) >> 16).min(255) as u8;
                    }
                }
            }
        }
    }
}
