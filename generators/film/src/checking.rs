//! What a storyboard must be before a frame of it is drawn.

use crate::{
    backdrop::is_inside,
    error::FilmError,
    layer::{Layer, Span},
    lettering::has_letter,
    storyboard::{Area, Background, Picture, Scene, Storyboard},
};

/// Sides of a film, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 160..=1920;
/// The longest film, in seconds.
pub(crate) const SECONDS_MAX: f64 = 600.0;
const SCENES_MAX: usize = 200;
const LAYERS_MAX: usize = 24;
const CAPTIONS_MAX: usize = 2000;
const MOUTHS_MAX: usize = 30_000;
/// The most letters of a text, of a running line, and of a caption.
const LETTERS_MAX: usize = 2000;
const TICKER_MAX: usize = 5000;
const CAPTION_MAX: usize = 300;
/// Pixels and bytes of pictures.
const PICTURES_MAX: usize = 200;
const PIXELS_MAX: u64 = 40_000_000;

/// Checks everything but tables.
pub(crate) fn check(board: &Storyboard, pictures: &[Picture]) -> Result<(), FilmError> {
    let (width, height) = board.size;
    let is_side = |side: u32| SIDES.contains(&side) && side.is_multiple_of(2);
    if !is_side(width) || !is_side(height) {
        return Err(FilmError::Size { width, height });
    }
    if !(10..=60).contains(&board.rate) {
        return Err(FilmError::Rate(board.rate));
    }
    if !matches!(board.language.as_str(), "en" | "zh") {
        let name = board.language.chars().take(40).collect();
        return Err(FilmError::Unknown { what: "language", name, known: "en, zh".to_owned() });
    }
    limit("pictures", pictures.len(), PICTURES_MAX)?;
    pictures.iter().enumerate().try_for_each(|(index, picture)| check_picture(index, picture))?;
    if board.scenes.is_empty() {
        return Err(FilmError::NoScenes);
    }
    limit("scenes", board.scenes.len(), SCENES_MAX)?;
    let mut total = 0.0;
    for (number, scene) in board.scenes.iter().enumerate() {
        check_scene(number, scene, pictures.len())?;
        total += scene.seconds;
    }
    if total > SECONDS_MAX {
        return Err(time("the film", total, format!("at most {SECONDS_MAX}")));
    }
    check_captions(board, total)
}

fn limit(what: &str, count: usize, most: usize) -> Result<(), FilmError> {
    if count <= most {
        return Ok(());
    }
    Err(FilmError::TooMany { what: what.to_owned(), count: count as u64, most: most as u64 })
}

fn time(what: impl Into<String>, value: f64, allowed: impl Into<String>) -> FilmError {
    FilmError::Time { what: what.into(), value, allowed: allowed.into() }
}

fn check_picture(index: usize, picture: &Picture) -> Result<(), FilmError> {
    let Picture { width, height, ref rgb } = *picture;
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > PIXELS_MAX || rgb.len() as u64 != pixels * 3 {
        return Err(FilmError::Picture { index, width, height, given: rgb.len() });
    }
    Ok(())
}

fn check_scene(number: usize, scene: &Scene, pictures: usize) -> Result<(), FilmError> {
    if !(0.1..=SECONDS_MAX).contains(&scene.seconds) {
        return Err(time(
            format!("scene {number}"),
            scene.seconds,
            format!("0.1 to {SECONDS_MAX}"),
        ));
    }
    let change = scene.transition.seconds();
    if !(0.0..=scene.seconds).contains(&change) {
        let allowed = format!("0 to the {} of its scene", scene.seconds);
        return Err(time(format!("the transition of scene {number}"), change, allowed));
    }
    match &scene.background {
        Background::Picture { index, from, to, dim } => {
            named(*index, pictures)?;
            area(from)?;
            area(to)?;
            share("how much a background is darkened", *dim, 0.0, 1.0)?;
        }
        Background::Gradient { angle, .. } => share("an angle", *angle, -3600.0, 3600.0)?,
        _ => {}
    }
    limit("layers of a scene", scene.layers.len(), LAYERS_MAX)?;
    for layer in &scene.layers {
        check_span(layer.time(), scene.seconds)?;
        check_layer(layer, pictures)?;
    }
    Ok(())
}

fn check_span(span: &Span, seconds: f64) -> Result<(), FilmError> {
    if !(0.0..seconds).contains(&span.start) {
        let allowed = format!("0 to less than the {seconds} of its scene");
        return Err(time("the start of a layer", span.start, allowed));
    }
    match span.end {
        Some(end) if !(end > span.start && end <= SECONDS_MAX) => {
            let allowed = format!("more than its start at {}, in seconds of its scene", span.start);
            Err(time("the end of a layer", end, allowed))
        }
        _ => Ok(()),
    }
}

fn check_layer(layer: &Layer, pictures: usize) -> Result<(), FilmError> {
    for text in texts(layer) {
        let most = if matches!(layer, Layer::Ticker(_)) { TICKER_MAX } else { LETTERS_MAX };
        limit("letters of a text", text.chars().count(), most)?;
    }
    match layer {
        Layer::Text(text) => {
            area(&text.area)?;
            share("the size of letters", text.size, 0.02, 0.3)
        }
        Layer::Picture(inset) => {
            named(inset.index, pictures)?;
            area(&inset.area)
        }
        Layer::Chart(chart) => chart.area.iter().try_for_each(area),
        Layer::Map(map) => map.area.iter().try_for_each(area),
        Layer::Shape(shape) => {
            area(&shape.area)?;
            share("an opacity", shape.opacity, 0.0, 1.0)
        }
        Layer::Anchor(anchor) => {
            anchor.screen.iter().try_for_each(|index| named(*index, pictures))?;
            limit("forms of a mouth", anchor.mouth.len(), MOUTHS_MAX)?;
            crate::anchor::Design::named(&anchor.design)?;
            anchor.mouth.iter().try_for_each(|shape| {
                let is_time = (0.0..=SECONDS_MAX).contains(&shape.start)
                    && shape.end >= shape.start
                    && shape.end.is_finite();
                if is_time {
                    return Ok(());
                }
                let allowed = "a start from 0 on and an end after it, in seconds of the film";
                Err(time("a form of a mouth", shape.start, allowed))
            })
        }
        Layer::Title(_) | Layer::LowerThird(_) | Layer::Ticker(_) => Ok(()),
    }
}

fn named(index: usize, count: usize) -> Result<(), FilmError> {
    if index < count { Ok(()) } else { Err(FilmError::NoPicture { index, count }) }
}

fn area(area: &Area) -> Result<(), FilmError> {
    if is_inside(area) {
        return Ok(());
    }
    let worst = [area.left, area.top, area.width, area.height].into_iter();
    let value =
        worst.fold(0.0_f32, |worst, part| if part.abs() <= worst.abs() { worst } else { part });
    Err(FilmError::Number {
        what: format!("the area {}, {}, {}, {}", area.left, area.top, area.width, area.height),
        value: f64::from(value),
        allowed: "left, top, width and height in parts of the whole, inside of it",
    })
}

fn share(what: &str, value: f32, least: f32, most: f32) -> Result<(), FilmError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(time_free(what, value))
}

fn time_free(what: &str, value: f32) -> FilmError {
    let allowed = match what {
        "the size of letters" => "0.02 to 0.3 of the shorter side",
        "an angle" => "degrees from -3600 to 3600",
        _ => "0 to 1",
    };
    FilmError::Number { what: what.to_owned(), value: f64::from(value), allowed }
}

fn check_captions(board: &Storyboard, total: f64) -> Result<(), FilmError> {
    limit("captions", board.captions.len(), CAPTIONS_MAX)?;
    let mut before = 0.0;
    for (number, caption) in board.captions.iter().enumerate() {
        let what = format!("caption {number}");
        if !(0.0..total).contains(&caption.start) {
            return Err(time(
                what,
                caption.start,
                format!("a start from 0 to less than {total}, the end of the film"),
            ));
        }
        // What a clock rounds is no reason to refuse.
        if !(caption.end > caption.start && caption.end <= total + 0.05) {
            return Err(time(
                what,
                caption.end,
                format!("an end after its start and at most {total}, the end of the film"),
            ));
        }
        if caption.start < before - 1e-6 {
            return Err(FilmError::CaptionsOverlap {
                first: number.saturating_sub(1),
                second: number,
            });
        }
        before = caption.end;
        limit("letters of a caption", caption.text.chars().count(), CAPTION_MAX)?;
    }
    Ok(())
}

/// Every text of a layer that is not in a table.
pub(crate) fn texts(layer: &Layer) -> Vec<&str> {
    match layer {
        Layer::Title(title) => vec![&title.kicker, &title.text, &title.subtitle],
        Layer::LowerThird(third) => vec![&third.name, &third.role],
        Layer::Ticker(ticker) => vec![&ticker.label, &ticker.text],
        Layer::Text(text) => vec![&text.text],
        Layer::Picture(inset) => vec![&inset.caption],
        Layer::Chart(chart) => vec![&chart.title, &chart.unit, &chart.source],
        Layer::Map(map) => vec![&map.title, &map.unit, &map.source],
        Layer::Anchor(anchor) => vec![&anchor.topic],
        Layer::Shape(_) => Vec::new(),
    }
}

/// Letters of texts that no font has.
pub(crate) fn missing<'t>(texts: impl Iterator<Item = &'t String>) -> Option<String> {
    let mut letters: Vec<char> =
        texts.flat_map(|text| text.chars()).filter(|letter| !has_letter(*letter)).collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.is_empty() {
        return None;
    }
    let shown: String = letters.iter().take(20).collect();
    Some(format!("{} letters have no shape and are drawn as □: {shown}", letters.len()))
}
