//! The scene as a flat picture: the same faces, seen through the same camera, drawn from far to near.

use crate::{
    Session,
    brief::clean,
    document::{Document, Layout},
    feedback::{Hour, Weather},
    light::{hex, mix, parts},
    lots::Lots,
    people,
    shape::{self, Face, Limb, Mesh},
    vector::{Vector, add, cross, dot, point, scale, subtract, turned, unit},
};

const WIDTH: f32 = 1280.0;
const HEIGHT: f32 = 720.0;
/// Nearer than this nothing is drawn.
const NEAR: f32 = 0.4;

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
        if layer == 3 {
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
            view.draw(&mesh, 3, &place, &mut drawn);
        }
    }
    page(session, &view, drawn, &shadows)
}

/// What is drawn first: the sky, the water, the ground, their shadows, then everything else.
fn layer(shape: &str) -> u8 {
    match shape.split(':').next().unwrap_or_default() {
        "mountain" | "ridge" | "cloud" => 0,
        "water" => 1,
        "ground" | "floor" => 2,
        _ => 3,
    }
}

/// A face on the picture.
struct Drawn {
    layer: u8,
    depth: f32,
    line: String,
}

/// A camera and its light.
struct View<'a> {
    document: &'a Document,
    eye: Vector,
    right: Vector,
    up: Vector,
    ahead: Vector,
    focus: f32,
    sun: Vector,
    /// Where lamps shine, and how brightly.
    lamps: Vec<(Vector, f64)>,
}

impl<'a> View<'a> {
    fn of(document: &'a Document) -> Self {
        let (eye, to) = (point(document.camera.at), point(document.camera.to));
        let ahead = unit(subtract(to, eye)).unwrap_or([0.0, 0.0, -1.0]);
        let right = unit(cross(ahead, [0.0, 1.0, 0.0])).unwrap_or([1.0, 0.0, 0.0]);
        let half = (document.camera.field_degrees as f32).to_radians() / 2.0;
        Self {
            document,
            eye,
            right,
            up: cross(right, ahead),
            ahead,
            focus: HEIGHT / 2.0 / half.tan().max(0.05),
            sun: point(document.sun.towards),
            lamps: lamps(document),
        }
    }

    /// Right, up and ahead of the eye.
    fn seen(&self, p: Vector) -> Vector {
        let p = subtract(p, self.eye);
        [dot(p, self.right), dot(p, self.up), dot(p, self.ahead)]
    }

    fn flat(&self, p: Vector) -> (f32, f32) {
        let depth = p[2].max(NEAR);
        (WIDTH / 2.0 + p[0] / depth * self.focus, HEIGHT / 2.0 - p[1] / depth * self.focus)
    }

    /// A polygon, cut at the nearest plane, if any of it is in the picture.
    fn outline(&self, points: impl Iterator<Item = Vector>) -> Option<(String, f32)> {
        let seen: Vec<Vector> = points.map(|p| self.seen(p)).collect();
        let mut cut: Vec<Vector> = Vec::with_capacity(seen.len() + 1);
        for (a, b) in seen.iter().zip(seen.iter().cycle().skip(1)) {
            if a[2] >= NEAR {
                cut.push(*a);
            }
            if (a[2] >= NEAR) != (b[2] >= NEAR) {
                let share = (NEAR - a[2]) / (b[2] - a[2]);
                cut.push(add(*a, scale(subtract(*b, *a), share)));
            }
        }
        let flat: Vec<(f32, f32)> = cut.iter().map(|p| self.flat(*p)).collect();
        let range = |pick: fn(&(f32, f32)) -> f32| {
            let all = flat.iter().map(pick);
            (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max))
        };
        let ((left, right), (top, bottom)) = (range(|p| p.0), range(|p| p.1));
        let outside = right < 0.0 || left > WIDTH || bottom < 0.0 || top > HEIGHT;
        let tiny = (right - left) * (bottom - top) < 0.35;
        if flat.len() < 3 || outside || tiny {
            return None;
        }
        let mut line = String::with_capacity(flat.len() * 12);
        for (x, y) in flat {
            let near = |part: f32| (part.clamp(-4_000.0, 6_000.0) * 10.0).round() / 10.0;
            line.push_str(&format!("{},{} ", near(x), near(y)));
        }
        line.pop();
        let depth = cut.iter().map(|p| dot(*p, *p).sqrt()).sum::<f32>() / cut.len().max(1) as f32;
        Some((line, depth))
    }

    fn draw(
        &self,
        mesh: &Mesh,
        layer: u8,
        place: &impl Fn(Vector) -> Vector,
        drawn: &mut Vec<Drawn>,
    ) {
        for (material, faces) in &mesh.parts {
            for face in faces {
                let Some(first) = face.points.first() else { continue };
                let normal = subtract(place(add(*first, face.normal)), place(*first));
                let normal = unit(normal).unwrap_or(face.normal);
                if dot(normal, subtract(self.eye, place(*first))) <= 0.0 {
                    continue;
                }
                let Some((line, depth)) = self.outline(face.points.iter().map(|p| place(*p)))
                else {
                    continue;
                };
                let colour = self.colour(material, face, normal, (place(*first), depth));
                drawn.push(Drawn {
                    layer,
                    depth,
                    line: format!("<path d=\"M{line}z\" fill=\"{colour}\" stroke=\"{colour}\"/>\n"),
                });
            }
        }
    }

    fn colour(
        &self,
        material: &str,
        face: &Face,
        normal: Vector,
        (middle, depth): (Vector, f32),
    ) -> String {
        let document = self.document;
        let Some(paint) = document.materials.get(material) else { return "#999999".to_owned() };
        let (sky, sun) = (&document.sky, &document.sun);
        let up = f64::from(normal[1]) * 0.5 + 0.5;
        let lit = f64::from(dot(normal, self.sun)).max(0.0) * sun.strength / 3.0;
        let (from_sky, from_sun) = (mix(&sky.ground, &sky.horizon, up), parts(&sun.colour));
        let (from_sky, base, glow) = (parts(&from_sky), parts(&paint.colour), parts(&paint.glow));
        let lamp = self.lamp_light(middle);
        let mut colour = [0.0; 3];
        for (axis, value) in colour.iter_mut().enumerate() {
            let of = |list: &[f64; 3]| list.get(axis).copied().unwrap_or_default();
            let light = of(&from_sky) * 0.6 * sky.strength + of(&from_sun) * lit * 0.75 + of(&lamp);
            *value = of(&base) * light * f64::from(face.shade) * 0.98 + of(&glow) * 0.8;
        }
        let haze = 1.0 - (-(f64::from(depth) * sky.haze)).exp();
        mix(&hex(colour), &sky.horizon, haze)
    }

    /// Warm light of the lamps near a point.
    fn lamp_light(&self, at: Vector) -> [f64; 3] {
        let near = |(lamp, strength): &(Vector, f64)| {
            let apart = subtract(*lamp, at);
            let far = f64::from(dot(apart, apart).sqrt());
            strength * (1.0 - far / 15.0).max(0.0).powi(2) / (1.0 + far * far * 0.05)
        };
        let sum: f64 = self.lamps.iter().map(near).sum::<f64>().min(1.0);
        [sum, sum * 0.78, sum * 0.48]
    }

    /// Where the sun throws the outline of a thing on level ground.
    fn shadow(&self, mesh: &Mesh, place: &impl Fn(Vector) -> Vector) -> String {
        if self.sun[1] < 0.15 {
            return String::new();
        }
        let ground = place([0.0; 3])[1] + 0.02;
        let fall = |p: Vector| {
            let along = (p[1] - ground).max(0.0) / self.sun[1];
            [p[0] - self.sun[0] * along, p[2] - self.sun[2] * along]
        };
        let points = mesh.parts.values().flatten().flat_map(|face| &face.points);
        let mut flat: Vec<[f32; 2]> = points.map(|p| fall(place(*p))).collect();
        let outline = hull(&mut flat).into_iter().map(|p| [p[0], ground, p[1]]);
        self.outline(outline).map_or(String::new(), |(line, _)| format!("M{line}z"))
    }
}

/// The lamps of a document; they shine where it is dark.
fn lamps(document: &Document) -> Vec<(Vector, f64)> {
    let glow = document.materials.get("lamp").map_or(0.0, |lamp| parts(&lamp.glow)[0]);
    let nodes = document.nodes.values().filter(|node| node.shown);
    let lit = nodes.filter_map(|node| {
        let (height, strength) = match node.shape.split(':').next()? {
            "streetlamp" => (3.7, glow - 0.3),
            "spotlight" => (3.2, 0.5),
            "campfire" => (0.9, 0.8),
            _ => return None,
        };
        let at = point([node.at[0], node.at[1] + height * node.size, node.at[2]]);
        (strength > 0.0).then_some((at, strength))
    });
    lit.take(8).collect()
}

/// The convex outline of points (Andrew's chain).
fn hull(points: &mut Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let half = |points: &mut dyn Iterator<Item = &[f32; 2]>| {
        let mut chain: Vec<[f32; 2]> = Vec::new();
        for p in points {
            while let [.., a, b] = chain.as_slice() {
                if (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(*p);
        }
        chain.pop();
        chain
    };
    let mut outline = half(&mut points.iter());
    outline.extend(half(&mut points.iter().rev()));
    outline
}

fn page(session: &Session, view: &View<'_>, mut drawn: Vec<Drawn>, shadows: &str) -> String {
    let document = &session.document;
    drawn.sort_by(|a, b| a.layer.cmp(&b.layer).then(b.depth.total_cmp(&a.depth)));
    let layer = |number: u8| -> String {
        drawn.iter().filter(|d| d.layer == number).map(|d| d.line.as_str()).collect()
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
{}{}{}<path d="{shadows}" fill="{}" fill-opacity="{dark:.2}"/>
{}</g>
{}{}</svg>
"#,
        document.sky.top,
        document.sky.horizon,
        stars(document, session.seed),
        layer(0),
        layer(1),
        layer(2),
        "#101820",
        layer(3),
        weather(document, session.seed),
        words(document),
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

/// The label, and the words of an advertisement or of whoever speaks.
fn words(document: &Document) -> String {
    let fonts = "font-family=\"system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif\"";
    let mut page = String::new();
    let notice = clean(&document.notice);
    let width = text_width(&notice, 20.5) + 28.0;
    page.push_str(&format!(
        "<g {fonts}><rect x=\"{:.0}\" y=\"14\" width=\"{width:.0}\" height=\"36\" rx=\"6\" fill=\"#14181f\" fill-opacity=\"0.88\"/><text x=\"{:.0}\" y=\"38\" font-size=\"18\" font-weight=\"600\" fill=\"#ffffff\">{}</text>",
        1266.0 - width, 1280.0 - width, escape(&notice)
    ));
    if let Some(advert) = &document.advert {
        let (x, y) = match advert.layout {
            Layout::Left => (70.0, 210.0),
            Layout::Right => (730.0, 210.0),
            Layout::Below => (70.0, 470.0),
        };
        page.push_str(&advert_words(advert, x, y));
    }
    let speaker = document.characters.values().find(|character| !character.says.is_empty());
    if let Some(speaker) = speaker {
        let lines = wrapped(&format!("{}: {}", speaker.name, speaker.says), 24.0, 1_000.0);
        let top = 690.0 - lines.len() as f32 * 32.0;
        page.push_str(&format!("<rect x=\"70\" y=\"{:.0}\" width=\"1140\" height=\"{:.0}\" rx=\"12\" fill=\"#14181f\" fill-opacity=\"0.82\"/>", top - 20.0, lines.len() as f32 * 32.0 + 22.0));
        page.push_str(&lines_at(&lines, 98.0, top + 12.0, 24.0, "#ffffff"));
    }
    page.push_str("</g>\n");
    page
}

fn advert_words(advert: &crate::Advert, x: f32, y: f32) -> String {
    let mut page = String::new();
    let head = wrapped(&advert.headline, 46.0, 500.0);
    page.push_str(&format!(
        "<g font-weight=\"700\">{}</g>",
        lines_at(&head, x, y, 46.0, "#1d2430")
    ));
    let mut at = y + head.len() as f32 * 54.0;
    let copy = wrapped(&advert.copy, 22.0, 500.0);
    page.push_str(&lines_at(&copy, x, at, 22.0, "#2d3644"));
    at += copy.len() as f32 * 30.0 + 14.0;
    if let Some(price) = &advert.price {
        page.push_str(&lines_at(std::slice::from_ref(price), x, at + 8.0, 26.0, "#1d2430"));
        at += 40.0;
    }
    let width = text_width(&advert.call, 22.0) + 48.0;
    page.push_str(&format!("<rect x=\"{x:.0}\" y=\"{at:.0}\" width=\"{width:.0}\" height=\"52\" rx=\"26\" fill=\"#1d2430\"/>"));
    page.push_str(&lines_at(
        std::slice::from_ref(&advert.call),
        x + 24.0,
        at + 34.0,
        22.0,
        "#ffffff",
    ));
    page
}

fn lines_at(lines: &[String], x: f32, y: f32, size: f32, fill: &str) -> String {
    let step = size * 1.2 + 3.0;
    (0..)
        .zip(lines)
        .map(|(row, line)| {
            let y = y + row as f32 * step;
            format!(
                "<text x=\"{x:.0}\" y=\"{y:.0}\" font-size=\"{size}\" fill=\"{fill}\">{}</text>",
                escape(line)
            )
        })
        .collect()
}

/// About how wide a text is; nothing here knows fonts.
fn text_width(text: &str, size: f32) -> f32 {
    let wide = |c: char| if (c as u32) > 0x2e80 { 1.0 } else { 0.55 };
    text.chars().map(wide).sum::<f32>() * size
}

/// A text in lines; Chinese may break anywhere.
fn wrapped(text: &str, size: f32, width: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in pieces(text) {
        if text_width(&line, size) + text_width(word.trim_end(), size) > width && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            line = String::new();
        }
        line.push_str(word);
    }
    lines.extend(Some(line.trim_end().to_owned()).filter(|line| !line.is_empty()));
    lines.truncate(6);
    lines
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| c.is_whitespace() || (c as u32) > 0x2e80)
}

/// Text for between tags and inside attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() || matches!(c as u32 & 0xffff, 0xfffe | 0xffff) => {
                escaped.push(' ')
            }
            other => escaped.push(other),
        }
    }
    escaped
}
