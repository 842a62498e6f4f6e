//! Which sizes are served.

use types::Task;

use crate::GeneratorError;

/// Width and height are multiples of this.
pub(crate) const UNIT: u32 = 8;
/// Pixels of the longest side.
const SIDE_MAX: u32 = 4096;
/// Pixels of a picture.
const AREA_MAX: u64 = 2048 * 2048;

/// The size of a new picture, `usual` where nobody asks for one.
///
/// # Errors
/// [`GeneratorError::Parameter`] naming the nearest sizes that are served.
pub(crate) fn of_new(asked: Option<(u32, u32)>, usual: u32) -> Result<(u32, u32), GeneratorError> {
    let Some((width, height)) = asked else { return Ok((usual, usual)) };
    if served(width, height) {
        return Ok((width, height));
    }
    let (below, above) = (nearest(width, height, false), nearest(width, height, true));
    let name = |(width, height): (u32, u32)| format!("{width}x{height}");
    let instead =
        if below == above { name(below) } else { format!("{} or {}", name(below), name(above)) };
    let reason = format!(
        "{width}x{height} is not served: sides are multiples of {UNIT}, at most {SIDE_MAX}, and \
         pictures at most {AREA_MAX} pixels; ask for {instead}"
    );
    Err(GeneratorError::Parameter { parameter: "size", reason })
}

/// Refuses a source that is too large, or another size than the source's.
///
/// # Errors
/// [`GeneratorError::Parameter`].
pub(crate) fn of_source(
    task: Task,
    (width, height): (u32, u32),
    asked: Option<(u32, u32)>,
) -> Result<(), GeneratorError> {
    let area = u64::from(width) * u64::from(height);
    if width.max(height) > SIDE_MAX || area > AREA_MAX || area == 0 {
        let reason = format!(
            "is {width}x{height}: at most {SIDE_MAX} pixels a side and {AREA_MAX} in all are served"
        );
        return Err(GeneratorError::Parameter { parameter: "image", reason });
    }
    if asked.is_some_and(|asked| asked != (width, height)) {
        let reason = format!("of `{task}` is that of the picture: {width}x{height}, or none");
        return Err(GeneratorError::Parameter { parameter: "size", reason });
    }
    Ok(())
}

fn served(width: u32, height: u32) -> bool {
    let side = |side: u32| (UNIT..=SIDE_MAX).contains(&side) && side.is_multiple_of(UNIT);
    side(width) && side(height) && u64::from(width) * u64::from(height) <= AREA_MAX
}

fn nearest(width: u32, height: u32, up: bool) -> (u32, u32) {
    let side = |side: u32| {
        let side = side.clamp(UNIT, SIDE_MAX);
        if up { side.next_multiple_of(UNIT) } else { side / UNIT * UNIT }
    };
    let (width, height) = (side(width), side(height));
    let area = u64::from(width) * u64::from(height);
    if area <= AREA_MAX {
        return (width, height);
    }
    let shrink = (AREA_MAX as f64 / area as f64).sqrt();
    let smaller = |side: u32| ((f64::from(side) * shrink) as u32 / UNIT * UNIT).max(UNIT);
    (smaller(width), smaller(height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_nearest_sizes_are_named() {
        assert_eq!(of_new(None, 512).unwrap(), (512, 512));
        assert_eq!(of_new(Some((640, 448)), 512).unwrap(), (640, 448));
        let said = of_new(Some((513, 512)), 512).unwrap_err().to_string();
        assert!(said.contains("512x512 or 520x512"), "{said}");
        let said = of_new(Some((0, 9000)), 512).unwrap_err().to_string();
        assert!(said.contains("8x4096"), "{said}");
    }

    #[test]
    fn a_source_keeps_its_size() {
        of_source(Task::Vary, (101, 1), None).unwrap();
        of_source(Task::Vary, (101, 1), Some((101, 1))).unwrap();
        assert!(of_source(Task::Vary, (101, 1), Some((512, 512))).is_err());
        assert!(of_source(Task::Vary, (20_000, 20_000), None).is_err());
        assert!(of_source(Task::Vary, (0, 5), None).is_err());
    }

    proptest! {
        #[test]
        fn what_is_named_is_served(width in 0_u32..30_000, height in 0_u32..30_000, up: bool) {
            let (width, height) = nearest(width, height, up);
            prop_assert!(served(width, height));
        }
    }
}
