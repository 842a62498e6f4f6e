//! Places: what stands where, and where people and the viewer are.

mod names;
mod sets;

use std::collections::BTreeMap;

pub(crate) use names::{label, place_name};

use crate::{
    document::{Camera, Motion, Node, round, rounded},
    lots::Lots,
    shape,
    vocabulary::Wish,
};

/// The most things in a scene.
pub(crate) const NODES_MAX: usize = 160;

/// A place being furnished.
pub(crate) struct Set<'a> {
    pub(crate) nodes: BTreeMap<String, Node>,
    lots: &'a mut Lots,
    chinese: bool,
    place: &'static str,
}

/// A place, ready for people.
pub(crate) struct Furnished {
    pub(crate) nodes: BTreeMap<String, Node>,
    /// Where people stand, by preference.
    pub(crate) spots: Vec<[f64; 3]>,
    pub(crate) camera: Camera,
}

/// Furnishes a place with what belongs there and what is wished for.
pub(crate) fn furnish(
    place: &'static str,
    wish: &Wish,
    lots: &mut Lots,
    chinese: bool,
) -> Furnished {
    let mut set = Set { nodes: BTreeMap::new(), lots, chinese, place };
    sets::build(&mut set, wish);
    for (thing, count) in &wish.things {
        let there = set.nodes.values().filter(|node| shape_kind(&node.shape) == *thing).count();
        for number in there..(*count).min(6) {
            set.wished(thing, number);
        }
    }
    let spots = sets::spots(place);
    Furnished { nodes: set.nodes, spots, camera: camera(place) }
}

/// The kind of a shape, without its variant.
pub(crate) fn shape_kind(shape: &str) -> &str {
    shape.split(':').next().unwrap_or_default()
}

/// Where a place is seen from at first.
pub(crate) fn camera(place: &str) -> Camera {
    let (at, to) = match place {
        "studio" => ([0.0, 2.3, 9.6], [0.0, 1.75, -2.0]),
        "street" | "market" | "plaza" => ([0.0, 2.7, 12.4], [0.0, 2.1, 0.0]),
        "forest" => ([0.0, 2.3, 12.2], [0.0, 2.1, 0.0]),
        "mountain" | "lake" => ([0.0, 3.9, 12.8], [0.0, 2.6, -6.0]),
        _ => ([0.0, 2.8, 12.6], [0.0, 2.0, -2.0]),
    };
    Camera { at, to, field_degrees: 42.0 }
}

impl Set<'_> {
    /// Adds a thing on the ground; `variant` chooses among its shapes.
    pub(crate) fn put(&mut self, kind: &str, variant: u64, (x, z): (f64, f64), turn: f64) {
        let y = f64::from(shape::height_of(self.place, x as f32, z as f32));
        self.put_at(kind, variant, [x, y, z], [turn, 1.0]);
    }

    /// Adds a thing at a point, turned by degrees, with its scale.
    pub(crate) fn put_at(
        &mut self,
        kind: &str,
        variant: u64,
        at: [f64; 3],
        [turn, size]: [f64; 2],
    ) {
        let detail = match kind {
            "ground" => format!("ground:{}:{variant}", self.place),
            _ => format!("{kind}:{variant}"),
        };
        let moves = match kind {
            "boat" | "sailboat" => Some(Motion::Bob),
            "sails" => Some(Motion::Wheel),
            "balloon" | "cloud" => Some(Motion::Drift),
            _ => None,
        };
        let node = Node {
            shape: detail,
            label: label(kind, self.chinese).to_owned(),
            at: rounded(at),
            turn: round(turn),
            size: round(size),
            moves,
            shown: true,
        };
        add(&mut self.nodes, kind, node);
    }

    pub(crate) fn lot(&mut self, low: f64, high: f64) -> f64 {
        self.lots.between(low, high)
    }

    pub(crate) fn variant(&mut self) -> u64 {
        self.lots.next() % 12
    }

    /// Things in a ring or a strip where nothing stands yet.
    pub(crate) fn scatter(&mut self, kind: &str, count: usize, x: (f64, f64), z: (f64, f64)) {
        for _ in 0..count {
            for _ in 0..8 {
                let at = (self.lot(x.0, x.1), self.lot(z.0, z.1));
                let gap =
                    if matches!(kind, "flowers" | "bush" | "rock" | "reed") { 1.2 } else { 2.6 };
                if self.is_free(at, gap) {
                    // A dozen shapes serve any number of things.
                    let (variant, turn) = (self.variant() % 4, self.lot(0.0, 360.0));
                    let size = self.lot(0.8, 1.25);
                    let y = f64::from(shape::height_of(self.place, at.0 as f32, at.1 as f32));
                    self.put_at(kind, variant, [at.0, y - 0.05, at.1], [turn, size]);
                    break;
                }
            }
        }
    }

    fn is_free(&self, (x, z): (f64, f64), gap: f64) -> bool {
        self.nodes.values().all(|node| {
            let room = gap + reach(shape_kind(&node.shape));
            (node.at[0] - x).hypot(node.at[2] - z) > room || node.shape.starts_with("ground")
        })
    }

    /// Adds something that a prompt names where the viewer sees it.
    fn wished(&mut self, thing: &'static str, number: usize) {
        let variant = self.variant() + number as u64;
        let afloat = matches!(thing, "boat" | "sailboat");
        let wet = matches!(self.place, "harbour" | "beach" | "river" | "lake" | "mountain");
        let (y, z) = match (thing, afloat && wet) {
            ("balloon", _) => (Some(9.0 + number as f64 * 3.0), (-30.0, -16.0)),
            (_, true) if self.place == "river" => (Some(-0.9), (-11.0, -8.0)),
            (_, true) => (Some(-0.9), (-22.0, -13.0)),
            ("lighthouse" | "castle" | "church" | "tower" | "windmill", _) => {
                (None, (-24.0, -15.0))
            }
            ("house" | "train", _) => (None, (-15.0, -8.0)),
            _ => (None, (-4.0, 4.0)),
        };
        let tall = z.0 < -10.0;
        for _ in 0..24 {
            let side = if number.is_multiple_of(2) { 1.0 } else { -1.0 };
            let at = (side * self.lot(3.0, if tall { 14.0 } else { 8.0 }), self.lot(z.0, z.1));
            if self.is_free(at, reach(thing)) || self.place == "studio" {
                let ground = f64::from(shape::height_of(self.place, at.0 as f32, at.1 as f32));
                // What needs ground stands on a rock where there is water.
                let height = y.unwrap_or(if ground < -0.8 { -0.3 } else { ground });
                let turn = if afloat { self.lot(-30.0, 30.0) } else { -at.0 * 2.0 };
                self.put_at(thing, variant, [at.0, height, at.1], [turn, 1.0]);
                if thing == "windmill" {
                    self.sails_of(at, height, turn);
                }
                return;
            }
        }
        let at = (9.0 + number as f64, z.1);
        self.put(thing, variant, at, 0.0);
    }

    /// The wheel of a windmill.
    pub(crate) fn sails_of(&mut self, at: (f64, f64), height: f64, turn: f64) {
        let (sine, cosine) = turn.to_radians().sin_cos();
        let hub = [at.0 + sine * 2.2, height + 6.7, at.1 + cosine * 2.2];
        self.put_at("sails", 0, hub, [turn, 1.0]);
    }
}

/// How far a thing reaches from its middle, in metres.
fn reach(kind: &str) -> f64 {
    match kind {
        "castle" => 8.0,
        "church" | "train" | "block" => 6.0,
        "house" | "townhouse" | "shed" | "boat" | "sailboat" | "bridge" => 3.6,
        "lighthouse" | "tower" | "windmill" | "screen" => 3.2,
        "tree" | "stall" | "fountain" | "car" => 2.0,
        "ground" | "water" | "cloud" | "mountain" | "ridge" | "floor" | "sails" => 0.0,
        _ => 0.9,
    }
}

/// Adds a node under the next free id of its kind; returns the id, or nothing if it is full.
pub(crate) fn add(nodes: &mut BTreeMap<String, Node>, kind: &str, node: Node) -> Option<String> {
    if nodes.len() >= NODES_MAX {
        return None;
    }
    let id = (1..=NODES_MAX + 1).map(|number| format!("{kind}-{number}"));
    let id = id.into_iter().find(|id| !nodes.contains_key(id))?;
    nodes.insert(id.clone(), node);
    Some(id)
}
