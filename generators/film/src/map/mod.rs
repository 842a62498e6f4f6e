//! Maps with points: `outline` holds the land, `points` reads places from a table, and `drawing`
//! shows both. No borders are drawn.

mod drawing;
mod outline;
mod points;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

pub(crate) use drawing::land_of_the_world;

use crate::{
    error::FilmError,
    layer::Span,
    storyboard::{Area, Picture},
};

/// A map with the places of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    /// The places as CSV: names in the first column, a column `latitude` and a column `longitude`
    /// (or `lat`, `lon`, `纬度`, `经度`) in degrees, and a column of numbers for their sizes.
    pub csv: String,
    /// What it shows.
    pub title: String,
    /// The unit of the numbers; that of the table when nothing is given.
    pub unit: String,
    /// Whose numbers they are.
    pub source: String,
    /// What part of the world is shown; around the places when nothing is given.
    pub view: Option<View>,
    /// Where; most of the frame when nothing is given.
    pub area: Option<Area>,
    /// When.
    pub time: Span,
}

/// A part of the world in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Left side, from -180 to 180.
    pub west: f32,
    /// Lower side, from -90 to 90.
    pub south: f32,
    /// Right side, east of `west`.
    pub east: f32,
    /// Upper side, north of `south`.
    pub north: f32,
}

/// Seconds until a map stands.
pub(crate) const SECONDS: f64 = 2.6;
/// The most places of a map.
const POINTS_MAX: usize = 60;

/// A map whose table was read.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    pub(crate) map: &'a Map,
    points: Vec<points::Point>,
    unit: String,
    view: View,
    /// Sea and land, drawn once.
    land: OnceLock<Picture>,
}

impl<'a> Places<'a> {
    /// Reads the table and checks that it can be drawn.
    pub(crate) fn of(map: &'a Map) -> Result<Self, FilmError> {
        let (points, unit) = points::read(&map.csv)?;
        let given = map.unit.trim();
        let unit = if given.is_empty() { unit.unwrap_or_default() } else { given.to_owned() };
        let view = map.view.unwrap_or_else(|| points::around(&points));
        let View { west, south, east, north } = view;
        let is_part = (-180.0..=180.0).contains(&west)
            && (-180.0..=180.0).contains(&east)
            && (-90.0..=90.0).contains(&south)
            && (-90.0..=90.0).contains(&north)
            && east - west >= 0.5
            && north - south >= 0.5;
        if !is_part {
            let reason = "its view is no part of the world: give west < east within ±180 and \
                          south < north within ±90, at least half a degree apart";
            return Err(FilmError::Unsuited { what: "map", reason: reason.to_owned() });
        }
        Ok(Self { map, points, unit, view, land: OnceLock::new() })
    }

    /// The names on it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.points.iter().map(|point| point.name.as_str())
    }
}
