//! What advertisements show: about one metre high, in the material `product`.

use super::mesh::Mesh;

/// Names in briefs and the shape that shows them.
pub(crate) const KNOWN: [(&str, &[&str]); 14] = [
    ("kettle", &["kettle", "teapot", "水壶", "茶壶"]),
    ("lamp", &["lamp", "light", "台灯", "灯"]),
    ("headset", &["headset", "headphones", "earphones", "耳机"]),
    ("speaker", &["speaker", "radio", "音箱", "收音机"]),
    ("photo-camera", &["camera", "相机"]),
    ("watch", &["watch", "clock", "手表", "钟"]),
    ("chair", &["chair", "stool", "seat", "椅子"]),
    ("backpack", &["backpack", "bag", "rucksack", "背包", "包"]),
    ("bottle", &["bottle", "flask", "juice", "water", "瓶", "饮料"]),
    ("cup", &["cup", "mug", "coffee", "tea", "杯", "咖啡", "茶"]),
    ("phone", &["phone", "tablet", "手机", "平板"]),
    ("book", &["book", "newspaper", "magazine", "subscription", "书", "报", "杂志"]),
    ("bicycle", &["bicycle", "bike", "scooter", "自行车", "滑板车"]),
    ("parcel", &["parcel", "box", "gift", "礼品", "盒"]),
];

pub(super) fn build(mesh: &mut Mesh, kind: &str) -> bool {
    match kind {
        "plinth" => plinth(mesh),
        "arch" => arch(mesh),
        "kettle" => kettle(mesh),
        "lamp" => lamp(mesh),
        "headset" => headset(mesh),
        "speaker" => speaker(mesh),
        "photo-camera" => camera(mesh),
        "watch" => watch(mesh),
        "chair" => chair(mesh),
        "backpack" => backpack(mesh),
        "bottle" => bottle(mesh),
        "cup" => cup(mesh),
        "phone" => phone(mesh),
        "book" => book(mesh),
        "parcel" => parcel(mesh),
        _ => return false,
    }
    true
}

fn plinth(mesh: &mut Mesh) {
    mesh.lathe("stage", [0.0; 3], 40, &[(1.9, 0.0), (1.9, 0.16), (1.8, 0.2)]);
    mesh.lathe("stage-accent", [0.0; 3], 40, &[(1.45, 0.2), (1.45, 0.4), (1.38, 0.46)]);
}

fn arch(mesh: &mut Mesh) {
    for (radius, name, z) in [(2.6_f32, "stage-accent", 0.0_f32), (2.0, "stage", 0.16)] {
        for part in 0..20 {
            let angle = |part: i32| part as f32 / 20.0 * std::f32::consts::PI;
            let at =
                |part: i32, r: f32, z: f32| [angle(part).cos() * r, angle(part).sin() * r + 0.6, z];
            let inside = at(part, radius * 0.8, z);
            let (inner, outer) = (radius - 0.5, radius);
            let front = vec![
                at(part, inner, z + 0.1),
                at(part, outer, z + 0.1),
                at(part + 1, outer, z + 0.1),
                at(part + 1, inner, z + 0.1),
            ];
            mesh.face(name, front, [inside[0], inside[1], z - 1.0], 1.0);
            let top = vec![
                at(part, outer, z + 0.1),
                at(part, outer, z - 0.1),
                at(part + 1, outer, z - 0.1),
                at(part + 1, outer, z + 0.1),
            ];
            mesh.face(name, top, [0.0, 0.6, z], 0.95);
            let under = vec![
                at(part, inner, z + 0.1),
                at(part, inner, z - 0.1),
                at(part + 1, inner, z - 0.1),
                at(part + 1, inner, z + 0.1),
            ];
            mesh.face(name, under, at(part, outer, z), 0.9);
        }
        for x in [-radius + 0.25, radius - 0.25] {
            mesh.block(name, [x, 0.0, z], [0.5, 0.62, 0.2]);
        }
    }
}

fn kettle(mesh: &mut Mesh) {
    mesh.lathe(
        "product",
        [0.0; 3],
        20,
        &[(0.5, 0.0), (0.56, 0.08), (0.52, 0.5), (0.36, 0.84), (0.3, 0.9)],
    );
    mesh.lathe("product-dark", [0.0; 3], 20, &[(0.31, 0.9), (0.2, 0.97), (0.0, 0.99)]);
    mesh.ball("product-dark", [0.0, 1.03, 0.0], [0.07, 0.07, 0.07], 8);
    mesh.bar("product", [0.42, 0.35, 0.0], [0.78, 0.78, 0.0], 0.075);
    let handle = [
        [-0.4, 0.8, 0.0],
        [-0.66, 0.86, 0.0],
        [-0.76, 0.6, 0.0],
        [-0.68, 0.28, 0.0],
        [-0.5, 0.2, 0.0],
    ];
    for pair in handle.windows(2) {
        let &[from, to] = pair else { continue };
        mesh.bar("product-dark", from, to, 0.055);
    }
}

fn lamp(mesh: &mut Mesh) {
    mesh.lathe("product-dark", [0.0; 3], 20, &[(0.42, 0.0), (0.42, 0.06), (0.05, 0.1)]);
    mesh.bar("product-dark", [0.0, 0.08, 0.0], [-0.28, 0.72, 0.0], 0.035);
    mesh.bar("product-dark", [-0.28, 0.72, 0.0], [0.2, 1.22, 0.0], 0.035);
    mesh.ball("product", [-0.28, 0.72, 0.0], [0.07, 0.07, 0.07], 8);
    mesh.lathe("product", [0.3, 0.86, 0.0], 18, &[(0.38, 0.0), (0.16, 0.34), (0.1, 0.42)]);
    mesh.ball("lamp", [0.3, 0.88, 0.0], [0.16, 0.14, 0.16], 10);
}

fn headset(mesh: &mut Mesh) {
    for part in 0..16 {
        let angle = |part: i32| part as f32 / 16.0 * std::f32::consts::PI;
        let at = |part: i32| [angle(part).cos() * 0.55, 0.55 + angle(part).sin() * 0.62, 0.0];
        mesh.bar("product", at(part), at(part + 1), 0.06);
    }
    for side in [-1.0_f32, 1.0] {
        mesh.bar("product-dark", [side * 0.38, 0.42, 0.0], [side * 0.52, 0.42, 0.0], 0.27);
        mesh.bar("product", [side * 0.5, 0.42, 0.0], [side * 0.62, 0.42, 0.0], 0.24);
    }
}

fn speaker(mesh: &mut Mesh) {
    mesh.frustum("product", [0.0; 3], [0.84, 1.2, 0.66], [0.8, 0.62]);
    for (y, radius) in [(0.38_f32, 0.28_f32), (0.88, 0.17)] {
        mesh.bar("product-dark", [0.0, y, 0.3], [0.0, y, 0.36], radius);
        mesh.bar("metal", [0.0, y, 0.34], [0.0, y, 0.385], radius * 0.35);
    }
}

fn camera(mesh: &mut Mesh) {
    mesh.block("product", [0.0, 0.1, 0.0], [1.2, 0.72, 0.42]);
    mesh.block("product-dark", [0.0, 0.24, 0.0], [1.22, 0.4, 0.44]);
    mesh.frustum("product", [0.0, 0.82, 0.0], [0.5, 0.18, 0.36], [0.34, 0.3]);
    mesh.bar("metal", [0.0, 0.46, 0.2], [0.0, 0.46, 0.42], 0.3);
    mesh.bar("product-dark", [0.0, 0.46, 0.4], [0.0, 0.46, 0.56], 0.26);
    mesh.bar("window-dark", [0.0, 0.46, 0.55], [0.0, 0.46, 0.575], 0.19);
    mesh.bar("accent-glow", [0.42, 0.82, 0.0], [0.42, 0.9, 0.0], 0.07);
}

fn watch(mesh: &mut Mesh) {
    for (bottom, top, low, high) in [(0.0, 0.35, 0.26, 0.36), (0.85, 1.2, 0.36, 0.26)] {
        mesh.frustum("product-dark", [0.0, bottom, 0.0], [low, top - bottom, 0.08], [high, 0.08]);
    }
    mesh.bar("product", [0.0, 0.6, -0.08], [0.0, 0.6, 0.1], 0.36);
    mesh.bar("white", [0.0, 0.6, 0.08], [0.0, 0.6, 0.12], 0.3);
    mesh.bar("product-dark", [0.0, 0.6, 0.13], [0.0, 0.8, 0.13], 0.018);
    mesh.bar("product-dark", [0.0, 0.6, 0.13], [0.14, 0.54, 0.13], 0.022);
    mesh.bar("metal", [0.34, 0.6, 0.0], [0.43, 0.6, 0.0], 0.05);
}

fn chair(mesh: &mut Mesh) {
    mesh.frustum("product", [0.0, 0.52, 0.0], [0.72, 0.1, 0.7], [0.7, 0.68]);
    mesh.frustum("product", [0.0, 0.62, -0.32], [0.66, 0.72, 0.08], [0.56, 0.06]);
    for (x, z) in [(-0.28_f32, 0.28_f32), (0.28, 0.28), (-0.28, -0.28), (0.28, -0.28)] {
        mesh.bar("wood", [x, 0.54, z], [x * 1.3, 0.0, z * 1.3], 0.04);
    }
}

fn backpack(mesh: &mut Mesh) {
    mesh.frustum("product", [0.0; 3], [0.8, 0.95, 0.44], [0.66, 0.36]);
    mesh.ball("product", [0.0, 0.95, 0.0], [0.33, 0.16, 0.18], 12);
    mesh.frustum("product-dark", [0.0, 0.08, 0.24], [0.6, 0.42, 0.16], [0.54, 0.1]);
    mesh.block("metal", [0.0, 0.42, 0.34], [0.12, 0.05, 0.04]);
    for x in [-0.22_f32, 0.22] {
        mesh.block("product-dark", [x, 0.1, -0.23], [0.1, 0.8, 0.06]);
        mesh.block("product-dark", [x, 0.62, 0.2], [0.05, 0.3, 0.05]);
    }
}

fn bottle(mesh: &mut Mesh) {
    mesh.lathe(
        "product",
        [0.0; 3],
        18,
        &[(0.26, 0.0), (0.28, 0.06), (0.28, 0.75), (0.12, 1.02), (0.11, 1.18)],
    );
    mesh.lathe("product-dark", [0.0; 3], 14, &[(0.13, 1.16), (0.13, 1.3)]);
    mesh.lathe("white", [0.0; 3], 18, &[(0.285, 0.26), (0.285, 0.58)]);
}

fn cup(mesh: &mut Mesh) {
    mesh.lathe("white", [0.0; 3], 22, &[(0.25, 0.0), (0.72, 0.06), (0.7, 0.1)]);
    mesh.lathe(
        "product",
        [0.0; 3],
        20,
        &[(0.28, 0.08), (0.42, 0.3), (0.46, 0.78), (0.41, 0.78), (0.4, 0.68)],
    );
    mesh.lathe("crate", [0.0; 3], 20, &[(0.41, 0.69), (0.05, 0.7)]);
    for (from, to) in [
        ([0.42, 0.66, 0.0], [0.66, 0.6, 0.0]),
        ([0.66, 0.6, 0.0], [0.62, 0.36, 0.0]),
        ([0.62, 0.36, 0.0], [0.4, 0.3, 0.0]),
    ] {
        mesh.bar("product", from, to, 0.05);
    }
}

fn phone(mesh: &mut Mesh) {
    mesh.block("product", [0.0, 0.02, 0.0], [0.66, 1.25, 0.08]);
    mesh.block("screen", [0.0, 0.07, 0.035], [0.6, 1.15, 0.03]);
    for (row, width) in [(0.95_f32, 0.48_f32), (0.85, 0.4), (0.6, 0.5), (0.5, 0.34)] {
        mesh.block("white", [(width - 0.5) / 2.0, row, 0.05], [width, 0.05, 0.02]);
    }
}

fn book(mesh: &mut Mesh) {
    mesh.block("white", [0.02, 0.04, 0.0], [0.84, 1.12, 0.2]);
    for z in [-0.12_f32, 0.12] {
        mesh.block("product", [0.0, 0.0, z], [0.9, 1.2, 0.04]);
    }
    mesh.block("product", [-0.44, 0.0, 0.0], [0.04, 1.2, 0.26]);
    mesh.block("product-dark", [0.05, 0.75, 0.145], [0.5, 0.18, 0.02]);
    mesh.block("product-dark", [0.05, 0.6, 0.145], [0.3, 0.06, 0.02]);
}

fn parcel(mesh: &mut Mesh) {
    mesh.block("product", [0.0; 3], [1.0, 0.8, 0.9]);
    mesh.block("product", [0.0, 0.8, 0.0], [1.08, 0.18, 0.98]);
    mesh.block("product-dark", [0.0, 0.0, 0.0], [0.16, 0.99, 1.0]);
    mesh.block("product-dark", [0.0, 0.0, 0.0], [1.1, 0.985, 0.16]);
    for side in [-1.0_f32, 1.0] {
        mesh.ball("product-dark", [side * 0.16, 1.06, 0.0], [0.17, 0.1, 0.09], 10);
    }
}
