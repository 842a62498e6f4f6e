//! What belongs to each place.

use super::Set;
use crate::{feedback::Weather, vocabulary::Wish};

pub(super) fn build(set: &mut Set<'_>, wish: &Wish) {
    let seed = set.variant();
    if set.place == "studio" {
        return studio(set);
    }
    set.put_at("ground", seed, [0.0; 3], [0.0, 1.0]);
    match set.place {
        "harbour" => harbour(set),
        "market" => market(set),
        "street" => street(set),
        "mountain" | "lake" => lake(set),
        "park" => park(set),
        "beach" => beach(set),
        "village" => village(set),
        "forest" => forest(set),
        "desert" => desert(set),
        "field" => field(set),
        "river" => river(set),
        _ => plaza(set),
    }
    if !matches!(wish.weather, Some(Weather::Fog)) && set.place != "forest" {
        for number in 0..4 {
            let x = -42.0 + f64::from(number) * 27.0 + set.lot(-7.0, 7.0);
            let (y, z, size) = (set.lot(20.0, 28.0), set.lot(-85.0, -66.0), set.lot(0.9, 1.5));
            set.put_at("cloud", number as u64, [x, y, z], [0.0, size]);
        }
    }
}

/// Where people stand, by preference.
pub(super) fn spots(place: &str) -> Vec<[f64; 3]> {
    let flat: &[(f64, f64)] = match place {
        "studio" => &[(0.0, -2.2), (-3.4, 1.2), (3.6, 0.6), (-5.2, -1.5), (5.4, -2.0), (1.6, 2.4)],
        "stage" => &[],
        "market" => &[(-1.7, 3.6), (2.1, 2.8), (-4.4, 1.6), (4.6, 4.2), (0.4, 0.2), (-0.6, 5.6)],
        _ => &[(-1.9, 3.6), (2.0, 2.6), (-4.4, 1.8), (4.7, 3.6), (0.3, 0.2), (-0.2, 5.4)],
    };
    let stand = |(x, z): &(f64, f64)| {
        let y = f64::from(crate::shape::height_of(place, *x as f32, *z as f32));
        [*x, y, *z]
    };
    flat.iter().map(stand).collect()
}

fn ridges(set: &mut Set<'_>, z: f64, y: f64) {
    for (number, x) in [(1, -52.0), (2, -4.0), (3, 46.0)] {
        let shift = set.lot(-6.0, 6.0);
        set.put_at("ridge", number, [x + shift, y, z + shift / 2.0], [0.0, 1.25]);
    }
}

fn harbour(set: &mut Set<'_>) {
    set.put_at("water", 1, [0.0, -0.95, 0.0], [0.0, 1.0]);
    ridges(set, -82.0, -1.0);
    set.put_at("lighthouse", 0, [15.0, 0.4, -29.0], [0.0, 1.05]);
    for (number, (x, z, turn)) in
        [(-7.5, -8.6, 8.0), (5.2, -9.2, -14.0), (-1.5, -17.0, 160.0)].into_iter().enumerate()
    {
        set.put_at("boat", number as u64, [x, -0.9, z], [turn, 1.0]);
    }
    set.put_at("sailboat", 1, [-17.0, -0.9, -26.0], [30.0, 1.0]);
    set.put_at("sailboat", 3, [4.0, -0.9, -42.0], [-20.0, 1.0]);
    set.put("shed", 0, (-9.8, 1.2), 52.0);
    set.put("house", 3, (11.2, 2.2), -55.0);
    set.put("house", 6, (16.5, 7.0), -70.0);
    for x in [-4.4, -0.2, 4.2, 8.6] {
        set.put("bollard", 0, (x, -4.9), 0.0);
    }
    set.put("streetlamp", 0, (-5.8, -3.6), 0.0);
    set.put("streetlamp", 0, (6.6, -3.6), 0.0);
    set.put("crates", 0, (4.4, 0.4), 15.0);
    set.put("barrel", 0, (6.2, 0.9), 0.0);
    set.put("net", 0, (-4.2, -1.6), 0.0);
    set.put("flag", 3, (8.4, -1.8), 0.0);
    set.put("bench", 0, (-6.6, 4.4), 70.0);
}

fn market(set: &mut Set<'_>) {
    rows(set, -13.0);
    for (number, (x, z, turn)) in [
        (-6.4, 0.4, 34.0),
        (-2.3, -3.2, 8.0),
        (2.3, -3.2, -8.0),
        (6.5, 0.4, -34.0),
        (-8.6, 5.0, 62.0),
        (8.8, 5.0, -62.0),
    ]
    .into_iter()
    .enumerate()
    {
        set.put("stall", number as u64, (x, z), turn);
    }
    set.put("crates", 0, (-4.6, 2.6), 30.0);
    set.put("barrel", 0, (4.4, 1.0), 0.0);
    set.put("streetlamp", 0, (-5.4, -6.2), 0.0);
    set.put("streetlamp", 0, (5.4, -6.2), 0.0);
    set.put("tree", 2, (-11.5, -5.0), 0.0);
    set.put("tree", 1, (11.8, -5.0), 0.0);
    set.put("flag", 0, (0.0, -6.8), 0.0);
}

/// Houses of a town along the back and both sides.
fn rows(set: &mut Set<'_>, z: f64) {
    for number in -3..=3_i32 {
        let variant = (number + 3) as u64 + set.variant();
        set.put("townhouse", variant, (f64::from(number) * 6.1, z), 0.0);
    }
    for (x, turn) in [(-17.0, 62.0), (17.0, -62.0)] {
        let variant = set.variant();
        set.put("townhouse", variant, (x, z + 7.0), turn);
        let variant = set.variant();
        set.put("townhouse", variant, (x * 1.12, z + 13.5), turn * 1.3);
    }
    for number in 0..5 {
        let x = -44.0 + f64::from(number) * 22.0;
        set.put("block", number as u64, (x, -62.0), 0.0);
    }
}

fn street(set: &mut Set<'_>) {
    rows(set, -13.0);
    set.put("car", 1, (-5.0, -4.6), 0.0);
    set.put("car", 2, (6.4, -2.9), 180.0);
    for x in [-9.0, -3.0, 3.0, 9.0] {
        set.put("streetlamp", 0, (x, 0.4), 0.0);
    }
    set.put("tree", 0, (-6.2, 1.4), 0.0);
    set.put("tree", 2, (6.2, 1.4), 0.0);
    set.put("bench", 0, (-3.2, 2.4), 20.0);
    set.put("bicycle", 0, (3.6, 1.9), 12.0);
    set.put("sign", 0, (8.0, 3.6), 0.0);
}

fn lake(set: &mut Set<'_>) {
    set.put_at("water", 2, [0.0, -0.75, -12.0], [0.0, 0.5]);
    let peaks = [
        (-38.0, -82.0, 27.0),
        (-8.0, -96.0, 34.0),
        (24.0, -88.0, 29.0),
        (52.0, -80.0, 22.0),
        (-66.0, -84.0, 23.0),
    ];
    for (number, (x, z, width)) in peaks.into_iter().enumerate() {
        set.put_at("mountain", number as u64, [x, -3.0, z], [set_turn(number), width]);
    }
    set.put("house", 2, (-9.5, -3.0), 30.0);
    set.put_at("boat", 2, [4.5, -0.7, -14.0], [24.0, 0.8]);
    set.put("bench", 0, (3.8, 1.6), -160.0);
    set.put("campfire", 0, (0.4, 1.6), 0.0);
    set.put("sign", 0, (6.4, 3.8), 0.0);
    set.scatter("pine", 16, (-30.0, -11.0), (-30.0, 3.0));
    set.scatter("pine", 16, (10.0, 30.0), (-30.0, 3.0));
    set.scatter("pine", 8, (-34.0, 34.0), (-46.0, -38.0));
    set.scatter("rock", 7, (-9.0, 9.0), (-10.0, -5.0));
    set.scatter("flowers", 6, (-8.0, 8.0), (0.0, 8.0));
}

fn set_turn(number: usize) -> f64 {
    number as f64 * 71.0
}

fn park(set: &mut Set<'_>) {
    ridges(set, -70.0, -1.5);
    set.put("fountain", 0, (0.0, -5.0), 0.0);
    set.put("bench", 0, (-4.4, -1.8), 40.0);
    set.put("bench", 0, (4.4, -1.8), -40.0);
    for (x, z) in [(-3.4, 2.6), (3.8, 1.6), (-3.2, -9.5), (4.6, -10.5)] {
        set.put("streetlamp", 0, (x, z), 0.0);
    }
    set.put("bicycle", 0, (5.6, 3.2), 20.0);
    for number in 0..4 {
        let x = -30.0 + f64::from(number) * 20.0;
        set.put("block", number as u64 + 1, (x, -64.0), 0.0);
    }
    set.scatter("tree", 14, (-28.0, -6.5), (-30.0, 2.0));
    set.scatter("tree", 14, (6.5, 28.0), (-30.0, 2.0));
    set.scatter("bush", 8, (-12.0, 12.0), (-16.0, -8.0));
    set.scatter("flowers", 12, (-9.0, 9.0), (-6.0, 5.0));
}

fn beach(set: &mut Set<'_>) {
    set.put_at("water", 3, [0.0, -0.45, -12.0], [0.0, 1.0]);
    set.put("parasol", 0, (-5.0, 1.4), 10.0);
    set.put("parasol", 1, (4.8, 0.4), -20.0);
    set.put("parasol", 2, (9.0, 3.0), 30.0);
    set.put("house", 4, (-13.0, 2.0), 60.0);
    set.put_at("sailboat", 0, [9.0, -0.4, -24.0], [30.0, 1.0]);
    set.put_at("sailboat", 2, [-14.0, -0.4, -38.0], [-20.0, 1.0]);
    set.put_at("boat", 1, [-3.5, -0.3, -13.0], [15.0, 0.9]);
    set.put_at("lighthouse", 0, [26.0, 1.0, -34.0], [0.0, 1.0]);
    ridges(set, -86.0, -2.5);
    set.scatter("palm", 4, (-14.0, -7.0), (-2.0, 6.0));
    set.scatter("palm", 4, (8.0, 15.0), (-2.0, 6.0));
    set.scatter("rock", 7, (-16.0, 16.0), (-9.0, -5.0));
}

fn village(set: &mut Set<'_>) {
    ridges(set, -60.0, -1.0);
    set.put("church", 0, (2.0, -19.0), -14.0);
    for (x, z, turn) in [
        (-9.5, -4.0, 42.0),
        (9.8, -3.0, -42.0),
        (-12.5, -13.0, 30.0),
        (13.5, -12.5, -30.0),
        (-6.5, -24.0, 12.0),
        (15.0, -24.0, -20.0),
    ] {
        let variant = set.variant();
        set.put("house", variant, (x, z), turn);
    }
    for x in [-4.2, -7.1] {
        set.put("fence", 0, (x - 1.0, 1.2), 0.0);
    }
    set.put("bench", 0, (4.2, 1.0), -20.0);
    set.put("sign", 0, (3.4, 3.8), 0.0);
    set.put("fountain", 0, (0.2, -7.5), 0.0);
    set.scatter("tree", 9, (-26.0, -5.5), (-34.0, 3.0));
    set.scatter("tree", 9, (5.5, 26.0), (-34.0, 3.0));
    set.scatter("flowers", 7, (-8.0, 8.0), (-3.0, 4.0));
}

fn forest(set: &mut Set<'_>) {
    set.put("campfire", 0, (0.2, 1.2), 0.0);
    set.put("sign", 0, (-3.4, 3.4), 0.0);
    set.put("house", 7, (6.0, -12.0), -24.0);
    set.scatter("pine", 20, (-26.0, -4.2), (-28.0, 6.0));
    set.scatter("pine", 20, (4.2, 26.0), (-28.0, 6.0));
    set.scatter("tree", 14, (-20.0, 20.0), (-26.0, -3.0));
    set.scatter("bush", 10, (-9.0, 9.0), (-8.0, 5.0));
    set.scatter("rock", 7, (-7.0, 7.0), (-6.0, 5.0));
    set.scatter("flowers", 6, (-6.0, 6.0), (0.0, 6.0));
}

fn desert(set: &mut Set<'_>) {
    for (number, x) in [-46.0, -12.0, 30.0, 58.0].into_iter().enumerate() {
        set.put_at("mountain", number as u64 + 2, [x, -4.0, -88.0], [set_turn(number), 22.0]);
    }
    set.put("campfire", 0, (0.2, 1.0), 0.0);
    set.put("flag", 1, (5.6, 1.0), 0.0);
    set.scatter("cactus", 10, (-18.0, 18.0), (-26.0, 0.0));
    set.scatter("rock", 10, (-16.0, 16.0), (-18.0, 4.0));
    set.scatter("palm", 5, (-14.0, -7.0), (-14.0, -5.0));
}

fn field(set: &mut Set<'_>) {
    ridges(set, -72.0, -1.0);
    set.put("windmill", 0, (8.5, -12.0), -18.0);
    let height = f64::from(crate::shape::height_of("field", 8.5, -12.0));
    set.sails_of((8.5, -12.0), height, -18.0);
    set.put("house", 1, (-10.5, -9.0), 32.0);
    for number in 0..4 {
        set.put("fence", 0, (-8.4 + f64::from(number) * 2.9, -2.4), 0.0);
    }
    set.put("sign", 0, (4.8, 2.0), 0.0);
    set.scatter("tree", 9, (-30.0, 30.0), (-42.0, -18.0));
    set.scatter("flowers", 12, (-9.0, 9.0), (-1.5, 6.0));
    set.scatter("bush", 5, (-14.0, 14.0), (-8.0, -4.0));
}

fn river(set: &mut Set<'_>) {
    set.put_at("water", 4, [0.0, -0.95, -2.0], [0.0, 1.0]);
    ridges(set, -70.0, -1.0);
    set.put_at("bridge", 0, [4.6, 0.35, -9.0], [0.0, 1.0]);
    set.put_at("boat", 0, [-4.5, -0.85, -9.2], [6.0, 0.9]);
    set.put("house", 2, (-10.0, -19.5), 16.0);
    set.put("house", 5, (-2.0, -22.5), 4.0);
    set.put("church", 0, (13.0, -25.0), -14.0);
    set.put("bench", 0, (-4.0, 0.4), 170.0);
    set.put("streetlamp", 0, (1.9, 0.4), 0.0);
    set.scatter("reed", 14, (-16.0, 16.0), (-3.6, -2.8));
    set.scatter("tree", 8, (-28.0, -7.0), (-3.0, 4.0));
    set.scatter("tree", 10, (-30.0, 30.0), (-36.0, -17.0));
    set.scatter("flowers", 7, (-8.0, 8.0), (1.0, 6.0));
}

fn plaza(set: &mut Set<'_>) {
    rows(set, -14.0);
    set.put("fountain", 0, (0.0, -3.6), 0.0);
    for (x, turn) in [(-4.8, 50.0), (4.8, -50.0)] {
        set.put("bench", 0, (x, -1.2), turn);
        set.put("streetlamp", 0, (x * 1.25, -5.6), 0.0);
        set.put("tree", 2, (x * 1.7, -6.0), 0.0);
    }
    set.put("flag", 2, (6.8, 1.4), 0.0);
}

fn studio(set: &mut Set<'_>) {
    set.put_at("floor", 0, [0.0; 3], [0.0, 1.0]);
    set.put_at("screen", 0, [0.0, 0.4, -8.4], [0.0, 1.0]);
    set.put_at("desk", 0, [0.0, 0.0, -0.9], [0.0, 1.0]);
    set.put_at("camera-rig", 0, [-4.3, 0.0, 4.2], [142.0, 1.0]);
    set.put_at("camera-rig", 0, [4.8, 0.0, 3.4], [-138.0, 1.0]);
    set.put_at("spotlight", 0, [-6.6, 0.0, -3.0], [48.0, 1.0]);
    set.put_at("spotlight", 0, [6.6, 0.0, -3.0], [-48.0, 1.0]);
    set.put_at("bush", 1, [-8.6, 0.0, -7.6], [0.0, 1.1]);
    set.put_at("bush", 2, [8.6, 0.0, -7.6], [0.0, 1.1]);
}
