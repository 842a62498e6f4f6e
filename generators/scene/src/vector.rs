//! Points and directions.

/// A point or a direction.
pub(crate) type Vector = [f32; 3];

pub(crate) fn add(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(crate) fn subtract(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn scale(a: Vector, factor: f32) -> Vector {
    a.map(|part| part * factor)
}

pub(crate) fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The direction of `a`, if it has one.
pub(crate) fn unit(a: Vector) -> Option<Vector> {
    let length = dot(a, a).sqrt();
    (length > 1e-6).then(|| scale(a, 1.0 / length))
}

/// Turned about the vertical by an angle in degrees.
pub(crate) fn turned(a: Vector, degrees: f32) -> Vector {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    [a[0] * cosine + a[2] * sine, a[1], a[2] * cosine - a[0] * sine]
}

/// A document's point.
pub(crate) fn point(a: [f64; 3]) -> Vector {
    a.map(|part| part as f32)
}
