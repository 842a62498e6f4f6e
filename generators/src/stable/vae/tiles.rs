//! Large pictures in overlapping pieces, so that memory does not grow with the picture.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use crate::math::Map;

/// Latent places on the side of a picture that is still done in one piece: 1,024 pixels of usual
/// autoencoders.
const WHOLE: usize = 128;
/// Latent places on the side of a piece.
const TILE: usize = 96;
/// Latent places that neighbouring pieces share.
const SHARED: usize = 24;

/// Decodes `latents`; a place becomes `factor` × `factor` pixels.
pub(crate) fn decode(run: &dyn Fn(&Map) -> Map, latents: &Map, factor: usize) -> Map {
    if latents.height.max(latents.width) <= WHOLE {
        return run(latents);
    }
    tiled(run, latents, (1, factor), TILE)
}

/// Encodes `x`, `factor` × `factor` pixels of which become a place.
pub(crate) fn encode(run: &dyn Fn(&Map) -> Map, x: &Map, factor: usize) -> Map {
    if x.height.max(x.width) <= WHOLE * factor {
        return run(x);
    }
    tiled(run, x, (factor, 1), TILE)
}

/// Runs on pieces of `tile` latent places and blends where they overlap. `grain` says how many
/// places of the input and of the result stand for one latent place.
fn tiled(run: &dyn Fn(&Map) -> Map, x: &Map, grain: (usize, usize), tile: usize) -> Map {
    let (height, width) = (x.height / grain.0, x.width / grain.0);
    let (rows, columns) = (starts(height, tile), starts(width, tile));
    let mut out =
        Map { batch: 1, height: height * grain.1, width: width * grain.1, ..Map::default() };
    let mut weights = vec![0.0_f32; out.places()];
    for &top in &rows {
        for &left in &columns {
            let (tall, wide) = (tile.min(height - top), tile.min(width - left));
            let (from, to) = (grain.0, grain.1);
            let done = run(&x.cut(top * from, left * from, tall * from, wide * from));
            if out.channels == 0 {
                out.channels = done.channels;
                out.data = vec![0.0; out.places() * out.channels];
            }
            add(&mut out, &mut weights, &done, (top * to, left * to), SHARED * to);
        }
    }
    for (pixel, weight) in out.data.chunks_exact_mut(out.channels.max(1)).zip(weights) {
        pixel.iter_mut().for_each(|x| *x /= weight);
    }
    out
}

/// Where pieces begin along a side.
fn starts(length: usize, tile: usize) -> Vec<usize> {
    let step = tile - SHARED;
    let mut starts: Vec<usize> = (0..length.saturating_sub(SHARED)).step_by(step).collect();
    // The last piece is as large as the others.
    if let Some(last) = starts.last_mut() {
        *last = (*last).min(length.saturating_sub(tile));
    }
    starts
}

/// Adds a piece with weights that fall towards its edges.
fn add(
    out: &mut Map,
    weights: &mut [f32],
    piece: &Map,
    (top, left): (usize, usize),
    shared: usize,
) {
    let ramp = |at: usize, length: usize| {
        let edge = (at + 1).min(length - at).min(shared);
        edge as f32 / shared as f32
    };
    let channels = piece.channels;
    for row in 0..piece.height {
        for column in 0..piece.width {
            let weight = ramp(row, piece.height) * ramp(column, piece.width);
            let place = (top + row) * out.width + left + column;
            weights[place] += weight;
            let from = &piece.data[(row * piece.width + column) * channels..][..channels];
            let to = &mut out.data[place * channels..][..channels];
            to.iter_mut().zip(from).for_each(|(to, from)| *to += weight * from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_what_depends_on_its_place_alone_are_the_whole() {
        let planes: Vec<f32> = (0..3 * 130 * 200).map(|i| (i as f32 * 0.01).sin()).collect();
        let x = Map::from_planes((3, 130, 200), &planes);
        let double = |x: &Map| x.with(x.channels, x.data.iter().map(|x| 2.0 * x).collect());
        let whole = double(&x);
        let pieces = tiled(&double, &x, (1, 1), 96);
        assert_eq!((pieces.height, pieces.width), (130, 200));
        for (ours, whole) in pieces.data.iter().zip(&whole.data) {
            assert!((ours - whole).abs() < 1e-5);
        }
    }

    #[test]
    fn pieces_cover_every_side() {
        for length in [25, 96, 97, 130, 500] {
            let starts = starts(length, TILE);
            let mut covered = 0;
            for start in starts {
                assert!(start <= covered, "{length}");
                covered = start + TILE;
            }
            assert!(covered >= length, "{length}");
        }
    }
}
