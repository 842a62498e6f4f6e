//! Whether edges are where they were.

use crate::plane::{Plane, luma};

/// The steepness of brightness everywhere (Sobel).
pub(super) fn edges(planes: &[Plane; 3]) -> Plane {
    let light = luma(planes).map(|value| value.clamp(0.0, 255.0));
    Plane::from_fn(light.width, light.height, |x, y| {
        let at = |dx: isize, dy: isize| light.clamped(x as isize + dx, y as isize + dy);
        let across =
            at(1, -1) + 2.0 * at(1, 0) + at(1, 1) - at(-1, -1) - 2.0 * at(-1, 0) - at(-1, 1);
        let down = at(-1, 1) + 2.0 * at(0, 1) + at(1, 1) - at(-1, -1) - 2.0 * at(0, -1) - at(1, -1);
        (0.25 * across.hypot(down)).min(255.0)
    })
}

/// Structural similarity of two maps of edges, each as a share of its own greatest edge (the value
/// that one in a hundred exceeds), and as they are; the lesser of both.
pub(super) fn likeness(a: &Plane, b: &Plane) -> f32 {
    let scaled = |plane: &Plane| {
        let most = plane.quantile(0.999).max(1.0);
        plane.map(|value| value / most * 255.0)
    };
    ssim(a, b).min(ssim(&scaled(a), &scaled(b)))
}

fn ssim(a: &Plane, b: &Plane) -> f32 {
    let (c1, c2) = (6.5, 58.5);
    let smooth = |plane: Plane| plane.blurred(1.5);
    let (ma, mb) = (a.blurred(1.5), b.blurred(1.5));
    let (aa, bb) = (smooth(a.zip(a, |x, y| x * y)), smooth(b.zip(b, |x, y| x * y)));
    let ab = smooth(a.zip(b, |x, y| x * y));
    let luminance = ma.zip(&mb, |x, y| (2.0 * x * y + c1) / (x * x + y * y + c1));
    let spread = aa.zip(&ma, |v, m| v - m * m).zip(&bb.zip(&mb, |v, m| v - m * m), |x, y| x + y);
    let common = ab.zip(&ma.zip(&mb, |x, y| x * y), |v, m| 2.0 * (v - m) + c2);
    let structure = common.zip(&spread, |c, s| c / (s.max(0.0) + c2));
    luminance.zip(&structure, |l, s| l * s).mean()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_edges_are_alike_and_others_are_not() {
        let tiles = |shift: usize| {
            let plane = Plane::from_fn(60, 60, move |x, y| {
                if ((x + shift) / 10 + y / 10).is_multiple_of(2) { 200.0 } else { 50.0 }
            });
            [plane.clone(), plane.clone(), plane]
        };
        let own = edges(&tiles(0));
        assert!(likeness(&own, &own) > 0.999);
        assert!(likeness(&own, &edges(&tiles(5))) < 0.5);
    }
}
