//! Measures every part on photos and leaves the pictures for looking at:
//! `cargo run --release -p retouch --example bench -- PHOTOS OUT [fill] [restore] …`

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    reason = "a tool that prints tables, and whose wrong use may end it"
)]

mod damage;
mod enlarging;
mod lots;
mod measures;
mod restoring;
mod styling;
mod wearing;

use std::path::Path;

use retouch::Picture;

/// A photo and its file's name without extension.
pub(crate) struct Photo {
    pub(crate) name: String,
    pub(crate) picture: Picture,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [photos, out, parts @ ..] = &arguments[..] else {
        panic!("say where the photos are and where results shall go");
    };
    std::fs::create_dir_all(out).unwrap();
    let photos = photos_in(photos);
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    if wanted("fill") {
        restoring::filling(&photos, out);
    }
    if wanted("try-on") {
        wearing::trying(&photos, out);
    }
    if wanted("style") {
        styling::restyling(&photos, out);
    }
    if wanted("enlarge") {
        enlarging::enlarging(&photos, out);
    }
    if wanted("restore") {
        restoring::whole(&photos, out);
    }
}

fn photos_in(folder: &str) -> Vec<Photo> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let every: usize = std::env::var("EVERY").map_or(1, |every| every.parse().unwrap());
    let paths = paths.iter().step_by(every);
    paths.map(|path| Photo { name: stem(path), picture: load(path) }).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

pub(crate) fn load(path: &Path) -> Picture {
    let image = image::open(path).unwrap().into_rgb8();
    Picture::new(image.width(), image.height(), image.into_raw()).unwrap()
}

pub(crate) fn save(picture: &Picture, path: &str) {
    let (width, height) = (picture.width(), picture.height());
    let colour = image::ExtendedColorType::Rgb8;
    image::save_buffer(path, picture.pixels(), width, height, colour).unwrap();
}

/// Sums of columns.
#[derive(Default)]
pub(crate) struct Sums {
    columns: Vec<f64>,
    rows: f64,
}

impl Sums {
    pub(crate) fn add(&mut self, values: &[f64]) {
        self.columns.resize(values.len(), 0.0);
        for (sum, value) in self.columns.iter_mut().zip(values) {
            *sum += value;
        }
        self.rows += 1.0;
    }

    pub(crate) fn means(&self) -> String {
        let means = self.columns.iter().map(|sum| sum / self.rows);
        means
            .map(|mean| if mean.abs() < 1.5 { format!("{mean:.3}") } else { format!("{mean:.2}") })
            .collect::<Vec<_>>()
            .join(" | ")
    }
}
