//! The outline of the land: Natural Earth, public domain (see `data/README.md`).

use std::sync::LazyLock;

const BYTES: &[u8] = include_bytes!("../../data/outline.bin");
/// Units of a degree in the data.
const UNITS: f32 = 150.0;

/// One coast line: closed, in degrees of longitude and latitude.
#[derive(Debug)]
pub(super) struct Ring {
    pub(super) points: Vec<(f32, f32)>,
    /// West, south, east and north of all points.
    pub(super) bounds: [f32; 4],
}

/// All coast lines, large land first.
pub(super) static RINGS: LazyLock<Vec<Ring>> = LazyLock::new(|| {
    let mut words = BYTES.as_chunks::<2>().0.iter().copied();
    let mut rings = Vec::new();
    while let Some(count) = words.next().map(u16::from_le_bytes) {
        let mut number = || words.next().map(|word| f32::from(i16::from_le_bytes(word)) / UNITS);
        let points: Vec<(f32, f32)> =
            (0..count).map_while(|_| Some((number()?, number()?))).collect();
        let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        let bounds = points
            .iter()
            .fold(start, |[w, s, e, n], (x, y)| [w.min(*x), s.min(*y), e.max(*x), n.max(*y)]);
        rings.push(Ring { points, bounds });
    }
    rings
});

#[cfg(test)]
mod tests {
    use super::*;

    fn is_land(x: f32, y: f32) -> bool {
        RINGS.iter().any(|ring| {
            let ends = ring.points.iter().zip(ring.points.iter().cycle().skip(1));
            ends.filter(|(a, b)| {
                (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0
            })
            .count()
                % 2
                == 1
        })
    }

    #[test]
    fn cities_lie_on_land_and_oceans_do_not() {
        for (name, x, y, expected) in [
            ("Paris", 2.35, 48.86, true),
            ("Beijing", 116.4, 39.9, true),
            ("Denver", -105.0, 39.7, true),
            ("Nairobi", 36.8, -1.3, true),
            ("mid Atlantic", -35.0, 35.0, false),
            ("south Pacific", -120.0, -30.0, false),
        ] {
            assert_eq!(is_land(x, y), expected, "{name}");
        }
    }
}
