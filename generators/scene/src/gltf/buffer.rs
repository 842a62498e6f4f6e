//! The binary buffer of a glTF file and what points into it.

use serde_json::{Value, json};

use super::BYTES_MAX;
use crate::{SceneError, vector::Vector};

/// Numbers, and the accessors that say what they are.
#[derive(Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) views: Vec<Value>,
    pub(super) accessors: Vec<Value>,
}

const ARRAY: u32 = 34_962;
const ELEMENTS: u32 = 34_963;
const BYTE: u32 = 5_121;
const SHORT: u32 = 5_123;
const INT: u32 = 5_125;
const FLOAT: u32 = 5_126;

impl Buffer {
    /// Positions or normals; `bounds` for positions.
    pub(super) fn vectors(&mut self, list: &[Vector], bounds: bool) -> Result<usize, SceneError> {
        let offset = self.begin();
        let parts = list.iter().flatten();
        parts.for_each(|part| self.bytes.extend_from_slice(&part.to_le_bytes()));
        let mut accessor = json!({"componentType": FLOAT, "count": list.len(), "type": "VEC3"});
        if bounds {
            let fold = |pick: fn(f32, f32) -> f32, from: f32| {
                list.iter()
                    .fold([from; 3], |a, b| [pick(a[0], b[0]), pick(a[1], b[1]), pick(a[2], b[2])])
            };
            bounds_of(&mut accessor, &fold(f32::min, f32::MAX), &fold(f32::max, f32::MIN));
        }
        self.end(offset, Some(ARRAY), accessor)
    }

    /// Colours as four bytes a vertex.
    pub(super) fn shades(&mut self, list: &[[u8; 4]]) -> Result<usize, SceneError> {
        let offset = self.begin();
        list.iter().for_each(|colour| self.bytes.extend_from_slice(colour));
        let accessor = json!({
            "componentType": BYTE, "count": list.len(), "type": "VEC4", "normalized": true,
        });
        self.end(offset, Some(ARRAY), accessor)
    }

    /// Corners of triangles.
    pub(super) fn corners(&mut self, list: &[u32]) -> Result<usize, SceneError> {
        let offset = self.begin();
        let small = list.iter().all(|corner| *corner < 65_535);
        for corner in list {
            match u16::try_from(*corner) {
                Ok(corner) if small => self.bytes.extend_from_slice(&corner.to_le_bytes()),
                _ => self.bytes.extend_from_slice(&corner.to_le_bytes()),
            }
        }
        let kind = if small { SHORT } else { INT };
        let accessor = json!({"componentType": kind, "count": list.len(), "type": "SCALAR"});
        self.end(offset, Some(ELEMENTS), accessor)
    }

    /// Times of key frames in seconds.
    pub(super) fn times(&mut self, list: &[f32]) -> Result<usize, SceneError> {
        let offset = self.begin();
        list.iter().for_each(|time| self.bytes.extend_from_slice(&time.to_le_bytes()));
        let mut accessor = json!({"componentType": FLOAT, "count": list.len(), "type": "SCALAR"});
        let first = list.first().copied().unwrap_or_default();
        bounds_of(&mut accessor, &[first], &[list.last().copied().unwrap_or_default()]);
        self.end(offset, None, accessor)
    }

    /// Values of key frames: three numbers a frame, or four for turns.
    pub(super) fn frames<const N: usize>(
        &mut self,
        list: &[[f32; N]],
    ) -> Result<usize, SceneError> {
        let offset = self.begin();
        list.iter().flatten().for_each(|part| self.bytes.extend_from_slice(&part.to_le_bytes()));
        let kind = if N == 4 { "VEC4" } else { "VEC3" };
        let accessor = json!({"componentType": FLOAT, "count": list.len(), "type": kind});
        self.end(offset, None, accessor)
    }

    fn begin(&mut self) -> usize {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
        self.bytes.len()
    }

    fn end(
        &mut self,
        offset: usize,
        target: Option<u32>,
        mut accessor: Value,
    ) -> Result<usize, SceneError> {
        if self.bytes.len() > BYTES_MAX {
            return Err(SceneError::TooLarge);
        }
        let mut view =
            json!({"buffer": 0, "byteOffset": offset, "byteLength": self.bytes.len() - offset});
        if let (Some(target), Some(view)) = (target, view.as_object_mut()) {
            view.insert("target".to_owned(), target.into());
        }
        if let Some(accessor) = accessor.as_object_mut() {
            accessor.insert("bufferView".to_owned(), self.views.len().into());
        }
        self.views.push(view);
        self.accessors.push(accessor);
        Ok(self.accessors.len() - 1)
    }
}

fn bounds_of(accessor: &mut Value, low: &[f32], high: &[f32]) {
    // What is written must be the very number that is in the buffer.
    let exact = |list: &[f32]| list.iter().map(|part| f64::from(*part)).collect::<Vec<f64>>();
    if let Some(accessor) = accessor.as_object_mut() {
        accessor.insert("min".to_owned(), exact(low).into());
        accessor.insert("max".to_owned(), exact(high).into());
    }
}
