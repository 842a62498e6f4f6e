//! A presenter who says the words.

use film::{
    Anchor, Area, Background, Chart, Layer, Mouth, MouthShape, Scene, Sound, Spot, Storyboard,
};
use voice::Speech;

use super::{
    Laid, captions,
    effects::chart_kind,
    words::{Words, is_chinese},
};
use crate::{EventSender, GeneratorError, Job, speaking};

/// Silence before the first word and after the last, in seconds.
const BEFORE: f64 = 0.4;
const AFTER: f64 = 0.8;
/// Where a table is drawn beside the presenter.
const BESIDE: Area = Area { left: 0.46, top: 0.1, width: 0.49, height: 0.62 };

/// One scene: the presenter, what is on the screen beside them, and the sound of the words.
pub(super) fn laid(job: &Job, events: &EventSender) -> Result<Laid, GeneratorError> {
    let words = Words::of(job.prompt());
    // A heading alone is what is said.
    let script = if words.sentences.is_empty() { words.heading.clone() } else { words.text() };
    let speech = speaking::spoken(&script, &job.speaking, &mut |_, _| events.wanted().is_ok())?;
    let seconds = BEFORE + speech.samples.len() as f64 / f64::from(voice::RATE) + AFTER;
    let chart = job.material.tables.first().map(|csv| {
        Layer::Chart(Chart {
            form: chart_kind(csv),
            csv: csv.clone(),
            area: Some(BESIDE),
            time: film::Span { start: 0.8, ..film::Span::default() },
            ..Chart::default()
        })
    });
    let beside = chart.is_some();
    let topic = if words.sentences.is_empty() { "" } else { words.heading.as_str() };
    let anchor = Anchor {
        design: job.filming.presenter.clone().unwrap_or_else(|| Anchor::default().design),
        mouth: mouth(&speech, BEFORE),
        spot: if beside { Spot::Left } else { Spot::Centre },
        screen: (!beside && !job.material.pictures.is_empty()).then_some(0),
        topic: if beside { String::new() } else { topic.to_owned() },
        ..Anchor::default()
    };
    let layers = [Layer::Anchor(anchor)].into_iter().chain(chart).collect();
    let scene = Scene { seconds, background: Background::Palette, layers, ..Scene::default() };
    let board = Storyboard {
        scenes: vec![scene],
        captions: captions(&speech, BEFORE),
        language: if is_chinese(&script) { "zh" } else { "en" }.to_owned(),
        ..Storyboard::default()
    };
    let sound = Some(padded(&speech.samples, BEFORE, AFTER));
    Ok(Laid { board, sound, said: speech.text, warnings: speech.warnings })
}

/// Speech with silence around it.
pub(super) fn padded(samples: &[f32], before: f64, after: f64) -> Sound {
    let silence = |seconds: f64| vec![0.0; (seconds * f64::from(voice::RATE)) as usize];
    let samples = [silence(before).as_slice(), samples, &silence(after)].concat();
    Sound { rate: voice::RATE, samples }
}

/// What the mouth does, beginning so many seconds later.
fn mouth(speech: &Speech, later: f64) -> Vec<MouthShape> {
    let shape = |phone: &voice::Phone| MouthShape {
        start: phone.start + later,
        end: phone.end + later,
        mouth: drawn(phone.mouth),
    };
    speech.phones.iter().map(shape).collect()
}

/// The form in which a presenter draws what a mouth does.
const fn drawn(mouth: voice::Mouth) -> Mouth {
    match mouth {
        voice::Mouth::Closed => Mouth::Closed,
        voice::Mouth::Slight | voice::Mouth::Back => Mouth::Slight,
        voice::Mouth::Open => Mouth::Open,
        voice::Mouth::Mid | voice::Mouth::Round => Mouth::Round,
        voice::Mouth::Wide => Mouth::Wide,
        voice::Mouth::Pursed => Mouth::Pursed,
        voice::Mouth::Teeth => Mouth::Lip,
        voice::Mouth::Tongue => Mouth::Tongue,
        voice::Mouth::Hiss | voice::Mouth::Spread => Mouth::Teeth,
    }
}
