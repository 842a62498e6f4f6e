//! Scratches and dust: where they are.

use crate::plane::Plane;

/// 255 where a scratch or a grain of dust seems to be.
pub(crate) fn found(planes: &[Plane; 3]) -> Vec<u8> {
    vec![0; planes[0].data.len()]
}
