//! How things and people move.

use serde_json::{Value, json};

use super::stage::Stage;
use crate::{
    SceneError,
    document::{Motion, Node},
    shape::Limb,
    vector::{Vector, add, cross, dot, unit},
};

/// A turn as glTF writes it: x, y, z, w.
type Turn = [f32; 4];

/// A turn about an axis by an angle in degrees.
pub(super) fn about(axis: Vector, degrees: f32) -> Turn {
    let (sine, cosine) = (degrees.to_radians() / 2.0).sin_cos();
    [axis[0] * sine, axis[1] * sine, axis[2] * sine, cosine]
}

/// First `b`, then `a`.
pub(super) fn product(a: Turn, b: Turn) -> Turn {
    let ([ax, ay, az, aw], [bx, by, bz, bw]) = (a, b);
    let turn = [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ];
    let length = turn.iter().map(|part| part * part).sum::<f32>().sqrt().max(1e-6);
    turn.map(|part| part / length)
}

/// The turn that takes one direction to another.
pub(super) fn from_to(from: Vector, to: Vector) -> Turn {
    let to = unit(to).unwrap_or([0.0, -1.0, 0.0]);
    let axis = unit(cross(from, to)).unwrap_or([1.0, 0.0, 0.0]);
    about(axis, dot(from, to).clamp(-1.0, 1.0).acos().to_degrees())
}

/// An animation being put together.
#[derive(Default)]
struct Clip {
    samplers: Vec<Value>,
    channels: Vec<Value>,
}

impl Clip {
    fn add(&mut self, node: usize, path: &str, input: usize, output: usize) {
        self.channels.push(json!({
            "sampler": self.samplers.len(), "target": {"node": node, "path": path},
        }));
        self.samplers.push(json!({"input": input, "output": output, "interpolation": "LINEAR"}));
    }

    fn end(self, stage: &mut Stage<'_>, name: &str) {
        if !self.channels.is_empty() {
            let clip = json!({"name": name, "channels": self.channels, "samplers": self.samplers});
            stage.animations.push(clip);
        }
    }
}

/// Boats, sails, clouds, turntables, in one animation of 24 seconds.
pub(super) fn ambient(
    stage: &mut Stage<'_>,
    moving: &[(usize, Node, Motion)],
) -> Result<(), SceneError> {
    if moving.is_empty() {
        return Ok(());
    }
    let times: Vec<f32> = (0..=16).map(|step| step as f32 * 1.5).collect();
    let input = stage.buffer.times(&times)?;
    let mut clip = Clip::default();
    for (number, (place, node, motion)) in moving.iter().enumerate() {
        let phase = number as f32 * 1.7;
        let at = node.at.map(|part| part as f32);
        let base = about([0.0, 1.0, 0.0], node.turn as f32);
        let wave =
            |time: f32, turns: f32| (time / 24.0 * turns * std::f32::consts::TAU + phase).sin();
        if matches!(motion, Motion::Bob | Motion::Drift) {
            let path: Vec<Vector> = times
                .iter()
                .map(|time| match motion {
                    Motion::Bob => add(at, [0.0, wave(*time, 4.0) * 0.07, 0.0]),
                    _ => add(at, [wave(*time, 1.0) * 1.6, wave(*time, 2.0) * 0.25, 0.0]),
                })
                .collect();
            let output = stage.buffer.frames(&path)?;
            clip.add(*place, "translation", input, output);
        }
        if matches!(motion, Motion::Bob | Motion::Wheel | Motion::Turn) {
            let turns: Vec<Turn> = times
                .iter()
                .map(|time| match motion {
                    Motion::Bob => {
                        let roll = about([1.0, 0.0, 0.0], wave(*time, 4.0) * 2.4);
                        let pitch = about([0.0, 0.0, 1.0], wave(*time + 2.0, 3.0) * 1.6);
                        product(base, product(roll, pitch))
                    }
                    Motion::Wheel => product(base, about([0.0, 0.0, 1.0], time / 24.0 * 1_080.0)),
                    _ => product(base, about([0.0, 1.0, 0.0], time / 24.0 * 360.0)),
                })
                .collect();
            let output = stage.buffer.frames(&turns)?;
            clip.add(*place, "rotation", input, output);
        }
    }
    clip.end(stage, "ambient");
    Ok(())
}

/// What a limb does at a share of a clip's length: degrees about x and about z.
type Pose = fn(Limb, f32) -> (f32, f32);

/// Idle, wave, walk and talk of one person; `limbs` are its nodes in the order of [`Limb::ALL`].
pub(super) fn person(stage: &mut Stage<'_>, id: &str, limbs: &[usize]) -> Result<(), SceneError> {
    let clips: [(&str, f32, Pose); 4] =
        [("idle", 4.0, idle), ("wave", 1.6, wave), ("walk", 1.0, walk), ("talk", 3.2, talk)];
    for (name, seconds, pose) in clips {
        let times: Vec<f32> = (0..=8).map(|step| step as f32 / 8.0 * seconds).collect();
        let input = stage.buffer.times(&times)?;
        let mut clip = Clip::default();
        for (limb, place) in Limb::ALL.into_iter().zip(limbs) {
            let turns: Vec<Turn> = (0..=8)
                .map(|step| {
                    let (x, z) = pose(limb, step as f32 / 8.0);
                    let rest = limb.rest();
                    product(about([0.0, 0.0, 1.0], rest + z), about([1.0, 0.0, 0.0], x))
                })
                .collect();
            let output = stage.buffer.frames(&turns)?;
            clip.add(*place, "rotation", input, output);
        }
        clip.end(stage, &format!("{id} {name}"));
    }
    Ok(())
}

fn swing(share: f32, turns: f32, by: f32) -> f32 {
    (share * turns * std::f32::consts::TAU).sin() * by
}

fn idle(limb: Limb, share: f32) -> (f32, f32) {
    match limb {
        Limb::Body => (swing(share, 1.0, 0.8), swing(share, 1.0, 0.6)),
        Limb::Head => (swing(share, 1.0, 2.0), swing(share, 1.0, 1.5)),
        Limb::ArmLeft => (swing(share, 1.0, 2.0), 0.0),
        Limb::ArmRight => (-swing(share, 1.0, 2.0), 0.0),
        Limb::LegLeft | Limb::LegRight => (0.0, 0.0),
    }
}

fn wave(limb: Limb, share: f32) -> (f32, f32) {
    match limb {
        // Up beside the head, and to and fro.
        Limb::ArmRight => (0.0, -138.0 + swing(share, 2.0, 16.0)),
        Limb::Head => (-4.0, swing(share, 1.0, 4.0)),
        Limb::Body => (0.0, swing(share, 1.0, 1.5)),
        other => idle(other, share),
    }
}

fn walk(limb: Limb, share: f32) -> (f32, f32) {
    match limb {
        Limb::LegLeft => (swing(share, 1.0, 28.0), 0.0),
        Limb::LegRight => (-swing(share, 1.0, 28.0), 0.0),
        Limb::ArmLeft => (-swing(share, 1.0, 24.0), 0.0),
        Limb::ArmRight => (swing(share, 1.0, 24.0), 0.0),
        Limb::Body => (3.0, swing(share, 1.0, 2.0)),
        Limb::Head => (-2.0, 0.0),
    }
}

fn talk(limb: Limb, share: f32) -> (f32, f32) {
    match limb {
        Limb::Head => (swing(share, 3.0, 4.0), swing(share, 1.0, 3.0)),
        Limb::ArmRight => (-38.0 + swing(share, 2.0, 14.0), -8.0),
        Limb::ArmLeft => (-20.0 + swing(share, 1.0, 12.0), 6.0),
        Limb::Body => (swing(share, 1.0, 1.2), 0.0),
        Limb::LegLeft | Limb::LegRight => (0.0, 0.0),
    }
}
