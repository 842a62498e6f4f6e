//! Nodes, meshes, materials and lights of a document.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{animation, buffer::Buffer};
use crate::{
    SceneError, Session,
    document::{Character, Document, Material, Node, round},
    light::{linear, parts},
    people,
    shape::{self, Face, Limb, Mesh},
    vector::{Vector, add},
};

/// The most lamps that shine.
const LAMPS_MAX: usize = 6;

/// A file that is being put together.
pub(super) struct Stage<'a> {
    document: &'a Document,
    pub(super) buffer: Buffer,
    pub(super) nodes: Vec<Value>,
    meshes: Vec<Value>,
    materials: Vec<Value>,
    /// Place of each material by its name.
    known_materials: BTreeMap<String, usize>,
    /// Place of each mesh by its name.
    known_meshes: BTreeMap<String, usize>,
    lights: Vec<Value>,
    pub(super) animations: Vec<Value>,
}

/// The JSON, without `buffers`, and the bytes of the buffer.
pub(super) fn build(session: &Session) -> Result<(Value, Vec<u8>), SceneError> {
    let document = &session.document;
    let mut stage = Stage {
        document,
        buffer: Buffer::default(),
        nodes: Vec::new(),
        meshes: Vec::new(),
        materials: Vec::new(),
        known_materials: BTreeMap::new(),
        known_meshes: BTreeMap::new(),
        lights: Vec::new(),
        animations: Vec::new(),
    };
    let mut roots = Vec::new();
    let mut moving = Vec::new();
    for (id, node) in document.nodes.iter().filter(|(_, node)| node.shown) {
        if let Some(place) = stage.thing(id, node)? {
            roots.push(place);
            moving.extend(node.moves.map(|motion| (place, node.clone(), motion)));
        }
    }
    animation::ambient(&mut stage, &moving)?;
    for (id, character) in &document.characters {
        let style = people::style(id, session.seed);
        roots.push(stage.person(id, character, style)?);
    }
    roots.extend(stage.lamps());
    roots.push(stage.sun());
    roots.push(stage.camera());
    Ok(stage.end(&roots))
}

impl Stage<'_> {
    fn thing(&mut self, id: &str, node: &Node) -> Result<Option<usize>, SceneError> {
        let Some(mesh) = self.mesh(&node.shape, || shape::mesh(&node.shape))? else {
            return Ok(None);
        };
        let mut value = json!({
            "name": id, "mesh": mesh, "translation": node.at,
            "rotation": about_vertical(node.turn as f32),
            "scale": [node.size, node.size, node.size],
        });
        if !node.label.is_empty()
            && let Some(value) = value.as_object_mut()
        {
            value.insert("extras".to_owned(), json!({"label": node.label}));
        }
        Ok(Some(self.node(value)))
    }

    /// A body with its limbs as children, so that they can move.
    fn person(&mut self, id: &str, character: &Character, style: u64) -> Result<usize, SceneError> {
        let mut children = Vec::new();
        for limb in Limb::ALL {
            let name = format!("{id}-{}", limb.name());
            let mesh = self.mesh(&name, || Some(shape::limb(id, limb, style)))?;
            children.push(self.node(json!({
                "name": name, "mesh": mesh, "translation": limb.joint(),
                "rotation": animation::about([0.0, 0.0, 1.0], limb.rest()),
            })));
        }
        animation::person(self, id, &children)?;
        let extras = json!({
            "name": character.name, "role": character.role, "says": character.says,
            "does": character.does, "mood": character.mood,
        });
        Ok(self.node(json!({
            "name": id, "children": children, "translation": character.at,
            "rotation": about_vertical(character.turn as f32),
            "scale": [character.size, character.size, character.size], "extras": extras,
        })))
    }

    fn node(&mut self, node: Value) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The place of a mesh; meshes of one name are written once.
    fn mesh(
        &mut self,
        name: &str,
        make: impl FnOnce() -> Option<Mesh>,
    ) -> Result<Option<usize>, SceneError> {
        if let Some(place) = self.known_meshes.get(name) {
            return Ok(Some(*place));
        }
        let Some(mesh) = make().filter(|mesh| mesh.triangles() > 0) else { return Ok(None) };
        let grounded =
            !name.starts_with("ground") && !name.starts_with("water") && !name.contains("person");
        let mut primitives = Vec::new();
        for (material, faces) in &mesh.parts {
            let material = self.material(material);
            primitives.push(self.primitive(faces, material, grounded)?);
        }
        self.meshes.push(json!({"name": name, "primitives": primitives}));
        self.known_meshes.insert(name.to_owned(), self.meshes.len() - 1);
        Ok(Some(self.meshes.len() - 1))
    }

    fn primitive(
        &mut self,
        faces: &[Face],
        material: usize,
        grounded: bool,
    ) -> Result<Value, SceneError> {
        let (mut points, mut normals, mut shades, mut corners) =
            (Vec::<Vector>::new(), Vec::new(), Vec::new(), Vec::new());
        for face in faces {
            let first = u32::try_from(points.len()).map_err(|_| SceneError::TooLarge)?;
            for point in &face.points {
                points.push(*point);
                normals.push(face.normal);
                // Less light reaches what is near the ground.
                let low = if grounded { 0.8 + 0.2 * (point[1] / 0.7).clamp(0.0, 1.0) } else { 1.0 };
                let shade = (face.shade * low * 0.9).clamp(0.0, 1.0);
                let byte = (shade * 255.0).round() as u8;
                shades.push([byte, byte, byte, 255]);
            }
            let count = u32::try_from(face.points.len()).map_err(|_| SceneError::TooLarge)?;
            for corner in 1..count.saturating_sub(1) {
                corners.extend([first, first + corner, first + corner + 1]);
            }
        }
        Ok(json!({
            "attributes": {
                "POSITION": self.buffer.vectors(&points, true)?,
                "NORMAL": self.buffer.vectors(&normals, false)?,
                "COLOR_0": self.buffer.shades(&shades)?,
            },
            "indices": self.buffer.corners(&corners)?,
            "material": material,
        }))
    }

    fn material(&mut self, name: &str) -> usize {
        if let Some(place) = self.known_materials.get(name) {
            return *place;
        }
        let plain = Material {
            colour: "#999999".to_owned(),
            roughness: 0.8,
            metal: 0.0,
            glow: "#000000".to_owned(),
        };
        let material = self.document.materials.get(name).unwrap_or(&plain);
        let [r, g, b] = parts(&material.colour).map(|part| round(linear(part)));
        let mut value = json!({
            "name": name,
            "pbrMetallicRoughness": {
                "baseColorFactor": [r, g, b, 1.0],
                "metallicFactor": material.metal,
                "roughnessFactor": material.roughness,
            },
        });
        let glow = parts(&material.glow).map(|part| round(linear(part)));
        if glow.iter().any(|part| *part > 0.0)
            && let Some(value) = value.as_object_mut()
        {
            value.insert("emissiveFactor".to_owned(), json!(glow));
        }
        self.materials.push(value);
        self.known_materials.insert(name.to_owned(), self.materials.len() - 1);
        self.materials.len() - 1
    }

    /// Light of lamps, where it is dark.
    fn lamps(&mut self) -> Vec<usize> {
        let glow = self.document.materials.get("lamp").map_or(0.0, |lamp| parts(&lamp.glow)[0]);
        if glow < 0.6 {
            return Vec::new();
        }
        let document = self.document;
        let lit = document.nodes.iter().filter(|(_, node)| node.shown).filter_map(|(id, node)| {
            let height = match node.shape.split(':').next()? {
                "streetlamp" => 3.7,
                "campfire" => 0.8,
                "lighthouse" => 12.4,
                "spotlight" => 3.2,
                _ => return None,
            };
            Some((id, [node.at[0], node.at[1] + height * node.size, node.at[2]]))
        });
        let lit: Vec<_> = lit.take(LAMPS_MAX).collect();
        lit.into_iter()
            .map(|(id, at)| {
                let colour = [1.0, round(linear(0.84)), round(linear(0.6))];
                self.lights.push(json!({
                    "type": "point", "name": format!("light of {id}"), "color": colour,
                    "intensity": 140.0, "range": 18.0,
                }));
                let light = self.lights.len() - 1;
                self.node(json!({
                    "name": format!("light-of-{id}"), "translation": at.map(round),
                    "extensions": {"KHR_lights_punctual": {"light": light}},
                }))
            })
            .collect()
    }

    fn sun(&mut self) -> usize {
        let sun = &self.document.sun;
        let colour = parts(&sun.colour).map(|part| round(linear(part)));
        // Lights shine along −z of their node: turn that from the sun to the ground.
        let towards = sun.towards.map(|part| part as f32);
        let rotation = animation::from_to([0.0, 0.0, -1.0], towards.map(|part| -part));
        self.lights.push(json!({
            "type": "directional", "name": "sun", "color": colour, "intensity": sun.strength,
        }));
        let light = self.lights.len() - 1;
        self.node(json!({
            "name": "sun", "rotation": rotation,
            "extensions": {"KHR_lights_punctual": {"light": light}},
        }))
    }

    fn camera(&mut self) -> usize {
        let camera = &self.document.camera;
        let (at, to) = (camera.at.map(|part| part as f32), camera.to.map(|part| part as f32));
        let ahead = add(to, at.map(|part| -part));
        let flat = ahead[0].hypot(ahead[2]).max(1e-4);
        let yaw = animation::about([0.0, 1.0, 0.0], (-ahead[0]).atan2(-ahead[2]).to_degrees());
        let pitch = animation::about([1.0, 0.0, 0.0], ahead[1].atan2(flat).to_degrees());
        self.node(json!({
            "name": "camera", "camera": 0, "translation": camera.at,
            "rotation": animation::product(yaw, pitch),
        }))
    }

    fn end(self, roots: &[usize]) -> (Value, Vec<u8>) {
        let document = self.document;
        let extras = json!({
            "title": document.title, "notice": document.notice, "language": document.language,
            "description": document.description,
            "digitalSourceType":
                "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        });
        let field = (document.camera.field_degrees.to_radians() * 1e4).round() / 1e4;
        let mut root = json!({
            "asset": {
                "version": "2.0", "generator": "imprimatur scene",
                "copyright": document.notice, "extras": extras,
            },
            "extensionsUsed": ["KHR_lights_punctual"],
            "extensions": {"KHR_lights_punctual": {"lights": self.lights}},
            "scene": 0,
            "scenes": [{"name": document.title, "nodes": roots, "extras": extras}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": self.materials,
            "cameras": [{
                "name": "view", "type": "perspective",
                "perspective": {"yfov": field, "znear": 0.1, "zfar": 400.0, "aspectRatio": 1.7778},
            }],
            "accessors": self.buffer.accessors,
            "bufferViews": self.buffer.views,
        });
        if !self.animations.is_empty()
            && let Some(root) = root.as_object_mut()
        {
            root.insert("animations".to_owned(), self.animations.into());
        }
        (root, self.buffer.bytes)
    }
}

fn about_vertical(degrees: f32) -> [f32; 4] {
    animation::about([0.0, 1.0, 0.0], degrees)
}
