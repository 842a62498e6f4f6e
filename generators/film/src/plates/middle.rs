//! What lies where the reader looks: titles, words, pictures and plain areas.

use tiny_skia::{PathBuilder, Pixmap};

use super::{Setting, place};
use crate::{
    canvas::{Canvas, Ink, Place, Side, rounded},
    easing::out,
    layer::{Align, Form, Inset, Shape, Text, Title},
    lettering::{Fit, Weight},
    resampling::Levels,
};

/// A large title: a short word on the accent, the title, a line, and a smaller line.
pub(crate) fn title(canvas: &mut Canvas, title: &Title, setting: &Setting, age: f64) {
    let (u, safe, colours) = (canvas.unit(), canvas.safe(), setting.colours);
    let room = safe.w * 0.86;
    let fit = |size: f32, weight, lines_max| Fit {
        weight,
        size: size * u,
        size_min: size * 0.55 * u,
        width: room,
        lines_max,
    };
    let head = canvas.fitted(&title.text, fit(76.0, Weight::Bold, 3));
    let line = canvas.fitted(&title.subtitle, fit(34.0, Weight::Regular, 3));
    let kicker = canvas.fitted(&title.kicker, fit(24.0, Weight::Bold, 1));
    let has = |text: &str| !text.trim().is_empty();
    let above = if has(&title.kicker) { 66.0 * u } else { 0.0 };
    let below = if has(&title.subtitle) { 40.0 * u + line.height() } else { 14.0 * u };
    let height = above + head.height() + below;
    let mut y = (safe.y + (safe.h - height) / 2.0).max(safe.y);
    let (x, side) = match title.align {
        Align::Left => (safe.x + 26.0 * u, Side::Left),
        Align::Centre => (canvas.size.0 / 2.0, Side::Middle),
    };
    let shown = |start: f64| out((((age - start) / 0.6).clamp(0.0, 1.0)) as f32);
    if title.align == Align::Left {
        let bar = Place::new(safe.x, y, 8.0 * u, height * shown(0.0));
        canvas.area(bar, colours.spark);
    }
    let whole = canvas.all();
    if has(&title.kicker) {
        let wide = kicker.width() + 36.0 * u;
        let left = if side == Side::Left { x } else { x - wide / 2.0 };
        let plate = Place::new(left, y + 2.0 * u, wide, 42.0 * u);
        canvas.within(plate, shown(0.1), |canvas| {
            canvas.area(plate, colours.accent);
            let y = plate.y + (plate.h - kicker.size * 1.36) / 2.0;
            canvas.block(&kicker, (left + 18.0 * u, y), Side::Left, colours.on_accent());
        });
        y += above;
    }
    let rise = |start: f64| (0.0, 26.0 * u * (1.0 - shown(start)));
    let lines = Place::new(0.0, y - 10.0 * u, whole.w, head.height() + 24.0 * u);
    canvas.moved(lines, rise(0.15), shown(0.15), |canvas| {
        canvas.block(&head, (x, y), side, colours.text);
    });
    y += head.height() + 22.0 * u;
    if has(&title.subtitle) {
        if title.align == Align::Centre {
            let half = 60.0 * u * shown(0.3);
            canvas.area(Place::new(x - half, y - 8.0 * u, half * 2.0, 4.0 * u), colours.spark);
            y += 12.0 * u;
        }
        let lines = Place::new(0.0, y - 10.0 * u, whole.w, line.height() + 24.0 * u);
        canvas.moved(lines, rise(0.35), shown(0.35), |canvas| {
            canvas.block(&line, (x, y), side, colours.muted);
        });
    }
}

/// How long a title takes to stand, in seconds.
pub(crate) const TITLE_SECONDS: f64 = 1.0;

/// Words in an area.
pub(crate) fn text(canvas: &mut Canvas, text: &Text, setting: &Setting) {
    let (u, colours) = (canvas.unit(), setting.colours);
    let area = place(canvas, text.area);
    let shorter = canvas.size.0.min(canvas.size.1);
    let padding = if text.panel { 22.0 * u } else { 0.0 };
    let inner = area.inset(padding.min(area.w / 4.0).min(area.h / 4.0));
    let size = text.size * shorter;
    let weight = if text.bold { Weight::Bold } else { Weight::Regular };
    // As many lines as the area has room for at the size that is chosen in the end.
    let mut fit = Fit { weight, size, size_min: size, width: inner.w, lines_max: usize::MAX };
    let mut block = canvas.fitted(&text.text, fit);
    let least = (size * 0.45).max(10.0 * u).min(size);
    while block.height() > inner.h && fit.size > least {
        fit.size = (fit.size * 0.94).max(least);
        fit.size_min = fit.size;
        block = canvas.fitted(&text.text, fit);
    }
    if block.height() > inner.h {
        fit.lines_max = ((inner.h / block.leading()) as usize).max(1);
        block = canvas.fitted(&text.text, fit);
    }
    if text.panel {
        canvas.shadow(area, 14.0 * u, 10.0 * u);
        canvas.round(area, 14.0 * u, Ink::Flat(colours.panel, 0.94));
    }
    let y = inner.y + if text.panel { (inner.h - block.height()).max(0.0) / 2.0 } else { 0.0 };
    let (x, side) = match text.align {
        Align::Left => (inner.x, Side::Left),
        Align::Centre => (inner.centre().0, Side::Middle),
    };
    canvas.within(area, 1.0, |canvas| {
        canvas.block(&block, (x, y), side, text.colour.unwrap_or(colours.text));
    });
}

/// A picture in an area, in a thin frame.
pub(crate) fn inset(
    canvas: &mut Canvas,
    inset: &Inset,
    pictures: &[Levels<'_>],
    setting: &Setting,
) {
    let Some(levels) = pictures.get(inset.index) else { return };
    let (u, colours) = (canvas.unit(), setting.colours);
    let mut area = place(canvas, inset.area);
    let foot = if inset.caption.trim().is_empty() { 0.0 } else { 34.0 * u };
    area.h = (area.h - foot).max(2.0);
    if inset.whole {
        let (w, h) = levels.inside((area.w, area.h));
        let (x, y) = area.centre();
        area = Place::new(x - w / 2.0, y - h / 2.0, w.max(1.0), h.max(1.0));
    }
    let window = if inset.whole {
        levels.whole()
    } else {
        levels.window(crate::storyboard::Area::ALL, (area.w, area.h))
    };
    let border = area.inset(-4.0 * u);
    canvas.shadow(border, 10.0 * u, 14.0 * u);
    canvas.round(border, 10.0 * u, colours.text);
    let (w, h) = (area.w.round().max(1.0) as u32, area.h.round().max(1.0) as u32);
    if let Some(mut map) = Pixmap::new(w.min(4096), h.min(4096)) {
        levels.fill(window, &mut map, 256);
        paste(canvas, &map, area, 7.0 * u);
    }
    if foot > 0.0 {
        let fit = Fit {
            weight: Weight::Regular,
            size: 20.0 * u,
            size_min: 14.0 * u,
            width: area.w,
            lines_max: 1,
        };
        let line = canvas.fitted(&inset.caption, fit);
        let y = border.bottom() + 6.0 * u;
        let plate = Place::new(area.x, y, line.width(), line.height()).inset(-6.0 * u);
        canvas.round(plate, 5.0 * u, Ink::Flat(colours.panel, 0.85));
        canvas.block(&line, (area.x, y), Side::Left, colours.text);
    }
}

/// Lays pixels into a place with round corners.
pub(crate) fn paste(canvas: &mut Canvas, map: &Pixmap, area: Place, radius: f32) {
    canvas.within(area, 1.0, |canvas| {
        if let Some(path) = rounded(area, radius) {
            canvas.fill(&path, crate::colour::Colour::BLACK);
        }
        // The pixels only cover what the round area covers.
        let below = canvas.map_mut();
        let (width, wide) = (below.width() as usize, map.width() as usize);
        let rows = below.data_mut().chunks_exact_mut(width * 4);
        for (row, pixels) in rows.zip(map.data().chunks_exact(wide * 4)) {
            let pixels = pixels.as_chunks::<4>().0;
            for (to, from) in row.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
                let cover = u32::from(to[3]);
                let part = |byte: u8| ((u32::from(byte) * cover + 127) / 255) as u8;
                *to = [part(from[0]), part(from[1]), part(from[2]), to[3]];
            }
        }
    });
}

/// A plain area.
pub(crate) fn shape(canvas: &mut Canvas, shape: &Shape, setting: &Setting) {
    let (u, area) = (canvas.unit(), place(canvas, shape.area));
    let ink = Ink::Flat(shape.colour.unwrap_or(setting.colours.accent), shape.opacity);
    match shape.form {
        Form::Box => canvas.area(area, ink),
        Form::Rounded => canvas.round(area, 18.0 * u, ink),
        Form::Ellipse => canvas.oval(area.centre(), (area.w / 2.0, area.h / 2.0), ink),
        Form::Line => {
            let mut path = PathBuilder::new();
            path.move_to(area.x, area.y);
            path.line_to(area.right(), area.bottom());
            if let Some(path) = path.finish() {
                canvas.stroke(&path, ink, 4.0 * u);
            }
        }
    }
}
