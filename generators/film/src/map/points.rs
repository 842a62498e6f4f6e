//! Places of a table.

use super::{POINTS_MAX, View};
use crate::{
    error::FilmError,
    table::{Cells, Column, Table},
};

const LATITUDE: [&str; 4] = ["lat", "latitude", "纬度", "北纬"];
const LONGITUDE: [&str; 6] = ["lon", "lng", "long", "longitude", "经度", "东经"];
/// Degrees that a view has at least.
const SPAN_MIN: f32 = 5.0;

/// A place with a name.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) name: String,
    pub(super) longitude: f32,
    pub(super) latitude: f32,
    /// Its number, when it has one.
    pub(super) value: Option<f64>,
    /// Whether the table has numbers, so that a missing one is a gap.
    pub(super) has_values: bool,
}

/// The places of a table, and the unit of their numbers.
pub(super) fn read(csv: &str) -> Result<(Vec<Point>, Option<String>), FilmError> {
    let table = Table::parse_csv(csv)?;
    let unsuited = |reason: String| FilmError::Unsuited { what: "map", reason };
    if table.rows > POINTS_MAX {
        return Err(unsuited(format!("{} places: give at most {POINTS_MAX}", table.rows)));
    }
    let is_named =
        |column: &Column, names: &[&str]| names.contains(&column.name.to_lowercase().as_str());
    let find = |names: &[&str], what: &str| {
        let found = table.series().find(|(column, _)| is_named(column, names));
        found
            .map(|(_, values)| values)
            .ok_or_else(|| unsuited(format!("it has no column `{what}` with numbers: give one")))
    };
    let latitudes = find(&LATITUDE, "latitude")?;
    let longitudes = find(&LONGITUDE, "longitude")?;
    let sizes = table
        .series()
        .find(|(column, _)| !is_named(column, &LATITUDE) && !is_named(column, &LONGITUDE));
    let mut points = Vec::with_capacity(table.rows);
    for (at, name) in table.labels().iter().enumerate() {
        let degrees = |values: &[Option<f64>], most: f64, what: &str| {
            let value = values.get(at).copied().flatten();
            value.filter(|value| value.abs() <= most).map(|value| value as f32).ok_or_else(|| {
                unsuited(format!(
                    "`{name}` has no {what} within ±{most}: give one, or leave the place out"
                ))
            })
        };
        points.push(Point {
            name: name.clone(),
            latitude: degrees(latitudes, 90.0, "latitude")?,
            longitude: degrees(longitudes, 180.0, "longitude")?,
            value: sizes.and_then(|(_, values)| values.get(at).copied().flatten()),
            has_values: sizes.is_some(),
        });
    }
    let is_column = |column: &&Column| matches!(column.cells, Cells::Numbers(_));
    let unit = sizes.map(|(column, _)| column).filter(is_column);
    Ok((points, unit.and_then(|column| column.unit.clone())))
}

/// A view that has all places well inside.
pub(super) fn around(points: &[Point]) -> View {
    let range = |value: fn(&Point) -> f32| {
        let values = points.iter().map(value);
        let (low, high) = values
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
        let margin = ((high - low) * 0.18).max((SPAN_MIN - (high - low)) / 2.0).max(1.0);
        (low - margin, high + margin)
    };
    let (west, east) = range(|point| point.longitude);
    let (south, north) = range(|point| point.latitude);
    View {
        west: west.clamp(-180.0, 178.0),
        east: east.clamp(-178.0, 180.0),
        south: south.clamp(-90.0, 88.0),
        north: north.clamp(-88.0, 90.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let (points, unit) =
            read("City,Lat,Lon,Rain (mm)\nOslo,59.9,10.7,12\nRome,41.9,12.5,\n").unwrap();
        assert_eq!(points.len(), 2);
        assert_eq!((points[0].value, points[1].value), (Some(12.0), None));
        assert_eq!(unit.as_deref(), Some("mm"));
        let view = around(&points);
        assert!(view.south < 41.0 && view.north > 60.0 && view.east - view.west >= SPAN_MIN);
    }

    #[test]
    fn places_without_a_place_are_refused() {
        for csv in ["a,b\nx,1\n", "a,lat,lon\nx,91,0\n", "a,lat,lon\nx,1,\ny,1,1\n"] {
            assert!(matches!(read(csv), Err(FilmError::Unsuited { .. })), "{csv}");
        }
    }
}
