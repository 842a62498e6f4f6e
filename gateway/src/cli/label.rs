//! `imprimatur label`: the label that people see, hear or read, without marks, credentials or log.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::{Value, json};
use types::{MediaType, Modality};
use watermark::{
    WatermarkError, audio,
    label::{
        self, Asked, Markup, Plan, SoundKind, TextStyle,
        measure::{self, PictureLimits},
    },
};

use super::{
    args::Label,
    exit::{Answer, Exit, Failure},
    output::Console,
};

/// What text needs to be read (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;
/// How far from an edge a label in a corner may stand, in per cent of the shorter side.
const EDGE_PERCENT_MAX: f64 = 10.0;

pub(super) fn run(args: &Label, console: &Console) -> Answer {
    let asked = Asked::built_in()?.only(args.regimes.iter().map(String::as_str))?;
    let plan = Plan::of(&asked, console.language()).context("name a regime")?;
    let file = read(&args.input)?;
    let media_type = MediaType::sniff(&file)
        .context("this is no picture, sound or text of a known kind")
        .map_err(Failure::unreadable)?;
    let Some(output) = &args.output else {
        return measured(&args.input, &file, media_type, &plan, console);
    };
    let (words, labelled) =
        labelled(args, &file, media_type, &plan).map_err(Failure::unreadable)?;
    fs::write(output, labelled).with_context(|| output.display().to_string())?;
    let value = json!({"file": output, "media_type": media_type, "label": words});
    console.result(&value, || format!("{}: labelled `{words}`", output.display()));
    Ok(Exit::Yes)
}

/// What the label says, and the labelled file.
fn labelled(
    args: &Label,
    file: &[u8],
    media_type: MediaType,
    plan: &Plan,
) -> anyhow::Result<(String, Vec<u8>)> {
    Ok(match media_type.modality() {
        Modality::Image => {
            (plan.picture.text.clone(), label::picture(file, media_type, &plan.picture)?)
        }
        Modality::Audio => match &args.speech {
            Some(speech) => (plan.sound.words.clone(), spoken(file, media_type, plan, speech)?),
            // Whoever gives no speech gets the rhythm; where rules ask for speech, that is said.
            None if plan.sound.kind == SoundKind::Speech => anyhow::bail!(
                "these rules ask for a spoken notice: record `{}` and give it with --speech",
                plan.sound.words
            ),
            None => ("AI, as a rhythm".to_owned(), label::sound(file, media_type, &plan.sound)?),
        },
        Modality::Text => {
            let text = std::str::from_utf8(file)?;
            let markdown = args.input.extension().is_some_and(|extension| extension == "md");
            let markup = if markdown { Markup::Markdown } else { Markup::Plain };
            let style = TextStyle { markup, ..plan.text.clone() };
            (style.line.clone(), label::text(text, &style)?.into_bytes())
        }
        Modality::Video => (plan.movie.picture.text.clone(), label::movie(file, &plan.movie)?),
    })
}

fn spoken(
    file: &[u8],
    media_type: MediaType,
    plan: &Plan,
    speech: &Path,
) -> anyhow::Result<Vec<u8>> {
    let speech = fs::read(speech).with_context(|| speech.display().to_string())?;
    let (programme, notice) = (audio::read(file)?, audio::read(&speech)?);
    Ok(audio::write(&label::prepend(&programme, &notice, plan.sound.end)?, media_type)?)
}

fn measured(
    input: &Path,
    file: &[u8],
    media_type: MediaType,
    plan: &Plan,
    console: &Console,
) -> Answer {
    let (found, missed) = measure(file, media_type, plan).map_err(Failure::unreadable)?;
    let passes = missed.is_empty();
    let value = json!({"file": input, "found": found, "missed": missed, "passes": passes});
    let name = input.display();
    console.result(&value, || match missed.as_slice() {
        [] => format!("{name}: its label has what these rules ask for"),
        missed => format!("{name}: {}", missed.join("; ")),
    });
    Ok(if passes { Exit::Yes } else { Exit::No })
}

/// What was found, and what it lacks.
fn measure(
    file: &[u8],
    media_type: MediaType,
    plan: &Plan,
) -> Result<(Value, Vec<String>), WatermarkError> {
    let missing = || (Value::Null, vec!["no label was found".to_owned()]);
    Ok(match media_type.modality() {
        Modality::Image => {
            let limits = PictureLimits {
                elements: &plan.elements,
                height_percent_min: plan.picture.height_percent,
                contrast_min: CONTRAST_MIN,
                edge_percent_max: EDGE_PERCENT_MAX,
            };
            let found = measure::picture(file, &[&plan.picture.text])?;
            found.map_or_else(missing, |found| {
                let value = json!({
                    "text": found.text, "place": found.corner.name(),
                    "height_percent": found.height_percent, "contrast": found.contrast,
                });
                (value, found.shortfalls(&limits))
            })
        }
        Modality::Audio => {
            let found = measure::rhythm(file)?;
            found.first().map_or_else(missing, |first| {
                let at_end = if first.at_end { "end" } else { "start" };
                let value = json!({"kind": "rhythm", "place": at_end, "level_db": first.level_db});
                (value, Vec::new())
            })
        }
        Modality::Text => {
            let text = String::from_utf8_lossy(file);
            let found = measure::line(&text, &[&plan.text.line]);
            found.map_or_else(missing, |found| {
                (json!({"text": found.line, "place": found.place.name()}), Vec::new())
            })
        }
        Modality::Video => {
            let found = measure::movie(file, &[&plan.movie.picture.text])?;
            found.map_or_else(missing, |found| {
                let value = json!({
                    "text": found.opening.text, "place": found.opening.corner.name(),
                    "height_percent": found.opening.height_percent, "seconds": found.seconds,
                });
                (value, Vec::new())
            })
        }
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).with_context(|| file.display().to_string()).map_err(Failure::unreadable)
}
