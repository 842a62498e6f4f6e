//! With what shapes are painted.

use tiny_skia::{
    Color, GradientStop, LinearGradient, Paint, Point, RadialGradient, Shader, SpreadMode,
    Transform,
};

use crate::colour::Colour;

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

    pub(super) fn paint(self) -> Paint<'static> {
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
