//! Shapes by name: what a node's `shape` means. Every shape stands on the ground at its origin and
//! looks towards +z.

mod buildings;
mod furniture;
mod ground;
mod mesh;
mod nature;
mod people;
mod products;
mod vessels;

pub(crate) use mesh::{Face, Mesh};
pub(crate) use people::{Limb, limb};

/// The mesh of a name, or nothing if there is no such shape.
pub(crate) fn mesh(name: &str) -> Option<Mesh> {
    let mut words = name.splitn(2, ':');
    let (kind, detail) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let number: u64 = detail.rsplit(':').next().and_then(|last| last.parse().ok()).unwrap_or(0);
    let mut mesh = Mesh::default();
    let known = ground::build(&mut mesh, kind, detail, number)
        || nature::build(&mut mesh, kind, number)
        || buildings::build(&mut mesh, kind, number)
        || furniture::build(&mut mesh, kind, number)
        || vessels::build(&mut mesh, kind, number)
        || products::build(&mut mesh, kind);
    known.then_some(mesh)
}

/// The name of the material of a series, by a number.
fn of_series(series: &str, number: u64, count: u64) -> String {
    format!("{series}-{}", number % count + 1)
}

/// The height of the ground of a place.
pub(crate) fn height_of(place: &str, x: f32, z: f32) -> f32 {
    ground::height(place, x, z)
}

/// The shape of a product by the words of its brief.
pub(crate) fn product(words: &str) -> Option<&'static str> {
    let words = words.to_lowercase();
    let is_word = |word: &str| {
        !word.is_ascii() && words.contains(word)
            || words
                .split(|c: char| !c.is_alphanumeric())
                .any(|part| part == word || part.strip_suffix('s').is_some_and(|part| part == word))
    };
    products::KNOWN
        .iter()
        .find(|(_, names)| names.iter().any(|name| is_word(name)))
        .map(|row| row.0)
}
