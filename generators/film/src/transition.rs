//! One scene takes over from another: pixels of both become one frame.

use tiny_skia::Pixmap;

use crate::{easing::smooth, storyboard::Transition};

/// Width of a wipe's soft edge in parts of the frame.
const EDGE: f32 = 0.06;

/// Lays what is left of `before` over `now`; `share` from 0 to 1 is how far the change went.
pub(crate) fn mix(now: &mut Pixmap, before: Option<&Pixmap>, transition: Transition, share: f32) {
    let share = smooth(share);
    let width = now.width() as usize;
    let black = before.is_none().then(|| [0, 0, 0, 255].repeat(width * now.height() as usize));
    let before = before.map(Pixmap::data).or(black.as_deref()).unwrap_or_default();
    let now = now.data_mut();
    match transition {
        Transition::Cut => {}
        Transition::Dissolve { .. } => blend(now, before, share),
        Transition::Fade { .. } if share < 0.5 => {
            now.copy_from_slice(before);
            dim(now, 1.0 - share * 2.0);
        }
        Transition::Fade { .. } => dim(now, share * 2.0 - 1.0),
        Transition::Wipe { .. } => wipe(now, before, width, share),
        Transition::Slide { .. } => slide(now, before, width, share),
    }
}

fn blend(now: &mut [u8], before: &[u8], share: f32) {
    let share = (share * 256.0) as u32;
    for (byte, old) in now.iter_mut().zip(before) {
        *byte = ((u32::from(*byte) * share + u32::from(*old) * (256 - share) + 128) >> 8) as u8;
    }
}

fn dim(now: &mut [u8], light: f32) {
    let light = (light * 256.0) as u32;
    for pixel in now.chunks_exact_mut(4) {
        for byte in pixel.iter_mut().take(3) {
            *byte = ((u32::from(*byte) * light) >> 8) as u8;
        }
    }
}

fn wipe(now: &mut [u8], before: &[u8], width: usize, share: f32) {
    let edge = share * (1.0 + EDGE) - EDGE;
    let shares: Vec<f32> = (0..width)
        .map(|x| 1.0 - ((x as f32 / width as f32 - edge) / EDGE).clamp(0.0, 1.0))
        .collect();
    for (row, old) in now.chunks_exact_mut(width * 4).zip(before.chunks_exact(width * 4)) {
        for ((pixel, old), share) in row.chunks_exact_mut(4).zip(old.chunks_exact(4)).zip(&shares) {
            blend(pixel, old, *share);
        }
    }
}

fn slide(now: &mut [u8], before: &[u8], width: usize, share: f32) {
    let left = ((1.0 - share) * width as f32).round() as usize * 4;
    for (row, old) in now.chunks_exact_mut(width * 4).zip(before.chunks_exact(width * 4)) {
        let new = row.to_vec();
        let rest = old.get(old.len() - left..).unwrap_or_default();
        for (byte, value) in row.iter_mut().zip(rest.iter().chain(&new)) {
            *byte = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: u8) -> Pixmap {
        let mut map = Pixmap::new(40, 4).unwrap();
        map.data_mut()
            .chunks_exact_mut(4)
            .for_each(|p| p.copy_from_slice(&[value, value, value, 255]));
        map
    }

    #[test]
    fn changes_start_with_the_old_and_end_with_the_new() {
        let seconds = 1.0;
        for transition in [
            Transition::Dissolve { seconds },
            Transition::Fade { seconds },
            Transition::Wipe { seconds },
            Transition::Slide { seconds },
        ] {
            for (share, expected) in [(0.0, 50), (1.0, 200)] {
                let mut now = plain(200);
                mix(&mut now, Some(&plain(50)), transition, share);
                let red = now.pixels()[60].red();
                assert!(red.abs_diff(expected) < 2, "{transition:?} at {share}: {red}");
            }
            let mut now = plain(200);
            mix(&mut now, None, transition, 0.5);
            assert!(now.pixels().iter().all(|pixel| pixel.alpha() == 255), "{transition:?}");
        }
    }
}
