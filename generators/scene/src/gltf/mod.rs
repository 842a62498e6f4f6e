//! The scene as glTF 2.0: meshes, PBR materials, lights (KHR_lights_punctual), cameras, animations.

mod animation;
mod buffer;
mod stage;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{SceneError, Session};

/// The most bytes of geometry in a file.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// The scene as binary glTF 2.0 (GLB). Nodes have the ids of the document; a character's animations
/// are `person-1 idle`, `person-1 wave`, `person-1 walk`, `person-1 talk`, those of things `ambient`.
///
/// # Errors
/// Says that the scene is too large.
pub fn gltf(session: &Session) -> Result<Vec<u8>, SceneError> {
    let (mut root, mut bytes) = stage::build(session)?;
    pad(&mut bytes, 0);
    set_buffer(&mut root, json!({"byteLength": bytes.len()}));
    let mut text = root.to_string().into_bytes();
    pad(&mut text, b' ');
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| SceneError::TooLarge);
    let whole = 12 + 8 + text.len() + 8 + bytes.len();
    let mut file = Vec::with_capacity(whole);
    file.extend_from_slice(b"glTF");
    file.extend_from_slice(&2_u32.to_le_bytes());
    file.extend_from_slice(&u32::try_from(whole).map_err(|_| SceneError::TooLarge)?.to_le_bytes());
    for (kind, chunk) in [(b"JSON", &text), (b"BIN\0", &bytes)] {
        file.extend_from_slice(&length(chunk)?.to_le_bytes());
        file.extend_from_slice(kind);
        file.extend_from_slice(chunk);
    }
    Ok(file)
}

/// The scene as a `.gltf` file with its buffer inside.
///
/// # Errors
/// Says that the scene is too large.
pub fn gltf_json(session: &Session) -> Result<Vec<u8>, SceneError> {
    let (mut root, bytes) = stage::build(session)?;
    let uri = format!("data:application/octet-stream;base64,{}", STANDARD.encode(&bytes));
    set_buffer(&mut root, json!({"byteLength": bytes.len(), "uri": uri}));
    Ok(root.to_string().into_bytes())
}

fn set_buffer(root: &mut Value, buffer: Value) {
    if let Some(root) = root.as_object_mut() {
        root.insert("buffers".to_owned(), json!([buffer]));
    }
}

fn pad(bytes: &mut Vec<u8>, with: u8) {
    while !bytes.len().is_multiple_of(4) {
        bytes.push(with);
    }
}
