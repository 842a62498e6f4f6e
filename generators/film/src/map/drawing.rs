//! Land, lines of degrees, points and names.

use tiny_skia::{PathBuilder, Pixmap};

use super::{Places, SECONDS, View, outline, points::Point};
use crate::{
    canvas::{Canvas, Ink, Place, Side},
    colour::Colour,
    easing::{out, passed, smooth},
    lettering::{self, Block, Fit, Weight},
    number,
    plates::{Setting, paste, place},
    resampling::Levels,
    storyboard::Picture,
};

/// What the ground is mixed with where there is water.
const SEA: Colour = Colour::hex(0x2f_78_b8);

/// Seconds in which the view closes in, and the factor by which it is wider at first.
const ZOOM_SECONDS: f64 = 1.5;
const WIDER: f32 = 1.7;

/// Degrees to pixels: one scale in both directions at the middle of the view.
#[derive(Debug, Clone, Copy)]
struct Projection {
    middle: (f32, f32),
    centre: (f32, f32),
    scale: (f32, f32),
}

impl Projection {
    fn of(view: View, place: Place, wider: f32) -> Self {
        let View { west, south, east, north } = view;
        let middle = ((west + east) / 2.0, (south + north) / 2.0);
        let narrow = middle.1.to_radians().cos().max(0.2);
        let scale = (place.w / ((east - west) * narrow)).min(place.h / (north - south)) / wider;
        Self { middle, centre: place.centre(), scale: (scale * narrow, scale) }
    }

    fn pixel(&self, (longitude, latitude): (f32, f32)) -> (f32, f32) {
        (
            self.centre.0 + (longitude - self.middle.0) * self.scale.0,
            self.centre.1 - (latitude - self.middle.1) * self.scale.1,
        )
    }

    /// Longitude and latitude of a pixel.
    fn degrees(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (
            self.middle.0 + (x - self.centre.0) / self.scale.0,
            self.middle.1 - (y - self.centre.1) / self.scale.1,
        )
    }
}

impl Places<'_> {
    /// Draws the map `age` seconds after it came.
    pub(crate) fn draw(&self, canvas: &mut Canvas, setting: &Setting, age: f64) {
        let u = canvas.unit();
        let frame = match self.map.area {
            Some(area) => place(canvas, area),
            None => setting.free(canvas),
        };
        // Whole pixels, so that the land stands as sharp as it was drawn in the end.
        let frame = Place::new(
            frame.x.round(),
            frame.y.round(),
            frame.w.round().max(8.0),
            frame.h.round().max(8.0),
        );
        let wider = 1.0 + (WIDER - 1.0) * (1.0 - smooth(passed(age, 0.0, ZOOM_SECONDS)));
        canvas.shadow(frame, 16.0 * u, 12.0 * u);
        let land = self.land.get_or_init(|| self.background(frame, setting, u));
        let levels = Levels::of(land);
        let (w, h) = (frame.w * wider, frame.h * wider);
        let (all_w, all_h) = (land.width as f32, land.height as f32);
        let window = ((all_w - w) / 2.0, (all_h - h) / 2.0, w, h);
        if let Some(mut map) = Pixmap::new(frame.w as u32, frame.h as u32) {
            levels.fill(window, &mut map, 256);
            paste(canvas, &map, frame, 16.0 * u);
        }
        let projection = Projection::of(self.view, frame.inset(10.0 * u), wider);
        canvas.within(frame, 1.0, |canvas| {
            self.points(canvas, &projection, (frame, age), setting);
        });
        self.words(canvas, frame, setting);
    }

    /// Sea, land and lines, as wide as the map is at first, at the size that it has in the end.
    fn background(&self, frame: Place, setting: &Setting, u: f32) -> Picture {
        // Even margins, so that the end of the way lies on whole pixels.
        let margin = |side: f32| (side * (WIDER - 1.0) / 2.0).ceil() * 2.0;
        let size = (frame.w + margin(frame.w), frame.h + margin(frame.h));
        let mut map = Canvas::new((size.0 as u32, size.1 as u32));
        let end = Projection::of(self.view, frame.inset(10.0 * u), 1.0);
        let local = Projection { centre: (size.0 / 2.0, size.1 / 2.0), ..end };
        let [above, below] = setting.colours.ground;
        map.area(
            map.all(),
            Ink::down(above.mixed(SEA, 0.30), below.mixed(SEA, 0.34), (0.0, size.1)),
        );
        degrees(&mut map, &local, setting, u);
        land(&mut map, &local, setting, u);
        let map = map.into_map();
        let rgb = map.data().as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]);
        Picture { width: map.width(), height: map.height(), rgb: rgb.collect() }
    }

    fn points(
        &self,
        canvas: &mut Canvas,
        projection: &Projection,
        (frame, age): (Place, f64),
        setting: &Setting,
    ) {
        let u = canvas.unit();
        let most = self.points.iter().filter_map(|p| p.value).map(f64::abs).fold(0.0, f64::max);
        let spot = |point: &Point| {
            let (x, y) = projection.pixel((point.longitude, point.latitude));
            let radius = match point.value {
                Some(value) if most > 0.0 => 7.0 + 23.0 * ((value.abs() / most) as f32).sqrt(),
                _ => 7.0,
            };
            (x, y, radius * u)
        };
        let spots: Vec<(f32, f32, f32)> = self.points.iter().map(spot).collect();
        let last = self.points.len().max(1) as f64;
        let shown: Vec<f32> = (0..self.points.len())
            .map(|at| out(passed(age, 1.0 + 0.8 * at as f64 / last, SECONDS - 1.9)))
            .collect();
        for ((point, (x, y, radius)), shown) in self.points.iter().zip(&spots).zip(&shown) {
            let colour = if (point.has_values && point.value.is_none()) || *shown <= 0.0 {
                setting.colours.muted
            } else {
                setting.colours.spark
            };
            if *shown > 0.0 {
                let r = radius * shown;
                canvas.oval((*x, *y), (r, r), Ink::Flat(colour, 0.42));
                let dot = (5.0 * u).min(r);
                canvas.oval((*x, *y), (dot, dot), colour);
                canvas.oval((*x, *y), (dot * 0.45, dot * 0.45), setting.colours.text);
            }
        }
        self.names_beside(canvas, (&spots, &shown), frame, setting);
    }

    /// Names where they cover no other name and no other point.
    fn names_beside(
        &self,
        canvas: &mut Canvas,
        (spots, shown): (&[(f32, f32, f32)], &[f32]),
        frame: Place,
        setting: &Setting,
    ) {
        let u = canvas.unit();
        let title = self.title_plate(canvas, frame);
        let mut taken: Vec<Place> = spots
            .iter()
            .map(|(x, y, _)| Place::new(x - 6.0 * u, y - 6.0 * u, 12.0 * u, 12.0 * u))
            .chain([title])
            .collect();
        for ((point, spot), shown) in self.points.iter().zip(spots).zip(shown) {
            let is_inside = frame.x < spot.0
                && spot.0 < frame.right()
                && frame.y < spot.1
                && spot.1 < frame.bottom();
            let text = self.said(point, setting);
            let size = 21.0 * u;
            let (wide, high) =
                (lettering::width(&text, Weight::Bold, size) + 14.0 * u, size * 1.36);
            let away = 11.0 * u;
            let (x, y, radius) = *spot;
            let choices = [
                (x + away, y - high / 2.0),
                (x - away - wide, y - high / 2.0),
                (x - wide / 2.0, y - radius - high - 2.0 * u),
                (x - wide / 2.0, y + radius + 2.0 * u),
                (x + away, y - high * 1.3),
                (x - away - wide, y + high * 0.3),
            ];
            let free = choices
                .into_iter()
                .map(|(left, top)| Place::new(left, top, wide, high))
                .find(|plate| is_within(plate, &frame) && !taken.iter().any(|o| is_over(o, plate)));
            let Some(plate) = free else {
                if is_inside && *shown >= 1.0 {
                    canvas.note(format!("“{}” has no room for its name on the map", point.name));
                }
                continue;
            };
            canvas.round(plate, 5.0 * u, Ink::Flat(setting.colours.panel, 0.72 * shown));
            let place = (plate.x + 7.0 * u, plate.y + size * 1.02);
            let tint = (setting.colours.text, *shown);
            canvas.letters(&text, place, (Weight::Bold, size), tint);
            taken.push(plate);
        }
    }

    /// A name and its number.
    fn said(&self, point: &Point, setting: &Setting) -> String {
        let name: String = point.name.chars().take(32).collect();
        match point.value {
            Some(value) => {
                let value = number::written(value, setting.is_chinese);
                let space = if self.unit == "%" || self.unit.starts_with('°') { "" } else { " " };
                format!("{name}  {value}{space}{}", self.unit).trim_end().to_owned()
            }
            None => name,
        }
    }

    fn title_block(&self, canvas: &mut Canvas, frame: Place) -> Block {
        let u = canvas.unit();
        let fit = Fit {
            weight: Weight::Bold,
            size: 34.0 * u,
            size_min: 20.0 * u,
            width: (frame.w * 0.8).max(1.0),
            lines_max: 2,
        };
        canvas.fitted(&self.map.title, fit)
    }

    fn title_plate(&self, canvas: &mut Canvas, frame: Place) -> Place {
        let u = canvas.unit();
        if self.map.title.trim().is_empty() {
            return Place::new(frame.x, frame.y, 0.0, 0.0);
        }
        let title = self.title_block(canvas, frame);
        Place::new(frame.x, frame.y, title.width() + 46.0 * u, title.height() + 20.0 * u)
    }

    fn words(&self, canvas: &mut Canvas, frame: Place, setting: &Setting) {
        let (u, colours) = (canvas.unit(), setting.colours);
        if !self.map.title.trim().is_empty() {
            let title = self.title_block(canvas, frame);
            let plate = self.title_plate(canvas, frame);
            canvas.round(plate, 16.0 * u, Ink::Flat(colours.panel, 0.92));
            let bar = Place::new(
                plate.x + 12.0 * u,
                plate.y + 14.0 * u,
                6.0 * u,
                title.height() - 8.0 * u,
            );
            canvas.area(bar, colours.spark);
            canvas.block(&title, (plate.x + 30.0 * u, plate.y + 8.0 * u), Side::Left, colours.text);
        }
        let source = format!("{}  Natural Earth", self.map.source.trim());
        let fit = Fit {
            weight: Weight::Regular,
            size: 16.0 * u,
            size_min: 12.0 * u,
            width: frame.w * 0.7,
            lines_max: 1,
        };
        let line = canvas.fitted(source.trim(), fit);
        let wide = line.width() + 20.0 * u;
        let high = line.height() + 8.0 * u;
        let plate = Place::new(frame.right() - wide, frame.bottom() - high, wide, high);
        canvas.round(plate, 8.0 * u, Ink::Flat(colours.panel, 0.85));
        let at = (plate.x + 10.0 * u, plate.y + 4.0 * u);
        canvas.block(&line, at, Side::Left, colours.muted);
    }
}

fn is_within(inner: &Place, outer: &Place) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

fn is_over(a: &Place, b: &Place) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// Lines of round degrees.
fn degrees(map: &mut Canvas, projection: &Projection, setting: &Setting, u: f32) {
    let (w, h) = map.size;
    let (west, north) = projection.degrees((0.0, 0.0));
    let (east, south) = projection.degrees((w, h));
    let step = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0]
        .into_iter()
        .find(|step| (east - west) / step < 9.0)
        .unwrap_or(30.0);
    let ink = Ink::Flat(setting.colours.text, 0.10);
    for number in 0..40_u8 {
        let x = (west / step).ceil() * step + step * f32::from(number);
        if x <= east {
            let x = projection.pixel((x, 0.0)).0;
            map.line((x, 0.0), (x, h), ink, 1.2 * u);
        }
        let y = (south / step).ceil() * step + step * f32::from(number);
        if y <= north {
            let y = projection.pixel((0.0, y)).1;
            map.line((0.0, y), (w, y), ink, 1.2 * u);
        }
    }
}

fn land(map: &mut Canvas, projection: &Projection, setting: &Setting, u: f32) {
    let (w, h) = map.size;
    let (west, north) = projection.degrees((0.0, 0.0));
    let (east, south) = projection.degrees((w, h));
    let colours = setting.colours;
    let mut path = PathBuilder::new();
    for ring in outline::RINGS.iter() {
        let [left, low, right, high] = ring.bounds;
        // What lies beyond the date line is seen on both sides of the world.
        for turn in [-360.0, 0.0, 360.0] {
            let is_seen = right + turn > west && left + turn < east && high > south && low < north;
            if !is_seen {
                continue;
            }
            for (at, (longitude, latitude)) in ring.points.iter().enumerate() {
                let (x, y) = projection.pixel((longitude + turn, *latitude));
                // What lies far outside only closes the shape.
                let (x, y) = (x.clamp(-2.0 * w, 3.0 * w), y.clamp(-2.0 * h, 3.0 * h));
                if at == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
            }
            path.close();
        }
    }
    if let Some(path) = path.finish() {
        map.fill(&path, colours.ground[1].mixed(colours.line, 0.75));
        map.stroke(&path, Ink::Flat(colours.muted, 0.55), 1.4 * u);
    }
}

/// All land as one shape; a degree is `scale` pixels, and the middle of the map is at `middle`.
pub(crate) fn land_of_the_world(middle: (f32, f32), scale: f32) -> Option<tiny_skia::Path> {
    let mut path = PathBuilder::new();
    // Small islands and the Antarctic are no help on a small picture.
    let large = outline::RINGS.iter().filter(|ring| ring.bounds[2] - ring.bounds[0] > 2.0);
    for ring in large.filter(|ring| ring.bounds[3] > -60.0) {
        for (at, (longitude, latitude)) in ring.points.iter().enumerate() {
            let (x, y) =
                (middle.0 + longitude * scale, middle.1 - (latitude - 12.0) * scale * 1.18);
            if at == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path.close();
    }
    path.finish()
}
