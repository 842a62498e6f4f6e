//! The scene as a flat picture: the same faces, seen through the same camera, drawn from far to near.

mod view;
mod words;

pub(crate) use words::escape;

use view::{Drawn, HEIGHT, Layer, View};

use crate::{
    Session,
    document::{Document, Motion},
    feedback::{Hour, Weather},
    lots::Lots,
    people,
    shape::{self, Limb},
    vector::{Vector, add, point, scale, turned},
};

/// The scene as SVG of 1280 × 720: the poster of the page, its fallback, and what reviewers see.
pub fn svg(session: &Session) -> String {
    let document = &session.document;
    let view = View::of(document);
    let mut drawn = Vec::new();
    let mut shadows = String::new();
    for node in document.nodes.values().filter(|node| node.shown) {
        let Some(mesh) = shape::mesh(&node.shape) else { continue };
        let (at, turn, size) = (point(node.at), node.turn as f32, node.size as f32);
        let place = |p: Vector| add(at, turned(scale(p, size), turn));
        let layer = layer(&node.shape);
        // What floats in the air throws its shadow out of sight.
        if layer == Layer::Things && node.moves != Some(Motion::Drift) {
            shadows.push_str(&view.shadow(&mesh, &place));
        }
        view.draw(&mesh, layer, &place, &mut drawn);
    }
    for (id, character) in &document.characters {
        let style = people::style(id, session.seed);
        let (at, turn) = (point(character.at), character.turn as f32);
        for limb in Limb::ALL {
            let mesh = shape::limb(id, limb, style);
            let raised =
                id == "person-1" && limb == Limb::ArmRight && character.does == crate::Doing::Wave;
            let rest = if raised { -138.0 } else { limb.rest() };
            let (sine, cosine) = rest.to_radians().sin_cos();
            let place = |p: Vector| {
                let p = [p[0] * cosine - p[1] * sine, p[0] * sine + p[1] * cosine, p[2]];
                let p = scale(add(limb.joint(), p), character.size as f32);
                add(at, turned(p, turn))
            };
            if limb == Limb::Body {
                shadows.push_str(&view.shadow(&mesh, &place));
            }
            view.draw(&mesh, Layer::Things, &place, &mut drawn);
        }
    }
    page(session, &view, drawn, &shadows)
}

fn layer(shape: &str) -> Layer {
    match shape.split(':').next().unwrap_or_default() {
        "mountain" | "ridge" | "cloud" => Layer::Backdrop,
        "water" => Layer::Water,
        "ground" | "floor" => Layer::Ground,
        _ => Layer::Things,
    }
}

fn page(session: &Session, view: &View<'_>, mut drawn: Vec<Drawn>, shadows: &str) -> String {
    let document = &session.document;
    drawn.sort_by(|a, b| a.layer.cmp(&b.layer).then(b.depth.total_cmp(&a.depth)));
    let layer = |shown: Layer| -> String {
        drawn.iter().filter(|d| d.layer == shown).map(|d| d.line.as_str()).collect()
    };
    let dark = if document.time == Hour::Night { 0.12 } else { 0.2 }
        * document.sun.strength.min(2.0)
        / 2.0;
    let horizon = view.flat(view.seen(add(view.eye, [0.0, -0.5, -200.0]))).1 / HEIGHT;
    let middle = (horizon * 100.0).clamp(20.0, 100.0);
    let (title, about) = (escape(&document.title), escape(&document.description));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720" role="img" aria-labelledby="svg-title svg-about">
<title id="svg-title">{title}</title>
<desc id="svg-about">{about}</desc>
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{}"/><stop offset="{middle:.1}%" stop-color="{}"/></linearGradient></defs>
<rect width="1280" height="720" fill="url(#sky)"/>
{}<g stroke-width="0.6" stroke-linejoin="round">
{}{}{}{}<path d="{shadows}" fill="{}" fill-opacity="{dark:.2}"/>
{}</g>
{}{}</svg>
"#,
        document.sky.top,
        document.sky.horizon,
        stars(document, session.seed),
        layer(Layer::Backdrop),
        layer(Layer::Bed),
        layer(Layer::Water),
        layer(Layer::Ground),
        "#101820",
        layer(Layer::Things),
        weather(document, session.seed),
        words::words(document),
    )
}

fn stars(document: &Document, seed: u64) -> String {
    if document.sky.stars <= 0.2 {
        return String::new();
    }
    let mut lots = Lots::new(seed ^ 77);
    let one = |_| {
        let (x, y, r) =
            (lots.between(0.0, 1280.0), lots.between(0.0, 330.0), lots.between(0.5, 1.5));
        format!("<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{r:.1}\"/>")
    };
    let all: String = (0..90).map(one).collect();
    format!("<g fill=\"#eef3ff\" fill-opacity=\"0.85\">{all}</g>\n")
}

fn weather(document: &Document, seed: u64) -> String {
    let mut lots = Lots::new(seed ^ 99);
    match document.weather {
        Weather::Rain => {
            let one = |_| {
                let (x, y, l) = (
                    lots.between(0.0, 1320.0),
                    lots.between(-30.0, 720.0),
                    lots.between(14.0, 34.0),
                );
                format!("M{x:.0},{y:.0}l{:.1},{l:.0}", -l * 0.18)
            };
            let all: String = (0..240).map(one).collect();
            format!("<path d=\"{all}\" stroke=\"#e6eef5\" stroke-opacity=\"0.5\" fill=\"none\"/>\n")
        }
        Weather::Snow => {
            let one = |_| {
                let (x, y, r) =
                    (lots.between(0.0, 1280.0), lots.between(0.0, 720.0), lots.between(1.0, 3.6));
                format!("<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{r:.1}\"/>")
            };
            let all: String = (0..220).map(one).collect();
            format!("<g fill=\"#ffffff\" fill-opacity=\"0.85\">{all}</g>\n")
        }
        _ => String::new(),
    }
}
